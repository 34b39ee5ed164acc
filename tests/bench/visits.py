"""One visit of a load generator: how many answers in how long, and whose CPU they took."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import Final

from tests.bench.programs import BenchFailed, Program

_seeds: Final = count(time.time_ns() // 1_000_000_000 % 0x4000_0000)


def next_seed() -> int:
    """Return a number below 2^32 that no visit had before, so that no request key comes twice."""
    return next(_seeds)


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit showed; CPU in microseconds per request."""

    rate: float
    p50_ms: float
    p99_ms: float
    server_us: float
    database_us: float


def median_of(visits: Sequence[Visit], figure: str) -> float:
    """Return the median of one of the figures."""
    return float(median(getattr(visit, figure) for visit in visits))


def visit(
    name: str, ask: Callable[[], Mapping[str, int]], program: Program, database: Program
) -> Visit:
    """Watch both programs while somebody asks, and tells of it as ``wrk`` does.

    Raises:
        BenchFailed: an answer was not the expected one, or none came.
    """
    before = program.cpu_s(), database.cpu_s()
    told = ask()
    after = program.cpu_s(), database.cpu_s()
    if told.get("unfit") or told.get("failed") or not told["requests"]:
        raise BenchFailed(f"{name}: wrong or missing answers: {told}")
    used = (late - early for early, late in zip(before, after, strict=True))
    return visit_of(told, *used)


def visit_of(told: Mapping[str, int], server_s: float, database_s: float) -> Visit:
    """Work out the figures of what was told and of the seconds of CPU that it took."""
    requests = told["requests"]
    return Visit(
        rate=requests / (told["duration_us"] / 1e6),
        p50_ms=told["p50_us"] / 1e3,
        p99_ms=told["p99_us"] / 1e3,
        server_us=1e6 * server_s / requests,
        database_us=1e6 * database_s / requests,
    )
