"""The resolver by example: skips, stops, ties, and the bugs that other systems shipped."""

import pytest

from gongji.domain.deduction import LegType, Purse, Skip, Stop, resolve
from gongji.domain.money import Fen
from tests.builders import named_id


def own(balance: int, **changed: object) -> Purse:
    return Purse(named_id("account/own"), 0, Fen(balance), **changed)  # type: ignore[arg-type]


def sharer(name: str, balance: int, rank: int = 1, **changed: object) -> Purse:
    bound = named_id(f"binding/{name}")
    return Purse(
        named_id(f"account/{name}"),
        rank,
        Fen(balance),
        binding_id=bound,
        **changed,  # type: ignore[arg-type]
    )


def test_two_rich_sources_and_a_small_bill_leave_the_second_untouched() -> None:
    split = resolve(Fen(10), [sharer("A", 10**6), sharer("B", 10**6, 2)])
    assert [step.drawn for step in split.steps] == [10, 0]
    assert len(split.legs) == 1


def test_shortage_ends_in_cash_and_is_no_error() -> None:
    split = resolve(Fen(10), [own(3), sharer("A", 4)])
    assert (split.own, split.shared, split.cash) == (3, 4, 3)


def test_amounts_above_32_bits_are_exact() -> None:
    due = Fen(2**31 + 2**40 + 1)
    split = resolve(due, [own(2**31), sharer("A", 2**40), sharer("B", 2**53, 2)])
    assert [step.drawn for step in split.steps] == [2**31, 2**40, 1]
    assert split.cash == 0


def test_nobody_to_pay_is_all_cash() -> None:
    assert resolve(Fen(10), []).cash == 10


def test_nothing_due_asks_nobody() -> None:
    split = resolve(Fen(0), [own(0), sharer("A", 5, barred=Skip.STATUS)])
    assert [(s.drawn, s.skip, s.stop) for s in split.steps] == [(0, None, None)] * 2


def test_a_negative_due_is_a_bug() -> None:
    with pytest.raises(ValueError, match="negative"):
        resolve(Fen(-1), [])


def test_a_due_that_is_met_exactly_has_no_stop() -> None:
    (step,) = resolve(Fen(10), [sharer("A", 10)]).steps
    assert (step.drawn, step.stop) == (10, None)


@pytest.mark.parametrize(
    ("purse", "drawn", "stop"),
    [
        (sharer("A", 10), 10, Stop.BALANCE),
        (sharer("A", 10, reserve=Fen(4)), 6, Stop.RESERVE),
        (sharer("A", 10, limit_left=Fen(6)), 6, Stop.LIMIT),
        (sharer("A", 10, limit_left=Fen(10)), 10, Stop.LIMIT),
        (sharer("A", 10, limit_left=Fen(6), reserve=Fen(4)), 6, Stop.LIMIT),
        (sharer("A", 10, limit_left=Fen(7), reserve=Fen(4)), 6, Stop.RESERVE),
        (sharer("A", 10, limit_left=Fen(5), reserve=Fen(4)), 5, Stop.LIMIT),
        (sharer("A", 10, limit_left=Fen(11)), 10, Stop.BALANCE),
    ],
)
def test_the_first_of_limit_reserve_and_balance_is_the_stop(
    purse: Purse, drawn: int, stop: Stop
) -> None:
    (step,) = resolve(Fen(100), [purse]).steps
    assert (step.drawn, step.stop, step.skip) == (drawn, stop, None)


@pytest.mark.parametrize(
    ("purse", "skip"),
    [
        (sharer("A", 0), Skip.EMPTY),
        (sharer("A", 0, limit_left=Fen(0), reserve=Fen(5)), Skip.EMPTY),
        (sharer("A", 10, limit_left=Fen(0)), Skip.LIMIT),
        (sharer("A", 10, limit_left=Fen(0), reserve=Fen(10)), Skip.LIMIT),
        (sharer("A", 10, reserve=Fen(10)), Skip.RESERVE),
        (sharer("A", 10, reserve=Fen(11), limit_left=Fen(5)), Skip.RESERVE),
        (own(0), Skip.EMPTY),
        *((sharer("A", 10, barred=skip), skip) for skip in Skip),
        (sharer("A", 0, barred=Skip.PAUSED), Skip.PAUSED),
    ],
)
def test_a_skip_has_its_reason_and_the_next_is_tried(purse: Purse, skip: Skip) -> None:
    skipped, tried = resolve(Fen(5), [purse, sharer("B", 5, 2)]).steps
    assert (skipped.drawn, skipped.skip, skipped.stop) == (0, skip, None)
    assert tried.drawn == 5


def test_what_is_owned_and_what_is_shared_are_told_apart_by_the_binding() -> None:
    assert own(1).type is LegType.OWN
    assert sharer("A", 1).type is LegType.SHARED


def test_a_sharer_gives_no_more_than_limit_and_reserve_allow() -> None:
    assert sharer("A", 10, reserve=Fen(11)).drawable == 0
    assert sharer("A", 10, barred=Skip.PAUSED).drawable == 0
    assert sharer("A", 10, reserve=Fen(3), limit_left=Fen(9)).drawable == 7
