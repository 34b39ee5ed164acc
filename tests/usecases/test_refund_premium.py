"""Refunding a resident premium: by payer or staff, only confirmed, only before its year."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gongji.domain.actor import Actor
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.errors import Code, Forbidden, Refusal, RequestIdReused
from gongji.domain.ledger import ControlKind, control_account_id
from gongji.domain.person import AccountStatus
from gongji.domain.policy import PremiumPayers
from gongji.domain.premium import PremiumStatus
from gongji.store.rows import BindingRow, EventRow, PersonalAccountRow, PremiumRow
from gongji.usecases.pay_premium import confirm_premiums
from gongji.usecases.refund_premium import RefundPremium, refund_premium
from gongji.usecases.transaction import Done
from tests.usecases.premium_family import (
    CONFIRMED,
    FAILED,
    PremiumFamily,
    books_balance,
    events,
    everything,
    make_premium_family,
    owed,
)
from tests.world import GAR, STAFF, World, key

pytestmark = pytest.mark.usefixtures("books_are_right")

PAYABLE = control_account_id(ControlKind.PREMIUM_PAYABLE, GAR)
SUSPENSE = control_account_id(ControlKind.SUSPENSE, GAR)
LAST_MOMENT = datetime(2026, 12, 31, 15, 59, 59, 999999, tzinfo=UTC)


@pytest.fixture
async def family(world: World) -> PremiumFamily:
    return await make_premium_family(world)


@pytest.fixture
async def paid(family: PremiumFamily) -> RefundPremium:
    """Return the request to refund a premium that A paid and the bureau confirmed."""
    return RefundPremium(key(), (await family.pay()).id)


async def refund(family: PremiumFamily, request: RefundPremium, actor: Actor | None = None) -> Done:
    return await refund_premium(request, actor or family.a.actor, family.ports)


async def refused(
    family: PremiumFamily, request: RefundPremium, actor: Actor | None = None
) -> list[Code]:
    """Ask for a refund, be refused, and show that nothing changed."""
    before = await everything()
    with pytest.raises(Refusal) as refusal:
        await refund(family, request, actor)
    assert await everything() == before
    return [reason.code for reason in refusal.value.reasons]


class TestRefunding:
    async def test_the_payer_gets_the_money_back(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        family.world.clock.at = LAST_MOMENT

        done = await refund(family, paid)

        premium = await PremiumRow.get(id=paid.premium_id)
        assert done.id == premium.id
        assert (premium.status, premium.refunded_at) == (PremiumStatus.REFUNDED, LAST_MOMENT)
        assert premium.tax_reference == "TAX-1"
        assert await family.balances() == (500_00, 300_00)
        assert await owed(PAYABLE) == 0
        assert await books_balance()
        assert await events(family.insured) == [
            "PREMIUM_DEBITED",
            "PREMIUM_CONFIRMED",
            "PREMIUM_REFUNDED",
        ]

    async def test_staff_refunds_with_a_reason_that_is_kept(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        await refund(family, replace(paid, reason="重复参保"), STAFF)

        premium = await PremiumRow.get(id=paid.premium_id)
        assert (premium.status, premium.refund_reason) == (PremiumStatus.REFUNDED, "重复参保")
        assert await family.balances() == (500_00, 300_00)
        event = await EventRow.get(kind="PREMIUM_REFUNDED")
        assert event.actor["subject"] == str(STAFF.subject)

    async def test_a_guardian_refunds_for_the_payer(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        proxy = await family.world.person("王强")
        await family.world.guardian(proxy, family.a, Capacity.PROXY)

        await refund(family, paid, replace(proxy.actor, acting_for=family.a.id))

        assert await family.balances() == (500_00, 300_00)

    async def test_every_leg_returns_and_the_limit_with_it(self, world: World) -> None:
        family = await make_premium_family(world, a=300_00, premium_payers=PremiumPayers.CASCADE)
        await BindingRow.filter(id=family.other_binding).update(limit_year_fen=150_00)
        first = await family.pay()

        await refund(family, RefundPremium(key(), first.id))

        assert await family.balances() == (300_00, 300_00)
        await family.pay()
        assert await family.balances() == (0, 200_00)
        assert await books_balance()

    async def test_an_ended_binding_or_a_frozen_account_does_not_hinder_it(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        await BindingRow.all().update(status=BindingStatus.ENDED)
        await PersonalAccountRow.all().update(status=AccountStatus.FROZEN)

        await refund(family, paid)

        assert await family.balances() == (500_00, 300_00)

    async def test_a_closed_accounts_leg_goes_to_suspense(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        await PersonalAccountRow.filter(owner_id=family.a.id).update(
            status_then=AccountStatus.CLOSED, status_since=family.world.clock.at
        )

        await refund(family, paid)

        assert await family.balances() == (100_00, 300_00)
        assert (await owed(PAYABLE), await owed(SUSPENSE)) == (0, 400_00)
        assert await books_balance()

    async def test_a_refunded_premium_may_be_paid_again(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        await refund(family, paid)

        again = await family.pay()

        assert again.id != paid.premium_id
        assert await family.balances() == (100_00, 300_00)


class TestRefusals:
    async def test_when_the_benefit_year_has_begun_in_shanghai(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        family.world.clock.at = datetime(2026, 12, 31, 16, tzinfo=UTC)

        assert await refused(family, paid) == [Code.PREMIUM_REFUND_TOO_LATE]
        with_reason = replace(paid, request_id=key(), reason="重复参保")
        assert await refused(family, with_reason, STAFF) == [Code.PREMIUM_REFUND_TOO_LATE]

    async def test_a_premium_is_refunded_once(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        await refund(family, paid)

        second = replace(paid, request_id=key())
        assert await refused(family, second) == [Code.PREMIUM_NOT_REFUNDABLE]

    async def test_a_debited_premium_waits_for_the_bureau(self, family: PremiumFamily) -> None:
        family.bureau.answer = None
        request = RefundPremium(key(), (await family.pay()).id)

        assert await refused(family, request) == [Code.PREMIUM_NOT_REFUNDABLE]

    async def test_a_failed_premium_has_been_given_back(self, family: PremiumFamily) -> None:
        family.bureau.answer = FAILED
        request = RefundPremium(key(), (await family.pay()).id)

        assert await refused(family, request) == [Code.PREMIUM_NOT_REFUNDABLE]

    @pytest.mark.parametrize("reason", [None, "", " \n"])
    async def test_staff_must_say_why(
        self, family: PremiumFamily, paid: RefundPremium, reason: str | None
    ) -> None:
        unexplained = replace(paid, reason=reason)

        assert await refused(family, unexplained, STAFF) == [Code.REASON_REQUIRED]

    async def test_a_reason_that_is_too_long_is_refused(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        before = await everything()

        too_long = replace(paid, request_id=key(), reason="长" * 201)
        assert await refused(family, too_long, STAFF) == [Code.REASON_TOO_LONG]

        assert await everything() == before
        await refund(family, replace(paid, reason="长" * 200), STAFF)


class TestStrangers:
    async def test_others_hear_what_they_hear_of_a_premium_that_does_not_exist(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        unknown = await refused(family, RefundPremium(key(), key()))

        for person in (family.b, family.insured, await family.world.person("王强")):
            assert await refused(family, paid, person.actor) == unknown == [Code.NOT_FOUND]

    @pytest.mark.parametrize(
        "changed",
        [{"region": "542600"}, {"region": None}, {"roles": frozenset({"READER"})}],
    )
    async def test_staff_of_elsewhere_or_without_the_role_find_nothing(
        self, family: PremiumFamily, paid: RefundPremium, changed: dict[str, object]
    ) -> None:
        elsewhere = replace(STAFF, **changed)  # type: ignore[arg-type]

        with_reason = replace(paid, reason="重复参保")
        assert await refused(family, with_reason, elsewhere) == [Code.NOT_FOUND]

    async def test_a_till_never_refunds(self, family: PremiumFamily, paid: RefundPremium) -> None:
        hospital = await family.world.institution()
        before = await everything()

        with pytest.raises(Forbidden):
            await refund(family, paid, hospital.actor)

        assert await everything() == before


class TestKeys:
    async def test_the_same_request_again_changes_nothing(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        first = await refund(family, paid)
        before = await everything()

        again = await refund(family, paid)

        assert (first.replayed, again) == (False, Done(first.id, replayed=True))
        assert await everything() == before

    async def test_a_refused_request_is_refused_for_ever(self, family: PremiumFamily) -> None:
        family.bureau.answer = None
        request = RefundPremium(key(), (await family.pay()).id)
        first = await refused(family, request)
        family.bureau.answer = CONFIRMED
        await confirm_premiums(family.ports)

        assert await refused(family, request) == first

    async def test_the_key_of_the_payment_is_used_up(self, family: PremiumFamily) -> None:
        payment = family.request()
        done = await family.pay(payment)
        before = await everything()

        with pytest.raises(RequestIdReused):
            await refund(family, RefundPremium(payment.request_id, done.id))

        assert await everything() == before


class TestRaces:
    async def test_payer_and_staff_at_once_and_one_refund(
        self, family: PremiumFamily, paid: RefundPremium
    ) -> None:
        by_staff = replace(paid, request_id=key(), reason="重复参保")

        answers = await asyncio.gather(
            refund(family, paid), refund(family, by_staff, STAFF), return_exceptions=True
        )

        (loser,) = (answer for answer in answers if isinstance(answer, Refusal))
        assert loser.code == "PREMIUM_NOT_REFUNDABLE"
        assert await family.balances() == (500_00, 300_00)
        assert await books_balance()

    @pytest.mark.parametrize("answer", [CONFIRMED, FAILED])
    async def test_a_refund_while_the_bureau_answers_never_pays_back_twice(
        self, family: PremiumFamily, answer: object
    ) -> None:
        family.bureau.answer = None
        request = RefundPremium(key(), (await family.pay()).id)
        family.bureau.answer = answer  # type: ignore[assignment]

        await asyncio.gather(
            confirm_premiums(family.ports),
            refund(family, request),
            confirm_premiums(family.ports),
            return_exceptions=True,
        )

        status = (await PremiumRow.get(id=request.premium_id)).status
        kept = status is PremiumStatus.CONFIRMED
        assert status is not PremiumStatus.DEBITED
        assert await family.balances() == (100_00 if kept else 500_00, 300_00)
        assert await owed(PAYABLE) == (400_00 if kept else 0)
        assert await books_balance()
