"""The gateway that the demo plays on: the one that runs, or one of its own for as long as it plays.

A gateway of its own has its own data in a temporary folder, whatever database the environment
names, and is a program of its own, reached over HTTP like any other.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from gongji.app.demo.clients import StoryBroken
from gongji.app.endings import ended_by_exception
from gongji.app.settings import PREFIX, Settings, with_kept_keys

_PATIENCE_S: Final = 60
_PROBE_S: Final = 2
_URL: Final = re.compile(r"http://\S+(?=/graphql)")
_ITS_OWN: Final = ("DATABASE_URL", "DATA_FOLDER", "HOST", "PORT")


@dataclass(frozen=True, slots=True)
class Stage:
    """A running gateway with the settings that it runs on."""

    base_url: str
    settings: Settings
    is_its_own: bool


@contextmanager
def running_gateway(settings: Settings) -> Iterator[Stage]:
    """Find the gateway of these settings, or start one on a free port meanwhile.

    Raises:
        StoryBroken: its own one does not start.
    """
    base_url = str(httpx2.URL(scheme="http", host=settings.host, port=settings.port))
    if _is_ready(base_url):
        yield Stage(base_url, settings, is_its_own=False)
        return
    with ended_by_exception(), _temporary_folder() as folder, _started(settings, folder) as url:
        alone = settings.model_copy(
            update={
                "data_folder": folder,
                "database_url": None,
                "personal_data_keys": (),
                "digest_key": None,
                "development_token_key": None,
            }
        )
        yield Stage(url, with_kept_keys(alone), is_its_own=True)


def _is_ready(base_url: str) -> bool:
    """Tell whether a gateway answers there."""
    try:
        answer = httpx2.get(f"{base_url}/readyz", timeout=_PROBE_S)
        return answer.status_code == 200 and answer.json() == {"status": "ready"}
    except (httpx2.HTTPError, ValueError):
        return False


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Make a folder for data; remove it at the end, and what root had to put elsewhere."""
    folder = Path(tempfile.mkdtemp(prefix="gongji-demo-"))
    try:
        yield folder
    finally:
        for sign in folder.rglob("elsewhere"):
            shutil.rmtree(sign.read_text(encoding="utf-8").strip(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _started(settings: Settings, folder: Path) -> Iterator[str]:
    """Run ``gongji serve --demo`` on data of its own; return its base URL once it serves.

    Raises:
        StoryBroken: it does not start; the end of its log is in the text.
    """
    log = folder / "serve.log"
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "gongji", "serve", "--demo", "--port", "0"],
            env=_environment(settings, folder),
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    try:
        yield _announced(server, log)
    finally:
        server.terminate()
        server.communicate(timeout=_PATIENCE_S)


def _environment(settings: Settings, folder: Path) -> dict[str, str]:
    """Return the environment of a gateway with its own data and keys."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return kept | {
        f"{PREFIX}DATA_FOLDER": str(folder),
        f"{PREFIX}OPERATIONS_FOLDER": str(settings.operations_folder.resolve()),
    }


def _announced(server: subprocess.Popen[str], log: Path) -> str:
    """Read what the server says until it names its URL."""
    for line in server.stdout or ():
        found = _URL.search(line)
        if found:
            return found[0]
    raise StoryBroken("the demo's own gateway does not start:\n" + log.read_text(encoding="utf-8"))
