"""Many families' changes at once: one serial order explains everything, and no fen is lost."""

import asyncio
import random
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import pytest

from gongji.domain.errors import Refusal, StaleOrder
from gongji.domain.money import Fen
from gongji.domain.person import Scheme
from gongji.domain.records import ContributionRecord
from gongji.store.rows import (
    BeneficiaryRow,
    SettlementRow,
    TransferRow,
)
from gongji.usecases.contribute import contribute
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from gongji.usecases.resume import ResumeBinding, resume_binding
from gongji.usecases.set_limit import SetBindingLimit, set_binding_limit
from tests.bills import bill, settle_bill, settling
from tests.explained import expect_explained
from tests.history import History
from tests.model import Model, Shared
from tests.world import Person, Place, World, key

pytestmark = pytest.mark.usefixtures("books_are_right")

LIMIT = 40_00
CONTRIBUTIONS = 4


@dataclass
class Crossing:
    """Two beneficiaries who share the same two sharers in opposite order."""

    x: Person
    y: Person
    p: Person
    q: Person
    bindings: dict[str, UUID]
    hospital: Place


@pytest.fixture
async def crossing(world: World) -> Crossing:
    await world.policy()
    x = await world.person("卓玛", balance=100_00)
    y = await world.person("央金", scheme=Scheme.RESIDENT)
    p = await world.person("扎西", balance=2500_00)
    q = await world.person("次仁", balance=1800_00)
    bindings = {
        "px": await world.bind(p, x, position=1),
        "qx": await world.bind(q, x, position=2),
        "qy": await world.bind(q, y, position=1),
        "py": await world.bind(p, y, position=2),
    }
    return Crossing(x, y, p, q, bindings, await world.institution())


class Run:
    """Everything that is sent at once."""

    def __init__(self, world: World, crossing: Crossing, seed: int) -> None:
        self.world, self.of, self.random = world, crossing, random.Random(seed)

    def everything(self) -> Sequence[Awaitable[None]]:
        sent = [self.settle(number) for number in range(64)]
        sent += [self.reorder(self.random.choice([self.of.x, self.of.y])) for _ in range(6)]
        sent += [self.pause_and_resume("px"), self.pause_and_resume("qy")]
        sent += [self.limit("qx"), self.end("py")]
        sent += [self.contribute(number) for number in range(CONTRIBUTIONS)]
        self.random.shuffle(sent)
        return sent

    async def settle(self, number: int) -> None:
        person = self.of.x if number % 2 else self.of.y
        share = self.random.randrange(1, 150_00)
        await self._later()
        request = settling(person, bill(f"B{number}", share))
        await settle_bill(request, self.of.hospital.actor, self.world.ports)

    async def reorder(self, person: Person) -> None:
        await self._later()
        row = await BeneficiaryRow.get(person_id=person.id)
        names = ("px", "qx") if person is self.of.x else ("py", "qy")
        order = [self.of.bindings[name] for name in names]
        self.random.shuffle(order)
        request = ReorderSharers(key(), tuple(order), row.order_version)
        # Somebody else was faster, or a binding ended: nothing happened.
        with suppress(StaleOrder, Refusal):
            await reorder_sharers(request, person.actor, self.world.ports)

    async def pause_and_resume(self, name: str) -> None:
        actor = self._sharer(name).actor
        binding_id = self.of.bindings[name]
        for _ in range(3):
            await self._later()
            await pause_binding(PauseBinding(key(), binding_id), actor, self.world.ports)
            await self._later()
            await resume_binding(ResumeBinding(key(), binding_id), actor, self.world.ports)

    async def limit(self, name: str) -> None:
        await self._later()
        request = SetBindingLimit(key(), self.of.bindings[name], per_month=Fen(LIMIT))
        await set_binding_limit(request, self._sharer(name).actor, self.world.ports)

    async def end(self, name: str) -> None:
        await self._later()
        request = EndBinding(key(), self.of.bindings[name])
        await end_binding(request, self._sharer(name).actor, self.world.ports)

    async def contribute(self, number: int) -> None:
        await self._later()
        person = self.of.p if number % 2 else self.of.q
        batch = ContributionRecord(f"2026-{number:02d}", person.id_number, Fen(33_33))
        await contribute([batch], self.world.ports)

    def _sharer(self, name: str) -> Person:
        return self.of.p if name.startswith("p") else self.of.q

    async def _later(self) -> None:
        await asyncio.sleep(self.random.random() * 0.25)


@pytest.mark.parametrize("seed", range(3))
async def test_64_settlements_at_once_have_a_serial_order(
    world: World, crossing: Crossing, seed: int
) -> None:
    run = Run(world, crossing, seed)

    await asyncio.gather(*run.everything())

    history = await History.read()
    assert len(history.settlements) == 64
    expect_explained(history, start(crossing), limits={crossing.bindings["qx"]: LIMIT})
    await nothing_is_lost(crossing)


def start(of: Crossing) -> Model:
    accounts = [person.account_id for person in (of.x, of.p, of.q)]
    assert all(accounts)
    shared = {
        binding: Shared(of.p.account_id if name.startswith("p") else of.q.account_id)  # type: ignore[arg-type]
        for name, binding in of.bindings.items()
    }
    b = of.bindings
    return Model(
        balances={a: fen for a, fen in zip(accounts, (100_00, 2500_00, 1800_00), strict=True) if a},
        own={of.x.id: of.x.account_id, of.y.id: None},
        shared=shared,
        order={of.x.id: [b["px"], b["qx"]], of.y.id: [b["qy"], b["py"]]},
    )


async def nothing_is_lost(of: Crossing) -> None:
    """What was opened and paid in is on the accounts or with the hospital, to the fen."""
    transfers = await TransferRow.all()
    personal = {of.x.account_id, of.p.account_id, of.q.account_id}
    paid_in = sum(t.amount_fen for t in transfers if t.credit_account_id in personal)
    drawn = sum(t.amount_fen for t in transfers if t.debit_account_id in personal)
    settled = await SettlementRow.all()
    assert drawn == sum(s.own_fen + s.shared_fen for s in settled)
    assert paid_in == 100_00 + 2500_00 + 1800_00 + CONTRIBUTIONS * 33_33
