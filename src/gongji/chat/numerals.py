"""Amounts, years and months as people write them: read exactly, or not at all.

Read are digits (``1,234.5元``, ``¥350``, ``1.2万``), numerals (``三百五``, ``一万二``), small money
(``两块五``, ``六毛七``) and the characters of cheques (``壹佰元零伍分``). What two people could
read differently is None, never a guess: ``三百五块``, ``一二三元``, ``1,23``, ``三块零五``.
"""

import re
from typing import Final

from gongji.domain.money import LIMIT_FEN, Fen

AMOUNT_CHARACTERS: Final = (
    "0123456789.¥零〇一二两三四五六七八九十百千万亿壹贰叁参肆伍陆柒捌玖拾佰仟元块圆毛角分钱整正半"
)
"""Every character that an amount can hold, beside commas between digits."""
MOST_AMOUNT_CHARACTERS: Final = 40

_CHEQUE: Final = str.maketrans(
    "〇壹贰叁参肆伍陆柒捌玖拾佰仟圆角", "零一二三三四五六七八九十百千元毛"
)
"""The characters of cheques, and the everyday ones of the same meaning."""
_NUMERALS: Final = {numeral: value for value, numeral in enumerate("一二三四五六七八九", start=1)}
_DIGITS: Final = _NUMERALS | {str(value): value for value in _NUMERALS.values()}
_UNITS: Final = {"亿": 100_000_000, "万": 10_000, "千": 1_000, "百": 100, "十": 10}
"""From the largest down; the first two count up to 9,999 of themselves, the others up to 9."""
_MOST_GROUPS: Final = 9_999

_DECIMAL: Final = re.compile(
    r"(?P<whole>0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)"
    r"(?:\.(?P<part>[0-9]{1,8}))?(?P<unit>[百千万亿])?"
)
_ELIDED: Final = re.compile(r".*[百千万亿][1-9一二三四五六七八九]")
"""``三百五``, ``1万2``: the last unit is left unsaid, which no 元 or 块 can follow."""
_YUAN: Final = re.compile(r"(?P<yuan>[^元块]+)(?P<unit>[元块])(?P<rest>.*)")
_SMALL: Final = re.compile(
    r"零?(?P<jiao>[1-9一二两三四五六七八九])毛(?:(?P<cents>[1-9一二两三四五六七八九])分?)?钱?"
    r"|零?(?P<only_cents>[1-9一二两三四五六七八九])分钱?"
)
_LOOSE_SPACE: Final = re.compile(r"(?<![0-9.,]) +| +(?![0-9.,])")
"""Spaces of the layout; between two digits one would decide what the number is."""

_MONTHS: Final = {
    written: month
    for month, numeral in enumerate(
        ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"), start=1
    )
    for written in (numeral, str(month), f"{month:02d}")
}
_YEAR_DIGITS: Final = str.maketrans("〇零一二三四五六七八九", "00123456789")
_YEAR: Final = re.compile(r"20[0-9]{2}")


def parse_amount(text: str) -> Fen | None:
    """Read an amount of money to the fen; None where it is none or could be read in two ways.

    Args:
        text: without full-width or traditional characters, such as ``三百五十块六毛``.

    Clause: G17.
    """
    if len(text) > MOST_AMOUNT_CHARACTERS:
        return None
    amount = _money(_LOOSE_SPACE.sub("", text).translate(_CHEQUE).removeprefix("¥"))
    return Fen(amount) if amount is not None and amount < LIMIT_FEN else None


def parse_month(text: str) -> int | None:
    """Read the number of a month: ``3``, ``03``, ``十二``."""
    return _MONTHS.get(text)


def parse_year(text: str) -> int | None:
    """Read a year of this century, by its four digits: ``2026``, ``二〇二六``."""
    digits = text.translate(_YEAR_DIGITS)
    return int(digits) if _YEAR.fullmatch(digits) else None


def _money(text: str) -> int | None:
    """Return the fen of ``350``, ``三百五``, ``350元整``, ``两块五``, ``六毛七``."""
    split = _YUAN.fullmatch(text)
    if split is None:
        small = _small(text)
        return _number(text) if small is None and text != "两" else small
    if _ELIDED.fullmatch(split["yuan"]):
        return None
    yuan = _number(split["yuan"])
    rest = _after_yuan(split["rest"], colloquial=split["unit"] == "块")
    if yuan is None or rest is None or (rest and yuan % 100):
        return None
    return yuan + rest


def _after_yuan(text: str, *, colloquial: bool) -> int | None:
    """Return the fen of what follows 元 or 块; ``五`` and 半 follow 块 only."""
    if text in {"", "钱", "整", "正"}:
        return 0
    if colloquial and text in _DIGITS:
        return _DIGITS[text] * 10
    if colloquial and text == "半":
        return 50
    return _small(text)


def _small(text: str) -> int | None:
    """Return the fen of ``六毛``, ``六毛七分``, ``七分``."""
    split = _SMALL.fullmatch(text)
    if split is None:
        return None
    jiao, cents = split["jiao"], split["cents"] or split["only_cents"]
    return (_digit(jiao) * 10 if jiao else 0) + (_digit(cents) if cents else 0)


def _digit(text: str) -> int:
    return 2 if text == "两" else _DIGITS[text]


def _number(text: str) -> int | None:
    """Return a hundred times the number: a decimal that is whole in fen, or a numeral."""
    decimal = _DECIMAL.fullmatch(text)
    if decimal is None:
        whole = _numeral(text, below=LIMIT_FEN)
        return None if whole is None else whole * 100
    part, unit = decimal["part"] or "", decimal["unit"]
    if unit is None and len(part) > 2:
        return None
    digits = int(decimal["whole"].replace(",", "") + part) * _UNITS.get(unit, 1) * 100
    fen, remainder = divmod(digits, 10 ** len(part))
    return None if remainder else fen


def _numeral(text: str, *, below: int) -> int | None:
    """Return the value of a numeral without a leading zero, less than ``below``."""
    if text == "两":
        return 2
    if text in _NUMERALS:
        return _NUMERALS[text]
    if text.isascii() and text.isdigit():
        return int(text) if text[0] != "0" and int(text) < below else None
    for unit, value in _UNITS.items():
        head, found, tail = text.partition(unit)
        if found and value < below:
            return _sum(_count(head, unit), value, _tail(tail, value))
    return None


def _sum(count: int | None, value: int, rest: int | None) -> int | None:
    return None if count is None or rest is None else count * value + rest


def _count(head: str, unit: str) -> int | None:
    """Return how many of a unit: ``十五`` needs no one in front of it."""
    if unit == "十":
        return 1 if not head else _DIGITS.get(head)
    return _numeral(head, below=_MOST_GROUPS + 1 if unit in "万亿" else 10)


def _tail(text: str, unit: int) -> int | None:
    """Return the value of what follows a unit.

    A zero stands for at least one place that is skipped; a single digit without it has the next
    lower place (``三百五`` is 350, ``十五`` is 15). 两 counts units and is never the last digit.
    """
    if not text:
        return 0
    if text in _DIGITS:
        return _DIGITS[text] * (unit // 10)
    if text.endswith("两"):
        return None
    if text.startswith("零"):
        return _numeral(text[1:], below=unit // 10)
    return _numeral(text, below=unit)
