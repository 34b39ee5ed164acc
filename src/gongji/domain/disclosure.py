"""What a beneficiary may know of sharers: how far their money reaches, never an amount (G18)."""

from datetime import datetime
from enum import StrEnum

from gongji.domain.binding import Binding, BindingStatus, acceptance_key
from gongji.domain.deduction import Purse, Split
from gongji.domain.family import Family, Sharing
from gongji.domain.money import NOTHING, Fen


class Availability(StrEnum):
    """How a sharer shows in the beneficiary's family account."""

    ENOUGH = "ENOUGH"
    LOW = "LOW"
    EMPTY = "EMPTY"
    UNAVAILABLE = "UNAVAILABLE"


def availability(purse: Purse, *, low_below: Fen) -> Availability:
    """Tell how much of a sharer's account can be drawn; a pause looks like any other reason.

    Args:
        low_below: drawable fen below which it shows as low, from the policy.

    Clause: G18.
    """
    if purse.barred is not None:
        return Availability.UNAVAILABLE
    if purse.drawable == NOTHING:
        return Availability.EMPTY
    return Availability.LOW if purse.drawable < low_below else Availability.ENOUGH


class Coverage(StrEnum):
    """Whether sharers pay what the own account leaves of a bill."""

    FULLY = "FULLY"
    PARTLY = "PARTLY"
    NOT = "NOT"


def coverage(split: Split) -> Coverage:
    """Tell a person who asks for a quote how far sharers cover what the own account leaves.

    Clause: G18.
    """
    if split.cash == NOTHING:
        return Coverage.FULLY
    return Coverage.PARTLY if split.shared > NOTHING else Coverage.NOT


def shown_to_beneficiary(binding: Binding, at: datetime) -> BindingStatus:
    """Return the state that a beneficiary sees: a paused binding looks like any other.

    Clause: G18.
    """
    status = binding.status_at(at)
    return BindingStatus.ACTIVE if status is BindingStatus.PAUSED else status


class OrderSource(StrEnum):
    """Who decided the order of drawing."""

    BENEFICIARY = "BENEFICIARY"
    BUREAU = "BUREAU"
    NONE_YET = "NONE_YET"


def order_source(family: Family) -> OrderSource:
    """Tell who decided the order; while it is missing, nobody has (G1).

    Clause: S2.2, S2.3, G1.
    """
    if family.beneficiary.order_is_set:
        return OrderSource.BENEFICIARY
    return OrderSource.NONE_YET if family.order_is_missing else OrderSource.BUREAU


def shown_order(family: Family) -> tuple[tuple[int | None, Sharing], ...]:
    """Return the sharings as the beneficiary sees them, each with its rank.

    Where the bureau's rule draws the highest balance first there are no ranks, and the list is by
    acceptance time: its order must not tell who has more.

    Clause: G1, G18.
    """
    if family.order_is_by_balance:
        by_time = sorted(family.ordered(), key=lambda sharing: acceptance_key(sharing.binding))
        return tuple((None, sharing) for sharing in by_time)
    return tuple(enumerate(family.ordered(), start=1))
