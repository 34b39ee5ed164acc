"""``gongji serve --demo`` and ``gongji load``: people come in, whole or not at all."""

import json
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.gateway import Gateway, gongji, servers_in

PERSON = {
    "record": "person",
    "id_number": "54259919800101001X",
    "name": "次仁",
    "region": "542523",
    "scheme": "EMPLOYEE",
}
FAMILY_ACCOUNT = "{ familyAccount { ... on FamilyAccount { person { id } } } }"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Return an empty folder for all tests here."""
    made = Path(tempfile.mkdtemp(prefix="gongji-e2e-"))
    yield made
    for sign in made.rglob("elsewhere"):
        shutil.rmtree(sign.read_text(encoding="utf-8").strip(), ignore_errors=True)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def gateway(folder: Path) -> Iterator[Gateway]:
    """Return a gateway with the demo families."""
    started = Gateway.start(folder, "--demo")
    yield started
    started.end()


def tokens_of(gateway: Gateway) -> dict[str, str]:
    """Return the printed tokens by the first word of the line above each."""
    lines = gateway.greeting
    return {
        lines[place - 1].split()[0]: line.strip()
        for place, line in enumerate(lines)
        if line.startswith("eyJ")
    }


def written(folder: Path, *records: dict[str, str]) -> Path:
    file = folder / "records.jsonl"
    file.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return file


def test_an_unmarked_database_takes_nothing_without_being_told(folder: Path) -> None:
    file = written(folder, PERSON)

    refused = gongji(folder, "load", str(file))

    assert refused.returncode == 1
    assert "not marked as a demonstration" in refused.stderr
    assert servers_in(folder) == []


def test_a_newcomer_gets_tokens_that_work_and_a_request_to_paste(gateway: Gateway) -> None:
    tokens = tokens_of(gateway)
    curl = next(line for line in gateway.greeting if line.startswith("curl "))

    assert set(tokens) == {"sharer", "beneficiary", "till", "staff"}
    ids = {gateway.ask(FAMILY_ACCOUNT, tokens[who]).text for who in ("sharer", "beneficiary")}
    assert len(ids) == 2
    assert all('"id":"psn_' in answer for answer in ids)
    assert f"Bearer {tokens['beneficiary']}" in shlex.split(curl)[6]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_request_works_as_it_is_printed(gateway: Gateway) -> None:
    curl = next(line for line in gateway.greeting if line.startswith("curl "))

    pasted = subprocess.run(["sh", "-c", curl], capture_output=True, check=True, timeout=20)

    account = json.loads(pasted.stdout)["data"]["familyAccount"]
    assert account["account"]["balanceFen"] == 11863
    assert [sharer["rank"] for sharer in account["sharers"]] == [1, 2]


def test_good_records_are_loaded_beside_a_running_gateway(gateway: Gateway, folder: Path) -> None:
    file = written(folder, PERSON)
    assert gateway.url

    first, again = gongji(folder, "load", str(file)), gongji(folder, "load", str(file))
    token = gongji(folder, "token", "--kind", "person", "--id-number", PERSON["id_number"])

    assert (first.returncode, first.stdout) == (0, "1 of 1 lines are loaded.\n")
    assert (again.returncode, again.stdout) == (0, "1 of 1 lines are loaded.\n")
    assert '"id":"psn_' in gateway.ask(FAMILY_ACCOUNT, token.stdout.strip()).text


def test_a_bad_line_is_named_without_its_value_and_nothing_is_loaded(
    gateway: Gateway, folder: Path
) -> None:
    good = PERSON | {"id_number": "542599198001010036"}
    file = written(folder, good, PERSON | {"id_number": "542599198001010019"})
    assert gateway.url

    refused = gongji(folder, "load", str(file))
    listed = gongji(folder, "load", str(file), "--keep-going")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "第2行 id_number" in refused.stderr
    assert "nothing was loaded: 1 line " in refused.stderr
    assert (listed.returncode, listed.stdout) == (1, "1 of 2 lines are loaded.\n")
    assert "第2行 id_number" in listed.stderr
    for said in (refused, listed):
        assert "542599" not in said.stderr + said.stdout


def test_the_families_are_there_again_after_a_restart(gateway: Gateway, folder: Path) -> None:
    before = gateway.ask(FAMILY_ACCOUNT, tokens_of(gateway)["beneficiary"]).json()
    gateway.end()
    again = Gateway.start(folder, "--demo")
    try:
        after = again.ask(FAMILY_ACCOUNT, tokens_of(again)["beneficiary"]).json()
    finally:
        status = again.end()

    assert after == before
    assert status == 0


def test_a_database_of_other_people_is_no_demonstration(clean_database: str, folder: Path) -> None:
    settings = {"GONGJI_DATABASE_URL": clean_database}
    file = written(folder, PERSON)
    loaded = gongji(folder, "load", str(file), "--yes-this-is-not-a-demonstration", **settings)

    refused = gongji(folder, "serve", "--port", "0", "--demo", **settings)

    assert loaded.returncode == 0
    assert refused.returncode == 1
    assert "other people" in refused.stderr


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    refused = gongji(folder, "load", "nowhere.jsonl")

    assert refused.returncode == 2
    assert "nowhere.jsonl" in refused.stderr
