"""The frame of every use case that writes: key, locks, changes, answer, commit, in that order.

A use case first finds out, without any lock, whether the thing is the actor's at all; then claims
its key and locks; then decides on what it loads under the locks. A refusal rolls everything back
and is stored under the key on its own, so that a repetition hears the same.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Final, TypeVar
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from gongji.domain.actor import Actor
from gongji.domain.binding import Capacity
from gongji.domain.business_day import business_day
from gongji.domain.errors import Problem
from gongji.domain.events import Event, EventKind
from gongji.store.changes import Changes
from gongji.store.families import NOTHING_BESIDE, Beside, Families, load_families
from gongji.store.guardians import acting_capacity
from gongji.store.locks import LockedBeneficiary, claim_and_lock, stored_keys
from gongji.store.request_keys import Key, Request, is_answer, make_key, write_problem
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a command: the id of what it made or changed."""

    id: UUID
    replayed: bool = False


class _Replayed(Exception):
    """The key was answered before. Leaves the use case from ``claim``; never seen outside."""

    def __init__(self, result_id: UUID) -> None:
        super().__init__(result_id)
        self.result_id: Final = result_id


@dataclass(slots=True)
class Transaction:
    """One use case's transaction.

    Args:
        at: the server's time; once the key is claimed, the time on the locked rows.
        locked: the beneficiary rows that are locked.
        has_claimed: whether the key was new, and the request the actor's to make.
    """

    connection: BaseDBAsyncClient
    actor: Actor
    ports: Ports
    key: Key
    at: datetime
    changes: Changes
    locked: dict[UUID, LockedBeneficiary] = field(default_factory=dict)
    has_claimed: bool = False

    async def acting_person(self) -> tuple[UUID, Capacity]:
        """Return for whom the actor acts, and as whom.

        Raises:
            Forbidden: the actor is not a person.
            Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

        Clause: G19.
        """
        capacity = await acting_capacity(self.connection, self.actor, self.at)
        return self.actor.person_id, capacity

    async def claim(self, *beneficiary_ids: UUID, beside: Key | None = None) -> None:
        """Claim the key and lock beneficiary rows; to be called once, before anything is decided.

        A key that was answered before ends the use case here with that answer.

        Args:
            beside: another key, claimed in the same order of keys; it may be answered already.

        Raises:
            RequestIdReused: the key belongs to another request or operation.
            RequestVoided: the key is barred.
            Refusal, Conflict: that was the answer to this very request.
        """
        keys = [self.key] if beside is None else [self.key, beside]
        claimed = await claim_and_lock(self.connection, keys, beneficiary_ids, claimed_at=self.at)
        if self.key.id not in claimed.new_keys:
            stored = (await stored_keys(self.connection, [self.key.id]))[self.key.id]
            raise _Replayed(stored.answer_to(self.key))
        self.has_claimed = True
        self.locked = claimed.beneficiaries
        self.at = self.changes.at = self.ports.clock.now()

    async def lock(self, beneficiary_id: UUID) -> LockedBeneficiary:
        """Lock a beneficiary row that only a claimed key leads to; the time is taken anew."""
        claimed = await claim_and_lock(self.connection, (), [beneficiary_id], claimed_at=self.at)
        self.locked |= claimed.beneficiaries
        self.at = self.changes.at = self.ports.clock.now()
        return self.locked[beneficiary_id]

    async def load(
        self,
        *beneficiary_ids: UUID,
        account_ids: tuple[UUID, ...] = (),
        beside: Beside = NOTHING_BESIDE,
    ) -> Families:
        """Load families under their locks, and lock their accounts and ``account_ids``."""
        return await load_families(
            self.connection,
            beneficiary_ids,
            day=business_day(self.at),
            locking=True,
            account_ids=account_ids,
            beside=beside,
        )

    def record(self, kind: EventKind, subject_id: UUID, **ids: UUID) -> None:
        """Record a fact about a beneficiary whose row is locked."""
        self.changes.event(Event(kind, subject_id, ids), self.locked[subject_id], by=self.actor)


R = TypeVar("R", bound=Request)
UseCase = Callable[[Transaction, R], Awaitable[UUID]]
Command = Callable[[R, Actor, Ports], Awaitable[Done]]


def command(operation: str) -> Callable[[UseCase[R]], Command[R]]:
    """Turn a use case into a command that is done once per key, retried, and always answered.

    Args:
        operation: the mutation's name; part of what the key stands for.

    The command raises what the use case raises; refusals and conflicts are stored under the key.
    """

    def decorate(act: UseCase[R]) -> Command[R]:
        @wraps(act)
        async def perform(request: R, actor: Actor, ports: Ports) -> Done:
            key = make_key(operation, request, actor, ports.key_ring)
            return await retried(lambda: _once(act, request, key, ports))

        return perform

    return decorate


async def _once(act: UseCase[R], request: R, key: Key, ports: Ports) -> Done:
    tx: Transaction | None = None
    try:
        async with in_transaction() as connection:
            tx = open_transaction(connection, key, ports)
            result_id = await act(tx, request)
            tx.changes.answer(key, {"id": str(result_id)})
            await tx.changes.write(connection)
            return Done(result_id)
    except _Replayed as replayed:
        return Done(replayed.result_id, replayed=True)
    except Problem as problem:
        if tx is None or not is_answer(problem):
            raise
        return await _store_problem(problem, tx)


def open_transaction(connection: BaseDBAsyncClient, key: Key, ports: Ports) -> Transaction:
    """Frame an open database transaction."""
    now = ports.clock.now()
    return Transaction(connection, key.actor, ports, key, now, Changes(now))


async def _store_problem(problem: Problem, refused: Transaction) -> Done:
    """Store a refusal or conflict under the key, or hear the answer that came first.

    Args:
        refused: rolled back. Where it had claimed the key, a repetition may have been answered
            since. Where it had not, the request is not the actor's to make, by today's rights,
            and no stored answer is told.

    Raises:
        Problem: this one, or the one that was stored first.
    """
    key = refused.key
    async with in_transaction() as connection:
        now = refused.ports.clock.now()
        claimed = await claim_and_lock(connection, [key], (), claimed_at=now)
        if key.id in claimed.new_keys:
            changes = Changes(now)
            changes.answer(key, write_problem(problem))
            await changes.write(connection)
            answered = None
        else:
            answered = (await stored_keys(connection, [key.id]))[key.id]
    if answered is None or not refused.has_claimed:
        raise problem
    return Done(answered.answer_to(key), replayed=True)
