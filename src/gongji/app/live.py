"""What tells of events, and hears of changed conversations, for as long as the gateway runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gongji.app.sweeps import Sweep
from gongji.chat.feed import Feed
from gongji.chat.notifier import POLL_S, Notifier
from gongji.usecases.ports import Ports


def telling(notifier: Notifier, here: asyncio.Event) -> Sweep:
    """Make the sweep in which a notifier looks: without a pause, because it waits by itself.

    Args:
        here: set once the database was there; before, it may have no tables to look into.
    """

    async def look(ports: Ports) -> None:
        if here.is_set():
            await notifier.look(ports)
        else:
            await asyncio.sleep(POLL_S)

    return Sweep("tell_events", 0, look)


@asynccontextmanager
async def listening(database_url: str, feed: Feed) -> AsyncIterator[None]:
    """Let the feed hear of what other processes write, for as long as the block runs."""
    task = asyncio.create_task(feed.hear(database_url), name="listen")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
