"""The laws of rules.md section 4 that are pure, over drawn purses, families, bills and places.

Each law is a function of its own, so that it can be shown to find the faults planted below.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from gongji.domain.bill import Bill, line_is_eligible
from gongji.domain.deduction import LegType, Purse, Split, Step, resolve
from gongji.domain.explanation import record
from gongji.domain.family import BillSplit, Family, split_bill
from gongji.domain.institution import Institution
from gongji.domain.ledger import CauseKind, ControlKind, balance_of, control_account_id
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, Dated, PersonalAccount
from gongji.domain.plan import settlement_plan
from gongji.domain.replay import replay, replay_cash
from gongji.domain.settlement import Leg, book, give_back, legs_of
from tests.builders import NOW, account, cause, institution
from tests.domain.strategies import LAW, bills, families, fens, places, purse_lists

pytestmark = pytest.mark.soak

Resolver = Callable[[Fen, tuple[Purse, ...]], Split]
Law = Callable[[Split], None]


def may_give(purse: Purse) -> int:
    """Compute what a purse may give, from the words of G8 and without the resolver's own."""
    if purse.barred:
        return 0
    bounds = [purse.balance - purse.reserve]
    bounds += [purse.limit_left] if purse.limit_left is not None else []
    return max(0, min(bounds))


def law_1_no_leg_exceeds_what_is_drawable(split: Split) -> None:
    for step in split.steps:
        assert 0 <= step.drawn <= may_give(step.purse) <= step.purse.balance


def law_2_legs_and_cash_are_the_due(split: Split) -> None:
    assert split.cash >= 0
    assert sum(step.drawn for step in split.steps) + split.cash == split.due


def law_3_nobody_pays_before_those_ahead_are_spent(split: Split) -> None:
    for place, step in enumerate(split.steps):
        if step.drawn > 0:
            for ahead in split.steps[:place]:
                assert ahead.drawn == may_give(ahead.purse)


def law_3_cash_is_paid_only_when_all_are_spent(split: Split) -> None:
    if split.cash > 0:
        assert all(step.drawn == may_give(step.purse) for step in split.steps)


def law_3_purses_stay_in_order(split: Split) -> None:
    ranks = [step.purse.rank for step in split.steps]
    assert ranks == sorted(ranks)


def law_4_a_usable_own_account_pays_first(split: Split) -> None:
    for step in split.steps:
        if step.purse.type is LegType.OWN:
            assert step.drawn == min(split.due, may_give(step.purse))


def law_10_the_second_interpreter_agrees(split: Split) -> None:
    recorded = json.loads(json.dumps(_recorded(split)))
    assert replay(recorded) == {str(s.purse.account_id): s.drawn for s in split.legs}
    assert replay_cash(recorded) == split.cash


def reasons_are_told_exactly_where_a_purse_falls_short(split: Split) -> None:
    remaining = split.due
    for step in split.steps:
        assert (step.skip is not None) == (remaining > 0 and may_give(step.purse) == 0)
        assert (step.stop is not None) == (0 < may_give(step.purse) < remaining)
        remaining = Fen(remaining - step.drawn)


LAWS: tuple[Law, ...] = (
    law_1_no_leg_exceeds_what_is_drawable,
    law_2_legs_and_cash_are_the_due,
    law_3_nobody_pays_before_those_ahead_are_spent,
    law_3_cash_is_paid_only_when_all_are_spent,
    law_3_purses_stay_in_order,
    law_4_a_usable_own_account_pays_first,
    law_10_the_second_interpreter_agrees,
    reasons_are_told_exactly_where_a_purse_falls_short,
)


def _recorded(split: Split) -> dict[str, Any]:
    """Record a bare split as the explanation of a bill that is all eligible."""
    whole = BillSplit(split.due, split, None, sharing_is_open=True)
    return record(whole, policy_version="1", ranks_are_shown=True)


@LAW
@given(fens, purse_lists())
def test_the_resolver_keeps_every_law(due: Fen, purses: tuple[Purse, ...]) -> None:
    split = resolve(due, purses)
    for law in LAWS:
        law(split)


@LAW
@given(fens, purse_lists(bounded=False), st.randoms(use_true_random=False))
def test_law_9_without_bounds_the_order_changes_who_pays_but_never_the_cash(
    due: Fen, purses: tuple[Purse, ...], random: Any
) -> None:
    shuffled = list(purses)
    random.shuffle(shuffled)
    assert resolve(due, shuffled).cash == resolve(due, purses).cash


@dataclass(frozen=True)
class Settled:
    """A bill that was settled, with all that it was decided from."""

    family: Family
    bill: Bill
    place: Institution

    def split(self) -> BillSplit:
        return split_bill(self.family, self.bill, self.place, NOW)

    def record(self) -> Any:
        """Return the recorded explanation as the database gives it back."""
        kept = record(self.split(), policy_version="1", ranks_are_shown=True)
        return json.loads(json.dumps(kept))


def law_2_a_bills_legs_and_cash_are_the_personal_share(settled: Settled) -> None:
    split = settled.split()
    legs = legs_of(split.split)
    assert sum(leg.amount for leg in legs) + split.cash == settled.bill.personal_share
    assert split.eligible + split.ineligible == settled.bill.personal_share
    assert split.cash_reason is None or not legs


def law_5_ineligible_money_is_never_paid_from_an_account(settled: Settled) -> None:
    split, share = settled.split(), settled.bill.personal_share
    refused = Fen(0)
    for x in settled.bill.lines:
        if not line_is_eligible(x, settled.family.policy, settled.place.kind):
            refused = Fen(refused + x.amount)
    assert split.split.own + split.split.shared <= max(0, share - refused)
    assert split.cash >= min(refused, share)


def law_6_a_quote_and_the_settlement_in_the_same_state_are_the_same(settled: Settled) -> None:
    quote = settled.split()
    read_again = replace(settled.family, sharings=settled.family.sharings[::-1])
    split = replace(settled, family=read_again).split()
    assert split == quote
    assert _plan(split) == _plan(quote)


def _plan(split: BillSplit) -> bytes:
    return settlement_plan(split.split, cash=split.cash, policy_version="1")


def law_10_a_bills_recorded_explanation_replays_to_its_legs(settled: Settled) -> None:
    split = settled.split()
    legs = {str(leg.account_id): leg.amount for leg in legs_of(split.split)}
    assert replay(settled.record()) == legs
    assert replay_cash(settled.record()) == split.cash


@LAW
@given(st.builds(Settled, families(), bills(), places()))
def test_a_settled_bill_keeps_every_law(settled: Settled) -> None:
    law_2_a_bills_legs_and_cash_are_the_personal_share(settled)
    law_5_ineligible_money_is_never_paid_from_an_account(settled)
    law_6_a_quote_and_the_settlement_in_the_same_state_are_the_same(settled)
    law_10_a_bills_recorded_explanation_replays_to_its_legs(settled)


PAYABLE = control_account_id(ControlKind.PAYABLE, institution().code)


def _accounts(family: Family) -> dict[UUID, PersonalAccount]:
    own = () if family.own is None else (family.own,)
    return {a.id: a for a in (*own, *(s.account for s in family.sharings))}


@LAW
@given(fens, purse_lists(), st.lists(st.sampled_from(AccountStatus), min_size=6, max_size=6))
def test_law_7_a_reversal_restores_every_balance_whatever_happened_meanwhile(
    due: Fen, purses: tuple[Purse, ...], states: list[AccountStatus]
) -> None:
    before = {p.account_id: account("x", p.balance, id=p.account_id) for p in purses}
    legs = legs_of(resolve(due, purses))
    booked, drawn = book(legs, before, payable=PAYABLE, cause=cause())
    meanwhile = {
        id_: replace(booked.get(id_, held), status=Dated(state))
        for (id_, held), state in zip(before.items(), states, strict=False)
    }
    back = cause(CauseKind.REVERSAL)
    restored, returned = give_back(legs, meanwhile, payable=PAYABLE, cause=back, at=NOW)
    _check_restored(legs, before, {**meanwhile, **restored})
    assert [t.amount for t in returned] == [t.amount for t in drawn]
    assert balance_of(PAYABLE, (*drawn, *returned)) == 0


def _check_restored(
    legs: tuple[Leg, ...], before: dict[UUID, PersonalAccount], now: dict[UUID, PersonalAccount]
) -> None:
    """Check that all have their money back, but who closed the account has it in suspense."""
    paid = {leg.account_id: leg.amount for leg in legs}
    for id_, held in now.items():
        closed = held.status.state is AccountStatus.CLOSED
        expected = before[id_].balance - (paid.get(id_, 0) if closed else 0)
        assert held.balance == expected
        assert held.entry_no == (id_ in paid) * (1 if closed else 2)


def own_last(due: Fen, purses: tuple[Purse, ...]) -> Split:
    """Plant: sharers pay before the own account."""
    by_id = {s.purse: s for s in resolve(due, purses[1:] + purses[:1]).steps}
    return Split(due, tuple(by_id[purse] for purse in purses))


def reversed_order(due: Fen, purses: tuple[Purse, ...]) -> Split:
    """Plant: the last sharer pays first."""
    return Split(due, resolve(due, purses[::-1]).steps[::-1])


def listed_in_reverse(due: Fen, purses: tuple[Purse, ...]) -> Split:
    """Plant: the steps are written in the wrong order."""
    return Split(due, resolve(due, purses).steps[::-1])


def one_fen_more(due: Fen, purses: tuple[Purse, ...]) -> Split:
    """Plant: the last payer gives one fen too much."""
    return _last_leg_changed(resolve(due, purses), 1)


def one_fen_less(due: Fen, purses: tuple[Purse, ...]) -> Split:
    """Plant: the last payer keeps one fen."""
    return _last_leg_changed(resolve(due, purses), -1)


def _last_leg_changed(split: Split, by: int) -> Split:
    steps = list(split.steps)
    paying = [number for number, step in enumerate(steps) if step.drawn > 0]
    if paying:
        last = steps[paying[-1]]
        steps[paying[-1]] = replace(last, drawn=Fen(last.drawn + by))
    return Split(split.due, tuple(steps))


def _blind(due: Fen, purses: tuple[Purse, ...], **unseen: Any) -> Split:
    """Resolve without seeing something of the purses."""
    seen = resolve(due, [replace(purse, **unseen) for purse in purses])
    return Split(due, tuple(replace(s, purse=p) for s, p in zip(seen.steps, purses, strict=True)))


def blind_to_limits(due: Fen, purses: tuple[Purse, ...]) -> Split:
    """Plant: limits do not count."""
    return _blind(due, purses, limit_left=None)


def blind_to_reserves(due: Fen, purses: tuple[Purse, ...]) -> Split:
    """Plant: reserves do not count."""
    return _blind(due, purses, reserve=Fen(0))


def blind_to_bars(due: Fen, purses: tuple[Purse, ...]) -> Split:
    """Plant: barred purses pay."""
    return _blind(due, purses, barred=None)


def first_only(due: Fen, purses: tuple[Purse, ...]) -> Split:
    """Plant: the second sharer is forgotten and cash is taken instead."""
    return Split(due, (*resolve(due, purses[:2]).steps, *(Step(p) for p in purses[2:])))


def wrapping_at_32_bits(due: Fen, purses: tuple[Purse, ...]) -> Split:
    """Plant: amounts live in 32 bits."""
    steps = resolve(due, purses).steps
    return Split(due, tuple(replace(s, drawn=Fen(s.drawn & 0x7FFFFFFF)) for s in steps))


FAULTS: dict[Resolver, Law] = {
    own_last: law_4_a_usable_own_account_pays_first,
    reversed_order: law_3_nobody_pays_before_those_ahead_are_spent,
    listed_in_reverse: law_3_purses_stay_in_order,
    one_fen_more: law_1_no_leg_exceeds_what_is_drawable,
    one_fen_less: law_3_cash_is_paid_only_when_all_are_spent,
    blind_to_limits: law_1_no_leg_exceeds_what_is_drawable,
    blind_to_reserves: law_1_no_leg_exceeds_what_is_drawable,
    blind_to_bars: law_1_no_leg_exceeds_what_is_drawable,
    first_only: law_3_cash_is_paid_only_when_all_are_spent,
    wrapping_at_32_bits: law_3_cash_is_paid_only_when_all_are_spent,
}


def _is_broken(law: Law, split: Split) -> bool:
    try:
        law(split)
    except AssertionError:
        return True
    return False


def _finds(law: Law, fault: Resolver) -> None:
    """Look for a case in which the law is broken; ``NoSuchExample`` is raised where none is."""

    def is_broken(case: tuple[Fen, tuple[Purse, ...]]) -> bool:
        return _is_broken(law, fault(*case))

    looking = settings(LAW, max_examples=2000, phases=[Phase.generate])
    find(st.tuples(fens, purse_lists()), is_broken, settings=looking)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_laws_find_a_planted(fault: Resolver) -> None:
    _finds(FAULTS[fault], fault)
    _finds(law_10_the_second_interpreter_agrees, fault)
