"""The worked examples of rules.md section 4 and every variant of them, to the fen."""

from dataclasses import replace
from uuid import UUID

import pytest

from gongji.domain import bill as bills
from gongji.domain.deduction import CashReason, LegType, Skip, Stop
from gongji.domain.family import BillSplit, Family, split_bill
from gongji.domain.institution import InstitutionKind
from gongji.domain.ledger import CauseKind, ControlKind, control_account_id
from gongji.domain.person import PersonalAccount
from gongji.domain.settlement import book, give_back, legs_of
from tests.builders import (
    NOW,
    account,
    bill_e1,
    bill_e2,
    bill_e3,
    cause,
    family_e1,
    family_e2,
    family_e3,
    fen,
    institution,
    named_id,
    pharmacy,
    policy,
    tonic,
)

PAYABLE = control_account_id(ControlKind.PAYABLE, institution().code)


def drawn(split: BillSplit) -> list[tuple[str, int]]:
    names = {account(name).id: name for name in ("own", "A", "B")}
    return [(names[step.purse.account_id], step.drawn) for step in split.split.legs]


def accounts_of(family: Family) -> dict[UUID, PersonalAccount]:
    own = () if family.own is None else (family.own,)
    return {a.id: a for a in (*own, *(s.account for s in family.sharings))}


@pytest.mark.parametrize("bill", [bill_e1(), bill_e2()])
def test_the_hospital_bills_close(bill: bills.Bill) -> None:
    assert bills.faults(bill, InstitutionKind.HOSPITAL) == ()


def test_the_pharmacy_bill_closes() -> None:
    assert bills.faults(bill_e3(), InstitutionKind.PHARMACY) == ()


def test_e1_the_own_account_is_enough() -> None:
    split = split_bill(family_e1(), bill_e1(), institution(), NOW)
    assert drawn(split) == [("own", fen("178.50"))]
    assert (split.split.own, split.split.shared, split.cash) == (fen("178.50"), 0, 0)
    assert [(s.skip, s.stop) for s in split.split.steps] == [(None, None)]
    assert split.cash_reason is None


def test_e1_leaves_sharers_untouched() -> None:
    family = replace(family_e1(), sharings=family_e2().sharings)
    split = split_bill(family, bill_e1(), institution(), NOW)
    assert [(s.drawn, s.skip, s.stop) for s in split.split.steps[1:]] == [(0, None, None)] * 2


def test_e2_own_is_short_and_two_sharers_are_emptied() -> None:
    split = split_bill(family_e2(), bill_e2(), institution(), NOW)
    assert drawn(split) == [("own", fen("118.63")), ("A", fen("300.00")), ("B", fen("205.88"))]
    assert (split.eligible, split.ineligible) == (fen("751.27"), 0)
    assert split.split.shared == fen("505.88")
    assert split.cash == fen("126.76")
    assert [s.stop for s in split.split.steps] == [Stop.BALANCE] * 3


def test_e2_in_the_order_b_a_gives_the_same_sums() -> None:
    split = split_bill(family_e2(a_position=2, b_position=1), bill_e2(), institution(), NOW)
    assert drawn(split) == [("own", fen("118.63")), ("B", fen("205.88")), ("A", fen("300.00"))]
    assert (split.split.shared, split.cash) == (fen("505.88"), fen("126.76"))


def test_e2_with_a_rich_second_sharer_needs_no_cash() -> None:
    family = family_e2(a=fen("3000.00"), a_position=2, b_position=1)
    split = split_bill(family, bill_e2(), institution(), NOW)
    assert drawn(split) == [("own", fen("118.63")), ("B", fen("205.88")), ("A", fen("426.76"))]
    assert split.cash == 0
    assert [s.stop for s in split.split.steps] == [Stop.BALANCE, Stop.BALANCE, None]
    after, _ = book(legs_of(split.split), accounts_of(family), payable=PAYABLE, cause=cause())
    assert after[account("A").id].balance == fen("2573.24")


def test_e2_without_self_paid_cost_has_the_same_cash() -> None:
    family = replace(family_e2(), policy=policy(self_paid_counts=False))
    split = split_bill(family, bill_e2(), institution(), NOW)
    assert split.eligible == fen("654.87")
    assert split.cash == fen("126.76")
    assert split.ineligible == fen("96.40")


def test_e2_reversed_returns_every_fen() -> None:
    before = accounts_of(family_e2())
    legs = legs_of(split_bill(family_e2(), bill_e2(), institution(), NOW).split)
    booked, _ = book(legs, before, payable=PAYABLE, cause=cause())
    back = cause(CauseKind.REVERSAL)
    restored, returned = give_back(legs, booked, payable=PAYABLE, cause=back, at=NOW)
    assert [t.amount for t in returned] == [fen("118.63"), fen("300.00"), fen("205.88")]
    assert {a.id: a.balance for a in restored.values()} == {
        a.id: a.balance for a in before.values()
    }


def test_e3_a_resident_child_has_no_own_leg_and_the_frozen_sharer_is_skipped() -> None:
    split = split_bill(family_e3(), bill_e3(), pharmacy(), NOW)
    assert drawn(split) == [("B", fen("90.10"))]
    assert (split.eligible, split.ineligible) == (fen("129.35"), fen("58.00"))
    assert split.cash == fen("97.25")
    frozen, emptied = split.split.steps
    assert (frozen.skip, emptied.stop) == (Skip.STATUS, Stop.BALANCE)
    assert emptied.purse.rank == 2
    assert {s.purse.type for s in split.split.steps} == {LegType.SHARED}
    assert emptied.purse.binding_id == named_id("binding/B")


def test_e3_with_tonics_only_is_cash() -> None:
    only_tonic = bill_e3(
        total=fen("58.00"),
        personal_share=fen("58.00"),
        in_scope=fen("0.00"),
        lines=(tonic(fen("58.00")),),
    )
    split = split_bill(family_e3(), only_tonic, pharmacy(), NOW)
    assert (split.cash_reason, split.cash) == (CashReason.NOT_ELIGIBLE, fen("58.00"))
    assert split.split.steps == ()
