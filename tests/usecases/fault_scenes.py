"""Scenes of the fault suite: one for each thing that writes, ready to be sent under one key."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from gongji.domain.binding import BindingStatus
from gongji.domain.errors import Problem, Refusal, Unavailable
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.domain.records import ContributionRecord
from gongji.usecases.accept import AcceptInvitation, accept_invitation
from gongji.usecases.contribute import contribute
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.ports import PremiumOrder, TaxAnswer
from gongji.usecases.refund_premium import RefundPremium, refund_premium
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from gongji.usecases.reverse import ReverseSettlement
from gongji.usecases.settle import settle
from gongji.usecases.void import VoidRequest, void_request
from tests.bills import bill, pay_premium, reverse_settlement, settle_bill, settling
from tests.builders import bill_e2
from tests.faults import Faults
from tests.usecases.e2 import make_family
from tests.usecases.family_steps import VERSION, couple, invite
from tests.usecases.premium_family import FAILED, Bureau, make_premium_family
from tests.world import World, key

Act = Callable[[], Awaitable[Any]]
"""Sends the request, every time under the same key; returns what the client hears."""
Scene = Callable[[World, Faults], Awaitable[Act]]
"""Prepares people and bills."""


@dataclass
class FaultyBureau(Bureau):
    """A tax bureau whose line follows the plan as well."""

    faults: Faults | None = None

    async def pay(self, order: PremiumOrder) -> TaxAnswer:
        assert self.faults is not None
        return await self.faults.step(
            "(tax bureau)", lambda: super(FaultyBureau, self).pay(order), lost=Unavailable()
        )


async def settling_alone(world: World, _: Faults) -> Act:
    family = await make_family(world)
    request = settling(family.me, bill_e2())

    async def act() -> Any:
        return (await settle_bill(request, family.hospital.actor, world.ports)).settlement

    return act


async def settling_together(world: World, _: Faults) -> Act:
    """Two people who share A and B, one key twice, and a bill that is refused."""
    family = await make_family(world)
    other = await world.person("措姆", balance=10_00)
    for sharer in (family.b, family.a):
        await world.bind(sharer, other)
    stranger = replace(family.me, id_number=world.id_number())
    once = settling(family.me, bill("1", 300_00))
    requests = [
        once,
        settling(other, bill("2", 250_00)),
        settling(stranger, bill("3")),
        once,
        settling(family.me, bill("4", 150_00)),
    ]

    async def act() -> Any:
        asked = [(request, family.hospital.actor) for request in requests]
        answers = await settle(asked, world.ports)
        return [_codes(one) if isinstance(one, Problem) else one.settlement for one in answers]

    return act


async def reversing(world: World, _: Faults) -> Act:
    family = await make_family(world)
    till = family.hospital.actor
    settled = await settle_bill(settling(family.me, bill_e2()), till, world.ports)
    request = ReverseSettlement(key(), settled.settlement.id)

    async def act() -> Any:
        return (await reverse_settlement(request, till, world.ports)).id

    return act


async def voiding_what_was_done(world: World, _: Faults) -> Act:
    family = await make_family(world)
    till = family.hospital.actor
    bill_sent = settling(family.me, bill_e2())
    await settle_bill(bill_sent, till, world.ports)
    request = VoidRequest(key(), bill_sent.request_id)

    async def act() -> Any:
        return (await void_request(request, till, world.ports)).id

    return act


async def voiding_what_never_came(world: World, _: Faults) -> Act:
    family = await make_family(world)
    request = VoidRequest(key(), key())

    async def act() -> Any:
        return (await void_request(request, family.hospital.actor, world.ports)).id

    return act


async def paying_a_premium(world: World, faults: Faults) -> Act:
    return await _paying(world, FaultyBureau(faults=faults))


async def paying_a_premium_that_the_bureau_refuses(world: World, faults: Faults) -> Act:
    return await _paying(world, FaultyBureau(FAILED, faults=faults))


async def _paying(world: World, bureau: Bureau) -> Act:
    family = await make_premium_family(world)
    family.bureau = bureau
    request = family.request()

    async def act() -> Any:
        return (await pay_premium(request, family.a.actor, family.ports)).id

    return act


async def refunding_a_premium(world: World, _: Faults) -> Act:
    family = await make_premium_family(world)
    request = RefundPremium(key(), (await family.pay()).id)

    async def act() -> Any:
        return (await refund_premium(request, family.a.actor, world.ports)).id

    return act


async def reordering(world: World, _: Faults) -> Act:
    family = await make_family(world)
    request = ReorderSharers(key(), tuple(reversed(family.bindings)), expected_version=0)

    async def act() -> Any:
        return (await reorder_sharers(request, family.me.actor, world.ports)).id

    return act


async def pausing(world: World, _: Faults) -> Act:
    family = await make_family(world)
    request = PauseBinding(key(), family.bindings[0])

    async def act() -> Any:
        return (await pause_binding(request, family.a.actor, world.ports)).id

    return act


async def ending(world: World, _: Faults) -> Act:
    family = await make_family(world)
    request = EndBinding(key(), family.bindings[1])

    async def act() -> Any:
        return (await end_binding(request, family.me.actor, world.ports)).id

    return act


async def accepting(world: World, _: Faults) -> Act:
    a, b = await couple(world)
    request = AcceptInvitation(key(), await invite(world, a, b), VERSION)

    async def act() -> Any:
        return (await accept_invitation(request, b.actor, world.ports)).id

    return act


async def accepting_too_late(world: World, _: Faults) -> Act:
    """What is refused is an answer too, and stored by a transaction of its own."""
    a, b = await couple(world)
    expired = await world.bind(a, b, kinship=Kinship.SPOUSE, status=BindingStatus.EXPIRED)
    request = AcceptInvitation(key(), expired, VERSION)

    async def act() -> Any:
        try:
            return await accept_invitation(request, b.actor, world.ports)
        except Refusal as refused:
            return _codes(refused)

    return act


async def contributing(world: World, _: Faults) -> Act:
    owners = [await world.person(balance=balance) for balance in (0, 10_00)]
    batch = [ContributionRecord("2026-11", owner.id_number, Fen(300_00)) for owner in owners]

    async def act() -> Any:
        await contribute(batch, world.ports)

    return act


def _codes(problem: Problem) -> list[str]:
    assert isinstance(problem, Refusal)
    return [reason.code.name for reason in problem.reasons]


SCENES: tuple[Scene, ...] = (
    settling_alone,
    settling_together,
    reversing,
    voiding_what_was_done,
    voiding_what_never_came,
    paying_a_premium,
    paying_a_premium_that_the_bureau_refuses,
    refunding_a_premium,
    reordering,
    pausing,
    ending,
    accepting,
    accepting_too_late,
    contributing,
)
