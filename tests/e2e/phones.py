"""Screens and phones: the pages as people use them, in a real browser, each with a session."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.e2e.built import BUILT

PATIENCE_MS = 30_000
SKELETON = '[class*="--skeleton"]'
"""What a page shows while it waits; a component's classes bear its name."""
LOOPBACK = "127.0.0.1"


def chromium() -> str | None:
    """Return where Chromium is: ``CHROMIUM``, or what the machine has."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start the machine's browser; skip, saying why, where there is nothing to test with."""
    program = chromium()
    if program is None:
        pytest.skip("NO BROWSER: install chromium (Debian: chromium), or name one in CHROMIUM")
    if not (BUILT / "h5" / "index.html").is_file():
        pytest.skip("NO PAGES: run make front-end")
    expect.set_options(timeout=PATIENCE_MS)
    with started(program) as browser:
        yield browser


@contextmanager
def started(program: str) -> Iterator[Browser]:
    """Start a Chromium."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@dataclass
class Screen:
    """One browser window with a session of its own, and what went wrong in it."""

    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    @classmethod
    def opened(
        cls, browser: Browser, url: str, *, width: int, height: int, touch: bool = False
    ) -> Self:
        """Open a page in a window of this size."""
        context = browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=touch,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(PATIENCE_MS)
        screen = cls(context, context.new_page())
        screen.page.on("pageerror", screen._notes_error)
        screen.page.on("console", screen._notes_message)
        screen.page.on("request", screen._notes_request)
        screen.page.goto(url)
        return screen

    def _notes_error(self, error: Error) -> None:
        self.faults.append(f"page: {error}")

    def _notes_message(self, message: ConsoleMessage) -> None:
        if message.type in ("warning", "error"):
            self.faults.append(f"console: {message.text}")

    def _notes_request(self, request: Request) -> None:
        if urlsplit(request.url).hostname != LOOPBACK:
            self.faults.append(f"request: {request.url}")

    def forgive(self, text: str) -> None:
        """Forget the faults that a test brought about on purpose."""
        self.faults[:] = [one for one in self.faults if text not in one]

    def picture(self, to: Path) -> None:
        """Take a picture of what is on it."""
        self.page.screenshot(path=to)


class Phone(Screen):
    """One person's phone."""

    @classmethod
    def switched_on(cls, browser: Browser, url: str, *, font: str = "17") -> Self:
        """Open the mini-program on a phone of the usual size."""
        address = f"{url}/m/?font={font}"
        return cls.opened(browser, address, width=390, height=844, touch=True)

    @property
    def shown(self) -> Locator:
        """The page that is in front."""
        return self.page.locator(".wx-page:not([hidden])")

    def log_in(self, id_number: str) -> None:
        """Choose a demo person."""
        self.button(id_number).click()
        expect(self.shown).to_contain_text("证件号码")

    def button(self, name: str) -> Locator:
        """Find a button of the page in front by its name."""
        return self.shown.get_by_role("button", name=name)

    def press(self, *names: str) -> None:
        """Press one button after the other."""
        for name in names:
            self.button(name).click()

    def back(self) -> None:
        """Go back to the page behind."""
        self.page.get_by_role("button", name="返回").click()

    def sees(self, *texts: str) -> None:
        """Wait until the page in front shows these texts."""
        for text in texts:
            expect(self.shown).to_contain_text(text)

    def go_to(self, path: str) -> None:
        """Show a page and nothing behind it, once it has something to show."""
        self.page.evaluate("url => wx.reLaunch({ url })", f"/{path}")
        self.wait()

    def wait(self) -> None:
        """Wait until the page in front waits for nothing."""
        expect(self.shown.locator(SKELETON)).to_have_count(0)

    def choose(self, *, language: str, is_elder: bool) -> None:
        """Choose a language and a version; pages that are shown from now on take it over."""
        look = {"language": language, "isElder": is_elder}
        self.page.evaluate("look => wx.setStorageSync('look', look)", look)

    def overflow(self) -> int:
        """Return by how many pixels the page in front is wider than the phone."""
        return int(self.shown.evaluate("page => page.scrollWidth - page.clientWidth"))


Opening = Callable[..., Phone]
"""Switches a phone on, logged in as the demo person of an ID number where one is given."""
