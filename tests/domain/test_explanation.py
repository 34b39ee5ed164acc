"""What a recorded explanation tells, and to whom."""

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongji.domain.bill import Bill
from gongji.domain.binding import BindingStatus
from gongji.domain.deduction import CashReason, LegType, Purse, Skip, Split, Step, Stop
from gongji.domain.explanation import Outcome, ToldStep, Viewer, cash_cause, record, tell
from gongji.domain.family import BillSplit, Family, split_bill
from gongji.domain.institution import Institution, Period
from gongji.domain.money import Fen
from gongji.domain.person import Dated, PersonStatus
from gongji.domain.policy import OwnAccountUnusable, UnsetOrder
from tests.builders import (
    LHASA,
    NOW,
    TODAY,
    account,
    bill,
    bill_e1,
    bill_e2,
    bill_e3,
    family,
    family_e1,
    family_e2,
    family_e3,
    fen,
    frozen_account,
    institution,
    named_id,
    pharmacy,
    policy,
    sharing,
)
from tests.domain.strategies import LAW, bills, families, places

NAMES = {named_id(f"binding/{name}"): f"{name}*某" for name in "ABCDE"}
A_BINDING = named_id("binding/A")


def recorded(split: BillSplit, *, ranks_are_shown: bool = True) -> Any:
    kept = record(split, policy_version="ngari-2025", ranks_are_shown=ranks_are_shown)
    return json.loads(json.dumps(kept))


def told(
    family: Family,
    of: Bill,
    at: Institution | None = None,
    viewer: Viewer = Viewer.BENEFICIARY,
) -> tuple[ToldStep, ...]:
    return tell(recorded(split_bill(family, of, at or institution(), NOW)), NAMES, viewer)


def test_a_record_names_what_it_was_decided_from() -> None:
    kept = recorded(split_bill(family_e3(), bill_e3(), pharmacy(), NOW))
    steps = kept.pop("steps")
    assert kept == {
        "form": 1,
        "policy": "ngari-2025",
        "personal_share": 187_35,
        "eligible": 129_35,
        "cash": 97_25,
        "cash_reason": None,
        "sharing_is_open": True,
        "ranks_are_shown": True,
    }
    assert steps[0] == {
        "account": str(named_id("account/A")),
        "binding": str(A_BINDING),
        "type": "SHARED",
        "rank": 1,
        "balance": 510_00,
        "entry_no": 0,
        "limit_left": None,
        "reserve": 0,
        "barred": "STATUS",
        "drawn": 0,
        "stop": None,
        "skip": "STATUS",
    }
    assert (steps[1]["drawn"], steps[1]["stop"]) == (90_10, "BALANCE")


def cause(of: Family, asked: Bill, at: Institution | None = None) -> str | None:
    return cash_cause(recorded(split_bill(of, asked, at or institution(), NOW)))


def test_why_something_was_cash_is_named_so_that_something_can_be_done() -> None:
    e2 = family_e2()
    unset = replace(e2.beneficiary, order_is_set=False)
    waiting = replace(e2, beneficiary=unset, policy=policy(unset_order=UnsetOrder.NO_SHARING))
    nowhere = institution(designated=Period(TODAY, TODAY))
    only_ineligible = replace(family_e3(), sharings=(sharing("B", Fen(900_00)),))

    assert cause(family_e1(), bill_e1()) is None
    assert cause(e2, bill_e2()) == "SHORT"
    assert cause(replace(e2, sharings=()), bill_e2()) == "NO_SHARERS"
    assert cause(waiting, bill_e2()) == "ORDER"
    assert cause(e2, bill_e2(), institution(region=LHASA)) == "REGION"
    assert cause(e2, bill_e2(), nowhere) == "PLACE"
    assert cause(only_ineligible, bill_e3(), pharmacy()) == "NOT_ELIGIBLE"


@pytest.mark.parametrize("status", [BindingStatus.ACTIVE, BindingStatus.PAUSED])
def test_a_pause_is_no_other_cause_than_an_empty_account(status: BindingStatus) -> None:
    empty = sharing("A", Fen(0 if status is BindingStatus.ACTIVE else 900_00), status=status)

    assert cause(replace(family_e2(), sharings=(empty,)), bill_e2()) == "SHORT"


def test_e1_is_told() -> None:
    assert [s.sentence for s in told(family_e1(), bill_e1())] == [
        "由本人的个人账户支付¥178.50。",
        "个人不需要支付现金。",
    ]


def test_e2_is_told_to_the_beneficiary() -> None:
    steps = told(family_e2(), bill_e2())
    assert [s.sentence for s in steps] == [
        "由本人的个人账户支付¥118.63，余额已用完。",
        "由第1顺位共济人A*某的个人账户支付¥300.00，该账户本次可用的金额已用完。",
        "由第2顺位共济人B*某的个人账户支付¥205.88，该账户本次可用的金额已用完。",
        "其余¥126.76由个人现金支付。",
    ]
    assert [s.clause for s in steps] == ["S2.1", "S2.2", "S2.2", "G4"]
    assert [s.reason for s in steps] == ["BALANCE", None, None, None]
    assert [s.rank for s in steps] == [None, 1, 2, None]
    assert [s.drawn for s in steps] == [118_63, 300_00, 205_88, 126_76]
    assert [s.type for s in steps] == [LegType.OWN, LegType.SHARED, LegType.SHARED, LegType.CASH]


def test_e2_is_told_to_staff_with_exact_reasons() -> None:
    assert [s.reason for s in told(family_e2(), bill_e2(), viewer=Viewer.STAFF)] == [
        *["BALANCE"] * 3,
        None,
    ]


def test_e3_is_told_without_why_a_sharer_was_skipped() -> None:
    steps = told(family_e3(), bill_e3(), pharmacy())
    assert [s.sentence for s in steps] == [
        "第1顺位共济人A*某的账户目前不可用，跳过。",
        "由第2顺位共济人B*某的个人账户支付¥90.10，该账户本次可用的金额已用完。",
        "其余¥39.25由个人现金支付。",
        "不属于个人账户支付范围的¥58.00由个人现金支付。",
    ]
    assert [s.clause for s in steps] == ["G3", "S2.2", "G4", "G12"]
    assert [s.outcome for s in steps] == [
        Outcome.SKIPPED,
        Outcome.PAID_ALL_AVAILABLE,
        Outcome.CASH,
        Outcome.CASH,
    ]


def test_a_sharer_who_was_not_needed_is_told() -> None:
    steps = told(family(sharing("A")), bill_e1())
    assert steps[1].sentence == "费用已付清，未使用第1顺位共济人A*某的账户。"
    assert (steps[1].outcome, steps[1].reason) == (Outcome.NOT_NEEDED, None)


def test_ranks_are_not_told_where_the_bureau_orders_by_balance() -> None:
    split = split_bill(family_e2(), bill_e2(), institution(), NOW)
    steps = tell(recorded(split, ranks_are_shown=False), NAMES, Viewer.BENEFICIARY)
    assert {s.rank for s in steps} == {None}
    assert {s.sentence[:7] for s in steps[1:3]} == {"由共济人A*某", "由共济人B*某"}


def test_no_order_tells_who_had_more_where_the_bureau_orders_by_balance() -> None:
    def names(viewer: Viewer, *positions: int) -> list[str | None]:
        a_first, b_first = positions
        family = family_e2(a_position=a_first, b_position=b_first)
        split = split_bill(family, bill_e2(), institution(), NOW)
        return [s.name for s in tell(recorded(split, ranks_are_shown=False), NAMES, viewer)]

    assert names(Viewer.BENEFICIARY, 1, 2) == names(Viewer.BENEFICIARY, 2, 1)
    assert names(Viewer.STAFF, 1, 2) != names(Viewer.STAFF, 2, 1)


def test_the_own_accounts_exact_reasons_are_told() -> None:
    skipping = policy(own_account_unusable=OwnAccountUnusable.SKIP_OWN)
    frozen = family(sharing("A"), own=frozen_account(), policy=skipping)
    empty = family(sharing("A"), own=account(balance=Fen(0)))
    first_of_frozen, first_of_empty = told(frozen, bill())[0], told(empty, bill())[0]
    assert (first_of_frozen.reason, first_of_frozen.clause) == ("STATUS", "G25")
    assert first_of_frozen.sentence == "本人的账户或参保状态不正常，跳过。"
    assert (first_of_empty.reason, first_of_empty.clause) == ("EMPTY", "S1.2")
    assert first_of_empty.sentence == "本人的账户没有可用余额，跳过。"


CASES = {
    CashReason.PLACE: (family(), bill(), institution(designated=Period(until=TODAY)), "G16"),
    CashReason.PERSON: (
        family(beneficiary=replace(family().beneficiary, status=Dated(PersonStatus.STOPPED))),
        bill(),
        institution(),
        "G16",
    ),
    CashReason.OWN_ACCOUNT: (family(own=frozen_account()), bill(), institution(), "G25"),
    CashReason.NOT_ELIGIBLE: (
        family(policy=policy(self_paid_counts=False)),
        bill(self_paid=fen("178.50"), in_scope=Fen(0)),
        institution(),
        "G12",
    ),
}


@pytest.mark.parametrize("reason", CashReason)
def test_a_bill_that_is_all_cash_has_one_step_with_its_reason(reason: CashReason) -> None:
    of_whom, of, at, clause = CASES[reason]
    (only,) = told(of_whom, of, at)
    assert (only.reason, only.clause, only.drawn) == (reason, clause, 178_50)
    assert only.sentence.endswith("全部由个人现金支付。")


def test_a_share_of_zero_at_a_place_that_is_not_designated_needs_no_cash() -> None:
    nothing_due = bill(Fen(0), total=Fen(100), fund_paid=Fen(100), in_scope=Fen(100))
    (only,) = told(family(), nothing_due, institution(designated=Period(until=TODAY)))
    assert (only.drawn, only.sentence) == (0, "个人不需要支付现金。")


def test_closed_off_site_sharing_is_told_because_it_is_no_sharers_secret() -> None:
    steps = told(
        family(sharing("A"), own=account(balance=Fen(1))), bill(), institution(region=LHASA)
    )
    assert (steps[1].reason, steps[1].clause) == ("REGION", "G21")


def shared_step(*, skip: Skip | None = None, stop: Stop | None = None, drawn: int = 0) -> Step:
    """Make a sharer's step in which everything that may not be said stands out."""
    purse = Purse(
        named_id("account/A"),
        1,
        Fen(777_77),
        limit_left=Fen(666_66),
        reserve=Fen(555_55),
        barred=skip,
        binding_id=A_BINDING,
    )
    return Step(purse, Fen(drawn), stop, skip)


def tell_one(step: Step, viewer: Viewer, *, is_open: bool = True) -> ToldStep:
    split = BillSplit(Fen(1000), Split(Fen(1000), (step,)), None, sharing_is_open=is_open)
    return tell(recorded(split), NAMES, viewer)[0]


SECRETS = ("STATUS", "PAUSED", "LIMIT", "RESERVE", "状态", "暂停", "限额", "保留", "G8")


@pytest.mark.parametrize(("skip", "is_open"), list(product(Skip, (True, False))))
def test_no_skip_of_a_sharer_betrays_more_than_empty_or_unavailable(
    skip: Skip, is_open: bool
) -> None:
    step = tell_one(shared_step(skip=skip), Viewer.BENEFICIARY, is_open=is_open)
    public = {"EMPTY", "UNAVAILABLE", "ORDER"} | (set() if is_open else {"REGION"})
    assert step.reason in public
    for secret in (*SECRETS, "777", "666", "555"):
        assert secret not in str(step)


def test_every_hidden_skip_is_told_in_the_same_words() -> None:
    def words(*skips: Skip) -> set[ToldStep]:
        return {tell_one(shared_step(skip=skip), Viewer.BENEFICIARY) for skip in skips}

    assert len(words(Skip.STATUS, Skip.PAUSED, Skip.REGION)) == 1
    assert len(words(Skip.EMPTY, Skip.LIMIT, Skip.RESERVE)) == 1


def test_every_stop_of_a_sharer_is_told_in_the_same_words() -> None:
    steps = [tell_one(shared_step(stop=stop, drawn=5), Viewer.BENEFICIARY) for stop in Stop]
    assert len(set(steps)) == 1
    assert (steps[0].reason, steps[0].clause) == (None, "S2.2")
    assert not any(secret in steps[0].sentence for secret in (*SECRETS, "余额"))


@pytest.mark.parametrize("skip", Skip)
def test_staff_are_told_every_skip_exactly(skip: Skip) -> None:
    step = tell_one(shared_step(skip=skip), Viewer.STAFF)
    clauses = {Skip.REGION: "G21", Skip.ORDER: "G1", Skip.LIMIT: "G8", Skip.RESERVE: "G8"}
    assert (step.reason, step.clause) == (skip, clauses.get(skip, "G3"))


@pytest.mark.parametrize(("stop", "why"), [*zip(Stop, ("限额", "保留金额", "余额"), strict=True)])
def test_staff_are_told_every_stop_exactly(stop: Stop, why: str) -> None:
    step = tell_one(shared_step(stop=stop, drawn=5), Viewer.STAFF)
    assert step.reason == stop
    assert why in step.sentence


_HIDDEN_TOGETHER = {
    **dict.fromkeys([Skip.STATUS, Skip.PAUSED], Skip.PAUSED),
    **dict.fromkeys([Skip.EMPTY, Skip.LIMIT, Skip.RESERVE], Skip.EMPTY),
}


def _without_secrets(kept: dict[str, Any]) -> dict[str, Any]:
    """Replace, in a copy, everything about sharers that the beneficiary may not know."""
    steps = [
        step
        if step["type"] == LegType.OWN
        else {
            **step,
            "balance": 0,
            "limit_left": None,
            "reserve": 0,
            "barred": None,
            "skip": step["skip"] and _HIDDEN_TOGETHER.get(step["skip"], step["skip"]),
            "stop": step["stop"] and "BALANCE",
        }
        for step in kept["steps"]
    ]
    return {**kept, "steps": steps}


@LAW
@given(families(), bills(), places(), st.booleans())
def test_what_a_beneficiary_is_told_does_not_depend_on_any_secret_of_a_sharer(
    of_whom: Family, of: Bill, at: Institution, ranks_are_shown: bool
) -> None:
    kept = recorded(split_bill(of_whom, of, at, NOW), ranks_are_shown=ranks_are_shown)
    said = tell(kept, NAMES, Viewer.BENEFICIARY)
    assert said == tell(_without_secrets(kept), NAMES, Viewer.BENEFICIARY)
    for step in said:
        if step.type is LegType.SHARED:
            assert not any(secret in f"{step.reason} {step.sentence}" for secret in SECRETS)
            assert step.clause != "G8"


@LAW
@given(families(), bills(), places())
def test_what_is_told_adds_up_to_the_personal_share(
    of_whom: Family, of: Bill, at: Institution
) -> None:
    steps = told(of_whom, of, at)
    assert sum(step.drawn for step in steps) == of.personal_share
