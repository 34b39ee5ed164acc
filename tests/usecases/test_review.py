"""Staff confirm or refuse a kinship that the registry does not know."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gongji.domain.binding import BindingStatus
from gongji.domain.errors import RequestIdReused
from gongji.domain.kinship import Kinship
from gongji.domain.person import AccountStatus, PersonStatus
from gongji.store.rows import BeneficiaryRow, BindingRow, PersonalAccountRow
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.review import ReviewKinship, review_kinship
from tests.usecases.family_steps import (
    accept,
    codes,
    couple,
    forbidden,
    invite,
    kinds,
    nothing_changes,
    order,
    positions,
)
from tests.world import STAFF, World, key


async def reviewed(world: World, position: int | None = None) -> tuple[Any, Any, Any]:
    """Make a couple whose kinship waits for review."""
    a, b = await couple(world, known=False)
    return a, b, await accept(world, b, await invite(world, a, b), position)


def verdict(binding_id: Any, *, is_confirmed: bool = True, **changed: Any) -> ReviewKinship:
    return replace(ReviewKinship(key(), binding_id, is_confirmed, "核对户口簿"), **changed)


async def test_a_confirmed_kinship_makes_the_binding_live(world: World) -> None:
    _, b, waiting = await reviewed(world)
    world.clock.move(days=30)

    await review_kinship(verdict(waiting), STAFF, world.ports)

    row = await BindingRow.get(id=waiting)
    assert (row.status, row.accepted_at) == (BindingStatus.ACTIVE, world.clock.at)
    assert await kinds(b) == ["RELATIVE_INVITED", "INVITATION_SENT_TO_REVIEW", "KINSHIP_CONFIRMED"]
    assert await order(b) == [waiting]
    assert (await BeneficiaryRow.get(person_id=b.id)).order_version == 1


async def test_the_position_wished_when_accepting_is_kept(world: World) -> None:
    _, b, waiting = await reviewed(world, position=1)
    live = await world.bind(await world.person(balance=1), b)

    await review_kinship(verdict(waiting), STAFF, world.ports)

    assert await positions(b) == {waiting: 1, live: 2}


async def test_a_wished_position_shrinks_with_the_order(world: World) -> None:
    a, b = await couple(world, known=False)
    live = await world.bind(await world.person(balance=1), b)
    waiting = await accept(world, b, await invite(world, a, b), 2)
    await end_binding(EndBinding(key(), live), b.actor, world.ports)

    await review_kinship(verdict(waiting), STAFF, world.ports)

    assert await positions(b) == {live: None, waiting: 1}


async def test_a_refused_kinship_is_final_and_keeps_the_reason(world: World) -> None:
    _, b, waiting = await reviewed(world, position=1)

    await review_kinship(verdict(waiting, is_confirmed=False), STAFF, world.ports)

    row = await BindingRow.get(id=waiting)
    assert (row.status, row.end_reason, row.position) == (
        BindingStatus.REFUSED,
        "核对户口簿",
        None,
    )
    assert (await kinds(b))[-1] == "KINSHIP_REFUSED"
    again = review_kinship(verdict(waiting), STAFF, world.ports)
    assert await codes(again) == ["MOVE_NOT_ALLOWED"]


async def test_confirming_checks_both_again_and_tells_staff_exactly(world: World) -> None:
    a, b, waiting = await reviewed(world)
    await PersonalAccountRow.filter(owner_id=a.id).update(
        status=AccountStatus.FROZEN, balance_fen=0
    )
    await BeneficiaryRow.filter(person_id=b.id).update(status=PersonStatus.STOPPED)
    await world.kin(a, b, Kinship.SIBLING)

    assert await codes(review_kinship(verdict(waiting), STAFF, world.ports)) == [
        "BENEFICIARY_NOT_NORMAL",
        "SHARER_ACCOUNT_NOT_NORMAL",
        "SHARER_ACCOUNT_EMPTY",
        "RELATIVE_NOT_VERIFIED",
    ]


async def test_a_sharer_who_moved_to_a_region_without_policy_is_not_confirmed(
    world: World,
) -> None:
    a, _, waiting = await reviewed(world)
    await BeneficiaryRow.filter(person_id=a.id).update(region="110101")

    answer = review_kinship(verdict(waiting), STAFF, world.ports)

    assert await codes(answer) == ["REGION_NOT_OPEN"]


async def test_a_sharer_who_is_full_by_now_is_not_confirmed(world: World) -> None:
    a, _, waiting = await reviewed(world)
    for _ in range(7):
        await world.bind(a, await world.person())

    answer = review_kinship(verdict(waiting), STAFF, world.ports)

    assert await codes(answer) == ["TOO_MANY_BENEFICIARIES"]


@pytest.mark.parametrize(
    ("reason", "code"),
    [("", "REASON_REQUIRED"), (" \n", "REASON_REQUIRED"), ("长" * 201, "REASON_TOO_LONG")],
)
async def test_a_verdict_needs_a_reason(world: World, reason: str, code: str) -> None:
    *_, waiting = await reviewed(world)

    answer = review_kinship(verdict(waiting, reason=reason), STAFF, world.ports)

    assert await codes(answer) == [code]


async def test_only_reviewers_of_the_region_may(world: World) -> None:
    a, b, waiting = await reviewed(world)

    for actor in (
        replace(STAFF, roles=frozenset({"READER"})),
        replace(STAFF, region="540100"),
        replace(STAFF, region=None),
    ):
        assert await codes(review_kinship(verdict(waiting), actor, world.ports)) == ["NOT_FOUND"]
    assert await codes(review_kinship(verdict(key()), STAFF, world.ports)) == ["NOT_FOUND"]
    for never in (a.actor, b.actor, (await world.institution()).actor):
        assert await forbidden(review_kinship(verdict(waiting), never, world.ports))
    await review_kinship(verdict(waiting), replace(STAFF, region="542500"), world.ports)


async def test_the_same_verdict_counts_once(world: World) -> None:
    *_, waiting = await reviewed(world)
    request = verdict(waiting)
    await review_kinship(request, STAFF, world.ports)

    async with nothing_changes():
        again = await review_kinship(request, STAFF, world.ports)
        with pytest.raises(RequestIdReused):
            await review_kinship(replace(request, is_confirmed=False), STAFF, world.ports)

    assert again.replayed


async def test_an_invitation_that_nobody_accepted_cannot_be_reviewed(world: World) -> None:
    a, b = await couple(world)
    invited = await world.bind(a, b, status=BindingStatus.INVITED)
    await BindingRow.filter(id=invited).update(expires_at=world.clock.at + timedelta(days=1))

    answer = review_kinship(verdict(invited), STAFF, world.ports)

    assert await codes(answer) == ["MOVE_NOT_ALLOWED"]


async def test_either_side_takes_back_what_waits_for_review(world: World) -> None:
    a, b, waiting = await reviewed(world, position=1)

    await end_binding(EndBinding(key(), waiting), a.actor, world.ports)

    row = await BindingRow.get(id=waiting)
    assert (row.status, row.position) == (BindingStatus.ENDED, None)
    assert (await BeneficiaryRow.get(person_id=b.id)).order_version == 0
