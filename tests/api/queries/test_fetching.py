"""A binding as each viewer sees it, and anything by its id, over HTTP."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from gongji.api import ids
from gongji.api.fetching import MOST_NODES
from gongji.api.ids import BINDING, INSTITUTION, PERSON, PREMIUM, REVERSAL, SETTLEMENT
from gongji.domain.actor import Actor
from gongji.domain.binding import BindingStatus
from gongji.store.ids import new_id
from gongji.store.rows import PolicyRow
from gongji.usecases.settle import settle_bill
from tests.api.conftest import Api
from tests.bills import bill, settling
from tests.documents import document
from tests.usecases.e2 import Family, make_family
from tests.world import STAFF, World

BINDING_ = document("mini_program/Binding")
READ_BINDING = document("dashboard/Binding")
NODE = document("mini_program/Node")
NODES = document("mini_program/Nodes")
STATEMENTS = "tortoise.db_client"


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


async def binding(api: Api, who: Actor, one: Any, **more: Any) -> Any:
    text = READ_BINDING if who.kind == "STAFF" else BINDING_
    return (await api.as_(who).query(text, id=ids.encode(BINDING, one), **more))["binding"]


async def test_each_side_sees_a_type_of_its_own(api: Api, family: Family) -> None:
    one = family.bindings[0]

    mine = await binding(api, family.me.actor, one)
    theirs = await binding(api, family.a.actor, one)

    assert (mine["__typename"], mine["sharerName"], mine["rank"], mine["availability"]) == (
        "BindingAsBeneficiary",
        "王*兰",
        1,
        "ENOUGH",
    )
    assert (theirs["__typename"], theirs["beneficiaryName"], theirs["usedInYearFen"]) == (
        "BindingAsSharer",
        "卓*",
        0,
    )
    assert mine["kinshipName"] == theirs["kinshipName"] == "配偶"


async def test_staff_sees_both_sides_and_their_consents(
    api: Api, world: World, family: Family
) -> None:
    one = await world.bind(family.a, family.b, status=BindingStatus.IN_REVIEW)

    seen = await binding(api, STAFF, one)

    assert (seen["status"], seen["sharer"]["name"]) == ("IN_REVIEW", "王*兰")
    assert seen["beneficiary"]["idNumber"] == f"542599{'*' * 8}{family.b.id_number[-4:]}"
    assert seen["sharerConsent"]["declarationVersion"] == "2025-01"
    assert seen["beneficiaryConsent"] is None


async def test_an_ended_binding_stays_readable_and_lets_nothing_through(
    api: Api, world: World, family: Family
) -> None:
    one = await world.bind(family.a, family.b, status=BindingStatus.ENDED)

    seen = await binding(api, family.b.actor, one)

    assert (seen["status"], seen["rank"], seen["availability"]) == ("ENDED", None, "UNAVAILABLE")


async def test_a_region_that_lost_its_policy_still_shows_bindings(api: Api, family: Family) -> None:
    await PolicyRow.all().delete()

    seen = await binding(api, family.me.actor, family.bindings[0])

    assert (seen["status"], seen["availability"]) == ("ACTIVE", "UNAVAILABLE")


async def test_strangers_see_no_binding(api: Api, world: World, family: Family) -> None:
    stranger = await world.person()
    ward = {"onBehalfOf": ids.encode(PERSON, family.me.id)}
    one = family.bindings[0]

    assert await binding(api, stranger.actor, one) is None
    assert await binding(api, stranger.actor, one, **ward) is None
    assert await binding(api, family.b.actor, one) is None
    assert await binding(api, family.hospital.actor, one) is None
    assert await binding(api, replace(STAFF, region="510000"), one) is None
    assert await binding(api, replace(STAFF, roles=frozenset({"SETTLER"})), one) is None
    assert await binding(api, family.me.actor, new_id()) is None


async def test_nodes_keep_the_order_asked_and_are_null_where_nothing_may_be_seen(
    api: Api, world: World, family: Family
) -> None:
    done = await settle_bill(
        settling(family.me, bill(share=1_00)), family.hospital.actor, world.ports
    )
    foreign = await world.bind(family.a, family.b)
    wanted = [
        ids.encode(SETTLEMENT, done.settlement.id),
        ids.encode(BINDING, foreign),
        ids.encode(INSTITUTION, family.hospital.id),
        ids.encode(BINDING, family.bindings[1]),
        ids.encode(BINDING, family.bindings[0]),
        ids.encode(PERSON, family.me.id),
        ids.encode(REVERSAL, new_id()),
        "",
        "stl_",
        "\u202e",
        ids.encode(SETTLEMENT, done.settlement.id),
    ]

    found = (await api.as_(family.me.actor).query(NODES, ids=wanted))["nodes"]
    at_the_till = (await api.as_(family.hospital.actor).query(NODES, ids=wanted))["nodes"]

    kinds = [one and one["__typename"] for one in found]
    assert kinds == [
        "Settlement",
        None,
        "Institution",
        "BindingAsBeneficiary",
        "BindingAsBeneficiary",
        *[None] * 5,
        "Settlement",
    ]
    assert [one and one["id"] for one in found[2:5]] == wanted[2:5]
    assert [one and one["__typename"] for one in at_the_till[:3]] == [
        "TillReceipt",
        None,
        "Institution",
    ]


async def test_a_node_is_asked_for_alone_too(api: Api, family: Family) -> None:
    one = ids.encode(BINDING, family.bindings[0])

    assert (await api.as_(family.me.actor).query(NODE, id=one))["node"]["id"] == one
    assert (await api.as_(family.hospital.actor).query(NODE, id=one))["node"] is None
    assert (await api.as_(None).query(NODE, id=one)).codes == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("kind", [BINDING, SETTLEMENT, PREMIUM, INSTITUTION])
async def test_nodes_of_one_kind_are_looked_up_together(
    api: Api, family: Family, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    wanted = [ids.encode(kind, new_id()) for _ in range(MOST_NODES)]
    caplog.clear()

    with caplog.at_level(logging.DEBUG, STATEMENTS):
        found = await api.as_(family.me.actor).query(NODES, ids=wanted)

    assert found["nodes"] == [None] * MOST_NODES
    assert len([one for one in caplog.records if one.name == STATEMENTS]) == 1


async def test_nodes_are_bounded(api: Api, family: Family) -> None:
    asking = api.as_(family.me.actor)

    most = await asking.query(NODES, ids=["x"] * MOST_NODES)
    more = await asking.query(NODES, ids=["x"] * (MOST_NODES + 1))

    assert most["nodes"] == [None] * MOST_NODES
    assert more.codes == ["BAD_USER_INPUT"]
