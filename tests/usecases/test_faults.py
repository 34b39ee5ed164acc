"""Whatever breaks at whichever await: the same key again gives one effect and the answer.

Every await on the database and on the tax bureau can lose its connection before or after it was
done, fail as PostgreSQL makes transactions fail, or be cancelled. ``make test`` tries the ends of
each transaction and a sample. With ``SOAK=1`` every single fault is tried and many plans of
several, from a new seed, which a failure names. ``SEED`` and ``FAULTS`` (plans of several faults
for each scene) repeat a run.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import pytest

from gongji.domain.errors import Unavailable
from gongji.store.database import pool
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    CaseRow,
    ContributionRow,
    EventRow,
    OrderVersionRow,
    PersonalAccountRow,
    PremiumLegRow,
    PremiumRow,
    RequestKeyRow,
    ReversalRow,
    SettlementLegRow,
    SettlementRow,
    TransferRow,
)
from tests.books import expect_right_books
from tests.faults import BEGIN, COMMIT, CONNECTIONS, Fault, Faults, Plan, faulty_pool
from tests.soak import IS_SOAK
from tests.usecases.fault_scenes import SCENES, Scene
from tests.world import World

pytestmark = pytest.mark.soak

SEED: Final = int(os.environ.get("SEED") or (random.randrange(1 << 32) if IS_SOAK else 1))
SAMPLE: Final = 2
"""Single faults that the short form tries beside those that it always tries."""
PLANS_OF_SEVERAL: Final = int(os.environ.get("FAULTS") or (100 if IS_SOAK else 1))
ALWAYS: Final = {
    BEGIN: (Fault.CANCELLED_AFTER,),
    COMMIT: (Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.CANCELLED_AFTER),
}

TRACES: Final = {
    BeneficiaryRow: ("order_version", "order_is_set", "event_no"),
    BindingRow: ("status", "position"),
    CaseRow: ("kind",),
    ContributionRow: ("amount_fen",),
    EventRow: ("kind", "number"),
    OrderVersionRow: ("version",),
    PersonalAccountRow: ("balance_fen", "entry_no"),
    PremiumRow: ("status", "amount_fen"),
    PremiumLegRow: ("amount_fen",),
    RequestKeyRow: ("operation",),
    ReversalRow: ("business_day",),
    SettlementRow: ("own_fen", "shared_fen", "cash_fen"),
    SettlementLegRow: ("amount_fen",),
    TransferRow: ("amount_fen", "cause_kind", "entry_no", "balance_after_fen"),
}
"""What an effect leaves behind, without ids and times, which differ from run to run."""


@dataclass
class Stage:
    """Where scenes are played: an emptied database behind a pool that breaks as planned."""

    faults: Faults
    cleaner: asyncpg.Connection
    emptying: str

    async def play(self, scene: Scene, plan: Plan) -> "Played":
        """Play a scene under a plan, then send the same key again and look at what there is."""
        await self.cleaner.execute(self.emptying)
        act = await scene(World(), self.faults)
        first = await self.faults.run(act, plan)
        steps, happened = self.faults.steps, self.faults.happened
        await expect_whole_pool()
        again = await act()
        await expect_right_books()
        return Played(first, steps, happened, again, await traces())


@dataclass
class Played:
    """What became of a scene."""

    first: "asyncio.Task[Any]"
    steps: list[str]
    happened: list[Fault]
    again: Any
    traces: dict[str, list[Any]]


@pytest.fixture
async def stage(migrated_database: str, emptying: str) -> AsyncIterator[Stage]:
    faults = Faults()
    cleaner = await asyncpg.connect(migrated_database)
    try:
        async with faulty_pool(migrated_database, faults):
            yield Stage(faults, cleaner, emptying)
    finally:
        await cleaner.close()


async def expect_whole_pool() -> None:
    """Use all connections at once: one that somebody keeps for ever is missed."""
    everyone = asyncio.Barrier(CONNECTIONS)

    async def use() -> None:
        async with pool().acquire_connection() as connection:
            await everyone.wait()
            assert not connection.is_in_transaction()

    async with asyncio.timeout(10), asyncio.TaskGroup() as together:
        for _ in range(CONNECTIONS):
            together.create_task(use())


async def traces() -> dict[str, list[Any]]:
    """Return all that is in the books, the families, the keys and the events."""
    return {
        table.__name__: sorted(map(repr, await table.all().values_list(*columns)))
        for table, columns in TRACES.items()
    }


def single_faults(steps: list[str], chance: random.Random) -> list[Plan]:
    """Return plans of one fault: all of them, or what is always tried and a few others."""
    every = [(number, fault) for number in range(len(steps)) for fault in Fault]
    if IS_SOAK:
        return [{number: fault} for number, fault in every]
    chosen = [
        (number, fault) for number, step in enumerate(steps) for fault in ALWAYS.get(step, ())
    ]
    others = [one for one in every if one not in chosen]
    return [{number: fault} for number, fault in chosen + chance.sample(others, SAMPLE)]


def several_faults(steps: list[str], chance: random.Random) -> Iterator[Plan]:
    """Make plans of two to four faults, some of them in the attempts that come after the first."""
    for _ in range(PLANS_OF_SEVERAL):
        numbers = chance.sample(range(len(steps) * 3), chance.randint(2, 4))
        yield {number: chance.choice(list(Fault)) for number in numbers}


def expect_answer(played: Played, undisturbed: Played, *, is_single: bool) -> None:
    """Check what was heard, and that the effect is the undisturbed one."""
    assert played.first.cancelled() == any(fault.cancels for fault in played.happened)
    if not played.first.cancelled():
        failure = played.first.exception()
        assert failure is None or (isinstance(failure, Unavailable) and not is_single)
        if failure is None:
            assert played.first.result() == played.again
    assert played.traces == undisturbed.traces


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_the_same_key_gives_one_effect_and_the_answer_whatever_breaks(
    stage: Stage, scene: Scene
) -> None:
    chance = random.Random(f"{SEED}/{scene.__name__}")
    undisturbed = await stage.play(scene, {})
    assert undisturbed.first.result() == undisturbed.again
    assert COMMIT in undisturbed.steps

    plans = [
        *single_faults(undisturbed.steps, chance),
        *several_faults(undisturbed.steps, chance),
    ]
    for plan in plans:
        try:
            played = await stage.play(scene, plan)
            expect_answer(played, undisturbed, is_single=len(plan) == 1)
        except Exception as failure:
            failure.add_note(f"SEED={SEED}, plan {plan} of {scene.__name__}")
            raise
