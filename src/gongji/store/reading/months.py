"""A month of one person's own account, summed up: by kind of entry, and by relative."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.ledger import CauseKind
from gongji.domain.money import Fen
from gongji.domain.movement import MovementKind, movement_kind
from gongji.store.sql import one_json

_ACCOUNT: Final = "(SELECT a.id FROM personal_account AS a WHERE a.owner_id = $1)"
_MONTH: Final = f"""
SELECT json_build_object(
    'has_account', EXISTS (SELECT FROM personal_account AS a WHERE a.owner_id = $1),
    'balance', (
        SELECT t.balance_after_fen FROM transfer AS t
        WHERE t.account_id = {_ACCOUNT} AND t.business_day <= $3
        ORDER BY t.entry_no DESC LIMIT 1),
    'entries', (SELECT COALESCE(json_agg(row_to_json(x)), '[]') FROM (
        SELECT t.cause_kind, COALESCE(s.beneficiary_id = $1, false) AS is_own_bill,
            count(*) AS count, sum(t.amount_fen)::bigint AS amount
        FROM transfer AS t
        LEFT JOIN reversal AS r ON t.cause_kind = 'REVERSAL' AND r.id = t.cause_id
        LEFT JOIN settlement AS s ON t.cause_kind IN ('SETTLEMENT', 'REVERSAL')
            AND s.id = COALESCE(r.settlement_id, t.cause_id)
        WHERE t.account_id = {_ACCOUNT} AND t.business_day BETWEEN $2 AND $3
        GROUP BY 1, 2) AS x),
    'relatives', (SELECT COALESCE(json_agg(row_to_json(x)), '[]') FROM (
        SELECT p.id AS person_id, p.name, count(*) AS count, sum(l.amount_fen)::bigint AS amount,
            COALESCE(sum(l.amount_fen) FILTER (WHERE s.reversal_id IS NOT NULL), 0)::bigint
                AS returned
        FROM settlement_leg AS l
        JOIN settlement AS s ON s.id = l.settlement_id
        JOIN person AS p ON p.id = s.beneficiary_id
        WHERE l.account_id = {_ACCOUNT} AND l.type = 'SHARED' AND l.business_day BETWEEN $2 AND $3
        GROUP BY p.id, p.name ORDER BY p.id) AS x))
"""


@dataclass(frozen=True, slots=True)
class SummedEntries:
    """The entries of one kind in a month.

    Args:
        amount: fen in all, without sign; the kind tells which way.
    """

    kind: MovementKind
    count: int
    amount: Fen


@dataclass(frozen=True, slots=True)
class SummedDraws:
    """What one relative drew in a month.

    Args:
        name: registered name of the beneficiary.
        amount: fen drawn, also what was returned since.
        returned: fen of these draws that were returned, whenever that was.
    """

    person_id: UUID
    name: str
    count: int
    amount: Fen
    returned: Fen


@dataclass(frozen=True, slots=True)
class Month:
    """A month of one account.

    Args:
        balance: fen at the end of the month, or now if it lasts; None: nothing was booked yet.
    """

    entries: tuple[SummedEntries, ...]
    draws: tuple[SummedDraws, ...]
    balance: Fen | None


async def sum_up(connection: BaseDBAsyncClient, owner_id: UUID, first: date) -> Month | None:
    """Sum up the month that begins on a day; None for a person without an account."""
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    summed = await one_json(connection, _MONTH, owner_id, first, last)
    if not summed["has_account"]:
        return None
    entries = {one.kind: one for one in map(_entries, summed["entries"])}
    return Month(
        entries=tuple(entries[kind] for kind in MovementKind if kind in entries),
        draws=tuple(map(_draws, summed["relatives"])),
        balance=None if summed["balance"] is None else Fen(summed["balance"]),
    )


def _entries(row: dict[str, Any]) -> SummedEntries:
    kind = movement_kind(CauseKind(row["cause_kind"]), is_own_bill=row["is_own_bill"])
    return SummedEntries(kind, row["count"], Fen(row["amount"]))


def _draws(row: dict[str, Any]) -> SummedDraws:
    return SummedDraws(
        person_id=UUID(row["person_id"]),
        name=row["name"],
        count=row["count"],
        amount=Fen(row["amount"]),
        returned=Fen(row["returned"]),
    )
