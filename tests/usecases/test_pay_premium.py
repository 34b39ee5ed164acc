"""Paying a resident premium: who may, when, how much, what the tax bureau's answer does."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.errors import Code, Forbidden, PlanChanged, Refusal, RequestIdReused
from gongji.domain.explanation import Viewer, tell
from gongji.domain.ledger import CauseKind, ControlKind, control_account_id
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.domain.policy import PremiumPayers
from gongji.domain.premium import PremiumStatus
from gongji.domain.replay import replay, replay_cash
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    EventRow,
    PersonalAccountRow,
    PremiumLegRow,
    PremiumRow,
    TariffRow,
    TransferRow,
)
from gongji.usecases import pay_premium as module
from gongji.usecases.pay_premium import PayPremium, confirm_premiums
from gongji.usecases.ports import ConfirmingTaxBureau, PremiumOrder, TaxAnswer
from gongji.usecases.views.premiums import list_payable_premiums
from tests.bills import pay_premium
from tests.usecases.premium_family import (
    CONFIRMED,
    FAILED,
    Bureau,
    PremiumFamily,
    books_balance,
    events,
    everything,
    keys,
    make_premium_family,
    owed,
    tariff,
)
from tests.world import GAR, STAFF, Person, World, key

pytestmark = pytest.mark.usefixtures("books_are_right")

PAYABLE = control_account_id(ControlKind.PREMIUM_PAYABLE, GAR)
SUSPENSE = control_account_id(ControlKind.SUSPENSE, GAR)


@pytest.fixture
async def family(world: World) -> PremiumFamily:
    return await make_premium_family(world)


async def refused(
    family: PremiumFamily, request: PayPremium | None = None, *, by: Person | None = None
) -> list[Code]:
    """Pay, be refused, and show that nothing changed."""
    before = await everything()
    with pytest.raises(Refusal) as refusal:
        await family.pay(request, by=by)
    assert await everything() == before
    assert family.bureau.asked == []
    return [reason.code for reason in refusal.value.reasons]


async def set_binding(family: PremiumFamily, **columns: Any) -> None:
    await BindingRow.filter(id=family.binding).update(**columns)


async def set_account(person: Person, **columns: Any) -> None:
    await PersonalAccountRow.filter(owner_id=person.id).update(**columns)


async def set_insured(family: PremiumFamily, **columns: Any) -> None:
    await BeneficiaryRow.filter(person_id=family.insured.id).update(**columns)


class TestPaying:
    async def test_a_premium_is_debited_and_confirmed(self, family: PremiumFamily) -> None:
        done = await family.pay()

        premium = await PremiumRow.get(id=done.id)
        assert premium.status is PremiumStatus.CONFIRMED
        assert (premium.payer_id, premium.insured_id) == (family.a.id, family.insured.id)
        assert (premium.year, premium.category, premium.region) == (2027, "ADULT", GAR)
        assert (premium.amount_fen, premium.business_day) == (400_00, date(2026, 11, 20))
        assert premium.tax_reference == "TAX-1"
        assert premium.confirmed_at == family.world.clock.at
        assert premium.actor["subject"] == str(family.a.id)
        assert await family.balances() == (100_00, 300_00)
        assert await owed(PAYABLE) == 400_00
        assert await books_balance()
        assert await events(family.insured) == ["PREMIUM_DEBITED", "PREMIUM_CONFIRMED"]

    async def test_the_bureau_is_asked_with_the_premiums_id(self, family: PremiumFamily) -> None:
        done = await family.pay()

        order = PremiumOrder(done.id, family.insured.id, GAR, 2027, "ADULT", Fen(400_00))
        assert family.bureau.asked == [order]

    async def test_the_embedded_bureau_confirms_at_once(self, family: PremiumFamily) -> None:
        ports = replace(family.ports, tax_bureau=ConfirmingTaxBureau())

        done = await pay_premium(family.request(), family.a.actor, ports)

        premium = await PremiumRow.get(id=done.id)
        assert premium.tax_reference == f"TAX-{done.id.hex}"

    async def test_the_payers_limit_and_reserve_do_not_touch_it(
        self, family: PremiumFamily
    ) -> None:
        await set_binding(family, limit_settlement_fen=1, limit_month_fen=1, limit_year_fen=1)
        await set_account(family.a, reserve_fen=500_00)

        await family.pay()

        assert await family.balances() == (100_00, 300_00)

    async def test_the_last_fen_is_enough(self, world: World) -> None:
        family = await make_premium_family(world, a=400_00)

        await family.pay()

        assert await family.balances() == (0, 300_00)

    async def test_the_explanation_replays_to_the_leg_that_was_booked(
        self, family: PremiumFamily
    ) -> None:
        done = await family.pay()

        premium = await PremiumRow.get(id=done.id)
        (leg,) = await PremiumLegRow.filter(premium_id=done.id)
        assert replay(premium.explanation) == {str(leg.account_id): leg.amount_fen}
        assert replay_cash(premium.explanation) == 0
        assert (leg.account_id, leg.rank, leg.amount_fen) == (family.a.account_id, 1, 400_00)
        (paid, no_cash) = tell(premium.explanation, {family.binding: "次*"}, Viewer.STAFF)
        assert paid.sentence == "由第1顺位共济人次*的个人账户支付¥400.00。"
        assert no_cash.drawn == 0

    async def test_the_events_name_the_premium_and_who_spoke(self, family: PremiumFamily) -> None:
        done = await family.pay()

        debited, confirmed = await EventRow.all().order_by("number")
        ids = {"premium": str(done.id), "binding": str(family.binding)}
        assert debited.ids == confirmed.ids == ids
        assert debited.actor["subject"] == str(family.a.id)
        assert confirmed.actor["channel"] == "TAX_BUREAU"

    async def test_the_nearest_regions_tariff_is_paid(self, family: PremiumFamily) -> None:
        await tariff(GAR, amount=350_00)
        await tariff("540000", amount=380_00)

        await family.pay()

        assert await family.balances() == (150_00, 300_00)

    async def test_a_guardian_pays_from_the_wards_account(self, family: PremiumFamily) -> None:
        proxy = await family.world.person("王强")
        await family.world.guardian(proxy, family.a, Capacity.PROXY)
        acting = replace(proxy.actor, acting_for=family.a.id)

        done = await pay_premium(family.request(), acting, family.ports)

        premium = await PremiumRow.get(id=done.id)
        assert premium.payer_id == family.a.id
        assert premium.actor["subject"] == str(proxy.id)
        assert premium.actor["acting_for"] == str(family.a.id)
        assert await family.balances() == (100_00, 300_00)

    async def test_another_year_is_another_premium(self, world: World) -> None:
        family = await make_premium_family(world, a=800_00)
        await tariff(year=2026)

        await family.pay()
        await family.pay(family.request(year=2026))

        assert await family.balances() == (0, 300_00)


class TestRefusals:
    async def test_a_year_without_a_tariff(self, family: PremiumFamily) -> None:
        assert await refused(family, family.request(year=2030)) == [Code.PREMIUM_NOT_PAYABLE]

    async def test_a_category_without_a_tariff(self, world: World) -> None:
        family = await make_premium_family(world, tariffs=False)
        await tariff(category="CHILD")

        assert await refused(family) == [Code.PREMIUM_NOT_PAYABLE]

    @pytest.mark.parametrize(
        ("at", "is_open"),
        [
            (datetime(2026, 8, 31, 15, 59, 59, 999999, tzinfo=UTC), False),
            (datetime(2026, 8, 31, 16, 0, tzinfo=UTC), True),
            (datetime(2026, 12, 31, 15, 59, 59, 999999, tzinfo=UTC), True),
            (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), False),
        ],
    )
    async def test_the_window_opens_and_closes_at_midnight_in_shanghai(
        self, family: PremiumFamily, at: datetime, is_open: bool
    ) -> None:
        family.world.clock.at = at

        if is_open:
            await family.pay()
            assert await family.balances() == (100_00, 300_00)
        else:
            assert await refused(family) == [Code.PREMIUM_WINDOW_CLOSED]

    @pytest.mark.parametrize(
        "columns",
        [
            {"status": BindingStatus.PAUSED},
            {"status": BindingStatus.INVITED, "accepted_at": None},
            {"status": BindingStatus.IN_REVIEW},
            {"status": BindingStatus.ENDED},
            {"status": BindingStatus.DECLINED},
        ],
    )
    async def test_the_binding_must_be_active(
        self, family: PremiumFamily, columns: dict[str, Any]
    ) -> None:
        await set_binding(family, **columns)

        assert await refused(family) == [Code.PREMIUM_PAYER_CANNOT_PAY]

    async def test_an_open_invitation_tells_nothing_of_the_invited(
        self, family: PremiumFamily
    ) -> None:
        await set_binding(family, status=BindingStatus.INVITED, accepted_at=None)
        await set_insured(family, status=PersonStatus.STOPPED, scheme=Scheme.EMPLOYEE)

        assert await refused(family, family.request(year=2030)) == [Code.PREMIUM_PAYER_CANNOT_PAY]

    async def test_a_child_of_age_must_confirm_anew_first(self, family: PremiumFamily) -> None:
        row = await BindingRow.get(id=family.binding)
        given = {**(row.beneficiary_consent or {}), "capacity": "GUARDIAN"}
        await set_binding(family, beneficiary_consent=given)

        assert await refused(family) == [Code.PREMIUM_PAYER_CANNOT_PAY]

    @pytest.mark.parametrize(
        "columns",
        [
            {"status": AccountStatus.FROZEN},
            {"status": AccountStatus.CLOSED},
            {"owner_status": PersonStatus.STOPPED},
            {
                "status_then": AccountStatus.FROZEN,
                "status_since": datetime(2026, 11, 20, 4, tzinfo=UTC),
            },
            {"region": "510104"},
        ],
    )
    async def test_the_payers_account_must_be_normal_and_of_the_province(
        self, family: PremiumFamily, columns: dict[str, Any]
    ) -> None:
        await set_account(family.a, **columns)

        assert await refused(family) == [Code.PREMIUM_PAYER_CANNOT_PAY]

    @pytest.mark.parametrize("status", [s for s in PersonStatus if s is not PersonStatus.NORMAL])
    async def test_the_insured_must_be_normal(
        self, family: PremiumFamily, status: PersonStatus
    ) -> None:
        await set_insured(family, status=status)

        assert await refused(family) == [Code.PREMIUM_INSURED_NOT_NORMAL]

    async def test_the_insured_must_be_a_resident(self, family: PremiumFamily) -> None:
        await set_insured(family, scheme=Scheme.EMPLOYEE)

        assert await refused(family) == [Code.PREMIUM_INSURED_NOT_RESIDENT]

    async def test_there_is_no_part_payment(self, world: World) -> None:
        family = await make_premium_family(world, a=399_99, b=1000_00)

        assert await refused(family) == [Code.PREMIUM_BALANCE_SHORT]

    async def test_a_year_is_paid_once_whoever_pays(self, world: World) -> None:
        family = await make_premium_family(world, b=500_00)
        await family.pay()
        family.bureau.asked.clear()

        again = family.request(binding_id=family.other_binding)
        assert await refused(family, again, by=family.b) == [Code.PREMIUM_ALREADY_PAID]

    async def test_a_debited_premium_counts_as_paid(self, world: World) -> None:
        family = await make_premium_family(world, b=500_00)
        family.bureau.answer = None
        await family.pay()
        family.bureau.asked.clear()

        again = family.request(binding_id=family.other_binding)
        assert await refused(family, again, by=family.b) == [Code.PREMIUM_ALREADY_PAID]

    async def test_all_reasons_come_at_once(self, world: World) -> None:
        family = await make_premium_family(world, a=1)
        await set_insured(family, status=PersonStatus.STOPPED, scheme=Scheme.EMPLOYEE)
        await TariffRow.all().update(closes_on=date(2026, 10, 1))

        assert await refused(family) == [
            Code.PREMIUM_INSURED_NOT_NORMAL,
            Code.PREMIUM_INSURED_NOT_RESIDENT,
            Code.PREMIUM_WINDOW_CLOSED,
            Code.PREMIUM_BALANCE_SHORT,
        ]


class TestStrangers:
    async def test_a_binding_of_others_is_as_one_that_does_not_exist(
        self, family: PremiumFamily
    ) -> None:
        stranger = await family.world.person("王强", balance=900_00)

        theirs = await refused(family, by=stranger)
        unknown = await refused(family, family.request(binding_id=key()), by=stranger)

        assert theirs == unknown == [Code.NOT_FOUND]

    async def test_neither_the_insured_nor_another_sharer_pays_over_this_binding(
        self, family: PremiumFamily
    ) -> None:
        assert await refused(family, by=family.insured) == [Code.NOT_FOUND]
        assert await refused(family, by=family.b) == [Code.NOT_FOUND]

    async def test_who_is_no_guardian_acts_for_nobody(self, family: PremiumFamily) -> None:
        stranger = await family.world.person("王强")
        before = await everything()

        acting = replace(stranger.actor, acting_for=family.a.id)
        with pytest.raises(Refusal, match="NOT_FOUND"):
            await pay_premium(family.request(), acting, family.ports)

        assert await everything() == before

    async def test_tills_and_staff_pay_no_premiums(self, family: PremiumFamily) -> None:
        before = await everything()
        hospital = await family.world.institution()

        for actor in (STAFF, hospital.actor):
            with pytest.raises(Forbidden):
                await pay_premium(family.request(), actor, family.ports)

        assert await everything() == before
        assert await keys() == 0


class TestCascade:
    async def cascading(self, world: World, **balances: Any) -> PremiumFamily:
        return await make_premium_family(world, premium_payers=PremiumPayers.CASCADE, **balances)

    async def test_the_other_sharers_follow_the_payer(self, world: World) -> None:
        family = await self.cascading(world, a=500_00, b=300_00)

        done = await family.pay(family.request(binding_id=family.other_binding), by=family.b)

        legs = await PremiumLegRow.filter(premium_id=done.id).order_by("rank")
        assert [(leg.account_id, leg.rank, leg.amount_fen) for leg in legs] == [
            (family.b.account_id, 1, 300_00),
            (family.a.account_id, 2, 100_00),
        ]
        assert await family.balances() == (400_00, 0)
        premium = await PremiumRow.get(id=done.id)
        assert replay(premium.explanation) == {str(leg.account_id): leg.amount_fen for leg in legs}
        assert await owed(PAYABLE) == 400_00
        assert await books_balance()

    async def test_a_payer_with_enough_pays_alone(self, world: World) -> None:
        family = await self.cascading(world)

        await family.pay()

        assert await family.balances() == (100_00, 300_00)

    @pytest.mark.parametrize(
        ("binding", "account"),
        [
            ({"status": BindingStatus.PAUSED}, {}),
            ({"limit_month_fen": 99_99}, {}),
            ({}, {"reserve_fen": 200_01}),
            ({}, {"status": AccountStatus.FROZEN}),
        ],
    )
    async def test_the_others_limits_reserves_and_pauses_hold(
        self, world: World, binding: dict[str, Any], account: dict[str, Any]
    ) -> None:
        family = await self.cascading(world, a=300_00)
        if binding:
            await BindingRow.filter(id=family.other_binding).update(**binding)
        if account:
            await set_account(family.b, **account)

        assert await refused(family) == [Code.PREMIUM_BALANCE_SHORT]

    async def test_what_a_helper_gave_counts_against_the_limit(self, world: World) -> None:
        family = await self.cascading(world, a=300_00)
        await BindingRow.filter(id=family.other_binding).update(limit_year_fen=150_00)
        await tariff(year=2026, amount=100_00)
        await family.pay()

        short = family.request(year=2026)
        family.bureau.asked.clear()
        assert await refused(family, short) == [Code.PREMIUM_BALANCE_SHORT]

    async def test_a_failure_returns_every_leg(self, world: World) -> None:
        family = await self.cascading(world, a=300_00)
        family.bureau.answer = FAILED

        done = await family.pay()

        assert (await PremiumRow.get(id=done.id)).status is PremiumStatus.FAILED
        assert await family.balances() == (300_00, 300_00)
        assert await owed(PAYABLE) == 0
        assert await books_balance()


class TestPlan:
    async def shown(self, family: PremiumFamily) -> str:
        (payable,) = await list_payable_premiums(family.a.actor, family.ports)
        return payable.plan

    async def test_the_plan_that_was_shown_is_kept(self, family: PremiumFamily) -> None:
        await family.pay(family.request(if_plan=await self.shown(family)))

        assert await family.balances() == (100_00, 300_00)

    async def test_a_changed_price_is_shown_first(self, family: PremiumFamily) -> None:
        plan = await self.shown(family)
        await TariffRow.all().update(amount_fen=420_00)
        before = await everything()
        request = family.request(if_plan=plan)

        with pytest.raises(PlanChanged) as changed:
            await family.pay(request)

        fresh = changed.value.fresh
        assert (fresh.eligible, fresh.own, fresh.shared, fresh.cash) == (420_00, 0, 420_00, 0)
        assert fresh.plan == await self.shown(family) != plan
        assert await everything() == before
        with pytest.raises(PlanChanged) as again:
            await family.pay(request)
        assert again.value.fresh == fresh

    async def test_a_plan_of_one_year_is_none_of_another(self, family: PremiumFamily) -> None:
        plan = await self.shown(family)
        await tariff(year=2026)

        with pytest.raises(PlanChanged):
            await family.pay(family.request(year=2026, if_plan=plan))

    async def test_a_refusal_comes_before_a_changed_plan(self, family: PremiumFamily) -> None:
        await set_insured(family, scheme=Scheme.EMPLOYEE)

        wrong = family.request(if_plan="0" * 64)
        assert await refused(family, wrong) == [Code.PREMIUM_INSURED_NOT_RESIDENT]


class TestKeys:
    async def test_the_same_request_again_is_the_same_premium(self, family: PremiumFamily) -> None:
        request = family.request()
        first = await family.pay(request)
        before = await everything()

        again = await family.pay(request)

        assert (again.id, first.replayed, again.replayed) == (first.id, False, True)
        assert await everything() == before
        assert len(family.bureau.asked) == 1

    async def test_a_repetition_asks_a_bureau_that_was_silent_again(
        self, family: PremiumFamily
    ) -> None:
        request = family.request()
        family.bureau.answer = None
        first = await family.pay(request)
        family.bureau.answer = CONFIRMED

        again = await family.pay(request)

        assert again.id == first.id
        assert (await PremiumRow.get(id=again.id)).status is PremiumStatus.CONFIRMED
        assert [order.premium_id for order in family.bureau.asked] == [first.id, first.id]

    async def test_a_refused_request_is_refused_for_ever(self, family: PremiumFamily) -> None:
        request = family.request(year=2030)
        first = await refused(family, request)
        await tariff(year=2030)

        assert await refused(family, request) == first == [Code.PREMIUM_NOT_PAYABLE]

    async def test_another_request_under_the_key_is_a_conflict(self, family: PremiumFamily) -> None:
        request = family.request()
        await family.pay(request)
        before = await everything()

        with pytest.raises(RequestIdReused):
            await family.pay(replace(request, year=2026))
        with pytest.raises(RequestIdReused):
            await family.pay(replace(request, if_plan="0" * 64))

        assert await everything() == before


class TestBureau:
    async def test_a_refusal_of_the_bureau_gives_the_money_back(
        self, family: PremiumFamily
    ) -> None:
        family.bureau.answer = FAILED

        done = await family.pay()

        premium = await PremiumRow.get(id=done.id)
        assert premium.status is PremiumStatus.FAILED
        assert (premium.failed_at, premium.tax_reference) == (family.world.clock.at, None)
        assert await family.balances() == (500_00, 300_00)
        assert await owed(PAYABLE) == 0
        refund = await TransferRow.get(cause_kind=CauseKind.PREMIUM_REFUND)
        assert refund.cause_id == done.id
        assert await events(family.insured) == ["PREMIUM_DEBITED", "PREMIUM_FAILED"]
        assert await books_balance()

    async def test_a_failed_premium_may_be_paid_again(self, family: PremiumFamily) -> None:
        family.bureau.answer = FAILED
        first = await family.pay()
        family.bureau.answer = CONFIRMED

        second = await family.pay()

        assert second.id != first.id
        assert (await PremiumRow.get(id=second.id)).status is PremiumStatus.CONFIRMED
        assert await family.balances() == (100_00, 300_00)

    async def test_a_silent_bureau_leaves_the_premium_debited(self, family: PremiumFamily) -> None:
        family.bureau.answer = None

        done = await family.pay()

        assert (await PremiumRow.get(id=done.id)).status is PremiumStatus.DEBITED
        assert await family.balances() == (100_00, 300_00)
        assert await events(family.insured) == ["PREMIUM_DEBITED"]

    async def test_a_bureau_that_takes_too_long_is_silent(
        self, family: PremiumFamily, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Slow:
            async def pay(self, order: PremiumOrder) -> TaxAnswer:
                await asyncio.sleep(60)
                return CONFIRMED

        monkeypatch.setattr(module, "MOST_ASKED_S", 0.01)
        ports = replace(family.ports, tax_bureau=Slow())

        done = await pay_premium(family.request(), family.a.actor, ports)

        assert (await PremiumRow.get(id=done.id)).status is PremiumStatus.DEBITED

    @pytest.mark.parametrize(
        ("answer", "status", "a"),
        [
            (CONFIRMED, PremiumStatus.CONFIRMED, 100_00),
            (FAILED, PremiumStatus.FAILED, 500_00),
            (None, PremiumStatus.DEBITED, 100_00),
        ],
    )
    async def test_the_sweep_asks_again_with_the_same_id(
        self, family: PremiumFamily, answer: TaxAnswer | None, status: PremiumStatus, a: int
    ) -> None:
        family.bureau.answer = None
        done = await family.pay()
        family.bureau.answer = answer

        assert await confirm_premiums(family.ports) == 1

        assert (await PremiumRow.get(id=done.id)).status is status
        assert await family.balances() == (a, 300_00)
        assert {order.premium_id for order in family.bureau.asked} == {done.id}
        assert await books_balance()

    async def test_the_sweep_asks_for_every_premium_and_then_for_none(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_PAGE", 2)
        family = await make_premium_family(world, a=5000_00)
        family.bureau.answer = None
        years = range(2022, 2027)
        for year in years:
            await tariff(year=year)
            await family.pay(family.request(year=year))
        family.bureau.answer = CONFIRMED

        assert await confirm_premiums(family.ports) == len(years)
        assert await confirm_premiums(family.ports) == 0
        assert await PremiumRow.filter(status=PremiumStatus.CONFIRMED).count() == len(years)

    async def test_a_closed_accounts_leg_goes_to_suspense(self, family: PremiumFamily) -> None:
        family.bureau.answer = None
        await family.pay()
        await set_account(family.a, status=AccountStatus.CLOSED)
        family.bureau.answer = FAILED

        await confirm_premiums(family.ports)

        assert await family.balances() == (100_00, 300_00)
        assert (await owed(SUSPENSE), await owed(PAYABLE)) == (400_00, 0)
        assert await books_balance()

    async def test_an_ended_binding_and_a_frozen_account_get_the_money_back(
        self, family: PremiumFamily
    ) -> None:
        family.bureau.answer = None
        await family.pay()
        await set_binding(family, status=BindingStatus.ENDED)
        await set_account(family.a, status=AccountStatus.FROZEN)
        family.bureau.answer = FAILED

        await confirm_premiums(family.ports)

        assert await family.balances() == (500_00, 300_00)


class TestRaces:
    async def test_two_sharers_at_once_and_one_pays(self, world: World) -> None:
        family = await make_premium_family(world, a=500_00, b=500_00)
        other = family.request(binding_id=family.other_binding)

        answers = await asyncio.gather(
            family.pay(), family.pay(other, by=family.b), return_exceptions=True
        )

        (loser,) = (answer for answer in answers if isinstance(answer, Refusal))
        assert loser.code == "PREMIUM_ALREADY_PAID"
        assert sorted(await family.balances()) == [100_00, 500_00]
        assert await PremiumRow.all().count() == 1
        assert await books_balance()

    async def test_one_key_many_times_at_once_is_one_premium(self, family: PremiumFamily) -> None:
        request = family.request()

        answers = await asyncio.gather(*(family.pay(request) for _ in range(6)))

        assert len({answer.id for answer in answers}) == 1
        assert sum(not answer.replayed for answer in answers) == 1
        assert await family.balances() == (100_00, 300_00)
        assert await events(family.insured) == ["PREMIUM_DEBITED", "PREMIUM_CONFIRMED"]

    async def test_two_relatives_of_one_account_that_is_enough_for_one(
        self, family: PremiumFamily
    ) -> None:
        child = await family.world.person("央金", scheme=Scheme.RESIDENT)
        other = family.request(binding_id=await family.world.bind(family.a, child))

        answers = await asyncio.gather(family.pay(), family.pay(other), return_exceptions=True)

        (loser,) = (answer for answer in answers if isinstance(answer, Refusal))
        assert loser.code == "PREMIUM_BALANCE_SHORT"
        assert await family.balances() == (100_00, 300_00)

    @pytest.mark.parametrize("answer", [CONFIRMED, FAILED])
    async def test_confirmers_at_once_book_one_answer(
        self, family: PremiumFamily, answer: TaxAnswer
    ) -> None:
        family.bureau.answer = None
        await family.pay()
        family.bureau.answer = answer

        await asyncio.gather(*(confirm_premiums(family.ports) for _ in range(6)))

        assert len(await events(family.insured)) == 2
        assert await family.balances() == (100_00 if answer is CONFIRMED else 500_00, 300_00)
        assert await books_balance()

    async def test_of_two_different_answers_one_counts(self, family: PremiumFamily) -> None:
        family.bureau.answer = None
        done = await family.pay()
        yes, no = (replace(family.ports, tax_bureau=Bureau(x)) for x in (CONFIRMED, FAILED))

        await asyncio.gather(confirm_premiums(yes), confirm_premiums(no))

        premium = await PremiumRow.get(id=done.id)
        is_confirmed = premium.status is PremiumStatus.CONFIRMED
        assert (premium.tax_reference is not None) is is_confirmed
        assert (premium.failed_at is None) is is_confirmed
        assert await family.balances() == (100_00 if is_confirmed else 500_00, 300_00)
        assert await books_balance()


def test_a_request_holds_no_amount_for_the_client_to_choose() -> None:
    assert set(PayPremium.__dataclass_fields__) == {
        "request_id",
        "binding_id",
        "year",
        "if_plan",
    }


async def test_a_premium_keeps_its_facts_when_the_registry_moves_on(
    family: PremiumFamily,
) -> None:
    done = await family.pay()
    await set_insured(family, region="542524")
    await TariffRow.all().update(amount_fen=1)
    family.world.clock.move(days=3)

    premium = await PremiumRow.get(id=done.id)

    assert (premium.region, premium.amount_fen) == (GAR, 400_00)
    assert premium.debited_at + timedelta(days=3) == family.world.clock.at
