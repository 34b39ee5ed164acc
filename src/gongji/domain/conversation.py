"""A person's one conversation with the service: messages, their order, and what a card is about.

A card holds ids and no words: what it shows, its buttons too, comes from what the ids stand for at
the moment of reading. So a card that was used, or overtaken, shows that on every device.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid5

from gongji.domain.actor import Actor

MOST_MESSAGE_CHARACTERS: Final = 500
"""Characters of one message that a person sends (Unicode code points after cleaning)."""
MOST_TYPED_CHARACTERS: Final = 4 * MOST_MESSAGE_CHARACTERS
"""Characters as they are typed, with those that show nothing; of more nothing is read at all."""


class Author(StrEnum):
    """Who wrote a message."""

    PERSON = "PERSON"
    SERVICE = "SERVICE"


class CardKind(StrEnum):
    """What a card is about. Values are only ever added."""

    INVITATION = "INVITATION"
    REVIEW = "REVIEW"
    BINDING = "BINDING"
    ORDER = "ORDER"
    RECEIPT = "RECEIPT"
    DRAW = "DRAW"
    REVERSAL = "REVERSAL"
    PREMIUM = "PREMIUM"
    BALANCE = "BALANCE"
    NOTICE = "NOTICE"
    HELP = "HELP"
    BENEFICIARIES = "BENEFICIARIES"
    CONFIRM = "CONFIRM"
    CHOICE = "CHOICE"
    QUOTE = "QUOTE"
    STATEMENT = "STATEMENT"
    PREMIUM_WINDOW = "PREMIUM_WINDOW"


@dataclass(frozen=True, slots=True)
class Card:
    """What a card is about.

    Args:
        ids: ids by role (``binding``, ``settlement``, ``premium`` ...), as its event has them.
        notice: the name of a sentence in ``texts``, for cards that only say something.
        terms: plain JSON: what a card that asks has shown, and will do once it is confirmed.
    """

    kind: CardKind
    ids: Mapping[str, UUID]
    notice: str | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Which of a person's cards are meant.

    Args:
        kind: of this kind; None: of any.
        ids: about all of these, by role.
    """

    kind: CardKind | None = None
    ids: Mapping[str, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it has its place in a conversation.

    Args:
        text: as typed, cleaned and masked; None where a card says everything.
        replies_to: the message that it answers; a message is answered once.
        event_id: the event or occasion that it tells of; of each a person is told once.
        actor: who sends it, where a person does.
    """

    author: Author
    text: str | None = None
    card: Card | None = None
    replies_to: UUID | None = None
    event_id: UUID | None = None
    actor: Actor | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message in its conversation.

    Args:
        person_id: whose conversation it is.
        number: counts from 1 in the conversation, without gaps.
        change: number of the conversation's last change that concerned it: its arrival, or a later
            change of its card; a client that knows every change up to some number catches up from
            there.
        actor: who sent it, where a person did: the person, or who acts for the person.
    """

    id: UUID
    person_id: UUID
    number: int
    change: int
    author: Author
    text: str | None
    card: Card | None
    sent_at: datetime
    actor: Actor | None = None


class PressOutcome(StrEnum):
    """What became of pressing a button. Values are only ever added."""

    DONE = "DONE"
    REFUSED = "REFUSED"
    OVERTAKEN = "OVERTAKEN"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Press:
    """A button of a card, pressed.

    Args:
        id: made of the message, the attempt and the button; the key of what it does.
        attempt: counts from 1 per message.
        actor: who pressed first; whoever presses again meanwhile only waits for it.
        outcome: None while it is being done, or after a kill until it is done.
    """

    id: UUID
    message_id: UUID
    person_id: UUID
    attempt: int
    button: str
    actor: Actor
    pressed_at: datetime
    outcome: PressOutcome | None = None


def press_id(message_id: UUID, *, attempt: int, button: str) -> UUID:
    """Return the id of a press: the same for the same press, however often it is done again."""
    return uuid5(message_id, f"{attempt}/{button}")


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as a whole.

    Args:
        last_number: number of the newest message; 0: there is none.
        last_change: number of the newest change.
        read_number: number of the last message that the person has read.
        unread: how many messages of the service came after that one.
    """

    person_id: UUID
    last_number: int
    last_change: int
    read_number: int
    unread: int


def beside(event_id: UUID, name: str) -> UUID:
    """Return what stands for an event in a second message that tells of it, by its name."""
    return uuid5(event_id, name)
