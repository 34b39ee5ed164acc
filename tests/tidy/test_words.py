"""The words of the code, and what no file of the repository holds."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]

EMPTY_WORDS = {
    "data",
    "handle",
    "handler",
    "helper",
    "helpers",
    "info",
    "manager",
    "process",
    "service",
    "util",
    "utils",
}
TERMS = ("personal_data", "PersonalData", "PageInfo", "page_info")
"""Terms of the trade in which an empty word is none."""

OVERRIDDEN = {
    "handle",
    "handle_connection_init",
    "handle_message",
    "handle_subscribe",
    "process_errors",
}
"""Methods whose names a framework chose."""

PLACES = {"example", "localhost", "127", "gateway", "server", "test", "rfc-editor"}
"""Parts of the names of hosts that reach nobody, and of the standards we cite."""

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
_MACHINE_PATH = re.compile(r"(?<![\w.}])/(?:root|home|Users|work|opt|mnt)/\w")
_MOCK = re.compile(r"\bunittest(?:\.| import )mock\b")
_URL = re.compile(r"https?://[^\s\"'`<>)\\\]}|,;]+")


def tracked() -> list[Path]:
    """Return the files of the repository that are text."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()]


def definitions(path: Path) -> Iterator[str]:
    """Return the names that a module gives; the name of a test is a sentence, and left out."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not node.name.startswith("test_") and node.name not in OVERRIDDEN:
            yield node.name


def words(name: str) -> set[str]:
    """Return the words of a name, without the terms of the trade."""
    for term in TERMS:
        name = name.replace(term, "")
    return {word.lower() for word in _WORD.findall(name)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("HTTPHandler", {"http", "handler"}),
        ("user_info2", {"user", "info2"}),
        ("_process", {"process"}),
        ("personal_data_keys", {"keys"}),
    ],
)
def test_a_name_is_read_as_words(name: str, expected: set[str]) -> None:
    assert words(name) == expected


@pytest.mark.parametrize("folder", ["src", "tests"])
def test_no_name_is_an_empty_word(folder: str) -> None:
    empty = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in definitions(path)
        if words(name) & EMPTY_WORDS
    ]

    assert empty == []


def test_nothing_is_left_to_do_and_no_path_of_a_machine_is_named() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if _UNFINISHED.search(line) or _MACHINE_PATH.search(line)
    ]

    assert found == []


def test_the_lock_pins_every_package_by_hash_and_names_no_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = [line for line in lock.splitlines() if line and not line.startswith(" ")]

    assert "://" not in lock
    assert "index" not in lock
    assert all(re.match(r"[a-z0-9._-]+==\S+( ; .+)? \\$", entry) for entry in entries)


def test_no_python_file_names_a_foreign_host() -> None:
    foreign = [
        f"{path.relative_to(ROOT)}: {url}"
        for path in tracked()
        if path.suffix in {".py", ".toml", ".lock"} or path.name == "Makefile"
        for url in _URL.findall(path.read_text(encoding="utf-8"))
        if not set((urlsplit(url).hostname or "").split(".")) & PLACES
    ]

    assert foreign == []


def test_nothing_of_ours_is_mocked() -> None:
    mocking = [
        path.relative_to(ROOT)
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if _MOCK.search(path.read_text(encoding="utf-8"))
    ]

    assert mocking == []
