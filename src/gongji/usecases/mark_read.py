"""Mark messages as read (标记已读), up to a number; it never goes back, so it needs no key."""

from gongji.domain.actor import Actor
from gongji.domain.conversation import Conversation
from gongji.store.conversations import mark_read as mark
from gongji.store.conversations import read_conversation
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity
from gongji.usecases.ports import Ports


async def mark_read(number: int, actor: Actor, ports: Ports) -> Conversation:
    """Mark the acting person's messages as read up to a number; returns the conversation.

    A number beyond the newest message marks nothing. It is no change that other devices are told
    of: they read what is unread when they read the conversation next.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G19.
    """
    await acting_capacity(pool(), actor, ports.clock.now())
    await mark(pool(), actor.person_id, number)
    return await read_conversation(pool(), actor.person_id)
