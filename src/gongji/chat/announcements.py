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

from gongji.domain.conversation import Card, CardKind
from gongji.domain.events import EventKind, RecordedEvent
from gongji.usecases.relay import Saying


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who is told of a kind of event, and how; None: not a word, and no card of theirs moves.

    Args:
        subject: the card for the beneficiary, the account's owner or the insured.
        sharers: the card for the binding's sharer, or for each whose account was drawn.
        about: the role of the id by which earlier cards about the same thing are found: they show
            something else from now on.
        orders: whether the subject's deduction order changes with it.
    """

    subject: CardKind | None
    sharers: CardKind | None
    about: str | None = None
    orders: bool = False


def _both(card: CardKind, about: str, *, orders: bool = False) -> Hearing:
    return Hearing(card, card, about, orders)


_NOBODY: Final = Hearing(None, None)
_SHARER_ALONE: Final = Hearing(None, CardKind.BINDING, "binding")

HEARINGS: Final[Mapping[EventKind, Hearing]] = MappingProxyType(
    {
        EventKind.RELATIVE_INVITED: _both(CardKind.INVITATION, "binding"),
        EventKind.INVITATION_ACCEPTED: _both(CardKind.BINDING, "binding", orders=True),
        EventKind.INVITATION_SENT_TO_REVIEW: _both(CardKind.REVIEW, "binding"),
        EventKind.INVITATION_DECLINED: _both(CardKind.INVITATION, "binding"),
        EventKind.INVITATION_WITHDRAWN: _both(CardKind.INVITATION, "binding"),
        EventKind.INVITATION_EXPIRED: _both(CardKind.INVITATION, "binding"),
        EventKind.KINSHIP_CONFIRMED: _both(CardKind.BINDING, "binding", orders=True),
        EventKind.KINSHIP_REFUSED: _both(CardKind.REVIEW, "binding"),
        EventKind.CONSENT_RENEWED: _both(CardKind.BINDING, "binding"),
        # To the beneficiary a pause looks like any other time when a sharer is not available.
        EventKind.BINDING_PAUSED: _SHARER_ALONE,
        EventKind.BINDING_RESUMED: _SHARER_ALONE,
        EventKind.BINDING_ENDED: _both(CardKind.BINDING, "binding", orders=True),
        EventKind.LIMIT_SET: _SHARER_ALONE,
        EventKind.RESERVE_SET: Hearing(CardKind.BALANCE, None, "account"),
        EventKind.ORDER_CHANGED: Hearing(CardKind.ORDER, None, orders=True),
        EventKind.BILL_SETTLED: Hearing(CardKind.RECEIPT, CardKind.DRAW),
        EventKind.SETTLEMENT_REVERSED: _both(CardKind.REVERSAL, "settlement"),
        EventKind.PREMIUM_DEBITED: _both(CardKind.PREMIUM, "premium"),
        EventKind.PREMIUM_CONFIRMED: _both(CardKind.PREMIUM, "premium"),
        EventKind.PREMIUM_FAILED: _both(CardKind.PREMIUM, "premium"),
        EventKind.PREMIUM_REFUNDED: _both(CardKind.PREMIUM, "premium"),
        # Every month, and in no list of what people asked to hear; the balance is there to read.
        EventKind.CONTRIBUTION_BOOKED: _NOBODY,
        EventKind.PERSON_STATUS_CHANGED: Hearing(CardKind.NOTICE, None),
        EventKind.ACCOUNT_STATUS_CHANGED: Hearing(CardKind.NOTICE, None, "account"),
    }
)

ORDER_OF: Final = "beneficiary"
"""The role of the person whose order an order card shows."""


def announcements(told: RecordedEvent) -> Iterator[Saying]:
    """Tell who hears what of an event, each person once.

    Clause: G18.
    """
    hearing, event = HEARINGS[told.event.kind], told.event
    about = () if hearing.about is None else ({hearing.about: event.ids[hearing.about]},)
    if hearing.subject is not None:
        order = {ORDER_OF: event.subject_id}
        stale = (*about, order) if hearing.orders else about
        yield Saying(event.subject_id, _card(hearing.subject, told), stale)
    if hearing.sharers is not None:
        for sharer_id in dict.fromkeys(told.sharers):
            yield Saying(sharer_id, _card(hearing.sharers, told), about)


def _card(kind: CardKind, told: RecordedEvent) -> Card:
    """Make a card about what an event is about; a notice is named after the event."""
    event = told.event
    if kind is CardKind.ORDER:
        return Card(kind, {ORDER_OF: event.subject_id})
    return Card(kind, event.ids, notice=event.kind if kind is CardKind.NOTICE else None)
