"""Reminders: what the calendar makes due becomes messages, by a sweep in every process."""

from dataclasses import dataclass
from typing import Final

from gongji.domain.conversation import Card, CardKind
from gongji.domain.occasion import Occasion, OccasionKind
from gongji.usecases.ports import Ports
from gongji.usecases.tell_occasion import due_occasions, tell_occasion


@dataclass(slots=True)
class ReminderCounts:
    """What this process has reminded of; it only ever grows."""

    messages: int = 0


class Reminders:
    """Looks at the calendar now and then."""

    def __init__(self) -> None:
        self.counts: Final = ReminderCounts()

    async def remind(self, ports: Ports) -> int:
        """Tell of every occasion that is due; returns how many messages that were.

        Raises:
            Unavailable: the database is silent; whoever was not told waits.
        """
        before = self.counts.messages
        for occasion in await due_occasions(ports):
            while (told := await tell_occasion(occasion, card_of, ports)) is not None:
                self.counts.messages += told
        return self.counts.messages - before


def card_of(occasion: Occasion) -> Card:
    """Return the card that tells of an occasion: no words, and nothing about anybody."""
    if occasion.kind is OccasionKind.MONTH_ENDED:
        return statement_card(occasion.on.year, occasion.on.month)
    terms = {"year": occasion.year, "on": occasion.on.isoformat()}
    return Card(CardKind.PREMIUM_WINDOW, {}, notice=str(occasion.kind), terms=terms)


def statement_card(year: int, month: int) -> Card:
    """Return the card that sums up a month of the own account."""
    return Card(CardKind.STATEMENT, {}, terms={"year": year, "month": month})
