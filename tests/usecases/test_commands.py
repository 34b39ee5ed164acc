"""One key has one answer, also where its first sending was refused while a second one waited."""

import asyncio
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest

from gongji.domain.errors import Code, Problem, Refusal, StaleOrder, not_found, refuse
from gongji.store.rows import RequestKeyRow
from gongji.usecases.transaction import Done, Transaction, command
from tests.lock_waits import until_waiting
from tests.world import World, key

ANSWER = UUID(int=7)


@dataclass(frozen=True, slots=True)
class Asked:
    request_id: UUID


async def test_a_refusal_and_a_waiting_repetition_get_one_answer(
    world: World, migrated_database: str
) -> None:
    person, request = await world.person(), Asked(key())
    watching = await asyncpg.connect(migrated_database)
    sendings: list[asyncio.Task[Done]] = []
    # A task that began inside the transaction would take its connection.
    outside = copy_context()

    @command("test")
    async def act(tx: Transaction, _request: Asked) -> UUID:
        await tx.claim(person.id)
        if sendings:
            return ANSWER
        sendings.append(asyncio.create_task(again(), context=outside))
        await until_waiting(watching)
        raise refuse(Code.MOVE_NOT_ALLOWED)

    async def again() -> Done:
        return await act(request, person.actor, world.ports)

    (first,) = await asyncio.gather(again(), return_exceptions=True)
    (second,) = await asyncio.gather(*sendings, return_exceptions=True)
    await watching.close()

    # Whichever of the two gets the key after the rollback, both hear its answer.
    if isinstance(second, Refusal):
        assert isinstance(first, Refusal)
        assert first.reasons == second.reasons
    else:
        assert (second, first) == (Done(ANSWER), Done(ANSWER, replayed=True))


@pytest.mark.parametrize(
    "answer", [None, refuse(Code.MOVE_NOT_ALLOWED), StaleOrder(2, (ANSWER,))], ids=type
)
async def test_whose_right_is_over_hears_no_stored_answer(
    world: World, answer: Problem | None
) -> None:
    person, request = await world.person(), Asked(key())
    rights = [True]

    @command("test")
    async def act(tx: Transaction, _request: Asked) -> UUID:
        if not rights:
            raise not_found()
        await tx.claim(person.id)
        if answer is not None:
            raise answer
        return ANSWER

    with suppress(Problem):
        await act(request, person.actor, world.ports)
    (stored,) = await RequestKeyRow.all()
    assert stored.answer
    rights.clear()

    with pytest.raises(Refusal) as refusal:
        await act(request, person.actor, world.ports)
    assert [reason.code for reason in refusal.value.reasons] == [Code.NOT_FOUND]
