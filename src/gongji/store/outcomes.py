"""Requests as their keys keep them: what was asked, for whom, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.domain.errors import Problem
from gongji.domain.outcome import OutcomeStatus
from gongji.store.guardians import capacity_of
from gongji.store.locks import claim_and_lock
from gongji.store.request_keys import Key, is_barred, is_voided, read_problem, voided_at
from gongji.store.sql import rows

_REQUEST: Final = """
SELECT k.id, k.request_id, k.operation, k.claimed_at,
    (k.actor ->> 'acting_for')::uuid AS acting_for, k.answer::text AS answer
FROM request_key AS k WHERE k.id = $1
"""
_LOCKED_REQUEST: Final = f"{_REQUEST} FOR UPDATE"
_SHORT_WAIT: Final = "SET LOCAL lock_timeout = '20ms'"


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A claimed key.

    Args:
        id: id of the key.
        operation: the mutation's name; ``voidRequest`` for a key that a void has barred.
        acting_for: the ward for whom it was asked.
        answer: None while the transaction that claims it is open: only that one reads it so.
    """

    id: UUID
    request_id: UUID
    operation: str
    claimed_at: datetime
    acting_for: UUID | None
    answer: Mapping[str, Any] | None

    @property
    def status(self) -> OutcomeStatus:
        """Return what became of it; a void counts, whatever was done before."""
        if self.voided_at is not None:
            return OutcomeStatus.VOIDED
        return OutcomeStatus.DONE if self.problem is None else OutcomeStatus.REFUSED

    @property
    def is_barred(self) -> bool:
        """Tell whether it was voided before anything was done: nobody knows what was asked."""
        return self.answer is not None and is_barred(self.answer)

    @property
    def voided_at(self) -> datetime | None:
        """Return when it was voided."""
        return voided_at(self.answer) if self.answer and is_voided(self.answer) else None

    @property
    def result_id(self) -> UUID | None:
        """Return the id of what was done, also where it was undone since."""
        found = (self.answer or {}).get("id")
        return None if found is None else UUID(found)

    @property
    def problem(self) -> Problem | None:
        """Return the refusal or conflict that was the answer."""
        return read_problem(self.answer) if self.answer and "problem" in self.answer else None


async def kept_request(connection: BaseDBAsyncClient, key_id: UUID) -> KeptRequest | None:
    """Read a key that was claimed and committed; None where there is none."""
    return _read(await rows(connection, _REQUEST, key_id))


async def lock_request(connection: BaseDBAsyncClient, key_id: UUID) -> KeptRequest:
    """Lock a key that this transaction has claimed, or found claimed, and read it as it is now.

    A transaction that locks keys has claimed its own before, and locks no other rows yet.
    """
    locked = _read(await rows(connection, _LOCKED_REQUEST, key_id))
    if locked is None:
        raise ValueError("a key is claimed before it is locked")
    return locked


def _read(found: list[dict[str, Any]]) -> KeptRequest | None:
    for row in found:
        answer = row.pop("answer")
        return KeptRequest(answer=None if answer is None else orjson.loads(answer), **row)
    return None


async def claim_for_a_moment(connection: BaseDBAsyncClient, key: Key, at: datetime) -> None:
    """Try to claim a key; the caller rolls back, so that nothing of it is left.

    No read sees what an open transaction has inserted, and no row lock can be tried on it. But
    an insert of the same key waits for that transaction, and the wait is cut short.

    Raises:
        LockNotAvailableError: an open transaction has claimed the key.
    """
    await connection.execute_script(_SHORT_WAIT)
    await claim_and_lock(connection, [key], (), claimed_at=at)


async def may_still_ask(
    connection: BaseDBAsyncClient, actor: Actor, kept: KeptRequest, at: datetime
) -> bool:
    """Tell whether the sender of a request may still act for whom it was sent.

    Clause: G19.
    """
    if kept.acting_for is None:
        return True
    guardian_id, ward_id = actor.subject, kept.acting_for
    return await capacity_of(connection, guardian_id, ward_id=ward_id, at=at) is not None
