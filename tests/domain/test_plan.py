"""Plans: the same where nothing changed, another where anything did."""

from dataclasses import replace

from gongji.domain.binding import BindingStatus, Limit
from gongji.domain.family import Family, split_bill
from gongji.domain.money import Fen
from gongji.domain.plan import ending_plan, legs_plan, reversal_plan, settlement_plan
from gongji.domain.settlement import legs_of
from tests.builders import (
    NOW,
    bill,
    bill_e2,
    family,
    family_e2,
    fen,
    institution,
    named_id,
    sharing,
)


def plan(of: Family, *, version: str = "1") -> bytes:
    split = split_bill(of, bill_e2(), institution(), NOW)
    return settlement_plan(split.split, cash=split.cash, policy_version=version)


def test_the_same_state_gives_the_same_plan() -> None:
    assert plan(family_e2()) == plan(family_e2())


def test_order_amounts_and_policy_change_the_plan() -> None:
    plans = {
        plan(family_e2()),
        plan(family_e2(a_position=2, b_position=1)),
        plan(family_e2(a=fen("299.99"))),
        plan(family_e2(), version="2"),
    }
    assert len(plans) == 4


def test_what_does_not_change_the_split_does_not_change_the_plan() -> None:
    generous = sharing("A", fen("300.00"), limit=Limit(per_settlement=fen("300.00")))
    limited = replace(family_e2(), sharings=(generous, family_e2().sharings[1]))
    assert plan(limited) == plan(family_e2())


def test_plans_of_legs_name_what_they_are_for() -> None:
    split = split_bill(family(sharing()), bill(Fen(300_00)), institution(), NOW)
    legs = legs_of(split.split)
    subject = named_id("settlement")
    assert legs_plan("premium/2026", subject, legs) != legs_plan("premium/2027", subject, legs)
    assert legs_plan("premium/2027", subject, legs) != legs_plan("premium/2027", subject, legs[:1])


def test_the_plan_of_a_reversal_follows_what_returns_and_what_is_held() -> None:
    split = split_bill(family_e2(), bill_e2(), institution(), NOW)
    legs = legs_of(split.split)
    plans = {
        reversal_plan(subject, back, suspended=held)
        for subject in (named_id("settlement/1"), named_id("settlement/2"))
        for back in (legs, legs[:2])
        for held in ((), legs[:1], legs[1:2])
    }
    assert len(plans) == 12


def test_the_plan_of_ending_follows_state_and_order() -> None:
    binding = named_id("binding/A")
    plans = {
        ending_plan(binding, status=status, order_version=version)
        for status in (BindingStatus.ACTIVE, BindingStatus.PAUSED)
        for version in (None, 1, 2)
    }
    assert len(plans) == 6
