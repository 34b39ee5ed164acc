"""Hearing of changed conversations, from whichever process changed them.

PostgreSQL keeps no notification for who is not there: who begins to listen knows nothing of before.
"""

import asyncio
from collections.abc import Callable
from typing import Final
from uuid import UUID

import asyncpg

from gongji.store.conversations import CHANNEL
from gongji.store.database import CONNECT_S

LISTENER: Final = "gongji-listener"
"""The name under which the server shows who listens."""
ALIVE_S: Final = 15.0
"""How long a silent connection is believed to be there, in seconds."""


async def listen(url: str, *, begun: Callable[[], None], heard: Callable[[UUID], None]) -> None:
    """Listen on a connection of its own until it is lost.

    Args:
        begun: called once everything from now on is heard.
        heard: called with the person whose conversation has changed.

    Raises:
        OSError, asyncpg's errors: there is no connection, or it was lost; ``is_outage`` knows them.
    """
    connection = await asyncpg.connect(
        url, timeout=CONNECT_S, server_settings={"application_name": LISTENER}
    )
    lost = asyncio.Event()
    try:
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(CHANNEL, lambda *said: heard(UUID(said[-1])))
        begun()
        while not lost.is_set():
            await _ask_now_and_then(connection, lost)
        raise ConnectionResetError
    finally:
        connection.terminate()


async def _ask_now_and_then(connection: asyncpg.Connection, lost: asyncio.Event) -> None:
    """Wait a while, then ask the server whether it is still there."""
    try:
        await asyncio.wait_for(lost.wait(), ALIVE_S)
    except TimeoutError:
        await connection.execute("SELECT 1", timeout=CONNECT_S)
