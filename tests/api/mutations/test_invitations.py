"""Inviting, accepting, declining, withdrawing and reviewing over GraphQL."""

from dataclasses import replace
from datetime import date

import pytest

from gongji.api.ids import PERSON
from gongji.domain.identity import check_digit
from gongji.domain.kinship import Kinship
from gongji.domain.policy import UnsetOrder
from gongji.store.rows import BindingRow, BlockRow, GuardianRow
from tests.api.conftest import Api
from tests.api.mutations.asking import everything, reasons, shown
from tests.api.mutations.family import Family, bound, invited, make_family, say, status_of
from tests.world import STAFF, World, key

NEVER_ISSUED = "54259919800101999" + check_digit("54259919800101999")


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


async def test_a_relative_is_invited_and_shown_masked(api: Api, family: Family) -> None:
    answer = await say(api, family.wife, "InviteRelative", **family.invitation())

    assert (answer["__typename"], answer["replayed"]) == ("InviteRelativePayload", False)
    binding = answer["binding"]
    assert binding.pop("id").startswith("bnd_")
    assert binding == {
        "beneficiaryName": "次**吉",
        "kinship": "SPOUSE",
        "kinshipName": "配偶",
        "status": "INVITED",
        "invitedAt": "2026-11-20T04:00:00Z",
        "expiresAt": "2026-11-27T04:00:00Z",
        "acceptedAt": None,
        "endedAt": None,
        "limit": {"perSettlementFen": None, "perMonthFen": None, "perYearFen": None},
        "usedInMonthFen": 0,
        "usedInYearFen": 0,
        "isSuspended": False,
    }


async def test_the_same_invitation_is_made_once(api: Api, family: Family) -> None:
    typed = family.invitation(requestId=str(key()))

    first = await say(api, family.wife, "InviteRelative", **typed)
    again = await say(api, family.wife, "InviteRelative", **typed)
    anew = await say(api, family.wife, "InviteRelative", **family.invitation())

    assert (first["replayed"], again["replayed"], anew["replayed"]) == (False, True, False)
    assert first["binding"] == again["binding"] == anew["binding"]
    assert await BindingRow.all().count() == 1


async def test_a_replay_shows_the_binding_as_it_is_now(api: Api, family: Family) -> None:
    typed = family.invitation(requestId=str(key()))
    first = await say(api, family.wife, "InviteRelative", **typed)
    await say(api, family.husband, "DeclineInvitation", bindingId=first["binding"]["id"])

    again = await say(api, family.wife, "InviteRelative", **typed)

    assert (again["replayed"], again["binding"]["status"]) == (True, "DECLINED")


async def test_a_key_belongs_to_one_body_and_one_operation(api: Api, family: Family) -> None:
    used = str(key())
    await say(api, family.wife, "InviteRelative", **family.invitation(requestId=used))
    before = await everything()

    other_body = await say(
        api, family.wife, "InviteRelative", **family.invitation(requestId=used, kinship="CHILD")
    )
    other_operation = await say(api, family.wife, "SetReserve", requestId=used, reserveFen=1)

    assert other_body["code"] == other_operation["code"] == "REQUEST_ID_REUSED"
    assert await everything() == before


async def test_a_key_of_one_person_is_free_for_another(api: Api, family: Family) -> None:
    used = str(key())
    await say(api, family.wife, "SetReserve", requestId=used, reserveFen=1)

    other = await say(api, family.husband, "SetReserve", requestId=used, reserveFen=2)

    assert (other["__typename"], other["replayed"]) == ("SetReservePayload", False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "别人"},
        {"idNumber": NEVER_ISSUED},
        {"kinship": "CHILD"},
    ],
    ids=["name", "number", "kinship"],
)
async def test_whatever_is_wrong_with_the_relative_sounds_the_same(
    api: Api, family: Family, wrong: dict[str, str]
) -> None:
    before = await everything()

    answer = await say(api, family.wife, "InviteRelative", **family.invitation(**wrong))

    assert reasons(answer) == ["RELATIVE_NOT_VERIFIED"]
    assert answer["message"] == "没有核实到这位亲属。"
    assert answer["remedy"] is not None
    assert await everything() == before


async def test_everything_about_the_inviter_is_told_at_once(api: Api, world: World) -> None:
    family = await make_family(world)
    poor = await world.person("空账户", balance=0)

    answer = await say(
        api,
        poor,
        "InviteRelative",
        **family.invitation(declarationVersion="2019", idNumber="5425991980", name="\u202e"),
    )

    assert sorted(reasons(answer)) == [
        "DECLARATION_OUTDATED",
        "ID_NUMBER_FORM",
        "NAME_FORM",
        "SHARER_ACCOUNT_EMPTY",
    ]
    paths = {reason["code"]: reason["path"] for reason in answer["reasons"]}
    assert (paths["ID_NUMBER_FORM"], paths["NAME_FORM"]) == (["idNumber"], ["name"])


async def test_an_invitation_is_accepted(api: Api, family: Family) -> None:
    binding_id = await invited(api, family)

    answer = await say(
        api,
        family.husband,
        "AcceptInvitation",
        bindingId=binding_id,
        declarationVersion="2025-01",
    )

    binding = answer["binding"]
    assert (binding["id"], binding["status"], binding["sharerName"]) == (
        binding_id,
        "ACTIVE",
        "王*兰",
    )
    assert (binding["rank"], binding["availability"], binding["awaitsOwnConsent"]) == (
        1,
        "ENOUGH",
        False,
    )
    assert binding.keys().isdisjoint({"limit", "usedInMonthFen", "isSuspended"})


async def test_no_position_and_a_null_position_are_the_same_request(
    api: Api, family: Family
) -> None:
    binding_id = await invited(api, family)
    accepting = {
        "requestId": str(key()),
        "bindingId": binding_id,
        "declarationVersion": "2025-01",
    }

    first = await say(api, family.husband, "AcceptInvitation", **accepting)
    again = await say(api, family.husband, "AcceptInvitation", **accepting, position=None)
    other = await say(api, family.husband, "AcceptInvitation", **accepting, position=1)

    assert (first["replayed"], again["replayed"]) == (False, True)
    assert other["code"] == "REQUEST_ID_REUSED"


@pytest.mark.parametrize("position", [0, -1, 2, 2**31 - 1])
async def test_a_position_is_within_the_order(api: Api, family: Family, position: int) -> None:
    binding_id = await invited(api, family)
    before = await everything()

    answer = await say(
        api,
        family.husband,
        "AcceptInvitation",
        bindingId=binding_id,
        declarationVersion="2025-01",
        position=position,
    )

    assert (reasons(answer), answer["path"]) == (["POSITION_OUT_OF_RANGE"], ["position"])
    assert await everything() == before


async def test_a_region_may_want_a_position(api: Api, world: World) -> None:
    family = await make_family(world, unset_order=UnsetOrder.REQUIRED_ON_ACCEPT)
    other = await world.person("卓玛", balance=1)
    await world.bind(other, family.husband)
    accepting = {"bindingId": await invited(api, family), "declarationVersion": "2025-01"}

    without = await say(api, family.husband, "AcceptInvitation", **accepting)
    placed = await say(api, family.husband, "AcceptInvitation", **accepting, position=1)

    assert reasons(without) == ["ORDER_REQUIRED"]
    assert placed["binding"]["rank"] == 1


async def test_only_the_person_invited_answers(api: Api, family: Family, world: World) -> None:
    binding_id = await invited(api, family)
    stranger = await world.person("陌生人")
    before = await everything()

    for who in (family.wife, stranger):
        for operation in ("AcceptInvitation", "DeclineInvitation"):
            answer = await say(api, who, operation, **accepting_or_not(operation, binding_id))
            assert reasons(answer) == ["NOT_FOUND"]
    for who in (family.husband, stranger):
        withdrawn = await say(api, who, "WithdrawInvitation", bindingId=binding_id)
        assert reasons(withdrawn) == ["NOT_FOUND"]

    assert await everything() == before


def accepting_or_not(operation: str, binding_id: str) -> dict[str, str]:
    consent = {"declarationVersion": "2025-01"} if operation == "AcceptInvitation" else {}
    return {"bindingId": binding_id, **consent}


async def test_an_invitation_is_over_after_seven_days(
    api: Api, family: Family, world: World
) -> None:
    binding_id = await invited(api, family)
    world.clock.move(days=7)
    before = await everything()

    for operation in ("AcceptInvitation", "DeclineInvitation"):
        answer = await say(
            api, family.husband, operation, **accepting_or_not(operation, binding_id)
        )
        assert reasons(answer) == ["INVITATION_EXPIRED"]

    assert await everything() == before


async def test_an_invitation_is_declined_and_the_inviter_blocked(api: Api, family: Family) -> None:
    binding_id = await invited(api, family)

    answer = await say(api, family.husband, "DeclineInvitation", bindingId=binding_id, block=True)
    again = await say(api, family.wife, "InviteRelative", **family.invitation())

    assert answer["binding"]["status"] == "DECLINED"
    assert await BlockRow.all().count() == 1
    assert reasons(again) == ["RELATIVE_NOT_VERIFIED"]


async def test_declining_blocks_nobody_by_itself(api: Api, family: Family) -> None:
    binding_id = await invited(api, family)

    await say(api, family.husband, "DeclineInvitation", bindingId=binding_id)
    again = await say(api, family.wife, "InviteRelative", **family.invitation())

    assert await BlockRow.all().count() == 0
    assert again["binding"]["status"] == "INVITED"


async def test_an_invitation_is_withdrawn_and_cannot_be_accepted(api: Api, family: Family) -> None:
    binding_id = await invited(api, family)

    answer = await say(api, family.wife, "WithdrawInvitation", bindingId=binding_id)
    late = await say(
        api,
        family.husband,
        "AcceptInvitation",
        bindingId=binding_id,
        declarationVersion="2025-01",
    )

    assert answer["binding"]["status"] == "WITHDRAWN"
    assert reasons(late) == ["MOVE_NOT_ALLOWED"]
    assert await status_of(binding_id) == "WITHDRAWN"


async def test_a_guardian_accepts_for_a_child(api: Api, world: World) -> None:
    await world.policy()
    mother = await world.person("王小兰", balance=300_00)
    child = await world.person("次仁小宝", born_on=date(2016, 5, 1))
    await world.kin(mother, child, Kinship.CHILD)
    await world.guardian(mother, child)
    typed = {
        "name": child.name,
        "idNumber": child.id_number,
        "kinship": "CHILD",
        "declarationVersion": "2025-01",
    }
    binding_id = (await say(api, mother, "InviteRelative", **typed))["binding"]["id"]
    accepting = {
        "requestId": str(key()),
        "bindingId": binding_id,
        "declarationVersion": "2025-01",
        "onBehalfOf": shown(PERSON, child.id),
    }

    accepted = await say(api, mother, "AcceptInvitation", **accepting)

    assert accepted["binding"]["status"] == "ACTIVE"
    assert accepted["binding"]["sharerName"] == "王*兰"
    row = await BindingRow.get(beneficiary_id=child.id)
    assert (row.beneficiary_consent or {})["capacity"] == "GUARDIAN"
    assert row.actor["acting_for"] == str(child.id)

    await GuardianRow.all().delete()
    replay = await say(api, mother, "AcceptInvitation", **accepting)
    assert (reasons(replay), replay["path"]) == (["NOT_FOUND"], ["onBehalfOf"])


async def test_staff_review_what_the_registry_does_not_know(api: Api, world: World) -> None:
    family = await make_family(world, kin=False)
    binding_id = await bound(api, family)
    assert await status_of(binding_id) == "IN_REVIEW"
    before = await everything()
    verdict = {"bindingId": binding_id, "isConfirmed": True}

    blank = await say(api, STAFF, "dashboard/ReviewKinship", **verdict, reason=" ")
    far = await say(
        api, replace(STAFF, region="510000"), "dashboard/ReviewKinship", **verdict, reason="户口簿"
    )
    reader = await say(
        api,
        replace(STAFF, roles=frozenset({"READER"})),
        "dashboard/ReviewKinship",
        **verdict,
        reason="户口簿",
    )
    assert (reasons(blank), reasons(far), reasons(reader)) == (
        ["REASON_REQUIRED"],
        ["NOT_FOUND"],
        ["NOT_FOUND"],
    )
    assert await everything() == before

    done = await say(api, STAFF, "dashboard/ReviewKinship", **verdict, reason="户口簿")

    binding = done["binding"]
    assert binding["status"] == "ACTIVE"
    assert binding["sharer"]["name"] == "王*兰"
    assert binding["beneficiary"]["idNumber"].startswith("542599")
    assert family.husband.id_number not in str(done)
    twice = await say(api, STAFF, "dashboard/ReviewKinship", **verdict, reason="户口簿")
    assert reasons(twice) == ["MOVE_NOT_ALLOWED"]


async def test_staff_refuse_a_kinship(api: Api, world: World) -> None:
    family = await make_family(world, kin=False)
    binding_id = await bound(api, family)

    done = await say(
        api,
        STAFF,
        "dashboard/ReviewKinship",
        bindingId=binding_id,
        isConfirmed=False,
        reason="查无此亲属关系",
    )

    assert done["binding"]["status"] == "REFUSED"
    assert await status_of(binding_id) == "REFUSED"
