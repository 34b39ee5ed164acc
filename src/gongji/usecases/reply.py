"""Reply to a message: once, however often and by how many processes it is tried."""

from dataclasses import replace

from tortoise.transactions import in_transaction

from gongji.domain.conversation import Draft, Message
from gongji.store.conversations import append, lock_conversation, replies_to
from gongji.store.database import pool
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried


async def reply(message: Message, draft: Draft, ports: Ports) -> Message:
    """Append the reply to a message; returns the one that came first.

    Raises:
        Unavailable: the database is silent; the message stays unanswered and is found again.
    """
    return await retried(lambda: _once(message, draft, ports))


async def _once(message: Message, draft: Draft, ports: Ports) -> Message:
    async with in_transaction() as connection:
        await lock_conversation(connection, message.person_id)
        answer = replace(draft, replies_to=message.id)
        await append(connection, message.person_id, [answer], ports.clock.now())
    return (await replies_to(pool(), [message.id]))[message.id]
