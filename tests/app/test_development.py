"""Choosing a demo person: who may, for whom, and that production knows nothing of it."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from gongji.api.gateway import GatewaySchema
from gongji.app.asgi import create_app, make_schema
from gongji.app.auth import Gate
from gongji.app.development import development_routes
from gongji.app.welcome import load_families
from gongji.domain.actor import ActorKind, Channel
from tests.app.installation import SETTINGS
from tests.world import World

PUBU = "54259919680521019X"
HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def schema() -> GatewaySchema:
    return make_schema(SETTINGS)


@pytest.fixture
def app(schema: GatewaySchema, world: World) -> Starlette:
    return create_app(SETTINGS, "postgres://u@h/d", ports=world.ports, schema=schema)


@pytest.fixture
async def http(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=HERE) as client:
        yield client


async def test_a_demo_person_gets_a_token_of_the_mini_program(
    http: httpx2.AsyncClient, world: World
) -> None:
    await load_families(world.ports)

    listed = (await http.get("/development/people")).json()
    answer = await http.post("/development/tokens", json={"idNumber": PUBU})

    assert {"name": "普布", "idNumber": PUBU} in listed["people"]
    assert {one["idNumber"][:6] for one in listed["people"]} == {"542599"}
    actor = Gate.of(SETTINGS, world.clock).check(answer.json()["token"])
    assert (actor.kind, actor.channel) == (ActorKind.PERSON, Channel.MINI_PROGRAM)
    assert answer.headers["cache-control"] == "no-store"


async def test_who_is_not_in_the_database_is_not_offered(
    http: httpx2.AsyncClient, world: World
) -> None:
    await world.person(balance=100_00)

    listed = await http.get("/development/people")

    assert listed.json() == {"people": [], "institutions": []}


async def test_an_institution_gets_a_token_of_its_till(
    http: httpx2.AsyncClient, world: World
) -> None:
    await load_families(world.ports)
    code = (await http.get("/development/people")).json()["institutions"][0]["code"]

    answer = await http.post("/development/tokens", json={"institutionCode": code})

    actor = Gate.of(SETTINGS, world.clock).check(answer.json()["token"])
    assert (actor.kind, actor.operator) == (ActorKind.TILL, "01")


@pytest.mark.parametrize(
    "asked",
    [
        {"idNumber": "110105194912310028"},
        {"idNumber": "542599200001010019"},
        {"institutionCode": "H54259900000"},
        {"institutionCode": "no code"},
        {"idNumber": 5},
        {},
        [],
    ],
)
async def test_nobody_else_gets_a_token(
    http: httpx2.AsyncClient, world: World, asked: object
) -> None:
    await load_families(world.ports)

    answer = await http.post("/development/tokens", json=asked)

    assert (answer.status_code, answer.json()) == (404, {"error": "NOT_FOUND"})


async def test_a_form_of_another_page_gets_nothing(http: httpx2.AsyncClient, world: World) -> None:
    await load_families(world.ports)

    as_form = await http.post(
        "/development/tokens",
        content=f'{{"idNumber": "{PUBU}"}}',
        headers={"content-type": "text/plain"},
    )
    broken = await http.post(
        "/development/tokens", content=b"\xff{", headers={"content-type": "application/json"}
    )

    assert (as_form.status_code, broken.status_code) == (415, 400)
    assert "access-control-allow-origin" not in as_form.headers


@pytest.mark.parametrize(
    ("client", "name"),
    [("10.0.0.7", "127.0.0.1"), ("127.0.0.1", "gateway.example")],
    ids=["from_another_machine", "by_a_name_bent_to_this_machine"],
)
async def test_it_is_not_there_for_others(
    app: Starlette, world: World, client: str, name: str
) -> None:
    await load_families(world.ports)
    transport = httpx2.ASGITransport(app=app, client=(client, 1))

    async with httpx2.AsyncClient(
        transport=transport, base_url=HERE.replace("127.0.0.1", name)
    ) as stranger:
        listed = await stranger.get("/development/people")
        made = await stranger.post("/development/tokens", json={"idNumber": PUBU})

    assert (listed.status_code, made.status_code) == (404, 404)
    assert "token" not in made.json()


def test_production_has_no_such_routes(world: World) -> None:
    production = SETTINGS.model_copy(update={"environment": "production"})
    keyless = SETTINGS.model_copy(update={"development_token_key": None})

    assert len(development_routes(SETTINGS, world.ports)) == 2
    assert development_routes(production, world.ports) == []
    assert development_routes(keyless, world.ports) == []
