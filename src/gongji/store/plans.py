"""Plans: what a client was shown, as a keyed digest that it sends back with ``ifPlan``.

A plan names accounts and amounts that the client may not know, so it never leaves in the clear.
"""

from collections.abc import Iterable

from gongji.domain.errors import FreshPlan, PlanChanged
from gongji.domain.family import BillSplit
from gongji.domain.money import Fen
from gongji.domain.plan import reversal_plan, settlement_plan
from gongji.domain.policy import Policy
from gongji.domain.settlement import Leg, Settlement
from gongji.store.personal_data import KeyRing


def sealed_plan(plan: bytes, key_ring: KeyRing) -> str:
    """Return the keyed digest of a plan."""
    return key_ring.digest_bytes("PLAN", plan)


def plan_of_split(split: BillSplit, policy: Policy, key_ring: KeyRing) -> FreshPlan:
    """Return the plan of settling a bill now, with the sums that a till may know."""
    plan = settlement_plan(split.split, cash=split.cash, policy_version=policy.version)
    return FreshPlan(
        plan=sealed_plan(plan, key_ring),
        eligible=split.eligible,
        own=split.split.own,
        shared=split.split.shared,
        cash=split.cash,
    )


def plan_of_reversal(
    settlement: Settlement, legs: Iterable[Leg], *, suspended: Iterable[Leg], key_ring: KeyRing
) -> FreshPlan:
    """Return the plan of reversing a settlement now, with the sums that a till may know.

    Args:
        suspended: those legs whose accounts are closed.
    """
    plan = reversal_plan(settlement.id, legs, suspended=suspended)
    return FreshPlan(
        plan=sealed_plan(plan, key_ring),
        eligible=settlement.eligible,
        own=settlement.own,
        shared=settlement.shared,
        cash=settlement.cash,
    )


def check_plan(shown: str | None, fresh: FreshPlan) -> None:
    """Check that the plan that was shown still holds; no plan means that any will do.

    Raises:
        PlanChanged: it does not; carries the fresh one.
    """
    if shown is not None and shown != fresh.plan:
        raise PlanChanged(fresh)


def plain_plan(plan: bytes, key_ring: KeyRing) -> FreshPlan:
    """Return a plan that is not about a bill, such as an ending; it has no sums to tell."""
    nothing = Fen(0)
    return FreshPlan(sealed_plan(plan, key_ring), nothing, nothing, nothing, nothing)
