"""What the calendar makes due is told once to those concerned, whoever is killed."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from gongji.chat.reminders import Reminders, card_of
from gongji.domain.binding import BindingStatus
from gongji.domain.errors import Unavailable
from gongji.domain.occasion import Occasion, OccasionKind
from gongji.domain.person import Scheme
from gongji.store.database import pool
from gongji.store.rows import (
    BindingRow,
    MessageRow,
    OccasionRow,
    PersonalAccountRow,
    TariffRow,
)
from gongji.usecases.retrying import cause_of_retry
from gongji.usecases.tell_occasion import due_occasions, tell_occasion
from tests.bills import bill, settle_bill, settling
from tests.chat.test_notifier import planned
from tests.faults import Faults
from tests.usecases.e2 import Family, make_family
from tests.world import GAR, NGARI, Person, World

DECEMBER = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
"""Nine o'clock in the morning in Shanghai."""


async def remind(world: World) -> int:
    return await Reminders().remind(world.ports)


async def reminded() -> Counter[UUID]:
    """Count the reminders by person."""
    return Counter(row.person_id for row in await MessageRow.all())


async def november(world: World) -> Family:
    """Let two sharers pay in November, and a third one not."""
    family = await make_family(world)
    unused = await world.person("央金", balance=900_00)
    await world.bind(unused, family.me)
    await settle_bill(settling(family.me, bill("1", 500_00)), family.hospital.actor, world.ports)
    world.clock.at = DECEMBER
    return family


async def test_a_month_is_summed_up_for_those_whose_accounts_relatives_used(world: World) -> None:
    family = await november(world)

    told = await remind(world)

    assert told == 2
    rows = await MessageRow.all()
    assert {row.person_id for row in rows} == {family.a.id, family.b.id}
    for row in rows:
        assert row.card is not None
        assert (row.card["kind"], row.card["ids"]) == ("STATEMENT", {})
        assert row.card["terms"] == {"year": 2026, "month": 11}


async def test_it_is_told_once_and_then_never_looked_for_again(world: World) -> None:
    await november(world)
    await remind(world)
    finished = await OccasionRow.get()

    assert await due_occasions(world.ports) == []
    assert await remind(world) == 0
    assert finished.finished_at == DECEMBER
    assert set((await reminded()).values()) == {1}


async def test_nobody_is_woken(world: World) -> None:
    await november(world)
    world.clock.at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)

    assert await remind(world) == 0
    assert await OccasionRow.all().count() == 0


async def test_pages_end_anywhere_and_servers_share_them(world: World) -> None:
    family = await november(world)
    for number in range(20):
        await world.person(f"人{number}", balance=100)
    (month,) = await due_occasions(world.ports)

    async def server() -> int:
        told = 0
        for _ in range(100):
            told += await tell_occasion(month, card_of, world.ports, limit=2) or 0
            await asyncio.sleep(0)
        return told

    assert sum(await asyncio.gather(*(server() for _ in range(4)))) == 2
    assert await reminded() == Counter([family.a.id, family.b.id])
    assert (await OccasionRow.get()).finished_at is not None


async def test_whatever_breaks_at_whichever_await_each_is_reminded_once(
    faults: Faults, emptying: str
) -> None:
    world = World()
    await november(world)
    await faults.run(lambda: remind(world), {})
    steps = list(faults.steps)

    for number, fault in planned(steps):
        await pool().execute_script(emptying)
        family = await november(again := World())
        task = await faults.run(partial(remind, again), {number: fault})

        failed = None if task.cancelled() else task.exception()
        assert failed is None or isinstance(failed, Unavailable) or is_of_database(failed)
        await remind(again)
        assert await reminded() == Counter([family.a.id, family.b.id])


def is_of_database(failed: BaseException) -> bool:
    """Tell whether it is what a reading fails with that is not run again by itself."""
    return isinstance(failed, Exception) and cause_of_retry(failed) is not None


@pytest.fixture
async def payers(world: World) -> list[Person]:
    """Return those who may pay for a relative; others may not, each for another reason."""
    await world.policy()
    await TariffRow.create(
        region=NGARI,
        year=2027,
        category="ADULT",
        amount_fen=400_00,
        opens_on=date(2026, 11, 15),
        closes_on=date(2026, 12, 31),
    )
    people: list[Person] = []
    for name in ("甲", "乙", "丙", "丁", "戊"):
        sharer = await world.person(name, balance=900_00)
        relative = await world.person(f"{name}某", scheme=Scheme.RESIDENT)
        await world.bind(sharer, relative)
        people.append(sharer)
    # Two relatives are one reminder.
    await world.bind(people[0], await world.person("小某", scheme=Scheme.RESIDENT))
    await BindingRow.filter(sharer_id=people[2].id).update(status=BindingStatus.PAUSED)
    await pool().execute_query(
        "UPDATE beneficiary SET scheme = 'EMPLOYEE' WHERE person_id IN"
        " (SELECT beneficiary_id FROM binding WHERE sharer_id = $1)",
        [people[3].id],
    )
    await pool().execute_query(
        "UPDATE person SET premium_category = 'OTHER' WHERE id IN"
        " (SELECT beneficiary_id FROM binding WHERE sharer_id = $1)",
        [people[4].id],
    )
    return people[:2]


async def test_a_window_that_opens_is_told_once_to_those_who_may_pay(
    world: World, payers: list[Person]
) -> None:
    for _ in range(2):
        await remind(world)

    assert await reminded() == Counter(person.id for person in payers)
    card = (await MessageRow.all())[0].card
    assert card is not None
    assert (card["kind"], card["notice"]) == ("PREMIUM_WINDOW", "PREMIUM_OPENED")
    assert card["terms"] == {"year": 2027, "on": "2026-11-15"}


async def test_only_the_window_of_the_nearest_region_is_told(
    world: World, payers: list[Person]
) -> None:
    """It is the one that can be paid; a county's of another category or year is no nearer."""
    await world.policy("540000")
    terms: dict[str, Any] = {"year": 2027, "amount_fen": 380_00, "closes_on": date(2026, 12, 31)}
    province = {**terms, "region": "540000", "opens_on": date(2026, 11, 18)}
    county = {**terms, "region": GAR, "opens_on": date(2026, 11, 16)}
    next_year = {**county, "year": 2028, "opens_on": date(2026, 12, 31)}
    await TariffRow.create(category="ADULT", **province)
    await TariffRow.create(category="STUDENT", **county)
    await TariffRow.create(category="ADULT", **next_year)

    await remind(world)

    cards = [row.card for row in await MessageRow.all().order_by("person_id") if row.card]
    assert await reminded() == Counter(person.id for person in payers)
    assert {card["terms"]["on"] for card in cards} == {"2026-11-15"}


async def test_the_provinces_tariff_is_told_of_where_the_prefecture_has_none(
    world: World, payers: list[Person]
) -> None:
    await TariffRow.all().delete()
    await TariffRow.create(
        region="540000",
        year=2027,
        category="ADULT",
        amount_fen=500_00,
        opens_on=date(2026, 11, 10),
        closes_on=date(2026, 12, 20),
    )

    await remind(world)

    assert await reminded() == Counter(person.id for person in payers)


async def test_nobody_sums_a_month_up_for_the_dead(world: World) -> None:
    family = await november(world)
    await PersonalAccountRow.filter(owner_id=family.a.id).update(owner_status="DECEASED")

    await remind(world)

    assert await reminded() == Counter([family.b.id])


async def test_a_window_that_closes_is_told_to_those_who_have_not_paid(
    world: World, payers: list[Person]
) -> None:
    await remind(world)
    await pool().execute_query(
        """INSERT INTO premium (id, binding_id, payer_id, insured_id, year, category, region,
            amount_fen, status, business_day, debited_at, explanation, actor, request_id)
        SELECT gen_random_uuid(), id, sharer_id, beneficiary_id, 2027, 'ADULT', '542523',
            40000, 'CONFIRMED', '2026-11-20', now(), '{}', '{}', gen_random_uuid()
        FROM binding WHERE sharer_id = $1""",
        [payers[1].id],
    )
    world.clock.at = datetime(2026, 12, 25, 1, 0, tzinfo=UTC)

    await remind(world)

    assert await reminded() == Counter({payers[0].id: 2, payers[1].id: 1})
    names = {row.name.split("/")[0] for row in await OccasionRow.all()}
    assert names == {OccasionKind.PREMIUM_OPENED, OccasionKind.PREMIUM_CLOSES}


async def test_a_card_names_nobody(world: World) -> None:
    for kind in OccasionKind:
        card = card_of(Occasion(kind, date(2026, 11, 1), 2026, "542500"))
        assert card.ids == {}
        assert set(card.terms) <= {"year", "month", "on"}
