"""Settling bills: the worked examples to the fen, and what the database then holds."""

import asyncio

import pytest

from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.errors import (
    AlreadySettled,
    Code,
    Forbidden,
    PlanChanged,
    Refusal,
    RequestIdReused,
)
from gongji.domain.institution import InstitutionKind
from gongji.domain.person import AccountStatus, Scheme
from gongji.domain.replay import replay
from gongji.store.rows import (
    EventRow,
    PersonalAccountRow,
    RequestKeyRow,
    SettlementLegRow,
    SettlementRow,
    TransferRow,
)
from gongji.usecases.quote import QuoteBill, quote_at_till
from gongji.usecases.settle import Answer, SettleBill, Settled, settle
from tests.bills import bill, settling
from tests.builders import bill_e1, bill_e2, bill_e3
from tests.usecases.e2 import Family, make_family
from tests.world import Person, Place, World, key

pytestmark = pytest.mark.usefixtures("books_are_right")


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


async def settle_one(world: World, place: Place, request: SettleBill) -> Answer:
    (answer,) = await settle([(request, place.actor)], world.ports)
    return answer


async def settled(world: World, place: Place, request: SettleBill) -> Settled:
    answer = await settle_one(world, place, request)
    assert isinstance(answer, Settled), answer
    return answer


async def nothing_happened(world: World, family: Family) -> bool:
    balances = [await world.balance(p) for p in (family.me, family.a, family.b)]
    return balances == [118_63, 300_00, 205_88] and await SettlementRow.all().count() == 0


class TestExamples:
    async def test_e1_the_own_account_is_enough(self, world: World) -> None:
        await world.policy()
        me = await world.person(balance=260_00)
        a = await world.person(balance=300_00)
        await world.bind(a, me)
        hospital = await world.institution()

        done = (await settled(world, hospital, settling(me, bill_e1()))).settlement

        assert (done.own, done.shared, done.cash) == (178_50, 0, 0)
        assert done.own_balance_after == await world.balance(me) == 81_50
        assert await world.balance(a) == 300_00

    async def test_e2_own_then_two_sharers_then_cash(self, world: World, family: Family) -> None:
        done = (await settled(world, family.hospital, settling(family.me, bill_e2()))).settlement

        assert (done.own, done.shared, done.cash) == (118_63, 505_88, 126_76)
        legs = await SettlementLegRow.filter(settlement_id=done.id).order_by("rank")
        assert [leg.amount_fen for leg in legs] == [118_63, 300_00, 205_88]
        assert [await world.balance(p) for p in (family.me, family.a, family.b)] == [0, 0, 0]
        assert sum(replay(done.explanation).values()) == 118_63 + 505_88

    async def test_e3_a_frozen_sharer_is_skipped_and_a_tonic_is_cash(self, world: World) -> None:
        await world.policy()
        child = await world.person("央金", scheme=Scheme.RESIDENT)
        a = await world.person(balance=510_00, account_status=AccountStatus.FROZEN)
        b = await world.person(balance=90_10)
        await world.bind(a, child)
        await world.bind(b, child)
        pharmacy = await world.institution(InstitutionKind.PHARMACY)

        done = (await settled(world, pharmacy, settling(child, bill_e3()))).settlement

        assert (done.eligible, done.own, done.shared, done.cash) == (129_35, 0, 90_10, 97_25)
        assert done.own_balance_after is None
        assert [step["skip"] for step in done.explanation["steps"]] == ["STATUS", None]
        assert await world.balance(a) == 510_00


class TestBooking:
    async def test_every_leg_is_one_transfer_with_entry_number_and_balance(
        self, world: World, family: Family
    ) -> None:
        done = (await settled(world, family.hospital, settling(family.me, bill_e2()))).settlement

        entries = await TransferRow.filter(cause_id=done.id).order_by("id")
        assert [(t.amount_fen, t.entry_no, t.balance_after_fen) for t in entries] == [
            (118_63, 2, 0),
            (300_00, 2, 0),
            (205_88, 2, 0),
        ]
        account = await PersonalAccountRow.get(owner_id=family.a.id)
        assert (account.balance_fen, account.entry_no) == (0, 2)

    async def test_an_event_is_numbered_on_the_beneficiary(
        self, world: World, family: Family
    ) -> None:
        for number in ("1", "2"):
            await settled(world, family.hospital, settling(family.me, bill(number)))

        events = await EventRow.filter(subject_id=family.me.id).order_by("number")
        assert [event.number for event in events] == [1, 2]
        assert events[0].actor["operator"] == "收费员01"

    async def test_a_bill_without_personal_share_settles_without_legs(
        self, world: World, family: Family
    ) -> None:
        free = bill(share=0, total=50_00, in_scope=50_00, fund_paid=50_00)

        done = (await settled(world, family.hospital, settling(family.me, free))).settlement

        assert (done.own, done.shared, done.cash) == (0, 0, 0)
        assert await SettlementLegRow.all().count() == 0


class TestKeys:
    async def test_the_same_request_again_gives_the_same_facts_and_no_second_movement(
        self, world: World, family: Family
    ) -> None:
        request = settling(family.me, bill_e2())
        first = await settled(world, family.hospital, request)
        second = await settled(world, family.hospital, request)

        assert (first.replayed, second.replayed) == (False, True)
        assert second.settlement == first.settlement
        assert await SettlementRow.all().count() == 1

    async def test_the_same_request_ten_times_at_once_settles_once(
        self, world: World, family: Family
    ) -> None:
        request = settling(family.me, bill_e2())

        answers = await asyncio.gather(
            *(settled(world, family.hospital, request) for _ in range(10))
        )

        assert sorted(answer.replayed for answer in answers) == [False] + [True] * 9
        assert len({answer.settlement.id for answer in answers}) == 1
        assert await SettlementRow.all().count() == 1

    async def test_one_key_twice_in_one_batch_settles_once(
        self, world: World, family: Family
    ) -> None:
        request = settling(family.me, bill_e2())

        answers = await settle([(request, family.hospital.actor)] * 2, world.ports)

        assert [isinstance(a, Settled) and a.replayed for a in answers] == [False, True]
        assert await SettlementRow.all().count() == 1

    async def test_another_bill_under_the_same_key_is_a_conflict(
        self, world: World, family: Family
    ) -> None:
        request_id = key()
        await settled(world, family.hospital, settling(family.me, bill(), request_id=request_id))

        other = settling(family.me, bill(share=1), request_id=request_id)

        assert isinstance(await settle_one(world, family.hospital, other), RequestIdReused)
        assert await SettlementRow.all().count() == 1

    async def test_a_refused_request_hears_the_same_refusal_even_when_it_would_now_pass(
        self, world: World, family: Family
    ) -> None:
        stranger = Person(key(), "无名氏", world.id_number())
        request = settling(stranger, bill())
        first = await settle_one(world, family.hospital, request)
        second = await settle_one(world, family.hospital, request)

        for answer in (first, second):
            assert isinstance(answer, Refusal)
            assert answer.reasons[0].code is Code.CREDENTIAL_NOT_RECOGNISED

    async def test_a_bill_number_under_a_new_key_is_already_settled(
        self, world: World, family: Family
    ) -> None:
        first = await settled(world, family.hospital, settling(family.me, bill("N1")))

        again = await settle_one(world, family.hospital, settling(family.me, bill("N1")))

        assert isinstance(again, AlreadySettled)
        assert again.settlement_id == first.settlement.id

    async def test_two_people_with_one_bill_number_at_once_settle_one_of_them(
        self, world: World, family: Family
    ) -> None:
        answers = await asyncio.gather(
            settle_one(world, family.hospital, settling(family.me, bill("N1"))),
            settle_one(world, family.hospital, settling(family.a, bill("N1"))),
        )

        assert sorted(type(answer).__name__ for answer in answers) == ["AlreadySettled", "Settled"]


class TestRefusals:
    async def test_a_refusal_disturbs_no_neighbour(self, world: World, family: Family) -> None:
        crooked = settling(family.me, bill("1", in_scope=99_00))
        sound = settling(family.me, bill("2"))
        till = family.hospital.actor

        refused, done = await settle([(crooked, till), (sound, till)], world.ports)

        assert isinstance(refused, Refusal)
        assert refused.reasons[0].code is Code.BILL_PARTS_DO_NOT_CLOSE
        assert isinstance(done, Settled)

    async def test_who_is_no_till_may_not_settle(self, world: World, family: Family) -> None:
        (answer,) = await settle([(settling(family.me, bill()), family.me.actor)], world.ports)

        assert isinstance(answer, Forbidden)
        assert await nothing_happened(world, family)

    async def test_a_till_of_no_known_institution_may_not_settle_and_disturbs_nobody(
        self, world: World, family: Family
    ) -> None:
        request = settling(family.me, bill("1"))
        stranger = Actor(ActorKind.TILL, key(), Channel.TILL)

        for _ in range(2):
            refused, done = await settle(
                [
                    (request, stranger),
                    (settling(family.me, bill(str(key()))), family.hospital.actor),
                ],
                world.ports,
            )
            assert isinstance(refused, Forbidden)
            assert isinstance(done, Settled)
        assert await RequestKeyRow.filter(answer=None).count() == 0

    async def test_a_region_without_policy_is_not_open(self, world: World) -> None:
        me = await world.person(balance=1_00)
        hospital = await world.institution()

        answer = await settle_one(world, hospital, settling(me, bill()))

        assert isinstance(answer, Refusal)
        assert answer.reasons[0].code is Code.REGION_NOT_OPEN
        assert await world.balance(me) == 1_00


class TestPlans:
    async def test_a_quote_gives_the_split_of_the_settlement(
        self, world: World, family: Family
    ) -> None:
        request = settling(family.me, bill_e2())
        quote = await quote_at_till(
            QuoteBill(request.credential_kind, request.credential_number, request.bill),
            family.hospital.actor,
            world.ports,
        )
        assert await nothing_happened(world, family)

        planned = settling(family.me, bill_e2(), if_plan=quote.fresh.plan)
        done = (await settled(world, family.hospital, planned)).settlement

        assert (quote.fresh.own, quote.fresh.shared, quote.fresh.cash) == (
            done.own,
            done.shared,
            done.cash,
        )
        assert quote.own_balance_after == done.own_balance_after

    async def test_a_plan_that_no_longer_holds_is_a_conflict_with_the_fresh_one(
        self, world: World, family: Family
    ) -> None:
        request = settling(family.me, bill_e2())
        quote = await quote_at_till(
            QuoteBill(request.credential_kind, request.credential_number, request.bill),
            family.hospital.actor,
            world.ports,
        )
        await settled(world, family.hospital, settling(family.a, bill(share=1_00)))

        answer = await settle_one(
            world, family.hospital, settling(family.me, bill_e2(), if_plan=quote.fresh.plan)
        )

        assert isinstance(answer, PlanChanged)
        assert answer.fresh.shared == 504_88
        assert await world.balance(family.me) == 118_63
