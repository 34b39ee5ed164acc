"""ID numbers (GB 11643-1999), names, and what is left of them after masking."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from gongji.domain.errors import Code

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_ID_NUMBER_LENGTH: Final = 18
MOST_NAME_CHARACTERS: Final = 100
_OTHER_DOCUMENT_LENGTHS: Final = range(7, 16)
_OTHER_DOCUMENT_PREFIXES: Final = ("81", "82", "83", "9")
"""What residence permits of Hong Kong, Macau and Taiwan people, and of foreigners, begin with."""

DEMO_REGION_PREFIX: Final = "542599"
"""The prefix of test and demo people: a county that does not exist."""


@dataclass(frozen=True, slots=True, repr=False)
class IdNumber:
    """A valid resident ID number. It has no ``repr``, so that no log can hold it by accident."""

    text: str

    @property
    def birth_date(self) -> date:
        """Return the day of birth."""
        return date(int(self.text[6:10]), int(self.text[10:12]), int(self.text[12:14]))

    @property
    def is_male(self) -> bool:
        """Tell the registered sex: an odd serial is male."""
        return int(self.text[16]) % 2 == 1


def check_digit(first_17: str) -> str:
    """Return the check character of the first 17 digits (GB 11643-1999)."""
    weighted = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECK[weighted % 11]


def parse_id_number(text: str, *, today: date) -> IdNumber | Code:
    """Read an ID number, or say what is wrong with it.

    Full-width digits and surrounding spaces, which input methods produce, are accepted; ``x`` is
    stored as ``X``.

    Clause: S3.3; GB 11643-1999.
    """
    typed = unicodedata.normalize("NFKC", text).strip().upper()
    if _looks_like_another_document(typed):
        return Code.DOCUMENT_NOT_SUPPORTED
    if len(typed) != _ID_NUMBER_LENGTH or not _is_ascii_digits(typed[:17]):
        return Code.ID_NUMBER_FORM
    if typed[17] not in _CHECK:
        return Code.ID_NUMBER_FORM
    try:
        birth = date(int(typed[6:10]), int(typed[10:12]), int(typed[12:14]))
    except ValueError:
        return Code.ID_NUMBER_DATE
    if birth > today:
        return Code.ID_NUMBER_DATE
    if check_digit(typed[:17]) != typed[17]:
        return Code.ID_NUMBER_CHECK_DIGIT
    if typed.startswith(_OTHER_DOCUMENT_PREFIXES):
        return Code.DOCUMENT_NOT_SUPPORTED
    return IdNumber(typed)


def _is_ascii_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _looks_like_another_document(typed: str) -> bool:
    """Recognise passports, permits and identity cards that are shorter: a letter, then digits."""
    bare = typed.replace("(", "").replace(")", "")
    return (
        len(bare) in _OTHER_DOCUMENT_LENGTHS
        and bare.isascii()
        and bare.isalnum()
        and bare[0].isalpha()
        and any(map(str.isdigit, bare))
    )


def clean_name(text: str) -> str | None:
    """Return the name in NFC without outer spaces, or None where it is no name.

    Chinese, Tibetan and rare characters (U+20000 and above) are names; control, bidirectional and
    zero-width characters, symbols and emoji never are. Private and not yet assigned ideographs are
    accepted: the registry is ahead of Python's tables.

    Clause: S3.3.
    """
    name = unicodedata.normalize("NFC", text)
    if any(is_invisible(character) or _is_symbol(character) for character in name):
        return None
    name = name.strip(" \u3000")
    if not 0 < len(name) <= MOST_NAME_CHARACTERS or not any(map(_is_letter, name)):
        return None
    return name


@lru_cache(maxsize=8192)
def is_invisible(character: str) -> bool:
    """Tell whether a character shows nothing: control, format, surrogate, line break, selector."""
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return True
    if ord(character) & 0xFFFE == 0xFFFE or character in _BLANK_LETTERS:
        return True
    return any(ord(character) in selectors for selectors in _SELECTORS)


def has_invisible(text: str) -> bool:
    """Tell whether any character of a text shows nothing."""
    if text.isascii():
        return not text.isprintable()
    return any(map(is_invisible, text))


def visible_text(text: str) -> str:
    """Return free text without what shows nothing; any space or line break is one space."""
    shown = (one for one in text if one.isspace() or not is_invisible(one))
    return " ".join("".join(shown).split())


def without_numbers(text: str) -> str:
    """Return free text in which ID, phone and card numbers are blotted out.

    They are told by their length: eleven digits and more, which dates and most bill numbers lack.
    """
    return _LONG_NUMBER.sub("***", text)


_LONG_NUMBER: Final = re.compile(r"\d{11,}[Xx]?")
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u2800")
"""Letters and marks that show nothing, which a spoofed name could hide behind."""
_SELECTORS: Final = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""Variation selectors: they show nothing by themselves."""
_IDEOGRAPHIC_PLANES: Final = range(0x20000, 0x40000)


def _is_symbol(character: str) -> bool:
    """Tell whether a character is a symbol, an emoji, or one whose meaning nobody knows."""
    kind = unicodedata.category(character)
    return kind[0] == "S" or (kind == "Cn" and ord(character) not in _IDEOGRAPHIC_PLANES)


def _is_letter(character: str) -> bool:
    """Tell whether a character can carry a name alone; 〇 is a number, yet a name's character."""
    kind = unicodedata.category(character)
    return kind[0] == "L" or kind in {"Nl", "Cn", "Co"}


def mask_name(name: str) -> str:
    """Keep the first and last character; of two characters the first only.

    A character is what a reader sees as one: marks stay with their letter.
    """
    characters = _clusters(name)
    match len(characters):
        case 0 | 1:
            return "*"
        case 2:
            return characters[0] + "*"
        case several:
            return characters[0] + "*" * (several - 2) + characters[-1]


def _clusters(name: str) -> list[str]:
    clusters: list[str] = []
    for character in name:
        if clusters and unicodedata.category(character).startswith("M"):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def mask_digits(text: str, *, first: int, last: int) -> str:
    """Keep ``first`` and ``last`` characters: 6 + 4 for staff, 1 + 1 in the family, phone 3 + 4."""
    if len(text) <= first + last:
        return "*" * len(text)
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]
