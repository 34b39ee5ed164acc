"""The sweep of invitations whose time is over."""

import asyncio

from gongji.domain.binding import BindingStatus
from gongji.store.rows import BindingRow, EventRow
from gongji.usecases.expire import expire_invitations
from tests.usecases.family_steps import couple, invite, kinds, nothing_changes
from tests.world import World


async def test_an_invitation_expires_at_its_moment_and_once(world: World) -> None:
    a, b = await couple(world)
    invited = await invite(world, a, b)
    world.clock.move(days=7, microseconds=-1)
    async with nothing_changes():
        assert await expire_invitations(world.ports) == 0

    world.clock.move(microseconds=1)
    assert await expire_invitations(world.ports) == 1
    assert await expire_invitations(world.ports) == 0

    row = await BindingRow.get(id=invited)
    assert (row.status, row.ended_at) == (BindingStatus.EXPIRED, world.clock.at)
    assert await kinds(b) == ["RELATIVE_INVITED", "INVITATION_EXPIRED"]
    event = await EventRow.get(kind="INVITATION_EXPIRED")
    assert (event.ids, event.actor["kind"]) == ({"binding": str(invited)}, "SYSTEM")


async def test_one_sweep_takes_the_oldest_up_to_its_limit(world: World) -> None:
    a, b = await couple(world)
    c = await world.person("卓玛")
    first = await invite(world, a, b)
    world.clock.move(minutes=1)
    second = await invite(world, a, c)
    world.clock.move(days=8)

    assert await expire_invitations(world.ports, limit=1) == 1

    assert (await BindingRow.get(id=first)).status is BindingStatus.EXPIRED
    assert (await BindingRow.get(id=second)).status is BindingStatus.INVITED
    assert await expire_invitations(world.ports) == 1


async def test_two_sweeps_at_once_expire_each_invitation_once(world: World) -> None:
    a, b = await couple(world)
    await invite(world, a, b)
    await invite(world, a, await world.person("卓玛"))
    world.clock.move(days=8)

    swept = await asyncio.gather(*(expire_invitations(world.ports) for _ in range(4)))

    assert sum(swept) == 2
    assert await EventRow.filter(kind="INVITATION_EXPIRED").count() == 2
