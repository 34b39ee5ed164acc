"""Whole tables written by COPY, for an empty database of a demonstration."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from asyncpg import Connection
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.store.sql import to_json

_COLUMNS: Final = """
SELECT column_name, data_type = 'jsonb' FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = $1
ORDER BY ordinal_position
"""
_FILLED: Final = """
SELECT EXISTS (SELECT FROM person) OR EXISTS (SELECT FROM institution)
    OR EXISTS (SELECT FROM policy) OR EXISTS (SELECT FROM tariff)
    OR EXISTS (SELECT FROM transfer) OR EXISTS (SELECT FROM request_key)
    OR EXISTS (SELECT FROM control_account)
"""


class NotEmpty(Exception):
    """There is something in the database already."""


class Copying:
    """Writes rows of an open transaction's tables; remembers the columns of each table."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Final = connection
        self._columns: Final[dict[str, list[tuple[str, bool]]]] = {}

    async def expect_nothing(self) -> None:
        """Make sure that nothing is there, and that nobody else fills the database meanwhile.

        Raises:
            NotEmpty: there are people, places, rules, transfers or keys.
        """
        await self._connection.execute("LOCK TABLE installation IN EXCLUSIVE MODE")
        if await self._connection.fetchval(_FILLED):
            raise NotEmpty

    async def write(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows; a column that a row does not name is null."""
        if not rows:
            return
        if table not in self._columns:
            found = await self._connection.fetch(_COLUMNS, table)
            self._columns[table] = [(name, is_json) for name, is_json in found]
        columns = self._columns[table]
        await self._connection.copy_records_to_table(
            table, columns=[name for name, _ in columns], records=_records(columns, rows)
        )


def _records(
    columns: Sequence[tuple[str, bool]], rows: Sequence[Mapping[str, Any]]
) -> Iterator[list[Any]]:
    names = [name for name, _ in columns]
    places = [place for place, (_, is_json) in enumerate(columns) if is_json]
    for row in rows:
        record = list(map(row.get, names))
        for place in places:
            if record[place] is not None:
                record[place] = to_json(record[place])
        yield record


async def gather_statistics(connection: BaseDBAsyncClient) -> None:
    """Let the planner see what was written."""
    await connection.execute_query("ANALYZE")
