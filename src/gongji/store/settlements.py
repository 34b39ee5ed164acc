"""Settlements as values: written from what was decided, read back as the same facts for ever."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.bill import Bill, Line, VisitKind
from gongji.domain.deduction import LegType
from gongji.domain.money import Fen
from gongji.domain.policy import CredentialKind, ItemKind
from gongji.domain.settlement import Leg, Reversal, Settlement
from gongji.store.changes import Changes, Table
from gongji.store.sql import id_of, rows, to_json

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
SELECT row_to_json(s)::text AS settlement FROM settlement AS s
WHERE s.id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
"""


async def settlements_by_id(
    connection: BaseDBAsyncClient, ids: Iterable[UUID]
) -> dict[UUID, Settlement]:
    """Read settlements by id; an unknown id is left out."""
    if not (wanted := list(ids)):
        return {}
    found = await rows(connection, _BY_ID, to_json(wanted))
    settlements = (read_settlement(orjson.loads(row["settlement"])) for row in found)
    return {settlement.id: settlement for settlement in settlements}


def read_settlement(row: Mapping[str, Any]) -> Settlement:
    """Read a settlement row out of a JSON answer."""
    amounts = {name: Fen(row[column]) for name, column in _BILL_COLUMNS.items()}
    balance_after, reversal_id = row["own_balance_after_fen"], row["reversal_id"]
    return Settlement(
        id=id_of(row["id"]),
        institution_id=id_of(row["institution_id"]),
        beneficiary_id=id_of(row["beneficiary_id"]),
        business_day=date.fromisoformat(row["business_day"]),
        settled_at=datetime.fromisoformat(row["settled_at"]),
        bill=Bill(
            institution_bill_no=row["institution_bill_no"],
            visit=VisitKind(row["visit"]),
            lines=tuple(map(_read_line, row["lines"])),
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
        explanation=row["explanation"],
        request_id=id_of(row["request_id"]),
        actor=row["actor"],
        reversal_id=None if reversal_id is None else id_of(reversal_id),
    )


def _read_line(line: Mapping[str, Any]) -> Line:
    return Line(line["code"], line["name"], ItemKind(line["kind"]), Fen(line["amount"]))


def read_leg(row: Mapping[str, Any]) -> Leg:
    """Read the row of a settlement's leg out of a JSON answer."""
    binding_id = row["binding_id"]
    return Leg(
        account_id=id_of(row["account_id"]),
        type=LegType(row["type"]),
        rank=row["rank"],
        amount=Fen(row["amount_fen"]),
        binding_id=None if binding_id is None else id_of(binding_id),
    )


def read_reversal(row: Mapping[str, Any]) -> Reversal:
    """Read a reversal row out of a JSON answer."""
    return Reversal(
        id=id_of(row["id"]),
        settlement_id=id_of(row["settlement_id"]),
        reversed_at=datetime.fromisoformat(row["reversed_at"]),
        business_day=date.fromisoformat(row["business_day"]),
        reason=row["reason"],
        suspended=Fen(row["suspended_fen"]),
    )
