"""One snapshot, read by two sessions at once: sums in one, row by row in the other.

Rows come some at a time, so that no answer has to fit into anybody's memory.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asyncpg import Connection, Record
from tortoise.connection import get_connection

from gongji.store.database import CONNECTION

FETCHED_AT_ONCE: Final = 2_000
"""Rows that are brought at a time."""

_SETTINGS: Final = "SET LOCAL work_mem = '48MB'"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Two sessions that see the same moment.

    Args:
        taken_at: that moment, by the database's clock.
    """

    sums: Connection
    records: Connection
    taken_at: datetime


@asynccontextmanager
async def one_snapshot() -> AsyncIterator[Snapshot]:
    """Open two read-only transactions on one snapshot; they keep nobody waiting."""
    async with AsyncExitStack() as opened:
        sums, records = [await _session(opened) for _ in range(2)]
        (taken,) = await sums.fetch("SELECT pg_export_snapshot() AS name, now() AS at")
        await records.execute(f"SET TRANSACTION SNAPSHOT '{taken['name']}'")
        for session in (sums, records):
            await session.execute(_SETTINGS)
        yield Snapshot(sums, records, taken["at"])


async def _session(opened: AsyncExitStack) -> Connection:
    pool = get_connection(CONNECTION).acquire_connection()
    session: Connection = await opened.enter_async_context(pool)
    transaction = session.transaction(isolation="repeatable_read", readonly=True)
    await opened.enter_async_context(transaction)
    return session


async def streamed(
    session: Connection, statement: str, *values: Any
) -> AsyncIterator[Sequence[Record]]:
    """Read a statement's rows through a cursor, some at a time."""
    cursor = await session.cursor(statement, *values)
    while found := await cursor.fetch(FETCHED_AT_ONCE):
        yield found
