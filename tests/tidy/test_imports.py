"""The arrows of the packages hold, and a planted violation of each contract is caught."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]

VALUE_MODULES = {
    "abc",
    "base64",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "itertools",
    "json",
    "operator",
    "re",
    "string",
    "types",
    "typing",
    "unicodedata",
    "uuid",
}

PLANTS = [
    ("layers", {"store/planted.py": "import gongji.app"}),
    ("layers", {"domain/planted.py": "from gongji.store import planted"}),
    ("layers", {"chat/planted.py": "", "dashboards/planted.py": "import gongji.chat.planted"}),
    ("layers", {"desk/planted.py": "import gongji.chat.planted", "chat/planted.py": ""}),
    ("layers", {"payments/planted.py": ""}),
    ("pure-domain", {"domain/planted.py": "import structlog"}),
    ("pure-domain", {"domain/planted.py": "from random import choice"}),
    ("pure-domain", {"domain/planted.py": "def when():\n    import time"}),
    ("web-stays-up", {"usecases/planted.py": "from graphql import parse"}),
    ("web-stays-up", {"store/planted.py": "import starlette.requests"}),
    ("web-stays-up", {"chat/__init__.py": "import strawberry"}),
    ("database-stays-down", {"api/planted.py": "import asyncpg"}),
    ("database-stays-down", {"dashboards/planted.py": "from tortoise import Model"}),
    ("pure-understanding", {"chat/words.py": "from gongji.usecases import transaction"}),
    ("pure-understanding", {"chat/numerals.py": "import time"}),
    (
        "independent-usecases",
        {"usecases/planted.py": "import gongji.usecases.sown", "usecases/sown.py": ""},
    ),
    ("independent-usecases", {"usecases/views/planted.py": "import gongji.usecases.accept"}),
    ("independent-usecases", {"usecases/accept.py": "from gongji.usecases.views import own"}),
    (
        "acyclic-siblings",
        {
            "domain/planted.py": "import gongji.domain.sown",
            "domain/sown.py": "import gongji.domain.planted",
        },
    ),
]


def lint(root: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the tree below a folder."""
    program = Path(sys.executable).with_name("lint-imports")
    chosen = [f"--contract={contract}" for contract in contracts]
    return subprocess.run(
        [sys.executable, program, "--no-logo", "--no-cache", *chosen],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def copied_tree(tmp_path: Path) -> Path:
    """Return a copy of the source and its contracts in which something may be planted."""
    unused = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=unused)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("contract", "files"), PLANTS)
def test_a_planted_violation_is_caught(
    copied_tree: Path, contract: str, files: dict[str, str]
) -> None:
    for name, text in files.items():
        path = copied_tree / "src" / "gongji" / name
        path.parent.mkdir(exist_ok=True)
        path.parent.joinpath("__init__.py").touch()
        path.write_text(text + "\n", encoding="utf-8")

    linted = lint(copied_tree, contract)

    assert linted.returncode == 1
    assert "1 broken" in linted.stdout
    assert any(name.rpartition("/")[0].split("/")[0] in linted.stdout for name in files)


def test_the_tree_keeps_every_contract(copied_tree: Path) -> None:
    linted = lint(copied_tree)

    assert linted.returncode == 0, linted.stdout


def test_the_domain_imports_value_modules_of_the_standard_library_only() -> None:
    graph = grimp.build_graph("gongji", include_external_packages=True, cache_dir=None)
    domain = {name for name in graph.modules if name.split(".")[:2] == ["gongji", "domain"]}
    imported = {one for name in domain for one in graph.find_modules_directly_imported_by(name)}

    assert {name for name in imported if not name.startswith("gongji.")} <= VALUE_MODULES
