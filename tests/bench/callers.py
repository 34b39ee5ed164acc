"""Who comes to a till: a row of people and institutions, uniform, or hot with a few families.

Load generators go round in a row, each visit from another place. One half of a hot row are people
of few families, the other half is anybody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

from tests.bench.population import HOUSEHOLD, Person, Population

BILL_FEN: Final = 130_00
CALLERS: Final = 100_000
"""Lines of a row: more than come in one visit."""

UNIFORM: Final = "uniform"
HOT: Final = "hot"
HOT_SHARE: Final = 0.01
"""The part of the families that gets half of the hot row's bills."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person at the till of an institution."""

    institution_id: UUID
    person_id: UUID
    id_number: str


def choose_callers(population: Population, spread: str) -> Iterator[Caller]:
    """Choose the same row of callers in every run.

    Args:
        spread: ``UNIFORM`` or ``HOT``.
    """
    choice, people = Random(1), population.people
    families = len(people) // HOUSEHOLD
    hot = [choice.randrange(families) for _ in range(max(1, int(families * HOT_SHARE)))]

    def somebody() -> Person:
        if spread == HOT and choice.random() < 0.5:
            return people[choice.choice(hot) * HOUSEHOLD + choice.randrange(HOUSEHOLD)]
        return choice.choice(people)

    for _ in range(CALLERS):
        person = somebody()
        yield Caller(choice.choice(population.institution_ids), person.id, person.id_number)


def write_callers(file: Path, callers: Iterable[Caller]) -> None:
    """Write a caller per line, its fields between tabs."""
    lines = (f"{one.institution_id}\t{one.person_id}\t{one.id_number}\n" for one in callers)
    file.write_text("".join(lines), encoding="utf-8")


def read_callers(file: Path) -> list[Caller]:
    """Read what ``write_callers`` wrote."""
    fields = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    return [Caller(UUID(place), UUID(person), number) for place, person, number in fields]
