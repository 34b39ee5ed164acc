"""The load generator over HTTP: wrk with ``load.lua``."""

import subprocess
from pathlib import Path
from typing import Final

import orjson

from tests.bench.cells import Cell
from tests.bench.programs import BenchFailed
from tests.bench.visits import next_seed

SCRIPT: Final = Path(__file__).with_name("load.lua")


def wrk(cell: Cell, clients: int, seconds: int) -> dict[str, int]:
    """Let wrk ask one question for some seconds.

    Raises:
        BenchFailed: it does not run.
    """
    ended = subprocess.run(
        [
            "wrk",
            *("--threads", "1", "--connections", str(clients), "--duration", f"{seconds}s"),
            *("--timeout", "10s", "--script", str(SCRIPT), cell.url, "--"),
            *(str(cell.template), str(cell.callers), str(next_seed()), cell.expected),
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
