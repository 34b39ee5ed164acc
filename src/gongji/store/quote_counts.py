"""How many quotes a person has asked for on a day (G18)."""

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


async def count_quote(connection: BaseDBAsyncClient, person_id: UUID, day: date) -> int:
    """Count one more quote and return how many there were on this day, this one included."""
    (counted,) = await rows(connection, _COUNT, new_id(), person_id, day)
    return int(counted["asked"])
