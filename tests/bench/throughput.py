"""``make bench``: what a request costs next to a bare route, and what the desk is worth.

The bench starts its own PostgreSQL (durable, in a folder of its own), the gateway as it is served
to others, and a bare Starlette route in the same kind of server. wrk asks. Every round visits every
cell once, so that a slow minute of the machine slows all of them; medians are told. On a shared
machine trust the CPU per request and the ratios more than the rates.

``BENCH_SECONDS`` per visit, ``BENCH_ROUNDS``, ``BENCH_PEOPLE``, ``BENCH_LARGE`` (people of the
large town; 0: none) and ``BENCH_SUBSCRIBERS`` make it shorter or longer; ``BENCH_ONLY=requests``,
``settlements``, ``subscribers`` or ``start`` leaves the other tables out.
Exit status: 0 measured; 1 an answer was wrong or a server did not start; 2 wrk is missing.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg
import httpx2
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from gongji.api.documents import manifest_of
from gongji.app.development_tokens import TokenMaker
from gongji.app.postgres import EmbeddedServer, running_postgres
from gongji.app.settings import Settings, with_kept_keys
from tests.bench import settlements, start, subscribers
from tests.bench.callers import UNIFORM
from tests.bench.ceiling import find_pgbench
from tests.bench.cells import BARE, FAMILY, SETTLE, TYPENAME, Cell, Question
from tests.bench.desks import DESK
from tests.bench.programs import (
    BenchFailed,
    Program,
    database_program,
    running,
    statements_logged,
)
from tests.bench.town import Town, make_town
from tests.bench.visits import Visit, median_of, next_seed, visit
from tests.bench.wrk import wrk

GATEWAY: Final = ("gongji", "serve", "--port", "0")
SETTLING: Final = ("tests.bench.gateway", DESK)
BARE_ROUTE: Final = ("tests.bench.bare",)
CLIENTS: Final = (1, 16, 64)
COUNTED: Final = 20
"""Requests of the pass that counts statements, after as many that warm up."""

GOAL_RATIOS: Final = {TYPENAME: 6.0, FAMILY: 25.0}
MOST_STATEMENTS: Final = 8.0
"""SQL statements of a bill that is settled alone, BEGIN and COMMIT too."""
NO_WRK: Final = 2
WIDTH: Final = 110
REQUESTS: Final = "requests"
SETTLEMENTS: Final = "settlements"
SUBSCRIBERS: Final = "subscribers"
START: Final = "start"
TABLES: Final = (REQUESTS, SETTLEMENTS, SUBSCRIBERS, START)
WITH_WRK: Final = (REQUESTS, SETTLEMENTS)

screen: Final = Console(highlight=False, width=WIDTH)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure, over how many people, and which tables."""

    seconds: int
    rounds: int
    people: int
    large: int
    subscribers: int
    tables: tuple[str, ...]


Results = dict[tuple[str, int], list[Visit]]


def main() -> None:
    """Measure and report."""
    try:
        plan = _plan(os.environ)
        if shutil.which("wrk") is None and not {*plan.tables}.isdisjoint(WITH_WRK):
            screen.print("make bench needs the load generator wrk: apt-get install wrk")
            sys.exit(NO_WRK)
        with _folder() as folder, running_postgres(folder / "pg") as server:
            _Bench(folder, server, plan).run()
    except BenchFailed as failed:
        screen.print(f"bench: {failed}", markup=False)
        sys.exit(1)


def _plan(environment: Mapping[str, str]) -> Plan:
    only = environment.get("BENCH_ONLY")
    if only not in (None, *TABLES):
        raise BenchFailed(f"BENCH_ONLY: {', '.join(TABLES)}")
    return Plan(
        seconds=int(environment.get("BENCH_SECONDS", "4")),
        rounds=int(environment.get("BENCH_ROUNDS", "5")),
        people=int(environment.get("BENCH_PEOPLE", "100000")),
        large=int(environment.get("BENCH_LARGE", "1000000")),
        subscribers=int(environment.get("BENCH_SUBSCRIBERS", "2000")),
        tables=TABLES if only is None else (only,),
    )


@contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder that PostgreSQL's own account may enter too."""
    folder = Path(tempfile.mkdtemp(prefix="gongji-bench-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


class _Bench:
    """One run: the towns that it needs, and a table for each part."""

    def __init__(self, folder: Path, server: EmbeddedServer, plan: Plan) -> None:
        self._folder: Final = folder
        self._server: Final = server
        self._plan: Final = plan
        self._settings: Final = with_kept_keys(Settings(data_folder=folder / "data"))
        self._tokens: Final = TokenMaker(
            self._settings, now=datetime.now(UTC), lasting=timedelta(days=1)
        )

    def run(self) -> None:
        """Measure and report."""
        if START in self._plan.tables:
            self._start()
        if self._plan.tables == (START,):
            return
        small = self._town(self._plan.people)
        if SUBSCRIBERS in self._plan.tables:
            self._subscribers(small)
        if REQUESTS in self._plan.tables:
            self._requests(small)
        if SETTLEMENTS in self._plan.tables:
            large = self._town(self._plan.large) if self._plan.large else None
            self._settlements(small, large)

    def _town(self, people: int) -> Town:
        with screen.status(f"Loading {people} people ..."):
            folder = self._folder / f"town-{people}"
            return make_town(self._server, people, self._settings, folder)

    def _question(self, town: Town) -> Question:
        manifest = manifest_of(self._settings.operations_folder)
        return Question(self._folder / f"town-{town.people}", manifest, town, self._tokens)

    def _environment(self, town: Town) -> dict[str, str]:
        return {
            "GONGJI_DATABASE_URL": town.url,
            "GONGJI_DATA_FOLDER": str(self._folder / "data"),
            "GONGJI_LOG_FORMAT": "json",
        }

    def _requests(self, town: Town) -> None:
        environment = self._environment(town)
        question, log = self._question(town), self._folder / "gateway.log"
        with running(BARE_ROUTE, self._folder / "bare.log") as bare:
            # What runs beside the requests would be counted with them.
            with _logging(town.url), running(SETTLING, log, environment) as asked:
                cells = question.cells(bare_url=bare.url, gateway_url=asked.url)
                cells.append(question.settling(UNIFORM, asked.url))
                statements = {cell.name: _statements(cell, self._server.log) for cell in cells}
            with running(GATEWAY, log, environment) as asked:
                cells = question.cells(bare_url=bare.url, gateway_url=asked.url)
                database = asyncio.run(database_program(town.url))
                results = _measure(cells, {bare.url: bare, asked.url: asked}, database, self._plan)
        _report(results, statements, self._plan)

    def _settlements(self, small: Town, large: Town | None) -> None:
        plan, database = self._plan, asyncio.run(database_program(small.url))
        ways = settlements.WAYS if find_pgbench() else settlements.WAYS[1:]
        cells = list(settlements.cells_of(small.people, large.people if large else 0, ways))
        with ExitStack() as stack:
            towns = {
                town.people: stack.enter_context(
                    settlements.ways_of(town, self._question(town), database, self._folder, screen)
                )
                for town in (small, large)
                if town is not None
            }
            results = settlements.measure(
                cells, towns, rounds=plan.rounds, seconds=plan.seconds, screen=screen
            )
        title = f"Settlements, {plan.rounds} rounds of {plan.seconds} s, medians"
        screen.print(settlements.table_of(results, title))
        for goal in settlements.goals_of(results, small.people, large.people if large else 0):
            _tell(goal.text, goal.reached, is_met=goal.is_met)

    def _start(self) -> None:
        """Tell how large the pages are, and how soon they can be used."""
        with running(
            (*GATEWAY, "--demo"),
            self._folder / "demo.log",
            {"GONGJI_DATA_FOLDER": str(self._folder / "demo")},
        ) as gateway:
            starts = start.measure(gateway.url.removesuffix("/graphql"), self._plan.rounds)
        screen.print(start.table_of(starts))
        for goal in start.goals_of(starts):
            _tell(goal.text, goal.reached, is_met=goal.is_met)

    def _subscribers(self, town: Town) -> None:
        plan, database = self._plan, asyncio.run(database_program(town.url))
        log, people = self._folder / "gateway.log", plan.subscribers
        with (
            running(GATEWAY, log, self._environment(town)) as gateway,
            screen.status(f"{people} subscribers ..."),
            subscribers.subscribed(
                town, self._tokens, gateway, database, people=people, folder=self._folder
            ) as followers,
        ):
            rows = [
                followers.measure(kind, plan.seconds * plan.rounds) for kind in subscribers.KINDS
            ]
        screen.print(subscribers.table_of(rows, people))
        for goal in subscribers.goals_of(rows, people):
            _tell(goal.text, goal.reached, is_met=goal.is_met)


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


def _statements(cell: Cell, log: Path) -> float:
    """Count the statements of a request, BEGIN and COMMIT too, and check its answers.

    Raises:
        BenchFailed: an answer is not the expected one.
    """
    seed = next_seed()
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
                seen = _visit(cell, clients, plan.seconds if number else 1, programs, database)
                if number:
                    results[cell.name, clients].append(seen)
                bar.advance(task)
    return results


def _visit(
    cell: Cell, clients: int, seconds: int, programs: Mapping[str, Program], database: Program
) -> Visit:
    return visit(cell.name, lambda: wrk(cell, clients, seconds), programs[cell.url], database)


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
            f"{median_of(visits, 'rate'):.0f}",
            f"{median_of(visits, 'p50_ms'):.1f}",
            f"{median_of(visits, 'p99_ms'):.1f}",
            f"{median_of(visits, 'server_us'):.0f}",
            f"{median_of(visits, 'database_us'):.0f}" if statements[name] else "",
            f"{statements[name]:g}",
            f"{_ratio(results, name, clients):.1f}",
            end_section=clients == CLIENTS[-1],
        )
    screen.print(table)
    for name, bound in GOAL_RATIOS.items():
        worst = max(_ratio(results, name, clients) for clients in CLIENTS)
        _tell(f"{name}: at most {bound:g} times the bare route's CPU", worst, is_met=worst <= bound)
    settled = next(count for name, count in statements.items() if name.startswith(SETTLE))
    text = f"{SETTLE}: at most {MOST_STATEMENTS:g} SQL statements"
    _tell(text, settled, is_met=settled <= MOST_STATEMENTS)


def _ratio(results: Results, name: str, clients: int) -> float:
    bare = median_of(results[BARE, clients], "server_us")
    return median_of(results[name, clients], "server_us") / bare


def _tell(goal: str, reached: float | None, *, is_met: bool) -> None:
    verdict = "[green]met[/green]" if is_met else "[red]missed[/red]"
    shown = "not measured" if reached is None else f"{reached:.2f}"
    screen.print(f"{verdict}  {goal}: {shown}")


if __name__ == "__main__":
    main()
