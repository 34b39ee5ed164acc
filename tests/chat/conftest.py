"""What several tests of the chat need."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.faults import Faults, faulty_pool


@pytest.fixture
async def faults(migrated_database: str, emptying: str) -> AsyncIterator[Faults]:
    """Return the plan of a pool that breaks as planned, on an emptied database."""
    planned = Faults()
    cleaner = await asyncpg.connect(migrated_database)
    try:
        await cleaner.execute(emptying)
    finally:
        await cleaner.close()
    async with faulty_pool(migrated_database, planned):
        yield planned
