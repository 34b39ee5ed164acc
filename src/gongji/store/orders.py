"""The deduction order of a beneficiary: as it stands, as it is changed, and as it once was.

Every accept, end and reorder raises the version on the beneficiary's locked row and leaves a row
behind. While no order is set, the stored one is by acceptance time, whatever the bureau's rule
draws first: ranks by balance are told to nobody (G1).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.domain.binding import order_with, rank_key
from gongji.domain.events import EventKind
from gongji.domain.page import PageOf, PageRequest
from gongji.store.changes import Changes, Table
from gongji.store.families import Families
from gongji.store.locks import LockedBeneficiary
from gongji.store.sql import rows


def live_order(families: Families, beneficiary_id: UUID) -> list[UUID]:
    """Return the live bindings of a loaded beneficiary in their stored order (G1, G2)."""
    live = families.live.get(beneficiary_id, ())
    return [binding.id for binding in sorted(live, key=rank_key)]


def write_order(
    changes: Changes,
    locked: LockedBeneficiary,
    order: Sequence[UUID],
    *,
    is_set: bool,
    cause: EventKind,
    by: Actor,
) -> None:
    """Write a beneficiary's order under a new version.

    An order that the beneficiary has set is numbered from 1 without gaps. Where nobody shares any
    more there is nothing left that could be set.

    Args:
        order: every live binding, in order.
        is_set: whether the beneficiary has set it, now or before.
        cause: kind of the event behind the change.

    Clause: S2.2, G2.
    """
    is_set = is_set and bool(order)
    locked.value = replace(
        locked.value, order_version=locked.value.order_version + 1, order_is_set=is_set
    )
    changes.beneficiary(locked)
    if is_set:
        for position, binding_id in enumerate(order, start=1):
            changes.position(binding_id, position)
    changes.insert(
        Table.ORDER_VERSION,
        {
            "id": changes.make_id(),
            "beneficiary_id": locked.value.id,
            "version": locked.value.order_version,
            "changed_at": changes.at,
            "cause": cause,
            "is_set": is_set,
            "binding_ids": order,
            "actor": by.record(),
        },
    )


def write_order_with(
    changes: Changes,
    locked: LockedBeneficiary,
    order: list[UUID],
    new: UUID,
    *,
    position: int | None,
    cause: EventKind,
    by: Actor,
) -> None:
    """Write the order that a new binding makes: at its position, or last.

    A position sets the whole order; without one, an order stays as set or unset as it was.

    Args:
        order: the live bindings without the new one.

    Raises:
        Refusal: the position is out of range.

    Clause: S2.3, G1, G2.
    """
    changed = order_with(order, new, position=position)
    is_set = locked.value.order_is_set or position is not None
    write_order(changes, locked, changed, is_set=is_set, cause=cause, by=by)


@dataclass(frozen=True, slots=True)
class OrderVersion:
    """The order as one accept, end or reorder left it.

    Args:
        cause: kind of the event behind it.
        is_set: whether the beneficiary had set it; else it is by acceptance time.
    """

    version: int
    changed_at: datetime
    cause: EventKind
    is_set: bool
    binding_ids: tuple[UUID, ...]


_HISTORY: Final = """
SELECT o.version, o.changed_at, o.cause, o.is_set,
    (SELECT COALESCE(string_agg(e.id, ' ' ORDER BY e.place), '')
     FROM jsonb_array_elements_text(o.binding_ids) WITH ORDINALITY AS e(id, place)) AS binding_ids
FROM order_version AS o
WHERE o.beneficiary_id = $1 AND ($2::bigint IS NULL OR o.version {beyond} $2::bigint)
ORDER BY o.version {direction}
LIMIT $3
"""
_NEWEST_FIRST: Final = _HISTORY.format(beyond="<", direction="DESC")
_OLDEST_FIRST: Final = _HISTORY.format(beyond=">", direction="ASC")


async def order_versions(
    connection: BaseDBAsyncClient, beneficiary_id: UUID, page: PageRequest
) -> PageOf[OrderVersion]:
    """Return a page of a beneficiary's orders, the newest first; the key is ``(version,)``."""
    found = await rows(
        connection,
        _OLDEST_FIRST if page.is_backward else _NEWEST_FIRST,
        beneficiary_id,
        None if page.beyond is None else page.beyond[0],
        page.fetch,
    )
    versions = [
        OrderVersion(
            version=row["version"],
            changed_at=row["changed_at"],
            cause=EventKind(row["cause"]),
            is_set=row["is_set"],
            binding_ids=tuple(map(UUID, row["binding_ids"].split())),
        )
        for row in found
    ]
    return PageOf.cut(versions, page)
