"""The notifier: turns events of the outbox into messages, again and again, in every process.

Several processes share the work; each event is told once, however many there are and whenever one
of them is killed.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from gongji.chat.announcements import announcements
from gongji.usecases.ports import Ports
from gongji.usecases.relay import relay_events

POLL_S: Final = 0.5
"""How long an event of another process may wait before anybody looks, in seconds."""
BREATH_S: Final = 0.05
"""The least time between two looks, in seconds, however often there is something to look for."""


@dataclass(slots=True)
class NotifierCounts:
    """What one notifier has done; both only ever grow."""

    events: int = 0
    messages: int = 0


class Notifier:
    """Looks when it is woken, and now and then anyway."""

    def __init__(self) -> None:
        self.counts: Final = NotifierCounts()
        self._woken: Final = asyncio.Event()

    def wake(self) -> None:
        """Look soon: something may have happened in this process."""
        self._woken.set()

    async def look(self, ports: Ports) -> None:
        """Wait until there may be something to tell, then tell all of it.

        Raises:
            Unavailable: the database is silent; what was not told waits.
        """
        await asyncio.sleep(BREATH_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), POLL_S)
        self._woken.clear()
        await self.tell_all(ports)

    async def tell_all(self, ports: Ports) -> None:
        """Tell of every event that waits and is free.

        Raises:
            Unavailable: the database is silent; what was not told waits.
        """
        while (relayed := await relay_events(announcements, ports)).events:
            self.counts.events += relayed.events
            self.counts.messages += relayed.messages
