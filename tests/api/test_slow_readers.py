"""A client that takes nothing: over real sockets, it delays nobody, and catches up later."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute
from tortoise.transactions import in_transaction
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from gongji.api.context import Context
from gongji.api.conversations import CHANGES
from gongji.api.gateway import GatewaySchema
from gongji.api.sockets import RESYNCHRONISE
from gongji.api.view import GatewayView
from gongji.app.serving import listen, web_config
from gongji.chat.feed import Feed
from gongji.desk.desk import Acts, Desk
from gongji.domain.conversation import Author, Draft
from gongji.store.conversations import append, lock_conversation
from tests.documents import document
from tests.world import NOON, Person, World

MESSAGES = 400
LONG = "慢" * 500
ROOM = 8192


@asynccontextmanager
async def served(schema: GatewaySchema, world: World, me: Person, feed: Feed) -> AsyncIterator[str]:
    """Serve one person's sockets as the gateway does, with less patience; yields where."""
    desk = Desk(Acts.of(world.ports))

    async def context_of(_: HTTPConnection) -> Context:
        return Context(me.actor, world.ports, desk, feed)

    view = GatewayView(schema, context=context_of, send_timeout=timedelta(seconds=0.5))
    with listen("127.0.0.1", 0) as listener:
        # What the machine keeps of what is not read is little, or it would take megabytes.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
        server = uvicorn.Server(web_config(Starlette(routes=[WebSocketRoute("/graphql", view)])))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
                await asyncio.sleep(0.01)
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}/graphql"
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def follow(url: str, after: str) -> AsyncIterator[ClientConnection]:
    """Open a socket, on which little is kept for a client that does not read, and subscribe."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", urlsplit(url).port))
    protocol = Subprotocol("graphql-transport-ws")
    async with connect(url, subprotocols=[protocol], max_queue=1, sock=plain) as client:
        await client.send(json.dumps({"type": "connection_init"}))
        await client.recv()
        payload = {
            "query": document("mini_program/ConversationEvents"),
            "variables": {"after": after},
        }
        await client.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        yield client


async def event(client: ClientConnection) -> Any:
    """Return the next event."""
    async with asyncio.timeout(30):
        frame = json.loads(await client.recv())
    return frame["payload"]["data"]["conversationEvents"]


async def read_on(client: ClientConnection, events: list[Any]) -> None:
    """Read events until the socket is closed."""
    while True:
        events.append(await event(client))


async def say_much(me: Person) -> None:
    for _ in range(MESSAGES // 20):
        async with in_transaction() as connection:
            await lock_conversation(connection, me.id)
            await append(connection, me.id, [Draft(Author.SERVICE, LONG)] * 20, NOON)


async def test_who_reads_nothing_delays_nobody_and_catches_up_later(
    gateway_schema: GatewaySchema, world: World, clean_database: str
) -> None:
    me, feed = await world.person(), Feed()
    beginning = CHANGES.write((me.id, 0))
    hearing = asyncio.create_task(feed.hear(clean_database))
    try:
        async with (
            served(gateway_schema, world, me, feed) as url,
            follow(url, beginning) as slow,
        ):
            async with follow(url, beginning) as quick:
                await say_much(me)
                heard = [(await event(quick))["message"]["number"] for _ in range(MESSAGES)]
            async with asyncio.timeout(30):
                while feed.followers:  # noqa: ASYNC110 - the server lets go of it by itself
                    await asyncio.sleep(0.01)

            late: list[Any] = []
            with pytest.raises(ConnectionClosed) as closing:
                await read_on(slow, late)
            async with follow(url, late[-1]["cursor"]) as again:
                while len(late) < MESSAGES:
                    late.append(await event(again))
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)

    assert heard == [*range(1, MESSAGES + 1)]
    assert closing.value.rcvd is not None
    assert closing.value.rcvd.code == RESYNCHRONISE
    assert [one["message"]["number"] for one in late] == heard
