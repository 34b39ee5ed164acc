"""Accepting an invitation, renewing a consent, and what stands against it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.errors import RequestIdReused
from gongji.domain.kinship import Kinship
from gongji.domain.person import AccountStatus, PersonStatus
from gongji.domain.policy import UnknownKinship, UnsetOrder
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    GuardianRow,
    KinshipRow,
    OrderVersionRow,
    PersonalAccountRow,
    PolicyRow,
)
from gongji.usecases.accept import AcceptInvitation, accept_invitation
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from tests.usecases.family_steps import (
    VERSION,
    accept,
    codes,
    couple,
    forbidden,
    invite,
    kinds,
    nothing_changes,
    on_behalf,
    order,
    positions,
)
from tests.world import STAFF, World, key


def acceptance(binding_id: Any, position: int | None = None) -> AcceptInvitation:
    return AcceptInvitation(key(), binding_id, VERSION, position)


async def test_a_binding_lives_from_invitation_to_end(world: World) -> None:
    a, b = await couple(world)

    invited = await invite(world, a, b)
    accepted = await accept(world, b, invited)
    await reorder_sharers(ReorderSharers(key(), (invited,), 1), b.actor, world.ports)
    await end_binding(EndBinding(key(), invited), a.actor, world.ports)

    row = await BindingRow.get(id=invited)
    assert accepted == invited
    assert (row.status, row.position) == (BindingStatus.ENDED, None)
    family = await BeneficiaryRow.get(person_id=b.id)
    assert (family.order_version, family.order_is_set, family.event_no) == (3, False, 4)
    assert await kinds(b) == [
        "RELATIVE_INVITED",
        "INVITATION_ACCEPTED",
        "ORDER_CHANGED",
        "BINDING_ENDED",
    ]
    assert await OrderVersionRow.filter(beneficiary_id=b.id).count() == 3


async def test_accepting_stores_the_consent_and_raises_the_order_version(world: World) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)
    world.clock.move(hours=1)

    await accept(world, b, invited)

    row = await BindingRow.get(id=invited)
    assert (row.status, row.accepted_at) == (BindingStatus.ACTIVE, world.clock.at)
    assert row.beneficiary_consent == {
        "by": str(b.id),
        "capacity": "SELF",
        "channel": "MINI_PROGRAM",
        "declaration_version": "2025-01",
        "at": world.clock.at.isoformat(),
    }
    version = await OrderVersionRow.get(beneficiary_id=b.id)
    assert (version.version, version.is_set, version.cause) == (1, False, "INVITATION_ACCEPTED")
    assert version.binding_ids == [str(invited)]


async def test_to_the_last_microsecond_it_can_be_accepted_and_no_longer(world: World) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)
    world.clock.move(days=7)

    answer = accept_invitation(acceptance(invited), b.actor, world.ports)
    assert await codes(answer) == ["INVITATION_EXPIRED"]

    world.clock.move(microseconds=-1)
    await accept(world, b, invited)


async def test_without_a_position_and_order_nothing_is_set(world: World) -> None:
    a, b = await couple(world)
    before = await world.bind(await world.person(balance=1), b)

    new = await accept(world, b, await invite(world, a, b))

    assert await positions(b) == {before: None, new: None}
    assert await order(b) == [before, new]
    assert not (await BeneficiaryRow.get(person_id=b.id)).order_is_set


async def test_a_position_sets_the_whole_order(world: World) -> None:
    a, b = await couple(world)
    first = await world.bind(await world.person(balance=1), b)
    second = await world.bind(await world.person(balance=1), b, status=BindingStatus.PAUSED)

    new = await accept(world, b, await invite(world, a, b), 2)

    assert await positions(b) == {first: 1, new: 2, second: 3}
    assert await order(b) == [first, new, second]
    assert (await BeneficiaryRow.get(person_id=b.id)).order_is_set


async def test_a_new_binding_is_appended_to_an_order_that_is_set(world: World) -> None:
    a, b = await couple(world)
    second = await world.bind(await world.person(balance=1), b, position=2)
    first = await world.bind(await world.person(balance=1), b, position=1)

    new = await accept(world, b, await invite(world, a, b))

    assert await positions(b) == {first: 1, second: 2, new: 3}


@pytest.mark.parametrize("position", [0, -1, 3])
async def test_a_position_is_at_most_one_more_than_there_are(world: World, position: int) -> None:
    a, b = await couple(world)
    await world.bind(await world.person(balance=1), b)
    invited = await invite(world, a, b)

    answer = accept_invitation(acceptance(invited, position), b.actor, world.ports)

    assert await codes(answer) == ["POSITION_OUT_OF_RANGE"]


async def test_a_region_may_require_a_position(world: World) -> None:
    await world.policy(unset_order=UnsetOrder.REQUIRED_ON_ACCEPT)
    a, c, b = await world.person(balance=1), await world.person(balance=1), await world.person()
    for sharer in (a, c):
        await world.kin(sharer, b, Kinship.CHILD)
    first = await accept(world, b, await invite(world, a, b, Kinship.CHILD))
    invited = await invite(world, c, b, Kinship.CHILD)

    answer = accept_invitation(acceptance(invited), b.actor, world.ports)
    assert await codes(answer) == ["ORDER_REQUIRED"]

    await accept(world, b, invited, 1)
    assert await order(b) == [invited, first]


async def test_an_unknown_kinship_goes_to_review_with_the_wished_position(world: World) -> None:
    a, b = await couple(world, known=False)
    await world.bind(await world.person(balance=1), b)
    invited = await invite(world, a, b)

    await accept(world, b, invited, 1)

    row = await BindingRow.get(id=invited)
    assert (row.status, row.position, row.accepted_at) == (BindingStatus.IN_REVIEW, 1, None)
    assert await kinds(b) == ["RELATIVE_INVITED", "INVITATION_SENT_TO_REVIEW"]
    assert await OrderVersionRow.filter(beneficiary_id=b.id).count() == 0


async def test_a_region_may_trust_both_declarations(world: World) -> None:
    await world.policy(unknown_kinship=UnknownKinship.DECLARED)
    a, b = await world.person(balance=1), await world.person("卓玛")

    new = await accept(world, b, await invite(world, a, b))

    assert (await BindingRow.get(id=new)).status is BindingStatus.ACTIVE


async def test_everything_against_the_beneficiary_is_told_at_once(world: World) -> None:
    await world.policy(most_sharers=1)
    a = await world.person(balance=1)
    b = await world.person(
        "卓玛", balance=1, account_status=AccountStatus.CLOSED, status=PersonStatus.STOPPED
    )
    await world.kin(a, b, Kinship.SPOUSE, confirmed=False)
    await world.bind(await world.person(balance=1), b)
    invited = await world.bind(a, b, status=BindingStatus.INVITED)
    await BindingRow.filter(id=invited).update(expires_at=world.clock.at + timedelta(days=1))
    request = AcceptInvitation(key(), invited, "2024-12", position=9)
    await PersonalAccountRow.filter(owner_id=a.id).update(balance_fen=0)

    assert await codes(accept_invitation(request, b.actor, world.ports)) == [
        "DECLARATION_OUTDATED",
        "BENEFICIARY_NOT_NORMAL",
        "OWN_ACCOUNT_NOT_NORMAL",
        "TOO_MANY_SHARERS",
        "POSITION_OUT_OF_RANGE",
        "SHARER_CANNOT_SHARE",
        "RELATIVE_NOT_VERIFIED",
    ]


async def _emptied(a: Any) -> None:
    await PersonalAccountRow.filter(owner_id=a.id).update(balance_fen=0)


async def _frozen(a: Any) -> None:
    await PersonalAccountRow.filter(owner_id=a.id).update(status=AccountStatus.FROZEN)


async def _stopped(a: Any) -> None:
    await BeneficiaryRow.filter(person_id=a.id).update(status=PersonStatus.STOPPED)


async def _moved(a: Any) -> None:
    await BeneficiaryRow.filter(person_id=a.id).update(region="110101")


@pytest.mark.parametrize("news", [_emptied, _frozen, _stopped, _moved])
async def test_of_the_sharer_only_that_sharing_is_not_possible(world: World, news: Any) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)
    await news(a)

    answer = accept_invitation(acceptance(invited), b.actor, world.ports)

    assert await codes(answer) == ["SHARER_CANNOT_SHARE"]


async def test_a_sharer_who_is_full_cannot_share(world: World) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)
    for _ in range(7):
        await world.bind(a, await world.person())

    answer = accept_invitation(acceptance(invited), b.actor, world.ports)

    assert await codes(answer) == ["SHARER_CANNOT_SHARE"]


async def test_a_list_of_kin_that_was_narrowed_stands_against_it(world: World) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)
    await PolicyRow.all().delete()
    await world.policy(near_kin=frozenset({Kinship.CHILD}))

    answer = accept_invitation(acceptance(invited), b.actor, world.ports)

    assert await codes(answer) == ["KINSHIP_NOT_NEAR"]


async def test_a_kinship_that_ended_meanwhile_is_not_accepted(world: World) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)
    await KinshipRow.all().update(is_confirmed=False)

    answer = accept_invitation(acceptance(invited), b.actor, world.ports)

    assert await codes(answer) == ["RELATIVE_NOT_VERIFIED"]


@pytest.mark.parametrize(
    "status",
    [
        BindingStatus.IN_REVIEW,
        BindingStatus.ACTIVE,
        BindingStatus.PAUSED,
        BindingStatus.DECLINED,
        BindingStatus.WITHDRAWN,
        BindingStatus.EXPIRED,
        BindingStatus.REFUSED,
        BindingStatus.ENDED,
    ],
)
async def test_only_an_open_invitation_is_accepted(world: World, status: BindingStatus) -> None:
    a, b = await couple(world)
    binding_id = await world.bind(a, b, status=status)

    answer = accept_invitation(acceptance(binding_id), b.actor, world.ports)

    assert await codes(answer) == ["MOVE_NOT_ALLOWED"]


async def test_nobody_else_can_accept(world: World) -> None:
    a, b = await couple(world)
    stranger, guardian = await world.person("强巴"), await world.person("德吉")
    child = await world.person("丹增", born_on=date(2020, 1, 1))
    await world.guardian(guardian, child)
    invited = await invite(world, a, b)
    actors = (
        a.actor,
        stranger.actor,
        guardian.actor,
        on_behalf(guardian, b),
        on_behalf(guardian, child),
    )

    for actor in actors:
        answer = accept_invitation(acceptance(invited), actor, world.ports)
        assert await codes(answer) == ["NOT_FOUND"]
    unknown = accept_invitation(acceptance(key()), b.actor, world.ports)
    assert await codes(unknown) == ["NOT_FOUND"]
    for never in ((await world.institution()).actor, STAFF):
        assert await forbidden(accept_invitation(acceptance(invited), never, world.ports))


async def _child(world: World, born_on: date = date(2015, 1, 1)) -> tuple[Any, Any]:
    await world.policy()
    a = await world.person("王小兰", balance=1)
    child = await world.person("丹增", born_on=born_on)
    await world.kin(a, child, Kinship.CHILD)
    await world.guardian(a, child)
    return a, child


async def test_a_guardian_accepts_for_a_child_and_is_recorded(world: World) -> None:
    a, child = await _child(world)

    new = await accept(world, on_behalf(a, child), await invite(world, a, child, Kinship.CHILD))

    row = await BindingRow.get(id=new)
    assert row.status is BindingStatus.ACTIVE
    assert row.beneficiary_consent is not None
    assert (row.beneficiary_consent["by"], row.beneficiary_consent["capacity"]) == (
        str(a.id),
        "GUARDIAN",
    )


async def test_a_child_does_not_accept_alone(world: World) -> None:
    a, child = await _child(world)
    invited = await invite(world, a, child, Kinship.CHILD)

    answer = accept_invitation(acceptance(invited), child.actor, world.ports)

    assert await codes(answer) == ["GUARDIAN_REQUIRED"]


async def test_whoever_turned_sixteen_has_no_guardian_any_more(world: World) -> None:
    a, child = await _child(world, born_on=date(2010, 11, 20))
    invited = await invite(world, a, child, Kinship.CHILD)

    answer = accept_invitation(acceptance(invited), on_behalf(a, child), world.ports)
    assert await codes(answer) == ["NOT_FOUND"]

    world.clock.move(days=-1)
    await BindingRow.all().update(expires_at=world.clock.at + timedelta(days=9))
    await accept(world, on_behalf(a, child), invited)


@pytest.mark.parametrize("status", [BindingStatus.ACTIVE, BindingStatus.PAUSED])
async def test_at_sixteen_the_child_confirms_anew(world: World, status: BindingStatus) -> None:
    a, child = await _child(world, born_on=date(2010, 11, 20))
    binding_id = await world.bind(
        a, child, kinship=Kinship.CHILD, capacity=Capacity.GUARDIAN, status=status
    )
    outdated = replace(acceptance(binding_id), declaration_version="2019")
    answer = accept_invitation(outdated, child.actor, world.ports)
    assert await codes(answer) == ["DECLARATION_OUTDATED"]

    await accept(world, child, binding_id)

    row = await BindingRow.get(id=binding_id)
    assert row.status is status
    assert row.beneficiary_consent is not None
    assert row.beneficiary_consent["capacity"] == "SELF"
    assert await kinds(child) == ["CONSENT_RENEWED"]
    assert (await BeneficiaryRow.get(person_id=child.id)).order_version == 0
    again = accept_invitation(acceptance(binding_id), child.actor, world.ports)
    assert await codes(again) == ["MOVE_NOT_ALLOWED"]


async def test_the_same_key_accepts_once(world: World) -> None:
    a, b = await couple(world)
    request = acceptance(await invite(world, a, b))
    first = await accept_invitation(request, b.actor, world.ports)

    async with nothing_changes():
        again = await accept_invitation(request, b.actor, world.ports)
        with pytest.raises(RequestIdReused):
            await accept_invitation(replace(request, position=1), b.actor, world.ports)
        with pytest.raises(RequestIdReused):
            await end_binding(EndBinding(request.request_id, first.id), b.actor, world.ports)

    assert (again.id, again.replayed, first.replayed) == (first.id, True, False)


async def test_mutual_bindings_are_allowed(world: World) -> None:
    a, b = await couple(world)
    await PersonalAccountRow.create(
        owner_id=b.id,
        region="542523",
        status=AccountStatus.NORMAL,
        owner_status=PersonStatus.NORMAL,
        balance_fen=5,
    )

    await accept(world, b, await invite(world, a, b))
    await accept(world, a, await invite(world, b, a))

    assert await BindingRow.filter(status=BindingStatus.ACTIVE).count() == 2


async def test_a_proxy_acts_until_the_registrys_day(world: World) -> None:
    a, b = await couple(world)
    proxy = await world.person("德吉")
    await world.guardian(proxy, b, Capacity.PROXY)
    await GuardianRow.all().update(until=date(2026, 11, 21))
    invited = await invite(world, a, b)
    world.clock.move(days=1)
    late = accept_invitation(acceptance(invited), on_behalf(proxy, b), world.ports)
    assert await codes(late) == ["NOT_FOUND"]
    world.clock.move(days=-1)

    await accept(world, on_behalf(proxy, b), invited)

    row = await BindingRow.get(id=invited)
    assert row.beneficiary_consent is not None
    assert row.beneficiary_consent["capacity"] == "PROXY"
