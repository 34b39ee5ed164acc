"""The resident premium: tariffs, windows, payers, states."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from gongji.domain.binding import BindingStatus, Limit
from gongji.domain.deduction import Skip, resolve
from gongji.domain.errors import Code, FreshPlan, Reason, Refusal
from gongji.domain.family import Sharing
from gongji.domain.money import Fen
from gongji.domain.person import Dated, PersonStatus
from gongji.domain.policy import PremiumPayers
from gongji.domain.premium import (
    PremiumMove,
    PremiumQuote,
    PremiumStatus,
    Tariff,
    explain,
    premium_after,
    premium_purses,
    quote_premium,
    reasons_against_insured,
    reasons_against_payer,
    reasons_against_refund,
    reasons_against_split,
    reasons_against_tariff,
    tariff_for,
)
from gongji.domain.replay import replay, replay_cash
from tests.builders import (
    CHENGDU,
    GAR,
    LHASA,
    NGARI,
    NOW,
    account,
    beneficiary,
    family,
    frozen_account,
    named_id,
    policy,
    resident,
    sharing,
)

TARIFF = Tariff(NGARI, 2026, "ADULT", Fen(400_00), date(2025, 9, 1), date(2025, 12, 31))


def codes(reasons: Iterable[Reason]) -> list[Code]:
    return [reason.code for reason in reasons]


LEGAL = {
    (PremiumStatus.DEBITED, PremiumMove.CONFIRM): PremiumStatus.CONFIRMED,
    (PremiumStatus.DEBITED, PremiumMove.FAIL): PremiumStatus.FAILED,
    (PremiumStatus.CONFIRMED, PremiumMove.REFUND): PremiumStatus.REFUNDED,
}


@pytest.mark.parametrize(("status", "move"), list(product(PremiumStatus, PremiumMove)))
def test_only_three_moves_are_legal(status: PremiumStatus, move: PremiumMove) -> None:
    if (status, move) in LEGAL:
        assert premium_after(status, move) is LEGAL[status, move]
    else:
        with pytest.raises(Refusal, match="PREMIUM_NOT_REFUNDABLE"):
            premium_after(status, move)


class TestTariff:
    county = replace(TARIFF, region=GAR, amount=Fen(1))
    province = replace(TARIFF, region="540000", amount=Fen(3))
    tariffs = (province, TARIFF, county, replace(TARIFF, year=2025), replace(TARIFF, category="X"))

    def amount(self, tariffs: Iterable[Tariff], region: str = GAR) -> int | None:
        found = tariff_for(tariffs, region=region, year=2026, category="ADULT")
        return None if found is None else found.amount

    def test_the_nearest_region_comes_first(self) -> None:
        assert self.amount(self.tariffs) == 1
        assert self.amount((self.province, TARIFF)) == 400_00
        assert self.amount((self.province,)) == 3
        assert self.amount(self.tariffs, LHASA) == 3

    def test_a_region_year_or_category_without_a_tariff_has_none(self) -> None:
        assert self.amount(self.tariffs, "510104") is None
        assert tariff_for(self.tariffs, region=GAR, year=2027, category="ADULT") is None
        assert codes(reasons_against_tariff(None, NOW)) == [Code.PREMIUM_NOT_PAYABLE]

    @pytest.mark.parametrize(
        ("at", "open_"),
        [
            (datetime(2025, 8, 31, 15, 59, tzinfo=UTC), False),
            (datetime(2025, 8, 31, 16, tzinfo=UTC), True),
            (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), True),
            (datetime(2025, 12, 31, 16, tzinfo=UTC), False),
        ],
    )
    def test_the_window_is_open_on_its_first_and_last_day_in_shanghai(
        self, at: datetime, open_: bool
    ) -> None:
        refused = codes(reasons_against_tariff(TARIFF, at))
        assert refused == ([] if open_ else [Code.PREMIUM_WINDOW_CLOSED])


class TestInsured:
    def test_a_normal_resident_may_be_paid_for(self) -> None:
        assert codes(reasons_against_insured(resident(), NOW)) == []

    def test_every_reason_is_listed(self) -> None:
        moved = beneficiary(status=Dated(PersonStatus.MOVED_OUT))
        assert codes(reasons_against_insured(moved, NOW)) == [
            Code.PREMIUM_INSURED_NOT_NORMAL,
            Code.PREMIUM_INSURED_NOT_RESIDENT,
        ]


@pytest.mark.parametrize(
    ("payer", "may"),
    [
        (sharing(), True),
        (sharing(status=BindingStatus.PAUSED), False),
        (sharing(status=BindingStatus.ENDED), False),
        (sharing(status=BindingStatus.INVITED), False),
        (sharing(account=frozen_account("A")), False),
        (sharing(account=account("A", owner_status=Dated(PersonStatus.STOPPED))), False),
        (sharing(account=account("A", region=LHASA)), True),
        (sharing(account=account("A", region=CHENGDU)), False),
        (replace(sharing(), awaits_consent=True), False),
    ],
)
def test_the_payer_has_an_active_binding_and_a_normal_account_here(
    payer: Sharing, may: bool
) -> None:
    refused = codes(reasons_against_payer(payer, resident(), NOW))
    assert refused == ([] if may else [Code.PREMIUM_PAYER_CANNOT_PAY])


class TestPurses:
    payer = sharing(
        "A",
        account=account("A", Fen(400_00), reserve=Fen(300_00)),
        limit=Limit(per_settlement=Fen(1)),
    )
    limited = sharing("B", Fen(100), position=2, limit=Limit(per_settlement=Fen(30)))
    paused = sharing("C", Fen(500), position=3, status=BindingStatus.PAUSED)
    of = family(payer, limited, paused, resident_only=True)
    cascading = replace(of, policy=policy(premium_payers=PremiumPayers.CASCADE))

    def test_the_payers_own_limits_and_reserve_do_not_touch_a_premium(self) -> None:
        split = resolve(Fen(400_00), premium_purses(self.payer, self.of, NOW))
        assert [step.drawn for step in split.steps] == [400_00]
        assert split.steps[0].purse.binding_id == named_id("binding/A")

    def test_a_premium_is_paid_whole_or_not_at_all(self) -> None:
        purses = premium_purses(self.payer, self.of, NOW)
        assert codes(reasons_against_split(resolve(Fen(400_00), purses))) == []
        assert codes(reasons_against_split(resolve(Fen(400_01), purses))) == [
            Code.PREMIUM_BALANCE_SHORT
        ]

    def test_where_others_help_their_limits_and_pauses_hold(self) -> None:
        split = resolve(Fen(400_50), premium_purses(self.payer, self.cascading, NOW))
        assert [step.drawn for step in split.steps] == [400_00, 30, 0]
        assert [step.skip for step in split.steps] == [None, None, Skip.PAUSED]
        assert split.cash == 20

    def test_whoever_pays_comes_first_and_the_rest_keep_their_order(self) -> None:
        purses = premium_purses(self.limited, self.cascading, NOW)
        assert [(p.rank, p.account_id) for p in purses] == [
            (n, account(name).id) for n, name in enumerate("BAC", start=1)
        ]


class TestQuote:
    payer = sharing("A", Fen(300_00))
    helper = sharing("B", Fen(300_00), position=2)
    of = family(
        payer, helper, resident_only=True, policy=policy(premium_payers=PremiumPayers.CASCADE)
    )

    def quote(self, **changed: Any) -> PremiumQuote:
        given: dict[str, Any] = {"year": 2026, "tariff": TARIFF, "is_paid": False, "at": NOW}
        return quote_premium(self.payer, changed.pop("of", self.of), **{**given, **changed})

    def test_it_says_who_would_pay_what(self) -> None:
        quote = self.quote()
        assert quote.accepted() == (TARIFF, quote.split)
        assert [(leg.rank, leg.amount) for leg in quote.legs] == [(1, 300_00), (2, 100_00)]
        assert quote.from_payer == 300_00
        assert quote.sealed("digest") == FreshPlan(
            "digest", eligible=Fen(400_00), own=Fen(0), shared=Fen(400_00), cash=Fen(0)
        )

    def test_its_plan_tells_the_year_the_binding_and_the_legs_apart(self) -> None:
        alone = replace(self.of, policy=policy())
        plans = {self.quote().plan, self.quote(year=2027).plan, self.quote(of=alone).plan}
        assert len(plans) == 3
        assert self.quote().plan == self.quote().plan

    def test_every_reason_is_listed(self) -> None:
        short = replace(self.of, policy=policy(), beneficiary=beneficiary())
        closed = replace(TARIFF, closes_on=date(2025, 9, 1))
        with pytest.raises(Refusal) as refused:
            self.quote(of=short, tariff=closed, is_paid=True).accepted()
        assert codes(refused.value.reasons) == [
            Code.PREMIUM_INSURED_NOT_RESIDENT,
            Code.PREMIUM_WINDOW_CLOSED,
            Code.PREMIUM_ALREADY_PAID,
            Code.PREMIUM_BALANCE_SHORT,
        ]

    def test_without_a_tariff_nothing_is_split(self) -> None:
        quote = self.quote(tariff=None)
        assert (quote.split, quote.legs) == (None, ())
        assert codes(quote.reasons) == [Code.PREMIUM_NOT_PAYABLE]
        assert quote.sealed("digest").shared == 0

    def test_its_explanation_replays_to_its_legs(self) -> None:
        quote = self.quote()
        assert quote.split is not None
        written = json.loads(json.dumps(explain(quote.split, self.of)))
        assert replay(written) == {str(leg.account_id): leg.amount for leg in quote.legs}
        assert replay_cash(written) == 0


class TestRefund:
    def test_until_the_benefit_year_begins_in_shanghai(self) -> None:
        last = datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC)
        first = datetime(2025, 12, 31, 16, tzinfo=UTC)
        assert codes(reasons_against_refund(PremiumStatus.CONFIRMED, 2026, last)) == []
        assert codes(reasons_against_refund(PremiumStatus.CONFIRMED, 2026, first)) == [
            Code.PREMIUM_REFUND_TOO_LATE
        ]

    @pytest.mark.parametrize(
        "status", [PremiumStatus.DEBITED, PremiumStatus.FAILED, PremiumStatus.REFUNDED]
    )
    def test_only_a_confirmed_premium_is_refunded(self, status: PremiumStatus) -> None:
        assert codes(reasons_against_refund(status, 2025, NOW)) == [
            Code.PREMIUM_NOT_REFUNDABLE,
            Code.PREMIUM_REFUND_TOO_LATE,
        ]
