"""Load a file of the registry's records (JSON Lines), whole or not at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import orjson
from tortoise.transactions import in_transaction

from gongji.domain.business_day import business_day
from gongji.domain.record_fields import Flaw, Flawed
from gongji.domain.records import LineFault, Record, read_record
from gongji.store.database import pool
from gongji.store.installation import NotADemonstration, is_demonstration
from gongji.store.installation import mark_as_demonstration as mark
from gongji.store.registration.intake import Line, RecordsRefused, take_in
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried

MOST_LINE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file.

    Args:
        lines: how many lines it has.
        faults: the first lines that were left out.
        faults_counted: how many were left out.
    """

    lines: int
    faults: tuple[LineFault, ...]
    faults_counted: int


async def load(
    file: Path,
    ports: Ports,
    *,
    keep_going: bool = False,
    allow_unmarked: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _lines: None,
) -> Loaded:
    """Load a file in one transaction; loading it again changes nothing.

    Args:
        keep_going: load the good lines and list the bad ones, instead of nothing.
        allow_unmarked: load into a database that is not marked as a demonstration.
        progress: told how many of how many lines are done.

    Raises:
        NotADemonstration: the database is not marked, and nobody allowed it.
        RecordsRefused: some lines cannot be loaded; nothing was.
        OSError: the file cannot be read.
    """
    if not allow_unmarked and not await is_demonstration(pool()):
        raise NotADemonstration
    count = count_lines(file)
    today = business_day(ports.clock.now())

    async def attempt() -> Loaded:
        async with in_transaction() as connection:
            registry = await take_in(
                lambda: read_lines(file, today=today),
                connection,
                ports.key_ring,
                now=ports.clock.now,
                progress=lambda done: progress(done, count),
            )
            if registry.faults_counted and not keep_going:
                raise RecordsRefused(registry.faults, registry.faults_counted)
            return Loaded(count, tuple(registry.faults), registry.faults_counted)

    return await retried(attempt)


async def mark_as_demonstration(ports: Ports) -> None:
    """Mark an empty database as a demonstration; marking it again changes nothing.

    Raises:
        NotADemonstration: there are people in it who were not loaded as a demonstration.
    """
    await mark(pool(), ports.clock.now())


def count_lines(file: Path) -> int:
    """Count the lines of a file; the last one needs no line break."""
    with file.open("rb") as lines:
        return sum(1 for _ in lines)


def read_lines(file: Path, *, today: date) -> Iterator[Line]:
    """Read a file's lines one by one; empty ones are passed over."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, read_line(number, line, today=today)


def read_line(number: int, line: bytes, *, today: date) -> Record | LineFault:
    """Read one line, or say what is wrong with it."""
    if len(line) > MOST_LINE_BYTES:
        return LineFault(number, "", Flaw.LINE_TOO_LONG)
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError:
        return LineFault(number, "", Flaw.NOT_JSON)
    if not isinstance(fields, dict):
        return LineFault(number, "", Flaw.NOT_JSON)
    try:
        return read_record(fields, today=today)
    except Flawed as flawed:
        return LineFault(number, flawed.field, flawed.flaw)
