"""The feed: wakes whoever follows a conversation, in this process, when it has changed anywhere.

It carries no events. A follower that is woken reads what changed after its own cursor, so there is
nothing to lose, to repeat or to pile up, and one that is slow delays nobody. Whoever wants to read
while others are read for is read for together with everybody else who waits: the more there is to
tell, the more is told by one look into the database.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from gongji.domain.conversation import Message
from gongji.store.conversations import messages_changed
from gongji.store.database import pool
from gongji.store.listening import listen
from gongji.store.outages import is_outage

AGAIN_S: Final = 1.0
"""How long the feed waits before it listens again after a loss, in seconds."""

MOST_AT_ONCE: Final = 20
"""Messages of one conversation that are read at once."""
MOST_TOGETHER: Final = 200
"""Followers who are read for by one statement."""

_log = structlog.get_logger("gongji.feed")


@dataclass(frozen=True, slots=True, eq=False)
class _Wanting:
    """A follower who waits for what came after a change."""

    person_id: UUID
    change: int
    found: asyncio.Future[list[Message]]


class Feed:
    """The followers of conversations in this process.

    ``hears`` tells whether there is a connection to listen on, ``lost`` counts how often there was
    none.
    """

    def __init__(self) -> None:
        self._followers: Final[dict[UUID, set[asyncio.Event]]] = {}
        self._wanting: Final[list[_Wanting]] = []
        self._reading: asyncio.Task[None] | None = None
        self.hears = False
        self.lost = 0

    @property
    def followers(self) -> int:
        """How many follow a conversation."""
        return sum(map(len, self._followers.values()))

    @contextmanager
    def following(self, person_id: UUID) -> Iterator[asyncio.Event]:
        """Follow somebody's conversation: the event is set whenever it may have changed."""
        changed = asyncio.Event()
        self._followers.setdefault(person_id, set()).add(changed)
        try:
            yield changed
        finally:
            self._followers[person_id].discard(changed)
            if not self._followers[person_id]:
                del self._followers[person_id]

    def wake(self, person_id: UUID) -> None:
        """Wake those who follow a conversation."""
        for changed in self._followers.get(person_id, ()):
            changed.set()

    def wake_all(self) -> None:
        """Wake everybody: what changed meanwhile was not heard."""
        for person_id in self._followers:
            self.wake(person_id)

    async def changed(self, person_id: UUID, *, after: int) -> list[Message]:
        """Return messages that came or changed after a change, in the order of their last change.

        They are read from now on, never before; at most ``MOST_AT_ONCE``.
        """
        found = asyncio.get_running_loop().create_future()
        self._wanting.append(_Wanting(person_id, after, found))
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        answer: list[Message] = await found
        return answer

    async def _read(self) -> None:
        """Read for those who wait, until nobody does; who comes meanwhile waits for the next."""
        try:
            while self._wanting:
                together = self._wanting[:MOST_TOGETHER]
                del self._wanting[:MOST_TOGETHER]
                await _read_for([one for one in together if not one.found.done()])
        finally:
            self._reading = None

    async def hear(self, url: str) -> None:
        """Listen for as long as the task lives; after a loss again, and wake everybody.

        Of an outage only is logged that there is one, once.
        """
        is_told = False

        def begun() -> None:
            nonlocal is_told
            if is_told:
                _log.info("listens_again")
            is_told, self.hears = False, True
            self.wake_all()

        while True:
            try:
                await listen(url, begun=begun, heard=self.wake)
            except Exception as failure:  # noqa: BLE001 - an outermost edge: nobody else hears of it
                self.hears = False
                self.lost += 1
                if not is_told:
                    _tell(failure)
                is_told = True
            await asyncio.sleep(AGAIN_S)


async def _read_for(together: list[_Wanting]) -> None:
    try:
        wanted = [(one.person_id, one.change) for one in together]
        answers = await messages_changed(pool(), wanted, limit=MOST_AT_ONCE)
    except Exception as failure:  # noqa: BLE001 - each of them raises it for itself
        for one in together:
            if not one.found.done():
                one.found.set_exception(failure)
        return
    for one, answer in zip(together, answers, strict=True):
        if not one.found.done():
            one.found.set_result(answer)


def _tell(failure: Exception) -> None:
    if is_outage(failure):
        _log.warning("does_not_listen", error=type(failure).__qualname__)
    else:
        _log.error("does_not_listen", exc_info=failure)
