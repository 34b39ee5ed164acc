"""The tax bureau over HTTP: one premium is one order, posted under the premium's id as its key.

    POST <url>                                  200 {"premium_id": "...", "status": "CONFIRMED",
    Authorization: Bearer <token>                    "reference": "..."}
    Idempotency-Key: <premium id>               200 {"premium_id": "...", "status": "REFUSED"}
    {"premium_id", "id_number", "year",
     "category", "region", "amount_fen"}        anything else, or nothing: not answered

The bureau takes an order once and answers the same key with the same answer for ever. Only one of
the two answers above moves a premium: after silence, an error of either side, or what is not
understood, the premium stays debited and the same order is posted again, which finds an answer
that came too late.
"""

import re
import ssl
from dataclasses import dataclass, field
from typing import Final

import httpx2
import orjson
import structlog

from gongji.domain.errors import Unavailable
from gongji.store.database import pool
from gongji.store.personal_data import KeyRing
from gongji.store.reading.registry import read_person
from gongji.usecases.ports import PremiumOrder, TaxAnswer

MOST_WAITED_S: Final = 8.0
"""How long the bureau may take for each step of an exchange: less than a use case waits in all."""

MOST_ANSWERED: Final = 16 * 1024
"""Bytes of an answer, at most."""

_is_reference: Final = re.compile(r"[!-~]{1,100}").fullmatch
_log = structlog.get_logger("gongji.tax_bureau")


class _NotAnswered(Exception):
    """What came is no answer; the text says why, without any value of it."""


@dataclass(frozen=True, slots=True)
class HttpTaxBureau:
    """The bureau behind a URL.

    Args:
        token: proves to the bureau who asks.
        key_ring: opens the insured person's ID number, by which alone the bureau knows people.
        timeout_s: for connecting, for sending, and for each part of the answer.
    """

    url: str
    token: str = field(repr=False)
    key_ring: KeyRing = field(repr=False)
    timeout_s: float = MOST_WAITED_S
    trust: ssl.SSLContext = field(default_factory=httpx2.create_ssl_context, repr=False)

    async def pay(self, order: PremiumOrder) -> TaxAnswer:
        """Post an order; the same ``premium_id`` is taken once.

        Raises:
            Unavailable: not answered; the order may have been taken all the same.
        """
        content = orjson.dumps(await self._written(order))
        try:
            return read_answer(await self._exchange(order, content), order)
        except (httpx2.HTTPError, _NotAnswered) as silence:
            why = str(silence) if isinstance(silence, _NotAnswered) else type(silence).__name__
            _log.warning("tax_bureau_not_answered", premium=str(order.premium_id), why=why)
            raise Unavailable from silence

    async def _written(self, order: PremiumOrder) -> dict[str, str | int]:
        """Return the body of an order, the same whenever it is posted."""
        insured = await read_person(pool(), order.insured_id)
        if insured is None:
            raise ValueError("the insured person of a premium is registered")
        return {
            "premium_id": str(order.premium_id),
            "id_number": self.key_ring.open(insured.id_number),
            "year": order.year,
            "category": order.category,
            "region": order.region,
            "amount_fen": order.amount,
        }

    async def _exchange(self, order: PremiumOrder, content: bytes) -> bytes:
        """Post once and return the body of a 200; a client of its own needs nobody to close it."""
        headers = {
            "accept": "application/json",
            "accept-encoding": "identity",
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
            "idempotency-key": str(order.premium_id),
        }
        async with (
            httpx2.AsyncClient(verify=self.trust, trust_env=False, timeout=self.timeout_s) as http,
            http.stream("POST", self.url, content=content, headers=headers) as response,
        ):
            if response.status_code != httpx2.codes.OK:
                raise _NotAnswered(f"HTTP {response.status_code}")
            return await _bounded(response)


async def _bounded(response: httpx2.Response) -> bytes:
    """Read a body that is not longer than an answer."""
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > MOST_ANSWERED:
            raise _NotAnswered("too long")
    return bytes(body)


def read_answer(body: bytes, order: PremiumOrder) -> TaxAnswer:
    """Read an answer to an order.

    Raises:
        _NotAnswered: it is none of the two answers, or not about this order.
    """
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _NotAnswered("no JSON") from None
    if not isinstance(said, dict) or said.get("premium_id") != str(order.premium_id):
        raise _NotAnswered("not about this premium")
    match said:
        case {"status": "CONFIRMED", "reference": str(reference)} if _is_reference(reference):
            return TaxAnswer(reference)
        case {"status": "REFUSED"}:
            return TaxAnswer(None)
        case _:
            raise _NotAnswered("neither confirmed nor refused")
