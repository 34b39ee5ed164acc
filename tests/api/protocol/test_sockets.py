"""GraphQL over WebSockets, spoken through real frames in the test's own loop."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_ws import AsyncWebSocketSession, WebSocketDisconnect, aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport
from starlette.requests import HTTPConnection
from starlette.types import Message
from structlog.testing import capture_logs

from gongji.api.documents import manifest_of
from gongji.api.gateway import GatewaySchema
from gongji.api.sockets import RESYNCHRONISE
from gongji.api.view import MAX_SUBSCRIPTIONS, GatewayView
from tests.api.protocol.toy import SECRET, Context, Unauthenticated, context_of, make_schema

PROTOCOL = "graphql-transport-ws"


@asynccontextmanager
async def connected(
    view: GatewayView[Context], *, protocol: str = PROTOCOL, headers: dict[str, str] | None = None
) -> AsyncIterator[AsyncWebSocketSession]:
    socket: AsyncWebSocketSession
    transport = ASGIWebSocketTransport(app=view)
    async with (
        httpx.AsyncClient(transport=transport) as client,
        aconnect_ws(
            "http://gateway/graphql", client, subprotocols=[protocol], headers=headers or {}
        ) as socket,
    ):
        yield socket


@asynccontextmanager
async def open_socket(view: GatewayView[Context]) -> AsyncIterator[AsyncWebSocketSession]:
    async with connected(view) as socket:
        await socket.send_json({"type": "connection_init"})
        assert await next_frame(socket) == {"type": "connection_ack"}
        yield socket


async def next_frame(socket: AsyncWebSocketSession) -> Any:
    return json.loads(await socket.receive_text(timeout=5))


async def closed(socket: AsyncWebSocketSession) -> tuple[int, str | None]:
    with pytest.raises(WebSocketDisconnect) as end:
        await socket.receive_text(timeout=5)
    return end.value.code, end.value.reason


async def subscribe(socket: AsyncWebSocketSession, payload: object, id: str = "1") -> None:
    await socket.send_json({"type": "subscribe", "id": id, "payload": payload})


async def test_a_subscription_sends_each_event_and_ends(view: GatewayView[Context]) -> None:
    async with open_socket(view) as socket:
        await subscribe(socket, {"query": "subscription { count(to: 2) }"})

        assert [await next_frame(socket) for _ in range(3)] == [
            {"type": "next", "id": "1", "payload": {"data": {"count": 0}}},
            {"type": "next", "id": "1", "payload": {"data": {"count": 1}}},
            {"type": "complete", "id": "1"},
        ]


async def test_queries_and_mutations_are_answered_too(view: GatewayView[Context]) -> None:
    async with open_socket(view) as socket:
        await subscribe(socket, {"query": "mutation { write }"})

        assert (await next_frame(socket))["payload"] == {"data": {"write": True}}
        assert (await next_frame(socket))["type"] == "complete"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{ hello"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { hello }", "operationName": "B"}, "OPERATION_NOT_FOUND"),
        ({"query": "query($a: Fen!) { pay(amountFen: $a) }"}, "BAD_USER_INPUT"),
        ({"query": "{" + "a: hello " * 100 + "}"}, "DOCUMENT_TOO_MANY_ALIASES"),
        ({}, "QUERY_MISSING"),
        ({"query": 7}, "MALFORMED"),
        ({"query": "{ hello }", "variables": []}, "MALFORMED"),
        ({"extensions": {"persistedQuery": {"sha256Hash": "0"}}}, "PERSISTED_QUERY_NOT_FOUND"),
    ],
)
async def test_a_refused_operation_leaves_the_socket_open(
    view: GatewayView[Context], payload: object, code: str
) -> None:
    async with open_socket(view) as socket:
        await subscribe(socket, payload)
        frame = await next_frame(socket)
        await subscribe(socket, {"query": "{ hello }"}, id="2")
        while (after := await next_frame(socket)) == {"type": "complete", "id": "1"}:
            pass

    errors = frame["payload"] if frame["type"] == "error" else frame["payload"]["errors"]
    assert errors[0]["extensions"]["code"] == code
    assert after["payload"] == {"data": {"hello": "你好"}}


async def test_an_unexpected_exception_in_a_subscription_is_masked(
    view: GatewayView[Context],
) -> None:
    with capture_logs() as logs:
        async with open_socket(view) as socket:
            await subscribe(socket, {"query": "subscription { breaks }"})
            await next_frame(socket)
            frame = await next_frame(socket)

    assert frame["payload"]["errors"][0]["extensions"] == {
        "code": "INTERNAL",
        "traceId": logs[0]["trace_id"],
    }
    assert SECRET not in str(frame) + str(logs)


async def test_a_trusted_document_is_subscribed_by_its_hash(tmp_path: Path) -> None:
    (tmp_path / "chat").mkdir()
    (tmp_path / "chat" / "a.graphql").write_text("subscription Count { count(to: 1) }")
    manifest = manifest_of(tmp_path)
    schema = make_schema(manifest=manifest, trusted_only=True)
    named = {"persistedQuery": {"sha256Hash": manifest.clients["chat"]["Count"]}}

    async with open_socket(GatewayView(schema, context=context_of)) as socket:
        await subscribe(socket, {"extensions": named})
        assert (await next_frame(socket))["payload"] == {"data": {"count": 0}}
        await next_frame(socket)
        await subscribe(socket, {"query": "subscription { count(to: 1) }"}, id="2")
        frame = await next_frame(socket)

    assert frame["type"] == "error"
    assert frame["payload"][0]["extensions"]["code"] == "TRUSTED_DOCUMENTS_ONLY"


@pytest.mark.parametrize(
    "frame",
    [
        "[]",
        "null",
        "7",
        "{",
        "[" * 5000,
        "[" * 40 + "]" * 40,
        "{}",
        '{"type":"other"}',
        '{"type":["ping"]}',
        '{"type":"subscribe"}',
        '{"type":"subscribe","id":[1],"payload":{"query":"{hello}"}}',
        '{"type":"subscribe","id":"","payload":{"query":"{hello}"}}',
        '{"type":"subscribe","id":"' + "x" * 200 + '","payload":{"query":"{hello}"}}',
        '{"type":"subscribe","id":"1","payload":"{hello}"}',
        '{"type":"subscribe","id":"1"}',
        '{"type":"complete"}',
        '{"type":"ping","payload":"' + "x" * 70_000 + '"}',
    ],
)
async def test_a_frame_that_is_no_message_closes_the_socket(
    view: GatewayView[Context], frame: str
) -> None:
    async with open_socket(view) as socket:
        await socket.send_text(frame)

        code, _reason = await closed(socket)

    assert code == 4400


async def test_a_binary_frame_closes_the_socket(view: GatewayView[Context]) -> None:
    async with open_socket(view) as socket:
        await socket.send_bytes(b"{}")

        assert await closed(socket) == (4400, "WebSocket message type must be text")


async def test_pings_are_answered(view: GatewayView[Context]) -> None:
    async with open_socket(view) as socket:
        await socket.send_json({"type": "ping"})

        assert await next_frame(socket) == {"type": "pong"}


async def test_a_socket_that_never_begins_is_closed(schema: GatewaySchema) -> None:
    view = GatewayView(schema, context=context_of, init_timeout=timedelta(milliseconds=20))
    async with connected(view) as socket:
        assert (await closed(socket))[0] == 4408


async def test_nothing_is_subscribed_before_the_acknowledgement(view: GatewayView[Context]) -> None:
    async with connected(view) as socket:
        await subscribe(socket, {"query": "subscription { count(to: 1) }"})

        assert await closed(socket) == (4401, "Unauthorized")


async def test_who_may_not_come_in_is_closed_out(view: GatewayView[Context]) -> None:
    async with connected(view) as socket:
        await socket.send_json({"type": "connection_init", "payload": {"token": "expired"}})
        assert await closed(socket) == (4403, "Forbidden")

    async with connected(view, headers={"authorization": "Bearer expired"}) as socket:
        assert await closed(socket) == (4403, "UNAUTHENTICATED")


async def test_the_old_protocol_is_off(view: GatewayView[Context]) -> None:
    async with connected(view, protocol="graphql-ws") as socket:
        assert (await closed(socket))[0] == 4406


async def test_pages_of_foreign_origins_are_kept_out_and_listed_ones_let_in(
    schema: GatewaySchema, view: GatewayView[Context]
) -> None:
    origin = {"origin": "https://servicewechat.example"}
    with pytest.raises(ExceptionGroup) as kept_out:
        async with connected(view, headers=origin):
            pass

    (end,) = kept_out.value.exceptions
    assert isinstance(end, WebSocketDisconnect)
    assert end.code == 1008

    listed = GatewayView(schema, context=context_of, allowed_origins=[origin["origin"]])
    async with connected(listed, headers=origin) as socket:
        await socket.send_json({"type": "connection_init"})
        assert await next_frame(socket) == {"type": "connection_ack"}


async def test_subscriptions_of_one_socket_are_limited(view: GatewayView[Context]) -> None:
    async with open_socket(view) as socket:
        for number in range(MAX_SUBSCRIPTIONS):
            await subscribe(socket, {"query": "subscription { forever }"}, id=f"s{number}")
            await next_frame(socket)
        await subscribe(socket, {"query": "{ hello }"}, id="more")
        frame = await next_frame(socket)
        assert frame["payload"][0]["extensions"] == {
            "code": "TOO_MANY_SUBSCRIPTIONS",
            "limit": MAX_SUBSCRIPTIONS,
        }

        await socket.send_json({"type": "complete", "id": "s0"})
        await asyncio.sleep(0)
        await subscribe(socket, {"query": "{ hello }"}, id="again")
        assert (await next_frame(socket))["payload"] == {"data": {"hello": "你好"}}


@pytest.mark.parametrize("place", ["header", "first message"])
async def test_a_socket_closes_when_its_token_ends_though_nobody_asks_for_anything(
    schema: GatewaySchema, place: str
) -> None:
    holds = [True]

    async def context_meanwhile(connection: HTTPConnection) -> Context:
        if place == "header" and not holds[0]:
            raise Unauthenticated
        return await context_of(connection)

    async def admit_meanwhile(_: Context) -> None:
        if place == "first message" and not holds[0]:
            raise Unauthenticated

    watch = timedelta(milliseconds=10)
    view = GatewayView(schema, context=context_meanwhile, admit=admit_meanwhile, token_watch=watch)
    async with open_socket(view) as socket:
        await subscribe(socket, {"query": "subscription { forever }"})
        await next_frame(socket)
        await asyncio.sleep(0.05)
        await subscribe(socket, {"query": "{ hello }"}, id="2")
        answered = await next_frame(socket)
        await next_frame(socket)
        holds[0] = False

        assert await closed(socket) == (4403, "Forbidden")
    assert answered["payload"] == {"data": {"hello": "你好"}}


@dataclass
class SlowClient:
    """A client at the other end of a socket, which takes frames only while it reads."""

    said: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    got: list[dict[str, Any]] = field(default_factory=list)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    most_unread: int = 3

    async def send(self, message: Message) -> None:
        """Take what the gateway sends, as a network with a little room does."""
        if len(self.got) >= self.most_unread:
            await self.reads.wait()
        self.got.append(dict(message))

    def say(self, frame: object) -> None:
        self.said.put_nowait({"type": "websocket.receive", "text": json.dumps(frame)})


async def test_who_does_not_take_frames_is_cut_off_and_hears_why_when_reading_again(
    schema: GatewaySchema,
) -> None:
    view = GatewayView(schema, context=context_of, send_timeout=timedelta(milliseconds=20))
    client = SlowClient()
    client.said.put_nowait({"type": "websocket.connect"})
    client.say({"type": "connection_init"})
    for name in ("1", "2"):
        query = {"query": "subscription { count(to: 1000) }"}
        client.say({"type": "subscribe", "id": name, "payload": query})
    scope = {"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": [PROTOCOL]}
    serving = asyncio.create_task(view(scope, client.said.get, client.send))
    with capture_logs() as logged:
        await asyncio.sleep(0.1)
        unread = len(client.got)
        client.reads.set()
        async with asyncio.timeout(5):
            while client.got[-1]["type"] != "websocket.close":  # noqa: ASYNC110 - another task
                await asyncio.sleep(0.01)
        client.said.put_nowait({"type": "websocket.disconnect", "code": 4410})
        await asyncio.wait_for(serving, 5)

    assert unread == client.most_unread
    # Nothing that was waiting is sent after all: the client has a cursor to come back with.
    assert len(client.got) == unread + 1
    assert (client.got[-1]["code"], client.got[-1]["reason"]) == (RESYNCHRONISE, "Resynchronise")
    assert logged == []
