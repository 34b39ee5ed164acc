"""Every planted fault is found: by quick suites in ``make test``, by the kills in ``make soak``."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.planted.faults import FAULTS, SWITCH, NotPlanted, _changed, _without
from tests.soak import IS_SOAK, short_or_long

pytestmark = pytest.mark.soak

ROOT = Path(__file__).parents[2]
KILLS = "tests/e2e/test_kills.py"
PATIENCE_S = 300

FAILED, PASSED = 1, 0
"""Exit statuses of pytest; all others mean that it could not even run the tests."""
_BROKEN = re.compile(r"^E +(?:TypeError|AttributeError|NameError|ImportError)\b", re.MULTILINE)

EXPECTED = [
    (name, suite)
    for name, fault in FAULTS.items()
    for suite in (*fault.found_by, *((KILLS,) if IS_SOAK and fault.kills_find_it else ()))
]
SUITES = sorted({suite for fault in FAULTS.values() for suite in fault.found_by})


def run(*suites: str, fault: str, database_url: str) -> subprocess.CompletedProcess[str]:
    """Run suites in their short form, with a fault planted or, by an empty name, without."""
    chosen = {SWITCH: fault, "GONGJI_TEST_DATABASE_URL": database_url, "SOAK": ""}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *suites],
        cwd=ROOT,
        env=os.environ | chosen,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


@pytest.mark.parametrize(("fault", "suite"), EXPECTED)
def test_a_planted_fault_is_found(fault: str, suite: str, administration_url: str) -> None:
    found = run(suite, fault=fault, database_url=administration_url)

    assert found.returncode == FAILED, found.stdout + found.stderr
    assert "\nFAILED " in found.stdout, found.stdout
    # A patch that does not fit any more breaks the product, which proves nothing of the suite.
    assert not _BROKEN.search(found.stdout), found.stdout


def test_without_a_fault_the_same_run_passes(administration_url: str) -> None:
    suites = short_or_long(SUITES[:1], SUITES)

    passed = run(*suites, fault="", database_url=administration_url)

    assert passed.returncode == PASSED, passed.stdout + passed.stderr


@pytest.mark.parametrize(
    "place",
    ["gongji.domain.family:Family.gone", "gongji.domain.gone:ordered", "asyncio:all_tasks"],
)
def test_a_fault_that_does_not_find_its_place_is_told(place: str) -> None:
    with pytest.raises((NotPlanted, ModuleNotFoundError)):
        _changed(place, lambda before: before)


def test_a_text_that_is_not_there_is_told() -> None:
    with pytest.raises(NotPlanted):
        _without("gongji.store.locks:_CLAIM_AND_LOCK", "FOR SHARE")
