"""Where the time of a settlement goes: CPU by stage of the server, by statement of the database.

    python -m tests.bench.profile

``BENCH_PEOPLE`` and ``BENCH_SECONDS`` as in ``make bench``. The stages need py-spy, which is not in
the lock: ``pip install py-spy``. Of the server only what holds Python's lock is counted.
Exit status: 0 measured; 1 something did not run; 2 py-spy is missing.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import asyncpg
from rich.console import Console
from rich.progress import track
from rich.table import Table

from gongji.api.documents import manifest_of
from gongji.app.asgi import make_ports
from gongji.app.development_tokens import TokenMaker
from gongji.app.postgres import running_postgres
from gongji.app.settings import Settings, with_kept_keys
from gongji.store.database import open_database
from gongji.usecases.settle import settle
from tests.bench.callers import UNIFORM, read_callers
from tests.bench.cells import Question
from tests.bench.programs import BenchFailed, database_program
from tests.bench.settlements import (
    DESK_ENTRY,
    DESK_HTTP,
    MANY,
    NO_DESK_ENTRY,
    NO_DESK_HTTP,
    ways_of,
)
from tests.bench.settling import request_of, till_of
from tests.bench.town import Town, make_town
from tests.bench.ways import OverHttp, Way, WithinProgram

NO_SPY: Final = 2
SAMPLES_A_SECOND: Final = 400
BATCHES: Final = {1: 200, 16: 60, 64: 40}
"""Bills together, and how many times they are settled."""
WARMING: Final = 15

_STAGES: Final = (
    ("driver (asyncpg, Tortoise)", ("asyncpg/", "tortoise/")),
    ("reading JSON answers", ("one_json (", "id_of (", "(gongji/store/families.py", "read_")),
    ("key and digests", ("request_keys.py", "personal_data.py", "insurance_centre.py")),
    ("plan hash", ("store/plans.py",)),
    ("ids", ("store/ids.py",)),
    ("collecting and writing rows", ("store/changes.py", "store/settlements.py", "to_json (")),
    ("deciding (domain)", ("gongji/domain/",)),
    ("use case, the rest", ("gongji/usecases/", "gongji/store/")),
    ("desk", ("gongji/desk/",)),
    ("token", ("gongji/app/auth.py",)),
    ("log, metrics, headers", ("gongji/app/", "structlog/", "prometheus_client/")),
    ("GraphQL: variables, arguments", ("graphql/execution/values.py", "types/arguments.py")),
    ("GraphQL: executing", ("graphql/", "strawberry/")),
    ("GraphQL: our own", ("gongji/api/",)),
    ("HTTP", ("uvicorn/", "starlette/", "httptools")),
    ("clients of the bench", ("settling.py",)),
)
_REST: Final = "event loop"

Spent = dict[str, float]
"""Microseconds of CPU by stage or statement."""

screen: Final = Console(highlight=False, width=110)


def main() -> None:
    """Measure and tell."""
    spy = shutil.which("py-spy") or shutil.which("py-spy", path=str(Path(sys.executable).parent))
    if spy is None:
        screen.print("the profile needs py-spy: pip install py-spy")
        sys.exit(NO_SPY)
    people = int(os.environ.get("BENCH_PEOPLE", "100000"))
    seconds = int(os.environ.get("BENCH_SECONDS", "10"))
    with tempfile.TemporaryDirectory(prefix="gongji-profile-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        try:
            with running_postgres(folder / "pg") as server:
                settings = with_kept_keys(Settings(data_folder=folder / "data"))
                town = make_town(server, people, settings, folder / "town")
                _tell_statements(town, settings, server.log)
                _tell_stages(town, settings, folder, spy, seconds)
        except BenchFailed as failed:
            screen.print(f"profile: {failed}", markup=False)
            sys.exit(1)


def _tell_stages(town: Town, settings: Settings, folder: Path, spy: str, seconds: int) -> None:
    tokens = TokenMaker(settings, now=datetime.now(UTC), lasting=timedelta(days=1))
    question = Question(folder, manifest_of(settings.operations_folder), town, tokens)
    database = asyncio.run(database_program(town.url))
    names = (DESK_ENTRY, NO_DESK_ENTRY, DESK_HTTP, NO_DESK_HTTP)
    stages: dict[str, Spent] = {}
    with ways_of(town, question, database, folder, screen) as ways:
        for name in names:
            way = ways[UNIFORM, name]
            way.visit(MANY, 2)
            seen = way.visit(MANY, seconds)
            shares = _spied(way, spy, seconds, folder / "stacks")
            stages[name] = {stage: seen.server_us * part for stage, part in shares.items()}
    table = Table(title=f"Server CPU of a settlement in microseconds, {MANY} clients")
    table.add_column("stage")
    for name in names:
        table.add_column(name, justify="right")
    for stage in (*(name for name, _ in _STAGES), _REST):
        table.add_row(stage, *(f"{stages[name].get(stage, 0):.0f}" for name in names))
    table.add_section()
    table.add_row("all", *(f"{sum(stages[name].values()):.0f}" for name in names))
    screen.print(table)


def _spied(way: Way, spy: str, seconds: int, stacks: Path) -> dict[str, float]:
    """Return which part of a program's CPU each stage took, while clients settle."""
    if not isinstance(way, (WithinProgram, OverHttp)):
        raise BenchFailed("only our own programs are looked into")
    command = [
        *(spy, "record", "--gil", "--format", "raw", "--rate", str(SAMPLES_A_SECOND)),
        *("--duration", str(seconds), "--output", str(stacks), "--pid", str(way.pid)),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as started:
        way.visit(MANY, seconds + 2)
        _, complaint = started.communicate()
    if started.returncode:
        raise BenchFailed(f"py-spy: {complaint.decode(errors='replace')[-500:]}")
    counted: Counter[str] = Counter()
    for line in stacks.read_text(encoding="utf-8").splitlines():
        stack, _, samples = line.rpartition(" ")
        counted[_stage(stack.split(";"))] += int(samples)
    return {stage: samples / counted.total() for stage, samples in counted.items()}


def _stage(stack: list[str]) -> str:
    """Name the stage of the innermost call that belongs to one."""
    for frame in reversed(stack):
        for stage, marks in _STAGES:
            if any(mark in frame for mark in marks):
                return stage
    return _REST


def _tell_statements(town: Town, settings: Settings, log: Path) -> None:
    table = Table(title="Database CPU of a settlement in microseconds, bills settled together")
    table.add_column("statement")
    measured = {together: _statements(town, settings, log, together) for together in BATCHES}
    for together in BATCHES:
        table.add_column(f"{together}", justify="right")
    for statement in next(iter(measured.values())):
        table.add_row(statement, *(f"{used.get(statement, 0):.1f}" for used in measured.values()))
    table.add_section()
    table.add_row("all", *(f"{sum(used.values()):.1f}" for used in measured.values()))
    screen.print(table)


def _statements(town: Town, settings: Settings, log: Path, together: int) -> Spent:
    with _telling(town.url):
        start = asyncio.run(_settle(town, settings, together, lambda: log.stat().st_size))
    text = log.read_bytes()[start:].decode(errors="replace")
    bills = together * BATCHES[together]
    return {name: used / bills for name, used in _used(text.splitlines()).items()}


async def _settle(
    town: Town, settings: Settings, together: int, length_of_log: Callable[[], int]
) -> int:
    """Settle batches one after the other; return where the log of those that count begins."""
    ports, callers = make_ports(settings), cycle(read_callers(town.callers[UNIFORM]))
    start = 0
    async with open_database(town.url, most_connections=2):
        for number in track(range(-WARMING, BATCHES[together]), console=screen, transient=True):
            if number == 0:
                start = length_of_log()
            batch = islice(callers, together)
            await settle([(request_of(caller), till_of(caller)) for caller in batch], ports)
    return start


_TOLD: Final = {
    "log_statement": "all",
    "log_statement_stats": "on",
    "log_error_verbosity": "default",
}


@contextmanager
def _telling(url: str) -> Iterator[None]:
    """Let new sessions log the CPU of every step of every statement."""
    asyncio.run(_alter(url, (f"SET {name} = '{value}'" for name, value in _TOLD.items())))
    try:
        yield
    finally:
        asyncio.run(_alter(url, (f"RESET {name}" for name in _TOLD)))


async def _alter(url: str, settings: Iterable[str]) -> None:
    connection = await asyncpg.connect(url)
    try:
        for setting in settings:
            await connection.execute(f"ALTER ROLE CURRENT_USER {setting}")
    finally:
        await connection.close()


_LINE: Final = re.compile(r"^\S+ \S+ \S+ \[(?P<process>\d+)\] LOG:  (?P<text>.*)")
_USED: Final = re.compile(r"!\s+(?P<user>[\d.]+) s user, (?P<system>[\d.]+) s system")
_NAMES: Final = {
    "BEGIN": "BEGIN",
    "id_number_digest = w.digest": "holders",
    "claimed AS": "claim and lock",
    "families AS": "load and lock",
    "part_0 AS": "write",
    "COMMIT": "COMMIT",
}


def _used(lines: Iterable[str]) -> Spent:
    """Add up the microseconds of every statement's steps, in the order of the statements.

    A session logs the cost of binding before the statement, that of executing after it.
    """
    used: defaultdict[str, float] = defaultdict(float)
    bound: defaultdict[str, float] = defaultdict(float)
    statement: dict[str, str] = {}
    process = step = ""
    for line in lines:
        if found := _LINE.match(line):
            process, text = found["process"], found["text"]
            step = text.split()[0] if text.endswith("STATISTICS") else ""
            if text.startswith(("execute ", "statement: ")):
                statement[process] = ""
        if not step and process in statement and not statement[process]:
            statement[process] = next((n for mark, n in _NAMES.items() if mark in line), "")
        if step and (cost := _USED.search(line)):
            cpu_us = 1e6 * (float(cost["user"]) + float(cost["system"]))
            if step in ("PARSE", "BIND"):
                bound[process] += cpu_us
            elif name := statement.get(process):
                if process in bound:
                    used[f"{name}: plan and bind"] += bound.pop(process)
                used[name] += cpu_us
            step = ""
    return used


if __name__ == "__main__":
    main()
