"""A program that settles without HTTP and GraphQL: clients of this very process, on a real pool.

    python -m tests.bench.settling desk
    python -m tests.bench.settling 'one by one'

It says that it is ready, then reads orders, one of JSON a line, and answers each with a line: how
many bills were settled in how long, and how long a client waited.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import uuid4

import orjson
import uvloop

from gongji.app.asgi import make_ports
from gongji.app.serving import keep_for_good
from gongji.app.settings import read_settings
from gongji.desk.desk import Desk
from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.bill import Bill, VisitKind
from gongji.domain.money import NOTHING, Fen
from gongji.domain.policy import CredentialKind
from gongji.store.database import open_database
from gongji.usecases.settle import SettleBill
from tests.bench.callers import BILL_FEN, Caller, read_callers
from tests.bench.desks import make_desk

READY: Final = "ready"


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: let so many clients settle bills of callers for some seconds."""

    callers: Path
    clients: int
    seconds: float
    seed: int


@dataclass(slots=True)
class Clients:
    """Clients who share a row of callers; each settles, waits for the answer, takes the next."""

    desk: Desk
    next_callers: Iterator[Caller]
    deadline: float
    waited_us: list[int]

    async def settle_in_turn(self) -> None:
        """Settle one bill after the other until the time is up."""
        while (begun := time.perf_counter()) < self.deadline:
            caller = next(self.next_callers)
            await self.desk.settle(request_of(caller), till_of(caller))
            self.waited_us.append(int(1e6 * (time.perf_counter() - begun)))


def till_of(caller: Caller) -> Actor:
    """Return the till that a caller comes to."""
    return Actor(ActorKind.TILL, caller.institution_id, Channel.TILL, operator="收费员01")


def request_of(caller: Caller) -> SettleBill:
    """Make a new bill of a caller."""
    key, amount = uuid4(), Fen(BILL_FEN)
    bill = Bill(
        institution_bill_no=str(key),
        visit=VisitKind.OUTPATIENT,
        total=amount,
        self_paid=NOTHING,
        over_limit=NOTHING,
        first_pay=NOTHING,
        in_scope=amount,
        fund_paid=NOTHING,
        hospital_paid=NOTHING,
        personal_share=amount,
    )
    return SettleBill(key, CredentialKind.ID_CARD, caller.id_number, bill)


async def carry_out(order: Order, callers: Sequence[Caller], desk: Desk) -> dict[str, int]:
    """Let the clients settle; a bill that is not settled is an exception that ends the program."""
    start = Random(order.seed).randrange(len(callers))
    begun = time.perf_counter()
    clients = Clients(desk, islice(cycle(callers), start, None), begun + order.seconds, [])
    async with asyncio.TaskGroup() as group:
        for _ in range(order.clients):
            group.create_task(clients.settle_in_turn())
    lasted = time.perf_counter() - begun
    waited = sorted(clients.waited_us)
    return {
        "requests": len(waited),
        "duration_us": int(1e6 * lasted),
        "p50_us": waited[len(waited) // 2],
        "p99_us": waited[len(waited) * 99 // 100],
    }


def _order(line: bytes) -> Order:
    told: dict[str, Any] = orjson.loads(line)
    return Order(Path(told.pop("callers")), **told)


async def work(kind: str) -> None:
    """Carry out orders until there are none."""
    settings = read_settings()
    if settings.database_url is None:
        raise SystemExit("GONGJI_DATABASE_URL: required")
    ports = make_ports(settings)
    loop, known = asyncio.get_running_loop(), {}
    async with (
        open_database(
            settings.database_url.get_secret_value(), most_connections=settings.pool_size
        ),
        make_desk(kind, ports) as desk,
    ):
        keep_for_good()
        _say(READY)
        while line := await loop.run_in_executor(None, sys.stdin.buffer.readline):
            order = _order(line)
            if order.callers not in known:
                known[order.callers] = read_callers(order.callers)
            _say(orjson.dumps(await carry_out(order, known[order.callers], desk)).decode())


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    uvloop.run(work(sys.argv[1]))
