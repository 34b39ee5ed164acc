"""A family account as of a moment, out of append-only rows, in one snapshot.

Several beneficiaries may draw on one account at once, so that an entry can follow another that is
booked a little later. The account stood where its entries stood before the first later one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.as_of import STATE_AFTER, AccountAsOf, BindingAsOf, OrderAsOf
from gongji.domain.binding import LIVE
from gongji.domain.events import EventKind
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.store.sql import id_of, one_json, to_json

_AS_OF: Final = """
WITH own AS (
    SELECT a.id FROM personal_account AS a WHERE a.owner_id = $1
), later AS (
    SELECT min(t.entry_no) AS entry_no FROM transfer AS t
    WHERE t.account_id = (SELECT id FROM own) AND t.booked_at > $2
), entry AS (
    SELECT t.entry_no, t.balance_after_fen FROM transfer AS t, later
    WHERE t.account_id = (SELECT id FROM own)
        AND (later.entry_no IS NULL OR t.entry_no < later.entry_no)
    ORDER BY t.entry_no DESC LIMIT 1
), ordered AS (
    SELECT o.version, o.is_set, o.binding_ids FROM order_version AS o
    WHERE o.beneficiary_id = $1 AND o.changed_at <= $2
    ORDER BY o.version DESC LIMIT 1
), concerned AS (
    SELECT b.id, b.beneficiary_id, b.kinship, b.accepted_at, b.beneficiary_id AS other_id,
        'shared' AS role
    FROM binding AS b
    WHERE b.sharer_id = $1 AND b.accepted_at <= $2 AND (b.ended_at IS NULL OR b.ended_at > $2)
    UNION ALL
    SELECT b.id, b.beneficiary_id, b.kinship, b.accepted_at, b.sharer_id, 'received'
    FROM binding AS b
    WHERE b.id = ANY (ARRAY(
        SELECT e.id::uuid
        FROM ordered, jsonb_array_elements_text(ordered.binding_ids) AS e(id)))
), moved AS (
    SELECT c.*, p.name, (
        SELECT e.kind FROM event AS e
        WHERE e.subject_id = c.beneficiary_id AND e.ids ->> 'binding' = c.id::text
            AND e.happened_at <= $2
            AND e.kind = ANY (ARRAY(SELECT jsonb_array_elements_text($3::jsonb)))
        ORDER BY e.number DESC LIMIT 1) AS last_move
    FROM concerned AS c JOIN person AS p ON p.id = c.other_id
)
SELECT jsonb_build_object(
    'region', (SELECT b.region FROM beneficiary AS b WHERE b.person_id = $1),
    'has_account', EXISTS (SELECT 1 FROM own),
    'entry', (SELECT to_jsonb(entry) FROM entry),
    'ordered', (SELECT to_jsonb(ordered) FROM ordered),
    'bindings', (SELECT COALESCE(jsonb_agg(to_jsonb(moved) ORDER BY id), '[]') FROM moved)
)::text
"""


@dataclass(frozen=True, slots=True)
class HouseholdAsOf:
    """What one statement brought about a person; nothing of it is masked yet.

    Args:
        region: insured region as it is now; the books do not keep earlier ones.
        account: None for a person without one.
        received: the live bindings in which the person was the beneficiary.
        shared: those in which the person was the sharer.
    """

    region: str
    account: AccountAsOf | None
    order: OrderAsOf
    received: tuple[BindingAsOf, ...]
    shared: tuple[BindingAsOf, ...]


async def read_household_as_of(
    connection: BaseDBAsyncClient, person_id: UUID, at: datetime
) -> HouseholdAsOf | None:
    """Read how a person's family account stood at a moment; None for an unknown person."""
    answer = await one_json(connection, _AS_OF, person_id, at, to_json(list(STATE_AFTER)))
    return None if answer["region"] is None else _read(answer)


def _read(answer: Mapping[str, Any]) -> HouseholdAsOf:
    return HouseholdAsOf(
        region=answer["region"],
        account=_account(answer["entry"]) if answer["has_account"] else None,
        order=OrderAsOf() if answer["ordered"] is None else _order(answer["ordered"]),
        received=_live(answer["bindings"], "received"),
        shared=_live(answer["bindings"], "shared"),
    )


def _account(entry: Mapping[str, Any] | None) -> AccountAsOf:
    if entry is None:
        return AccountAsOf(Fen(0), 0)
    return AccountAsOf(Fen(entry["balance_after_fen"]), entry["entry_no"])


def _order(version: Mapping[str, Any]) -> OrderAsOf:
    binding_ids = tuple(map(id_of, version["binding_ids"]))
    return OrderAsOf(version["version"], version["is_set"], binding_ids)


def _live(found: list[Mapping[str, Any]], role: str) -> tuple[BindingAsOf, ...]:
    bindings = (
        BindingAsOf(
            id=id_of(row["id"]),
            kinship=Kinship(row["kinship"]),
            other_name=row["name"],
            status=STATE_AFTER[EventKind(row["last_move"])],
            accepted_at=datetime.fromisoformat(row["accepted_at"]),
        )
        for row in found
        if row["role"] == role and row["last_move"] is not None
    )
    return tuple(one for one in bindings if one.status in LIVE)
