"""A settlement that waits for a lock sees what was acknowledged before it got the lock."""

import asyncio

import pytest

from gongji.usecases.settle import Settled
from tests.bills import bill, settle_bill, settling
from tests.lock_waits import session, until_waiting
from tests.usecases.e2 import Family, make_family
from tests.world import World

pytestmark = pytest.mark.usefixtures("books_are_right")


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


async def settled_while_waiting(
    world: World, family: Family, url: str, *changes: str
) -> dict[str, int]:
    """Let a bill wait for a session that makes ``changes``; return fen drawn by who paid."""
    async with session(url) as changing, session(url) as watching:
        transaction = changing.transaction()
        await transaction.start()
        for change in changes:
            await changing.execute(change)
        settling_now = asyncio.create_task(
            settle_bill(settling(family.me, bill(share=500_00)), family.hospital.actor, world.ports)
        )
        await until_waiting(watching)
        assert not settling_now.done()
        await transaction.commit()
        done: Settled = await settling_now
    names = {family.me.account_id: "me", family.a.account_id: "a", family.b.account_id: "b"}
    by_text = {str(account_id): name for account_id, name in names.items()}
    steps = done.settlement.explanation["steps"]
    return {by_text[step["account"]]: step["drawn"] for step in steps if step["drawn"]}


def lock_beneficiary(family: Family) -> str:
    return f"SELECT 1 FROM beneficiary WHERE person_id = '{family.me.id}' FOR UPDATE"


async def test_an_ending_is_honoured(world: World, family: Family, migrated_database: str) -> None:
    drawn = await settled_while_waiting(
        world,
        family,
        migrated_database,
        lock_beneficiary(family),
        f"UPDATE binding SET status = 'ENDED' WHERE id = '{family.bindings[0]}'",
    )

    assert drawn == {"me": 118_63, "b": 205_88}


async def test_a_pause_is_honoured(world: World, family: Family, migrated_database: str) -> None:
    drawn = await settled_while_waiting(
        world,
        family,
        migrated_database,
        lock_beneficiary(family),
        f"UPDATE binding SET status = 'PAUSED' WHERE id = '{family.bindings[1]}'",
    )

    assert drawn == {"me": 118_63, "a": 300_00}


async def test_a_reorder_is_honoured(world: World, family: Family, migrated_database: str) -> None:
    drawn = await settled_while_waiting(
        world,
        family,
        migrated_database,
        lock_beneficiary(family),
        f"UPDATE binding SET position = 2 WHERE id = '{family.bindings[0]}'",
        f"UPDATE binding SET position = 1 WHERE id = '{family.bindings[1]}'",
        f"UPDATE beneficiary SET order_is_set = true WHERE person_id = '{family.me.id}'",
    )

    assert drawn == {"me": 118_63, "b": 205_88, "a": 175_49}


async def test_a_limit_is_honoured(world: World, family: Family, migrated_database: str) -> None:
    drawn = await settled_while_waiting(
        world,
        family,
        migrated_database,
        lock_beneficiary(family),
        f"UPDATE binding SET limit_settlement_fen = 100 WHERE id = '{family.bindings[0]}'",
    )

    assert drawn == {"me": 118_63, "a": 1_00, "b": 205_88}


@pytest.mark.parametrize(
    ("change", "drawn_of_a"),
    [("status = 'FROZEN'", 0), ("reserve_fen = 29900", 1_00), ("owner_status = 'STOPPED'", 0)],
)
async def test_what_happens_to_a_sharers_account_is_honoured(
    world: World, family: Family, migrated_database: str, change: str, drawn_of_a: int
) -> None:
    drawn = await settled_while_waiting(
        world,
        family,
        migrated_database,
        f"UPDATE personal_account SET {change} WHERE id = '{family.a.account_id}'",
    )

    assert drawn.get("a", 0) == drawn_of_a
    assert drawn["me"] == 118_63
