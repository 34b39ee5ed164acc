"""Following a conversation: what changed after a cursor, then what changes, without gap or repeat.

Changes are numbered under the conversation's lock, so that whoever has read up to a number has
missed nothing before it. A message that changed twice meanwhile comes once, as it is now.
"""

from collections.abc import AsyncIterator

from gongji.chat.feed import MOST_AT_ONCE, Feed
from gongji.domain.actor import Actor, ActorKind
from gongji.domain.conversation import Message
from gongji.domain.errors import Forbidden
from gongji.store.conversations import read_conversation
from gongji.store.database import pool
from gongji.usecases.ports import Ports
from gongji.usecases.views.acting import may_ask


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
        changed.set()
        while True:
            await changed.wait()
            # Cleared before reading: what changes from here on wakes again.
            changed.clear()
            await expect_reader(actor, ports)
            found = await feed.changed(actor.person_id, after=after)
            if len(found) == MOST_AT_ONCE:
                changed.set()
            if found:
                after = found[-1].change
                yield found


async def expect_reader(actor: Actor, ports: Ports) -> None:
    """Make sure that the actor may read the conversation, now.

    Raises:
        Forbidden: not a person, or no guardian or proxy of that ward.

    Clause: G19.
    """
    if actor.kind is not ActorKind.PERSON or not await may_ask(actor, ports):
        raise Forbidden
