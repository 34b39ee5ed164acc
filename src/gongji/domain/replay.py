"""The second interpreter: computes the legs of a recorded explanation by other means.

It shares no code with the resolver. Where the resolver walks with a remainder, this one looks at
running totals: an account pays what the total drawable up to it covers of the due, less what the
total before it covered. Books checks compare its answer with the legs that were booked (law 10).
"""

from collections.abc import Mapping
from itertools import accumulate, pairwise
from typing import Any


def replay(recorded: Mapping[str, Any]) -> dict[str, int]:
    """Return fen by account id as they should have been drawn, without accounts that paid none.

    Raises:
        ValueError: the record has a form that this interpreter does not know.
    """
    if recorded["form"] != 1:
        raise ValueError("unknown form of explanation")
    steps = recorded["steps"]
    reach = [0, *accumulate(_could_give(step) for step in steps)]
    covered = [min(total, recorded["eligible"]) for total in reach]
    paid = (after - before for before, after in pairwise(covered))
    return {step["account"]: fen for step, fen in zip(steps, paid, strict=True) if fen}


def replay_cash(recorded: Mapping[str, Any], paid: Mapping[str, int] | None = None) -> int:
    """Return the fen of cash that should remain of the personal share.

    Args:
        paid: what ``replay`` gave, where it is known already.
    """
    drawn: int = sum((replay(recorded) if paid is None else paid).values())
    share: int = recorded["personal_share"]
    return share - drawn


def _could_give(step: Mapping[str, Any]) -> int:
    if step["barred"]:
        return 0
    above_reserve: int = step["balance"] - step["reserve"]
    limit_left: int | None = step["limit_left"]
    return max(0, above_reserve if limit_left is None else min(above_reserve, limit_left))
