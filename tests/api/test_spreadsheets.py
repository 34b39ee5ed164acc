"""Cells and lines of a file that a spreadsheet opens: exact, whole, and never a formula."""

import csv
import io

import pytest

from gongji.api.spreadsheets import line, text_cell
from gongji.domain.money import LIMIT_FEN, Fen, decimal_yuan

OPERATORS = "=+-@＝＋－＠﹦﹢﹣﹫"
SPACES = [
    "",
    " ",
    "\u00a0",
    "\u3000",
    "\u2003",
    "\u200b",
    "\ufeff",
    "\u2060",
    "\u3164",
    " \u200b\u3000",
]


def read(text: str) -> list[list[str]]:
    """Read lines as a spreadsheet does."""
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("before", SPACES, ids=ascii)
def test_what_would_begin_like_a_formula_gets_an_apostrophe(before: str, operator: str) -> None:
    words = f"{before}{operator}HYPERLINK(1)"

    assert text_cell(words) == f"'{words}"


@pytest.mark.parametrize(
    "control", ["\t", "\r", "\n", "\r\n", "\x00", " \t", "\u200b\r"], ids=ascii
)
def test_what_begins_with_a_control_character_gets_one_too(control: str) -> None:
    assert text_cell(f"{control}次仁") == f"'{control}次仁"


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "次*",
        "王*兰",
        "བ*མ",
        "𠮷*娜",
        "〇*",
        "阿*·=",
        "a=1",
        "'=1",
        "\u3000王",
        "1-2",
        "−5",
    ],
)
def test_everything_else_stays_as_it_is(words: str) -> None:
    assert text_cell(words) == words


@pytest.mark.parametrize(
    ("fen", "written"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (-5, "-0.05"),
        (-100, "-1.00"),
        (325068, "3250.68"),
        (2**31 * 100 + 1, "2147483648.01"),
        (LIMIT_FEN - 1, "90071992547409.91"),
        (1 - LIMIT_FEN, "-90071992547409.91"),
    ],
)
def test_an_amount_is_written_to_the_fen(fen: int, written: str) -> None:
    assert decimal_yuan(Fen(fen)) == written


def test_a_line_is_read_as_it_was_written() -> None:
    cells = ["1", 'a "b", c', "一；二;三", "行\r\n行", "བསྟན་འཛིན", "𠮷野𡈽娜", ""]

    assert line("a", "b") == '"a","b"\r\n'
    assert read(line(*cells) + line("2")) == [cells, ["2"]]
