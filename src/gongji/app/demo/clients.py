"""The four clients: each sends the documents of its own folder, over HTTP, with its own token."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx2

from gongji.api.documents import Manifest
from gongji.app.demo.cast import FAMILY, Player, Tokens

TIMEOUT_S: Final = 30
_TILL: Final = "till"
_DASHBOARD: Final = "dashboard"


class StoryBroken(RuntimeError):
    """The gateway answered otherwise than the story needs; the text says where and how."""


@dataclass(frozen=True, slots=True)
class Client:
    """One client program on its way to the gateway."""

    http: httpx2.Client
    documents: Mapping[str, str]
    token: str

    def ask(self, operation: str, **variables: Any) -> Any:
        """Send one of the client's documents; return its only root field.

        Raises:
            StoryBroken: the client has no such document, or the answer is an error or a problem.
        """
        if operation not in self.documents:
            raise StoryBroken(f"{operation}: no such document; GONGJI_OPERATIONS_FOLDER names them")
        try:
            response = self.http.post(
                "/graphql",
                json={
                    "query": self.documents[operation],
                    "operationName": operation,
                    "variables": variables,
                },
                headers={"authorization": f"Bearer {self.token}"},
            )
            answer = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise StoryBroken(f"{operation}: {type(error).__name__}") from None
        return _root_field(operation, answer)

    def change(self, operation: str, **fields: Any) -> Any:
        """Send a mutation with its input and a key of its own."""
        return self.ask(operation, input={"requestId": str(uuid4()), **fields})


def _root_field(operation: str, answer: Mapping[str, Any]) -> Any:
    """Return what a document asked for.

    Raises:
        StoryBroken: it is an error or a problem.
    """
    if answer.get("errors"):
        codes = ", ".join(error["extensions"]["code"] for error in answer["errors"])
        raise StoryBroken(f"{operation}: {codes}")
    (field,) = answer["data"].values()
    if isinstance(field, Mapping) and {"code", "message"} <= field.keys():
        codes = ", ".join(reason["code"] for reason in field.get("reasons", ())) or field["code"]
        raise StoryBroken(f"{operation}: {codes} {field['message']}")
    return field


@dataclass(frozen=True, slots=True)
class Clients:
    """Everybody's client: a person's by name, the till's and the dashboard's."""

    people: Mapping[str, Client]
    till: Client
    dashboard: Client

    def of(self, player: Player) -> Client:
        """Return a person's client."""
        return self.people[player.name]


@contextmanager
def connected(base_url: str, manifest: Manifest, tokens: Tokens) -> Iterator[Clients]:
    """Connect everybody to a gateway."""

    def client(folder: str, token: str) -> Client:
        hashes = manifest.clients.get(folder, {})
        return Client(http, {name: manifest.texts[one] for name, one in hashes.items()}, token)

    with httpx2.Client(base_url=base_url, timeout=TIMEOUT_S) as http:
        yield Clients(
            people={one.name: client(one.client, tokens.people[one.name]) for one in FAMILY},
            till=client(_TILL, tokens.till),
            dashboard=client(_DASHBOARD, tokens.staff),
        )
