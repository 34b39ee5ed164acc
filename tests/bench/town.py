"""A database full of people, and the files from which the load generators name them."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg

from gongji.app.asgi import make_key_ring
from gongji.app.database import bring_to_head
from gongji.app.postgres import DATABASE, EmbeddedServer
from gongji.app.settings import Settings
from tests.bench import ceiling
from tests.bench.callers import HOT, UNIFORM, choose_callers, write_callers
from tests.bench.population import Population, load

SPREADS: Final = (UNIFORM, HOT)


@dataclass(frozen=True, slots=True)
class Town:
    """People in a database of the bench's server.

    Args:
        callers: the files of ``write_callers``, by spread.
    """

    url: str
    population: Population
    callers: dict[str, Path]

    @property
    def people(self) -> int:
        """Return how many people there are."""
        return len(self.population.people)


def make_town(server: EmbeddedServer, people: int, settings: Settings, folder: Path) -> Town:
    """Make a database, bring people there, and write down who comes to the tills.

    Args:
        folder: made for the files.
    """
    url, population = asyncio.run(_populate(server, people, settings))
    folder.mkdir()
    callers = {spread: folder / f"callers-{spread}" for spread in SPREADS}
    for spread, file in callers.items():
        write_callers(file, choose_callers(population, spread))
    return Town(url, population, callers)


async def _populate(
    server: EmbeddedServer, people: int, settings: Settings
) -> tuple[str, Population]:
    name = f"people_{people}"
    await _execute(server.url(DATABASE), f"CREATE DATABASE {name}")
    url, key_ring = server.url(name), make_key_ring(settings)
    await bring_to_head(url)
    connection = await asyncpg.connect(url)
    try:
        # The bench's own rows refer to each other as they must: that is not looked at again.
        await connection.execute("SET session_replication_role = replica")
        population = await load(connection, people, key_ring=key_ring, now=datetime.now(UTC))
        rows = (choose_callers(population, spread) for spread in SPREADS)
        await ceiling.install(connection, rows, key_ring)
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    return url, population


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
