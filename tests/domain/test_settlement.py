"""Legs, their booking, and giving them back to where they came from."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gongji.domain.deduction import LegType, resolve
from gongji.domain.errors import Code
from gongji.domain.family import split_bill
from gongji.domain.ledger import CauseKind, ControlKind, balance_of, control_account_id
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, Dated, PersonalAccount
from gongji.domain.settlement import Leg, book, give_back, legs_of, reasons_against_reversal
from tests.builders import (
    GAR,
    NOW,
    TODAY,
    account,
    bill_e2,
    cause,
    closed_account,
    family_e2,
    fen,
    institution,
    named_id,
)

PAYABLE = control_account_id(ControlKind.PAYABLE, institution().code)
SUSPENSE = control_account_id(ControlKind.SUSPENSE, GAR)
BACK = cause(CauseKind.REVERSAL)
A = account("A").id


def leg(amount: int, name: str = "A") -> Leg:
    return Leg(account(name).id, LegType.SHARED, 1, Fen(amount), named_id(f"binding/{name}"))


def held(*accounts: PersonalAccount) -> dict[UUID, PersonalAccount]:
    return {x.id: x for x in accounts}


def test_legs_are_the_steps_that_pay_in_order() -> None:
    legs = legs_of(split_bill(family_e2(), bill_e2(), institution(), NOW).split)
    assert legs == (
        Leg(account("own").id, LegType.OWN, 0, fen("118.63")),
        Leg(A, LegType.SHARED, 1, fen("300.00"), named_id("binding/A")),
        Leg(account("B").id, LegType.SHARED, 2, fen("205.88"), named_id("binding/B")),
    )


def test_nothing_due_has_no_legs() -> None:
    assert legs_of(resolve(Fen(0), family_e2().shared_purses(NOW))) == ()
    assert book((), {}, payable=PAYABLE, cause=cause()) == ({}, ())


def test_each_leg_is_one_transfer_to_the_institutions_payable() -> None:
    before = held(account("A", Fen(10)), account("B", Fen(20)), account("C", Fen(30)))
    after, transfers = book([leg(4), leg(20, "B")], before, payable=PAYABLE, cause=cause())
    assert {x.id: x.balance for x in after.values()} == {A: 6, account("B").id: 0}
    assert [(t.credit_id, t.amount) for t in transfers] == [(PAYABLE, 4), (PAYABLE, 20)]


def test_two_legs_of_one_account_are_numbered_one_after_the_other() -> None:
    before = held(account("A", Fen(10)))
    after, drawn = book([leg(4), leg(5)], before, payable=PAYABLE, cause=cause())
    assert [(t.entry_no, t.balance_after) for t in drawn] == [(1, 6), (2, 1)]
    back, returned = give_back([leg(4), leg(5)], after, payable=PAYABLE, cause=BACK, at=NOW)
    assert [(t.entry_no, t.balance_after) for t in returned] == [(3, 5), (4, 10)]
    assert back[A].balance == 10


@pytest.mark.parametrize("status", [AccountStatus.NORMAL, AccountStatus.FROZEN])
def test_a_refund_reaches_an_emptied_or_frozen_account(status: AccountStatus) -> None:
    emptied = held(account("A", Fen(0), status=Dated(status)))
    after, (transfer,) = give_back([leg(7)], emptied, payable=PAYABLE, cause=BACK, at=NOW)
    assert after[A].balance == 7
    assert (transfer.debit_id, transfer.credit_id) == (PAYABLE, A)


def test_a_refund_to_a_closed_account_goes_to_its_regions_suspense() -> None:
    after, (transfer,) = give_back(
        [leg(7)], held(closed_account("A")), payable=PAYABLE, cause=BACK, at=NOW
    )
    assert after == {}
    assert (transfer.debit_id, transfer.credit_id, transfer.amount) == (PAYABLE, SUSPENSE, 7)
    assert transfer.account_id is None


def test_an_account_that_closes_tomorrow_still_gets_its_money_back_today() -> None:
    tomorrow = NOW + timedelta(days=1)
    closing = Dated(AccountStatus.NORMAL, AccountStatus.CLOSED, tomorrow)
    accounts = held(account("A", Fen(1), status=closing))
    today, _ = give_back([leg(7)], accounts, payable=PAYABLE, cause=BACK, at=NOW)
    later, _ = give_back([leg(7)], accounts, payable=PAYABLE, cause=BACK, at=tomorrow)
    assert (today[A].balance, later) == (8, {})


def test_one_closed_account_does_not_hinder_the_others() -> None:
    accounts = held(closed_account("A"), account("B", Fen(1)))
    after, transfers = give_back(
        [leg(7), leg(8, "B")], accounts, payable=PAYABLE, cause=BACK, at=NOW
    )
    assert after[account("B").id].balance == 9
    assert balance_of(PAYABLE, transfers) == -15


def test_a_refund_is_never_more_than_what_each_source_paid() -> None:
    richer = held(replace(account("A"), balance=Fen(10**9)))
    _, (transfer,) = give_back([leg(7)], richer, payable=PAYABLE, cause=BACK, at=NOW)
    assert transfer.amount == 7


def test_the_last_day_of_reversing_still_counts() -> None:
    ninety = TODAY - timedelta(days=90)
    assert reasons_against_reversal(ninety, today=TODAY, within_days=90) == ()
    (reason,) = reasons_against_reversal(ninety - timedelta(days=1), today=TODAY, within_days=90)
    assert (reason.code, reason.path) == (Code.REVERSAL_TOO_LATE, ("settlementId",))
