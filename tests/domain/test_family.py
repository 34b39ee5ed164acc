"""The family on the locked rows: order, bars, places, and what bills of one batch leave behind."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongji.domain.binding import BindingStatus, Limit
from gongji.domain.deduction import CashReason, Skip
from gongji.domain.family import Family, Sharing, split_at_home, split_bill
from gongji.domain.institution import Period
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, Dated, PersonStatus
from gongji.domain.policy import UnsetOrder
from tests.builders import (
    CHENGDU,
    LHASA,
    NOW,
    TODAY,
    account,
    beneficiary,
    bill,
    family,
    fen,
    frozen_account,
    institution,
    named_id,
    policy,
    sharing,
)

DAY = timedelta(days=1)


def skips(of: Family, *, place: object = None) -> list[Skip | None]:
    at = place if place is not None else institution()
    return [s.skip for s in split_bill(of, bill(), at, NOW).split.steps[1:]]  # type: ignore[arg-type]


def with_one(one: Sharing) -> Family:
    return family(one, own=account(balance=fen("0.00")))


@pytest.mark.parametrize(
    ("one", "skip"),
    [
        (sharing(account=frozen_account("A")), Skip.STATUS),
        (sharing(account=account("A", status=Dated(AccountStatus.CLOSED))), Skip.STATUS),
        (sharing(account=account("A", owner_status=Dated(PersonStatus.STOPPED))), Skip.STATUS),
        (sharing(status=BindingStatus.PAUSED), Skip.PAUSED),
        (replace(sharing(), awaits_consent=True), Skip.PAUSED),
        (sharing(account=account("A", region=CHENGDU)), Skip.REGION),
        (sharing(balance=Fen(0)), Skip.EMPTY),
        (sharing(limit=Limit(per_settlement=Fen(0))), Skip.LIMIT),
        (sharing(account=account("A", Fen(5), reserve=Fen(5))), Skip.RESERVE),
        (
            sharing(account=frozen_account("A", region=CHENGDU), status=BindingStatus.PAUSED),
            Skip.STATUS,
        ),
        (
            sharing(account=account("A", region=CHENGDU), status=BindingStatus.PAUSED),
            Skip.PAUSED,
        ),
        (sharing(), None),
    ],
)
def test_a_sharer_is_skipped_for_the_first_reason_that_applies(
    one: Sharing, skip: Skip | None
) -> None:
    assert skips(with_one(one)) == [skip]


class TestPlaces:
    def test_another_county_of_the_prefecture_is_not_off_site(self) -> None:
        assert skips(with_one(sharing()), place=institution(region="542527")) == [None]

    def test_off_site_sharers_are_skipped_and_the_own_account_pays(self) -> None:
        split = split_bill(family(sharing()), bill(fen("300.00")), institution(region=LHASA), NOW)
        assert [s.skip for s in split.split.steps] == [None, Skip.REGION]
        assert (split.split.own, split.cash) == (fen("260.00"), fen("40.00"))

    def test_off_site_sharers_pay_where_and_when_sharing_is_open(self) -> None:
        since = institution(region=CHENGDU, offsite_sharing=Period(first=TODAY))
        assert skips(with_one(sharing()), place=since) == [None]
        tomorrow = institution(region=CHENGDU, offsite_sharing=Period(first=TODAY + DAY))
        assert skips(with_one(sharing()), place=tomorrow) == [Skip.REGION]

    def test_a_sharer_of_another_province_is_skipped_even_where_sharing_is_open(self) -> None:
        afar = with_one(sharing(account=account("A", region=CHENGDU)))
        everywhere = institution(region=CHENGDU, offsite_sharing=Period())
        assert skips(afar, place=everywhere) == [Skip.REGION]

    def test_a_sharer_of_another_prefecture_of_the_province_pays(self) -> None:
        assert skips(with_one(sharing(account=account("A", region=LHASA)))) == [None]


class TestAllCash:
    def reason(self, of: Family, **place: object) -> CashReason | None:
        return split_bill(of, bill(), institution(**place), NOW).cash_reason

    def test_the_place_comes_first(self) -> None:
        stopped = beneficiary(status=Dated(PersonStatus.STOPPED))
        worst = family(sharing(), own=frozen_account(), beneficiary=stopped)
        assert self.reason(worst, designated=Period(until=TODAY)) is CashReason.PLACE
        assert self.reason(worst) is CashReason.PERSON
        assert self.reason(family(sharing(), own=frozen_account())) is CashReason.OWN_ACCOUNT
        assert self.reason(family(sharing())) is None

    def test_designation_counts_from_its_first_day_to_the_day_before_its_end(self) -> None:
        assert self.reason(family(), designated=Period(TODAY, TODAY + DAY)) is None
        assert self.reason(family(), designated=Period(first=TODAY + DAY)) is CashReason.PLACE

    @pytest.mark.parametrize("status", list(PersonStatus)[1:])
    def test_a_beneficiary_who_is_not_normal_pays_cash(self, status: PersonStatus) -> None:
        of = family(sharing(), beneficiary=beneficiary(status=Dated(status)))
        split = split_bill(of, bill(), institution(), NOW)
        assert (split.cash_reason, split.cash) == (CashReason.PERSON, fen("178.50"))
        assert split.split.steps == ()

    def test_news_holds_from_its_own_moment(self) -> None:
        stops = Dated(PersonStatus.NORMAL, PersonStatus.STOPPED, NOW + timedelta(hours=1))
        of = family(beneficiary=beneficiary(status=stops))
        assert of.cash_reason(institution(), NOW) is None
        assert of.cash_reason(institution(), NOW + timedelta(hours=1)) is CashReason.PERSON


def test_a_share_of_zero_settles_without_legs() -> None:
    nothing = bill(Fen(0), total=Fen(100), in_scope=Fen(100), fund_paid=Fen(100))
    split = split_bill(family(sharing()), nothing, institution(), NOW)
    assert (split.split.legs, split.cash, split.cash_reason) == ((), 0, None)


class TestOrder:
    def test_a_binding_that_is_over_has_no_place(self) -> None:
        ended = sharing("A", status=BindingStatus.ENDED)
        assert family(ended, sharing("B", position=2)).ordered() == (sharing("B", position=2),)

    def test_a_paused_sharer_keeps_the_place(self) -> None:
        paused = sharing("A", status=BindingStatus.PAUSED)
        purses = family(sharing("B", position=2), paused).shared_purses(NOW)
        assert [(p.rank, p.barred) for p in purses] == [(1, Skip.PAUSED), (2, None)]

    def test_unset_positions_under_ties_keep_one_order(self) -> None:
        tied = [sharing(x, position=None) for x in "ABCDE"]
        of = family(*tied)
        assert of.ordered() == family(*reversed(tied)).ordered()
        ids = [s.binding.id for s in of.ordered()]
        assert ids == sorted(ids)

    def test_sharing_waits_for_an_order_only_among_several(self) -> None:
        waiting = policy(unset_order=UnsetOrder.NO_SHARING)
        unset = beneficiary(order_is_set=False)
        one = family(sharing("A"), beneficiary=unset, policy=waiting)
        two = replace(one, sharings=(sharing("A"), sharing("B", position=2)))
        assert (one.order_is_missing, two.order_is_missing) == (False, True)
        assert not replace(two, beneficiary=beneficiary()).order_is_missing


def test_the_reserve_does_not_bind_the_owners_own_bills() -> None:
    purse = family(own=account(reserve=fen("260.00"))).own_purse(NOW)
    assert purse is not None
    assert purse.drawable == fen("260.00")


def test_drawing_never_chains_to_the_sharers_of_a_sharer() -> None:
    # B shares with A, but only A's own account is A's to share (G7).
    of_a = family(sharing("B"), beneficiary=beneficiary(id=named_id("A")), own=account("A"))
    of_own = with_one(sharing(account=of_a.own))
    assert [p.account_id for p in of_own.shared_purses(NOW)] == [account("A").id]


def test_a_resident_family_has_no_own_purse() -> None:
    assert family(sharing("A"), resident_only=True).own_purse(NOW) is None


class TestAtHome:
    def test_an_amount_is_split_as_an_eligible_bill_in_the_prefecture_would_be(self) -> None:
        of = family(sharing("A"), sharing("B", fen("205.88"), position=2))
        asked = split_at_home(of, fen("700.00"), NOW)
        assert asked == split_bill(of, bill(fen("700.00")), institution(), NOW).split

    @pytest.mark.parametrize(
        "of",
        [
            family(sharing("A"), own=frozen_account()),
            family(sharing("A"), beneficiary=beneficiary(status=Dated(PersonStatus.DECEASED))),
        ],
    )
    def test_who_may_use_no_account_money_anywhere_may_use_none_at_home(self, of: Family) -> None:
        split = split_at_home(of, Fen(500), NOW)
        assert (split.steps, split.cash) == ((), 500)
