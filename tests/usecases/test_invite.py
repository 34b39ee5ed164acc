"""Inviting: everything about the inviter at once, one thing only about the relative."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.errors import Refusal, RequestIdReused
from gongji.domain.kinship import Kinship
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    BlockRow,
    KinshipRow,
    PersonRow,
    PolicyRow,
    RequestKeyRow,
)
from gongji.usecases.decline import DeclineInvitation, decline_invitation
from gongji.usecases.invite import invite_relative
from gongji.usecases.withdraw import WithdrawInvitation, withdraw_invitation
from tests.usecases.family_steps import (
    accept,
    codes,
    couple,
    forbidden,
    invitation,
    invite,
    kinds,
    nothing_changes,
    on_behalf,
)
from tests.world import KEY_RING, STAFF, World, key


async def test_an_invitation_stores_the_consent_and_moves_no_fen(world: World) -> None:
    a, b = await couple(world)

    binding_id = await invite(world, a, b)

    row = await BindingRow.get(id=binding_id)
    assert (row.sharer_id, row.beneficiary_id, row.account_id) == (a.id, b.id, a.account_id)
    assert (row.status, row.kinship) == (BindingStatus.INVITED, Kinship.SPOUSE)
    assert row.expires_at - row.invited_at == timedelta(days=7)
    assert row.sharer_consent == {
        "by": str(a.id),
        "capacity": "SELF",
        "channel": "MINI_PROGRAM",
        "declaration_version": "2025-01",
        "at": world.clock.at.isoformat(),
    }
    assert await kinds(b) == ["RELATIVE_INVITED"]
    assert await world.balance(a) == 300_00


async def test_a_kinship_unknown_to_the_registry_may_be_invited(world: World) -> None:
    a, b = await couple(world, known=False)

    assert (await BindingRow.get(id=await invite(world, a, b))).status is BindingStatus.INVITED


async def test_everything_about_the_inviter_is_told_at_once(world: World) -> None:
    await world.policy(most_beneficiaries=1)
    a = await world.person(
        scheme=Scheme.RESIDENT,
        status=PersonStatus.STOPPED,
        balance=0,
        account_status=AccountStatus.FROZEN,
    )
    b, other = await world.person("卓玛"), await world.person("央金")
    await world.bind(a, other)
    request = invitation(
        b, Kinship.PARENT_IN_LAW, id_number=b.id_number[:-1] + "?", declaration_version="2024-01"
    )

    assert await codes(invite_relative(request, a.actor, world.ports)) == [
        "ID_NUMBER_FORM",
        "DECLARATION_OUTDATED",
        "SHARER_NOT_EMPLOYEE",
        "SHARER_NOT_NORMAL",
        "SHARER_ACCOUNT_NOT_NORMAL",
        "SHARER_ACCOUNT_EMPTY",
        "TOO_MANY_BENEFICIARIES",
        "KINSHIP_NOT_NEAR",
    ]


async def test_who_cannot_invite_learns_of_nobody_whether_the_registry_knows_them(
    world: World,
) -> None:
    a, b = await couple(world)
    asked = [invitation(a), replace(invitation(a), name="无此人")]

    heard = [await codes(invite_relative(request, b.actor, world.ports)) for request in asked]

    assert heard == [["SHARER_WITHOUT_ACCOUNT"]] * 2


async def test_somebody_without_an_account_cannot_invite(world: World) -> None:
    a, b = await couple(world)

    request = invitation(a)

    assert await codes(invite_relative(request, b.actor, world.ports)) == [
        "SHARER_WITHOUT_ACCOUNT",
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"name": "次\u200b仁"}, [("NAME_FORM", ("name",))]),
        ({"id_number": "542599198001010021"}, [("ID_NUMBER_CHECK_DIGIT", ("idNumber",))]),
        (
            {"name": " ", "id_number": "H12345678"},
            [("DOCUMENT_NOT_SUPPORTED", ("idNumber",)), ("NAME_FORM", ("name",))],
        ),
    ],
)
async def test_what_was_typed_wrong_is_named_with_its_field(
    world: World, changed: dict[str, Any], expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    a, b = await couple(world)

    async with nothing_changes():
        with pytest.raises(Refusal) as refused:
            await invite_relative(invitation(b, **changed), a.actor, world.ports)

    assert [(r.code.name, r.path) for r in refused.value.reasons] == expected


async def test_nobody_invites_themselves(world: World) -> None:
    a, _ = await couple(world)

    assert await codes(invite_relative(invitation(a), a.actor, world.ports)) == ["SELF_INVITATION"]


async def _unknown(world: World, a: Any, b: Any) -> Any:
    return invitation(b, id_number=world.id_number())


async def _another_name(world: World, a: Any, b: Any) -> Any:
    return invitation(b, name="扎西")


async def _uninsured(world: World, a: Any, b: Any) -> Any:
    number = world.id_number()
    row = await PersonRow.create(
        name="扎西",
        id_number_digest=KEY_RING.digest("ID_CARD", number),
        id_number_cipher=b"",
        premium_category="ADULT",
    )
    return replace(invitation(b), name=row.name, id_number=number)


async def _dead(world: World, a: Any, b: Any) -> Any:
    await BeneficiaryRow.filter(person_id=b.id).update(status=PersonStatus.DECEASED)
    return invitation(b)


async def _stopped(world: World, a: Any, b: Any) -> Any:
    await BeneficiaryRow.filter(person_id=b.id).update(status=PersonStatus.STOPPED)
    return invitation(b)


async def _denied(world: World, a: Any, b: Any) -> Any:
    await KinshipRow.all().update(is_confirmed=False)
    return invitation(b)


async def _another_kinship(world: World, a: Any, b: Any) -> Any:
    return invitation(b, Kinship.SIBLING)


async def _blocked(world: World, a: Any, b: Any) -> Any:
    await BlockRow.create(beneficiary_id=b.id, sharer_id=a.id, blocked_at=world.clock.at)
    return invitation(b)


async def _full(world: World, a: Any, b: Any) -> Any:
    for _ in range(5):
        await world.bind(await world.person(balance=1), b)
    return invitation(b)


async def _own_account_frozen(world: World, a: Any, b: Any) -> Any:
    c = await world.person("白玛", balance=5, account_status=AccountStatus.FROZEN)
    return invitation(c)


async def _region_without_policy(world: World, a: Any, b: Any) -> Any:
    return invitation(await world.person("白玛", region="110101"))


@pytest.mark.parametrize(
    "case",
    [
        _unknown,
        _another_name,
        _uninsured,
        _dead,
        _stopped,
        _denied,
        _another_kinship,
        _blocked,
        _full,
        _own_account_frozen,
        _region_without_policy,
    ],
)
async def test_about_the_relative_the_inviter_learns_one_thing(world: World, case: Any) -> None:
    a, b = await couple(world)
    request = await case(world, a, b)

    async with nothing_changes():
        with pytest.raises(Refusal) as refused:
            await invite_relative(request, a.actor, world.ports)

    (reason,) = refused.value.reasons
    assert (reason.code.name, reason.path) == ("RELATIVE_NOT_VERIFIED", ())


async def test_the_sharers_region_decides_who_may_share(world: World) -> None:
    await world.policy("542500", most_beneficiaries=1)
    await world.policy("540100")
    a, b = await world.person("王小兰", balance=1, region="540102"), await world.person("次仁")
    await world.bind(a, await world.person())

    await invite(world, a, b)

    here = await world.person("卓玛", balance=1)
    await world.bind(here, await world.person())
    answer = invite_relative(invitation(b), here.actor, world.ports)
    assert await codes(answer) == ["TOO_MANY_BENEFICIARIES"]


async def test_a_sharers_region_without_policy_is_not_open(world: World) -> None:
    a, b = await couple(world)
    await PolicyRow.all().delete()

    assert await codes(invite_relative(invitation(b), a.actor, world.ports)) == ["REGION_NOT_OPEN"]


async def test_seven_beneficiaries_are_allowed_and_paused_ones_count(world: World) -> None:
    a, b = await couple(world)
    for number in range(6):
        status = BindingStatus.PAUSED if number % 2 else BindingStatus.ACTIVE
        await world.bind(a, await world.person(), status=status)
    seventh = await invite(world, a, b)
    await accept(world, b, seventh)
    c = await world.person("卓玛")

    assert await codes(invite_relative(invitation(c), a.actor, world.ports)) == [
        "TOO_MANY_BENEFICIARIES"
    ]


async def test_zero_means_unlimited(world: World) -> None:
    await world.policy(most_beneficiaries=0, most_sharers=0)
    a, b = await world.person(balance=1), await world.person("次仁")
    for _ in range(8):
        await world.bind(a, await world.person())
        await world.bind(await world.person(balance=1), b)

    await accept(world, b, await _confirmed_invitation(world, a, b))


async def _confirmed_invitation(world: World, a: Any, b: Any) -> Any:
    await world.kin(a, b, Kinship.SPOUSE)
    return await invite(world, a, b)


@pytest.mark.parametrize("status", [BindingStatus.INVITED, BindingStatus.ACTIVE])
async def test_asking_again_answers_with_the_open_one(world: World, status: BindingStatus) -> None:
    a, b = await couple(world)
    first = await invite(world, a, b)
    if status is BindingStatus.ACTIVE:
        await accept(world, b, first)

    async with nothing_changes():
        second = await invite(world, a, b)

    assert second == first


async def test_an_expired_invitation_is_swept_before_a_new_one(world: World) -> None:
    a, b = await couple(world)
    first = await invite(world, a, b)
    world.clock.move(days=7)

    second = await invite(world, a, b)

    assert second != first
    assert (await BindingRow.get(id=first)).status is BindingStatus.EXPIRED
    assert await kinds(b) == ["RELATIVE_INVITED", "INVITATION_EXPIRED", "RELATIVE_INVITED"]


async def test_to_the_last_microsecond_the_old_invitation_stands(world: World) -> None:
    a, b = await couple(world)
    first = await invite(world, a, b)
    world.clock.move(days=7, microseconds=-1)

    assert await invite(world, a, b) == first


async def test_after_a_decline_three_more_invitations_within_thirty_days(world: World) -> None:
    a, b = await couple(world)
    declined = await invite(world, a, b)
    world.clock.move(minutes=1)
    await decline_invitation(DeclineInvitation(key(), declined), b.actor, world.ports)
    for _ in range(3):
        world.clock.move(minutes=1)
        again = await invite(world, a, b)
        await withdraw_invitation(WithdrawInvitation(key(), again), a.actor, world.ports)

    answer = invite_relative(invitation(b), a.actor, world.ports)
    assert await codes(answer) == ["INVITED_TOO_OFTEN"]

    world.clock.move(days=30)
    await invite(world, a, b)


async def test_a_blocked_inviter_hears_only_that_nobody_was_verified(world: World) -> None:
    a, b = await couple(world)
    first = await invite(world, a, b)
    request = DeclineInvitation(key(), first, block=True)
    await decline_invitation(request, b.actor, world.ports)

    assert await codes(invite_relative(invitation(b), a.actor, world.ports)) == [
        "RELATIVE_NOT_VERIFIED"
    ]


async def test_a_region_may_want_days_before_binding_again(world: World) -> None:
    await world.policy(days_before_rebinding=10)
    a, b = await world.person("王小兰", balance=1), await world.person("次仁")
    ended = await world.bind(a, b)
    await BindingRow.filter(id=ended).update(
        status=BindingStatus.ENDED, ended_at=world.clock.at - timedelta(days=9)
    )

    answer = invite_relative(invitation(b), a.actor, world.ports)
    assert await codes(answer) == ["BOUND_TOO_RECENTLY"]

    world.clock.move(days=1)
    await invite(world, a, b)


async def test_a_proxy_invites_for_an_elder_and_is_recorded(world: World) -> None:
    a, b = await couple(world)
    proxy = await world.person("卓玛")
    await world.guardian(proxy, a, Capacity.PROXY)

    binding_id = await invite(world, on_behalf(proxy, a), b)

    row = await BindingRow.get(id=binding_id)
    assert row.sharer_id == a.id
    assert (row.sharer_consent["by"], row.sharer_consent["capacity"]) == (str(proxy.id), "PROXY")


async def test_who_is_no_guardian_cannot_act_for_anybody(world: World) -> None:
    a, b = await couple(world)
    stranger = await world.person("强巴")

    answer = invite_relative(invitation(b), on_behalf(stranger, a), world.ports)

    assert await codes(answer) == ["NOT_FOUND"]


async def test_tills_and_staff_never_invite(world: World) -> None:
    _, b = await couple(world)
    till = await world.institution()

    for actor in (till.actor, STAFF):
        assert await forbidden(invite_relative(invitation(b), actor, world.ports))


async def test_a_person_unknown_to_the_registry_is_not_found(world: World) -> None:
    _, b = await couple(world)
    nobody = replace(b.actor, subject=key())

    assert await codes(invite_relative(invitation(b), nobody, world.ports)) == ["NOT_FOUND"]


async def test_a_child_does_not_consent_alone(world: World) -> None:
    await world.policy()
    child = await world.person("丹增", balance=1, born_on=date(2016, 1, 1))
    b = await world.person("次仁")

    answer = invite_relative(invitation(b, Kinship.PARENT), child.actor, world.ports)

    assert await codes(answer) == ["GUARDIAN_REQUIRED"]


async def test_the_same_key_invites_once(world: World) -> None:
    a, b = await couple(world)
    request = invitation(b)

    first = await invite_relative(request, a.actor, world.ports)
    async with nothing_changes():
        again = await invite_relative(request, a.actor, world.ports)

    assert (again.id, again.replayed) == (first.id, True)


async def test_the_same_key_with_another_body_is_a_conflict(world: World) -> None:
    a, b = await couple(world)
    request = invitation(b)
    await invite_relative(request, a.actor, world.ports)

    async with nothing_changes():
        with pytest.raises(RequestIdReused):
            await invite_relative(replace(request, name="扎西"), a.actor, world.ports)


async def test_a_refused_invitation_is_refused_again_also_when_it_would_do_now(
    world: World,
) -> None:
    a, b = await couple(world)
    await BeneficiaryRow.filter(person_id=b.id).update(status=PersonStatus.STOPPED)
    request = invitation(b)
    assert await codes(invite_relative(request, a.actor, world.ports)) == ["RELATIVE_NOT_VERIFIED"]
    await BeneficiaryRow.filter(person_id=b.id).update(status=PersonStatus.NORMAL)

    assert await codes(invite_relative(request, a.actor, world.ports)) == ["RELATIVE_NOT_VERIFIED"]
    await invite(world, a, b)


async def test_neither_the_request_nor_its_key_shows_the_id_number(world: World) -> None:
    a, b = await couple(world)
    request = invitation(b)
    await invite_relative(request, a.actor, world.ports)

    stored = str(await RequestKeyRow.all().values())

    assert b.id_number not in repr(request)
    assert not re.search(f"{b.id_number}|{b.name}", stored)
