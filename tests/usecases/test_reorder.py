"""Setting the deduction order, and its history."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from tortoise.connection import get_connection

from gongji.domain.binding import BindingStatus
from gongji.domain.errors import RequestIdReused, StaleOrder
from gongji.domain.page import PageRequest
from gongji.domain.policy import UnsetOrder
from gongji.store.database import CONNECTION
from gongji.store.orders import order_versions
from gongji.store.rows import BeneficiaryRow
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from tests.usecases.family_steps import (
    codes,
    forbidden,
    kinds,
    nothing_changes,
    on_behalf,
    order,
    positions,
)
from tests.world import STAFF, World, key

pytestmark = pytest.mark.usefixtures("books_are_right")


async def shared_by(world: World, *balances: int) -> tuple[Any, tuple[UUID, ...]]:
    """Make a beneficiary with sharers; the second one has paused."""
    await world.policy()
    b = await world.person("次仁")
    ids = [
        await world.bind(
            await world.person(balance=balance),
            b,
            status=BindingStatus.PAUSED if number == 1 else BindingStatus.ACTIVE,
        )
        for number, balance in enumerate(balances)
    ]
    return b, tuple(ids)


def wish(*ids: UUID, version: int = 0) -> ReorderSharers:
    return ReorderSharers(key(), ids, version)


async def test_an_order_numbers_every_live_binding(world: World) -> None:
    b, (x, y, z) = await shared_by(world, 1, 2, 3)
    await world.bind(await world.person(balance=1), b, status=BindingStatus.ENDED)

    done = await reorder_sharers(wish(z, x, y), b.actor, world.ports)

    assert done.id == b.id
    assert {i: p for i, p in (await positions(b)).items() if p} == {z: 1, x: 2, y: 3}
    family = await BeneficiaryRow.get(person_id=b.id)
    assert (family.order_version, family.order_is_set) == (1, True)
    assert await order(b) == [z, x, y]
    assert await kinds(b) == ["ORDER_CHANGED"]


async def test_an_older_version_hears_the_order_as_it_stands(world: World) -> None:
    b, (x, y) = await shared_by(world, 1, 2)
    await reorder_sharers(wish(y, x), b.actor, world.ports)
    late = wish(x, y)

    for _ in range(2):
        async with nothing_changes():
            with pytest.raises(StaleOrder) as stale:
                await reorder_sharers(late, b.actor, world.ports)
        assert (stale.value.version, stale.value.binding_ids) == (1, (y, x))


async def test_an_unset_order_by_balance_tells_no_ranks(world: World) -> None:
    b, (x, y) = await shared_by(world, 1, 900_00)
    await world.policy("542523", unset_order=UnsetOrder.HIGHEST_BALANCE)

    with pytest.raises(StaleOrder) as stale:
        await reorder_sharers(wish(version=4), b.actor, world.ports)

    assert stale.value.binding_ids == (x, y)


async def test_every_live_binding_is_listed_exactly_once(world: World) -> None:
    b, (x, y) = await shared_by(world, 1, 2)
    _, (foreign,) = await shared_by_another(world)

    for ids in ((x,), (x, x), (x, y, y), (x, y, foreign), (x, foreign), (), (x, key())):
        answer = reorder_sharers(wish(*ids), b.actor, world.ports)
        assert await codes(answer) == ["ORDER_INCOMPLETE"]


async def shared_by_another(world: World) -> tuple[Any, tuple[UUID]]:
    c = await world.person("卓玛")
    return c, (await world.bind(await world.person(balance=1), c),)


async def test_nobody_orders_for_another(world: World) -> None:
    b, (x, y) = await shared_by(world, 1, 2)
    stranger = await world.person("强巴")

    assert await codes(reorder_sharers(wish(y, x), stranger.actor, world.ports)) == [
        "ORDER_INCOMPLETE"
    ]
    for actor in (on_behalf(stranger, b), replace(b.actor, subject=key())):
        assert await codes(reorder_sharers(wish(y, x), actor, world.ports)) == ["NOT_FOUND"]
    for never in ((await world.institution()).actor, STAFF):
        assert await forbidden(reorder_sharers(wish(y, x), never, world.ports))


async def test_a_guardian_orders_for_a_child_until_sixteen(world: World) -> None:
    b, (x, y) = await shared_by(world, 1, 2)
    guardian = await world.person("德吉")
    await world.guardian(guardian, b)
    await BeneficiaryRow.filter(person_id=b.id).update(born_on=date(2010, 11, 21))

    await reorder_sharers(wish(y, x), on_behalf(guardian, b), world.ports)

    world.clock.move(days=1)
    late = reorder_sharers(wish(x, y, version=1), on_behalf(guardian, b), world.ports)
    assert await codes(late) == ["NOT_FOUND"]


async def test_the_same_key_orders_once(world: World) -> None:
    b, (x, y) = await shared_by(world, 1, 2)
    request = wish(y, x)
    await reorder_sharers(request, b.actor, world.ports)

    async with nothing_changes():
        assert (await reorder_sharers(request, b.actor, world.ports)).replayed
        with pytest.raises(RequestIdReused):
            await reorder_sharers(replace(request, binding_ids=(x, y)), b.actor, world.ports)


async def test_the_history_is_read_in_pages_from_the_newest(world: World) -> None:
    b, (x, y) = await shared_by(world, 1, 2)
    other, (foreign,) = await shared_by_another(world)
    await reorder_sharers(wish(foreign), other.actor, world.ports)
    for version in range(5):
        ids = (x, y) if version % 2 else (y, x)
        await reorder_sharers(wish(*ids, version=version), b.actor, world.ports)
    connection = get_connection(CONNECTION)

    first = await order_versions(connection, b.id, PageRequest(2))
    second = await order_versions(connection, b.id, PageRequest(2, (4,)))
    last = await order_versions(connection, b.id, PageRequest(2, (2,)))
    back = await order_versions(connection, b.id, PageRequest(2, (1,), is_backward=True))

    assert [v.version for v in first.rows] == [5, 4]
    assert [v.version for v in second.rows] == [3, 2]
    assert [v.version for v in last.rows] == [1]
    assert [v.version for v in back.rows] == [3, 2]
    assert (first.has_next, first.has_previous) == (True, False)
    assert (last.has_next, last.has_previous) == (False, True)
    assert (first.rows[0].binding_ids, first.rows[1].binding_ids) == ((y, x), (x, y))
    assert (first.rows[0].is_set, first.rows[0].cause) == (True, "ORDER_CHANGED")
