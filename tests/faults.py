"""Faults at chosen awaits: a pool on the real database whose connections break as a test plans it.

Every await of one task on the database, and on whatever else asks ``Faults.step``, is numbered.
The plan says at which numbers what happens; what another task does passes untouched.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import Any, Final, TypeVar

from asyncpg import Connection
from asyncpg.exceptions import (
    ConnectionDoesNotExistError,
    DeadlockDetectedError,
    SerializationError,
)
from tortoise.context import TortoiseContext

from gongji.store.database import CONNECTION, PooledConnection, tortoise_config

CONNECTIONS: Final = 2
"""The pool's size: small, so that a connection that is kept for ever is missed at once."""
BEGIN: Final = "BEGIN;"
COMMIT: Final = "COMMIT;"
ROLLBACK: Final = "ROLLBACK;"
ACQUIRE: Final = "(acquire)"

T = TypeVar("T")


class Fault(Enum):
    """What happens at an await."""

    LOST_BEFORE = auto()
    """The connection is lost and nothing was done."""
    LOST_AFTER = auto()
    """It was done and the connection is lost, and the answer with it."""
    SERIALIZATION = auto()
    DEADLOCK = auto()
    CANCELLED_BEFORE = auto()
    """Whoever waits is cancelled just as the question leaves."""
    CANCELLED_AFTER = auto()
    """Whoever waits is cancelled just as the answer comes."""

    @property
    def cancels(self) -> bool:
        """Whether it is the caller that goes away."""
        return self in {Fault.CANCELLED_BEFORE, Fault.CANCELLED_AFTER}

    @property
    def is_of_statements(self) -> bool:
        """Whether only a statement or a commit fails so."""
        return self in {Fault.SERIALIZATION, Fault.DEADLOCK}


Plan = Mapping[int, Fault]
"""Faults by the number of the await, from 0."""

_SQLSTATES: Final = {Fault.SERIALIZATION: "40001", Fault.DEADLOCK: "40P01"}
_AT_COMMIT: Final = {
    Fault.SERIALIZATION: SerializationError,
    Fault.DEADLOCK: DeadlockDetectedError,
}


@dataclass
class Faults:
    """What is planned for one task, and what it has come to.

    Args:
        steps: every await so far: a statement, or the name of something else.
        happened: the faults that really happened, in their order.
    """

    plan: Plan = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    happened: list[Fault] = field(default_factory=list)
    _task: asyncio.Task[Any] | None = None

    async def run(self, act: Callable[[], Awaitable[T]], plan: Plan) -> "asyncio.Task[T]":
        """Run something under a plan, in a task of its own; return that task, which is done."""
        self.plan, self.steps, self.happened = plan, [], []

        async def acting() -> T:
            return await act()

        task = self._task = asyncio.create_task(acting())
        try:
            await asyncio.wait([task])
        finally:
            self._task = None
        return task

    async def step(
        self,
        name: str,
        call: Callable[[], Awaitable[T]],
        *,
        lost: Exception,
        fails: Callable[[Fault], Awaitable[T]] | None = None,
    ) -> T:
        """Await ``call``, or what is planned instead.

        Args:
            lost: raised where the connection is lost.
            fails: does what a statement fails by; absent where nothing fails so.
        """
        if self._task is None or asyncio.current_task() is not self._task:
            return await call()
        fault = self.plan.get(len(self.steps))
        self.steps.append(name)
        if fault is None or (fault.is_of_statements and fails is None):
            return await call()
        self.happened.append(fault)
        if fails is not None and fault.is_of_statements:
            return await fails(fault)
        if fault is Fault.LOST_BEFORE:
            raise lost
        if fault is Fault.CANCELLED_BEFORE:
            self._task.cancel()
            return await call()
        answer = await call()
        if fault is Fault.LOST_AFTER:
            raise lost
        self._task.cancel()
        await asyncio.sleep(0)
        return answer


@asynccontextmanager
async def faulty_pool(url: str, faults: Faults) -> AsyncIterator[None]:
    """Let the block's database be a pool whose connections follow the plan."""
    config = tortoise_config(url, most_connections=CONNECTIONS)
    config["connections"][CONNECTION]["credentials"] |= {
        "connection_class": _connection_class(faults),
        "setup": lambda _: faults.step(
            ACQUIRE, lambda: asyncio.sleep(0), lost=ConnectionRefusedError()
        ),
    }
    # Without the fallback for other tasks, which belongs to the pool of the whole run.
    async with TortoiseContext() as context:
        await context.init(config=config)
        yield


def _connection_class(faults: Faults) -> type[Connection]:
    class PlannedConnection(_FaultyConnection):
        """A connection of this pool."""

        def faults(self) -> Faults:
            return faults

    return PlannedConnection


class _FaultyConnection(PooledConnection):
    """A connection that follows a plan."""

    def faults(self) -> Faults:
        raise NotImplementedError

    async def execute(self, query: str, *arguments: Any, **options: Any) -> Any:
        said = super().execute
        return await self._step(query, lambda: said(query, *arguments, **options))

    async def fetch(self, query: str, *arguments: Any, **options: Any) -> Any:
        said = super().fetch
        return await self._step(query, lambda: said(query, *arguments, **options))

    async def fetchrow(self, query: str, *arguments: Any, **options: Any) -> Any:
        said = super().fetchrow
        return await self._step(query, lambda: said(query, *arguments, **options))

    async def executemany(self, command: str, *arguments: Any, **options: Any) -> Any:
        said = super().executemany
        return await self._step(command, lambda: said(command, *arguments, **options))

    async def _step(self, query: str, call: Callable[[], Awaitable[Any]]) -> Any:
        lost = ConnectionDoesNotExistError("connection was closed in the middle of operation")
        fails = None if query in {BEGIN, ROLLBACK} else partial(self._fail, query)
        try:
            return await self.faults().step(query, call, lost=lost, fails=fails)
        except ConnectionDoesNotExistError as raised:
            if raised is lost:
                self.terminate()
            raise

    async def _fail(self, query: str, fault: Fault) -> Any:
        """Fail as the server does: a commit ends the transaction, a statement leaves it open."""
        if query == COMMIT:
            await super().execute(ROLLBACK)
            raise _AT_COMMIT[fault]
        state = _SQLSTATES[fault]
        await super().execute(f"DO $$ BEGIN RAISE 'planned' USING ERRCODE = '{state}'; END $$")
