"""A program full of people who follow their conversations, by a GraphQL client of everybody's.

    python -m tests.bench.followers ws://127.0.0.1:8000/graphql tokens

It opens a socket for each token of a file, one a line, and subscribes. Then it reads orders, one a
line: ``begin`` forgets what was heard, ``tell`` answers with a line of JSON about what was heard
since.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson
import uvloop
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport

from gongji.app.serving import keep_for_good
from tests.documents import document

BEGIN: Final = "begin"
TELL: Final = "tell"
FOLLOW: Final = GraphQLRequest(document("mini_program/ConversationEvents"))
MOST_OPENING: Final = 20
"""Sockets that are being opened at once."""


@dataclass(slots=True)
class Heard:
    """What all of them have heard since the last ``begin``; ``cut``: whose socket was closed."""

    delays_s: list[float] = field(default_factory=list)
    cut: int = 0

    def tell(self) -> dict[str, int]:
        """Return how many events came, and how long after they were written."""
        delays = sorted(self.delays_s) or [0.0]
        return {
            "events": len(self.delays_s),
            "cut": self.cut,
            "p50_us": int(1e6 * delays[len(delays) // 2]),
            "p99_us": int(1e6 * delays[len(delays) * 99 // 100]),
            "most_us": int(1e6 * delays[-1]),
        }


async def follow(url: str, token: str, heard: Heard, opening: asyncio.Semaphore) -> None:
    """Follow one conversation until the program ends."""
    transport = WebsocketsTransport(
        url=url,
        init_payload={"token": token},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    try:
        async with opening:
            session = await Client(transport=transport).connect_async()  # type: ignore[no-untyped-call]
        async for told in session.subscribe(FOLLOW):
            written = datetime.fromisoformat(told["conversationEvents"]["message"]["sentAt"])
            heard.delays_s.append(time.time() - written.timestamp())
    except TransportError:
        heard.cut += 1


async def work(url: str, tokens: Sequence[str]) -> None:
    """Follow, and carry out orders until there are none."""
    heard, opening = Heard(), asyncio.Semaphore(MOST_OPENING)
    following = [asyncio.create_task(follow(url, token, heard, opening)) for token in tokens]
    loop = asyncio.get_running_loop()
    while order := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        if order == BEGIN:
            keep_for_good()
            heard.delays_s.clear()
        else:
            print(orjson.dumps(heard.tell()).decode(), flush=True)
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)


if __name__ == "__main__":
    uvloop.run(work(sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8").split()))
