"""Settlements and premiums of a snapshot, each with its legs, one after the other."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from asyncpg import Connection, Record

from gongji.domain.bill import Bill, Line, VisitKind
from gongji.domain.books import BookedLeg, BookedPremium, BookedSettlement, Difference, Wrong
from gongji.domain.institution import InstitutionKind
from gongji.domain.money import Fen
from gongji.domain.policy import ItemKind, Policy
from gongji.store.books.snapshot import streamed
from gongji.store.policies import read_policy

_SETTLEMENTS: Final = """
SELECT s.id::text, s.institution_id, s.institution_bill_no, s.visit, s.total_fen, s.self_paid_fen,
    s.over_limit_fen, s.first_pay_fen, s.in_scope_fen, s.fund_paid_fen, s.hospital_paid_fen,
    s.personal_share_fen, s.eligible_fen, s.own_fen, s.shared_fen, s.cash_fen,
    s.own_balance_after_fen, s.lines::text, s.policy_version, s.explanation::text,
    (SELECT json_agg(json_build_array(
        l.account_id, l.binding_id, l.type, l.rank, l.amount_fen) ORDER BY l.rank)
     FROM settlement_leg AS l WHERE l.settlement_id = s.id)::text AS legs
FROM settlement AS s
"""
_PREMIUMS: Final = """
SELECT p.id::text, p.amount_fen, p.explanation::text,
    (SELECT json_agg(json_build_array(
        l.account_id, l.binding_id, 'SHARED', l.rank, l.amount_fen) ORDER BY l.rank)
     FROM premium_leg AS l WHERE l.premium_id = p.id)::text AS legs
FROM premium AS p
"""
_POLICIES: Final = "SELECT p.region, p.in_force_from::text, p.version, p.rules::text FROM policy p"
_PLACES: Final = "SELECT i.id, i.kind FROM institution AS i"
_NO_LINES: Final = "[]"


async def booked_settlements(
    session: Connection,
) -> AsyncIterator[list[BookedSettlement | Difference]]:
    """Read every settlement, some at a time."""
    policies: dict[str, tuple[Policy, ...]] = {}
    for row in await session.fetch(_POLICIES):
        version = row["version"]
        policies[version] = (*policies.get(version, ()), read_policy(**row))
    places = {row["id"]: InstitutionKind(row["kind"]) for row in await session.fetch(_PLACES)}
    async for found in streamed(session, _SETTLEMENTS):
        yield [_read(row, places, policies) for row in found]


async def booked_premiums(session: Connection) -> AsyncIterator[list[BookedPremium]]:
    """Read every premium, some at a time."""
    async for found in streamed(session, _PREMIUMS):
        yield [
            BookedPremium(
                subject=f"premium {row['id']}",
                amount=Fen(row["amount_fen"]),
                explanation=orjson.loads(row["explanation"]),
                legs=_legs(row["legs"]),
            )
            for row in found
        ]


def _read(
    row: Record,
    places: Mapping[UUID, InstitutionKind],
    policies: Mapping[str, tuple[Policy, ...]],
) -> BookedSettlement | Difference:
    """Read a settlement, or name it as one whose columns mean nothing."""
    try:
        return _settlement(row, places, policies)
    except (KeyError, TypeError, ValueError):
        return Difference(Wrong.UNREADABLE, f"settlement {row['id']}", None, None)


def _settlement(
    row: Record,
    places: Mapping[UUID, InstitutionKind],
    policies: Mapping[str, tuple[Policy, ...]],
) -> BookedSettlement:
    return BookedSettlement(
        subject=f"settlement {row['id']}",
        bill=_bill(row),
        eligible=row["eligible_fen"],
        own=row["own_fen"],
        shared=row["shared_fen"],
        cash=row["cash_fen"],
        own_balance_after=row["own_balance_after_fen"],
        place=places.get(row["institution_id"]),
        policies=policies.get(row["policy_version"], ()),
        explanation=orjson.loads(row["explanation"]),
        legs=_legs(row["legs"]),
    )


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


def _legs(written: str | None) -> tuple[BookedLeg, ...]:
    if written is None:
        return ()
    return tuple(
        BookedLeg(account, binding, type_, rank, amount)
        for account, binding, type_, rank, amount in orjson.loads(written)
    )
