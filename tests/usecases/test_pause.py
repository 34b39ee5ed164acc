"""What a sharer decides alone: pause, resume, limits, reserve."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gongji.domain.binding import BindingStatus, Capacity, Limit
from gongji.domain.errors import PlanChanged, Refusal, RequestIdReused
from gongji.domain.money import Fen
from gongji.store.rows import BeneficiaryRow, BindingRow, PersonalAccountRow
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.resume import ResumeBinding, resume_binding
from gongji.usecases.set_limit import SetBindingLimit, set_binding_limit
from gongji.usecases.set_reserve import SetReserve, set_reserve
from tests.usecases.family_steps import (
    codes,
    couple,
    forbidden,
    kinds,
    nothing_changes,
    on_behalf,
)
from tests.world import STAFF, World, key

pytestmark = pytest.mark.usefixtures("books_are_right")

VERBS = [
    (pause_binding, PauseBinding, BindingStatus.ACTIVE),
    (resume_binding, ResumeBinding, BindingStatus.PAUSED),
    (set_binding_limit, SetBindingLimit, BindingStatus.ACTIVE),
]


async def test_a_pause_keeps_the_place_and_a_resume_ends_it(world: World) -> None:
    a, b = await couple(world)
    binding_id = await world.bind(a, b, position=1)
    before = await BindingRow.get(id=binding_id)

    await pause_binding(PauseBinding(key(), binding_id), a.actor, world.ports)

    row = await BindingRow.get(id=binding_id)
    assert (row.status, row.position) == (BindingStatus.PAUSED, 1)

    await resume_binding(ResumeBinding(key(), binding_id), a.actor, world.ports)

    row = await BindingRow.get(id=binding_id)
    assert (row.status, row.position) == (BindingStatus.ACTIVE, 1)
    assert (row.accepted_at, row.beneficiary_consent) == (
        before.accepted_at,
        before.beneficiary_consent,
    )
    assert await kinds(b) == ["BINDING_PAUSED", "BINDING_RESUMED"]
    assert (await BeneficiaryRow.get(person_id=b.id)).order_version == 0


@pytest.mark.parametrize(
    ("act", "request_type", "status"),
    [
        (pause_binding, PauseBinding, BindingStatus.PAUSED),
        (pause_binding, PauseBinding, BindingStatus.INVITED),
        (resume_binding, ResumeBinding, BindingStatus.ACTIVE),
        (resume_binding, ResumeBinding, BindingStatus.ENDED),
        (set_binding_limit, SetBindingLimit, BindingStatus.ENDED),
        (set_binding_limit, SetBindingLimit, BindingStatus.DECLINED),
    ],
)
async def test_what_the_state_does_not_allow_is_refused(
    world: World, act: Any, request_type: Any, status: BindingStatus
) -> None:
    a, b = await couple(world)
    binding_id = await world.bind(a, b, status=status)
    await BindingRow.filter(id=binding_id).update(expires_at=world.clock.at + timedelta(days=1))

    answer = act(request_type(key(), binding_id), a.actor, world.ports)

    assert await codes(answer) == ["MOVE_NOT_ALLOWED"]


@pytest.mark.parametrize(("act", "request_type", "status"), VERBS)
async def test_only_the_sharer_may(
    world: World, act: Any, request_type: Any, status: BindingStatus
) -> None:
    a, b = await couple(world)
    stranger = await world.person("强巴", balance=1)
    binding_id = await world.bind(a, b, status=status)

    for actor in (b.actor, stranger.actor, on_behalf(stranger, a)):
        answer = act(request_type(key(), binding_id), actor, world.ports)
        assert await codes(answer) == ["NOT_FOUND"]
    assert await codes(act(request_type(key(), key()), a.actor, world.ports)) == ["NOT_FOUND"]
    for never in ((await world.institution()).actor, STAFF):
        assert await forbidden(act(request_type(key(), binding_id), never, world.ports))


@pytest.mark.parametrize(("act", "request_type", "status"), VERBS)
async def test_the_same_key_acts_once(
    world: World, act: Any, request_type: Any, status: BindingStatus
) -> None:
    a, b = await couple(world)
    request = request_type(key(), await world.bind(a, b, status=status))
    other = await world.bind(a, await world.person(), status=status)
    await act(request, a.actor, world.ports)

    async with nothing_changes():
        assert (await act(request, a.actor, world.ports)).replayed
        with pytest.raises(RequestIdReused):
            await act(replace(request, binding_id=other), a.actor, world.ports)


async def limits(binding_id: Any) -> tuple[int | None, int | None, int | None]:
    row = await BindingRow.get(id=binding_id)
    return row.limit_settlement_fen, row.limit_month_fen, row.limit_year_fen


async def test_limits_replace_those_that_were_and_none_clears(world: World) -> None:
    a, b = await couple(world)
    binding_id = await world.bind(a, b)
    request = SetBindingLimit(key(), binding_id, Fen(0), Fen(2**40), Fen(300))

    await set_binding_limit(request, a.actor, world.ports)
    assert await limits(binding_id) == (0, 2**40, 300)

    request = SetBindingLimit(key(), binding_id, per_month=Fen(5))
    await set_binding_limit(request, a.actor, world.ports)
    assert await limits(binding_id) == (None, 5, None)
    assert await kinds(b) == ["LIMIT_SET", "LIMIT_SET"]


async def test_a_limit_may_be_set_before_the_relative_answers(world: World) -> None:
    a, b = await couple(world)
    binding_id = await world.bind(a, b, status=BindingStatus.INVITED)
    await BindingRow.filter(id=binding_id).update(expires_at=world.clock.at + timedelta(days=1))
    request = SetBindingLimit(key(), binding_id, per_year=Fen(7))

    await set_binding_limit(request, a.actor, world.ports)
    assert await limits(binding_id) == (None, None, 7)

    world.clock.move(days=1)
    late = SetBindingLimit(key(), binding_id)
    assert await codes(set_binding_limit(late, a.actor, world.ports)) == ["INVITATION_EXPIRED"]


async def test_limits_are_replaced_only_if_they_are_what_was_shown(world: World) -> None:
    a, b = await couple(world)
    binding_id = await world.bind(a, b)
    request = SetBindingLimit(key(), binding_id, per_month=Fen(5), if_was=Limit())
    await set_binding_limit(request, a.actor, world.ports)

    late = replace(request, request_id=key(), per_month=Fen(7))
    async with nothing_changes():
        assert (await set_binding_limit(request, a.actor, world.ports)).replayed
        for _ in range(2):
            with pytest.raises(PlanChanged):
                await set_binding_limit(late, a.actor, world.ports)

    assert await limits(binding_id) == (None, 5, None)


async def test_every_negative_limit_is_named(world: World) -> None:
    a, b = await couple(world)
    request = SetBindingLimit(key(), await world.bind(a, b), Fen(-1), None, Fen(-2))

    async with nothing_changes():
        with pytest.raises(Refusal) as refused:
            await set_binding_limit(request, a.actor, world.ports)

    assert [(r.code.name, r.path) for r in refused.value.reasons] == [
        ("AMOUNT_NEGATIVE", ("perSettlementFen",)),
        ("AMOUNT_NEGATIVE", ("perYearFen",)),
    ]


async def test_the_owner_sets_a_reserve_and_nothing_else_moves(world: World) -> None:
    a, _ = await couple(world)

    done = await set_reserve(SetReserve(key(), Fen(100_00)), a.actor, world.ports)

    row = await PersonalAccountRow.get(owner_id=a.id)
    assert (row.id, row.reserve_fen, row.balance_fen, row.entry_no) == (
        done.id,
        100_00,
        300_00,
        1,
    )
    assert await kinds(a) == ["RESERVE_SET"]

    await set_reserve(SetReserve(key(), Fen(0)), a.actor, world.ports)
    assert (await PersonalAccountRow.get(owner_id=a.id)).reserve_fen == 0


async def test_a_reserve_is_replaced_only_if_it_is_what_was_shown(world: World) -> None:
    a, _ = await couple(world)
    request = SetReserve(key(), Fen(50_00), if_was=Fen(0))
    await set_reserve(request, a.actor, world.ports)

    late = replace(request, request_id=key(), reserve=Fen(70_00))
    async with nothing_changes():
        assert (await set_reserve(request, a.actor, world.ports)).replayed
        for _ in range(2):
            with pytest.raises(PlanChanged):
                await set_reserve(late, a.actor, world.ports)

    assert (await PersonalAccountRow.get(owner_id=a.id)).reserve_fen == 50_00


async def test_a_reserve_is_not_negative_and_needs_an_account(world: World) -> None:
    a, b = await couple(world)

    negative = set_reserve(SetReserve(key(), Fen(-1)), a.actor, world.ports)
    assert await codes(negative) == ["AMOUNT_NEGATIVE"]
    without = set_reserve(SetReserve(key(), Fen(1)), b.actor, world.ports)
    assert await codes(without) == ["SHARER_WITHOUT_ACCOUNT"]


async def test_nobody_sets_anothers_reserve(world: World) -> None:
    a, b = await couple(world)
    nobody = replace(b.actor, subject=key())

    for actor in (on_behalf(b, a), nobody):
        answer = set_reserve(SetReserve(key(), Fen(1)), actor, world.ports)
        assert await codes(answer) == ["NOT_FOUND"]
    for never in ((await world.institution()).actor, STAFF):
        assert await forbidden(set_reserve(SetReserve(key(), Fen(1)), never, world.ports))


async def test_the_same_key_sets_a_reserve_once(world: World) -> None:
    a, _ = await couple(world)
    request = SetReserve(key(), Fen(5))
    await set_reserve(request, a.actor, world.ports)

    async with nothing_changes():
        assert (await set_reserve(request, a.actor, world.ports)).replayed
        with pytest.raises(RequestIdReused):
            await set_reserve(replace(request, reserve=Fen(6)), a.actor, world.ports)


async def test_the_same_words_for_another_ward_are_another_request(world: World) -> None:
    await world.policy()
    proxy = await world.person("德吉")
    wards = [await world.person("扎西", balance=10), await world.person("央金", balance=20)]
    for ward in wards:
        await world.guardian(proxy, ward, Capacity.PROXY)
    request = SetReserve(key(), Fen(5))
    await set_reserve(request, on_behalf(proxy, wards[0]), world.ports)

    async with nothing_changes():
        with pytest.raises(RequestIdReused):
            await set_reserve(request, on_behalf(proxy, wards[1]), world.ports)
