"""Seeding: an empty database becomes a town with a year behind it, in one transaction."""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from tortoise.transactions import in_transaction

from gongji.app.seed.agenda import Agenda
from gongji.app.seed.chance import Chance, Ids
from gongji.app.seed.people import Census, Household, pairs_of
from gongji.app.seed.places import institutions, policy_from, tariffs_between
from gongji.app.seed.premiums import Premiums
from gongji.app.seed.registry import RegistryNews
from gongji.app.seed.sharing import Sharings
from gongji.app.seed.tables import Kept, registered
from gongji.app.seed.tills import Tills
from gongji.app.seed.town import Town
from gongji.app.seed.year import DAYS, Year
from gongji.domain.business_day import business_day, start_of
from gongji.store.copying import Copying, gather_statistics
from gongji.store.database import pool
from gongji.store.installation import NotADemonstration, is_demonstration, mark_as_demonstration
from gongji.store.personal_data import KeyRing
from gongji.usecases.ports import Ports

NGARI_PEOPLE: Final = 120_000
FEWEST_PEOPLE: Final = 100
MOST_PEOPLE: Final = 1_000_000
PEOPLE_PER_BINDING: Final = 3
PEOPLE_PER_SETTLEMENT: Final = 4
Progress = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many steps of it are done."""


async def seed(
    ports: Ports, *, people: int, seed: int, may_mark: bool, progress: Progress
) -> Counter[str]:
    """Fill an empty database with a town and the year that ended yesterday.

    Args:
        people: how many, with accounts, bindings and bills in proportion.
        seed: decides everything but the ciphertexts, together with the day.
        may_mark: mark an empty database as a demonstration first.

    Returns:
        How many rows each table has now.

    Raises:
        NotADemonstration: the database is not marked, and may not be.
        NotEmpty: there is something in it.
    """
    first = business_day(ports.clock.now()) - timedelta(days=DAYS)
    async with in_transaction() as connection:
        if may_mark:
            await mark_as_demonstration(connection, ports.clock.now())
        elif not await is_demonstration(connection):
            raise NotADemonstration
        async with connection.acquire_connection() as raw:
            copying = Copying(raw)
            await copying.expect_nothing()
            seeding = Seeding(people, seed, first, ports.key_ring)
            written = await _fill(copying, seeding, progress)
    await gather_statistics(pool())
    return written


async def _fill(copying: Copying, seeding: "Seeding", progress: Progress) -> Counter[str]:
    """Write each step while the next one is being lived, in a thread: the database works too."""
    written: Counter[str] = Counter()
    steps = seeding.steps()
    with _collector_at_rest():
        reached = await asyncio.to_thread(next, steps, None)
        while reached is not None:
            async with asyncio.TaskGroup() as both:
                following = both.create_task(asyncio.to_thread(next, steps, None))
                for table, rows in reached.tables:
                    await copying.write(table, rows)
                    written[table] += len(rows)
            progress(reached.what, reached.number, reached.of)
            reached = following.result()
    return written


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Let nobody look for circles among millions of rows; it took a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the way, the ``number``-th of so many, with the rows that it leaves."""

    what: str
    number: int
    of: int
    tables: list[tuple[str, list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Seeding:
    """A town on its way into the tables.

    Args:
        first: the first day of its year.
    """

    people: int
    seed: int
    first: date
    key_ring: KeyRing

    def steps(self) -> Iterator[Step]:
        """Return the rows step by step, in an order in which they may be written."""
        chance = Chance(self.seed)
        ids = Ids(chance, start_of(self.first))
        households = Census(chance, ids, self.first).households(self.people)
        town = self._town(chance, ids, households)
        year = self._year(town, households)
        yield Step("people", 1, 1, list(registered(town)))
        kept, months = Kept(), year.months()
        for number, until in enumerate(months, start=1):
            year.live(until)
            yield Step("year", number, len(months), list(kept.month(town).items()))
        yield Step("state", 1, 1, list(kept.at_last(town, year.registry.openings)))

    def _town(self, chance: Chance, ids: Ids, households: list[Household]) -> Town:
        last = self.first + timedelta(days=DAYS)
        return Town(
            chance=chance,
            ids=ids,
            key_ring=self.key_ring,
            policy=policy_from(self.first),
            tariffs=tariffs_between(self.first, last),
            places=institutions(chance, ids, self.first, last),
            citizens={one.id: one for household in households for one in household},
        )

    def _year(self, town: Town, households: list[Household]) -> Year:
        """Enter everybody and plan the year."""
        agenda = Agenda(start_of(self.first + timedelta(days=DAYS)))
        sharings = Sharings(town, agenda)
        registry = RegistryNews(town, sharings)
        for citizen in town.citizens.values():
            registry.enter(citizen)
        year = Year(
            town=town,
            agenda=agenda,
            registry=registry,
            sharings=sharings,
            tills=Tills(town, agenda),
            premiums=Premiums(town, agenda),
            everybody=list(town.citizens.values()),
            first=self.first,
        )
        pairs = pairs_of(
            households,
            town.chance,
            wanted=self.people // PEOPLE_PER_BINDING,
            most_by=town.policy.most_beneficiaries,
            most_for=town.policy.most_sharers,
        )
        year.plan(pairs, settlements=self.people // PEOPLE_PER_SETTLEMENT)
        return year
