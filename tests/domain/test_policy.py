"""Policies: storage, force, and the difference that each alternative makes."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongji.domain import policy as policies
from gongji.domain.bill import eligible, line_is_eligible
from gongji.domain.binding import BindingStatus, Capacity, expiry
from gongji.domain.deduction import CashReason, Skip, resolve
from gongji.domain.disclosure import Availability, availability
from gongji.domain.eligibility import (
    PairHistory,
    Sharer,
    reasons_against_beneficiary,
    reasons_against_inviting_again,
    reasons_against_kinship,
    reasons_against_no_position,
    reasons_against_sharer,
)
from gongji.domain.errors import Code, Reason
from gongji.domain.family import Family, split_bill
from gongji.domain.institution import InstitutionKind
from gongji.domain.kinship import CIVIL_CODE_NEAR_KIN, Kinship
from gongji.domain.money import Fen
from gongji.domain.person import PersonStatus, Scheme
from gongji.domain.policy import (
    NATIONAL_CATALOGUE,
    CatalogueEntry,
    CredentialKind,
    ItemKind,
    OwnAccountUnusable,
    Policy,
    PremiumPayers,
    UnknownKinship,
    UnsetOrder,
    policy_from_rules,
    rules_of,
)
from gongji.domain.premium import premium_purses
from gongji.domain.settlement import reasons_against_reversal
from tests.builders import (
    GAR,
    NOW,
    TODAY,
    account,
    beneficiary,
    bill,
    bill_e2,
    binding,
    consent,
    family,
    fen,
    frozen_account,
    institution,
    invitation,
    line,
    named_id,
    policy,
    sharing,
    tonic,
)
from tests.domain.strategies import LAW


def codes(reasons: Any) -> list[Code]:
    return [reason.code for reason in reasons]


def unset(which: UnsetOrder, *, sharers: int = 2) -> Family:
    """Make a family without an order: A came first, B is richer."""
    both = (
        sharing("A", fen("300.00"), position=None, accepted_at=NOW - timedelta(days=9)),
        sharing("B", fen("500.00"), position=None, accepted_at=NOW - timedelta(days=8)),
    )
    return family(
        *both[:sharers],
        own=account(balance=fen("0.00")),
        beneficiary=beneficiary(order_is_set=False),
        policy=policy(unset_order=which),
    )


def paid(of: Family) -> dict[str, int]:
    split = split_bill(of, bill(fen("100.00")), institution(), NOW).split
    names = {account(name).id: name for name in ("own", "A", "B")}
    return {names[step.purse.account_id]: step.drawn for step in split.legs}


class TestG1:
    def test_by_binding_time_the_first_to_be_accepted_pays(self) -> None:
        assert paid(unset(UnsetOrder.BINDING_TIME)) == {"A": fen("100.00")}

    def test_by_balance_the_richest_pays(self) -> None:
        assert paid(unset(UnsetOrder.HIGHEST_BALANCE)) == {"B": fen("100.00")}

    def test_without_sharing_nobody_pays_until_an_order_is_set(self) -> None:
        waiting = unset(UnsetOrder.NO_SHARING)
        assert paid(waiting) == {}
        split = split_bill(waiting, bill(), institution(), NOW).split
        assert [step.skip for step in split.steps[1:]] == [Skip.ORDER, Skip.ORDER]

    def test_without_sharing_a_single_sharer_still_shares(self) -> None:
        assert paid(unset(UnsetOrder.NO_SHARING, sharers=1)) == {"A": fen("100.00")}

    @pytest.mark.parametrize("which", UnsetOrder)
    def test_an_order_that_is_set_rules_whatever_the_policy(self, which: UnsetOrder) -> None:
        ordered = replace(
            unset(which),
            beneficiary=beneficiary(order_is_set=True),
            sharings=(
                sharing("A", fen("300.00"), position=2),
                sharing("B", fen("500.00"), position=1),
            ),
        )
        assert paid(ordered) == {"B": fen("100.00")}
        assert not ordered.order_is_by_balance

    def test_equal_balances_fall_back_to_the_time_of_acceptance(self) -> None:
        # B's position, kept from somewhere, must not decide a tie.
        tied = replace(
            unset(UnsetOrder.HIGHEST_BALANCE),
            sharings=(
                sharing("B", Fen(500), position=1, accepted_at=NOW - timedelta(days=8)),
                sharing("A", Fen(500), position=None, accepted_at=NOW - timedelta(days=9)),
            ),
        )
        assert [s.binding.sharer_id for s in tied.ordered()] == [named_id("A"), named_id("B")]

    @pytest.mark.parametrize("which", UnsetOrder)
    def test_a_place_is_asked_for_only_where_it_is_required(self, which: UnsetOrder) -> None:
        asked = list(reasons_against_no_position(None, sharers=1, policy=unset(which).policy))
        required = which is UnsetOrder.REQUIRED_ON_ACCEPT
        assert asked == ([Reason(Code.ORDER_REQUIRED, ("position",))] if required else [])

    def test_the_first_sharer_needs_no_place(self) -> None:
        required = policy(unset_order=UnsetOrder.REQUIRED_ON_ACCEPT)
        assert not list(reasons_against_no_position(None, sharers=0, policy=required))
        assert not list(reasons_against_no_position(2, sharers=1, policy=required))


@pytest.mark.parametrize("kinship", Kinship)
def test_g5_the_default_list_is_the_civil_codes(kinship: Kinship) -> None:
    refused = codes(reasons_against_kinship(kinship, policy()))
    assert (not refused) == (kinship in CIVIL_CODE_NEAR_KIN)
    assert refused in ([], [Code.KINSHIP_NOT_NEAR])


def test_g5_a_region_may_add_parents_in_law() -> None:
    wider = policy(near_kin=CIVIL_CODE_NEAR_KIN | {Kinship.PARENT_IN_LAW})
    assert not list(reasons_against_kinship(Kinship.PARENT_IN_LAW, wider))


@pytest.mark.parametrize(("most", "count", "full"), [(7, 6, False), (7, 7, True), (0, 99, False)])
def test_g6_a_sharer_may_have_so_many_and_zero_is_unlimited(
    most: int, count: int, full: bool
) -> None:
    sharer = Sharer(Scheme.EMPLOYEE, PersonStatus.NORMAL, account("A"), count)
    refused = codes(reasons_against_sharer(sharer, policy(most_beneficiaries=most), NOW))
    assert refused == ([Code.TOO_MANY_BENEFICIARIES] if full else [])


@pytest.mark.parametrize(("most", "count", "full"), [(5, 4, False), (5, 5, True), (0, 99, False)])
def test_g6_a_beneficiary_may_have_so_many_and_zero_is_unlimited(
    most: int, count: int, full: bool
) -> None:
    refused = codes(
        reasons_against_beneficiary(
            beneficiary(), account(), sharers=count, policy=policy(most_sharers=most), at=NOW
        )
    )
    assert refused == ([Code.TOO_MANY_SHARERS] if full else [])


@pytest.mark.parametrize(
    ("before", "after", "is_low"),
    [(100, 99, True), (101, 100, False), (99, 98, False), (200, 0, True), (100, 100, False)],
)
def test_g22_a_balance_becomes_low_by_the_draw_that_crosses_the_line(
    before: int, after: int, is_low: bool
) -> None:
    low = policy(low_balance_below=Fen(100))

    assert policies.has_become_low(low, before=Fen(before), after=Fen(after)) is is_low


def test_g9_an_invitation_lives_as_long_as_the_policy_says() -> None:
    assert expiry(NOW, hours=policy().invitation_hours) == NOW + timedelta(days=7)
    assert expiry(NOW, hours=policy(invitation_hours=1).invitation_hours) == NOW + timedelta(
        hours=1
    )


def test_g9_the_number_of_invitations_after_a_decline_is_policy() -> None:
    once = PairHistory((NOW - timedelta(days=9),), (NOW - timedelta(days=8),))
    assert not list(reasons_against_inviting_again(once, policy(), NOW))
    strict = policy(invitations_after_decline=1)
    assert codes(reasons_against_inviting_again(once, strict, NOW)) == [Code.INVITED_TOO_OFTEN]
    forgetful = policy(invitations_after_decline=1, decline_days=9)
    assert not list(reasons_against_inviting_again(once, forgetful, NOW))


def test_g10_days_of_waiting_are_policy() -> None:
    ended = PairHistory(ended_on=TODAY)
    assert not list(reasons_against_inviting_again(ended, policy(), NOW))
    waiting = policy(days_before_rebinding=30)
    assert codes(reasons_against_inviting_again(ended, waiting, NOW)) == [Code.BOUND_TOO_RECENTLY]
    long_ago = PairHistory(ended_on=TODAY - timedelta(days=30))
    assert not list(reasons_against_inviting_again(long_ago, waiting, NOW))


def test_g11_self_paid_cost_counts_or_not() -> None:
    assert eligible(bill_e2(), policy(), InstitutionKind.HOSPITAL) == fen("751.27")
    excluding = policy(self_paid_counts=False)
    assert eligible(bill_e2(), excluding, InstitutionKind.HOSPITAL) == fen("654.87")


def test_g12_a_region_may_close_a_kind_of_item() -> None:
    without_consumables = policy(eligible_items=frozenset({ItemKind.DRUG}))
    gauze = line(Fen(100), "C0101", kind=ItemKind.CONSUMABLE)
    assert line_is_eligible(gauze, policy(), InstitutionKind.PHARMACY)
    assert not line_is_eligible(gauze, without_consumables, InstitutionKind.PHARMACY)


def test_g12_the_longest_prefix_of_the_catalogue_decides() -> None:
    entry = CatalogueEntry("XA02", ItemKind.OTHER)
    narrower = policy(catalogue=(*NATIONAL_CATALOGUE, entry))
    assert policy().kind_of("XA02BCA001") is ItemKind.DRUG
    assert narrower.kind_of("XA02BCA001") is ItemKind.OTHER
    assert narrower.kind_of("XA03BCA001") is ItemKind.DRUG
    assert narrower.kind_of("?") is None


def test_g12_a_region_may_make_a_tonic_a_drug_but_no_till_can() -> None:
    generous = policy(catalogue=(CatalogueEntry("B", ItemKind.DRUG),))
    claimed = tonic(Fen(100), kind=ItemKind.DRUG)
    assert not line_is_eligible(claimed, policy(), InstitutionKind.HOSPITAL)
    assert line_is_eligible(claimed, generous, InstitutionKind.PHARMACY)


def test_g13_the_days_of_reversing_are_policy() -> None:
    def refused(days: int) -> list[Code]:
        yesterday = TODAY - timedelta(days=1)
        return codes(reasons_against_reversal(yesterday, today=TODAY, within_days=days))

    assert refused(policy().reversal_days) == []
    assert refused(policy(reversal_days=0).reversal_days) == [Code.REVERSAL_TOO_LATE]


def test_g14_one_sharer_pays_a_premium_or_the_others_help() -> None:
    of = family(sharing("A", Fen(300_00)), sharing("B", Fen(200_00), position=2))
    payer = of.sharings[0]
    alone = resolve(Fen(400_00), premium_purses(payer, of, NOW))
    assert (alone.shared, alone.cash) == (300_00, 100_00)
    helped = replace(of, policy=policy(premium_payers=PremiumPayers.CASCADE))
    together = resolve(Fen(400_00), premium_purses(payer, helped, NOW))
    assert [step.drawn for step in together.steps] == [300_00, 100_00]


def test_g18_low_is_what_the_policy_calls_low() -> None:
    (purse,) = family(sharing("A", Fen(50_00))).shared_purses(NOW)
    assert availability(purse, low_below=policy().low_below) is Availability.LOW
    generous = policy(low_below=Fen(50_00))
    assert availability(purse, low_below=generous.low_below) is Availability.ENOUGH


def test_g19_the_age_of_confirming_anew_is_policy() -> None:
    guarded = binding(beneficiary_consent=consent(capacity=Capacity.GUARDIAN))
    seventeen = date(TODAY.year - 17, 1, 1)

    def awaits(age: int) -> bool:
        return guarded.awaits_own_consent(birth=seventeen, adult_at=age, at=NOW)

    assert awaits(policy().child_until_age)
    assert not awaits(policy(child_until_age=18).child_until_age)


@pytest.mark.parametrize(
    ("what", "status"),
    [
        (UnknownKinship.REVIEW, BindingStatus.IN_REVIEW),
        (UnknownKinship.DECLARED, BindingStatus.ACTIVE),
    ],
)
def test_g20_an_unknown_kinship_goes_to_review_or_is_believed(
    what: UnknownKinship, status: BindingStatus
) -> None:
    ruled = policy(unknown_kinship=what)
    for_review = ruled.unknown_kinship is UnknownKinship.REVIEW
    assert invitation().accepted(consent(at=NOW), for_review=for_review).status is status


def test_g25_an_unusable_own_account_stops_all_or_is_skipped() -> None:
    of = family(sharing("A"), own=frozen_account())
    split = split_bill(of, bill(), institution(), NOW)
    assert (split.cash_reason, split.cash) == (CashReason.OWN_ACCOUNT, fen("178.50"))
    skipping = replace(of, policy=policy(own_account_unusable=OwnAccountUnusable.SKIP_OWN))
    split = split_bill(skipping, bill(), institution(), NOW)
    assert (split.cash_reason, split.cash) == (None, 0)
    assert [step.skip for step in split.split.steps] == [Skip.STATUS, None]


def test_g33_the_e_voucher_is_not_yet_a_credential() -> None:
    assert policy().credentials == {CredentialKind.ID_CARD, CredentialKind.SOCIAL_SECURITY_CARD}


class TestForce:
    ngari_2025 = policy()
    ngari_2026 = policy(in_force_from=date(2026, 1, 1), version="ngari-2026")
    tibet = policy(region="540000", in_force_from=date(2020, 1, 1), version="tibet")
    everyone = (ngari_2026, tibet, ngari_2025)

    @pytest.mark.parametrize(
        ("region", "day", "version"),
        [
            (GAR, date(2025, 12, 31), "ngari-2025"),
            (GAR, date(2026, 1, 1), "ngari-2026"),
            (GAR, date(2024, 12, 31), "tibet"),
            ("540102", date(2026, 1, 1), "tibet"),
            ("510104", date(2026, 1, 1), None),
            (GAR, date(2019, 12, 31), None),
        ],
    )
    def test_the_nearest_region_and_then_the_latest_day_decide(
        self, region: str, day: date, version: str | None
    ) -> None:
        found = policies.in_force(self.everyone, region=region, day=day)
        assert (found and found.version) == version


any_policy = st.builds(
    Policy,
    region=st.just("542500"),
    in_force_from=st.just(TODAY),
    version=st.just("v"),
    unset_order=st.sampled_from(UnsetOrder),
    near_kin=st.frozensets(st.sampled_from(Kinship)),
    most_sharers=st.integers(0, 99),
    self_paid_counts=st.booleans(),
    eligible_items=st.frozensets(st.sampled_from(ItemKind)),
    catalogue=st.lists(
        st.builds(CatalogueEntry, st.text(max_size=3), st.sampled_from(ItemKind))
    ).map(tuple),
    premium_payers=st.sampled_from(PremiumPayers),
    unknown_kinship=st.sampled_from(UnknownKinship),
    own_account_unusable=st.sampled_from(OwnAccountUnusable),
    declaration_version=st.text(),
    credentials=st.frozensets(st.sampled_from(CredentialKind)),
    low_below=st.integers(0, 2**40).map(Fen),
)


class TestStorage:
    @LAW
    @given(any_policy)
    def test_rules_read_back_are_the_policy(self, written: Policy) -> None:
        rules = rules_of(written)
        read = policy_from_rules(rules, region="542500", in_force_from=TODAY, version="v")
        assert read == written

    def test_what_is_not_named_keeps_its_default(self) -> None:
        read = policy_from_rules({}, region="542500", in_force_from=TODAY, version="v")
        assert read == Policy("542500", TODAY, "v")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("no_such_rule", 1),
            ("region", "540000"),
            ("unset_order", "ALPHABETICAL"),
            ("near_kin", ["COUSIN"]),
            ("near_kin", None),
            ("most_sharers", True),
            ("most_sharers", "5"),
            ("most_sharers", -1),
            ("most_sharers", 5.0),
            ("self_paid_counts", 1),
            ("declaration_version", 2),
            ("catalogue", [{"prefix": "X"}]),
            ("catalogue", [{"prefix": "X", "kind": "SWEETS"}]),
        ],
    )
    def test_what_cannot_be_read_is_named_and_its_value_is_not(self, name: str, value: Any) -> None:
        with pytest.raises(ValueError, match=f"^{name}$"):
            policy_from_rules({name: value}, region="542500", in_force_from=TODAY, version="v")
