"""The embedded PostgreSQL: made, started, shared and stopped by the programs that use it.

Everybody who uses a server holds a shared lock on its folder; the last one to leave stops it.
The kernel gives back the lock of a program that was killed, so the next one to come adopts the
server that was left, and stops it at its own end. Clients reach it through a socket in a
private folder only; there is no TCP port and no password.
"""

import fcntl
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gongji.app.endings import ended_by_exception, endings_postponed
from gongji.app.postgres_home import Home, make_home

DATABASE = "gongji"
OWNER = "gongji"

_START_SECONDS = 60
_STOP_SECONDS = 60
_GOING_SECONDS = 15
"""How long a server that was killed may take to be gone with all its sessions."""
_STEP_SECONDS = 120
_POLL_SECONDS = 0.05
_ACCEPTING, _REJECTING = 0, 1
_NOT_QUITE_GONE = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')
"""What a server says whose predecessor was killed: sessions are at work, or nobody buried it."""
_LOG_LINES_SHOWN = 10

# Nothing a client sends may reach the log: messages of failed statements quote values.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
}
_MOST_BUFFERS_MB = 1024
_LEAST_BUFFERS_MB = 128
_BUFFERS_OF_MEMORY = 16
"""Of the machine's memory the server keeps this part for pages, within the two bounds."""

_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresFailed(RuntimeError):
    """A program of PostgreSQL failed; the text holds what it said."""


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server, as its clients see it."""

    sockets: Path
    log: Path

    def url(self, database: str = DATABASE) -> str:
        """Return the URL of a database, as asyncpg and Tortoise read it."""
        return f"postgres://{OWNER}@/{database}?host={quote(str(self.sockets), safe='')}"


@contextmanager
def running_postgres(folder: Path, *, durable: bool = True) -> Iterator[EmbeddedServer]:
    """Run the server whose data are under a folder; start it, or join who runs it already.

    SIGINT, SIGTERM and SIGHUP end the block as an exception does. Call it in the main thread.

    Args:
        folder: made when it is missing; it must survive for as long as the data.
        durable: false only for tests, where a power failure may lose everything.

    Raises:
        NoHome: there is no account or no place to run it.
        PostgresFailed: it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    with ended_by_exception(), (folder / "users").open("a") as users:
        home: Home | None = None
        try:
            with endings_postponed(), _alone(folder):
                home = make_home(folder)
                fcntl.flock(users, fcntl.LOCK_SH)
                _start(home, durable=durable)
            yield EmbeddedServer(home.sockets, home.log)
        finally:
            with endings_postponed(), _alone(folder):
                if home is not None and _is_last(users.fileno()):
                    _stop(home)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep every other program from starting or stopping the server meanwhile."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_last(users: int) -> bool:
    """Tell whether nobody else uses the server."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _start(home: Home, *, durable: bool) -> None:
    """Start the server, unless one runs that somebody left behind or shares."""
    if not home.cluster.exists():
        _create_cluster(home, durable=durable)
    if _answer(home) == _ACCEPTING:
        return
    deadline = time.monotonic() + _GOING_SECONDS
    while not _started(home, durable=durable):
        said = _last_words(home)
        is_going = any(sign in said for sign in _NOT_QUITE_GONE)
        if not is_going or time.monotonic() > deadline:
            raise PostgresFailed(f"PostgreSQL does not start: {said}")
        time.sleep(_POLL_SECONDS)


def _started(home: Home, *, durable: bool) -> bool:
    started = _run(
        home,
        "pg_ctl",
        *("start", "--silent", "--wait", f"--timeout={_START_SECONDS}"),
        *(f"--pgdata={home.cluster}", f"--log={home.log}"),
        *("--options", shlex.join(_options(home, durable=durable))),
    )
    return started.returncode == 0


def _answer(home: Home) -> int:
    """Ask whether a server takes clients; wait while one is on its way up."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        asked = _run(
            home, "pg_isready", "--quiet", f"--host={home.sockets}", f"--dbname={DATABASE}"
        )
        if asked.returncode != _REJECTING or time.monotonic() > deadline:
            return asked.returncode
        time.sleep(_POLL_SECONDS)


def _stop(home: Home) -> None:
    """Stop the server, ending what its clients still do."""
    pgdata = f"--pgdata={home.cluster}"
    if _run(home, "pg_ctl", "status", pgdata).returncode == 0:
        _check(_run(home, "pg_ctl", "stop", "--mode=fast", f"--timeout={_STOP_SECONDS}", pgdata))
    if not home.sockets.is_relative_to(home.folder):
        shutil.rmtree(home.sockets, ignore_errors=True)


def _create_cluster(home: Home, *, durable: bool) -> None:
    """Make the data folder with our database in it; it appears complete or not at all."""
    draft = home.folder / "cluster.draft"
    shutil.rmtree(draft, ignore_errors=True)
    _check(
        _run(
            home,
            "initdb",
            *(f"--pgdata={draft}", f"--username={OWNER}", "--auth=trust", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(() if durable else ("--no-sync",)),
        )
    )
    alone = ("--single", "-D", str(draft), "-c", "exit_on_error=on")
    speed = () if durable else ("-c", "fsync=off")
    _check(_run(home, "postgres", *alone, *speed, "template1", say=f"CREATE DATABASE {DATABASE}\n"))
    draft.rename(home.cluster)


def _buffers() -> str:
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    wanted = memory_mb // _BUFFERS_OF_MEMORY
    return f"{min(max(wanted, _LEAST_BUFFERS_MB), _MOST_BUFFERS_MB)}MB"


def _options(home: Home, *, durable: bool) -> Iterator[str]:
    """Write the settings of the server as its command line has them."""
    chosen = _SETTINGS | {"shared_buffers": _buffers()} | (_DURABLE if durable else _VOLATILE)
    for name, value in {**chosen, "unix_socket_directories": str(home.sockets)}.items():
        yield from ("-c", f"{name}={value}")


def _run(
    home: Home, program: str, *arguments: str, say: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL as the account of the home, away from our terminal."""
    return subprocess.run(
        [home.binaries / program, *arguments],
        input=say,
        capture_output=True,
        text=True,
        check=False,
        timeout=_STEP_SECONDS,
        cwd="/",
        env={"LC_ALL": "C", "PATH": os.defpath},
        start_new_session=True,
        umask=0o077,
        user=home.account.uid if home.account else None,
        group=home.account.gid if home.account else None,
        extra_groups=[] if home.account else None,
    )


def _check(ended: subprocess.CompletedProcess[str]) -> None:
    """Raise when a program of PostgreSQL failed."""
    if ended.returncode != 0:
        program = Path(ended.args[0]).name
        raise PostgresFailed(f"{program} failed: {ended.stderr.strip() or ended.stdout.strip()}")


def _last_words(home: Home) -> str:
    """Return the end of the server's log."""
    if not home.log.exists():
        return "it wrote no log"
    lines = home.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_LOG_LINES_SHOWN:])
