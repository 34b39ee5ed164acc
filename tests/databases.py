"""Databases for tests: made empty, emptied between tests, dropped at the end."""

from graphlib import TopologicalSorter

import asyncpg

_TABLES = """
SELECT c.oid::regclass::text AS name,
       array(SELECT DISTINCT k.confrelid::regclass::text FROM pg_constraint k
             WHERE k.contype = 'f' AND k.conrelid = c.oid AND k.confrelid <> c.oid) AS parents
FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relnamespace = current_schema()::regnamespace
  AND c.relname <> ALL ($1::text[])
"""


async def create_database(administration_url: str, name: str) -> None:
    """Make an empty database; one of this name that an earlier run left is dropped."""
    await drop_database(administration_url, name)
    await _administer(administration_url, f'CREATE DATABASE "{name}"')


async def drop_database(administration_url: str, name: str) -> None:
    """Drop a database, ending the sessions that are still in it."""
    await _administer(administration_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def emptying_script(connection: asyncpg.Connection, *, keep: tuple[str, ...] = ()) -> str:
    """Return one script that deletes every row of every table, children before their parents.

    DELETE of the few rows of a test takes a fraction of what TRUNCATE takes. A lock that a test
    left behind stops the script instead of the whole run.
    """
    rows = await connection.fetch(_TABLES, list(keep))
    parents = {row["name"]: set(row["parents"]) for row in rows}
    order = [name for name in TopologicalSorter(parents).static_order() if name in parents]
    deletions = [f"DELETE FROM {name}" for name in reversed(order)]
    return ";\n".join(["SET lock_timeout = '10s'", *deletions])


async def _administer(administration_url: str, statement: str) -> None:
    """Run a statement about databases."""
    connection = await asyncpg.connect(administration_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
