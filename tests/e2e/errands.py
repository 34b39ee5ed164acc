"""Errands: what a client wants done, under a key of its own, and all that it ever hears of it."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tests.documents import document
from tests.e2e.gateway import PATIENCE_S

Told = dict[str, Any]
"""What a field answered."""
Facts = tuple[str, str]
"""The part of an answer that is the same for ever: its type, and the rest as text."""

_UNKNOWN_OUTCOME = {"UNAVAILABLE"}
_LASTING = {
    "receipt": (
        *("id", "institutionBillNo", "businessDay", "settledAt", "totalFen", "personalShareFen"),
        *("eligibleFen", "ownFen", "sharedFen", "cashFen", "ownBalanceAfterFen", "cashReason"),
    ),
    "reversal": ("id", "settlementId", "reversedAt", "businessDay"),
    "premium": ("id", "bindingId", "year", "amountFen", "fromOwnFen", "businessDay", "debitedAt"),
    "outcome": ("requestId",),
    "binding": ("id",),
    "order": (),
}
"""The fields of each payload that a repetition answers alike; the others show how it is now."""


def facts_of(told: Told) -> Facts:
    """Return what an answer states for ever."""
    kept: dict[str, Any] = {}
    for part, names in _LASTING.items():
        kept |= {name: told[part][name] for name in names} if part in told else {}
    kept |= {name: told[name] for name in ("code", "settlementId", "reversalId") if name in told}
    kept |= {"reasons": [one["code"] for one in told.get("reasons", ())]}
    return told["__typename"], json.dumps(kept, sort_keys=True)


@dataclass(eq=False)
class Errand:
    """One request under its key.

    Args:
        folder: of its client's documents: ``till`` or ``mini_program``.
        operation: name of the mutation.
        answers: the facts of every answer that arrived.
        is_given_up: a void of it was sent.
        is_voided: a void of it was acknowledged: there is no effect, now or later.
        result: id of what was made, once an answer named it.
    """

    token: str = field(repr=False)
    folder: str
    operation: str
    input: Mapping[str, Any]
    answers: list[Facts] = field(default_factory=list)
    is_given_up: bool = False
    is_voided: bool = False
    result: str | None = None

    @property
    def key(self) -> str:
        """The request id."""
        return str(self.input["requestId"])

    @property
    def document(self) -> str:
        """What its client sends."""
        return document(f"{self.folder}/{self.operation[0].upper()}{self.operation[1:]}")

    def hear(self, told: Told) -> None:
        """Keep an answer."""
        self.answers.append(facts_of(told))
        for part in ("receipt", "reversal", "premium"):
            if part in told:
                self.result = told[part]["id"]


@dataclass
class Line:
    """The way to a gateway that may be gone at any moment.

    Args:
        url: where the gateway is now.
        heard: how many answers arrived.
        troubles: why others did not, counted.
    """

    url: str
    client: httpx2.AsyncClient = field(
        default_factory=lambda: httpx2.AsyncClient(timeout=PATIENCE_S)
    )
    heard: int = 0
    troubles: Counter[str] = field(default_factory=Counter)

    async def ask(self, token: str, document: str, variables: Mapping[str, Any]) -> Told | None:
        """Send a request; None: nobody can tell what became of it."""
        try:
            answer = await self.client.post(
                f"{self.url}/graphql",
                json={"query": document, "variables": variables},
                headers=_bearer(token),
            )
        except httpx2.TransportError as error:
            self.troubles[type(error).__name__] += 1
            return None
        body = answer.json()
        if errors := body.get("errors"):
            codes = {error["extensions"]["code"] for error in errors}
            assert codes <= _UNKNOWN_OUTCOME, errors
            self.troubles.update(codes)
            return None
        self.heard += 1
        (told,) = body["data"].values()
        assert isinstance(told, dict)
        return told

    async def send(self, errand: Errand) -> Told | None:
        """Send an errand, once more or for the first time, and keep what is answered."""
        told = await self.ask(errand.token, errand.document, {"input": errand.input})
        if told is not None:
            errand.hear(told)
        return told

    async def ask_outcome(self, errand: Errand) -> Told | None:
        """Ask what became of an errand."""
        asked = document(f"{errand.folder}/Outcome")
        return await self.ask(errand.token, asked, {"requestId": errand.key})

    async def send_and_hang_up(self, errand: Errand) -> None:
        """Send an errand and cut the connection without reading a word."""
        body = json.dumps(
            {"query": errand.document, "variables": {"input": errand.input}}, default=str
        ).encode()
        place = urlsplit(self.url)
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: {place.netloc}\r\n"
            f"Authorization: Bearer {errand.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            _, writer = await asyncio.open_connection(place.hostname, place.port)
            writer.write(head.encode() + body)
            await writer.drain()
        except OSError as error:
            self.troubles[type(error).__name__] += 1
            return
        writer.transport.abort()
        self.troubles["hung up"] += 1


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
