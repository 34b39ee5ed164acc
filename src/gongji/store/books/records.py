"""Settlements and premiums of a snapshot, each with its legs, one after the other."""

from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import repeat
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from asyncpg import Connection, Record

from gongji.domain.bill import Bill, Line, VisitKind
from gongji.domain.books import (
    Booked,
    BookedLeg,
    BookedPremium,
    BookedSettlement,
    Difference,
    Wrong,
)
from gongji.domain.institution import InstitutionKind
from gongji.domain.money import Fen
from gongji.domain.policy import ItemKind, Policy
from gongji.store.policies import read_policy

_SETTLEMENTS: Final = """
SELECT s.id, s.institution_id, s.institution_bill_no, s.visit, s.total_fen, s.self_paid_fen,
    s.over_limit_fen, s.first_pay_fen, s.in_scope_fen, s.fund_paid_fen, s.hospital_paid_fen,
    s.personal_share_fen, s.eligible_fen, s.own_fen, s.shared_fen, s.cash_fen,
    s.own_balance_after_fen, s.lines::text, s.policy_version, s.explanation::text
FROM settlement AS s
WHERE $1::uuid IS NULL OR s.id > $1
ORDER BY s.id
LIMIT $2
"""
_SETTLEMENT_LEGS: Final = """
SELECT l.settlement_id, l.account_id::text, l.binding_id::text, l.type, l.rank, l.amount_fen
FROM settlement_leg AS l
WHERE l.settlement_id BETWEEN $1 AND $2
ORDER BY l.settlement_id, l.rank
"""
_PREMIUMS: Final = """
SELECT p.id, p.amount_fen, p.explanation::text
FROM premium AS p
WHERE $1::uuid IS NULL OR p.id > $1
ORDER BY p.id
LIMIT $2
"""
_PREMIUM_LEGS: Final = """
SELECT l.premium_id, l.account_id::text, l.binding_id::text, 'SHARED', l.rank, l.amount_fen
FROM premium_leg AS l
WHERE l.premium_id BETWEEN $1 AND $2
ORDER BY l.premium_id, l.rank
"""
_POLICIES: Final = "SELECT p.region, p.in_force_from::text, p.version, p.rules::text FROM policy p"
_PLACES: Final = "SELECT i.id, i.kind FROM institution AS i"
_NO_LINES: Final = "[]"

Legs = tuple[BookedLeg, ...]


class Page(NamedTuple):
    """Some records one after the other, each read when it is asked for: none waits in memory."""

    counted: int
    records: Iterator[Booked]


async def booked_records(session: Connection, *, page_size: int) -> AsyncIterator[Page]:
    """Read every settlement, then every premium, a page at a time."""
    policies: dict[str, tuple[Policy, ...]] = {}
    for row in await session.fetch(_POLICIES):
        version = row["version"]
        policies[version] = (*policies.get(version, ()), read_policy(**row))
    places = {row["id"]: InstitutionKind(row["kind"]) for row in await session.fetch(_PLACES)}
    async for found, legs in _pages(session, _SETTLEMENTS, _SETTLEMENT_LEGS, page_size):
        yield Page(len(found), map(_settlement, found, legs, repeat(places), repeat(policies)))
    async for found, legs in _pages(session, _PREMIUMS, _PREMIUM_LEGS, page_size):
        yield Page(len(found), map(_premium, found, legs))


async def _pages(
    session: Connection, records: str, legs: str, page_size: int
) -> AsyncIterator[tuple[list[Record], list[Legs]]]:
    """Read records in the order of their ids, and the legs of each."""
    last: UUID | None = None
    while found := await session.fetch(records, last, page_size):
        last = found[-1]["id"]
        legs_of: dict[UUID, Legs] = {}
        for owner, *leg in await session.fetch(legs, found[0]["id"], last):
            legs_of[owner] = (*legs_of.get(owner, ()), BookedLeg(*leg))
        yield found, [legs_of.get(row["id"], ()) for row in found]


def _premium(row: Record, legs: Legs) -> BookedPremium:
    return BookedPremium(
        subject=f"premium {row['id']}",
        amount=Fen(row["amount_fen"]),
        explanation=orjson.loads(row["explanation"]),
        legs=legs,
    )


def _settlement(
    row: Record,
    legs: Legs,
    places: Mapping[UUID, InstitutionKind],
    policies: Mapping[str, tuple[Policy, ...]],
) -> BookedSettlement | Difference:
    """Read a settlement, or name it as one whose columns mean nothing."""
    subject = f"settlement {row['id']}"
    try:
        return BookedSettlement(
            subject=subject,
            bill=_bill(row),
            eligible=row["eligible_fen"],
            own=row["own_fen"],
            shared=row["shared_fen"],
            cash=row["cash_fen"],
            own_balance_after=row["own_balance_after_fen"],
            place=places.get(row["institution_id"]),
            policies=policies.get(row["policy_version"], ()),
            explanation=orjson.loads(row["explanation"]),
            legs=legs,
        )
    except (KeyError, TypeError, ValueError):
        return Difference(Wrong.UNREADABLE, subject, None, None)


def _bill(row: Record) -> Bill:
    lines = row["lines"]
    return Bill(
        institution_bill_no=row["institution_bill_no"],
        visit=VisitKind(row["visit"]),
        total=row["total_fen"],
        self_paid=row["self_paid_fen"],
        over_limit=row["over_limit_fen"],
        first_pay=row["first_pay_fen"],
        in_scope=row["in_scope_fen"],
        fund_paid=row["fund_paid_fen"],
        hospital_paid=row["hospital_paid_fen"],
        personal_share=row["personal_share_fen"],
        lines=() if lines == _NO_LINES else tuple(map(_line, orjson.loads(lines))),
    )


def _line(line: Mapping[str, Any]) -> Line:
    return Line(line["code"], line["name"], ItemKind(line["kind"]), Fen(line["amount"]))
