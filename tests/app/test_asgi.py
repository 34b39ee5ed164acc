"""The application: who comes in, what it answers about itself, and what it counts."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import httpx
import httpx2
import pytest
import strawberry
from httpx_ws import AsyncWebSocketSession, WebSocketDisconnect, aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport
from prometheus_client import Counter
from starlette.applications import Starlette
from strawberry.schema.config import StrawberryConfig
from structlog.testing import capture_logs
from tortoise.context import TortoiseContext

from gongji.api.context import Info
from gongji.api.gateway import GatewaySchema
from gongji.api.problems import HANDLERS, KNOWN, Refusal
from gongji.api.scalars import SCALARS
from gongji.app.asgi import MOST_BODY, create_app, make_key_ring, make_schema
from gongji.app.development_tokens import TokenMaker
from gongji.app.health import Health
from gongji.app.settings import Settings, SettingsWrong
from gongji.app.sweeps import Sweep, sweeping
from gongji.domain.errors import Code, refuse
from gongji.store.database import migrate, tortoise_config
from gongji.usecases.ports import Ports
from tests.app.installation import SETTINGS
from tests.databases import create_database, drop_database
from tests.world import NOON, World

SUBJECT = UUID(int=1)


@strawberry.type
class Said:
    by: str


@strawberry.type
class Query:
    @strawberry.field
    def me(self, info: Info) -> str:
        return str(info.context.actor.subject)

    @strawberry.field
    def say(self, word: str) -> "Said | Refusal":
        if word == "no":
            raise refuse(Code.NOT_FOUND)
        return Said(by=word)

    @strawberry.field
    def bug(self) -> str | None:
        raise LookupError("542599198001010017")


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def who(self, info: Info) -> AsyncIterator[str]:
        yield str(info.context.actor.subject)


@pytest.fixture(scope="session")
def schema() -> GatewaySchema:
    return GatewaySchema(
        Query,
        subscription=Subscription,
        known=KNOWN,
        exception_handlers=HANDLERS,
        config=StrawberryConfig(scalar_map=SCALARS),
    )


@pytest.fixture
def app(schema: GatewaySchema, world: World) -> Starlette:
    return create_app(SETTINGS, "postgres://u@h/d", ports=world.ports, schema=schema)


@pytest.fixture
async def http(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


@pytest.fixture
def token() -> str:
    return TokenMaker(SETTINGS, now=NOON, lasting=timedelta(hours=1)).person(SUBJECT)


async def ask(client: httpx2.AsyncClient, query: str, token: str | None = None) -> httpx2.Response:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return await client.post("/graphql", json={"query": query}, headers=headers)


async def test_a_token_says_who_asks(http: httpx2.AsyncClient, token: str) -> None:
    answer = await ask(http, "{ me }", token)

    assert answer.json() == {"data": {"me": str(SUBJECT)}}


async def test_without_a_token_nothing_is_told_but_the_schema_answers(
    http: httpx2.AsyncClient,
) -> None:
    anonymous = await ask(http, "{ __typename }")
    refused = await ask(http, "{ me }")

    assert anonymous.json() == {"data": {"__typename": "Query"}}
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert refused.json()["data"] is None


async def test_a_wrong_token_is_refused_before_anything_is_executed(
    http: httpx2.AsyncClient, token: str
) -> None:
    answer = await ask(http, "{ __typename }", token[:-4])

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def who_over_a_socket(app: Starlette, payload: dict[str, Any]) -> Any:
    socket: AsyncWebSocketSession
    async with (
        httpx.AsyncClient(transport=ASGIWebSocketTransport(app=app)) as client,
        aconnect_ws(
            "http://gateway/graphql", client, subprotocols=["graphql-transport-ws"]
        ) as socket,
    ):
        await socket.send_json({"type": "connection_init", "payload": payload})
        try:
            await socket.receive_text(timeout=5)
        except WebSocketDisconnect as closed:
            return closed.code
        query = {"query": "subscription { who }"}
        await socket.send_json({"id": "1", "type": "subscribe", "payload": query})
        return json.loads(await socket.receive_text(timeout=5))["payload"]


async def test_a_socket_brings_its_token_in_its_first_message(app: Starlette, token: str) -> None:
    known = await who_over_a_socket(app, {"token": token})
    nobody = await who_over_a_socket(app, {})
    refused = await who_over_a_socket(app, {"token": "x"})

    assert known == {"data": {"who": str(SUBJECT)}}
    assert nobody["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert refused == 4403


@pytest.mark.parametrize("first", [True, False], ids=["in_its_first_message", "in_its_header"])
async def test_a_socket_does_not_outlive_its_token(
    app: Starlette, world: World, token: str, first: bool
) -> None:
    query = {"query": "subscription { who }"}
    socket: AsyncWebSocketSession
    async with (
        httpx.AsyncClient(transport=ASGIWebSocketTransport(app=app)) as client,
        aconnect_ws(
            "http://gateway/graphql",
            client,
            subprotocols=["graphql-transport-ws"],
            headers={} if first else {"authorization": f"Bearer {token}"},
        ) as socket,
    ):
        payload = {"token": token} if first else {}
        await socket.send_json({"type": "connection_init", "payload": payload})
        await socket.receive_text(timeout=5)
        await socket.send_json({"id": "1", "type": "subscribe", "payload": query})
        answered = json.loads(await socket.receive_text(timeout=5))["payload"]
        await socket.receive_text(timeout=5)
        world.clock.move(hours=1)
        await socket.send_json({"id": "2", "type": "subscribe", "payload": query})
        with pytest.raises(WebSocketDisconnect) as end:
            await socket.receive_text(timeout=5)

    assert answered == {"data": {"who": str(SUBJECT)}}
    assert end.value.code == 4403


async def test_answers_tell_browsers_to_guess_nothing(http: httpx2.AsyncClient) -> None:
    for answer in (await http.get("/livez"), await ask(http, "{ __typename }")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers


async def test_too_large_a_body_is_refused(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/graphql", content=b" " * (MOST_BODY + 1))

    assert answer.status_code == 413


async def test_metrics_count_operations_by_outcome_and_name_nobody(
    http: httpx2.AsyncClient, token: str
) -> None:
    await ask(http, '{ a: say(word: "yes") { __typename } say(word: "no") { __typename } }', token)
    await ask(http, "fragment F on Query { ...G } fragment G on Query { me } { ...F ...F }", token)
    await ask(http, '{ ... on Query { say(word: "542599198001010017") { ... on Said { by } } } }')
    await ask(http, '{ say(word: "yes") { ... on Said { __typename: by } } }', token)
    await ask(http, "{ me }")
    await ask(http, "{ bug }")
    await ask(http, "{ nonsense }")
    await ask(http, "{ me }", "wrong")

    page = (await http.get("/metrics")).text

    for line in (
        'gongji_operations_total{operation="say",outcome="Said"} 1.0',
        'gongji_operations_total{operation="say",outcome="Refusal"} 1.0',
        'gongji_operations_total{operation="say",outcome="answered"} 2.0',
        'gongji_operations_total{operation="me",outcome="answered"} 1.0',
        'gongji_operations_total{operation="me",outcome="UNAUTHENTICATED"} 1.0',
        'gongji_operations_total{operation="bug",outcome="INTERNAL"} 1.0',
        'gongji_operations_total{operation="none",outcome="GRAPHQL_VALIDATION_FAILED"} 1.0',
        'gongji_operation_seconds_count{operation="say"} 3.0',
        'gongji_answers_total{status="401"} 1.0',
        'gongji_answers_total{status="200"} 7.0',
    ):
        assert line in page
    assert "542599" not in page
    assert "nonsense" not in page
    assert str(SUBJECT) not in page


async def test_the_process_lives_and_is_not_ready_before_its_database_is_open(
    http: httpx2.AsyncClient,
) -> None:
    live, ready = await http.get("/livez"), await http.get("/readyz")

    assert (live.status_code, live.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()) == (503, {"status": "unready", "reason": "STARTING"})


async def test_ready_is_a_database_that_answers_with_its_migrations_at_head(
    app: Starlette, http: httpx2.AsyncClient, opened_database: TortoiseContext
) -> None:
    app.state.health.database = opened_database

    ready = await http.get("/readyz")

    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


async def test_readiness_follows_the_database(administration_url: str, worker_id: str) -> None:
    name = f"gongji_ready_{worker_id}"
    await create_database(administration_url, name)
    url = urlunsplit(urlsplit(administration_url)._replace(path=f"/{name}"))
    health = Health()
    async with TortoiseContext() as context:
        await context.init(config=tortoise_config(url))
        health.database = context

        assert await health.obstacle() == "MIGRATIONS_PENDING"
        await migrate(context)
        assert await health.obstacle() is None
        await drop_database(administration_url, name)
        assert await health.obstacle() == "DATABASE_AWAY"
        await create_database(administration_url, name)
        assert await health.obstacle() is None
    await drop_database(administration_url, name)


def test_the_first_key_seals_and_all_open() -> None:
    ring = make_key_ring(SETTINGS)

    assert ring.active == "new"
    assert set(ring.sealing_keys) == {"new", "old"}
    with pytest.raises(SettingsWrong, match="GONGJI_DIGEST_KEY"):
        make_key_ring(Settings())


def test_trusted_documents_must_be_there_when_nothing_else_is_served(tmp_path: Any) -> None:
    folder = tmp_path / "operations"
    wanted = {"operations_folder": folder, "trusted_documents_only": True}

    with pytest.raises(SettingsWrong, match="GONGJI_OPERATIONS_FOLDER"):
        make_schema(Settings().model_copy(update=wanted))
    (folder / "till").mkdir(parents=True)
    (folder / "till" / "a.graphql").write_text("query Name { __typename }", encoding="utf-8")
    schema = make_schema(Settings().model_copy(update=wanted))

    assert schema.library.text_of(
        None,
        {"persistedQuery": {"sha256Hash": schema_hash(schema)}},
    ).startswith("query Name")


def schema_hash(schema: GatewaySchema) -> str:
    return next(iter(schema.library._manifest.texts))


@pytest.fixture
def failures() -> Counter:
    return Counter("failures", "", ["sweep"], registry=None)


async def test_a_sweep_that_fails_goes_on(world: World, failures: Counter) -> None:
    runs: list[Ports] = []
    enough = asyncio.Event()

    async def sweep(ports: Ports) -> None:
        runs.append(ports)
        if len(runs) == 3:
            enough.set()
        raise LookupError("once more")

    async with sweeping([Sweep("due", 0.001, sweep)], world.ports, failures):
        await asyncio.wait_for(enough.wait(), 5)

    assert runs[0] is world.ports
    assert failures.labels("due")._value.get() >= 3


@pytest.mark.parametrize(
    ("failure", "told"),
    [(LookupError(), "sweep_failed"), (ConnectionRefusedError(), "sweep_waits")],
)
async def test_a_sweep_that_fails_alike_again_and_again_is_logged_once(
    world: World, failures: Counter, failure: Exception, told: str
) -> None:
    runs: list[Ports] = []
    enough = asyncio.Event()

    async def sweep(ports: Ports) -> None:
        runs.append(ports)
        if len(runs) == 5:
            enough.set()
        if len(runs) == 3:
            return
        raise failure

    with capture_logs() as logged:
        async with sweeping([Sweep("due", 0.001, sweep)], world.ports, failures):
            await asyncio.wait_for(enough.wait(), 5)

    # Twice: before the run that went well, and after it.
    assert [line["event"] for line in logged] == [told, told]


async def test_a_running_sweep_may_finish_at_the_end(world: World, failures: Counter) -> None:
    begun, finished = asyncio.Event(), asyncio.Event()

    async def sweep(_: Ports) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        finished.set()

    async with sweeping([Sweep("slow", 60, sweep)], world.ports, failures):
        await begun.wait()

    assert finished.is_set()


async def test_a_sweep_that_does_not_finish_is_ended(
    world: World, failures: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongji.app.sweeps.FINISH_S", 0.01)
    ended = asyncio.Event()

    async def sweep(_: Ports) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with sweeping([Sweep("stuck", 60, sweep)], world.ports, failures):
        await asyncio.sleep(0)

    assert ended.is_set()
