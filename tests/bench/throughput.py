"""``make bench``: what a request costs, next to a bare route, over a hundred thousand people.

The bench starts its own PostgreSQL (durable, in a folder of its own), the gateway as it is served
to others, and a bare Starlette route in the same kind of server. wrk asks. Every round visits every
cell once, so that a slow minute of the machine slows all of them; medians are told. On a shared
machine trust the CPU per request and the ratios more than the rates.

``BENCH_SECONDS`` per visit, ``BENCH_ROUNDS`` and ``BENCH_PEOPLE`` make it shorter or longer.
Exit status: 0 measured; 1 an answer was wrong or a server did not start; 2 wrk is missing.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final

import asyncpg
import httpx2
import orjson
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from gongji.api.documents import manifest_of
from gongji.app.asgi import make_key_ring
from gongji.app.database import bring_to_head
from gongji.app.development_tokens import TokenMaker
from gongji.app.postgres import EmbeddedServer, running_postgres
from gongji.app.settings import Settings, with_kept_keys
from tests.bench.cells import BARE, FAMILY, SETTLE, TYPENAME, Cell, Question
from tests.bench.population import Population, load
from tests.bench.programs import (
    BenchFailed,
    Program,
    database_program,
    running,
    statements_logged,
)

GATEWAY: Final = ("gongji", "serve", "--port", "0")
BARE_ROUTE: Final = ("tests.bench.bare",)
CLIENTS: Final = (1, 16, 64)
SCRIPT: Final = Path(__file__).with_name("load.lua")
COUNTED: Final = 20
"""Requests of the pass that counts statements, after as many that warm up."""

GOAL_RATIOS: Final = {TYPENAME: 6.0, FAMILY: 25.0}
GOAL_STATEMENTS: Final = {SETTLE: 8.0}
NO_WRK: Final = 2
WIDTH: Final = 100

screen: Final = Console(highlight=False, width=WIDTH)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure, and over how many people."""

    seconds: int
    rounds: int
    people: int


@dataclass(frozen=True, slots=True)
class Visit:
    """What one run of wrk showed; CPU in microseconds per request."""

    rate: float
    p50_ms: float
    p99_ms: float
    server_us: float
    database_us: float


Results = dict[tuple[str, int], list[Visit]]


def main() -> None:
    """Measure and report."""
    if shutil.which("wrk") is None:
        screen.print("make bench needs the load generator wrk: apt-get install wrk")
        sys.exit(NO_WRK)
    plan = Plan(
        seconds=int(os.environ.get("BENCH_SECONDS", "4")),
        rounds=int(os.environ.get("BENCH_ROUNDS", "5")),
        people=int(os.environ.get("BENCH_PEOPLE", "100000")),
    )
    try:
        with _folder() as folder, running_postgres(folder / "pg") as server:
            _bench(folder, server, plan)
    except BenchFailed as failed:
        screen.print(f"bench: {failed}", markup=False)
        sys.exit(1)


@contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder that PostgreSQL's own account may enter too."""
    folder = Path(tempfile.mkdtemp(prefix="gongji-bench-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _bench(folder: Path, server: EmbeddedServer, plan: Plan) -> None:
    settings = with_kept_keys(Settings(data_folder=folder / "data"))
    environment = {"GONGJI_DATABASE_URL": server.url(), "GONGJI_DATA_FOLDER": str(folder / "data")}
    environment["GONGJI_LOG_FORMAT"] = "json"
    with screen.status(f"Loading {plan.people} people ..."):
        population = asyncio.run(_loaded(server.url(), settings, plan.people))
    tokens = TokenMaker(settings, now=datetime.now(UTC), lasting=timedelta(days=1))
    question = Question(folder, manifest_of(settings.operations_folder), population, tokens)
    log = folder / "gateway.log"
    with running(BARE_ROUTE, folder / "bare.log") as bare:
        with _logging(server.url()), running(GATEWAY, log, environment) as asked:
            cells = question.cells(bare_url=bare.url, gateway_url=asked.url)
            statements = {cell.name: _statements(cell, server.log) for cell in cells}
        with running(GATEWAY, log, environment) as asked:
            cells = question.cells(bare_url=bare.url, gateway_url=asked.url)
            database = asyncio.run(database_program(server.url()))
            results = _measure(cells, {bare.url: bare, asked.url: asked}, database, plan)
    _report(results, statements, plan)


async def _loaded(url: str, settings: Settings, people: int) -> Population:
    await bring_to_head(url)
    connection = await asyncpg.connect(url)
    try:
        key_ring = make_key_ring(settings)
        return await load(connection, people, key_ring=key_ring, now=datetime.now(UTC))
    finally:
        await connection.close()


@contextmanager
def _logging(url: str) -> Iterator[None]:
    """Let new sessions log every statement, for the pass that counts them."""
    asyncio.run(_execute(url, "ALTER ROLE CURRENT_USER SET log_statement = 'all'"))
    try:
        yield
    finally:
        asyncio.run(_execute(url, "ALTER ROLE CURRENT_USER RESET log_statement"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


_seeds: Final = count(1)


def _statements(cell: Cell, log: Path) -> float:
    """Count the statements of a request, BEGIN and COMMIT too, and check its answers.

    Raises:
        BenchFailed: an answer is not the expected one.
    """
    seed = next(_seeds)
    template = cell.template.read_text(encoding="utf-8")
    callers = [line.split("\t") for line in cell.callers.read_text("utf-8").splitlines()]
    with httpx2.Client() as client:

        def ask(number: int) -> None:
            token, caller = callers[number % len(callers)]
            key = f"{seed:08x}-0000-4000-8000-{number:012x}"
            body = template.replace("@KEY@", key).replace("@CALLER@", caller)
            headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
            answer = client.post(cell.url, content=body, headers=headers)
            if cell.expected not in answer.text:
                raise BenchFailed(f"{cell.name} answers {answer.status_code}: {answer.text[:500]}")

        for number in range(COUNTED):
            ask(number)
        with statements_logged(log) as statements:
            for number in range(COUNTED, 2 * COUNTED):
                ask(number)
    return len(statements) / COUNTED


def _measure(
    cells: Sequence[Cell], programs: Mapping[str, Program], database: Program, plan: Plan
) -> Results:
    """Visit every cell once a round."""
    visits = [(cell, clients) for cell in cells for clients in CLIENTS]
    results: Results = {(cell.name, clients): [] for cell, clients in visits}
    with Progress(console=screen, transient=True) as bar:
        task = bar.add_task("", total=(plan.rounds + 1) * len(visits))
        for number in range(plan.rounds + 1):
            for cell, clients in visits:
                bar.update(task, description=f"{cell.name}, {clients} clients")
                is_warming = number == 0
                seconds = 1 if is_warming else plan.seconds
                visit = _visit(cell, clients, seconds, programs[cell.url], database)
                if not is_warming:
                    results[cell.name, clients].append(visit)
                bar.advance(task)
    return results


def _visit(cell: Cell, clients: int, seconds: int, program: Program, database: Program) -> Visit:
    """Let wrk ask for some seconds.

    Raises:
        BenchFailed: an answer is not the expected one.
    """
    before = program.cpu_s(), database.cpu_s()
    told = _wrk(cell, clients, seconds)
    after = program.cpu_s(), database.cpu_s()
    requests = told["requests"]
    if told["unfit"] or told["failed"] or not requests:
        raise BenchFailed(f"{cell.name}: wrong or missing answers: {told}")
    server_us, database_us = (
        1e6 * (late - early) / requests for early, late in zip(before, after, strict=True)
    )
    return Visit(
        rate=requests / (told["duration_us"] / 1e6),
        p50_ms=told["p50_us"] / 1e3,
        p99_ms=told["p99_us"] / 1e3,
        server_us=server_us,
        database_us=database_us,
    )


def _wrk(cell: Cell, clients: int, seconds: int) -> dict[str, int]:
    ended = subprocess.run(
        [
            "wrk",
            *("--threads", "1", "--connections", str(clients), "--duration", f"{seconds}s"),
            *("--timeout", "10s", "--script", str(SCRIPT), cell.url, "--"),
            *(str(cell.template), str(cell.callers), str(next(_seeds)), cell.expected),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    _, found, told = ended.stdout.rpartition("RESULT ")
    if not found:
        raise BenchFailed(f"wrk: {ended.stderr or ended.stdout}")
    answer: dict[str, int] = orjson.loads(told)
    return answer


def _report(results: Results, statements: Mapping[str, float], plan: Plan) -> None:
    table = Table(
        title=f"{plan.people} people, {plan.rounds} rounds of {plan.seconds} s, medians",
        caption="CPU in microseconds per request; ratio: server CPU to the bare route's",
    )
    table.add_column("question")
    for column in (
        *("clients", "req/s", "p50 ms", "p99 ms"),
        *("server CPU", "database CPU", "SQL", "ratio"),
    ):
        table.add_column(column, justify="right")
    for (name, clients), visits in results.items():
        table.add_row(
            name,
            str(clients),
            f"{_median(visits, 'rate'):.0f}",
            f"{_median(visits, 'p50_ms'):.1f}",
            f"{_median(visits, 'p99_ms'):.1f}",
            f"{_median(visits, 'server_us'):.0f}",
            f"{_median(visits, 'database_us'):.0f}" if statements[name] else "",
            f"{statements[name]:g}",
            f"{_ratio(results, name, clients):.1f}",
            end_section=clients == CLIENTS[-1],
        )
    screen.print(table)
    for name, goal in GOAL_RATIOS.items():
        worst = max(_ratio(results, name, clients) for clients in CLIENTS)
        _tell(f"{name}: at most {goal:g} times the bare route's CPU", worst, goal)
    for name, goal in GOAL_STATEMENTS.items():
        _tell(f"{name}: at most {goal:g} SQL statements", statements[name], goal)


def _median(visits: Sequence[Visit], figure: str) -> float:
    return float(median(getattr(visit, figure) for visit in visits))


def _ratio(results: Results, name: str, clients: int) -> float:
    bare = _median(results[BARE, clients], "server_us")
    return _median(results[name, clients], "server_us") / bare


def _tell(goal: str, reached: float, most: float) -> None:
    verdict = "[green]met[/green]" if reached <= most else "[red]missed[/red]"
    screen.print(f"{verdict}  {goal}: {reached:.1f}")


if __name__ == "__main__":
    main()
