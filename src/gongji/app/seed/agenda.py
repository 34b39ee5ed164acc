"""The agenda of the year: acts in the order of their moments; an act may bring later ones."""

from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

Act = Callable[[], None]


class Agenda:
    """Acts to come.

    Args:
        until: what would happen at this moment or later never does.
    """

    def __init__(self, until: datetime) -> None:
        self._until = until
        self._acts: list[tuple[datetime, int, Act]] = []
        self._numbers = count()

    def add(self, at: datetime, act: Act) -> None:
        """Plan an act; of acts at one moment the first planned comes first."""
        if at < self._until:
            heappush(self._acts, (at, next(self._numbers), act))

    def before(self, moment: datetime) -> Iterator[tuple[datetime, Act]]:
        """Take out the acts before a moment, in order, those that they bring included."""
        while self._acts and self._acts[0][0] < moment:
            at, _, act = heappop(self._acts)
            yield at, act
