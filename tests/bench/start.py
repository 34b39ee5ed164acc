"""How soon the mini-program's browser twin is usable on a slow line and a slow phone.

Each visit is a first one: nothing is kept from the one before. It is usable once the page in front
has a button to press and waits for nothing; that is asked of the page itself, from the beginning of
its navigation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import httpx2
import orjson
from playwright.sync_api import Browser
from rich.table import Table

from tests.bench.goals import Goal
from tests.e2e.built import (
    BUILT,
    MOST_PACKAGE_BYTES,
    MOST_PAGE_BYTES,
    package_bytes,
    page_bytes,
)
from tests.e2e.phones import SKELETON, chromium, started

GOAL_S: Final = 2.0
SOMEBODY: Final = "54259919700308013X"
"""A demo person with a family."""
LATENCY_MS: Final = 150
DOWN_BYTES: Final = 1_600_000 // 8
UP_BYTES: Final = 750_000 // 8
SLOWER: Final = 4
"""How many times slower the phone's processor is."""
_PATIENCE_MS: Final = 60_000
_WATCH: Final = """
const isUsable = () => {
  const page = document.querySelector(".wx-page:not([hidden])");
  return page && !page.querySelector('SKELETON') && page.querySelector("button:enabled");
};
new MutationObserver((_, observer) => {
  if (window.usableAt || !isUsable()) return;
  window.usableAt = -1;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.usableAt = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
""".replace("SKELETON", SKELETON)
_USABLE: Final = "() => window.usableAt > 0 && window.usableAt"


@dataclass(frozen=True, slots=True)
class Start:
    """One way to start, and the seconds that it took, each time."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median_s(self) -> float:
        """Return the median."""
        return float(median(self.seconds))


def measure(url: str, rounds: int) -> list[Start]:
    """Start the mini-program of a gateway with demo people, as nobody and as somebody.

    Returns:
        Nothing where there is no browser, or no page to show in it.
    """
    program = chromium()
    if program is None or not (BUILT / "h5" / "index.html").is_file():
        return []
    answer = httpx2.post(f"{url}/development/tokens", json={"idNumber": SOMEBODY}, timeout=30)
    session = orjson.dumps({"token": answer.json()["token"], "name": SOMEBODY}).decode()
    kept = f"sessionStorage.setItem('/session', {session!r});"
    with started(program) as browser:
        ways = {"log-in page": "", "family account": kept}
        return [
            Start(name, tuple(_start(browser, url, script) for _ in range(rounds)))
            for name, script in ways.items()
        ]


def _start(browser: Browser, url: str, script: str) -> float:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    try:
        page = context.new_page()
        page.add_init_script(script + _WATCH)
        devices = context.new_cdp_session(page)
        devices.send("Network.enable")
        devices.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": LATENCY_MS,
                "downloadThroughput": DOWN_BYTES,
                "uploadThroughput": UP_BYTES,
            },
        )
        devices.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(f"{url}/m/", wait_until="commit", timeout=_PATIENCE_MS)
        usable = page.wait_for_function(_USABLE, timeout=_PATIENCE_MS)
        return float(usable.json_value()) / 1e3
    finally:
        context.close()


def table_of(starts: Sequence[Start]) -> Table:
    """Show what was measured."""
    table = Table(
        title="The first start of /m/: 1.6 Mbit/s, 150 ms, a processor 4 times slower",
        caption="seconds until it can be used",
    )
    table.add_column("page")
    for column in ("visits", "fastest", "median", "slowest"):
        table.add_column(column, justify="right")
    for start in starts:
        figures = (min(start.seconds), start.median_s, max(start.seconds))
        shown = (f"{seconds:.2f}" for seconds in figures)
        table.add_row(start.name, str(len(start.seconds)), *shown)
    return table


def goals_of(starts: Sequence[Start]) -> list[Goal]:
    """Say what is to be reached by what was measured, and by the built files."""
    slowest = max((start.median_s for start in starts), default=None)
    goals = [Goal(f"/m/ on a slow line: usable within {GOAL_S:g} s", slowest, GOAL_S, is_most=True)]
    for text, found, most in (
        ("/m/ compressed, kB", page_bytes(), MOST_PAGE_BYTES),
        ("package for WeChat, kB", package_bytes(), MOST_PACKAGE_BYTES),
    ):
        goals.append(
            Goal(f"{text}: at most {most / 1e3:g}", found / 1e3 or None, most / 1e3, is_most=True)
        )
    return goals
