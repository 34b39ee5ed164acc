"""Every record of a family that staff reads by its id is recorded, whoever it is about."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from uuid import UUID

import pytest

from gongji.domain.actor import Actor
from gongji.store.rows import AccessRow
from gongji.usecases.ports import Ports
from gongji.usecases.settle import settle_bill
from gongji.usecases.views.bindings import see_bindings
from gongji.usecases.views.premiums import see_premiums
from gongji.usecases.views.settlements import see_settlements
from tests.bills import settling
from tests.builders import bill_e2
from tests.usecases.e2 import make_family
from tests.usecases.premium_family import make_premium_family
from tests.world import NOON, STAFF, Person, World


async def make_binding(world: World) -> tuple[UUID, list[Person]]:
    family = await make_family(world)
    return family.bindings[0], [family.a, family.me]


async def make_settlement(world: World) -> tuple[UUID, list[Person]]:
    family = await make_family(world)
    settled = await settle_bill(settling(family.me, bill_e2()), family.hospital.actor, world.ports)
    return settled.settlement.id, [family.me]


async def make_premium(world: World) -> tuple[UUID, list[Person]]:
    family = await make_premium_family(world)
    return (await family.pay()).id, [family.a, family.insured]


Make = Callable[[World], Awaitable[tuple[UUID, list[Person]]]]
See = Callable[[list[UUID], Actor, Ports], Awaitable[Mapping[UUID, object]]]
KINDS: dict[str, tuple[Make, See]] = {
    "binding": (make_binding, see_bindings),
    "settlement": (make_settlement, see_settlements),
    "premium": (make_premium, see_premiums),
}


async def see(kind: str, record_id: UUID, actor: Actor, world: World) -> Mapping[UUID, object]:
    return await KINDS[kind][1]([record_id], actor, world.ports)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_staff_reads_is_recorded_with_everybody_it_is_about(
    world: World, kind: str
) -> None:
    record_id, people = await KINDS[kind][0](world)

    assert (await see(kind, record_id, STAFF, world)).keys() == {record_id}

    accesses = await AccessRow.all()
    assert {access.person_id for access in accesses} == {person.id for person in people}
    assert len(accesses) == len(people)
    for access in accesses:
        assert (access.record_id, access.reason, access.read_at) == (record_id, None, NOON)
        assert access.actor["subject"] == str(STAFF.subject)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_not_shown_and_what_people_read_themselves_is_not_recorded(
    world: World, kind: str
) -> None:
    record_id, people = await KINDS[kind][0](world)

    assert not await see(kind, record_id, replace(STAFF, region="510000"), world)
    assert await see(kind, record_id, people[-1].actor, world)

    assert await AccessRow.all().count() == 0
