"""What a beneficiary may know of sharers' money: never an amount, only how far it reaches (G18)."""

from enum import StrEnum

from gongji.domain.deduction import Purse, Split
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
