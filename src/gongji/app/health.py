"""Whether the process lives, and whether it should get requests now."""

import asyncio
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException

from gongji.store.database import CONNECTION, pending_migrations

PATIENCE_S: Final = 2.0
"""How long the database may take to answer, in seconds."""

STARTING: Final = "STARTING"
DATABASE_AWAY: Final = "DATABASE_AWAY"
MIGRATIONS_PENDING: Final = "MIGRATIONS_PENDING"

_AWAY: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    BaseORMException,
    OSError,
    TimeoutError,
)


class Health:
    """Answers the two questions of whoever watches the process.

    Set ``database`` for as long as it is open.
    """

    def __init__(self) -> None:
        self.database: TortoiseContext | None = None
        self._is_at_head = False

    async def live(self, _request: Request) -> JSONResponse:
        """Answer that the process lives."""
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> JSONResponse:
        """Answer whether requests can be served, and what keeps them from it."""
        obstacle = await self.obstacle()
        if obstacle is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "unready", "reason": obstacle}, status_code=503)

    async def obstacle(self) -> str | None:
        """Return what stands against serving requests now."""
        if self.database is None:
            return STARTING
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.database.connections.get(CONNECTION).execute_query("SELECT 1")
                at_head = self._is_at_head or not await pending_migrations(self.database)
        except _AWAY:
            return DATABASE_AWAY
        self._is_at_head = at_head
        return None if at_head else MIGRATIONS_PENDING
