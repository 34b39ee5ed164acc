"""Sessions beside the one that is tested, and who of them waits for a lock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

_WAITING = """
SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


@asynccontextmanager
async def session(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Open a connection of its own for the block."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def until_waiting(watching: asyncpg.Connection, sessions: int = 1) -> list[int]:
    """Wait until as many sessions of the database wait for a lock; return their backends."""
    async with asyncio.timeout(20):
        while len(waiting := await watching.fetch(_WAITING)) < sessions:
            # PostgreSQL has no event for us. Within a transaction the view would stay as it was.
            await asyncio.sleep(0.005)
            await watching.execute("SELECT pg_stat_clear_snapshot()")
    return [row["pid"] for row in waiting]
