"""The programs that the bench measures: started by it, watched by it, ended with it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import psutil

_URL: Final = re.compile(r"http://\S+/graphql")
_START_S: Final = 60
_STOP_S: Final = 20
_POLL_S: Final = 0.05
_STATEMENT: Final = re.compile(r"LOG:  (?:statement|execute [^:]*): ")


class BenchFailed(RuntimeError):
    """The bench cannot go on; the text says why."""


@dataclass(frozen=True, slots=True)
class Program:
    """A server that runs."""

    url: str
    root: psutil.Process

    def cpu_s(self) -> float:
        """Return the seconds of CPU that it has used, with its children, the ended ones too."""
        return sum(_cpu_s(process) for process in (self.root, *self.root.children(recursive=True)))


def _cpu_s(process: psutil.Process) -> float:
    try:
        return sum(process.cpu_times()[:4])
    except psutil.NoSuchProcess:
        return 0.0


@contextmanager
def running(
    module: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Run a server that announces its URL; stop it at the end.

    Args:
        module: a module of Python that is a program, and its arguments.
        environment: what it finds there besides our own.

    Raises:
        BenchFailed: it does not start; its log says why.
    """
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", *module],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
    try:
        yield Program(_announced(started, log), psutil.Process(started.pid))
    finally:
        started.terminate()
        try:
            started.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _announced(started: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and started.poll() is None:
        if found := _URL.search(log.read_text(encoding="utf-8", errors="replace")):
            return found[0]
        time.sleep(_POLL_S)
    raise BenchFailed(f"no server: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


async def database_program(url: str) -> Program:
    """Find the server behind a connection: the parent of the process that serves it."""
    connection = await asyncpg.connect(url)
    try:
        backend = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()"))
        server = backend.parent()
    finally:
        await connection.close()
    if server is None:
        raise BenchFailed("the database server is not a process of this machine")
    return Program(url, server)


@contextmanager
def statements_logged(log: Path) -> Iterator[list[str]]:
    """Collect the statements that sessions log meanwhile, where they log all of them."""
    start = log.stat().st_size
    statements: list[str] = []
    yield statements
    with log.open("rb") as lines:
        lines.seek(start)
        text = lines.read().decode(errors="replace")
    statements += [line for line in text.splitlines() if _STATEMENT.search(line)]
