"""Sweeps: what becomes due by itself is done here, again and again while the gateway runs.

Every sweep may run in several server processes at once: its use case does each thing once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from prometheus_client import Counter

from gongji.domain.errors import Unavailable
from gongji.store.outages import is_broken_off, is_outage
from gongji.usecases.ports import Ports

FINISH_S: Final = 5.0
"""How long a running sweep may take to finish when the gateway ends, in seconds."""

_log = structlog.get_logger("gongji.sweeps")


@dataclass(frozen=True, slots=True)
class Sweep:
    """Something to do at intervals.

    Args:
        every_s: seconds from the end of one run to the beginning of the next.
    """

    name: str
    every_s: float
    run: Callable[[Ports], Awaitable[object]]


@asynccontextmanager
async def sweeping(sweeps: Iterable[Sweep], ports: Ports, failures: Counter) -> AsyncIterator[None]:
    """Run sweeps for as long as the block runs; what runs at its end may finish."""
    over = asyncio.Event()
    tasks = {
        asyncio.create_task(_repeat(sweep, ports, failures, over), name=sweep.name)
        for sweep in sweeps
    }
    try:
        yield
    finally:
        over.set()
        if tasks:
            await _finish(tasks)


async def _repeat(sweep: Sweep, ports: Ports, failures: Counter, over: asyncio.Event) -> None:
    """Run one sweep until it is over; a failure is counted, logged and tried again.

    It is logged once for as long as the sweep fails alike; of an outage only that there is one.
    """
    told: type[Exception] | None = None
    while not over.is_set():
        try:
            await sweep.run(ports)
            told = None
        except Exception as failure:  # noqa: BLE001 - an outermost edge: nobody else hears of it
            failures.labels(sweep.name).inc()
            if type(failure) is not told:
                _tell(sweep, failure)
            told = type(failure)
        try:
            await asyncio.wait_for(over.wait(), sweep.every_s)
        except TimeoutError:
            continue


def _tell(sweep: Sweep, failure: Exception) -> None:
    if isinstance(failure, Unavailable) or is_outage(failure) or is_broken_off(failure):
        _log.warning("sweep_waits", sweep=sweep.name, error=type(failure).__qualname__)
    else:
        _log.error("sweep_failed", sweep=sweep.name, exc_info=failure)


async def _finish(tasks: set[asyncio.Task[None]]) -> None:
    """Wait a while for tasks to finish; end those that do not."""
    _, unfinished = await asyncio.wait(tasks, timeout=FINISH_S)
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)
