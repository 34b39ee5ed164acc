"""Reply to a message: once, however often and by how many processes it is tried."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from gongji.domain.conversation import Draft, Message
from gongji.store.conversations import append, lock_conversation, replies_to
from gongji.store.database import pool
from gongji.store.quote_counts import count_quote
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried


@dataclass(frozen=True, slots=True)
class Counted:
    """A reply that takes one of somebody's quotes of a day, if it is the one that is kept (G18).

    Args:
        draft_of: what is said when it is so many'th quote.
    """

    counted_of: frozenset[UUID]
    asked_on: date
    draft_of: Callable[[int], Draft]


async def reply(message: Message, said: Draft | Counted, ports: Ports) -> Message:
    """Append the reply to a message; returns the one that came first.

    Raises:
        Unavailable: the database is silent; the message stays unanswered and is found again.
    """
    return await retried(lambda: _once(message, said, ports))


async def _once(message: Message, said: Draft | Counted, ports: Ports) -> Message:
    async with in_transaction() as connection:
        await lock_conversation(connection, message.person_id)
        if message.id not in await replies_to(connection, [message.id]):
            draft = await _draft(said, connection)
            answer = replace(draft, replies_to=message.id)
            await append(connection, message.person_id, [answer], ports.clock.now())
    return (await replies_to(pool(), [message.id]))[message.id]


async def _draft(said: Draft | Counted, connection: BaseDBAsyncClient) -> Draft:
    if isinstance(said, Draft):
        return said
    return said.draft_of(await count_quote(connection, said.counted_of, said.asked_on))
