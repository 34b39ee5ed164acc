"""The desk: what waits together is done together, and everybody gets an answer of their own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from uuid import UUID

import pytest
from asyncpg.exceptions import UniqueViolationError
from tortoise.exceptions import IntegrityError

from gongji.desk.desk import MOST_TOGETHER, Acts, Desk, Kind, Together
from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.errors import Code, Refusal, Unavailable, refuse
from gongji.domain.premium import PremiumStatus
from gongji.store.rows import PremiumRow, SettlementRow
from gongji.usecases.pay_premium import PayPremium
from gongji.usecases.reverse import ReverseSettlement
from gongji.usecases.settle import Answer, SettleBill, Settled, settle
from tests.bills import bill, settling
from tests.usecases.e2 import Family, make_family
from tests.usecases.premium_family import make_premium_family
from tests.world import World, key


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


@dataclass
class Counted:
    """Settles for real, and remembers how many bills came together."""

    world: World
    sizes: list[int] = field(default_factory=list)

    async def __call__(self, bills: Sequence[tuple[SettleBill, Actor]]) -> list[Answer]:
        self.sizes.append(len(bills))
        return await settle(bills, self.world.ports)


def settling_by(settle_together: Together[SettleBill, Settled]) -> Acts:
    """Make acts of which only settling is asked for."""

    async def unasked(_: object) -> NoReturn:
        raise AssertionError("nobody asked for this")

    return Acts(settle_together, reverse=unasked, debit=unasked, ask_tax_bureau=unasked)


def till(number: int) -> Actor:
    return Actor(ActorKind.TILL, UUID(int=number), Channel.TILL)


@dataclass
class Gate:
    """Stands for a slow transaction: lets batches through when told, and answers with refusals."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    batches: list[list[str]] = field(default_factory=list)
    broken: str | None = None

    async def __call__(self, bills: Sequence[tuple[SettleBill, Actor]]) -> list[Answer]:
        numbers = [request.bill.institution_bill_no for request, _ in bills]
        self.batches.append(numbers)
        await self.opened.wait()
        if self.broken in numbers:
            raise RuntimeError(self.broken)
        return [refuse(Code.BILL_NUMBER_FORM, number) for number in numbers]


def request(family: Family, number: str) -> SettleBill:
    return settling(family.me, bill(number, share=1))


async def arrive(desk: Desk, family: Family, *sent: tuple[str, int]) -> list[asyncio.Task[Settled]]:
    """Let bills arrive in this order, each by its number and till, and wait until all wait."""
    tasks = []
    for number, at in sent:
        tasks.append(asyncio.create_task(desk.settle(request(family, number), till(at))))
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_a_lone_bill_goes_at_once(world: World, family: Family) -> None:
    counted = Counted(world)
    desk = Desk(settling_by(counted))

    done = await desk.settle(request(family, "1"), family.hospital.actor)

    assert (done.settlement.own, counted.sizes) == (1, [1])


async def test_what_comes_as_the_last_clerk_ends_is_taken_all_the_same(family: Family) -> None:
    followers: list[asyncio.Task[Settled]] = []

    async def followed(bills: Sequence[tuple[SettleBill, Actor]]) -> list[Answer]:
        if not followers:
            # It starts after this clerk's last step, and before anybody hears of the end.
            followers.append(asyncio.create_task(desk.settle(request(family, "2"), till(2))))
        return [refuse(Code.BILL_NUMBER_FORM) for _ in bills]

    desk = Desk(settling_by(followed), clerks=1, deadline_s=1)
    first = asyncio.create_task(desk.settle(request(family, "1"), till(1)))
    await asyncio.wait([first])
    answers = await asyncio.gather(first, *followers, return_exceptions=True)

    assert [type(answer) for answer in answers] == [Refusal, Refusal]
    assert desk.counts.late == 0


async def test_what_waits_is_settled_together(world: World, family: Family) -> None:
    counted = Counted(world)
    desk = Desk(settling_by(counted), clerks=1)

    await asyncio.gather(
        *(desk.settle(request(family, str(n)), family.hospital.actor) for n in range(150))
    )

    assert sum(counted.sizes) == 150
    assert max(counted.sizes) == MOST_TOGETHER
    assert len(counted.sizes) <= 4
    assert await SettlementRow.all().count() == 150


async def test_each_bill_of_a_batch_sees_the_one_before(world: World, family: Family) -> None:
    desk = Desk(settling_by(Counted(world)), clerks=1)

    answers = await asyncio.gather(
        *(
            desk.settle(settling(family.me, bill(str(n), share=100_00)), family.hospital.actor)
            for n in range(8)
        )
    )

    own = [a.settlement.own for a in answers]
    shared = [a.settlement.shared for a in answers]
    assert own == [100_00, 18_63, 0, 0, 0, 0, 0, 0]
    assert sum(shared) == 300_00 + 205_88
    assert [await world.balance(p) for p in (family.me, family.a, family.b)] == [0, 0, 0]


async def test_tills_take_turns(family: Family) -> None:
    gate = Gate()
    desk = Desk(settling_by(gate), clerks=1)
    tasks = await arrive(
        desk, family, ("first", 1), *((f"busy{n}", 1) for n in range(3)), ("quiet", 2)
    )

    gate.opened.set()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert gate.batches == [["first"], ["busy0", "quiet", "busy1", "busy2"]]


async def test_a_full_queue_is_said_at_once_and_takes_nothing(family: Family) -> None:
    gate = Gate()
    desk = Desk(settling_by(gate), clerks=1, most_waiting=2)
    tasks = await arrive(desk, family, ("at work", 1), ("waits", 1), ("waits too", 2))

    with pytest.raises(Unavailable):
        await desk.settle(request(family, "too many"), till(3))

    gate.opened.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert gate.batches == [["at work"], ["waits", "waits too"]]
    assert desk.counts.turned_away == 1


async def test_one_till_cannot_fill_the_queue(family: Family) -> None:
    gate = Gate()
    desk = Desk(settling_by(gate), clerks=1, most_of_one_sender=1)
    tasks = await arrive(desk, family, ("at work", 1), ("waits", 1), ("of another", 2))

    with pytest.raises(Unavailable):
        await desk.settle(request(family, "too many"), till(1))

    gate.opened.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert gate.batches == [["at work"], ["waits", "of another"]]


async def test_what_breaks_a_transaction_breaks_no_neighbour(family: Family) -> None:
    gate = Gate(broken="broken")
    desk = Desk(settling_by(gate), clerks=1)
    tasks = await arrive(desk, family, ("first", 1), ("sound", 1), ("broken", 1), ("last", 1))

    gate.opened.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(answer) for answer in answers] == [Refusal, Refusal, RuntimeError, Refusal]
    assert gate.batches[1:] == [["sound", "broken", "last"], ["sound"], ["broken"], ["last"]]
    assert desk.counts.split == 1


@pytest.mark.parametrize("cause", [None, ConnectionRefusedError()])
async def test_while_something_outside_is_silent_all_hear_it_at_once(
    family: Family, cause: Exception | None
) -> None:
    sizes = []

    async def silent(bills: Sequence[tuple[SettleBill, Actor]]) -> list[Answer]:
        sizes.append(len(bills))
        raise Unavailable from cause

    desk = Desk(settling_by(silent), clerks=1)
    tasks = await arrive(desk, family, ("first", 1), ("second", 1), ("third", 2))
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert {type(answer) for answer in answers} == {Unavailable}
    assert sum(sizes) == 3
    assert desk.counts.split == 0


async def test_what_gives_up_for_a_lost_race_is_done_one_by_one(family: Family) -> None:
    sizes = []

    async def racing(bills: Sequence[tuple[SettleBill, Actor]]) -> list[Answer]:
        sizes.append(len(bills))
        await asyncio.sleep(0)
        if len(bills) > 1:
            raise Unavailable from IntegrityError(UniqueViolationError("raced"))
        return [refuse(Code.BILL_NUMBER_FORM)]

    desk = Desk(settling_by(racing), clerks=1)
    tasks = [asyncio.create_task(desk.settle(request(family, str(n)), till(1))) for n in range(3)]
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert {type(answer) for answer in answers} == {Refusal}
    assert sizes == [3, 1, 1, 1]


async def test_a_client_that_goes_away_changes_nothing(world: World, family: Family) -> None:
    desk = Desk(settling_by(Counted(world)))
    sent = request(family, "1")
    gone = asyncio.create_task(desk.settle(sent, family.hospital.actor))
    await asyncio.sleep(0)
    gone.cancel()

    await desk.close()

    (again,) = await settle([(sent, family.hospital.actor)], world.ports)
    assert isinstance(again, Settled)
    assert again.replayed


async def test_who_waits_too_long_is_told_and_the_bill_is_settled_all_the_same(
    world: World, family: Family
) -> None:
    gate = asyncio.Event()

    async def slow(bills: Sequence[tuple[SettleBill, Actor]]) -> list[Answer]:
        await gate.wait()
        return await settle(bills, world.ports)

    desk = Desk(settling_by(slow), deadline_s=0.02)
    sent = request(family, "1")
    with pytest.raises(Unavailable):
        await desk.settle(sent, family.hospital.actor)
    assert desk.counts.late == 1
    gate.set()
    await desk.close()

    (again,) = await settle([(sent, family.hospital.actor)], world.ports)
    assert isinstance(again, Settled)
    assert again.replayed


async def test_a_desk_that_closes_finishes_what_waits_and_takes_no_more(family: Family) -> None:
    gate = Gate()
    desk = Desk(settling_by(gate), clerks=1)
    tasks = await arrive(desk, family, ("at work", 1), ("waits", 1))
    closing = asyncio.create_task(desk.close())
    await asyncio.sleep(0)

    with pytest.raises(Unavailable):
        await desk.settle(request(family, "late"), till(1))
    gate.opened.set()
    await closing

    assert all(task.done() for task in tasks)
    assert gate.batches == [["at work"], ["waits"]]
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_one_key_at_two_desks_settles_once(world: World, family: Family) -> None:
    desks = [Desk(settling_by(Counted(world))) for _ in range(3)]
    sent = request(family, "1")

    answers = await asyncio.gather(
        *(desk.settle(sent, family.hospital.actor) for desk in desks for _ in range(5))
    )

    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 14
    assert await SettlementRow.all().count() == 1


async def test_reversals_and_premiums_go_through_the_same_desk(
    world: World, family: Family
) -> None:
    premiums = await make_premium_family(world, a=1000_00, has_policy=True)
    desk, till = Desk(Acts.of(premiums.ports)), family.hospital.actor
    bills = [
        await desk.settle(settling(family.me, bill(str(n), share=60_00)), till) for n in range(4)
    ]

    reversed_now, premium = await asyncio.gather(
        asyncio.gather(
            *(desk.reverse(ReverseSettlement(key(), one.settlement.id), till) for one in bills)
        ),
        desk.pay_premium(premiums.request(), premiums.a.actor),
    )

    assert {one.reversal.settlement_id for one in reversed_now} == {one.id for one in bills}
    assert [await world.balance(p) for p in (family.me, family.a)] == [118_63, 300_00]
    row = await PremiumRow.get(id=premium.id)
    assert (row.status, [one.premium_id for one in premiums.bureau.asked]) == (
        PremiumStatus.CONFIRMED,
        [premium.id],
    )


async def test_a_problem_at_the_desk_is_raised_for_its_sender(world: World, family: Family) -> None:
    premiums = await make_premium_family(world, a=1000_00, has_policy=True)
    desk = Desk(Acts.of(premiums.ports))

    with pytest.raises(Refusal):
        await desk.reverse(ReverseSettlement(key(), key()), family.hospital.actor)
    with pytest.raises(Refusal):
        await desk.pay_premium(premiums.request(), premiums.b.actor)

    assert premiums.bureau.asked == []


@dataclass
class Kinds:
    """Writes down which kind is done, and how many of it, once it is opened."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    done: list[tuple[str, int]] = field(default_factory=list)

    def acts(self) -> Acts:
        return Acts(
            settle=self._together("bills"),
            reverse=self._together("reversals"),
            debit=self._together("premiums"),
            ask_tax_bureau=self._never,
        )

    def _together(self, kind: str) -> Together[Any, Any]:
        async def refuse_all(asked: Sequence[object]) -> list[Any]:
            self.done.append((kind, len(asked)))
            await self.opened.wait()
            return [refuse(Code.NOT_FOUND) for _ in asked]

        return refuse_all

    async def _never(self, _: object) -> None:
        raise AssertionError("nothing was debited")


async def test_the_kinds_take_turns_and_share_the_queue(family: Family) -> None:
    kinds = Kinds()
    desk = Desk(kinds.acts(), clerks=1, most_waiting=5)
    sent = [
        *await arrive(desk, family, ("at work", 1)),
        *(
            asyncio.create_task(one)
            for one in (
                *(desk.settle(request(family, str(n)), till(1)) for n in range(3)),
                desk.reverse(ReverseSettlement(key(), key()), till(2)),
                desk.pay_premium(PayPremium(key(), key(), 2027), family.a.actor),
            )
        ),
    ]
    await asyncio.sleep(0)

    assert desk.waiting == 5
    with pytest.raises(Unavailable):
        await desk.pay_premium(PayPremium(key(), key(), 2027), family.b.actor)

    kinds.opened.set()
    answers = await asyncio.gather(*sent, return_exceptions=True)
    assert {type(answer) for answer in answers} == {Refusal}
    assert kinds.done == [("bills", 1), ("reversals", 1), ("premiums", 1), ("bills", 3)]
    assert desk.counts.requests == {Kind.BILLS: 4, Kind.REVERSALS: 1, Kind.PREMIUMS: 1}
    assert desk.counts.transactions == {Kind.BILLS: 2, Kind.REVERSALS: 1, Kind.PREMIUMS: 1}
    assert desk.waiting == 0


async def test_a_senders_share_counts_every_kind(family: Family) -> None:
    kinds = Kinds()
    desk = Desk(kinds.acts(), clerks=1, most_of_one_sender=2)
    sent: list[asyncio.Task[Any]] = [
        *await arrive(desk, family, ("at work", 1), ("waits", 1)),
        asyncio.create_task(desk.reverse(ReverseSettlement(key(), key()), till(1))),
    ]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable):
        await desk.settle(request(family, "too many"), till(1))

    kinds.opened.set()
    await asyncio.gather(*sent, return_exceptions=True)
    assert [kind for kind, _ in kinds.done] == ["bills", "reversals", "bills"]
