"""The README tells the truth: its settings, records, rules, words and links."""

import json
import re
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from gongji.app.settings import settings_table
from gongji.app.welcome import FAMILIES, load_families
from gongji.chat.announcements import HEARINGS
from gongji.chat.reminders import card_of
from gongji.cli import commands
from gongji.domain.occasion import Occasion, OccasionKind
from gongji.domain.policy import RULE_NAMES
from gongji.domain.records import read_record
from gongji.usecases.load import load
from tests import readme
from tests.world import NOON, World

_RULE = re.compile(r"`([a-z_]+)`")
_TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


def rows_under(heading: str) -> list[list[str]]:
    """Return the rows of the tables in one section, cell by cell."""
    section = readme.text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_the_settings_are_those_of_the_program() -> None:
    assert settings_table() in readme.text()


async def test_every_shown_record_loads_and_loads_again(world: World, tmp_path: Path) -> None:
    file = tmp_path / "registry.jsonl"
    file.write_text(readme.records(), encoding="utf-8")

    first = await load(file, world.ports, allow_unmarked=True)
    again = await load(file, world.ports, allow_unmarked=True)

    assert (first.lines, first.faults) == (len(readme.records().splitlines()), ())
    assert again.faults == ()


async def test_every_shown_record_may_be_tried_on_the_demo_families(
    world: World, tmp_path: Path
) -> None:
    file = tmp_path / "registry.jsonl"
    file.write_text(readme.records(), encoding="utf-8")
    await load_families(world.ports)

    assert (await load(file, world.ports)).faults == ()


def test_every_kind_of_record_is_told_and_shown() -> None:
    told = {row[0].split("`")[1] for row in rows_under("Loading your own data")[2:]}
    shown = [json.loads(line) for line in readme.records().splitlines()]

    assert told == {record["record"] for record in shown}
    assert len(told) == 14


@pytest.mark.parametrize("line", readme.records().splitlines())
def test_every_field_of_a_shown_record_is_told(line: str) -> None:
    fields = json.loads(line)
    read_record(fields, today=NOON.date())
    kind = fields.pop("record")

    (row,) = (row for row in rows_under("Loading your own data") if row[0].startswith(f"`{kind}`"))

    assert {field for field in fields if f"`{field}`" not in " ".join(row)} == set()


def names_in(cell: str) -> list[str]:
    return re.findall(r"`([A-Z_]+)`", cell)


def test_who_hears_of_which_event_is_told_as_it_is() -> None:
    told = {}
    for row in rows_of(r"| what happened |"):
        for event in names_in(row[0]):
            told[event] = tuple(next(iter(names_in(cell)), None) for cell in row[1:3])

    assert told == {kind: (one.subject, one.sharers) for kind, one in HEARINGS.items()}


def test_what_the_calendar_makes_due_is_told_as_it_is() -> None:
    told = {names_in(row[0])[0]: names_in(row[1])[0] for row in rows_of("| what is due |")}

    assert told == {
        kind: card_of(Occasion(kind, date(2026, 11, 1), 2026)).kind for kind in OccasionKind
    }


def rows_of(heading: str) -> list[list[str]]:
    """Return the rows of the one table whose first line begins so, cell by cell."""
    _, found, rest = readme.text().partition(heading)
    assert found
    lines = [line for line in rest.split("\n\n")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_every_rule_that_a_region_may_change_is_told() -> None:
    told = {
        name for row in rows_under("Where the rules come from") for name in _RULE.findall(row[1])
    }

    assert told == set(RULE_NAMES)


def test_the_word_that_it_adds_is_not_there_yet() -> None:
    (word,) = re.findall(r"\| (\S+) under 妈妈 \|", readme.text())

    assert word not in (files("gongji.chat") / "words.toml").read_text(encoding="utf-8")


def test_every_command_and_target_that_it_names_is_there() -> None:
    makefile = (readme.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(_TARGET.findall(makefile))
    program = set(get_command(commands).commands)  # type: ignore[attr-defined]

    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", readme.text(), re.MULTILINE)) <= targets
    assert set(re.findall(r"bin/gongji ([a-z-]+)", readme.text())) <= program
    assert all(f"`{name}`" in readme.text() for name in program)


def test_the_premium_that_it_offers_can_be_paid() -> None:
    paragraph = readme.text().split("**Others to play.**")[1].split("\n")[0]
    payer, insured = re.findall(r"\(`(\d{17}[\dX])`\)", paragraph)[:2]
    text = (files("gongji.app") / FAMILIES).read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]

    def the(kind: str, **wanted: object) -> dict[str, Any]:
        fields = {"record": kind, **wanted}
        return next(one for one in records if fields.items() <= one.items())

    category = the("person", id_number=insured, scheme="RESIDENT")["premium_category"]
    account = the("account", owner=payer)
    assert the("kinship", person=payer, relative=insured)["kinship"] == "PARENT"
    assert account.get("status", "NORMAL") == "NORMAL"
    assert account["opening_balance_fen"] >= the("tariff", category=category)["amount_fen"]


def test_every_link_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", readme.text(), re.MULTILINE)
    anchors = {"#" + re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}
    links = re.findall(r"\]\(([^)]+)\)", readme.text())

    assert [one for one in links if one[0] == "#" and one not in anchors] == []
    assert [one for one in links if one[0] != "#" and not (readme.ROOT / one).exists()] == []


def test_its_pictures_are_small() -> None:
    pictures = [readme.ROOT / one for one in re.findall(r"!\[[^]]+\]\(([^)]+)\)", readme.text())]

    assert pictures
    assert {one.name: one.stat().st_size for one in pictures if one.stat().st_size > 60_000} == {}
    assert set(pictures) == set((readme.ROOT / "frontend_stub" / "screenshots").iterdir())
