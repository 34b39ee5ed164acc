"""The frame of what is done for many at once: one transaction, and an answer for each.

Whom and what each request concerns is found out first, without a lock. Statement 1 claims all keys
and locks; statement 2 loads everything in a new snapshot; then the requests are decided one after
the other, each on what the ones before have left; one statement writes it all. A problem is a value
and disturbs no neighbour. What is raised undoes the whole, for whoever calls to do them one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from gongji.domain.actor import Actor
from gongji.domain.business_day import business_day
from gongji.domain.errors import Forbidden, Problem
from gongji.store.changes import Changes
from gongji.store.families import Beside, Families, load_families
from gongji.store.ids import new_id
from gongji.store.locks import LockedBeneficiary, claim_and_lock
from gongji.store.personal_data import KeyRing
from gongji.store.request_keys import (
    Key,
    Request,
    StoredKey,
    is_answer,
    make_key,
    write_problem,
)
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried


class Lead(Protocol):
    """What is known of a request before any lock: whose family and which accounts it concerns."""

    @property
    def beneficiary_id(self) -> UUID | None:
        """Return the beneficiary whose row is locked; None: nobody was recognised."""
        ...

    @property
    def account_ids(self) -> Sequence[UUID]:
        """Return accounts that are locked beside those of the family."""
        ...


class Effect(Protocol):
    """What was done under a key, now or by an earlier sending."""

    @property
    def id(self) -> UUID:
        """Return the id of what was made."""
        ...


R = TypeVar("R", bound=Request)
L = TypeVar("L", bound=Lead)
D = TypeVar("D", bound=Effect)
D_co = TypeVar("D_co", bound=Effect, covariant=True)


@dataclass(frozen=True, slots=True)
class FamilyLead:
    """A request that concerns a family and no further account."""

    beneficiary_id: UUID

    @property
    def account_ids(self) -> Sequence[UUID]:
        """Return no account: those of the family are locked anyway."""
        return ()


@dataclass(frozen=True, slots=True)
class Waiting(Generic[R, L]):
    """One request on its way.

    Args:
        lead: what it concerns; or why it is not the actor's to make, by today's rights.
        id: of what it makes, should nothing stand against it; the key is claimed with it.
    """

    request: R
    actor: Actor
    key: Key
    lead: L | Problem
    id: UUID = field(default_factory=new_id)


class Operation(Protocol[R, L, D_co]):
    """One of the operations that are done for many at once."""

    name: str
    """The mutation's name; part of what a key stands for."""

    async def leads(self, asked: Sequence[tuple[R, Actor]], ports: Ports) -> Sequence[L | Problem]:
        """Find out, without a lock, what each request concerns, in one statement.

        ``Forbidden`` is answered and leaves no trace; a refusal is stored under the key.
        """
        ...

    def beside(self, waiting: Sequence[Waiting[R, L]]) -> Beside:
        """Tell what is loaded beside the families."""
        ...

    def act(self, batch: "Batch", one: Waiting[R, L], lead: L) -> D_co:
        """Decide one request on what the ones before have left, and collect what it changes.

        What it makes has the id of the waiting request.

        Raises:
            Problem: something stands against it; nothing was collected. One that is no answer
                (``Forbidden``, ``Unavailable``) undoes the whole.
        """
        ...

    def repeat(self, batch: "Batch", lead: L, result_id: UUID) -> D_co:
        """Return what was done under a key that comes again."""
        ...


@dataclass(slots=True)
class Batch:
    """Requests that are decided one after the other on the loaded values.

    Args:
        at: the server's time on the locked rows.
        answered: answers of keys that came before, earlier or within this batch.
    """

    at: datetime
    families: Families
    locked: dict[UUID, LockedBeneficiary]
    key_ring: KeyRing
    changes: Changes
    answered: dict[UUID, StoredKey] = field(default_factory=dict)

    def answer(self, operation: Operation[R, L, D], one: Waiting[R, L]) -> D | Problem:
        """Answer one request: what was done, now or before, or a problem that is stored.

        Raises:
            Problem: one that is no answer, from deciding a request whose key is new.
        """
        stored = self.answered.get(one.key.id)
        if isinstance(one.lead, Problem):
            # Not theirs by today's rights: no stored answer is told.
            if stored is None:
                self._refuse(one.key, one.lead)
            return one.lead
        try:
            if stored is not None:
                return operation.repeat(self, one.lead, stored.answer_to(one.key))
            done = operation.act(self, one, one.lead)
        except Problem as problem:
            if stored is None:
                self._refuse(one.key, problem)
            return problem
        if done.id != one.id:
            raise ValueError("what is made has the id with which its key was claimed")
        self._remember(one.key, _made(one))
        return done

    def _refuse(self, key: Key, problem: Problem) -> None:
        if not is_answer(problem):
            # The key was claimed for something else: nothing of it may stay.
            raise problem
        answer = write_problem(problem)
        self.changes.answer(key, answer)
        self._remember(key, answer)

    def _remember(self, key: Key, answer: dict[str, Any]) -> None:
        """Keep an answer for the same key within this batch."""
        self.answered[key.id] = StoredKey(key.operation, key.request_hash, answer)


def _made(one: Waiting[Any, Any]) -> dict[str, Any]:
    """Write the answer of a request against which nothing stands."""
    return {"id": str(one.id)}


async def do_together(
    operation: Operation[R, L, D], asked: Sequence[tuple[R, Actor]], ports: Ports
) -> list[D | Problem]:
    """Do requests in one transaction, in their order, once per key, run again where it is asked.

    Args:
        asked: each with who sent it.

    Returns:
        For each request what was done, or the problem that stands against it.

    Raises:
        Unavailable: an outside system or the database is silent; the keys may be sent again.
    """
    keys = [make_key(operation.name, request, by, ports.key_ring) for request, by in asked]
    return await retried(lambda: _attempt(operation, asked, keys, ports))


async def _attempt(
    operation: Operation[R, L, D],
    asked: Sequence[tuple[R, Actor]],
    keys: Sequence[Key],
    ports: Ports,
) -> list[D | Problem]:
    leads = await operation.leads(asked, ports)
    waiting = [
        Waiting(request, actor, key, lead)
        for (request, actor), key, lead in zip(asked, keys, leads, strict=True)
    ]
    allowed = [one for one in waiting if not isinstance(one.lead, Forbidden)]
    if not allowed:
        return [Forbidden() for _ in waiting]
    async with in_transaction() as connection:
        batch = await _open(connection, operation, allowed, ports)
        answers = {id(one): batch.answer(operation, one) for one in allowed}
        await batch.changes.write(connection)
    return [answers.get(id(one), Forbidden()) for one in waiting]


async def _open(
    connection: BaseDBAsyncClient,
    operation: Operation[R, L, D],
    waiting: Sequence[Waiting[R, L]],
    ports: Ports,
) -> Batch:
    """Claim the keys and lock, then load everything in a new snapshot: statements 1 and 2."""
    leads = [one.lead for one in waiting if not isinstance(one.lead, Problem)]
    people = {lead.beneficiary_id for lead in leads if lead.beneficiary_id is not None}
    # Of a key that comes twice the first one counts, which is decided first.
    first = {one.key.id: one for one in reversed(waiting)}
    keys = {key_id: one.key for key_id, one in first.items()}
    claimed = await claim_and_lock(
        connection,
        keys.values(),
        people,
        claimed_at=ports.clock.now(),
        answers={key_id: _made(one) for key_id, one in first.items()},
    )
    at = ports.clock.now()
    repeated = keys.keys() - claimed.new_keys
    families = await load_families(
        connection,
        people,
        day=business_day(at),
        locking=True,
        account_ids={account for lead in leads for account in lead.account_ids},
        beside=replace(operation.beside(waiting), keys=repeated),
    )
    return Batch(
        at=at,
        families=families,
        locked=claimed.beneficiaries,
        key_ring=ports.key_ring,
        changes=Changes(at),
        answered=dict(families.keys),
    )
