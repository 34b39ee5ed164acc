"""What the tests of mutations ask with, and what they look at in an answer."""

from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from gongji.api import ids
from gongji.store.database import CONNECTION
from tests.world import key


def shown(prefix: str, uuid: UUID) -> str:
    """Return an id as clients see it."""
    return str(ids.encode(prefix, uuid))


def request(**fields: Any) -> dict[str, Any]:
    """Return an input with a fresh key of its own, unless one is given."""
    return {"requestId": str(key()), **fields}


def reasons(answer: dict[str, Any]) -> list[str]:
    """Return the codes of a refusal's reasons."""
    assert answer["__typename"] == "Refusal", answer
    return [reason["code"] for reason in answer["reasons"]]


_TABLES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public'
    AND table_name NOT IN ('tortoise_migrations', 'request_key', 'quote_count')
ORDER BY table_name
"""


async def everything() -> dict[str, str]:
    """Return a digest of every table that a refused request must leave as it was."""
    connection = get_connection(CONNECTION)
    digests = {}
    for row in await connection.execute_query_dict(_TABLES):
        name = row["table_name"]
        (found,) = await connection.execute_query_dict(
            f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest FROM {name} AS t"
        )
        digests[name] = str(found["digest"])
    return digests
