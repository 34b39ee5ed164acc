"""What happened on one person's own account: every entry, and the draws by those shared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.business_day import Days
from gongji.domain.institution import InstitutionKind
from gongji.domain.ledger import CauseKind
from gongji.domain.money import Fen
from gongji.domain.movement import Movement, movement_kind
from gongji.domain.page import PageOf, PageRequest
from gongji.store.sql import rows, to_json

_OWN_ACCOUNT: Final = "(SELECT a.id FROM personal_account AS a WHERE a.owner_id = $1)"
_MOVEMENTS: Final = f"""
SELECT t.entry_no, t.balance_after_fen, t.cause_kind, t.business_day, t.booked_at,
    CASE WHEN t.credit_account_id = t.account_id THEN t.amount_fen ELSE -t.amount_fen END
        AS amount_fen,
    s.id AS settlement_id, COALESCE(s.beneficiary_id = $1, false) AS is_own_bill
FROM transfer AS t
LEFT JOIN reversal AS r ON t.cause_kind = 'REVERSAL' AND r.id = t.cause_id
LEFT JOIN settlement AS s
    ON t.cause_kind IN ('SETTLEMENT', 'REVERSAL') AND s.id = COALESCE(r.settlement_id, t.cause_id)
WHERE t.account_id = {_OWN_ACCOUNT} AND ($2::bigint IS NULL OR t.entry_no {{beyond}} $2::bigint)
    AND ($4::date IS NULL OR t.business_day >= $4::date)
    AND ($5::date IS NULL OR t.business_day <= $5::date)
ORDER BY t.entry_no {{direction}}
LIMIT $3
"""
MOST_EXPORTED: Final = 10_000
"""Movements in one exported file."""

_EXTENT: Final = f"""
SELECT count(*) AS counted, max(m.entry_no) AS newest
FROM (
    SELECT t.entry_no FROM transfer AS t
    WHERE t.account_id = {_OWN_ACCOUNT}
        AND ($2::date IS NULL OR t.business_day >= $2::date)
        AND ($3::date IS NULL OR t.business_day <= $3::date)
    ORDER BY t.entry_no DESC
    LIMIT $4
) AS m
"""
_DRAWN: Final = f"""
SELECT l.id, l.binding_id, l.amount_fen, l.business_day, s.settled_at, r.reversed_at,
    i.kind, i.region, p.name
FROM settlement_leg AS l
JOIN settlement AS s ON s.id = l.settlement_id
JOIN institution AS i ON i.id = s.institution_id
JOIN person AS p ON p.id = s.beneficiary_id
LEFT JOIN reversal AS r ON r.id = s.reversal_id
WHERE l.account_id = {_OWN_ACCOUNT} AND l.type = 'SHARED'
"""
_DRAWS_OF_SETTLEMENTS: Final = f"""
SELECT drawn.*, leg.settlement_id FROM ({_DRAWN}) AS drawn
JOIN settlement_leg AS leg ON leg.id = drawn.id
WHERE leg.settlement_id = ANY (
    ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($2::jsonb)))
"""
_DRAWS: Final = f"""
{_DRAWN}
    AND ($2::uuid IS NULL OR l.id {{beyond}} $2::uuid)
ORDER BY l.id {{direction}}
LIMIT $3
"""


def _directions(statement: str) -> dict[bool, str]:
    return {
        False: statement.format(beyond="<", direction="DESC"),
        True: statement.format(beyond=">", direction="ASC"),
    }


_PAGES_OF_MOVEMENTS: Final = _directions(_MOVEMENTS)
_PAGES_OF_DRAWS: Final = _directions(_DRAWS)


async def page_of_movements(
    connection: BaseDBAsyncClient, owner_id: UUID, days: Days, page: PageRequest
) -> PageOf[Movement]:
    """Read one page of a person's own account, the newest first; the key is the entry number."""
    found = await _page(connection, _PAGES_OF_MOVEMENTS, owner_id, page, days.first, days.last)
    return PageOf.cut([_movement(row) for row in found], page)


@dataclass(frozen=True, slots=True)
class Extent:
    """How many movements there are, counted as far as a file could hold them.

    Args:
        newest: entry number of the newest; None: there is none.
    """

    counted: int
    newest: int | None

    @property
    def is_too_long(self) -> bool:
        """Tell whether there are more than one file holds."""
        return self.counted > MOST_EXPORTED


async def extent_of_movements(connection: BaseDBAsyncClient, owner_id: UUID, days: Days) -> Extent:
    """Count a person's movements of some days, up to one more than a file holds."""
    (row,) = await rows(connection, _EXTENT, owner_id, days.first, days.last, MOST_EXPORTED + 1)
    return Extent(**row)


def _movement(row: dict[str, Any]) -> Movement:
    is_own_bill = row["is_own_bill"]
    return Movement(
        entry_no=row["entry_no"],
        kind=movement_kind(CauseKind(row["cause_kind"]), is_own_bill=is_own_bill),
        amount=Fen(row["amount_fen"]),
        balance_after=Fen(row["balance_after_fen"]),
        business_day=row["business_day"],
        booked_at=row["booked_at"],
        settlement_id=row["settlement_id"] if is_own_bill else None,
    )


@dataclass(frozen=True, slots=True)
class SharedDraw:
    """One draw on a sharer's account, as far as the sharer may know it (G18).

    Args:
        id: of the leg; the key of the list.
        name: registered name of the beneficiary.
        region: six digits of the county of the place.
    """

    id: UUID
    binding_id: UUID
    name: str
    amount: Fen
    business_day: date
    settled_at: datetime
    reversed_at: datetime | None
    place: InstitutionKind
    region: str


async def page_of_draws(
    connection: BaseDBAsyncClient, sharer_id: UUID, page: PageRequest
) -> PageOf[SharedDraw]:
    """Read one page of the draws on a sharer's account, the newest first; the key is the id."""
    found = await _page(connection, _PAGES_OF_DRAWS, sharer_id, page)
    return PageOf.cut([_draw(row) for row in found], page)


async def draws_of_settlements(
    connection: BaseDBAsyncClient, sharer_id: UUID, settlement_ids: Iterable[UUID]
) -> dict[UUID, SharedDraw]:
    """Read what some settlements drew from a sharer's account, by settlement."""
    wanted = to_json(list(settlement_ids))
    found = await rows(connection, _DRAWS_OF_SETTLEMENTS, sharer_id, wanted)
    return {row.pop("settlement_id"): _draw(row) for row in found}


def _draw(row: dict[str, Any]) -> SharedDraw:
    return SharedDraw(
        amount=Fen(row.pop("amount_fen")), place=InstitutionKind(row.pop("kind")), **row
    )


async def _page(
    connection: BaseDBAsyncClient,
    pages: dict[bool, str],
    owner_id: UUID,
    page: PageRequest,
    *chosen: date | None,
) -> list[dict[str, Any]]:
    beyond = page.beyond[0] if page.beyond else None
    return await rows(connection, pages[page.is_backward], owner_id, beyond, page.fetch, *chosen)
