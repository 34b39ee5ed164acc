"""A person's one conversation with the service: messages, their order, and what a card is about.

A card holds ids and no words: what it shows, its buttons too, comes from what the ids stand for at
the moment of reading. So a card that was used, or overtaken, shows that on every device.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

MOST_MESSAGE_CHARACTERS: Final = 500
"""Characters of one message that a person sends."""


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


@dataclass(frozen=True, slots=True)
class Card:
    """What a card is about.

    Args:
        ids: ids by role (``binding``, ``settlement``, ``premium`` ...), as its event has them.
        notice: the name of a sentence in ``texts``, for cards that only say something.
    """

    kind: CardKind
    ids: Mapping[str, UUID]
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it has its place in a conversation.

    Args:
        text: as typed, cleaned and masked; None where a card says everything.
        replies_to: the message that it answers; a message is answered once.
        event_id: the event that it tells of; of each event a person is told once.
    """

    author: Author
    text: str | None = None
    card: Card | None = None
    replies_to: UUID | None = None
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message in its conversation.

    Args:
        person_id: whose conversation it is.
        number: counts from 1 in the conversation, without gaps.
        change: number of the conversation's last change that concerned it: its arrival, or a later
            change of its card; a client that knows every change up to some number catches up from
            there.
    """

    id: UUID
    person_id: UUID
    number: int
    change: int
    author: Author
    text: str | None
    card: Card | None
    sent_at: datetime


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
