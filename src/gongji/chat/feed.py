"""The feed: wakes whoever follows a conversation, in this process, when it has changed anywhere.

It carries no events. A follower that is woken reads what changed after its own cursor, so there is
nothing to lose, to repeat or to pile up, and one that is slow delays nobody.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import structlog

from gongji.store.listening import listen
from gongji.store.outages import is_outage

AGAIN_S: Final = 1.0
"""How long the feed waits before it listens again after a loss, in seconds."""

_log = structlog.get_logger("gongji.feed")


class Feed:
    """The followers of conversations in this process.

    ``hears`` tells whether there is a connection to listen on, ``lost`` counts how often there was
    none.
    """

    def __init__(self) -> None:
        self._followers: Final[dict[UUID, set[asyncio.Event]]] = {}
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


def _tell(failure: Exception) -> None:
    if is_outage(failure):
        _log.warning("does_not_listen", error=type(failure).__qualname__)
    else:
        _log.error("does_not_listen", exc_info=failure)
