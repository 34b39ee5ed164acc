"""A folder with loaded records, its keys and its database, and the gateway that serves it."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx2

from gongji.app.asgi import make_key_ring
from gongji.app.development_tokens import TokenMaker
from gongji.app.postgres import running_postgres
from gongji.app.settings import Settings, with_kept_keys
from gongji.store.insurance_centre import id_number_digest
from gongji.usecases.ports import SystemClock
from tests.e2e.gateway import PATIENCE_S, Gateway, gongji
from tests.registry_files import Line, write_lines


@dataclass
class Installation:
    """A gateway over its own folder; started again, it serves the same people."""

    folder: Path
    gateway: Gateway
    settings: Settings
    options: dict[str, str]
    database_log: Path
    is_durable: bool = False

    @property
    def database(self) -> Path:
        """The folder of its embedded server."""
        return self.folder / ".data" / "pg"

    def restart(self) -> None:
        """End the gateway and start it anew."""
        assert self.gateway.end() == 0
        self.start()

    def start(self) -> None:
        """Start the gateway that ended, or was killed, anew."""
        self.gateway = Gateway.start(self.folder, **self.options)

    @contextmanager
    def running_database(self) -> Iterator[str]:
        """Run the database meanwhile, whoever else uses it; return its URL."""
        with running_postgres(self.database, durable=self.is_durable) as server:
            yield server.url()

    async def ask(self, token: str | None, document: str, **variables: Any) -> httpx2.Response:
        """Send a GraphQL request as whoever a token names; None is nobody."""
        return await self.post(token, {"query": document, "variables": variables})

    async def post(self, token: str | None, body: dict[str, Any]) -> httpx2.Response:
        """Send any JSON."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        async with self.client() as client:
            return await client.post("/graphql", json=body, headers=headers)

    def client(self) -> httpx2.AsyncClient:
        """Return a client that names no host of its own."""
        return httpx2.AsyncClient(base_url=self.gateway.url, timeout=PATIENCE_S)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Look into the database from outside."""
        with self.running_database() as url:
            connection = await asyncpg.connect(url)
            try:
                yield connection
            finally:
                await connection.close()

    async def person(self, id_number: str) -> str:
        """Make a token for a person."""
        digest = id_number_digest(make_key_ring(self.settings), id_number)
        return self._maker.person(
            await self._found("SELECT id FROM person WHERE id_number_digest = $1", digest)
        )

    async def till(self, code: str) -> str:
        """Make a token for an institution's till."""
        found = await self._found("SELECT id FROM institution WHERE code = $1", code)
        return self._maker.till(found, "01")

    def staff(self, *roles: str) -> str:
        """Make a token for a member of staff of the province."""
        return self._maker.staff("540000", roles)

    async def _found(self, statement: str, wanted: str) -> UUID:
        async with self.connection() as connection:
            found: UUID = await connection.fetchval(statement, wanted)
        return found

    @property
    def _maker(self) -> TokenMaker:
        now = SystemClock().now()
        return TokenMaker(self.settings, now=now, lasting=timedelta(hours=1))


@asynccontextmanager
async def installed(
    *records: Line, prepared: str | None = None, durable: bool = False, **options: str
) -> AsyncIterator[Installation]:
    """Load records into an installation of their own and serve it; remove it at the end.

    Args:
        prepared: said to the empty database before anything else is.
        durable: whether what was committed outlives the database's death.
    """
    folder = Path(tempfile.mkdtemp(prefix="gongji-e2e-"))
    try:
        with running_postgres(folder / ".data" / "pg", durable=durable) as server:
            if prepared:
                await _say(server.url(), prepared)
            file = write_lines(folder / "records.jsonl", *records)
            loaded = gongji(folder, "load", str(file), "--yes-this-is-not-a-demonstration")
            assert loaded.returncode == 0, loaded.stderr
            gateway = Gateway.start(folder, **options)
            assert gateway.url
        settings = with_kept_keys(Settings(data_folder=folder / ".data"))
        installation = Installation(
            folder, gateway, settings, options, server.log, is_durable=durable
        )
        try:
            yield installation
        finally:
            installation.gateway.end()
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    for sign in folder.rglob("elsewhere"):
        shutil.rmtree(sign.read_text(encoding="utf-8").strip(), ignore_errors=True)
    shutil.rmtree(folder)


async def _say(url: str, script: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(script)
    finally:
        await connection.close()
