"""Bills as a till's program sends them over GraphQL."""

from typing import Any

from gongji.domain.bill import Bill
from tests.world import Person


def bill_input(bill: Bill, **changed: Any) -> dict[str, Any]:
    """Write a bill as ``BillInput``; ``changed`` fields replace its own."""
    return {
        "institutionBillNo": bill.institution_bill_no,
        "visit": str(bill.visit),
        "totalFen": bill.total,
        "selfPaidFen": bill.self_paid,
        "overLimitFen": bill.over_limit,
        "firstPayFen": bill.first_pay,
        "inScopeFen": bill.in_scope,
        "fundPaidFen": bill.fund_paid,
        "hospitalPaidFen": bill.hospital_paid,
        "personalShareFen": bill.personal_share,
        "lines": [
            {"code": x.code, "name": x.name, "kind": str(x.kind), "amountFen": x.amount}
            for x in bill.lines
        ],
        **changed,
    }


def id_card(person: Person) -> dict[str, str]:
    """Return the credential of a person who shows the ID card."""
    return {"kind": "ID_CARD", "number": person.id_number}
