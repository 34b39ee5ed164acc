"""GraphQL over WebSockets, spoken through real frames in the test's own loop."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_ws import AsyncWebSocketSession, WebSocketDisconnect, aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport
from structlog.testing import capture_logs

from gongji.api.documents import manifest_of
from gongji.api.gateway import GatewaySchema
from gongji.api.view import MAX_SUBSCRIPTIONS, GatewayView
from tests.api.protocol.toy import SECRET, Context, context_of, make_schema

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
