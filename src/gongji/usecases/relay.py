"""Relay events from the outbox into conversations: taken, told and marked in one transaction.

What is said to whom is decided by whoever calls; here it is said exactly once. A process that ends
in the middle leaves nothing behind, and another one begins anew. An event that cannot be told keeps
nobody else's waiting, and its own subject's only for a while.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from gongji.domain.conversation import Author, Card, Draft, Likeness, beside
from gongji.domain.errors import Unavailable
from gongji.domain.events import RecordedEvent
from gongji.store.conversations import append_each, lock_conversations, touch_each
from gongji.store.outbox import (
    MOST_OF_ONE_SUBJECT,
    Lease,
    lease_events,
    lease_set_aside,
    load_events,
    mark_relayed,
    record_failure,
)
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried

MOST_SUBJECTS: Final = 50
"""Subjects whose events are relayed in one transaction."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What one person is told of one event, or which cards show something else because of it.

    Args:
        card: None: no message.
        stale: earlier cards of this person that show something else from now on.
        name: of a second message to the same person about the same event.
    """

    person_id: UUID
    card: Card | None
    stale: tuple[Likeness, ...] = ()
    name: str | None = None

    def draft(self, event_id: UUID) -> Draft:
        """Return the message that tells of an event, once."""
        about = event_id if self.name is None else beside(event_id, self.name)
        return Draft(Author.SERVICE, card=self.card, event_id=about)


@dataclass(frozen=True, slots=True)
class Untold:
    """An event of which nobody could be told.

    Args:
        attempts: how often that was tried.
        is_set_aside: whether its followers wait for it no more, from now on.
    """

    event_id: UUID
    attempts: int
    is_set_aside: bool
    failure: Exception


@dataclass(frozen=True, slots=True)
class Relayed:
    """What was relayed, and what could not be.

    Args:
        broken: what broke a transaction, so that its events were told one by one.
    """

    events: int = 0
    messages: int = 0
    untold: tuple[Untold, ...] = ()
    broken: tuple[Exception, ...] = ()

    def and_then(self, other: "Relayed") -> "Relayed":
        """Return both together."""
        return Relayed(
            self.events + other.events,
            self.messages + other.messages,
            self.untold + other.untold,
            self.broken + other.broken,
        )


Tells = Callable[[RecordedEvent], Iterable[Saying]]
Leases = Callable[[BaseDBAsyncClient, datetime], Awaitable[list[Lease]]]


async def relay_events(tells: Tells, ports: Ports, *, limit: int = MOST_SUBJECTS) -> Relayed:
    """Relay the events that wait, the oldest first; nothing relayed: none waits that is free.

    One that cannot be told disturbs no other: where a transaction breaks, each of its events is
    told by itself.

    Args:
        limit: subjects at once.

    Raises:
        Unavailable: the database is silent; what was not told waits.
    """
    some = partial(_lease, limit)
    try:
        return await retried(lambda: _told(tells, ports, some, MOST_OF_ONE_SUBJECT))
    except Unavailable:
        raise
    except Exception as failure:  # noqa: BLE001 - the edge of a batch: each is tried by itself
        told = Relayed(broken=(failure,))
    for _ in range(limit * MOST_OF_ONE_SUBJECT):
        one = await _one(tells, ports, partial(_lease, 1))
        if not one.events and not one.untold:
            break
        told = told.and_then(one)
    return told


async def relay_set_aside(tells: Tells, ports: Ports) -> Relayed:
    """Try again each event that was set aside some time ago: a newer program may know better.

    Raises:
        Unavailable: the database is silent.
    """
    told = Relayed()
    for _ in range(MOST_SUBJECTS):
        one = await _one(tells, ports, _lease_set_aside)
        if not one.events and not one.untold:
            break
        told = told.and_then(one)
    return told


async def _lease(limit: int, connection: BaseDBAsyncClient, at: datetime) -> list[Lease]:
    return await lease_events(connection, most_subjects=limit, at=at)


async def _lease_set_aside(connection: BaseDBAsyncClient, at: datetime) -> list[Lease]:
    return await lease_set_aside(connection, at=at)


async def _one(tells: Tells, ports: Ports, leases: Leases) -> Relayed:
    """Tell of one event, or record that it failed."""
    leased: list[Lease] = []

    async def remembering(connection: BaseDBAsyncClient, at: datetime) -> list[Lease]:
        leased[:] = await leases(connection, at)
        return leased

    try:
        return await retried(lambda: _told(tells, ports, remembering, 1))
    except Unavailable:
        raise
    except Exception as failure:
        # Whatever it is: it is recorded with the event, and its caller tells of it in the log.
        if not leased:
            raise
        return Relayed(untold=(await _failed(leased[0].event_id, failure, ports),))


async def _failed(event_id: UUID, failure: Exception, ports: Ports) -> Untold:
    async def attempt() -> Untold:
        async with in_transaction() as connection:
            error, at = type(failure).__qualname__, ports.clock.now()
            attempts, is_aside = await record_failure(connection, event_id, error, at)
            return Untold(event_id, attempts, is_aside, failure)

    return await retried(attempt)


async def _told(tells: Tells, ports: Ports, leases: Leases, most_of_one: int) -> Relayed:
    async with in_transaction() as connection:
        leased = await leases(connection, ports.clock.now())
        events = await load_events(connection, leased, most_of_one=most_of_one)
        said = [(event, saying) for event in events for saying in tells(event)]
        at = ports.clock.now()
        messages = 0
        if said:
            drafts = [
                (one.person_id, one.draft(event.id)) for event, one in said if one.card is not None
            ]
            concerned = {one.person_id for _, one in said}
            addressed = {person_id for person_id, _ in drafts}
            await lock_conversations(connection, addressed, beside=concerned)
            stale = [(one.person_id, like) for _, one in said for like in one.stale]
            await touch_each(connection, stale)
            messages = len(await append_each(connection, drafts, at))
        if events:
            await mark_relayed(connection, [event.id for event in events], at)
    return Relayed(len(events), messages)
