"""Amounts are read exactly in every way that people write them, or not at all."""

from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongji.chat.numerals import (
    MOST_AMOUNT_CHARACTERS,
    parse_amount,
    parse_month,
    parse_year,
)
from gongji.domain.money import LIMIT_FEN

LAW: Final = settings(max_examples=300, deadline=None, database=None)
DIGITS: Final = "零一二三四五六七八九"
CHEQUE: Final = str.maketrans("零一二三四五六七八九十百千元", "零壹贰叁肆伍陆柒捌玖拾佰仟元")


def group_in_words(number: int) -> str:
    """Write 1 to 9,999 in words, each skipped place or row of them as one zero."""
    text, skipped = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            text += ("零" if skipped and text else "") + DIGITS[digit] + unit
        skipped = not digit
    return text


def in_words(number: int) -> str:
    """Write a positive number in words: 12,005 is 一万二千零五."""
    text, rest = "", number
    for group, unit in ((10**8, "亿"), (10**4, "万"), (1, "")):
        count, rest = divmod(rest, group)
        if count:
            gap = "零" if text and count < 1000 else ""
            text += gap + group_in_words(count) + unit
    return text


def written(fen: int) -> Iterator[str]:
    """Return an amount of at least a fen in the ways that people write it."""
    yuan, cents = divmod(fen, 100)
    jiao, last = divmod(cents, 10)
    for decimal in (f"{yuan}.{cents:02d}", f"{yuan:,}.{cents:02d}"):
        yield from (decimal, f"{decimal}元", f"¥{decimal}", f"¥ {decimal}", f"{decimal} 元")
    small = (f"{DIGITS[jiao]}角" if jiao else "") + (f"{DIGITS[last]}分" if last else "")
    if not yuan:
        yield small
        return
    numeral = in_words(yuan)
    for unit in ("元", "块", "圆"):
        yield f"{numeral}{unit}{small}"
    yield f"{yuan}块{small.replace('角', '毛')}"
    yield f"{numeral}元{'零' if last and not jiao else ''}{small}".translate(CHEQUE)
    if not cents:
        yield from (str(yuan), f"{yuan:,}", numeral, f"{yuan}块钱", f"{numeral}元整")
        yield numeral.replace("二千", "两千").replace("二百", "两百")
        yield from shortened(yuan, numeral)
    if jiao and not last:
        yield from (f"{yuan}.{jiao}", f"{numeral}块{DIGITS[jiao]}")
    if cents == 50:
        yield f"{numeral}块半"


def shortened(yuan: int, numeral: str) -> Iterator[str]:
    """Return the forms that leave a unit unsaid or write one with digits."""
    if yuan < 10_000 and yuan % 100 == 0 and yuan // 100 % 10 and yuan >= 1_000:
        yield numeral.removesuffix("百")
    if yuan < 100_000 and yuan % 1_000 == 0 and yuan // 1_000 % 10 and yuan >= 10_000:
        yield from (numeral.removesuffix("千"), f"{yuan // 10_000}万{yuan // 1_000 % 10}")
    if yuan % 100 == 0 and yuan >= 10_000:
        yield f"{yuan // 10_000}.{yuan % 10_000:04d}".rstrip("0").rstrip(".") + "万"
    if yuan < 20:
        yield numeral.removeprefix("一") if yuan >= 10 else numeral


amounts: Final = st.one_of(
    st.integers(1, 100_00),
    st.integers(1, 100).map(lambda n: n * 100_00),
    st.integers(1, 10**6).map(lambda n: n * 100),
    st.integers(1, 10**14 - 1),
)


@LAW
@given(fen=amounts)
def test_an_amount_reads_back_however_it_is_written(fen: int) -> None:
    ways = list(written(fen))

    assert {way: parse_amount(way) for way in ways} == dict.fromkeys(ways, fen)


@LAW
@given(text=st.text(alphabet="0123456789.,¥零一二两三五九十百千万亿元块角毛分钱整半 ", max_size=12))
def test_what_is_read_is_an_amount(text: str) -> None:
    amount = parse_amount(text)

    assert amount is None or 0 <= amount < LIMIT_FEN


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("三百五", 350_00),
        ("三百零五", 305_00),
        ("三百五十", 350_00),
        ("一万二", 12_000_00),
        ("一万零二", 10_002_00),
        ("一千五十", 1_050_00),
        ("一百十", 110_00),
        ("十万二", 102_000_00),
        ("两千三百四十五块六毛七", 2_345_67),
        ("1,234.5元", 1_234_50),
        ("1234.56", 1_234_56),
        ("¥ 350", 350_00),
        ("350块", 350_00),
        ("三百五十元整", 350_00),
        ("壹佰贰拾叁元肆角伍分", 123_45),
        ("壹佰元零伍分", 100_05),
        ("三块半", 3_50),
        ("两块五", 2_50),
        ("五毛五", 55),
        ("1.2万", 12_000_00),
        ("3百5", 350_00),
        ("12万5千", 125_000_00),
        ("0", 0),
        ("0.5", 50),
    ],
)
def test_a_way_of_writing_is_read(text: str, fen: int) -> None:
    assert parse_amount(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        *("三百五块", "1万2元", "一二三元", "三百多", "几百", "三块零五", "三百零五十"),
        *(
            "一万零五千",
            "两十",
            "十两",
            "三百两",
            "两",
            "百五",
            "千二",
            "半",
            "半块",
            "三元半",
            "一万半",
        ),
        *(
            "1,23",
            "1,2345",
            "0350",
            "1.234",
            "1.",
            ".5",
            "1..2",
            "1.5元5角",
            "1.2万5",
            "1 234",
            "3 00",
        ),
        *(
            "-5",
            "+5",
            "3w",
            "1e3",
            "$5",
            "50%",
            "¥",
            "元",
            "¥¥5",
            "零",
            "零五",
            "",
            " ",
            "五五",
            "一万亿",
        ),
        *(
            "廿五",
            "百百",
            "三百零零五",
            "90071992547409.92",
            "9" * MOST_AMOUNT_CHARACTERS,
            "9" * 5000,
        ),
    ],
)
def test_what_could_be_read_in_two_ways_is_not_read(text: str) -> None:
    assert parse_amount(text) is None


def test_the_largest_amount_is_the_last_below_the_limit() -> None:
    assert parse_amount("90071992547409.91") == LIMIT_FEN - 1


def test_months_and_years_are_read() -> None:
    assert [parse_month(text) for text in ("3", "03", "十二", "13", "0", "三月")] == [
        *(3, 3, 12),
        *(None, None, None),
    ]
    assert [parse_year(text) for text in ("2026", "二〇二六", "二零二六", "26", "1999")] == [
        *(2026, 2026, 2026),
        *(None, None),
    ]
