"""The ledger: transfers, entry numbers, balances, control accounts."""

import pytest

from gongji.domain.ledger import (
    ControlKind,
    balance_of,
    between_controls,
    control_account_id,
    draw,
    pay_in,
)
from gongji.domain.money import Fen
from tests.builders import account, cause, named_id

PAYABLE = control_account_id(ControlKind.PAYABLE, "H54252300001")


def test_a_draw_carries_the_entry_number_and_the_balance_after_it() -> None:
    after, transfer = draw(account(balance=Fen(10), entry_no=4), Fen(3), to=PAYABLE, cause=cause())
    assert (after.balance, after.entry_no) == (7, 5)
    assert (transfer.debit_id, transfer.credit_id) == (after.id, PAYABLE)
    assert (transfer.amount, transfer.entry_no, transfer.balance_after) == (3, 5, 7)
    assert transfer.account_id == after.id


def test_paying_in_goes_the_other_way() -> None:
    after, transfer = pay_in(account(balance=Fen(10)), Fen(3), source=PAYABLE, cause=cause())
    assert (after.balance, after.entry_no) == (13, 1)
    assert (transfer.debit_id, transfer.credit_id) == (PAYABLE, after.id)


def test_a_personal_account_is_never_negative() -> None:
    with pytest.raises(ValueError, match="never negative"):
        draw(account(balance=Fen(10)), Fen(11), to=PAYABLE, cause=cause())


@pytest.mark.parametrize("amount", [0, -1])
def test_a_transfer_moves_more_than_nothing(amount: int) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        pay_in(account(), Fen(amount), source=PAYABLE, cause=cause())


def test_control_accounts_have_neither_numbers_nor_balance() -> None:
    suspense = control_account_id(ControlKind.SUSPENSE, "542523")
    transfer = between_controls(Fen(5), source=PAYABLE, to=suspense, cause=cause())
    assert (transfer.account_id, transfer.entry_no, transfer.balance_after) == (None, None, None)
    assert (balance_of(PAYABLE, [transfer]), balance_of(suspense, [transfer])) == (-5, 5)


def test_a_balance_is_credits_minus_debits() -> None:
    held, first = pay_in(account(balance=Fen(0)), Fen(2**40), source=PAYABLE, cause=cause())
    held, second = draw(held, Fen(3), to=PAYABLE, cause=cause())
    assert balance_of(held.id, [first, second]) == held.balance == 2**40 - 3
    assert balance_of(named_id("somebody"), [first, second]) == 0


def test_control_accounts_have_one_id_each_for_ever() -> None:
    everyone = {control_account_id(kind, holder) for kind in ControlKind for holder in "ab"}
    assert len(everyone) == 2 * len(ControlKind)
    assert str(PAYABLE) == "2c57b65f-fefc-570a-8098-684e1bff41d9"
