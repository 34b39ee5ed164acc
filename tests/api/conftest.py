"""The gateway's own schema, spoken to over HTTP as whoever a test says.

    answer = await api.as_(mother.actor).query(document("mini_program/FamilyAccount"))
    assert answer["familyAccount"]["account"]["balanceFen"] == 118_63

``api.as_(None)`` is nobody. The documents are those that the real clients send.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import httpx2
import orjson
import pytest
from starlette.requests import HTTPConnection

from gongji.api.context import Context
from gongji.api.gateway import GatewaySchema
from gongji.api.schema import build_schema
from gongji.api.view import GatewayView
from gongji.desk.desk import Acts, Desk
from gongji.domain.actor import Actor
from gongji.usecases.ports import Ports
from tests.world import World

_JSON: Final = {"content-type": "application/json"}


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP: ``answer["field"]`` is a root field of an answer without errors."""

    status: int
    text: str

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = orjson.loads(self.text)
        return body

    def __getitem__(self, field: str) -> Any:
        assert "errors" not in self.body, self.text
        return self.body["data"][field]

    @property
    def codes(self) -> list[str]:
        """Return the codes of the top-level errors."""
        return [error["extensions"]["code"] for error in self.body.get("errors", ())]


@dataclass(frozen=True)
class Client:
    """One actor's way into the gateway; each call is a request of its own."""

    schema: GatewaySchema
    ports: Ports
    desk: Desk
    who: Actor | None

    async def query(self, document: str, **variables: Any) -> Answer:
        """Send a document, query or mutation, with its variables."""
        return await self.send({"query": document, "variables": variables})

    async def send(self, body: Mapping[str, Any]) -> Answer:
        """Send any JSON, in ASCII, so that lone surrogates can be sent too."""
        view = GatewayView(self.schema, context=self._context)
        transport = httpx2.ASGITransport(app=view)
        async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as http:
            response = await http.post("/graphql", content=json.dumps(body), headers=_JSON)
        return Answer(response.status_code, response.text)

    async def _context(self, _: HTTPConnection) -> Context:
        return Context(self.who, self.ports, self.desk)


@dataclass(frozen=True)
class Api:
    """The gateway over a test's world."""

    schema: GatewaySchema
    ports: Ports

    @cached_property
    def desk(self) -> Desk:
        """Return the desk at which the bills of this test wait."""
        return Desk(Acts.of(self.ports))

    def as_(self, who: Actor | None) -> Client:
        """Return the way in of an actor; None is nobody."""
        return Client(self.schema, self.ports, self.desk, who)


@pytest.fixture(scope="session")
def gateway_schema() -> GatewaySchema:
    return build_schema()


@pytest.fixture
def api(gateway_schema: GatewaySchema, world: World) -> Api:
    return Api(gateway_schema, world.ports)
