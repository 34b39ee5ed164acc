"""Statements that take and give whole sets, as one JSON parameter and one JSON answer.

One ``jsonb`` parameter needs no type look-ups per connection, keeps a statement's text the same
for any number of rows, and works on every engine that speaks PostgreSQL.

The planner takes every JSON list for a hundred rows, and would rather read a whole table than look
up a hundred. So a list of ids is written ``= ANY (ARRAY(SELECT ...))``, which it takes for ten, and
what belongs to one row is looked up by a subquery in the select list, which it never turns round.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from asyncpg.pgproto import pgproto
from tortoise.backends.base.client import BaseDBAsyncClient


def to_json(value: Any) -> str:
    """Write a parameter; ids, dates and times as PostgreSQL reads them."""
    return orjson.dumps(value, default=plain_id).decode()


def plain_id(value: Any) -> str:
    """Write an id of the driver's own class, which orjson does not know, as text."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


async def rows(connection: BaseDBAsyncClient, statement: str, *values: Any) -> list[dict[str, Any]]:
    """Run one statement and return its rows."""
    return await connection.execute_query_dict(statement, list(values))


async def one_json(connection: BaseDBAsyncClient, statement: str, *values: Any) -> dict[str, Any]:
    """Run a statement that answers with one row of one JSON object."""
    (row,) = await connection.execute_query_dict(statement, list(values))
    answer: dict[str, Any] = orjson.loads(next(iter(row.values())))
    return answer


def id_of(text: str) -> UUID:
    """Read an id of a JSON answer; the driver's own class reads it ten times faster."""
    found: UUID = pgproto.UUID(text)
    return found


def moment(text: str | None) -> datetime | None:
    """Read a time out of a JSON answer."""
    return None if text is None else datetime.fromisoformat(text)


def day_of(text: str | None) -> date | None:
    """Read a date out of a JSON answer."""
    return None if text is None else date.fromisoformat(text)
