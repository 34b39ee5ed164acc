"""A gateway as its users start it: a program of its own, in a folder of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psutil

PATIENCE_S = 180
"""How long a stuck program is waited for; what must be quick is measured where it is shown."""
_ROOT = Path(__file__).parents[2]
_URL = re.compile(r"http://\S+(?=/graphql)")


def program() -> list[str]:
    """Return what starts ``gongji``; with a planted fault, where one is chosen."""
    return [sys.executable, "-m", "tests.planted" if os.environ.get("PLANTED") else "gongji"]


def environment(**settings: str) -> dict[str, str]:
    """Return an environment with these settings of ours and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GONGJI_")}
    return kept | {"PYTHONPATH": str(_ROOT)} | settings


def gongji(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*program(), *arguments],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


@dataclass
class Gateway:
    """A running ``gongji serve``."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    is_serving: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def start(cls, folder: Path, *options: str, **settings: str) -> "Gateway":
        """Start one on a free port; its log goes to ``serve.log``."""
        with (folder / "serve.log").open("a", encoding="utf-8") as log:
            process = subprocess.Popen(
                [*program(), "serve", "--port", "0", *options],
                cwd=folder,
                env=environment(**settings),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        gateway = cls(process)
        threading.Thread(target=gateway._listen, daemon=True).start()
        return gateway

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self.said.append(line)
                if self._is_complete(line):
                    self.is_serving.set()
        self.is_serving.set()

    def _is_complete(self, line: str) -> bool:
        """Tell whether a line is the last one that is said before requests are served."""
        is_demo = "--demo" in self.process.args  # type: ignore[operator]
        return line.startswith("curl " if is_demo else "共济")

    @property
    def greeting(self) -> list[str]:
        """All that it said, once it serves."""
        assert self.url
        return self.said

    @property
    def url(self) -> str:
        """The base URL, once it serves."""
        assert self.is_serving.wait(PATIENCE_S)
        found = _URL.search("".join(self.said))
        assert found, self.said
        return found[0]

    def get(self, path: str) -> httpx2.Response:
        """Ask for a page."""
        return httpx2.get(self.url + path, timeout=PATIENCE_S)

    def ask(self, query: str, token: str | None = None) -> httpx2.Response:
        """Send a GraphQL request."""
        return httpx2.post(
            self.url + "/graphql",
            json={"query": query},
            headers={"authorization": f"Bearer {token}"} if token else {},
            timeout=PATIENCE_S,
        )

    def end(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal; return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def servers_in(folder: Path) -> list[int]:
    """List the PostgreSQL servers whose data lie under a folder, or whose place it names."""
    pid_files = list(folder.rglob("postmaster.pid"))
    for sign in folder.rglob("elsewhere"):
        pid_files += Path(sign.read_text(encoding="utf-8").strip()).rglob("postmaster.pid")
    pids = [int(file.read_text(encoding="utf-8").split()[0]) for file in pid_files]
    return [pid for pid in pids if psutil.pid_exists(pid)]
