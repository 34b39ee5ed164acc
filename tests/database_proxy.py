"""A proxy before PostgreSQL that cuts a connection at a COMMIT, on either side of its effect."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

_CHUNK = 1 << 16
_COMMIT = b"COMMIT;"


class Cut(Enum):
    """When a connection is cut."""

    BEFORE_COMMIT = auto()
    AFTER_COMMIT = auto()


@dataclass
class DatabaseProxy:
    """Where clients connect instead.

    Args:
        url: the URL of the same database behind the proxy.
        cuts: what happens at the next commits; later ones pass.
    """

    url: str
    cuts: list[Cut] = field(default_factory=list)


@asynccontextmanager
async def database_proxy(server_url: str) -> AsyncIterator[DatabaseProxy]:
    """Carry bytes between clients and the server for as long as the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="gongji-proxy-"))
    parts = urlsplit(server_url)
    who = parts.netloc.rpartition("@")[0]
    proxy = DatabaseProxy(f"postgres://{who}@{parts.path}?host={quote(str(folder), safe='')}")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await _connect(server_url)
        try:
            await _Carried(proxy, reader, writer, from_server, to_server).carry()
        finally:
            writer.transport.abort()
            to_server.close()

    try:
        async with await asyncio.start_unix_server(serve, folder / ".s.PGSQL.5432"):
            yield proxy
    finally:
        shutil.rmtree(folder)


async def _connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    sockets, port = dict(parse_qsl(parts.query)).get("host"), parts.port or 5432
    if sockets:
        return await asyncio.open_unix_connection(f"{sockets}/.s.PGSQL.{port}")
    return await asyncio.open_connection(parts.hostname, port)


@dataclass
class _Carried:
    """One connection through the proxy."""

    proxy: DatabaseProxy
    from_client: asyncio.StreamReader
    to_client: asyncio.StreamWriter
    from_server: asyncio.StreamReader
    to_server: asyncio.StreamWriter
    loses_answer: bool = False

    async def carry(self) -> None:
        """Carry both ways until either side or a cut ends one of them."""
        ways = {
            asyncio.create_task(self._carry_requests()),
            asyncio.create_task(self._carry_answers()),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _carry_requests(self) -> None:
        while said := await self.from_client.read(_CHUNK):
            if _COMMIT in said and self.proxy.cuts:
                cut = self.proxy.cuts.pop(0)
                if cut is Cut.BEFORE_COMMIT:
                    return
                self.loses_answer = True
            self.to_server.write(said)

    async def _carry_answers(self) -> None:
        while said := await self.from_server.read(_CHUNK):
            if self.loses_answer:
                return
            self.to_client.write(said)
