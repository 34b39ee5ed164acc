"""A transaction that the database broke off is run again under its key, and moves money once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

import asyncpg
import pytest
from asyncpg.exceptions import (
    CannotConnectNowError,
    CheckViolationError,
    ClientConfigurationError,
    ConnectionDoesNotExistError,
    DeadlockDetectedError,
    InterfaceError,
    InternalClientError,
    SerializationError,
    UniqueViolationError,
)
from tortoise.exceptions import IntegrityError

from gongji.domain.errors import Unavailable
from gongji.store.rows import SettlementRow, TransferRow
from gongji.usecases.retrying import MOST_ATTEMPTS, RETRY_COUNTS, RetryCause, retried
from gongji.usecases.settle import Settled
from tests.bills import settle_bill, settling
from tests.builders import bill_e2
from tests.lock_waits import session, until_waiting
from tests.usecases.e2 import Family, make_family
from tests.world import World

pytestmark = pytest.mark.usefixtures("books_are_right")


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


@asynccontextmanager
async def locked(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Keep every family locked; yield a connection that watches who waits."""
    async with session(url) as holder, session(url) as watcher, holder.transaction():
        await holder.execute("SELECT * FROM beneficiary FOR UPDATE")
        yield watcher


@pytest.mark.parametrize("times", [1, 2])
async def test_a_connection_lost_while_waiting_is_replaced_and_the_bill_settled_once(
    world: World, family: Family, migrated_database: str, times: int
) -> None:
    async with locked(migrated_database) as watcher:
        request = settling(family.me, bill_e2())
        task = asyncio.create_task(settle_bill(request, family.hospital.actor, world.ports))
        for _ in range(times):
            (waiting,) = await until_waiting(watcher)
            assert await watcher.fetchval("SELECT pg_terminate_backend($1, 5000)", waiting)

    done = await asyncio.wait_for(task, 10)

    assert not done.replayed
    assert (done.settlement.shared, done.settlement.cash) == (505_88, 126_76)
    assert await SettlementRow.all().count() == 1
    assert await TransferRow.filter(cause_id=done.settlement.id).count() == 3


async def test_what_was_committed_before_the_connection_broke_is_found_under_the_key(
    world: World, family: Family
) -> None:
    request = settling(family.me, bill_e2())
    heard: list[Settled] = []

    async def attempt() -> Settled:
        heard.append(await settle_bill(request, family.hospital.actor, world.ports))
        if len(heard) == 1:
            raise ConnectionDoesNotExistError
        return heard[-1]

    again = await retried(attempt)

    assert [one.replayed for one in heard] == [False, True]
    assert again.settlement == heard[0].settlement
    assert await SettlementRow.all().count() == 1


@asynccontextmanager
async def counted(
    retries: Mapping[RetryCause, int] = MappingProxyType({}),
    given_up: Mapping[RetryCause, int] = MappingProxyType({}),
) -> AsyncIterator[None]:
    """Check that the block adds exactly this to the counts of the process."""
    counts = (RETRY_COUNTS.retries, RETRY_COUNTS.given_up)
    before = [count.copy() for count in counts]
    yield
    added = [dict(count - earlier) for count, earlier in zip(counts, before, strict=True)]
    assert added == [retries, given_up]


def failing(failure: BaseException) -> tuple[list[int], Callable[[], Awaitable[int]]]:
    """Return an attempt that always fails, and the list that it counts itself in."""
    attempts: list[int] = []

    async def attempt() -> int:
        attempts.append(len(attempts))
        raise failure

    return attempts, attempt


@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        (SerializationError("too late"), RetryCause.SERIALIZATION),
        (DeadlockDetectedError("deadlock"), RetryCause.DEADLOCK),
        (IntegrityError(UniqueViolationError("raced")), RetryCause.UNIQUE_INDEX),
        (OSError("away"), RetryCause.CONNECTION),
        (InterfaceError("connection is closed"), RetryCause.CONNECTION),
        (InterfaceError("pool is closing"), RetryCause.CONNECTION),
        (CannotConnectNowError("starting up"), RetryCause.CONNECTION),
    ],
)
async def test_after_the_last_attempt_it_is_unavailable_and_counted(
    failure: Exception, cause: RetryCause
) -> None:
    attempts, attempt = failing(failure)

    async with counted(retries={cause: MOST_ATTEMPTS - 1}, given_up={cause: 1}):
        with pytest.raises(Unavailable):
            await retried(attempt)

    assert len(attempts) == MOST_ATTEMPTS


@pytest.mark.parametrize(
    "failure",
    [
        IntegrityError(CheckViolationError("balance below zero")),
        IntegrityError("without a cause"),
        ClientConfigurationError("a bug of ours"),
        InterfaceError("cannot perform operation: another operation is in progress"),
        InternalClientError("a bug of the driver"),
        ValueError("a bug"),
        asyncio.CancelledError(),
    ],
)
async def test_what_would_fail_again_is_not_tried_again(failure: BaseException) -> None:
    attempts, attempt = failing(failure)

    async with counted():
        with pytest.raises(type(failure)):
            await retried(attempt)

    assert len(attempts) == 1


async def test_whoever_is_cancelled_between_two_attempts_is_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gongji.usecases.retrying._FIRST_PAUSE_S", 1e6)
    attempts, attempt = failing(OSError("away"))
    task = asyncio.create_task(retried(attempt))
    await asyncio.sleep(0)

    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert len(attempts) == 1
