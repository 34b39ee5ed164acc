"""A conversation as the person whose it is, or a guardian or proxy, reads it."""

from collections.abc import Iterable
from uuid import UUID

from gongji.domain.actor import Actor, ActorKind
from gongji.domain.conversation import Conversation, Message
from gongji.domain.page import PageOf, PageRequest
from gongji.store.conversations import messages_by_id, page_of_messages, read_conversation
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity
from gongji.usecases.ports import Ports
from gongji.usecases.views.acting import may_ask


async def see_conversation(actor: Actor, ports: Ports) -> Conversation:
    """Return the conversation of the actor or the ward; one that was never opened is empty.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G18, G19.
    """
    await acting_capacity(pool(), actor, ports.clock.now())
    return await read_conversation(pool(), actor.person_id)


async def list_messages(actor: Actor, ports: Ports, page: PageRequest) -> PageOf[Message]:
    """List the messages of the actor's or the ward's conversation, the newest first.

    Args:
        page: the key is the message's number.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G18, G19.
    """
    await acting_capacity(pool(), actor, ports.clock.now())
    return await page_of_messages(pool(), actor.person_id, page)


async def see_messages(ids: Iterable[UUID], actor: Actor, ports: Ports) -> dict[UUID, Message]:
    """Return those messages that are in the actor's or the ward's conversation.

    Unknown ones and those of strangers are left out alike.

    Clause: G18, G19.
    """
    if actor.kind is not ActorKind.PERSON or not await may_ask(actor, ports):
        return {}
    found = await messages_by_id(pool(), ids)
    return {one.id: one for one in found.values() if one.person_id == actor.person_id}
