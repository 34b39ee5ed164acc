"""Loading the registry's records: whole or not at all, repeatable, no personal data in clear."""

from pathlib import Path

from tortoise.connection import get_connection

import gongji.app
from gongji.store.database import CONNECTION
from gongji.usecases.load import load, mark_as_demonstration
from tests.world import World

DEMO = Path(gongji.app.__file__).with_name("demo_families.jsonl")


async def dump() -> dict[str, list[str]]:
    """Return every row of every table as text."""
    connection = get_connection(CONNECTION)
    tables = await connection.execute_query_dict(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    return {
        name: [
            row["row"]
            for row in await connection.execute_query_dict(
                f'SELECT t::text AS "row" FROM "{name}" AS t ORDER BY 1'
            )
        ]
        for name in sorted(table["table_name"] for table in tables)
    }


async def test_the_demo_families_load_and_load_again_without_a_change(world: World) -> None:
    await mark_as_demonstration(world.ports)

    loaded = await load(DEMO, world.ports)
    before = await dump()
    world.clock.move(days=1)
    again = await load(DEMO, world.ports)

    assert loaded.faults == again.faults == ()
    assert await dump() == before
