"""A transaction that is broken off gives its connection back, and tells what broke it off."""

import asyncio

from asyncpg.exceptions import ConnectionDoesNotExistError
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from gongji.store.database import tortoise_config
from gongji.store.sql import rows
from tests.faults import ACQUIRE, BEGIN, COMMIT, ROLLBACK, Fault, Faults, faulty_pool

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


async def test_a_cancellation_is_told_although_the_connection_is_lost_as_well(
    migrated_database: str,
) -> None:
    faults = Faults()
    async with faulty_pool(migrated_database, faults):
        at_rollback = {2: Fault.CANCELLED_BEFORE, 3: Fault.LOST_BEFORE}

        task = await faults.run(transact, at_rollback)

        assert faults.steps == [ACQUIRE, BEGIN, "SELECT 1", ROLLBACK]
        assert task.cancelled()
        await asyncio.wait_for(transact(), 5)


async def test_a_lost_connection_is_told_where_nothing_else_broke(migrated_database: str) -> None:
    faults = Faults()
    async with faulty_pool(migrated_database, faults):
        task = await faults.run(transact, {3: Fault.LOST_AFTER})

        assert faults.steps == [ACQUIRE, BEGIN, "SELECT 1", COMMIT]
        assert isinstance(task.exception(), ConnectionDoesNotExistError)
