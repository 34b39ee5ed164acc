"""Short and long forms of one test: ``make test`` runs the short one, ``make soak`` the long one.

``SOAK=1`` chooses the long forms, ``SEED=...`` the chance of a run. A test prints the seed that it
took, so that a failure can be run again. Tests with a long form have the mark ``soak``.
"""

import os
import random
from typing import TypeVar

IS_SOAK = os.environ.get("SOAK") == "1"

T = TypeVar("T")


def short_or_long(short: T, long: T) -> T:
    """Return what the run asks for."""
    return long if IS_SOAK else short


def chosen_seed() -> int:
    """Return the seed that was given, or a new one; either is printed."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(2**32))
    print(f"SEED={seed}")
    return seed
