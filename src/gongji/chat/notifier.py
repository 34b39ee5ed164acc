"""The notifier: turns events of the outbox into messages, again and again, in every process.

Several processes share the work; each event is told once, however many there are and whenever one
of them is killed. One that cannot be told is logged and counted, and holds nobody else up.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from gongji.chat.announcements import announcements
from gongji.usecases.ports import Ports
from gongji.usecases.relay import Relayed, relay_events, relay_set_aside

POLL_S: Final = 0.5
"""How long an event of another process may wait before anybody looks, in seconds."""
BREATH_S: Final = 0.05
"""The least time between two looks, in seconds, however often there is something to look for."""


@dataclass(slots=True)
class NotifierCounts:
    """What one notifier has done; every count only ever grows.

    Args:
        split: transactions that broke, so that their events were told one by one.
        failures: attempts to tell of one event that failed.
        set_aside: events that failed so often that their followers went on without them.
    """

    events: int = 0
    messages: int = 0
    split: int = 0
    failures: int = 0
    set_aside: int = 0


_log = structlog.get_logger("gongji.notifier")


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
        while self._count(await relay_events(announcements, ports)).events:
            continue

    async def tell_set_aside(self, ports: Ports) -> None:
        """Try again each event that was set aside some time ago.

        Raises:
            Unavailable: the database is silent.
        """
        self._count(await relay_set_aside(announcements, ports))

    def _count(self, relayed: Relayed) -> Relayed:
        """Count what was done, and log what could not be."""
        counts = self.counts
        counts.events += relayed.events
        counts.messages += relayed.messages
        counts.split += len(relayed.broken)
        counts.failures += len(relayed.untold)
        for broken in relayed.broken:
            _log.warning("events_split", error=type(broken).__qualname__)
        for untold in relayed.untold:
            counts.set_aside += untold.is_set_aside
            _log.error(
                "event_set_aside" if untold.is_set_aside else "event_not_told",
                event_id=str(untold.event_id),
                attempts=untold.attempts,
                exc_info=untold.failure,
            )
        return relayed
