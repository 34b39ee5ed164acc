"""Following a conversation: what changed after a cursor, then what changes, without gap or repeat.

Changes are numbered under the conversation's lock, so that whoever has read up to a number has
missed nothing before it. A message that changed twice meanwhile comes once, as it is now.
"""

from collections.abc import AsyncIterator
from typing import Final

from gongji.chat.feed import Feed
from gongji.domain.actor import Actor, ActorKind
from gongji.domain.conversation import Message
from gongji.domain.errors import Forbidden
from gongji.store.conversations import messages_changed, read_conversation
from gongji.store.database import pool
from gongji.usecases.ports import Ports
from gongji.usecases.views.acting import may_ask

MOST_AT_ONCE: Final = 20
"""Messages that are read at once; each is still handed out by itself."""


async def newest_change(actor: Actor, ports: Ports) -> int:
    """Return the number of the newest change of the actor's or the ward's conversation.

    Raises:
        Forbidden: not a person, or no guardian or proxy of that ward.

    Clause: G19.
    """
    await expect_reader(actor, ports)
    return (await read_conversation(pool(), actor.person_id)).last_change


async def follow(
    feed: Feed, actor: Actor, ports: Ports, *, after: int
) -> AsyncIterator[list[Message]]:
    """Give the messages that came or changed after a change, in the order of their last change.

    It goes on for as long as somebody asks.

    Raises:
        Forbidden: not a person, or no guardian or proxy of that ward any more.

    Clause: G18, G19.
    """
    with feed.following(actor.person_id) as changed:
        while True:
            # Cleared before reading: what changes from here on wakes again.
            changed.clear()
            await expect_reader(actor, ports)
            found = await messages_changed(pool(), actor.person_id, after=after, limit=MOST_AT_ONCE)
            if found:
                after = found[-1].change
                yield found
            else:
                await changed.wait()


async def expect_reader(actor: Actor, ports: Ports) -> None:
    """Make sure that the actor may read the conversation, now.

    Raises:
        Forbidden: not a person, or no guardian or proxy of that ward.

    Clause: G19.
    """
    if actor.kind is not ActorKind.PERSON or not await may_ask(actor, ports):
        raise Forbidden
