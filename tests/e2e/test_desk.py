"""A till that waits: gone, out of time, turned away or cut off by an end, it has one answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest_asyncio

from gongji.desk.desk import CLERKS, MOST_OF_ONE_SENDER, MOST_TOGETHER
from gongji.domain.money import Fen
from tests.bills_sent import bill_to_settle
from tests.builders import bill
from tests.documents import document
from tests.e2e.gateway import PATIENCE_S
from tests.e2e.installation import Installation, installed
from tests.registry_files import CHILD, account, person, policy

HOSPITAL = "H54252300001"
SETTLE, OUTCOME = document("till/SettleBill"), document("till/Outcome")
BALANCE = 100_000_00
MORE_THAN_WAIT = CLERKS * MOST_TOGETHER + MOST_OF_ONE_SENDER + 50
RECORDS = (
    policy(),
    {"record": "institution", "code": HOSPITAL, "name": "狮泉河雪山医院", "region": "542523"},
    person(CHILD, name="卓玛"),
    account(CHILD, BALANCE),
)
Sent = dict[str, Any]


def a_bill(number: str) -> Sent:
    """Think of a bill of one yuan."""
    return bill_to_settle(bill(Fen(100), institution_bill_no=number), CHILD)


@dataclass
class Till:
    """The hospital's till."""

    installation: Installation
    token: str

    async def settle(self, sent: Sent) -> dict[str, Any]:
        """Send a bill; return the whole answer."""
        return self._read(await self.installation.ask(self.token, SETTLE, input=sent))

    async def settle_many(self, bills: list[Sent]) -> list[dict[str, Any]]:
        """Send bills at once, each through a connection of its own."""
        limits = httpx2.Limits(max_connections=len(bills))
        headers = {"authorization": f"Bearer {self.token}"}
        async with httpx2.AsyncClient(
            base_url=self.installation.gateway.url, timeout=PATIENCE_S, limits=limits
        ) as client:

            async def send(sent: Sent) -> dict[str, Any]:
                body = {"query": SETTLE, "variables": {"input": sent}}
                return self._read(await client.post("/graphql", json=body, headers=headers))

            return await asyncio.gather(*map(send, bills))

    async def outcome(self, sent: Sent) -> str:
        """Ask what became of a bill."""
        key = sent["requestId"]
        answer = await self.installation.ask(self.token, OUTCOME, requestId=key)
        return str(answer.json()["data"]["outcome"]["status"])

    async def outcome_at_last(self, sent: Sent, expected: str) -> None:
        """Ask until the outcome is what is expected."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.outcome(sent) != expected:  # noqa: ASYNC110 - over HTTP
                await asyncio.sleep(0.05)

    def _read(self, answer: httpx2.Response) -> dict[str, Any]:
        found: dict[str, Any] = answer.json()
        return found


@asynccontextmanager
async def everything_waits(installation: Installation) -> AsyncIterator[None]:
    """Keep every family locked, so that no bill gets on."""
    async with installation.connection() as connection, connection.transaction():
        await connection.execute("SELECT * FROM beneficiary FOR UPDATE")
        yield


@pytest_asyncio.fixture(scope="module")
async def till() -> AsyncIterator[Till]:
    async with installed(*RECORDS) as installation:
        yield Till(installation, await installation.till(HOSPITAL))


def codes(answer: dict[str, Any]) -> list[tuple[str, bool]]:
    return [
        (error["extensions"]["code"], error["extensions"]["retryable"])
        for error in answer["errors"]
    ]


async def test_a_till_that_goes_away_finds_its_bill_settled(till: Till) -> None:
    sent = a_bill("goes away")
    async with everything_waits(till.installation):
        gone = asyncio.create_task(till.settle(sent))
        await till.outcome_at_last(sent, "IN_PROGRESS")
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)

    await till.outcome_at_last(sent, "DONE")
    again = (await till.settle(sent))["data"]["settleBill"]
    assert (again["replayed"], again["receipt"]["ownFen"]) == (True, 100)


async def test_who_is_turned_away_or_out_of_time_loses_nothing(till: Till) -> None:
    bills = [a_bill(f"many {number}") for number in range(MORE_THAN_WAIT)]
    async with everything_waits(till.installation):
        first = await till.settle_many(bills)

    again = [
        answer
        for start in range(0, len(bills), MOST_OF_ONE_SENDER)
        for answer in await till.settle_many(bills[start : start + MOST_OF_ONE_SENDER])
    ]

    assert {tuple(codes(answer)) for answer in first} == {(("UNAVAILABLE", True),)}
    receipts = [answer["data"]["settleBill"]["receipt"]["id"] for answer in again]
    assert len(set(receipts)) == MORE_THAN_WAIT
    replayed = Counter(answer["data"]["settleBill"]["replayed"] for answer in again)
    # Who had a place was settled all the same; who was turned away was not, until now.
    assert replayed[True] >= MOST_OF_ONE_SENDER
    assert replayed[False] >= 1


async def test_an_end_finishes_what_waits_and_answers_it(till: Till) -> None:
    bills = [a_bill(f"at the end {number}") for number in range(3)]
    installation = till.installation
    async with everything_waits(installation):
        waiting = asyncio.create_task(till.settle_many(bills))
        await till.outcome_at_last(bills[0], "IN_PROGRESS")
        installation.gateway.process.terminate()
        await _nobody_is_let_in(installation)

    answers = await waiting
    assert installation.gateway.end() == 0
    await asyncio.to_thread(installation.restart)
    assert [answer["data"]["settleBill"]["replayed"] for answer in answers] == [False] * 3
    assert [await till.outcome(sent) for sent in bills] == ["DONE"] * 3


async def _nobody_is_let_in(installation: Installation) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                async with installation.client() as client:
                    await client.get("/livez")
            except httpx2.ConnectError:
                return
            await asyncio.sleep(0.05)
