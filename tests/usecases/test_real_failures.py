"""What PostgreSQL and the net really do to a transaction is run again under the same key, once."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tortoise.context import TortoiseContext

from gongji.api.faults import Publisher, code_of
from gongji.api.problems import KNOWN
from gongji.desk.desk import Acts, Desk
from gongji.domain.errors import Unavailable
from gongji.domain.money import Fen
from gongji.store.database import CONNECTION, pool, tortoise_config
from gongji.store.rows import RequestKeyRow, SettlementRow, TransferRow
from gongji.usecases.retrying import RETRY_COUNTS, RetryCause
from gongji.usecases.reverse import ReverseSettlement
from gongji.usecases.settle import Settled
from tests.bills import bill, reverse_settlement, settle_bill, settling
from tests.builders import bill_e2
from tests.database_proxy import Cut, DatabaseProxy, database_proxy
from tests.lock_waits import session, until_waiting
from tests.usecases.e2 import Family, make_family
from tests.world import World, key

pytestmark = pytest.mark.usefixtures("books_are_right")


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


@asynccontextmanager
async def pool_of_one(url: str, **settings: str) -> AsyncIterator[None]:
    """Let what the block does go through one connection with these settings of the session."""
    config = tortoise_config(url, most_connections=1)
    config["connections"][CONNECTION]["credentials"]["server_settings"] = settings
    async with TortoiseContext() as context:
        await context.init(config=config)
        yield


def retries(cause: RetryCause) -> int:
    return RETRY_COUNTS.retries[cause]


async def expect_one_settlement(settled: Settled) -> None:
    """Check that E2 was settled once, as if nothing had happened."""
    assert (settled.settlement.shared, settled.settlement.cash) == (505_88, 126_76)
    assert await SettlementRow.all().values_list("id", flat=True) == [settled.settlement.id]
    assert await TransferRow.filter(cause_id=settled.settlement.id).count() == 3
    assert await RequestKeyRow.all().count() == 1


async def test_the_victim_of_a_deadlock_settles_once_under_its_key(
    world: World, family: Family, migrated_database: str
) -> None:
    request, before = settling(family.me, bill_e2()), retries(RetryCause.DEADLOCK)
    async with session(migrated_database) as crossing, session(migrated_database) as watching:
        # The first whose patience ends looks for the deadlock, and is its victim: never this one.
        await crossing.execute("SET deadlock_timeout = '1min'")
        async with crossing.transaction():
            await crossing.execute("SELECT 1 FROM personal_account FOR UPDATE")
            task = asyncio.create_task(settle_bill(request, family.hospital.actor, world.ports))
            await until_waiting(watching)
            await crossing.execute("SELECT 1 FROM beneficiary FOR UPDATE")

    settled = await asyncio.wait_for(task, 10)

    assert not settled.replayed
    assert retries(RetryCause.DEADLOCK) == before + 1
    await expect_one_settlement(settled)


async def test_a_serialization_failure_settles_once_under_its_key(
    world: World, family: Family, migrated_database: str
) -> None:
    request, before = settling(family.me, bill_e2()), retries(RetryCause.SERIALIZATION)
    isolation = {"default_transaction_isolation": "repeatable read"}
    async with (
        session(migrated_database) as changing,
        session(migrated_database) as watching,
        pool_of_one(migrated_database, **isolation),
    ):
        async with changing.transaction():
            await changing.execute("UPDATE beneficiary SET event_no = event_no")
            task = asyncio.create_task(settle_bill(request, family.hospital.actor, world.ports))
            await until_waiting(watching)
        settled = await asyncio.wait_for(task, 10)

    assert not settled.replayed
    assert retries(RetryCause.SERIALIZATION) == before + 1
    await expect_one_settlement(settled)


FAREWELL = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"
"""What a server that ends says to whoever waits for nothing."""


async def hear_the_farewell() -> None:
    """Let the pool's connection be told of the server's end; the net has not cut it yet."""
    client: Any = pool()
    async with client.acquire_connection() as connection:
        length = struct.pack("!i", 4 + len(FAREWELL))
        connection._protocol.data_received(b"E" + length + FAREWELL)


async def test_a_server_that_ended_while_nothing_was_asked_is_asked_again(
    world: World, family: Family, migrated_database: str
) -> None:
    """The driver takes what is asked next for two things at once, and says so, not that it ends."""
    before = retries(RetryCause.CONNECTION)
    async with pool_of_one(migrated_database):
        await hear_the_farewell()
        settled = await settle_bill(
            settling(family.me, bill_e2()), family.hospital.actor, world.ports
        )

    assert not settled.replayed
    assert retries(RetryCause.CONNECTION) == before + 1
    await expect_one_settlement(settled)


@asynccontextmanager
async def cut_at(url: str, *cuts: Cut) -> AsyncIterator[DatabaseProxy]:
    """Let the next commits of the block be cut."""
    before = retries(RetryCause.CONNECTION)
    async with database_proxy(url) as proxy, pool_of_one(proxy.url):
        proxy.cuts[:] = cuts
        yield proxy
        assert proxy.cuts == []
    assert retries(RetryCause.CONNECTION) == before + len(cuts)


@pytest.mark.parametrize(
    ("cuts", "replayed"),
    [
        ([Cut.BEFORE_COMMIT], False),
        ([Cut.AFTER_COMMIT], True),
        ([Cut.BEFORE_COMMIT, Cut.AFTER_COMMIT], True),
    ],
)
async def test_a_connection_cut_at_commit_gives_the_stored_answer_and_one_movement(
    world: World, family: Family, migrated_database: str, cuts: list[Cut], replayed: bool
) -> None:
    request = settling(family.me, bill_e2())

    async with cut_at(migrated_database, *cuts):
        settled = await settle_bill(request, family.hospital.actor, world.ports)
        again = await settle_bill(request, family.hospital.actor, world.ports)

    assert settled.replayed is replayed
    assert again.replayed
    assert again.settlement == settled.settlement
    await expect_one_settlement(settled)


async def test_a_reversal_cut_at_commit_returns_the_money_once(
    world: World, family: Family, migrated_database: str
) -> None:
    till = family.hospital.actor
    settled = await settle_bill(settling(family.me, bill_e2()), till, world.ports)
    request = ReverseSettlement(key(), settled.settlement.id)

    async with cut_at(migrated_database, Cut.AFTER_COMMIT):
        reversed_once = await reverse_settlement(request, till, world.ports)

    assert reversed_once.replayed
    assert await TransferRow.filter(cause_id=reversed_once.id).count() == 3
    for person, balance in ((family.me, 118_63), (family.a, 300_00), (family.b, 205_88)):
        assert await world.balance(person) == Fen(balance)


async def test_a_standby_that_takes_no_writes_is_asked_again_and_then_unavailable(
    world: World, family: Family, migrated_database: str
) -> None:
    before = RETRY_COUNTS.given_up[RetryCause.CONNECTION]
    async with pool_of_one(migrated_database, default_transaction_read_only="on"):
        with pytest.raises(Unavailable):
            await settle_bill(settling(family.me, bill_e2()), family.hospital.actor, world.ports)

    assert RETRY_COUNTS.given_up[RetryCause.CONNECTION] == before + 1
    assert not await SettlementRow.exists()


@pytest.mark.parametrize("patience", ["lock_timeout", "statement_timeout"])
async def test_who_waits_longer_than_the_server_allows_is_told_so_and_holds_up_nobody_else(
    world: World, family: Family, migrated_database: str, patience: str
) -> None:
    """Of two bills that wait together one family is locked; the same key settles it afterwards."""
    neighbour = await world.person(balance=Fen(100_00))
    stuck, free = settling(family.me, bill_e2()), settling(neighbour, bill("N1", share=1_00))
    till, desk = family.hospital.actor, Desk(Acts.of(world.ports), clerks=1)
    async with (
        session(migrated_database) as holding,
        pool_of_one(migrated_database, **{patience: "200ms"}),
    ):
        async with holding.transaction():
            await holding.execute(
                "SELECT 1 FROM beneficiary WHERE person_id = $1 FOR UPDATE", family.me.id
            )
            # The first is done by itself; what comes meanwhile is done together.
            first = asyncio.create_task(
                desk.settle(settling(neighbour, bill("N0", share=1_00)), till)
            )
            await asyncio.sleep(0)
            waited, settled = await asyncio.gather(
                desk.settle(stuck, till), desk.settle(free, till), return_exceptions=True
            )
            await first
        assert isinstance(waited, Exception)
        assert code_of(Publisher(KNOWN).of_exception(waited)) == "UNAVAILABLE"
        assert isinstance(settled, Settled)
        later = await desk.settle(stuck, till)

    assert desk.counts.split == 1
    assert not later.replayed
    assert (later.settlement.shared, later.settlement.cash) == (505_88, 126_76)
