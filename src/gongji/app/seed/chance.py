"""Chance that a seed decides, and ids made of it: the same seed, the same people, moments, fen."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import log
from random import Random
from typing import Final, TypeVar
from uuid import UUID

from gongji.domain.business_day import start_of
from gongji.domain.money import Fen

T = TypeVar("T")

_VERSION_7: Final = 7 << 76
_VARIANT: Final = 0b10 << 62
_LOW_BITS: Final = 20
_RANDOM_BITS: Final = 42
_OPENS_HOUR: Final = 9
_CLOSES_HOUR: Final = 20


class Chance(Random):
    """Random numbers in the words of this town."""

    def happens(self, probability: float) -> bool:
        """Tell whether something of a probability between 0 and 1 happens."""
        return self.random() < probability

    def one_of(self, weighted: Sequence[tuple[T, int]]) -> T:
        """Return one of several things, each with its weight."""
        (chosen,) = self.choices([it for it, _ in weighted], [weight for _, weight in weighted])
        return chosen

    def amount(self, median: Fen, *, spread: float, least: Fen) -> Fen:
        """Return fen, log-normal around a median and not below ``least``."""
        return Fen(max(least, round(self.lognormvariate(log(median), spread))))

    def part(self, whole: Fen, lowest: float, highest: float) -> Fen:
        """Return a part of an amount, between two fractions."""
        return Fen(int(whole * self.uniform(lowest, highest)))

    def by_day(self, day: date) -> datetime:
        """Return a moment of a day on which offices and tills are open, to the millisecond."""
        seconds = self.uniform(_OPENS_HOUR * 3600, _CLOSES_HOUR * 3600)
        return start_of(day) + timedelta(milliseconds=int(seconds * 1000))

    def day_between(self, first: date, last: date) -> date:
        """Return a day, both ends included."""
        return first + timedelta(days=self.randint(0, (last - first).days))

    def request_id(self) -> UUID:
        """Return a key as a client makes it: a UUID of version 4."""
        return UUID(int=self.getrandbits(128), version=4)


class Ids:
    """Makes UUIDv7 of the moment at which something happens; later ones are greater.

    Args:
        at: the moment; moved forward from act to act.
    """

    def __init__(self, chance: Chance, at: datetime) -> None:
        self._chance: Final = chance
        self._made = 0
        self.at = at

    def __call__(self) -> UUID:
        """Make the next id: milliseconds, then a counter that never goes back, then chance."""
        self._made += 1
        milliseconds = int(self.at.timestamp() * 1000)
        counter = (self._made >> _LOW_BITS & 0xFFF) << 64 | (self._made & 0xFFFFF) << _RANDOM_BITS
        tail = self._chance.getrandbits(_RANDOM_BITS)
        return UUID(int=milliseconds << 80 | _VERSION_7 | _VARIANT | counter | tail)
