"""Settlements as values: written from what was decided, read back as the same facts for ever."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.bill import Bill, Line, VisitKind
from gongji.domain.deduction import LegType
from gongji.domain.money import Fen
from gongji.domain.policy import CredentialKind, ItemKind
from gongji.domain.settlement import Leg, Settlement
from gongji.store.changes import Changes, Table
from gongji.store.sql import rows, to_json

_BILL_COLUMNS: Final = {
    "total": "total_fen",
    "self_paid": "self_paid_fen",
    "over_limit": "over_limit_fen",
    "first_pay": "first_pay_fen",
    "in_scope": "in_scope_fen",
    "fund_paid": "fund_paid_fen",
    "hospital_paid": "hospital_paid_fen",
    "personal_share": "personal_share_fen",
}


def insert_settlement(changes: Changes, settlement: Settlement, legs: Iterable[Leg]) -> None:
    """Collect the rows of a settlement and its legs."""
    bill = settlement.bill
    changes.insert(
        Table.SETTLEMENT,
        {column: getattr(bill, name) for name, column in _BILL_COLUMNS.items()}
        | {
            "id": settlement.id,
            "institution_id": settlement.institution_id,
            "institution_bill_no": bill.institution_bill_no,
            "beneficiary_id": settlement.beneficiary_id,
            "business_day": settlement.business_day,
            "settled_at": settlement.settled_at,
            "visit": bill.visit,
            "eligible_fen": settlement.eligible,
            "own_fen": settlement.own,
            "shared_fen": settlement.shared,
            "cash_fen": settlement.cash,
            "own_balance_after_fen": settlement.own_balance_after,
            "lines": bill.lines,
            "credential_kind": settlement.credential_kind,
            "credential_digest": settlement.credential_digest,
            "policy_version": settlement.policy_version,
            "order_version": settlement.order_version,
            "explanation": settlement.explanation,
            "actor": settlement.actor,
            "request_id": settlement.request_id,
        },
    )
    for leg in legs:
        changes.insert(
            Table.SETTLEMENT_LEG,
            {
                "id": changes.make_id(),
                "settlement_id": settlement.id,
                "account_id": leg.account_id,
                "binding_id": leg.binding_id,
                "type": leg.type,
                "rank": leg.rank,
                "amount_fen": leg.amount,
                "business_day": settlement.business_day,
            },
        )


_BY_ID: Final = """
SELECT s.* FROM settlement AS s
WHERE s.id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
"""
_LEGS: Final = """
SELECT account_id, type, rank, amount_fen, binding_id FROM settlement_leg
WHERE settlement_id = $1 ORDER BY rank
"""


async def settlements_by_id(
    connection: BaseDBAsyncClient, ids: Iterable[UUID]
) -> dict[UUID, Settlement]:
    """Read settlements by id; an unknown id is left out."""
    if not (wanted := list(ids)):
        return {}
    found = await rows(connection, _BY_ID, to_json(wanted))
    return {row["id"]: read_settlement(row) for row in found}


async def legs_of_settlement(connection: BaseDBAsyncClient, settlement_id: UUID) -> list[Leg]:
    """Read a settlement's legs in the order of drawing."""
    return [
        Leg(
            account_id=row["account_id"],
            type=LegType(row["type"]),
            rank=row["rank"],
            amount=Fen(row["amount_fen"]),
            binding_id=row["binding_id"],
        )
        for row in await rows(connection, _LEGS, settlement_id)
    ]


def read_settlement(row: Mapping[str, Any]) -> Settlement:
    """Read a settlement row."""
    amounts = {name: Fen(row[column]) for name, column in _BILL_COLUMNS.items()}
    balance_after = row["own_balance_after_fen"]
    return Settlement(
        id=row["id"],
        institution_id=row["institution_id"],
        beneficiary_id=row["beneficiary_id"],
        business_day=row["business_day"],
        settled_at=row["settled_at"],
        bill=Bill(
            institution_bill_no=row["institution_bill_no"],
            visit=VisitKind(row["visit"]),
            lines=tuple(_read_line(line) for line in orjson.loads(row["lines"])),
            **amounts,
        ),
        eligible=Fen(row["eligible_fen"]),
        own=Fen(row["own_fen"]),
        shared=Fen(row["shared_fen"]),
        cash=Fen(row["cash_fen"]),
        own_balance_after=None if balance_after is None else Fen(balance_after),
        credential_kind=CredentialKind(row["credential_kind"]),
        credential_digest=row["credential_digest"],
        policy_version=row["policy_version"],
        order_version=row["order_version"],
        explanation=orjson.loads(row["explanation"]),
        request_id=row["request_id"],
        actor=orjson.loads(row["actor"]),
        reversal_id=row["reversal_id"],
    )


def _read_line(line: Mapping[str, Any]) -> Line:
    return Line(line["code"], line["name"], ItemKind(line["kind"]), Fen(line["amount"]))
