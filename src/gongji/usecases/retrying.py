"""Run a transaction again where the database asks for it, and count how often that happened.

The counts are of this process and only ever grow; whoever shows them reads them there.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

import structlog
from asyncpg import UniqueViolationError
from asyncpg.exceptions import DeadlockDetectedError, TransactionRollbackError
from tortoise.exceptions import IntegrityError

from gongji.domain.errors import Unavailable
from gongji.store.outages import OUTAGES, is_outage

MOST_ATTEMPTS: Final = 5
_FIRST_PAUSE_S: Final = 0.01
_CAUGHT: Final = (TransactionRollbackError, IntegrityError, *OUTAGES)

T = TypeVar("T")

_log = structlog.get_logger("gongji.usecases")


class RetryCause(StrEnum):
    """Why a transaction is run again."""

    SERIALIZATION = "serialization"
    DEADLOCK = "deadlock"
    CONNECTION = "connection"
    UNIQUE_INDEX = "unique_index"


@dataclass(frozen=True, slots=True)
class RetryCounts:
    """How often transactions were run again, and how often in vain, by cause."""

    retries: Counter[RetryCause] = field(default_factory=Counter)
    given_up: Counter[RetryCause] = field(default_factory=Counter)


RETRY_COUNTS: Final = RetryCounts()
"""The counts of this process."""


async def retried(attempt: Callable[[], Awaitable[T]]) -> T:
    """Run a transaction again where the database asks for it, at most ``MOST_ATTEMPTS`` times.

    Serialization failures, deadlocks, lost connections and lost races for a unique index are tried
    again with the same key: whatever a lost connection had already committed is found under it.
    A cancellation is never one of them.

    Raises:
        Unavailable: the last attempt failed as well.
    """
    for number in range(1, MOST_ATTEMPTS + 1):
        try:
            return await attempt()
        except _CAUGHT as failure:
            cause = cause_of_retry(failure)
            if cause is None:
                raise
            if number == MOST_ATTEMPTS:
                RETRY_COUNTS.given_up[cause] += 1
                _log.warning("gave_up", cause=cause.value, error=type(failure).__qualname__)
                raise Unavailable from failure
        RETRY_COUNTS.retries[cause] += 1
        await asyncio.sleep(_FIRST_PAUSE_S * 2**number * random.random())
    raise AssertionError("unreachable")


def cause_of_retry(failure: Exception) -> RetryCause | None:
    """Tell why the same transaction may succeed when it is run again; None where it would not."""
    if isinstance(failure, DeadlockDetectedError):
        return RetryCause.DEADLOCK
    if isinstance(failure, TransactionRollbackError):
        return RetryCause.SERIALIZATION
    if is_outage(failure):
        return RetryCause.CONNECTION
    return RetryCause.UNIQUE_INDEX if _is_lost_race(failure) else None


def is_silence(failure: Exception) -> bool:
    """Tell whether something outside is silent: whatever is done at this moment would fail too."""
    if not isinstance(failure, Unavailable):
        return False
    return failure.__cause__ is None or is_outage(failure.__cause__)


def _is_lost_race(failure: Exception) -> bool:
    cause: Any = failure.args[0] if isinstance(failure, IntegrityError) and failure.args else None
    return isinstance(cause, UniqueViolationError)
