"""A family account as of a moment, over HTTP, with the documents of the real clients."""

from typing import Any

import pytest

from gongji.api import ids
from gongji.api.ids import BINDING, PERSON
from gongji.domain.actor import Actor
from gongji.usecases.pause import PauseBinding, pause_binding
from tests.api.conftest import Api
from tests.documents import document
from tests.usecases.family_steps import accept, couple, invite
from tests.world import STAFF, Person, World, key

AS_OF = document("mini_program/FamilyAccountAsOf")
READ_AS_OF = document("dashboard/ReadFamilyAccountAsOf")
NOON, LATER = "2026-11-20T04:00:00Z", "2026-11-20T05:00:00Z"


@pytest.fixture
async def bound(world: World) -> tuple[Person, Person, str]:
    """王小兰 shares with 次仁 since noon; an hour later she has paused it."""
    a, b = await couple(world)
    binding = await invite(world, a, b)
    await accept(world, b, binding)
    world.clock.move(hours=1)
    await pause_binding(PauseBinding(key(), binding), a.actor, world.ports)
    return a, b, ids.encode(BINDING, binding)


async def told(api: Api, who: Actor, asked: str, at: str, **more: Any) -> Any:
    return (await api.as_(who).query(asked, at=at, **more))["familyAccountAsOf"]


async def test_each_side_reads_what_was_so_then(
    api: Api, bound: tuple[Person, Person, str]
) -> None:
    a, b, binding = bound

    mine = await told(api, b.actor, AS_OF, LATER)
    theirs = [await told(api, a.actor, AS_OF, at) for at in (NOON, LATER)]

    assert mine == {
        "__typename": "FamilyAccountAsOf",
        "personId": ids.encode(PERSON, b.id),
        "asOfAt": LATER,
        "account": None,
        "orderVersion": 1,
        "orderSource": "BUREAU",
        "sharers": [
            {
                "bindingId": binding,
                "kinshipName": "配偶",
                "sharerName": "王*兰",
                "rank": 1,
                "acceptedAt": NOON,
            }
        ],
        "beneficiaries": [],
    }
    assert [one["beneficiaries"][0]["status"] for one in theirs] == ["ACTIVE", "PAUSED"]
    assert {one["beneficiaries"][0]["beneficiaryName"] for one in theirs} == {"次*"}
    assert theirs[0]["account"] == {"balanceFen": 300_00, "entryNo": 1}


async def test_staff_reads_it_with_a_reason(api: Api, bound: tuple[Person, Person, str]) -> None:
    about = {"personId": ids.encode(PERSON, bound[0].id), "reason": "本人来电"}

    read = await told(api, STAFF, READ_AS_OF, NOON, **about)

    assert read["account"]["balanceFen"] == 300_00
    assert (await told(api, STAFF, READ_AS_OF, NOON, **(about | {"reason": ""})))["code"] == (
        "REASON_REQUIRED"
    )


async def test_the_future_is_refused_and_strangers_learn_nothing(
    api: Api, bound: tuple[Person, Person, str]
) -> None:
    a, b, _ = bound
    ward = {"onBehalfOf": ids.encode(PERSON, a.id)}

    future = await told(api, a.actor, AS_OF, "2026-11-20T05:00:00.000001Z")

    assert (future["code"], future["path"]) == ("MOMENT_IN_FUTURE", ["at"])
    assert (await told(api, b.actor, AS_OF, NOON, **ward))["code"] == "NOT_FOUND"
    assert (await api.as_(None).query(AS_OF, at=NOON)).codes == ["UNAUTHENTICATED"]
