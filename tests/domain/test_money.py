"""Money: whole fen, written as yuan."""

import pytest

from gongji.domain.money import LIMIT_FEN, NOTHING, Fen, total, yuan


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "¥0.00"),
        (5, "¥0.05"),
        (-5, "-¥0.05"),
        (3250_68, "¥3,250.68"),
        (-100, "-¥1.00"),
        (LIMIT_FEN - 1, "¥90,071,992,547,409.91"),
    ],
)
def test_fen_are_written_as_yuan(amount: int, written: str) -> None:
    assert yuan(Fen(amount)) == written


def test_amounts_add_up_beyond_any_machine_word() -> None:
    assert total() == NOTHING
    assert total(Fen(2**63), Fen(2**63), Fen(-1)) == 2**64 - 1
