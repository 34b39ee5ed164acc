"""How many quotes were asked for on a day, by each person and about each (G18)."""

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.store.ids import new_id
from gongji.store.sql import rows

_COUNT: Final = """
WITH counted AS (
    INSERT INTO quote_count AS c (id, person_id, day, asked) VALUES ($1, $2, $3, 1)
    ON CONFLICT (person_id, day) DO UPDATE SET asked = c.asked + 1
    RETURNING asked
)
SELECT asked FROM counted
"""


async def count_quote(connection: BaseDBAsyncClient, person_ids: Iterable[UUID], day: date) -> int:
    """Count one more quote of each of some persons, by id.

    Returns:
        How many one of them had on this day at most, this one included.
    """
    counted = []
    for person_id in sorted(set(person_ids)):
        (row,) = await rows(connection, _COUNT, new_id(), person_id, day)
        counted.append(int(row["asked"]))
    return max(counted)
