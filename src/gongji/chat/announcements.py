"""Who hears of which event, and by which card: one line for each kind of event.

A message is written for one recipient. Beside the subject of an event (the beneficiary, the owner
of an account, the insured) only its sharers may hear of it: the other side of a binding, or those
whose accounts were drawn. A card holds the event's ids and no words; what of it somebody may see is
decided when it is read.

Clause: G18.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from gongji.domain.conversation import Card, CardKind, Likeness
from gongji.domain.events import EventKind, RecordedEvent
from gongji.usecases.relay import Saying


@dataclass(frozen=True, slots=True)
class Like:
    """Cards of a kind, or about the id that the event has in a role, or both."""

    kind: CardKind | None = None
    role: str | None = None

    def of(self, ids: Mapping[str, UUID]) -> Likeness:
        """Return which cards are meant, of an event with these ids."""
        return Likeness(self.kind, {} if self.role is None else {self.role: ids[self.role]})


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who is told of a kind of event, and how; None: not a word, and no card of theirs moves.

    Args:
        subject: the card for the beneficiary, the account's owner or the insured.
        sharers: the card for the binding's sharer, or for each whose account was drawn.
        stale: earlier cards of those who are told that show something else from now on.
        orders: whether the subject's deduction order changes with it.
    """

    subject: CardKind | None
    sharers: CardKind | None
    stale: Like | None = None
    orders: bool = False


def _both(card: CardKind, stale: Like, *, orders: bool = False) -> Hearing:
    return Hearing(card, card, stale, orders)


_OF_BINDING: Final = Like(role="binding")
_OF_SETTLEMENT: Final = Like(role="settlement")
# What could be paid over the binding, and what was.
_OF_PREMIUM: Final = Like(CardKind.PREMIUM, "binding")
_NOBODY: Final = Hearing(None, None)
_SHARER_ALONE: Final = Hearing(None, CardKind.BINDING, _OF_BINDING)

HEARINGS: Final[Mapping[EventKind, Hearing]] = MappingProxyType(
    {
        EventKind.RELATIVE_INVITED: _both(CardKind.INVITATION, _OF_BINDING),
        EventKind.INVITATION_ACCEPTED: _both(CardKind.BINDING, _OF_BINDING, orders=True),
        EventKind.INVITATION_SENT_TO_REVIEW: _both(CardKind.REVIEW, _OF_BINDING),
        EventKind.INVITATION_DECLINED: _both(CardKind.INVITATION, _OF_BINDING),
        EventKind.INVITATION_WITHDRAWN: _both(CardKind.INVITATION, _OF_BINDING),
        EventKind.INVITATION_EXPIRED: _both(CardKind.INVITATION, _OF_BINDING),
        EventKind.KINSHIP_CONFIRMED: _both(CardKind.BINDING, _OF_BINDING, orders=True),
        EventKind.KINSHIP_REFUSED: _both(CardKind.REVIEW, _OF_BINDING),
        EventKind.CONSENT_RENEWED: _both(CardKind.BINDING, _OF_BINDING),
        # To the beneficiary a pause looks like any other time when a sharer is not available.
        EventKind.BINDING_PAUSED: _SHARER_ALONE,
        EventKind.BINDING_RESUMED: _SHARER_ALONE,
        EventKind.BINDING_ENDED: _both(CardKind.BINDING, _OF_BINDING, orders=True),
        EventKind.LIMIT_SET: _SHARER_ALONE,
        EventKind.RESERVE_SET: Hearing(CardKind.BALANCE, None, Like(CardKind.BALANCE)),
        EventKind.ORDER_CHANGED: Hearing(CardKind.ORDER, None, orders=True),
        EventKind.BILL_SETTLED: Hearing(CardKind.RECEIPT, CardKind.DRAW),
        EventKind.SETTLEMENT_REVERSED: _both(CardKind.REVERSAL, _OF_SETTLEMENT),
        EventKind.PREMIUM_DEBITED: _both(CardKind.PREMIUM, _OF_PREMIUM),
        EventKind.PREMIUM_CONFIRMED: _both(CardKind.PREMIUM, _OF_PREMIUM),
        EventKind.PREMIUM_FAILED: _both(CardKind.PREMIUM, _OF_PREMIUM),
        EventKind.PREMIUM_REFUNDED: _both(CardKind.PREMIUM, _OF_PREMIUM),
        # Every month, and in no list of what people asked to hear; the balance is there to read.
        EventKind.CONTRIBUTION_BOOKED: _NOBODY,
        EventKind.PERSON_STATUS_CHANGED: Hearing(CardKind.NOTICE, None),
        EventKind.ACCOUNT_STATUS_CHANGED: Hearing(CardKind.NOTICE, None, Like(CardKind.BALANCE)),
    }
)


def announcements(told: RecordedEvent) -> Iterator[Saying]:
    """Tell who hears what of an event, each person once.

    Clause: G18.
    """
    hearing, event = HEARINGS[told.event.kind], told.event
    stale = () if hearing.stale is None else (hearing.stale.of(event.ids),)
    if hearing.subject is not None:
        order = (Likeness(CardKind.ORDER),) if hearing.orders else ()
        yield Saying(event.subject_id, _card(hearing.subject, told), (*stale, *order))
    if hearing.sharers is not None:
        for sharer_id in dict.fromkeys(told.sharers):
            yield Saying(sharer_id, _card(hearing.sharers, told), stale)


def _card(kind: CardKind, told: RecordedEvent) -> Card:
    """Make a card about what an event is about; a notice is named after the event."""
    event = told.event
    return Card(kind, event.ids, notice=event.kind if kind is CardKind.NOTICE else None)
