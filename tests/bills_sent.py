"""What a till's program sends about a bill: its question, and what is to be settled."""

from typing import Any
from uuid import UUID

from gongji.domain.bill import Bill
from tests.api.bills import bill_input
from tests.world import key


def question(bill: Bill, number: str, *, kind: str = "ID_CARD") -> dict[str, Any]:
    """Write the input of ``quoteSettlement`` for who shows a credential."""
    return {"credential": {"kind": kind, "number": number}, "bill": bill_input(bill)}


def bill_to_settle(
    bill: Bill,
    number: str,
    *,
    kind: str = "ID_CARD",
    request_id: UUID | None = None,
    **if_plan: Any,
) -> dict[str, Any]:
    """Write the input of ``settleBill``; ``ifPlan`` is absent, null or a plan."""
    asked = question(bill, number, kind=kind)
    return {"requestId": str(request_id or key()), **asked, **if_plan}
