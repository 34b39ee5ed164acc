"""Who hears of which event, and by which card: one line for each kind of event.

A message is written for one recipient. Beside the subject of an event (the beneficiary, the owner
of an account, the insured) only its sharers may hear of it: the other side of a binding, or those
whose accounts were drawn. A card holds the event's ids and no words; what of it somebody may see is
decided when it is read.

Clause: G18.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
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
    """Who is told of a kind of event, and how; None: not a word.

    Args:
        subject: the card for the beneficiary, the account's owner or the insured.
        sharers: the card for the binding's sharer, or for each whose account was drawn.
        stale: earlier cards of the subject that show something else from now on.
        stale_of_sharers: earlier cards of the sharers that do.
    """

    subject: CardKind | None
    sharers: CardKind | None
    stale: tuple[Like, ...] = ()
    stale_of_sharers: tuple[Like, ...] = ()


_OF_BINDING: Final = Like(role="binding")
_OF_SETTLEMENT: Final = Like(role="settlement")
# What could be paid over the binding, and what was.
_OF_PREMIUM: Final = Like(CardKind.PREMIUM, "binding")
_OF_WINDOW: Final = Like(CardKind.PREMIUM_WINDOW)
_ORDER: Final = Like(CardKind.ORDER)
_BALANCE: Final = Like(CardKind.BALANCE)


def _both(card: CardKind, *stale: Like, order: bool = False) -> Hearing:
    """Tell both sides; with ``order`` the subject's deduction order changes with it."""
    return Hearing(card, card, (*stale, _ORDER) if order else stale, stale)


_SHARER_ALONE: Final = Hearing(None, CardKind.BINDING, stale_of_sharers=(_OF_BINDING,))
# The insured person's own account has nothing to do with it.
_PREMIUM: Final = Hearing(
    CardKind.PREMIUM, CardKind.PREMIUM, (_OF_PREMIUM,), (_OF_PREMIUM, _OF_WINDOW, _BALANCE)
)
# The card that told of the payment shows how it stands; a second one would read as paid twice.
_PREMIUM_AFTERWARDS: Final = replace(_PREMIUM, subject=CardKind.NOTICE, sharers=CardKind.NOTICE)

HEARINGS: Final[Mapping[EventKind, Hearing]] = MappingProxyType(
    {
        EventKind.RELATIVE_INVITED: _both(CardKind.INVITATION, _OF_BINDING),
        EventKind.INVITATION_ACCEPTED: _both(CardKind.BINDING, _OF_BINDING, order=True),
        EventKind.INVITATION_SENT_TO_REVIEW: _both(CardKind.REVIEW, _OF_BINDING),
        EventKind.INVITATION_DECLINED: _both(CardKind.INVITATION, _OF_BINDING),
        EventKind.INVITATION_WITHDRAWN: _both(CardKind.INVITATION, _OF_BINDING),
        EventKind.INVITATION_EXPIRED: _both(CardKind.INVITATION, _OF_BINDING),
        EventKind.KINSHIP_CONFIRMED: _both(CardKind.BINDING, _OF_BINDING, order=True),
        EventKind.KINSHIP_REFUSED: _both(CardKind.REVIEW, _OF_BINDING),
        EventKind.CONSENT_RENEWED: _both(CardKind.BINDING, _OF_BINDING),
        # To the beneficiary a pause looks like any other time when a sharer is not available.
        EventKind.BINDING_PAUSED: _SHARER_ALONE,
        EventKind.BINDING_RESUMED: _SHARER_ALONE,
        EventKind.BINDING_ENDED: _both(CardKind.BINDING, _OF_BINDING, order=True),
        EventKind.LIMIT_SET: _SHARER_ALONE,
        EventKind.RESERVE_SET: Hearing(CardKind.BALANCE, None, (_BALANCE,)),
        EventKind.ORDER_CHANGED: Hearing(CardKind.ORDER, None, (_ORDER,)),
        EventKind.BILL_SETTLED: Hearing(CardKind.RECEIPT, CardKind.DRAW, (_BALANCE,), (_BALANCE,)),
        EventKind.SETTLEMENT_REVERSED: _both(CardKind.REVERSAL, _OF_SETTLEMENT, _BALANCE),
        EventKind.PREMIUM_DEBITED: _PREMIUM,
        EventKind.PREMIUM_CONFIRMED: _PREMIUM_AFTERWARDS,
        EventKind.PREMIUM_FAILED: _PREMIUM_AFTERWARDS,
        EventKind.PREMIUM_REFUNDED: _PREMIUM_AFTERWARDS,
        # Every month, and in no list of what people asked to hear; the balance is there to read.
        EventKind.CONTRIBUTION_BOOKED: Hearing(None, None, (_BALANCE,)),
        EventKind.PERSON_STATUS_CHANGED: Hearing(CardKind.NOTICE, None),
        EventKind.ACCOUNT_STATUS_CHANGED: Hearing(CardKind.NOTICE, None, (_BALANCE,)),
    }
)


def announcements(told: RecordedEvent) -> Iterator[Saying]:
    """Tell who hears what of an event, each person once, and whose account runs low by it.

    Clause: G18.
    """
    hearing, event = HEARINGS[told.event.kind], told.event
    if hearing.subject is not None or hearing.stale:
        yield _saying(event.subject_id, hearing.subject, hearing.stale, told)
    if hearing.sharers is not None or hearing.stale_of_sharers:
        for sharer_id in dict.fromkeys(told.sharers):
            yield _saying(sharer_id, hearing.sharers, hearing.stale_of_sharers, told)
    for low in told.low:
        notice = LOW_NOTICES[low.is_used_up, low.is_shared_with]
        card = Card(CardKind.NOTICE, {}, notice=notice, terms={"below": low.below})
        yield Saying(low.owner_id, card, name=LOW_BALANCE)
    if told.waits_for_order:
        card = Card(CardKind.NOTICE, {}, notice=ORDER_TO_SET)
        yield Saying(event.subject_id, card, name=ORDER_TO_SET)


def card_for(told: RecordedEvent, person_id: UUID) -> Card | None:
    """Return the card by which a person hears of an event; None: not a word.

    Clause: G18.
    """
    theirs = (one for one in announcements(told) if one.person_id == person_id and one.name is None)
    return next((one.card for one in theirs), None)


LOW_BALANCE: Final = "LOW_BALANCE"
ORDER_TO_SET: Final = "ORDER_TO_SET"
LOW_NOTICES: Final[Mapping[tuple[bool, bool], str]] = MappingProxyType(
    {
        (False, True): LOW_BALANCE,
        (False, False): "LOW_BALANCE_ALONE",
        (True, True): "BALANCE_USED_UP",
        (True, False): "BALANCE_USED_UP_ALONE",
    }
)
"""What is told of a low balance: whether nothing is left, and whether somebody shares."""


def _saying(
    person_id: UUID, kind: CardKind | None, stale: tuple[Like, ...], told: RecordedEvent
) -> Saying:
    """Make a card about what an event is about; a notice is named after the event."""
    event = told.event
    notice = event.kind if kind is CardKind.NOTICE else None
    card = None if kind is None else Card(kind, event.ids, notice=notice)
    return Saying(person_id, card, tuple(like.of(event.ids) for like in stale))
