"""A tax bureau for tests: it speaks the protocol over real HTTP, and can be as bad as real ones.

It takes each order once, by its key, and answers the same key alike for ever, whether or not the
answer of the first time arrived.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class Conduct(Enum):
    """How the bureau behaves towards whoever asks."""

    ANSWERS = auto()
    TAKES_AND_IS_SILENT = auto()
    TAKES_AND_CUTS = auto()
    TAKES_AND_CUTS_WITHIN_THE_ANSWER = auto()
    IS_BROKEN = auto()
    RAMBLES = auto()


@dataclass
class Asked:
    """One request as it came."""

    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class FakeTaxBureau:
    """The bureau and what it knows.

    Args:
        refuses: whether new orders are refused.
        raw: the whole response, where it is not what the protocol says.
    """

    conduct: Conduct = Conduct.ANSWERS
    refuses: bool = False
    raw: bytes = b""
    asked: list[Asked] = field(default_factory=list)
    taken: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            await self._answer(await self._read(reader), reader, writer)
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Asked:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        assert lines[0] == "POST /orders HTTP/1.1"
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        asked = Asked(headers, json.loads(body))
        self.asked.append(asked)
        return asked

    async def _answer(
        self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.conduct is Conduct.IS_BROKEN:
            writer.write(response(503, b"busy"))
        elif self.conduct is Conduct.RAMBLES:
            writer.write(self.raw)
        else:
            answer = response(*self._take(asked))
            if self.conduct is Conduct.TAKES_AND_IS_SILENT:
                await reader.read()
            elif self.conduct is Conduct.TAKES_AND_CUTS_WITHIN_THE_ANSWER:
                writer.write(answer[:-5])
            elif self.conduct is Conduct.ANSWERS:
                writer.write(answer)

    def _take(self, asked: Asked) -> tuple[int, bytes]:
        key = asked.headers["idempotency-key"]
        if key not in self.taken:
            said = {"premium_id": asked.body["premium_id"], "status": "REFUSED"}
            if not self.refuses:
                said |= {"status": "CONFIRMED", "reference": f"TAX-{len(self.taken) + 1}"}
            self.taken[key] = (asked.body, said)
        order, said = self.taken[key]
        if order != asked.body:
            return 409, b"another order under this key"
        return 200, json.dumps(said).encode()


def response(status: int, body: bytes) -> bytes:
    """Write a whole response."""
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\nconnection: close\r\n\r\n" + body


@asynccontextmanager
async def running_bureau() -> AsyncIterator[FakeTaxBureau]:
    """Run a bureau on a free port of this machine."""
    bureau = FakeTaxBureau()
    server = await asyncio.start_server(bureau.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    bureau.url = f"http://127.0.0.1:{port}/orders"
    try:
        yield bureau
    finally:
        server.close()
