"""``gongji seed``: a town comes into an empty demonstration, and nowhere else."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.gateway import Gateway, gongji, servers_in


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Return an empty folder for all tests here."""
    made = Path(tempfile.mkdtemp(prefix="gongji-e2e-"))
    yield made
    for sign in made.rglob("elsewhere"):
        shutil.rmtree(sign.read_text(encoding="utf-8").strip(), ignore_errors=True)
    shutil.rmtree(made)


def test_an_empty_development_database_becomes_a_town(folder: Path) -> None:
    seeded = gongji(folder, "seed", "--people", "200")

    assert seeded.returncode == 0, seeded.stderr
    told = {line.split()[1]: line.split()[0] for line in seeded.stdout.splitlines()}
    assert told["person"] == "200"
    assert told["settlement"] == "50"
    assert servers_in(folder) == []


def test_a_town_is_served_with_tokens_of_its_people(folder: Path) -> None:
    gateway = Gateway.start(folder, "--demo")
    try:
        said = "".join(gateway.greeting)
        beneficiary = gateway.greeting[-1].split("Bearer ")[1].split("'")[0]
        asked = "{ familyAccount { ... on FamilyAccount { sharers { rank } } } }"
        answer = gateway.ask(asked, beneficiary).json()
    finally:
        gateway.end()

    assert answer["data"]["familyAccount"]["sharers"][0] == {"rank": 1}
    assert "it is for tokens" in said
    assert "/till/?institution=" in said
    assert "Two phones" not in said


def test_a_town_is_not_built_on_another(folder: Path) -> None:
    refused = gongji(folder, "seed", "--people", "200")

    assert refused.returncode == 1
    assert "only an empty database" in refused.stderr


def test_a_number_of_people_has_its_bounds(folder: Path) -> None:
    assert gongji(folder, "seed", "--people", "99").returncode == 2
    assert gongji(folder, "seed", "--people", "1000001").returncode == 2
