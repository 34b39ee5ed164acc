"""The ways by which the bench settles bills, each a load generator and what it asks."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final, Protocol

import orjson
import psutil

from tests.bench.cells import Cell
from tests.bench.programs import BenchFailed, Program
from tests.bench.settling import READY, Order
from tests.bench.visits import Visit, next_seed, visit
from tests.bench.wrk import wrk

_STOP_S: Final = 20


class Way(Protocol):
    """Settles bills of one row of callers."""

    def visit(self, clients: int, seconds: int) -> Visit:
        """Let clients settle for some seconds.

        Raises:
            BenchFailed: some bill was not settled.
        """
        ...


class OverHttp:
    """wrk asks a gateway."""

    def __init__(self, cell: Cell, gateway: Program, database: Program) -> None:
        self._cell: Final = cell
        self._gateway: Final = gateway
        self._database: Final = database

    @property
    def pid(self) -> int:
        """Return the process that settles."""
        return self._gateway.root.pid

    def visit(self, clients: int, seconds: int) -> Visit:
        """Let clients of wrk settle."""
        return visit(
            self._cell.name,
            lambda: wrk(self._cell, clients, seconds),
            self._gateway,
            self._database,
        )


class Settling:
    """The program ``tests.bench.settling`` while it runs."""

    def __init__(self, started: subprocess.Popen[bytes], log: Path) -> None:
        if started.stdin is None or started.stdout is None:
            raise ValueError("orders and answers go through pipes")
        self._orders: Final = started.stdin
        self._answers: Final = started.stdout
        self._log: Final = log
        self.program: Final = Program("", psutil.Process(started.pid))

    def carry_out(self, order: Order) -> dict[str, int]:
        """Let the program carry out an order.

        Raises:
            BenchFailed: it ended; its log says why.
        """
        told = asdict(order) | {"callers": str(order.callers)}
        self._orders.write(orjson.dumps(told) + b"\n")
        self._orders.flush()
        answer: dict[str, int] = orjson.loads(self.hear())
        return answer

    def hear(self) -> bytes:
        """Return the next line that it says.

        Raises:
            BenchFailed: it ended; its log says why.
        """
        if not (line := self._answers.readline()):
            log = self._log.read_text(encoding="utf-8", errors="replace")
            raise BenchFailed(f"a program that settles in-process has ended: {log[-2000:]}")
        return line.strip()


@contextmanager
def settling(kind: str, environment: Mapping[str, str], log: Path) -> Iterator[Settling]:
    """Run a program that settles in-process; end it at the end.

    Raises:
        BenchFailed: it does not start; its log says why.
    """
    with (
        log.open("wb") as complaints,
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.settling", kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, **environment},
        ) as started,
    ):
        try:
            working = Settling(started, log)
            if working.hear() != READY.encode():
                raise BenchFailed(f"{kind}: it did not say that it is ready")
            yield working
        finally:
            _end(started)


def _end(started: subprocess.Popen[bytes]) -> None:
    """Give no more orders; end it by force where that is not enough."""
    if started.stdin is not None:
        started.stdin.close()
    try:
        started.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        started.kill()


class WithinProgram:
    """The clients live in the program that settles."""

    def __init__(self, name: str, settles: Settling, callers: Path, database: Program) -> None:
        self._name: Final = name
        self._settles: Final = settles
        self._callers: Final = callers
        self._database: Final = database

    @property
    def pid(self) -> int:
        """Return the process that settles."""
        return self._settles.program.root.pid

    def visit(self, clients: int, seconds: int) -> Visit:
        """Let clients call the desk, or settle by themselves."""
        order = Order(self._callers, clients, seconds, next_seed())
        return visit(
            self._name,
            lambda: self._settles.carry_out(order),
            self._settles.program,
            self._database,
        )
