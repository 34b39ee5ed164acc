"""Ending, pausing, limits, reserve and order over GraphQL."""

from dataclasses import replace
from typing import Any

import pytest

from gongji.api.ids import BINDING
from gongji.store.rows import BindingRow, PersonalAccountRow
from tests.api.conftest import Api
from tests.api.mutations.asking import everything, reasons, request, shown
from tests.api.mutations.family import Family, bound, invited, make_family, say, status_of
from tests.documents import document
from tests.world import STAFF, World, key

NO_LIMIT = {"perSettlementFen": None, "perMonthFen": None, "perYearFen": None}


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


async def test_either_side_ends_a_binding_and_sees_it_its_own_way(api: Api, family: Family) -> None:
    first = await bound(api, family)
    by_sharer = await say(api, family.wife, "EndBinding", bindingId=first)
    second = await bound(api, family)
    by_beneficiary = await say(api, family.husband, "EndBinding", bindingId=second)

    assert by_sharer["binding"]["__typename"] == "BindingAsSharer"
    assert by_beneficiary["binding"]["__typename"] == "BindingAsBeneficiary"
    assert by_sharer["binding"]["status"] == by_beneficiary["binding"]["status"] == "ENDED"
    assert (await status_of(first), await status_of(second)) == ("ENDED", "ENDED")


async def test_staff_end_a_binding_with_a_reason(api: Api, family: Family) -> None:
    binding_id = await bound(api, family)
    before = await everything()

    without = await say(api, STAFF, "dashboard/EndBinding", bindingId=binding_id)
    far = await say(
        api,
        replace(STAFF, region="510000"),
        "dashboard/EndBinding",
        bindingId=binding_id,
        reason="本人申请",
    )
    assert (reasons(without), reasons(far)) == (["REASON_REQUIRED"], ["NOT_FOUND"])
    assert await everything() == before

    done = await say(
        api, STAFF, "dashboard/EndBinding", bindingId=binding_id, reason="本人到窗口申请"
    )

    assert (done["binding"]["__typename"], done["binding"]["status"]) == (
        "BindingAsStaff",
        "ENDED",
    )


async def test_ending_holds_to_the_plan_that_was_shown(api: Api, family: Family) -> None:
    binding_id = await bound(api, family)
    before = await everything()

    changed = await say(api, family.wife, "EndBinding", bindingId=binding_id, ifPlan="another")
    assert (changed["__typename"], changed["path"]) == ("PlanChanged", ["ifPlan"])
    assert await everything() == before

    fresh = changed["fresh"]["plan"]
    done = await say(api, family.wife, "EndBinding", bindingId=binding_id, ifPlan=fresh)
    assert done["binding"]["status"] == "ENDED"


async def test_strangers_change_nothing(api: Api, family: Family, world: World) -> None:
    binding_id = await bound(api, family)
    stranger = await world.person("陌生人", balance=1)
    before = await everything()

    for operation, fields in (
        ("EndBinding", {}),
        ("PauseBinding", {}),
        ("ResumeBinding", {}),
        ("SetBindingLimit", NO_LIMIT),
    ):
        theirs = await say(api, stranger, operation, bindingId=binding_id, **fields)
        unknown = await say(api, family.wife, operation, bindingId=shown(BINDING, key()), **fields)
        assert theirs == unknown
        assert reasons(theirs) == ["NOT_FOUND"]

    assert await everything() == before


async def test_the_beneficiary_neither_pauses_nor_limits(api: Api, family: Family) -> None:
    binding_id = await bound(api, family)
    before = await everything()

    for operation, fields in (
        ("PauseBinding", {}),
        ("ResumeBinding", {}),
        ("SetBindingLimit", NO_LIMIT),
        ("WithdrawInvitation", {}),
    ):
        answer = await say(api, family.husband, operation, bindingId=binding_id, **fields)
        assert reasons(answer) == ["NOT_FOUND"]

    assert await everything() == before


async def test_a_binding_is_paused_and_resumed(api: Api, family: Family) -> None:
    binding_id = await bound(api, family)
    asked = {"bindingId": binding_id, "requestId": str(key())}

    paused = await say(api, family.wife, "PauseBinding", **asked)
    again = await say(api, family.wife, "PauseBinding", **asked)
    anew = await say(api, family.wife, "PauseBinding", bindingId=binding_id)
    resumed = await say(api, family.wife, "ResumeBinding", bindingId=binding_id)
    replay = await say(api, family.wife, "PauseBinding", **asked)

    assert (paused["binding"]["status"], paused["replayed"]) == ("PAUSED", False)
    assert (again["binding"]["status"], again["replayed"]) == ("PAUSED", True)
    assert reasons(anew) == ["MOVE_NOT_ALLOWED"]
    assert resumed["binding"]["status"] == "ACTIVE"
    # The live state shows now; nothing is paused a second time.
    assert (replay["binding"]["status"], replay["replayed"]) == ("ACTIVE", True)
    assert await status_of(binding_id) == "ACTIVE"


async def test_an_invitation_is_neither_paused_nor_resumed(api: Api, family: Family) -> None:
    binding_id = await invited(api, family)
    before = await everything()

    for operation in ("PauseBinding", "ResumeBinding", "EndBinding"):
        answer = await say(api, family.wife, operation, bindingId=binding_id)
        assert reasons(answer) == ["MOVE_NOT_ALLOWED"]

    assert await everything() == before


async def test_limits_replace_each_other_and_null_lifts_them(api: Api, family: Family) -> None:
    binding_id = await bound(api, family)
    three = {"perSettlementFen": 1, "perMonthFen": 2**53 - 1, "perYearFen": 0}

    set_ = await say(api, family.wife, "SetBindingLimit", bindingId=binding_id, **three)
    lifted = await say(api, family.wife, "SetBindingLimit", bindingId=binding_id, **NO_LIMIT)

    assert set_["binding"]["limit"] == three
    assert lifted["binding"]["limit"] == NO_LIMIT


@pytest.mark.parametrize("absent", ["perSettlementFen", "perMonthFen", "perYearFen"])
async def test_a_limit_that_is_not_named_is_not_lifted(
    api: Api, family: Family, absent: str
) -> None:
    binding_id = await bound(api, family)
    before = await everything()
    named = {name: None for name in NO_LIMIT if name != absent}

    answer = await api.as_(family.wife.actor).query(
        document("mini_program/SetBindingLimit"), input=request(bindingId=binding_id, **named)
    )

    assert answer.codes == ["BAD_USER_INPUT"]
    assert absent in answer.body["errors"][0]["message"]
    assert await everything() == before


async def test_every_negative_limit_is_named(api: Api, family: Family) -> None:
    binding_id = await bound(api, family)
    before = await everything()
    negative = {"perSettlementFen": -1, "perMonthFen": None, "perYearFen": -(2**53) + 1}

    answer = await say(api, family.wife, "SetBindingLimit", bindingId=binding_id, **negative)

    assert reasons(answer) == ["AMOUNT_NEGATIVE", "AMOUNT_NEGATIVE"]
    assert [reason["path"] for reason in answer["reasons"]] == [
        ["perSettlementFen"],
        ["perYearFen"],
    ]
    assert await everything() == before


async def test_a_final_binding_takes_no_limit(api: Api, family: Family) -> None:
    binding_id = await bound(api, family)
    await say(api, family.wife, "EndBinding", bindingId=binding_id)

    answer = await say(api, family.wife, "SetBindingLimit", bindingId=binding_id, **NO_LIMIT)

    assert reasons(answer) == ["MOVE_NOT_ALLOWED"]


async def test_a_reserve_is_set_on_the_own_account(api: Api, family: Family) -> None:
    asked = {"requestId": str(key()), "reserveFen": 200_00}

    first = await say(api, family.wife, "SetReserve", **asked)
    again = await say(api, family.wife, "SetReserve", **asked)

    assert first["account"] == {"balanceFen": 300_00, "reserveFen": 200_00, "status": "NORMAL"}
    assert (again["account"], again["replayed"]) == (first["account"], True)
    row = await PersonalAccountRow.get(owner_id=family.wife.id)
    assert (row.balance_fen, row.reserve_fen) == (300_00, 200_00)


async def test_a_reserve_needs_an_account_and_is_not_negative(
    api: Api, family: Family, world: World
) -> None:
    without = await world.person("无账户")
    before = await everything()

    nowhere = await say(api, without, "SetReserve", reserveFen=0)
    negative = await say(api, family.wife, "SetReserve", reserveFen=-1)

    assert reasons(nowhere) == ["SHARER_WITHOUT_ACCOUNT"]
    assert (reasons(negative), negative["path"]) == (["AMOUNT_NEGATIVE"], ["reserveFen"])
    assert await everything() == before


async def test_a_reserve_is_shown_where_no_policy_is(api: Api, world: World) -> None:
    far = await world.person("外地人", balance=1_00, region="510104")

    answer = await say(api, far, "SetReserve", reserveFen=5)

    assert answer["account"]["reserveFen"] == 5


async def three_sharers(api: Api, family: Family, world: World) -> tuple[list[str], int]:
    """Bind two more sharers to the husband; returns the bindings in order, and the version."""
    ids = [await bound(api, family)]
    for name in ("卓玛", "平措"):
        sharer = await world.person(name, balance=1_00)
        ids.append(shown(BINDING, await world.bind(sharer, family.husband)))
    world.clock.move(minutes=1)
    stale = await say(api, family.husband, "ReorderSharers", bindingIds=[], expectedVersion=-1)
    return list(stale["current"]["bindingIds"]), stale["current"]["version"]


async def test_the_beneficiary_sets_the_order(api: Api, family: Family, world: World) -> None:
    order, version = await three_sharers(api, family, world)
    asked: dict[str, Any] = {
        "requestId": str(key()),
        "bindingIds": order[::-1],
        "expectedVersion": version,
    }

    first = await say(api, family.husband, "ReorderSharers", **asked)
    again = await say(api, family.husband, "ReorderSharers", **asked)

    assert first["order"] == {"version": version + 1, "bindingIds": order[::-1]}
    assert (again["order"], again["replayed"]) == (first["order"], True)
    positions = {
        shown(BINDING, row.id): row.position
        for row in await BindingRow.filter(beneficiary_id=family.husband.id)
    }
    assert [positions[one] for one in order[::-1]] == [1, 2, 3]


async def test_a_stale_order_is_told_with_the_one_that_holds(
    api: Api, family: Family, world: World
) -> None:
    order, version = await three_sharers(api, family, world)
    before = await everything()

    for expected in (version - 1, version + 1, 0, 2**31 - 1):
        answer = await say(
            api, family.husband, "ReorderSharers", bindingIds=order, expectedVersion=expected
        )
        assert (answer["__typename"], answer["code"], answer["path"]) == (
            "StaleOrder",
            "STALE_ORDER",
            ["expectedVersion"],
        )
        assert answer["current"] == {"version": version, "bindingIds": order}

    assert await everything() == before


async def test_an_order_lists_every_sharer_exactly_once(
    api: Api, family: Family, world: World
) -> None:
    order, version = await three_sharers(api, family, world)
    before = await everything()

    for listed in (
        [],
        order[:2],
        [*order, order[0]],
        [*order[:2], order[0]],
        [*order[:2], shown(BINDING, key())],
        [*order[:2], "nonsense"],
        ["nonsense"] * 1000,
    ):
        answer = await say(
            api, family.husband, "ReorderSharers", bindingIds=listed, expectedVersion=version
        )
        assert (reasons(answer), answer["path"]) == (["ORDER_INCOMPLETE"], ["bindingIds"])

    assert await everything() == before


async def test_an_order_is_set_by_the_beneficiary_alone(
    api: Api, family: Family, world: World
) -> None:
    order, version = await three_sharers(api, family, world)

    answer = await say(
        api, family.wife, "ReorderSharers", bindingIds=order, expectedVersion=version
    )

    # It is the sharer's own order that was asked for, and that is another one.
    assert answer["current"] == {"version": 0, "bindingIds": []}
