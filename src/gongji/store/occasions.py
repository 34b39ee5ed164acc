"""Occasions as they are told: how far each has come, and whom the next page of it concerns.

Persons are gone through by id, a page at a time, whoever they are; how far is stored together with
the messages of that page. So no table is read whole, and a kill repeats nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.money import Fen
from gongji.domain.occasion import Occasion, OccasionKind
from gongji.domain.policy import Policy
from gongji.domain.premium import Tariff
from gongji.store.policies import read_policy
from gongji.store.sql import rows

_OPEN: Final = """
INSERT INTO occasion (id, name, begun_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING
"""
_TAKE: Final = """
SELECT beyond_id FROM occasion WHERE id = $1 AND finished_at IS NULL FOR UPDATE SKIP LOCKED
"""
_MOVE: Final = """
UPDATE occasion SET beyond_id = COALESCE($2, beyond_id), finished_at = $3 WHERE id = $1
"""
_IS_FINISHED: Final = "SELECT finished_at IS NOT NULL AS is_finished FROM occasion WHERE id = $1"


async def is_told(connection: BaseDBAsyncClient, occasion: Occasion) -> bool:
    """Tell whether everybody has been told of an occasion."""
    return any(x["is_finished"] for x in await rows(connection, _IS_FINISHED, occasion.id))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an occasion has come; None: it begins."""

    beyond_id: UUID | None


async def take_occasion(
    connection: BaseDBAsyncClient, occasion: Occasion, at: datetime
) -> Progress | None:
    """Take an occasion for this transaction; None: it is told, or another transaction has it."""
    await rows(connection, _OPEN, occasion.id, occasion.name, at)
    for row in await rows(connection, _TAKE, occasion.id):
        return Progress(row["beyond_id"])
    return None


async def move_occasion(
    connection: BaseDBAsyncClient, occasion: Occasion, page: "PageOfPersons", at: datetime
) -> None:
    """Remember that a page of an occasion is told, in the transaction that tells of it."""
    finished_at = at if page.is_last else None
    await rows(connection, _MOVE, occasion.id, page.last_id, finished_at)


@dataclass(frozen=True, slots=True)
class PageOfPersons:
    """The owners of some personal accounts.

    Args:
        concerned: those whom the occasion concerns, by id.
        last_id: the last one of the page; None: it is empty.
        is_last: whether nobody comes after it.
    """

    concerned: tuple[UUID, ...]
    last_id: UUID | None
    is_last: bool


_PAGE: Final = """
SELECT a.owner_id, COALESCE(({concerns}), false) AS is_concerned
FROM personal_account AS a
WHERE $1::uuid IS NULL OR a.owner_id > $1::uuid
ORDER BY a.owner_id
LIMIT $2
"""
# Not by EXISTS, for which the planner would read the whole table and keep it.
_HAS_SHARED: Final = """
    SELECT true FROM settlement_leg AS l
    WHERE l.account_id = a.id AND l.type = 'SHARED' AND l.business_day BETWEEN $3 AND $4
        AND a.owner_status <> 'DECEASED'
    LIMIT 1"""
_MAY_PAY: Final = """
    SELECT true FROM binding AS b
    JOIN beneficiary AS i ON i.person_id = b.beneficiary_id
    JOIN person AS p ON p.id = i.person_id
    JOIN tariff AS t ON t.category = p.premium_category
        AND t.region IN (i.region, left(i.region, 4) || '00', left(i.region, 2) || '0000')
    WHERE b.sharer_id = a.owner_id AND b.status = 'ACTIVE'
        AND i.scheme = 'RESIDENT' AND i.status = 'NORMAL'
        AND t.region = $3 AND t.year = $4 AND t.{day} = $5
        AND NOT EXISTS (
            SELECT FROM tariff AS nearer
            WHERE nearer.year = t.year AND nearer.category = t.category
                AND nearer.region IN (i.region, left(i.region, 4) || '00')
                AND nearer.region > t.region)
        AND NOT EXISTS (
            SELECT FROM premium AS paid WHERE paid.insured_id = p.id AND paid.year = t.year
                AND paid.status IN ('DEBITED', 'CONFIRMED'))
    LIMIT 1"""
"""The nearest region's tariff is the one that can be paid, as ``domain.premium.tariff_for`` has it;
of those that cover a region, whose code ends in fewer noughts, and so is greater, is nearer."""
_CONCERNS: Final = {
    OccasionKind.MONTH_ENDED: _PAGE.format(concerns=_HAS_SHARED),
    OccasionKind.PREMIUM_OPENED: _PAGE.format(concerns=_MAY_PAY.format(day="opens_on")),
    OccasionKind.PREMIUM_CLOSES: _PAGE.format(concerns=_MAY_PAY.format(day="closes_on")),
}


async def page_of_persons(
    connection: BaseDBAsyncClient, occasion: Occasion, beyond_id: UUID | None, *, limit: int
) -> PageOfPersons:
    """Read the next page of owners of accounts, and whom of them an occasion concerns.

    A month concerns those who live, and from whose account somebody else drew in it; a window those
    who may pay it for a relative whose premium is not paid, and whose nearest tariff has that
    window.

    Clause: G14, G18.
    """
    statement, terms = _CONCERNS[occasion.kind], _terms(occasion)
    found = await rows(connection, statement, beyond_id, limit, *terms)
    return PageOfPersons(
        concerned=tuple(row["owner_id"] for row in found if row["is_concerned"]),
        last_id=found[-1]["owner_id"] if found else None,
        is_last=len(found) < limit,
    )


def _terms(occasion: Occasion) -> Sequence[Any]:
    if occasion.kind is OccasionKind.MONTH_ENDED:
        after = (occasion.on + timedelta(days=31)).replace(day=1)
        return occasion.on, after - timedelta(days=1)
    return occasion.region, occasion.year, occasion.on


_OPEN_TARIFFS: Final = """
SELECT region, year, category, amount_fen, opens_on, closes_on FROM tariff
WHERE opens_on <= $1 AND closes_on >= $1
"""
_POLICIES: Final = "SELECT region, in_force_from::text, version, rules::text FROM policy"


async def open_tariffs(connection: BaseDBAsyncClient, today: date) -> list[Tariff]:
    """Read the tariffs whose window is open; there are few."""
    found = await rows(connection, _OPEN_TARIFFS, today)
    return [Tariff(amount=Fen(row.pop("amount_fen")), **row) for row in found]


async def all_policies(connection: BaseDBAsyncClient) -> list[Policy]:
    """Read the policies of every region; there are few."""
    return [read_policy(**row) for row in await rows(connection, _POLICIES)]
