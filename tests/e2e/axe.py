"""axe-core: what of a page shuts somebody out."""

from typing import Final

import pytest
from playwright.sync_api import Page

from tests import readme

_AXE: Final = readme.ROOT / "frontend_stub" / "test" / "node_modules" / "axe-core" / "axe.min.js"

needs_axe: Final = pytest.mark.skipif(not _AXE.is_file(), reason="NO AXE: run make tools")


def bring_axe(page: Page) -> None:
    """Bring axe into a page, and into each of its frames."""
    for frame in page.frames:
        frame.evaluate(_AXE.read_text(encoding="utf-8"))


def serious_findings(page: Page) -> list[str]:
    """Return what axe finds that shuts somebody out, and where."""
    answer = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert len(answer["passes"]) > 5
    return [
        f"{violation['id']}: {node['html']}"
        for violation in answer["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
