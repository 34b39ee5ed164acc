"""Requests that are done together: few statements, and each sees what the ones before have left."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest

from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.binding import Capacity
from gongji.domain.errors import (
    AlreadyReversed,
    AlreadySettled,
    Code,
    Forbidden,
    Problem,
    Refusal,
    RequestIdReused,
    Unavailable,
)
from gongji.domain.kinship import Kinship
from gongji.domain.person import Scheme
from gongji.store.families import NOTHING_BESIDE, Beside
from gongji.store.rows import (
    PremiumRow,
    RequestKeyRow,
    ReversalRow,
    SettlementRow,
    TransferRow,
)
from gongji.usecases.pay_premium import PayPremium, debit
from gongji.usecases.ports import Ports
from gongji.usecases.reverse import Reversed, ReverseSettlement, reverse
from gongji.usecases.settle import SettleBill, Settled, settle
from gongji.usecases.together import Batch, Waiting, do_together
from gongji.usecases.transaction import Done
from tests.bills import bill, settle_bill, settling
from tests.statements import statements_sent
from tests.usecases.e2 import Family, make_family
from tests.usecases.premium_family import PremiumFamily, make_premium_family
from tests.world import Person, World, key

pytestmark = pytest.mark.usefixtures("books_are_right")

SIX = ["SELECT", "BEGIN", "WITH", "WITH", "WITH", "COMMIT"]
"""Whom it concerns; claim and lock; load and lock; write."""


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


@pytest.fixture
async def premium_family(world: World) -> PremiumFamily:
    return await make_premium_family(world, a=1000_00, b=500_00)


@pytest.fixture
async def premium_neighbours(
    world: World,
    family: Family,
) -> PremiumFamily:
    """Make a family that pays premiums beside the one of E2."""
    return await make_premium_family(world, a=1000_00, b=500_00, has_policy=True)


def codes(problem: object) -> list[Code]:
    assert isinstance(problem, Refusal)
    return [reason.code for reason in problem.reasons]


async def settled(world: World, family: Family, *shares: int) -> list[UUID]:
    """Settle bills one by one and return their ids."""
    till = family.hospital.actor
    done = [
        await settle_bill(settling(family.me, bill(str(key()), share)), till, world.ports)
        for share in shares
    ]
    return [one.settlement.id for one in done]


async def test_any_batch_of_bills_takes_six_statements(world: World, family: Family) -> None:
    till = family.hospital.actor
    sent = settling(family.me, bill("1", 10_00))
    await settle([(sent, till)], world.ports)
    unsound = settling(family.me, bill("2", -1))
    stranger = settling(replace(family.me, id_number=world.id_number()), bill("3"))
    shown_otherwise = settling(family.me, bill("4"), if_plan="another")
    fresh = [settling(family.me, bill(f"F{number}", 1_00)) for number in range(20)]
    bills = [sent, unsound, stranger, shown_otherwise, *fresh, fresh[0]]

    with statements_sent() as statements:
        answers = await settle([(one, till) for one in bills], world.ports)

    assert statements == SIX
    done = [answer.replayed for answer in answers if isinstance(answer, Settled)]
    assert done == [True] + [False] * 20 + [True]


async def test_any_batch_of_reversals_takes_six_statements(world: World, family: Family) -> None:
    till = family.hospital.actor
    first, second, third = await settled(world, family, 150_00, 300_00, 20_00)
    again = ReverseSettlement(key(), first)
    await reverse([(again, till)], world.ports)
    sent = [
        again,
        ReverseSettlement(key(), first),
        ReverseSettlement(key(), uuid4()),
        ReverseSettlement(key(), second),
        ReverseSettlement(key(), second),
        ReverseSettlement(key(), third, if_plan="another"),
    ]

    with statements_sent() as statements:
        answers = await reverse([(one, till) for one in sent], world.ports)

    assert statements == SIX
    kinds = [type(answer).__name__ for answer in answers]
    assert kinds == [
        "Reversed",
        "AlreadyReversed",
        "Refusal",
        "Reversed",
        "AlreadyReversed",
        "PlanChanged",
    ]
    assert [answer.replayed for answer in answers if isinstance(answer, Reversed)] == [True, False]


async def test_any_batch_of_premiums_takes_six_statements(
    world: World, premium_family: PremiumFamily
) -> None:
    family = premium_family
    guardian = await world.person("央金", balance=1)
    await world.guardian(guardian, family.a)
    again = family.request()
    await debit([(again, family.a.actor)], family.ports)
    as_nobody = replace(guardian.actor, acting_for=family.b.id)
    sent = [
        (again, family.a.actor),
        (family.request(), family.a.actor),
        (family.request(), family.b.actor),
        (family.request(binding_id=family.other_binding, year=2031), family.b.actor),
        (family.request(), as_nobody),
    ]

    with statements_sent() as statements:
        answers = await debit(sent, family.ports)

    assert statements == SIX
    assert answers[0] == Done((await PremiumRow.get()).id, replayed=True)
    assert codes(answers[1]) == [Code.PREMIUM_ALREADY_PAID]
    assert codes(answers[2]) == [Code.NOT_FOUND]
    assert codes(answers[3]) == [Code.PREMIUM_NOT_PAYABLE]
    assert codes(answers[4]) == [Code.NOT_FOUND]


async def test_a_proxy_pays_for_the_sharer_in_the_same_six(
    world: World, premium_family: PremiumFamily
) -> None:
    family = premium_family
    proxy = await world.person("央金")
    await world.guardian(proxy, family.a, Capacity.PROXY)
    for_the_sharer = replace(proxy.actor, acting_for=family.a.id)

    with statements_sent() as statements:
        (answer,) = await debit([(family.request(), for_the_sharer)], family.ports)

    assert statements == SIX
    assert isinstance(answer, Done)
    assert await family.balances() == (600_00, 500_00)


async def test_a_key_twice_in_a_batch_is_one_movement_and_the_same_facts(
    world: World, family: Family, premium_neighbours: PremiumFamily
) -> None:
    till = family.hospital.actor
    bill_sent = settling(family.me, bill("1", 10_00))
    first, again = await settle([(bill_sent, till)] * 2, world.ports)
    assert isinstance(first, Settled)
    assert isinstance(again, Settled)
    assert again == replace(first, replayed=True)

    reversal_sent = ReverseSettlement(key(), first.settlement.id)
    reversal, reversed_again = await reverse([(reversal_sent, till)] * 2, world.ports)
    assert isinstance(reversal, Reversed)
    assert reversed_again == replace(reversal, replayed=True)

    premium_sent = premium_neighbours.request()
    payer = premium_neighbours.a.actor
    premium, paid_again = await debit([(premium_sent, payer)] * 2, premium_neighbours.ports)
    assert isinstance(premium, Done)
    assert paid_again == replace(premium, replayed=True)

    counted = [await rows.all().count() for rows in (SettlementRow, ReversalRow, PremiumRow)]
    assert counted == [1, 1, 1]
    causes = (first.settlement.id, reversal.reversal.id, premium.id)
    assert [await TransferRow.filter(cause_id=cause).count() for cause in causes] == [1, 1, 1]


async def test_a_key_twice_with_two_bodies_is_a_conflict(world: World, family: Family) -> None:
    till, shared_key = family.hospital.actor, key()
    bills = [settling(family.me, bill(str(n), 10_00), request_id=shared_key) for n in range(2)]

    first, second = await settle([(one, till) for one in bills], world.ports)

    assert isinstance(first, Settled)
    assert isinstance(second, RequestIdReused)
    assert await world.balance(family.me) == 108_63


async def test_one_key_raced_between_two_operations_has_one_effect(
    world: World, family: Family
) -> None:
    till = family.hospital.actor
    for number in range(6):
        (earlier,) = await settled(world, family, 1_00)
        shared_key = key()
        settling_now = settling(family.me, bill(f"R{number}", 1_00), request_id=shared_key)
        reversing_now = ReverseSettlement(shared_key, earlier)
        answers = await asyncio.gather(
            settle([(settling_now, till)], world.ports),
            reverse([(reversing_now, till)], world.ports),
        )

        kinds = sorted(type(answer).__name__ for (answer,) in answers)
        assert kinds in (["RequestIdReused", "Settled"], ["RequestIdReused", "Reversed"])
        assert await RequestKeyRow.filter(request_id=shared_key).count() == 1
        assert await SettlementRow.filter(institution_bill_no=f"R{number}").count() == (
            kinds[1] == "Settled"
        )


async def test_batches_that_cross_never_deadlock(world: World, family: Family) -> None:
    """The same families and accounts in many orders, in batches of all kinds at once."""
    till = family.hospital.actor
    families = [family.me, family.a, family.b]
    await world.bind(family.me, family.a)
    await world.bind(family.b, family.a)
    await world.bind(family.a, family.b)
    done = await settled(world, family, 1_00, 2_00, 3_00, 4_00)

    def bills(number: int) -> list[tuple[SettleBill, Actor]]:
        people: list[Person] = families[number % 3 :] + families[: number % 3]
        return [(settling(one, bill(f"{number}-{one.name}", 3_00)), till) for one in people]

    settled_now, reversed_now = await asyncio.gather(
        asyncio.gather(*(settle(bills(number), world.ports) for number in range(9))),
        asyncio.gather(
            *(
                reverse([(ReverseSettlement(key(), one), till) for one in order], world.ports)
                for order in (done, done[::-1])
            )
        ),
    )

    assert all(isinstance(answer, Settled) for batch in settled_now for answer in batch)
    kinds = sorted(type(answer).__name__ for batch in reversed_now for answer in batch)
    assert kinds == ["AlreadyReversed"] * 4 + ["Reversed"] * 4


async def test_a_bill_number_twice_in_a_batch_is_settled_once(world: World, family: Family) -> None:
    till = family.hospital.actor
    bills = [settling(family.me, bill("same", 10_00)) for _ in range(2)]

    first, second = await settle([(one, till) for one in bills], world.ports)

    assert isinstance(first, Settled)
    assert isinstance(second, AlreadySettled)
    assert second.settlement_id == first.settlement.id


async def test_a_settlement_twice_in_a_batch_is_reversed_once(world: World, family: Family) -> None:
    (settlement_id,) = await settled(world, family, 700_00)
    sent = [ReverseSettlement(key(), settlement_id) for _ in range(2)]

    first, second = await reverse([(one, family.hospital.actor) for one in sent], world.ports)

    assert isinstance(first, Reversed)
    assert isinstance(second, AlreadyReversed)
    assert second.reversal_id == first.reversal.id
    balances = [await world.balance(one) for one in (family.me, family.a, family.b)]
    assert balances == [118_63, 300_00, 205_88]


async def test_two_reversals_of_a_batch_return_to_one_account(world: World, family: Family) -> None:
    sent = [ReverseSettlement(key(), one) for one in await settled(world, family, 400_00, 100_00)]

    answers = await reverse([(one, family.hospital.actor) for one in sent], world.ports)

    assert all(isinstance(answer, Reversed) for answer in answers)
    balances = [await world.balance(one) for one in (family.me, family.a, family.b)]
    assert balances == [118_63, 300_00, 205_88]


async def test_two_sharers_who_pay_the_same_premium_at_once_pay_it_once(
    premium_family: PremiumFamily,
) -> None:
    family = premium_family
    by_b = family.request(binding_id=family.other_binding)

    first, second = await debit(
        [(family.request(), family.a.actor), (by_b, family.b.actor)], family.ports
    )

    assert isinstance(first, Done)
    assert codes(second) == [Code.PREMIUM_ALREADY_PAID]
    assert await family.balances() == (600_00, 500_00)


async def test_each_premium_of_a_batch_sees_what_the_one_before_has_left(
    world: World, premium_family: PremiumFamily
) -> None:
    family = premium_family
    relatives = [await world.person(f"亲属{number}", scheme=Scheme.RESIDENT) for number in range(3)]
    bindings = [await world.bind(family.a, one, kinship=Kinship.CHILD) for one in relatives]
    sent = [PayPremium(key(), binding, 2027) for binding in bindings]

    *paid, short = await debit([(one, family.a.actor) for one in sent], family.ports)

    assert all(isinstance(answer, Done) for answer in paid)
    assert codes(short) == [Code.PREMIUM_BALANCE_SHORT]
    assert await world.balance(family.a) == 200_00


async def test_a_limit_is_used_up_by_the_premiums_of_one_batch(world: World) -> None:
    family = await make_premium_family(world, a=450_00, b=5000_00, premium_payers="CASCADE")
    second = await world.person("次旺", scheme=Scheme.RESIDENT)
    helped = await world.bind(family.a, second, kinship=Kinship.CHILD, position=1)
    limit = 370_00
    await world.bind(family.b, second, kinship=Kinship.CHILD, position=2, limit_month_fen=limit)
    sent = [family.request(), PayPremium(key(), helped, 2027)]

    first, helped_by_b = await debit([(one, family.a.actor) for one in sent], family.ports)

    assert isinstance(first, Done)
    assert isinstance(helped_by_b, Done)
    assert await family.balances() == (0, 5000_00 - 350_00)


async def test_who_may_not_at_all_is_forbidden_alone_and_leaves_no_key(
    world: World, family: Family, premium_neighbours: PremiumFamily
) -> None:
    till, person = family.hospital.actor, family.me.actor
    stranger = Actor(ActorKind.TILL, uuid4(), Channel.TILL)
    bills = [(settling(family.me, bill("1", 10_00)), by) for by in (stranger, person, till)]
    settled_now = await settle(bills, world.ports)
    (settlement_id,) = [one.settlement.id for one in settled_now if isinstance(one, Settled)]
    keys = await RequestKeyRow.all().count()

    answers: list[Problem | object] = [
        *settled_now[:2],
        *await reverse([(ReverseSettlement(key(), settlement_id), person)], world.ports),
        *await debit([(premium_neighbours.request(), till)], premium_neighbours.ports),
    ]

    assert [type(answer) for answer in answers] == [Forbidden] * 4
    assert await RequestKeyRow.all().count() == keys == 1


@dataclass(frozen=True)
class Nobody:
    """Leads to no family and no account."""

    beneficiary_id: UUID | None = None
    account_ids: tuple[UUID, ...] = ()


@dataclass
class Deciding:
    """An operation that decides with what it was told to decide."""

    decision: Done | Problem
    name: str = "deciding"

    async def leads(
        self,
        asked: Sequence[tuple[SettleBill, Actor]],
        ports: Ports,
    ) -> list[Nobody | Problem]:
        return [Nobody() for _ in asked]

    def beside(self, waiting: Sequence[Waiting[SettleBill, Nobody]]) -> Beside:
        return NOTHING_BESIDE

    def act(self, batch: Batch, one: Waiting[SettleBill, Nobody], lead: Nobody) -> Done:
        if isinstance(self.decision, Problem):
            raise self.decision
        return self.decision

    def repeat(self, batch: Batch, lead: Nobody, result_id: UUID) -> Done:
        raise AssertionError("no key was answered")


@pytest.mark.parametrize("problem", [Forbidden(), Unavailable()])
async def test_a_problem_that_is_no_answer_leaves_no_claimed_key(
    world: World, family: Family, problem: Problem
) -> None:
    sent = settling(family.me, bill("1"))

    with pytest.raises(type(problem)):
        await do_together(Deciding(problem), [(sent, family.hospital.actor)], world.ports)

    assert await RequestKeyRow.all().count() == 0


async def test_what_has_another_id_than_its_key_was_claimed_with_is_a_bug(
    world: World, family: Family
) -> None:
    sent = settling(family.me, bill("1"))

    with pytest.raises(ValueError, match="the id with which its key was claimed"):
        await do_together(Deciding(Done(key())), [(sent, family.hospital.actor)], world.ports)

    assert await RequestKeyRow.all().count() == 0
