"""What it costs to follow conversations: many subscribers of one gateway, who hear again and again.

Every follower has a socket of its own. Messages are written in small transactions, evenly over each
second, by this process; the gateway hears of them from PostgreSQL, as it does from another gateway.
A delay lasts from before the transaction that writes a message to its arrival at the client.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import httpx2
import orjson
import psutil
from prometheus_client.parser import text_string_to_metric_families
from rich.table import Table
from tortoise.transactions import in_transaction

from gongji.app.development_tokens import TokenMaker
from gongji.domain.conversation import Author, Card, CardKind, Draft
from gongji.store.conversations import append_each, lock_conversations
from gongji.store.database import open_database
from tests.bench.followers import BEGIN, TELL
from tests.bench.goals import Goal
from tests.bench.population import HOUSEHOLD, past_settlement_id
from tests.bench.programs import BenchFailed, Program
from tests.bench.town import Town

GOAL_MS: Final = 500.0
TRANSACTIONS_A_SECOND: Final = 20
WARMING_S: Final = 3
_OPENING_S: Final = 120.0
_PATIENCE_S: Final = 30.0
PAST_MESSAGES: Final = 30
"""Messages that each of them has already: whoever follows has talked."""
_OPENING: Final = """
INSERT INTO conversation (person_id, last_number, last_change, read_number)
SELECT person_id, $2, $2, $2 FROM unnest($1::uuid[]) AS person_id
"""
_TALK: Final = """
INSERT INTO message (id, person_id, number, change, author, text, sent_at)
SELECT gen_random_uuid(), person_id, n, n, 'SERVICE', $3, now()
FROM unnest($1::uuid[]) AS person_id, generate_series(1, $2) AS n
"""
_SENTENCE: Final = "您在阿里地区人民医院的账单已结算:本人账户支付¥118.63,家庭共济支付¥505.88。"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is written to everybody, and how often.

    Args:
        rounds_s: seconds in which everybody is written to once.
        draft: makes the message of a person, by the person's number in the town.
    """

    name: str
    rounds_s: int
    draft: Callable[[int], Draft]


def _receipt(number: int) -> Draft:
    card = Card(CardKind.RECEIPT, {"settlement": past_settlement_id(number)})
    return Draft(Author.SERVICE, card=card)


KINDS: Final = (
    Kind("a sentence a second", 1, lambda _: Draft(Author.SERVICE, _SENTENCE)),
    Kind("a receipt every ten seconds", 10, _receipt),
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one kind of message showed; CPU in microseconds per event, ``core`` in percent."""

    name: str
    rate: float
    p50_ms: float
    p99_ms: float
    most_ms: float
    server_us: float
    database_us: float
    clients_us: float
    core: float


@dataclass(frozen=True, slots=True)
class Subscribers:
    """People of a town, by number, whose followers are connected."""

    town: Town
    numbers: Sequence[int]
    followers: subprocess.Popen[bytes]
    gateway: Program
    database: Program

    def measure(self, kind: Kind, seconds: int) -> Row:
        """Write for some seconds, and tell what was heard.

        Raises:
            BenchFailed: an event did not arrive, or somebody was cut off.
        """
        self._order(BEGIN)
        self._heard(asyncio.run(self._write(kind, WARMING_S)))
        self._order(BEGIN)
        before = self._used()
        begun = time.perf_counter()
        written = asyncio.run(self._write(kind, seconds))
        took = time.perf_counter() - begun
        told = self._heard(written)
        used = (late - early for early, late in zip(before, self._used(), strict=True))
        server_s, database_s, clients_s = used
        return Row(
            name=kind.name,
            rate=written / took,
            p50_ms=told["p50_us"] / 1e3,
            p99_ms=told["p99_us"] / 1e3,
            most_ms=told["most_us"] / 1e3,
            server_us=1e6 * server_s / written,
            database_us=1e6 * database_s / written,
            clients_us=1e6 * clients_s / written,
            core=100 * server_s / took,
        )

    def _used(self) -> tuple[float, float, float]:
        """Return the seconds of CPU of the gateway, the database and the clients."""
        clients = Program("", psutil.Process(self.followers.pid))
        return self.gateway.cpu_s(), self.database.cpu_s(), clients.cpu_s()

    async def _write(self, kind: Kind, seconds: int) -> int:
        """Write messages in turn; returns how many."""
        transactions = seconds * TRANSACTIONS_A_SECOND
        each = max(1, len(self.numbers) // (kind.rounds_s * TRANSACTIONS_A_SECOND))
        async with open_database(self.town.url, most_connections=1):
            begun = time.monotonic()
            for nth in range(transactions):
                await asyncio.sleep(begun + nth / TRANSACTIONS_A_SECOND - time.monotonic())
                turn = (self.numbers[(nth * each + k) % len(self.numbers)] for k in range(each))
                await _write_to([(self._person(one), kind.draft(one)) for one in turn])
        return transactions * each

    def _person(self, number: int) -> UUID:
        return self.town.population.people[number].id

    def _heard(self, written: int) -> dict[str, int]:
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            told: dict[str, int] = orjson.loads(self._order(TELL))
            if told["cut"] or told["events"] > written or time.monotonic() > deadline:
                raise BenchFailed(f"{written} events were written, and this was heard: {told}")
            if told["events"] == written:
                return told
            time.sleep(0.2)

    def _order(self, order: str) -> bytes:
        orders, answers = self.followers.stdin, self.followers.stdout
        if orders is None or answers is None:
            raise ValueError("orders and answers go through pipes")
        orders.write(order.encode() + b"\n")
        orders.flush()
        return answers.readline() if order == TELL else b""


async def _write_to(drafts: Sequence[tuple[UUID, Draft]]) -> None:
    async with in_transaction() as connection:
        at = datetime.now(UTC)
        await lock_conversations(connection, (person_id for person_id, _ in drafts))
        await append_each(connection, drafts, at)


async def _talk_before(url: str, person_ids: Sequence[UUID]) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_OPENING, person_ids, PAST_MESSAGES)
        await connection.execute(_TALK, person_ids, PAST_MESSAGES, _SENTENCE)
        await connection.execute("VACUUM ANALYZE conversation, message")
    finally:
        await connection.close()


@contextmanager
def subscribed(
    town: Town,
    tokens: TokenMaker,
    gateway: Program,
    database: Program,
    *,
    people: int,
    folder: Path,
) -> Iterator[Subscribers]:
    """Let people of a town follow their conversations; each is another family's.

    Raises:
        BenchFailed: the town is too small, or they are not all connected in time.
    """
    apart = town.people // people
    if apart < HOUSEHOLD:
        raise BenchFailed(f"{people} subscribers need {people * HOUSEHOLD} people")
    numbers = [nth * apart + nth % HOUSEHOLD for nth in range(people)]
    person_ids = [town.population.people[number].id for number in numbers]
    asyncio.run(_talk_before(town.url, person_ids))
    listed, log = folder / "followers.tokens", folder / "followers.log"
    signed = map(tokens.person, person_ids)
    listed.write_text("\n".join(signed), encoding="utf-8")
    url = gateway.url.replace("http://", "ws://", 1)
    with (
        log.open("wb") as complaints,
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.followers", url, str(listed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as followers,
    ):
        try:
            _await_followers(gateway, len(numbers), log)
            yield Subscribers(town, numbers, followers, gateway, database)
        finally:
            if followers.stdin is not None:
                followers.stdin.close()
            try:
                followers.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                followers.kill()


def _await_followers(gateway: Program, people: int, log: Path) -> None:
    deadline = time.monotonic() + _OPENING_S
    while (here := _followers(gateway)) < people:
        if time.monotonic() > deadline:
            text = log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise BenchFailed(f"{here} of {people} follow their conversations: {text}")
        time.sleep(0.5)


def _followers(gateway: Program) -> int:
    page = httpx2.get(gateway.url.replace("/graphql", "/metrics"), timeout=_PATIENCE_S).text
    return next(
        int(family.samples[0].value)
        for family in text_string_to_metric_families(page)
        if family.name == "gongji_feed_followers"
    )


def table_of(rows: Sequence[Row], people: int) -> Table:
    """Show what was measured."""
    table = Table(
        title=f"{people} subscribers of one gateway",
        caption="CPU in microseconds per event; core: the gateway's share of one, in percent",
    )
    table.add_column("each of them hears")
    for column in (
        *("events/s", "p50 ms", "p99 ms", "most ms"),
        *("server CPU", "database CPU", "clients' CPU", "core"),
    ):
        table.add_column(column, justify="right")
    for row in rows:
        figures = (row.p50_ms, row.p99_ms, row.most_ms)
        costs = (row.server_us, row.database_us, row.clients_us, row.core)
        shown = (f"{figure:.0f}" for figure in (row.rate, *figures, *costs))
        table.add_row(row.name, *shown)
    return table


def goals_of(rows: Sequence[Row], people: int) -> list[Goal]:
    """Say what is to be reached by what was measured."""
    text = f"{people} subscribers, {rows[0].name}: p99 within {GOAL_MS:g} ms"
    return [Goal(text, rows[0].p99_ms, GOAL_MS, is_most=True)]
