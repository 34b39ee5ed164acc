"""What hears of changed conversations for as long as the gateway runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gongji.chat.feed import Feed


@asynccontextmanager
async def listening(database_url: str, feed: Feed) -> AsyncIterator[None]:
    """Let the feed hear of what other processes write, for as long as the block runs."""
    task = asyncio.create_task(feed.hear(database_url), name="listen")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
