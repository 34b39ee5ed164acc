"""Databases for the tests: one server for all workers of a run, one database per worker.

``GONGJI_TEST_DATABASE_URL`` names another server; its user must be allowed to make databases.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from tortoise.context import TortoiseContext

from gongji.app.postgres import EmbeddedServer, running_postgres
from gongji.store.database import migrate, open_database
from tests.books import expect_right_books
from tests.databases import create_database, drop_database, emptying_script
from tests.world import World

FOLDER = "PYTEST_GONGJI_FOLDER"
"""The environment variable that tells the workers of a run where their server lives."""

MIGRATION_TABLES = ("tortoise_migrations",)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of the run's server; the workers inherit it. Plant a chosen fault."""
    if os.environ.get("PLANTED"):
        from tests.planted.faults import plant_chosen  # noqa: PLC0415 - not before it is wanted

        plant_chosen()
    if not hasattr(config, "workerinput"):
        folder = Path(tempfile.mkdtemp(prefix="gongji-tests-"))
        folder.chmod(0o755)
        os.environ[FOLDER] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the run's server left; every worker has ended by now."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(FOLDER))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that start programs: no worker waits for another one's at the end."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[EmbeddedServer]:
    """Return the embedded server that all workers share."""
    with running_postgres(Path(os.environ[FOLDER]), durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def administration_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a database from which other databases are made."""
    given = os.environ.get("GONGJI_TEST_DATABASE_URL")
    if given:
        return given
    server: EmbeddedServer = request.getfixturevalue("embedded_server")
    return server.url()


@pytest.fixture(scope="session")
def postgres_log(request: pytest.FixtureRequest) -> Path:
    """Return the file that the server writes its log to."""
    if os.environ.get("GONGJI_TEST_DATABASE_URL"):
        pytest.skip("the log of a server that is not ours cannot be read")
    server: EmbeddedServer = request.getfixturevalue("embedded_server")
    return server.log


@pytest_asyncio.fixture(scope="session")
async def database_url(administration_url: str, worker_id: str) -> AsyncIterator[str]:
    """Return the URL of this worker's own database, empty at first."""
    name = f"gongji_test_{os.environ.get('PLANTED', '')}{worker_id}"
    await create_database(administration_url, name)
    yield urlunsplit(urlsplit(administration_url)._replace(path=f"/{name}"))
    await drop_database(administration_url, name)


@pytest_asyncio.fixture(scope="session")
async def migrated_database(database_url: str) -> str:
    """Return the URL of this worker's database with every migration in it."""
    async with open_database(database_url) as context:
        await migrate(context)
    return database_url


@pytest_asyncio.fixture(scope="session")
async def emptying(migrated_database: str) -> str:
    """Return the script that empties this worker's migrated database."""
    connection = await asyncpg.connect(migrated_database)
    try:
        return await emptying_script(connection, keep=MIGRATION_TABLES)
    finally:
        await connection.close()


@pytest_asyncio.fixture(scope="session")
async def opened_database(migrated_database: str) -> AsyncIterator[TortoiseContext]:
    """Open the pool of this worker's database, for all of its tests."""
    async with open_database(migrated_database, most_connections=40) as context:
        yield context


@pytest_asyncio.fixture
async def world(clean_database: str, opened_database: TortoiseContext) -> World:
    """Return an empty world: a clean database and a clock that stands still."""
    return World()


@pytest_asyncio.fixture
async def books_are_right(world: World) -> AsyncIterator[None]:
    """Check all books once the test is over: what it did left no difference."""
    yield
    await expect_right_books()


@pytest_asyncio.fixture
async def clean_database(migrated_database: str, emptying: str) -> AsyncIterator[str]:
    """Return the URL of this worker's migrated database, without a row before each test."""
    connection = await asyncpg.connect(migrated_database)
    try:
        await connection.execute(emptying)
    finally:
        await connection.close()
    yield migrated_database
