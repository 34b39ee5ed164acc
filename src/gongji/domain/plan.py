"""What a client was shown, in a form that can be compared later (``ifPlan``)."""

import json
from collections.abc import Iterable
from uuid import UUID

from gongji.domain.binding import Limit
from gongji.domain.deduction import Split
from gongji.domain.money import Fen
from gongji.domain.settlement import Leg


def settlement_plan(split: Split, *, cash: Fen, policy_version: str) -> bytes:
    """Write a split's plan: eligible fen, ordered accounts with their fen, cash, policy version.

    The plan names amounts of sharers: it leaves the store only as a keyed digest.
    """
    drawn = [(str(step.purse.account_id), step.drawn) for step in split.legs]
    return _written("settle", split.due, drawn, cash, policy_version)


def legs_plan(what: str, subject_id: UUID, legs: Iterable[Leg]) -> bytes:
    """Write the plan of moving legs: of paying a premium."""
    return _written(what, str(subject_id), [(str(leg.account_id), leg.amount) for leg in legs])


def reversal_plan(settlement_id: UUID, legs: Iterable[Leg], *, suspended: Iterable[Leg]) -> bytes:
    """Write the plan of reversing a settlement: what returns to which account, and what cannot."""
    held = {leg.account_id for leg in suspended}
    returned = [(str(leg.account_id), leg.amount, leg.account_id in held) for leg in legs]
    return _written("reverse", str(settlement_id), returned)


def ending_plan(binding_id: UUID, *, status: str, order_version: int | None) -> bytes:
    """Write the plan of ending a binding: its state and the order that it leaves behind.

    Args:
        order_version: None for who may not know of that order: it tells of other sharers (G18).
    """
    return _written("end", str(binding_id), status, order_version)


def limit_plan(binding_id: UUID, was: Limit) -> bytes:
    """Write the plan of replacing a binding's limits: what they are until then."""
    return _written("limit", str(binding_id), was.per_settlement, was.per_month, was.per_year)


def reserve_plan(account_id: UUID, was: Fen) -> bytes:
    """Write the plan of replacing an account's reserve: what it is until then."""
    return _written("reserve", str(account_id), was)


def _written(*parts: object) -> bytes:
    return json.dumps(parts, separators=(",", ":")).encode()
