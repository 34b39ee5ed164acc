"""Bills and questions of a till as they are sent over GraphQL."""

from typing import Any
from uuid import UUID

from gongji.domain.bill import Bill
from tests.world import key


def bill_sent(bill: Bill) -> dict[str, Any]:
    """Write a bill as a ``BillInput``."""
    return {
        "institutionBillNo": bill.institution_bill_no,
        "visit": bill.visit.name,
        "totalFen": bill.total,
        "selfPaidFen": bill.self_paid,
        "overLimitFen": bill.over_limit,
        "firstPayFen": bill.first_pay,
        "inScopeFen": bill.in_scope,
        "fundPaidFen": bill.fund_paid,
        "hospitalPaidFen": bill.hospital_paid,
        "personalShareFen": bill.personal_share,
        "lines": [
            {"code": line.code, "name": line.name, "kind": line.kind.name, "amountFen": line.amount}
            for line in bill.lines
        ],
    }


def question(bill: Bill, number: str, *, kind: str = "ID_CARD") -> dict[str, Any]:
    """Write the input of ``quoteSettlement`` for who shows a credential."""
    return {"credential": {"kind": kind, "number": number}, "bill": bill_sent(bill)}


def bill_to_settle(
    bill: Bill,
    number: str,
    *,
    kind: str = "ID_CARD",
    request_id: UUID | None = None,
    **if_plan: str | None,
) -> dict[str, Any]:
    """Write the input of ``settleBill``; ``ifPlan`` is absent, null or a plan."""
    asked = question(bill, number, kind=kind)
    return {"requestId": str(request_id or key()), **asked, **if_plan}
