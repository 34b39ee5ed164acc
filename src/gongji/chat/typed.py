"""What somebody typed: cleaned for keeping, masked for keeping, plain for reading."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from gongji.chat.words import words
from gongji.domain.identity import is_invisible, mask_digits, visible_text

_JOINER: Final = "\u200d"
_EMOJI_STYLES: Final = frozenset("\ufe0e\ufe0f")
_LINE_ENDS: Final = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")

_SIGNS: Final = {
    "￥": "¥",
    "、": ",",
    **dict.fromkeys("“”„‟「」『』《》〈〉〝〞‘’‚‛'`", '"'),
    **dict.fromkeys("‐‑‒–—―−－", "-"),
    **dict.fromkeys("【［〔[", "("),
    **dict.fromkeys("】］〕]", ")"),
}
"""Signs that mean the same to the grammar, one character for one."""
_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)
_FULL_WIDTH_OFFSET: Final = 0xFEE0


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """A sentence as typed and in plain form, character by character the same length.

    Args:
        shown: NFC, without what shows nothing, any white space one space.
        plain: the same in half-width and simplified characters; only the grammar reads it.
    """

    shown: str
    plain: str

    @classmethod
    def of(cls, text: str) -> "Typed":
        """Prepare a text for reading."""
        shown = visible_text(unicodedata.normalize("NFC", text))
        return cls(shown, "".join(map(_plain, shown)).translate(words().simplified))


def _plain(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if character.isspace():
        return " "
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    if ord(character) in _FULL_WIDTH:
        character = chr(ord(character) - _FULL_WIDTH_OFFSET)
    return character.lower() if character.isascii() else character


def clean_message(text: str) -> str:
    """Return a message as it may be kept and shown: NFC, lines kept, nothing invisible in it.

    Bidirectional, zero-width and control characters are removed. Kept are U+0F0C, which Tibetan
    writes with, and what holds an emoji together.
    """
    lines = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ")
    kept = ""
    for at, character in enumerate(lines):
        if _is_kept(character, kept[-1:], lines[at + 1 : at + 2]):
            kept += character
    return kept.strip()


def _is_kept(character: str, before: str, after: str) -> bool:
    """Tell whether a character stays, between what was kept before it and what follows."""
    if character == _JOINER:
        return (before in _EMOJI_STYLES or _is_pictograph(before)) and _is_pictograph(after)
    if character in _EMOJI_STYLES:
        return _is_pictograph(before) or after == "\u20e3"
    return character == "\n" or not is_invisible(character)


def _is_pictograph(character: str) -> bool:
    """Tell whether this is a pictograph or its skin tone; nothing is none."""
    return character != "" and unicodedata.category(character) in {"So", "Sk"}


_SPELLED: Final = str.maketrans(
    "〇零○一二三四五六七八九幺两兩壹贰叁肆伍陆柒捌玖貳參叄陸", "0001234567891221234567892336"
)
"""Digits spelled out, as a number is dictated."""
_LETTER_O: Final = re.compile(r"(?<![a-z])o+(?![a-z]|\d{7})")
"""An O typed for a zero; before seven digits it is the letter of a passport or permit."""
_B: Final = r"[\W_]*+"
"""What may stand between the digits of one number: anything but letters and characters."""
_DATE: Final = rf"(?<!\d)(?:19|20)\d\d[-./]\d\d?[-./]\d\d?(?: \d\d?:\d\d(?::\d\d)?)?(?!\d){_B}"
_NUMBER: Final = re.compile(
    rf"(?P<date>{_DATE})"
    rf"|(?<!\d)\d(?:{_B}(?!(?:{_DATE}){{1,2}}(?![\dx]))\d){{10,}}(?:{_B}x(?![a-z]))?"
    r"|(?<![a-z\d])\d*[a-z]{1,2}\d{6,}(?:\d| ?\(\d\))"
)
"""A date; digits too many for an amount, up to a date or two after them; a passport or permit.

Nobody can tell how a number is grouped: whatever stands between its digits, it is one number.
"""
_PHONE: Final = re.compile(rf"(?:86{_B})?(?P<phone>1{_B}[3-9](?:{_B}\d){{9}}|0(?:{_B}\d){{10,11}})")


def _digit_or_plain(character: str) -> str:
    """Return a character in plain form; what looks like a digit, such as ``⑤``, as that digit.

    The grammar takes no such digits for an amount; in the number of a person they must not show.
    """
    digit = unicodedata.digit(character, None)
    return _plain(character) if digit is None else str(digit)


def masked(text: str) -> str:
    """Return a cleaned message without ID, phone and card numbers; amounts and dates stay.

    Phones keep 3 + 4 characters, all other numbers 1 + 1, whatever stands between the digits.
    Amounts in a row that nothing but signs parts are masked too once they have eleven digits: they
    may as well be a phone number.

    Clause: G18 (masking inside the family).
    """
    message = clean_message(text)
    digits = "".join(map(_digit_or_plain, message)).translate(_SPELLED)
    digits = _LETTER_O.sub(lambda letters: "0" * len(letters[0]), digits)
    parts, done = [], 0
    for match in _NUMBER.finditer(digits):
        if match["date"] is not None:
            continue
        phone = _PHONE.fullmatch(digits, *match.span())
        start, end = match.span() if phone is None else phone.span("phone")
        number = "".join(
            one
            for one, digit in zip(message[start:end], digits[start:end], strict=True)
            if digit.isalnum()
        )
        first, last = (1, 1) if phone is None else (3, 4)
        parts += [message[done:start], mask_digits(number, first=first, last=last)]
        done = end
    return "".join([*parts, message[done:]])
