"""Which database, and how a program of ours comes to it: given, or embedded and started here."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import asyncpg
from tortoise.context import TortoiseContext

from gongji.app.endings import ended_by_exception
from gongji.app.postgres import running_postgres
from gongji.app.settings import Settings
from gongji.store.database import migrate, open_database, pending_migrations

_MIGRATION_LOCK: Final = 0x676F6E676A69
_CONNECT_SECONDS: Final = 10


class DatabaseAway(RuntimeError):
    """No connection to the database; the text holds no name and no password."""


@contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """Return the URL of the database; where none is given, run the embedded one meanwhile.

    Raises:
        NoHome, PostgresFailed: the embedded one does not start.
    """
    if settings.database_url is not None:
        with ended_by_exception():
            yield settings.database_url.get_secret_value()
        return
    with running_postgres(settings.data_folder / "pg") as server:
        yield server.url()


@asynccontextmanager
async def opened_database(url: str) -> AsyncIterator[TortoiseContext]:
    """Open a few connections for a program that ends soon.

    Raises:
        DatabaseAway: there is no connection.
    """
    await expect_answer(url)
    async with open_database(url, most_connections=2) as context:
        yield context


async def bring_to_head(url: str) -> list[str]:
    """Migrate, one program at a time, and list what was applied.

    Raises:
        DatabaseAway: there is no connection.
    """
    async with opened_database(url) as context, _alone(url):
        applied = await pending_migrations(context)
        if applied:
            await migrate(context)
        return applied


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Keep other programs from migrating the same database meanwhile."""
    connection = await asyncpg.connect(url, timeout=_CONNECT_SECONDS)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        yield
    finally:
        await connection.close()


async def expect_answer(url: str) -> None:
    """Make sure that the database answers.

    Raises:
        DatabaseAway: it does not, in words of ours.
    """
    try:
        connection = await asyncpg.connect(url, timeout=_CONNECT_SECONDS)
        await connection.close()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise DatabaseAway(
            f"the database does not let us in ({type(error).__name__}); "
            "check GONGJI_DATABASE_URL and whether the server runs"
        ) from error
