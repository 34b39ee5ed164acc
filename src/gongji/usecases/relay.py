"""Relay events from the outbox into conversations: taken, told and marked in one transaction.

What is said to whom is decided by whoever calls; here it is said exactly once. A process that ends
in the middle leaves nothing behind, and another one begins anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.transactions import in_transaction

from gongji.domain.conversation import Author, Card, Draft, Likeness
from gongji.domain.events import RecordedEvent
from gongji.store.conversations import append_each, lock_conversations, touch_each
from gongji.store.outbox import mark_relayed, take_events
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried

MOST_SUBJECTS: Final = 50
"""Subjects whose events are relayed in one transaction."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What one person is told of one event.

    Args:
        stale: earlier cards of this person that show something else from now on.
    """

    person_id: UUID
    card: Card
    stale: tuple[Likeness, ...]


@dataclass(frozen=True, slots=True)
class Relayed:
    """What one transaction relayed."""

    events: int
    messages: int


Tells = Callable[[RecordedEvent], Iterable[Saying]]


async def relay_events(tells: Tells, ports: Ports, *, limit: int = MOST_SUBJECTS) -> Relayed:
    """Relay the events that wait, the oldest first; nothing relayed: none waits that is free.

    Args:
        limit: subjects at once.

    Raises:
        Unavailable: the database is silent; what was not told waits.
    """
    return await retried(lambda: _once(tells, ports, limit))


async def _once(tells: Tells, ports: Ports, limit: int) -> Relayed:
    async with in_transaction() as connection:
        events = await take_events(connection, most_subjects=limit)
        said = [(event, saying) for event in events for saying in tells(event)]
        at = ports.clock.now()
        messages = 0
        if said:
            await lock_conversations(connection, {saying.person_id for _, saying in said})
            stale = [(one.person_id, like) for _, one in said for like in one.stale]
            await touch_each(connection, stale)
            drafts = [
                (one.person_id, Draft(Author.SERVICE, card=one.card, event_id=event.id))
                for event, one in said
            ]
            messages = len(await append_each(connection, drafts, at))
        if events:
            await mark_relayed(connection, [event.id for event in events], at)
    return Relayed(len(events), messages)
