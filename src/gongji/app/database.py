"""Which database, and how a program of ours comes to it: given, or embedded and started here."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from types import MappingProxyType
from typing import Final

import asyncpg
import structlog
from asyncpg.exceptions import (
    CannotConnectNowError,
    InvalidAuthorizationSpecificationError,
    InvalidCatalogNameError,
    TooManyConnectionsError,
)
from tortoise.context import TortoiseContext

from gongji.app.endings import ended_by_exception
from gongji.app.postgres import running_postgres
from gongji.app.settings import Settings
from gongji.store.database import CONNECT_S, migrate, open_database, pending_migrations

AGAIN_S: Final = 1.0
"""How long a gateway waits before it asks again for a database that is away, in seconds."""

_MIGRATION_LOCK: Final = 0x676F6E676A69
_REASONS: Final[Mapping[type[Exception], str]] = MappingProxyType(
    {
        InvalidAuthorizationSpecificationError: "wrong user or password",
        InvalidCatalogNameError: "no database of this name",
        CannotConnectNowError: "it starts or ends",
        TooManyConnectionsError: "it takes no more connections",
        TimeoutError: "no answer",
        OSError: "nobody listens there",
    }
)
"""What keeps a client out, the particular before the general."""

_log = structlog.get_logger("gongji.app")


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
    async with opened_database(url) as context:
        return await _migrate_alone(url, context)


async def _migrate_alone(url: str, context: TortoiseContext) -> list[str]:
    async with _alone(url):
        applied = await pending_migrations(context)
        if applied:
            await migrate(context)
        return applied


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Keep other programs from migrating the same database meanwhile."""
    connection = await asyncpg.connect(url, timeout=CONNECT_S)
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
        connection = await asyncpg.connect(url, timeout=CONNECT_S)
        await connection.close()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise DatabaseAway(
            f"no connection to the database ({type(error).__name__}: {_reason(error)}); "
            "check GONGJI_DATABASE_URL and whether the server runs"
        ) from error


def _reason(error: Exception) -> str:
    """Say why there is no connection, without a name of the URL and without the server's words."""
    return next((said for kind, said in _REASONS.items() if isinstance(error, kind)), "it refuses")


@asynccontextmanager
async def awaited_database(
    url: str, context: TortoiseContext, *, migrates: bool
) -> AsyncIterator[asyncio.Event]:
    """Wait for the database beside the block, which begins once it was asked for the first time.

    The block gets an event, which is set once the database was there. What keeps it away is logged,
    each reason once.

    Args:
        context: the opened pool.
        migrates: whether it is brought to head as soon as it is there.
    """
    asked, here = asyncio.Event(), asyncio.Event()
    waiting = asyncio.create_task(_wait_for_database(url, context, migrates, asked, here))
    try:
        await asked.wait()
        yield here
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def _wait_for_database(
    url: str,
    context: TortoiseContext,
    migrates: bool,
    asked: asyncio.Event,
    here: asyncio.Event,
) -> None:
    told: set[str] = set()
    while (obstacle := await _obstacle(url, context, migrates)) is not None:
        reason = str(obstacle) if isinstance(obstacle, DatabaseAway) else type(obstacle).__name__
        if reason not in told:
            told.add(reason)
            # Our own sentence says it all; anything else needs the place where it happened.
            trace = None if isinstance(obstacle, DatabaseAway) else obstacle
            _log.warning("database_away", reason=reason, exc_info=trace)
        asked.set()
        await asyncio.sleep(AGAIN_S)
    here.set()
    asked.set()
    if told:
        _log.info("database_here")


async def _obstacle(url: str, context: TortoiseContext, migrates: bool) -> Exception | None:
    """Ask for the database, and migrate it where that is wanted; return what went wrong."""
    try:
        await expect_answer(url)
        if migrates:
            await _migrate_alone(url, context)
    except Exception as obstacle:  # noqa: BLE001 - an outermost edge: it is told, and tried again
        return obstacle
    return None
