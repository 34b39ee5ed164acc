"""The connection to PostgreSQL: Tortoise's configuration, opening and migrating."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from asyncpg import Connection
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

APP: Final = "gongji"
CONNECTION: Final = "default"
CONNECT_S: Final = 5.0
"""How long a server may take to let a connection in before it counts as away, in seconds."""


class PooledConnection(Connection):
    """A connection that goes back to the pool as it is, without a statement that resets it.

    Nothing of ours leaves anything on a pooled connection: no session SET, no session advisory
    lock, no LISTEN, no cursor outside a transaction; a transaction left open is still rolled back.
    """

    def get_reset_query(self) -> str:
        """Return no statement at all."""
        return ""


def tortoise_config(database_url: str, *, most_connections: int = 10) -> dict[str, Any]:
    """Return Tortoise's configuration for one PostgreSQL.

    Args:
        database_url: ``postgresql://user:password@host:port/name``; a ``host`` in the query that
            is a folder is the server's socket folder.
        most_connections: size of the pool.
    """
    return {
        "connections": {
            CONNECTION: {
                "engine": "gongji.store.engine",
                "credentials": _credentials(database_url)
                | {
                    # A pool that connects at its making is made by nobody while the server is away.
                    "minsize": 0,
                    "maxsize": most_connections,
                    "timeout": CONNECT_S,
                    "connection_class": PooledConnection,
                },
            }
        },
        "apps": {
            APP: {
                "models": ["gongji.store.rows"],
                "default_connection": CONNECTION,
                "migrations": "gongji.store.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _credentials(database_url: str) -> dict[str, Any]:
    parts = urlsplit(database_url)
    socket_folder = dict(parse_qsl(parts.query)).get("host")
    return {
        "host": socket_folder or parts.hostname,
        "port": parts.port or 5432,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "database": parts.path.lstrip("/"),
        "application_name": APP,
    }


@asynccontextmanager
async def open_database(
    database_url: str, *, most_connections: int = 10
) -> AsyncIterator[TortoiseContext]:
    """Open the pool for as long as the block runs, for every task of the process.

    It connects when it is asked for something: the server may come, go and come back.
    """
    async with TortoiseContext() as context:
        await context.init(
            config=tortoise_config(database_url, most_connections=most_connections),
            _enable_global_fallback=True,
        )
        yield context


def pool() -> BaseDBAsyncClient:
    """Return what runs single statements outside a transaction."""
    return get_connection(CONNECTION)


async def migrate(context: TortoiseContext) -> None:
    """Bring the schema to the newest migration."""
    await _executor(context).migrate([MigrationTarget(app_label=APP, name="__latest__")])


async def pending_migrations(context: TortoiseContext) -> list[str]:
    """List the migrations that have not been applied; empty when the schema is at head."""
    plan = await _executor(context).plan([MigrationTarget(app_label=APP, name="__latest__")])
    return [str(step.migration.name) for step in plan]


def _executor(context: TortoiseContext) -> MigrationExecutor:
    connection = context.connections.get(CONNECTION)
    return MigrationExecutor(connection, tortoise_config("")["apps"])
