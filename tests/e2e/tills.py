"""Tills: the till page as a clerk uses it, in a real browser."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from playwright.sync_api import Browser, Locator, Route, expect

from tests.e2e.phones import Screen

HOSPITAL = "H54252300001"

PASSES, CUT, LOST = "PASSES", "CUT", "LOST"
"""What becomes of a request: it passes, it never arrives, or its answer never does."""

AMOUNTS = ("全自费", "超限价", "先行自付", "基金支付")
"""What a plain bill has none of."""


class Till(Screen):
    """One institution's screen."""

    @classmethod
    def of(
        cls,
        browser: Browser,
        url: str,
        *,
        institution: str = HOSPITAL,
        example: str = "",
        width: int = 1440,
        height: int = 900,
    ) -> Self:
        """Open the till page of an institution, with a worked example where one is named."""
        address = f"{url}/till/?institution={institution}&example={example}"
        till = cls.opened(browser, address, width=width, height=height)
        expect(till.page.get_by_role("heading", name="今天的结算")).to_be_visible()
        return till

    @property
    def result(self) -> Locator:
        """Where it answers."""
        return self.page.locator("section.sheet:not(.day)")

    def sees(self, *texts: str) -> None:
        """Wait until it answers with these texts."""
        for text in texts:
            expect(self.result).to_contain_text(text)

    def press(self, *names: str) -> None:
        """Press one button after the other."""
        for name in names:
            self.page.get_by_role("button", name=name, exact=True).click()

    def write(self, label: str, text: str) -> None:
        """Write into a field."""
        self.page.get_by_label(label).fill(text)

    def plain_bill(self, id_number: str, yuan: str) -> str:
        """Enter a bill of which all is in scope and for the person to pay; return its number."""
        self.write("凭证号码", id_number)
        for name in AMOUNTS:
            self.write(name, "0")
        for name in ("医疗费总额", "政策范围内", "个人负担"):
            self.page.get_by_label(name, exact=True).fill(yuan)
        return self.page.get_by_label("单据号").input_value()

    def day(self, bill_number: str) -> Locator:
        """Find the rows of today's list with this bill number."""
        return self.page.locator(".day tbody tr", has_text=bill_number)

    @contextmanager
    def line(self, operation: str, fate: str = PASSES) -> Iterator["Line"]:
        """Watch how an operation is sent, and decide what becomes of it."""
        line = Line(operation, fate)
        self.page.route("**/graphql", line.passes)
        yield line
        self.page.unroute("**/graphql", line.passes)
        self.forgive("ERR_FAILED")


@dataclass
class Line:
    """The line between a till and its gateway, for one operation."""

    operation: str
    fate: str
    """``PASSES``, ``CUT``, ``LOST``, or the code that is answered in the gateway's place."""
    answer: dict[str, Any] | None = None
    """What is answered in the gateway's place, whatever the fate."""
    variables: list[dict[str, Any]] = field(default_factory=list)

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """What was sent, in order."""
        return [sent["input"] for sent in self.variables]

    def passes(self, route: Route) -> None:
        """Let a request pass, or not."""
        body = json.loads(route.request.post_data or "{}")
        if body.get("operationName") != self.operation:
            return route.fallback()
        self.variables.append(body["variables"])
        if self.answer is not None:
            return route.fulfill(json={"data": self.answer})
        if self.fate == PASSES:
            return route.continue_()
        if self.fate == LOST:
            route.fetch()
        if self.fate in {CUT, LOST}:
            return route.abort()
        return route.fulfill(json={"data": None, "errors": [{"extensions": {"code": self.fate}}]})
