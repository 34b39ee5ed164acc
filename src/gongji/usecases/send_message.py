"""Send a message (发送消息): it is stored under its key first; what it means is done afterwards."""

from dataclasses import dataclass
from uuid import UUID

from gongji.domain.conversation import (
    MOST_MESSAGE_CHARACTERS,
    MOST_TYPED_CHARACTERS,
    Author,
    Draft,
)
from gongji.domain.errors import Code, not_found, refuse
from gongji.store.conversations import append, lock_conversation
from gongji.store.rows import PersonRow
from gongji.usecases.transaction import Transaction, command

OPERATION = "sendMessage"


@dataclass(frozen=True, slots=True, repr=False)
class SendMessage:
    """A person's message. It has no ``repr``: what was typed must reach no log.

    Args:
        typed: as it was typed; only its keyed hash is kept.
        text: the same as it may be kept: cleaned, and numbers of persons masked; of what is longer
            than ``MOST_TYPED_CHARACTERS`` only the beginning.
    """

    request_id: UUID
    typed: str
    text: str


@command(OPERATION)
async def send_message(tx: Transaction, request: SendMessage) -> UUID:
    """Store a message in the acting person's conversation; returns its id.

    Raises:
        Forbidden: the actor is no person.
        Refusal: no guardian or proxy of that ward, nothing to be read in it, or too long.

    Clause: G18, G19.
    """
    person_id, _ = await tx.acting_person()
    if not await PersonRow.filter(id=person_id).using_db(tx.connection).exists():
        raise not_found()
    await tx.claim()
    is_long = len(request.text) > MOST_MESSAGE_CHARACTERS
    if is_long or len(request.typed) > MOST_TYPED_CHARACTERS:
        raise refuse(Code.MESSAGE_TOO_LONG, "text")
    if not request.text:
        raise refuse(Code.MESSAGE_EMPTY, "text")
    await lock_conversation(tx.connection, person_id)
    draft = Draft(Author.PERSON, request.text, actor=tx.actor)
    (message,) = await append(tx.connection, person_id, [draft], tx.at)
    return message.id
