"""A transaction that is broken off, whenever it is, gives its connection back to the pool."""

import asyncio

from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from gongji.store.database import tortoise_config
from gongji.store.sql import rows

MOST_STEPS = 40
"""More turns of the loop than a short transaction takes."""


async def transact() -> None:
    async with in_transaction() as connection:
        await rows(connection, "SELECT 1")


async def cancel_after(steps: int) -> None:
    """Cancel a transaction after some turns of the loop."""
    task = asyncio.create_task(transact())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_cancelled_transaction_gives_its_connection_back(migrated_database: str) -> None:
    """The pool has one connection: kept once, it is missing for ever."""
    # Without the fallback for other tasks, which belongs to the pool of the whole run.
    async with TortoiseContext() as pool:
        await pool.init(config=tortoise_config(migrated_database, most_connections=1))
        for steps in range(MOST_STEPS):
            await cancel_after(steps)
            async with asyncio.timeout(5):
                await transact()
