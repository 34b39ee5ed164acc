"""Killing an installation's gateway and its database, as a power failure does, and their return."""

import asyncio
import time

import psutil

from tests.e2e.errands import Line
from tests.e2e.gateway import PATIENCE_S, servers_in
from tests.e2e.installation import Installation

MOST_AWAY_S = 5.0
"""How soon after the database's return the gateway must answer."""
_POLL_S = 0.02


def kill_database(installation: Installation) -> None:
    """Kill every process of the database at once; none of them gets to tidy up."""
    (postmaster,) = map(psutil.Process, servers_in(installation.database))
    # Halted, it can neither start another process nor look after those that die first.
    postmaster.suspend()
    processes = [*postmaster.children(recursive=True), postmaster]
    for process in processes:
        process.kill()
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE_S)
    assert not alive


def start_database(installation: Installation) -> None:
    """Start the database that was killed; it recovers what was committed."""
    with installation.running_database():
        pass


def kill_gateway(installation: Installation) -> None:
    """Kill the gateway; its database goes on without it."""
    installation.gateway.process.kill()
    installation.gateway.process.wait(PATIENCE_S)


def start_gateway(installation: Installation) -> str:
    """Start the gateway that was killed; return where it is."""
    installation.start()
    return installation.gateway.url


async def bounce_gateway(installation: Installation, line: Line) -> None:
    """Kill the gateway and start it anew."""
    await asyncio.to_thread(kill_gateway, installation)
    line.url = await asyncio.to_thread(start_gateway, installation)


async def bounce_database(installation: Installation, line: Line) -> None:
    """Kill the database and start it anew; the gateway lives through it and answers again."""
    await asyncio.to_thread(kill_database, installation)
    await asyncio.to_thread(start_database, installation)
    returned, heard = time.monotonic(), line.heard
    while line.heard == heard:
        await asyncio.sleep(_POLL_S)
        away_s = time.monotonic() - returned
        assert away_s < MOST_AWAY_S, f"no answer {away_s:.1f} s after the database's return"
    assert installation.gateway.process.poll() is None
