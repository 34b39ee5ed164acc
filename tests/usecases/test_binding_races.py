"""Two at once, on real connections: one winner, and the loser is told why."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from gongji.domain.binding import BindingStatus
from gongji.domain.errors import Problem, Refusal, StaleOrder
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    EventRow,
    OrderVersionRow,
    PersonalAccountRow,
    RequestKeyRow,
)
from gongji.usecases.accept import AcceptInvitation, accept_invitation
from gongji.usecases.decline import DeclineInvitation, decline_invitation
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.expire import expire_invitations
from gongji.usecases.invite import invite_relative
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from gongji.usecases.set_reserve import SetReserve, set_reserve
from gongji.usecases.transaction import Done
from gongji.usecases.withdraw import WithdrawInvitation, withdraw_invitation
from tests.usecases.family_steps import VERSION, accept, couple, invitation, invite, kinds, order
from tests.world import Person, World, key

ROUNDS = 5


async def race(*acts: Awaitable[Done]) -> list[Done | Problem]:
    """Run all at once; anything but an answer or a problem is a failure of the test."""
    answers = await asyncio.gather(*acts, return_exceptions=True)
    for answer in answers:
        if not isinstance(answer, (Done, Problem)):
            raise answer
    return [a for a in answers if isinstance(a, (Done, Problem))]


def won(answers: list[Done | Problem]) -> list[Done]:
    return [a for a in answers if isinstance(a, Done)]


def lost(answers: list[Done | Problem]) -> list[str]:
    return [a.code for a in answers if isinstance(a, Problem)]


def acceptance(world: World, b: Person, binding_id: Any, request_id: Any = None) -> Awaitable[Done]:
    request = AcceptInvitation(request_id or key(), binding_id, VERSION)
    return accept_invitation(request, b.actor, world.ports)


async def test_of_two_acceptances_one_counts(world: World) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)

    answers = await race(*(acceptance(world, b, invited) for _ in range(4)))

    assert len(won(answers)) == 1
    assert lost(answers) == ["MOVE_NOT_ALLOWED"] * 3
    assert await kinds(b) == ["RELATIVE_INVITED", "INVITATION_ACCEPTED"]
    assert (await BeneficiaryRow.get(person_id=b.id)).order_version == 1


async def test_the_same_acceptance_four_times_at_once_is_one(world: World) -> None:
    a, b = await couple(world)
    invited, request_id = await invite(world, a, b), key()

    answers = await race(*(acceptance(world, b, invited, request_id) for _ in range(4)))

    assert sorted(done.replayed for done in won(answers)) == [False, True, True, True]
    assert await RequestKeyRow.filter(request_id=request_id).count() == 1
    assert await kinds(b) == ["RELATIVE_INVITED", "INVITATION_ACCEPTED"]


@pytest.mark.parametrize("round_number", range(ROUNDS))
async def test_accepting_and_withdrawing_have_one_winner(world: World, round_number: int) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)

    answers = await race(
        acceptance(world, b, invited),
        withdraw_invitation(WithdrawInvitation(key(), invited), a.actor, world.ports),
        decline_invitation(DeclineInvitation(key(), invited), b.actor, world.ports),
    )

    assert len(won(answers)) == 1
    assert lost(answers) == ["MOVE_NOT_ALLOWED"] * 2
    row = await BindingRow.get(id=invited)
    fact = {
        BindingStatus.ACTIVE: "INVITATION_ACCEPTED",
        BindingStatus.WITHDRAWN: "INVITATION_WITHDRAWN",
        BindingStatus.DECLINED: "INVITATION_DECLINED",
    }[row.status]
    assert await kinds(b) == ["RELATIVE_INVITED", fact]


async def test_the_last_free_place_of_a_sharer_goes_to_one(world: World) -> None:
    await world.policy(most_beneficiaries=3)
    a = await world.person("王小兰", balance=1)
    await world.bind(a, await world.person())
    people = [await world.person(f"卓玛{n}") for n in range(4)]
    invited = []
    for b in people:
        await world.kin(a, b, Kinship.SIBLING)
        invited.append(await invite(world, a, b, Kinship.SIBLING))

    answers = await race(*(acceptance(world, b, i) for b, i in zip(people, invited, strict=True)))

    assert len(won(answers)) == 2
    assert lost(answers) == ["SHARER_CANNOT_SHARE"] * 2
    assert await BindingRow.filter(sharer_id=a.id, status=BindingStatus.ACTIVE).count() == 3


async def test_the_last_free_place_of_a_beneficiary_goes_to_one(world: World) -> None:
    await world.policy(most_sharers=1)
    b = await world.person("次仁")
    invited = []
    for _ in range(3):
        a = await world.person(balance=1)
        await world.kin(a, b, Kinship.SIBLING)
        invited.append(await invite(world, a, b, Kinship.SIBLING))

    answers = await race(*(acceptance(world, b, i) for i in invited))

    assert len(won(answers)) == 1
    assert lost(answers) == ["TOO_MANY_SHARERS"] * 2


async def test_invitations_at_once_give_one_open_pair(world: World) -> None:
    a, b = await couple(world)

    answers = await race(*(invite_relative(invitation(b), a.actor, world.ports) for _ in range(6)))

    assert len({done.id for done in won(answers)}) == 1
    assert len(won(answers)) == 6
    assert await BindingRow.all().count() == 1
    assert await EventRow.all().count() == 1


async def test_two_who_invite_each_other_do_not_block_each_other(world: World) -> None:
    a, b = await couple(world, beneficiary_balance=5)

    answers = await race(
        *(
            invite_relative(invitation(other), one.actor, world.ports)
            for _ in range(4)
            for one, other in ((a, b), (b, a))
        )
    )

    assert len({done.id for done in won(answers)}) == 2
    assert not lost(answers)


@pytest.mark.parametrize("round_number", range(ROUNDS))
async def test_an_expired_invitation_is_swept_once_by_the_sweep_or_a_new_one(
    world: World, round_number: int
) -> None:
    a, b = await couple(world)
    await invite(world, a, b)
    world.clock.move(days=7)

    await asyncio.gather(
        expire_invitations(world.ports),
        invite_relative(invitation(b), a.actor, world.ports),
        expire_invitations(world.ports),
    )

    assert sorted(await kinds(b)) == [
        "INVITATION_EXPIRED",
        "RELATIVE_INVITED",
        "RELATIVE_INVITED",
    ]


@pytest.mark.parametrize("round_number", range(ROUNDS))
async def test_ending_and_reordering_leave_one_history(world: World, round_number: int) -> None:
    a, b = await couple(world)
    ended = await world.bind(a, b, position=1)
    kept = await world.bind(await world.person(balance=1), b, position=2)

    answers = await race(
        end_binding(EndBinding(key(), ended), a.actor, world.ports),
        reorder_sharers(ReorderSharers(key(), (kept, ended), 0), b.actor, world.ports),
    )

    stale = [x for x in answers if isinstance(x, StaleOrder)]
    assert [(s.version, s.binding_ids) for s in stale] in ([], [(1, (kept,))])
    versions = await OrderVersionRow.filter(beneficiary_id=b.id).order_by("version")
    assert [row.version for row in versions] == [1, 2][: 2 - len(stale)]
    assert await order(b) == [kept]
    assert (await BindingRow.get(id=kept)).position == 1
    assert (await BindingRow.get(id=ended)).position is None


async def test_of_two_reorders_of_one_version_one_is_stale(world: World) -> None:
    a, b = await couple(world)
    x = await world.bind(a, b)
    y = await world.bind(await world.person(balance=1), b)

    answers = await race(
        *(
            reorder_sharers(ReorderSharers(key(), ids, 0), b.actor, world.ports)
            for ids in ((x, y), (y, x), (x, y))
        )
    )

    assert len(won(answers)) == 1
    assert lost(answers) == ["STALE_ORDER"] * 2
    assert (await BeneficiaryRow.get(person_id=b.id)).order_version == 1


async def test_of_two_endings_one_counts(world: World) -> None:
    a, b = await couple(world)
    binding_id = await world.bind(a, b)

    answers = await race(
        *(
            end_binding(EndBinding(key(), binding_id), side.actor, world.ports)
            for side in (a, b, a, b)
        )
    )

    assert len(won(answers)) == 1
    assert lost(answers) == ["MOVE_NOT_ALLOWED"] * 3
    assert await kinds(b) == ["BINDING_ENDED"]


@pytest.mark.parametrize("round_number", range(ROUNDS))
async def test_ending_and_pausing_never_bring_a_binding_back(
    world: World, round_number: int
) -> None:
    a, b = await couple(world)
    binding_id = await world.bind(a, b)

    answers = await race(
        pause_binding(PauseBinding(key(), binding_id), a.actor, world.ports),
        end_binding(EndBinding(key(), binding_id), b.actor, world.ports),
    )

    assert lost(answers) in ([], ["MOVE_NOT_ALLOWED"])
    assert (await BindingRow.get(id=binding_id)).status is BindingStatus.ENDED


async def test_an_acceptance_between_two_families_and_reserves_never_deadlocks(
    world: World,
) -> None:
    a, b = await couple(world, beneficiary_balance=5)
    one, other = await invite(world, a, b), await invite(world, b, a)

    answers = await race(
        acceptance(world, b, one),
        acceptance(world, a, other),
        *(
            set_reserve(SetReserve(key(), Fen(amount)), person.actor, world.ports)
            for amount in range(3)
            for person in (a, b)
        ),
    )

    assert not lost(answers)
    for person in (a, b):
        row = await PersonalAccountRow.get(owner_id=person.id)
        assert row.reserve_fen in range(3)
        events = await EventRow.filter(subject_id=person.id).order_by("number")
        assert [event.number for event in events] == [1, 2, 3, 4, 5]


async def test_a_refused_acceptance_is_refused_again_although_it_would_do_now(
    world: World,
) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)
    await PersonalAccountRow.filter(owner_id=a.id).update(balance_fen=0)
    request_id = key()
    with pytest.raises(Refusal):
        await acceptance(world, b, invited, request_id)
    await PersonalAccountRow.filter(owner_id=a.id).update(balance_fen=5)

    answers = await race(*(acceptance(world, b, invited, request_id) for _ in range(3)))

    assert lost(answers) == ["SHARER_CANNOT_SHARE"] * 3
    assert await accept(world, b, invited) == invited
