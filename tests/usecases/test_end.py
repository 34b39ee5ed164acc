"""Ending a binding, by either side or by staff."""

from dataclasses import replace
from typing import Any

import pytest

from gongji.domain.binding import BindingStatus
from gongji.domain.errors import PlanChanged, Refusal, RequestIdReused
from gongji.domain.kinship import Kinship
from gongji.store.rows import BeneficiaryRow, BindingRow, OrderVersionRow
from gongji.usecases.end import EndBinding, end_binding, quote_end
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from tests.usecases.family_steps import (
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

pytestmark = pytest.mark.usefixtures("books_are_right")


async def bound(world: World, position: int | None = None) -> tuple[Any, Any, Any]:
    """Make a couple with an active binding."""
    a, b = await couple(world)
    return a, b, await world.bind(a, b, position=position)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("status", [BindingStatus.ACTIVE, BindingStatus.PAUSED])
async def test_either_side_ends_at_once(world: World, side: int, status: BindingStatus) -> None:
    pair = await couple(world)
    binding_id = await world.bind(*pair, status=status)

    await end_binding(EndBinding(key(), binding_id, "私事"), pair[side].actor, world.ports)

    row = await BindingRow.get(id=binding_id)
    assert (row.status, row.ended_at) == (BindingStatus.ENDED, world.clock.at)
    assert (row.end_reason, row.actor["subject"]) == (None, str(pair[side].id))
    assert await kinds(pair[1]) == ["BINDING_ENDED"]


async def test_the_remaining_sharers_move_up_in_an_order_that_is_set(world: World) -> None:
    a, b, middle = await bound(world, position=2)
    first = await world.bind(await world.person(balance=1), b, position=1)
    last = await world.bind(
        await world.person(balance=1), b, position=3, status=BindingStatus.PAUSED
    )

    await end_binding(EndBinding(key(), middle), a.actor, world.ports)

    assert await positions(b) == {first: 1, middle: None, last: 2}
    version = await OrderVersionRow.get(beneficiary_id=b.id)
    assert (version.version, version.cause, version.is_set) == (1, "BINDING_ENDED", True)
    assert version.binding_ids == [str(first), str(last)]


async def test_an_order_that_is_not_set_stays_so(world: World) -> None:
    a, b, ended = await bound(world)
    other = await world.bind(await world.person(balance=1), b)

    await end_binding(EndBinding(key(), ended), a.actor, world.ports)

    assert await positions(b) == {ended: None, other: None}
    assert await order(b) == [other]
    assert not (await BeneficiaryRow.get(person_id=b.id)).order_is_set


async def test_when_the_last_sharer_has_gone_no_order_is_set(world: World) -> None:
    a, b, ended = await bound(world, position=1)

    await end_binding(EndBinding(key(), ended), a.actor, world.ports)

    family = await BeneficiaryRow.get(person_id=b.id)
    assert (family.order_version, family.order_is_set) == (1, False)


async def test_staff_end_with_a_reason(world: World) -> None:
    *_, binding_id = await bound(world)
    request = EndBinding(key(), binding_id, " 冒名绑定 ")

    await end_binding(request, STAFF, world.ports)

    row = await BindingRow.get(id=binding_id)
    assert (row.status, row.end_reason) == (BindingStatus.ENDED, "冒名绑定")


async def test_a_number_in_a_reason_is_not_kept(world: World) -> None:
    _, _, binding_id = await bound(world)
    reason = "542599198001010017来电"

    await end_binding(EndBinding(key(), binding_id, reason), STAFF, world.ports)

    assert (await BindingRow.get(id=binding_id)).end_reason == "***来电"


@pytest.mark.parametrize("reason", [None, "", "　 "])
async def test_staff_without_a_reason_are_refused(world: World, reason: str | None) -> None:
    *_, binding_id = await bound(world)

    answer = end_binding(EndBinding(key(), binding_id, reason), STAFF, world.ports)

    assert await codes(answer) == ["REASON_REQUIRED"]


@pytest.mark.parametrize(
    "status",
    [BindingStatus.DECLINED, BindingStatus.REFUSED, BindingStatus.ENDED, BindingStatus.EXPIRED],
)
async def test_what_is_over_cannot_end_again(world: World, status: BindingStatus) -> None:
    a, b = await couple(world)
    binding_id = await world.bind(a, b, status=status)

    answer = end_binding(EndBinding(key(), binding_id), a.actor, world.ports)

    assert await codes(answer) == ["MOVE_NOT_ALLOWED"]


async def test_strangers_find_nothing_to_end(world: World) -> None:
    a, _, binding_id = await bound(world)
    stranger = await world.person("强巴")
    other_region = replace(STAFF, region="540100")
    actors = (
        stranger.actor,
        on_behalf(stranger, a),
        other_region,
        replace(STAFF, roles=frozenset()),
    )

    for actor in actors:
        answer = end_binding(EndBinding(key(), binding_id, "原因"), actor, world.ports)
        assert await codes(answer) == ["NOT_FOUND"]
        assert await codes(quote_end(binding_id, actor, world.ports)) == ["NOT_FOUND"]
    assert await codes(end_binding(EndBinding(key(), key()), a.actor, world.ports)) == ["NOT_FOUND"]
    till = (await world.institution()).actor
    assert await forbidden(end_binding(EndBinding(key(), binding_id), till, world.ports))
    assert await forbidden(quote_end(binding_id, till, world.ports))


async def test_a_guardian_ends_for_the_ward(world: World) -> None:
    await world.policy()
    a, guardian = await world.person(balance=1), await world.person()
    child = await world.person(born_on=world.clock.at.date().replace(year=2020))
    await world.guardian(guardian, child)
    binding_id = await world.bind(a, child)

    await end_binding(EndBinding(key(), binding_id), on_behalf(guardian, child), world.ports)

    row = await BindingRow.get(id=binding_id)
    assert (row.actor["subject"], row.actor["acting_for"]) == (str(guardian.id), str(child.id))


async def test_the_plan_that_was_shown_is_honoured(world: World) -> None:
    _, b, binding_id = await bound(world)
    plan = (await quote_end(binding_id, b.actor, world.ports)).plan

    await end_binding(EndBinding(key(), binding_id, if_plan=plan), b.actor, world.ports)

    assert (await BindingRow.get(id=binding_id)).status is BindingStatus.ENDED


async def _reordered(world: World, a: Any, b: Any, binding_id: Any) -> None:
    await reorder_sharers(ReorderSharers(key(), (binding_id,), 0), b.actor, world.ports)


async def _paused(world: World, a: Any, b: Any, binding_id: Any) -> None:
    await pause_binding(PauseBinding(key(), binding_id), a.actor, world.ports)


@pytest.mark.parametrize(("change", "side"), [(_reordered, 1), (_paused, 0)])
async def test_another_state_than_was_shown_gives_the_fresh_plan(
    world: World, change: Any, side: int
) -> None:
    a, b, binding_id = await bound(world)
    actor = (a, b)[side].actor
    shown = await quote_end(binding_id, actor, world.ports)
    await change(world, a, b, binding_id)

    request = EndBinding(key(), binding_id, if_plan=shown.plan)
    async with nothing_changes():
        with pytest.raises(PlanChanged) as changed:
            await end_binding(request, actor, world.ports)

    assert changed.value.fresh == await quote_end(binding_id, actor, world.ports) != shown
    async with nothing_changes():
        with pytest.raises(PlanChanged):
            await end_binding(request, actor, world.ports)


async def test_no_plan_tells_a_sharer_of_other_sharers(world: World) -> None:
    a, b, binding_id = await bound(world)
    before = await quote_end(binding_id, a.actor, world.ports)

    other = await world.person(balance=1)
    await world.kin(other, b, Kinship.PARENT)
    invited = await invite(world, other, b, Kinship.PARENT)
    await accept(world, b, invited)
    accepted = await quote_end(binding_id, a.actor, world.ports)
    version = (await BeneficiaryRow.get(person_id=b.id)).order_version
    order_now = ReorderSharers(key(), (invited, binding_id), version)
    await reorder_sharers(order_now, b.actor, world.ports)
    reordered = await quote_end(binding_id, a.actor, world.ports)
    await end_binding(EndBinding(key(), invited), other.actor, world.ports)

    assert await quote_end(binding_id, a.actor, world.ports) == before == accepted == reordered
    request = EndBinding(key(), binding_id, if_plan=before.plan)
    await end_binding(request, a.actor, world.ports)

    assert (await BindingRow.get(id=binding_id)).status is BindingStatus.ENDED


async def test_no_plan_tells_a_beneficiary_of_a_pause(world: World) -> None:
    a, b, binding_id = await bound(world)
    before = await quote_end(binding_id, b.actor, world.ports)
    await pause_binding(PauseBinding(key(), binding_id), a.actor, world.ports)

    assert await quote_end(binding_id, b.actor, world.ports) == before
    request = EndBinding(key(), binding_id, if_plan=before.plan)
    await end_binding(request, b.actor, world.ports)

    assert (await BindingRow.get(id=binding_id)).status is BindingStatus.ENDED


async def test_what_cannot_end_has_no_plan(world: World) -> None:
    a, b, binding_id = await bound(world)
    await end_binding(EndBinding(key(), binding_id), a.actor, world.ports)

    with pytest.raises(Refusal) as refused:
        await end_binding(EndBinding(key(), binding_id), b.actor, world.ports)
    with pytest.raises(Refusal) as quoted:
        await quote_end(binding_id, b.actor, world.ports)

    assert quoted.value.reasons == refused.value.reasons


async def test_the_same_key_ends_once(world: World) -> None:
    a, b, binding_id = await bound(world)
    request = EndBinding(key(), binding_id)
    await end_binding(request, a.actor, world.ports)

    async with nothing_changes():
        assert (await end_binding(request, a.actor, world.ports)).replayed
        with pytest.raises(RequestIdReused):
            await end_binding(replace(request, reason="别的"), a.actor, world.ports)
    theirs = end_binding(replace(request), b.actor, world.ports)
    assert await codes(theirs) == ["MOVE_NOT_ALLOWED"]
