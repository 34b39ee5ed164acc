"""``familyAccount`` over HTTP: one snapshot, few statements, and refusals as data."""

import logging

import pytest

from gongji.api import ids
from gongji.api.ids import PERSON
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.kinship import Kinship
from gongji.store.ids import new_id
from gongji.store.rows import AccessRow, BindingRow
from tests.api.conftest import Api
from tests.documents import document
from tests.world import NOON, STAFF, Person, World

FAMILY = document("mini_program/FamilyAccount")
READ_FAMILY = document("dashboard/ReadFamilyAccount")
STATEMENTS = "tortoise.db_client"
"""The logger that hears of every statement."""


async def big_family(world: World) -> Person:
    """Make somebody with 5 sharers, 7 beneficiaries and open invitations both ways."""
    me = await world.person("扎西卓玛", balance=118_63)
    for number in range(1, 6):
        sharer = await world.person(f"共济{number}", balance=100_00 * number)
        await world.bind(sharer, me, position=number, limit_month_fen=900_00)
    for number in range(1, 8):
        relative = await world.person(f"家人{number}")
        await world.bind(me, relative, kinship=Kinship.CHILD, limit_year_fen=500_00)
    for _ in range(2):
        await world.bind(await world.person(balance=1), me, status=BindingStatus.INVITED)
        await world.bind(me, await world.person(), status=BindingStatus.INVITED)
    await BindingRow.filter(status=BindingStatus.INVITED).update(expires_at=NOON.replace(day=21))
    return me


async def test_a_big_family_takes_at_most_six_statements(
    api: Api, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.policy()
    me = await big_family(world)
    caplog.clear()

    with caplog.at_level(logging.DEBUG, STATEMENTS):
        answer = await api.as_(me.actor).query(FAMILY)

    family = answer["familyAccount"]
    assert [sharer["rank"] for sharer in family["sharers"]] == [1, 2, 3, 4, 5]
    assert len(family["beneficiaries"]) == 7
    assert len(family["invitationsReceived"]) == len(family["invitationsSent"]) == 2
    statements = [one for one in caplog.records if one.name == STATEMENTS]
    assert len(statements) == 1


async def test_a_guardian_sees_the_wards_family(api: Api, world: World) -> None:
    await world.policy()
    mother, elder = await world.person(), await world.person("次仁旺堆", balance=5_00)
    await world.guardian(mother, elder, capacity=Capacity.PROXY)

    answer = await api.as_(mother.actor).query(FAMILY, onBehalfOf=ids.encode(PERSON, elder.id))

    assert answer["familyAccount"]["person"]["name"] == "次**堆"
    assert answer["familyAccount"]["person"]["region"] == {"code": "542523", "name": "噶尔县"}


async def test_unknown_malformed_and_not_yours_are_one_refusal(api: Api, world: World) -> None:
    await world.policy()
    me, other = await world.person(), await world.person()
    wards = (ids.encode(PERSON, other.id), ids.encode(PERSON, new_id()), "bnd_x", "", me.id_number)

    answers = {(await api.as_(me.actor).query(FAMILY, onBehalfOf=ward)).text for ward in wards}

    (text,) = answers
    assert '"code":"NOT_FOUND"' in text
    assert '"message":"没有找到，或您无权查看。"' in text


async def test_null_for_a_ward_is_oneself(api: Api, world: World) -> None:
    await world.policy()
    me = await world.person()

    absent = await api.as_(me.actor).query(FAMILY)
    null = await api.as_(me.actor).query(FAMILY, onBehalfOf=None)

    assert absent.text == null.text
    assert absent["familyAccount"]["person"]["id"] == ids.encode(PERSON, me.id)


async def test_staff_reads_with_a_reason(api: Api, world: World) -> None:
    await world.policy()
    me = await big_family(world)

    answer = await api.as_(STAFF).query(
        READ_FAMILY, personId=ids.encode(PERSON, me.id), reason="本人来电查询"
    )

    assert len(answer["familyAccount"]["sharers"]) == 5
    assert await AccessRow.all().count() == 1


async def test_staff_without_a_reason_is_told_so(api: Api, world: World) -> None:
    await world.policy()
    me = await world.person()

    answer = await api.as_(STAFF).query(READ_FAMILY, personId=ids.encode(PERSON, me.id), reason=" ")

    assert answer["familyAccount"]["code"] == "REASON_REQUIRED"
    assert answer["familyAccount"]["path"] == ["reason"]


async def test_nobody_and_tills_get_top_level_errors(api: Api, world: World) -> None:
    place = await world.institution()

    assert (await api.as_(None).query(FAMILY)).codes == ["UNAUTHENTICATED"]
    assert (await api.as_(place.actor).query(FAMILY)).codes == ["FORBIDDEN"]
