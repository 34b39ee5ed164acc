"""Declining and withdrawing an invitation."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gongji.domain.binding import BindingStatus
from gongji.domain.errors import RequestIdReused
from gongji.store.rows import BindingRow, BlockRow
from gongji.usecases.decline import DeclineInvitation, decline_invitation
from gongji.usecases.withdraw import WithdrawInvitation, withdraw_invitation
from tests.usecases.family_steps import (
    codes,
    couple,
    forbidden,
    invite,
    kinds,
    nothing_changes,
    on_behalf,
)
from tests.world import STAFF, World, key


async def test_a_declined_invitation_is_final(world: World) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)

    await decline_invitation(DeclineInvitation(key(), invited), b.actor, world.ports)

    row = await BindingRow.get(id=invited)
    assert (row.status, row.ended_at) == (BindingStatus.DECLINED, world.clock.at)
    assert await kinds(b) == ["RELATIVE_INVITED", "INVITATION_DECLINED"]
    assert await BlockRow.all().count() == 0


async def test_declining_can_block_the_inviter_once_and_again(world: World) -> None:
    a, b = await couple(world)
    for _ in range(2):
        invited = await world.bind(a, b, status=BindingStatus.INVITED)
        await BindingRow.filter(id=invited).update(expires_at=world.clock.at + timedelta(1))
        request = DeclineInvitation(key(), invited, block=True)
        await decline_invitation(request, b.actor, world.ports)

    (row,) = await BlockRow.all()
    assert (row.beneficiary_id, row.sharer_id) == (b.id, a.id)


async def test_a_withdrawn_invitation_is_final(world: World) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)

    await withdraw_invitation(WithdrawInvitation(key(), invited), a.actor, world.ports)

    assert (await BindingRow.get(id=invited)).status is BindingStatus.WITHDRAWN
    assert await kinds(b) == ["RELATIVE_INVITED", "INVITATION_WITHDRAWN"]
    answer = decline_invitation(DeclineInvitation(key(), invited), b.actor, world.ports)
    assert await codes(answer) == ["MOVE_NOT_ALLOWED"]


@pytest.mark.parametrize(
    ("act", "request_type", "theirs"),
    [
        (decline_invitation, DeclineInvitation, 1),
        (withdraw_invitation, WithdrawInvitation, 0),
    ],
)
class TestBoth:
    """What holds for declining and for withdrawing."""

    async def test_after_seven_days_it_is_too_late(
        self, world: World, act: Any, request_type: Any, theirs: int
    ) -> None:
        pair = await couple(world)
        invited = await invite(world, *pair)
        world.clock.move(days=7)

        answer = act(request_type(key(), invited), pair[theirs].actor, world.ports)

        assert await codes(answer) == ["INVITATION_EXPIRED"]

    @pytest.mark.parametrize("status", [BindingStatus.IN_REVIEW, BindingStatus.ACTIVE])
    async def test_what_was_accepted_is_ended_instead(
        self, world: World, act: Any, request_type: Any, theirs: int, status: BindingStatus
    ) -> None:
        pair = await couple(world)
        binding_id = await world.bind(*pair, status=status)

        answer = act(request_type(key(), binding_id), pair[theirs].actor, world.ports)

        assert await codes(answer) == ["MOVE_NOT_ALLOWED"]

    async def test_nobody_else_can(
        self, world: World, act: Any, request_type: Any, theirs: int
    ) -> None:
        pair = await couple(world)
        stranger = await world.person("强巴")
        invited = await invite(world, *pair)

        for actor in (pair[1 - theirs].actor, stranger.actor, on_behalf(stranger, pair[theirs])):
            answer = act(request_type(key(), invited), actor, world.ports)
            assert await codes(answer) == ["NOT_FOUND"]
        unknown = act(request_type(key(), key()), pair[theirs].actor, world.ports)
        assert await codes(unknown) == ["NOT_FOUND"]
        for never in ((await world.institution()).actor, STAFF):
            assert await forbidden(act(request_type(key(), invited), never, world.ports))

    async def test_the_same_key_acts_once(
        self, world: World, act: Any, request_type: Any, theirs: int
    ) -> None:
        pair = await couple(world, beneficiary_balance=1)
        request = request_type(key(), await invite(world, *pair))
        await act(request, pair[theirs].actor, world.ports)

        other = [await world.person(balance=1), await world.person(balance=1)]
        other[theirs] = pair[theirs]
        changed = replace(request, binding_id=await world.bind(*other))
        async with nothing_changes():
            again = await act(request, pair[theirs].actor, world.ports)
            with pytest.raises(RequestIdReused):
                await act(changed, pair[theirs].actor, world.ports)

        assert again.replayed
