"""The fields of a line, taken one by one: how each is read, and what can be wrong with it.

What is wrong is a ``Flaw`` of a field, never the field's value: lines hold personal numbers,
messages never do.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any, Final, TypeVar

from gongji.domain import texts
from gongji.domain.business_day import start_of
from gongji.domain.errors import Code
from gongji.domain.identity import clean_name, has_invisible, parse_id_number
from gongji.domain.money import LIMIT_FEN, Fen

MOST_TEXT_CHARACTERS: Final = 200
MOST_KEY_CHARACTERS: Final = 40
_FIELD_NAME: Final = re.compile(r"[a-z][a-z_]{0,39}")
_REGION: Final = re.compile(r"[1-9][0-9]{5}")
_CODE: Final = re.compile(r"[HP][0-9]{11}")
_PHONE: Final = re.compile(r"\+?[0-9]{5,20}")
_YEARS: Final = range(2000, 2100)


class Flaw(Enum):
    """What can be wrong with a field of a line, besides what ``Code`` says of ID numbers."""

    NOT_JSON = "NOT_JSON"
    LINE_TOO_LONG = "LINE_TOO_LONG"
    UNKNOWN_RECORD = "UNKNOWN_RECORD"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    MISSING = "MISSING"
    MALFORMED = "MALFORMED"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_LOADED = "NOT_LOADED"
    ONE_PERSON = "ONE_PERSON"
    WITHOUT_ACCOUNT = "WITHOUT_ACCOUNT"
    OPENING_CHANGED = "OPENING_CHANGED"
    ALREADY_BOOKED = "ALREADY_BOOKED"
    BELONGS_TO_ANOTHER = "BELONGS_TO_ANOTHER"
    POLICY_IN_FORCE = "POLICY_IN_FORCE"
    NOT_BOUND = "NOT_BOUND"

    @property
    def message(self) -> str:
        """Return the Chinese sentence."""
        return texts.FLAWS[self.name]


class Flawed(Exception):
    """A field of a record cannot be accepted."""

    def __init__(self, field: str, flaw: Flaw | Code) -> None:
        super().__init__(field, flaw)
        self.field: Final = field
        self.flaw: Final = flaw


V = TypeVar("V")
E = TypeVar("E", bound=StrEnum)


class Fields:
    """The fields of one line, taken one by one; what is left over at the end is unknown."""

    def __init__(self, fields: Mapping[str, Any], *, today: date) -> None:
        self._left: Final = dict(fields)
        self._today: Final = today

    def has(self, name: str) -> bool:
        """Tell whether a field is there, be it null."""
        return name in self._left

    def required(self, name: str, read: Callable[[Any], V]) -> V:
        """Take a field that must be there.

        Raises:
            Flawed: it is absent or null, or cannot be read.
        """
        value = self._left.pop(name, None)
        if value is None:
            raise Flawed(name, Flaw.MISSING)
        return self._read(name, value, read)

    def optional(self, name: str, read: Callable[[Any], V]) -> V | None:
        """Take a field that may be absent or null.

        Raises:
            Flawed: it cannot be read.
        """
        value = self._left.pop(name, None)
        return None if value is None else self._read(name, value, read)

    def defaulted(self, name: str, read: Callable[[Any], V], default: V) -> V:
        """Take a field that may be absent, but not null.

        Raises:
            Flawed: it is null or cannot be read.
        """
        return self.required(name, read) if name in self._left else default

    def unless_absent(self, name: str, read: Callable[[Any], V]) -> V | None:
        """Take a field that may be absent, which leaves what is known; null is malformed.

        Raises:
            Flawed: it is null or cannot be read.
        """
        return self.required(name, read) if name in self._left else None

    def id_number(self, name: str) -> str:
        """Take an ID number.

        Raises:
            Flawed: what stands against it (S3.3).
        """
        text = self.required(name, read_text)
        number = parse_id_number(text, today=self._today)
        if isinstance(number, Code):
            raise Flawed(name, number)
        return number.text

    def finish(self) -> None:
        """Refuse what was not asked for.

        Raises:
            Flawed: a field is unknown; a strange name is not repeated.
        """
        for name in self._left:
            known = name if _FIELD_NAME.fullmatch(name) else ""
            raise Flawed(known, Flaw.UNKNOWN_FIELD)

    @staticmethod
    def _read(name: str, value: Any, read: Callable[[Any], V]) -> V:
        try:
            return read(value)
        except OverflowError:
            raise Flawed(name, Flaw.OUT_OF_RANGE) from None
        except (ValueError, TypeError, KeyError):
            raise Flawed(name, Flaw.MALFORMED) from None


def read_text(value: Any) -> str:
    """Read a text of 1 to 200 characters, all of which show."""
    if not isinstance(value, str):
        raise TypeError
    if has_invisible(value):
        raise ValueError
    stripped = value.strip()
    if not 0 < len(stripped) <= MOST_TEXT_CHARACTERS:
        raise ValueError
    return stripped


def read_key(value: Any) -> str:
    """Read a text of 1 to 40 characters."""
    text = read_text(value)
    if len(text) > MOST_KEY_CHARACTERS:
        raise ValueError
    return text


def matching(pattern: re.Pattern[str]) -> Callable[[Any], str]:
    """Return a reader of texts that match a pattern."""

    def read(value: Any) -> str:
        text = read_text(value)
        if not pattern.fullmatch(text):
            raise ValueError
        return text

    return read


read_region: Final = matching(_REGION)
"""Reads six digits of a region."""
read_institution_code: Final = matching(_CODE)
"""Reads ``H`` or ``P`` and 11 digits."""
read_phone: Final = matching(_PHONE)
"""Reads a phone number."""


def one_of(members: type[E], *, but: frozenset[E] = frozenset()) -> Callable[[Any], E]:
    """Return a reader of the members of an enumeration."""

    def read(value: Any) -> E:
        member = members(value)
        if member in but:
            raise ValueError
        return member

    return read


def read_flag(value: Any) -> bool:
    """Read a truth value."""
    if not isinstance(value, bool):
        raise TypeError
    return value


def _read_whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def read_fen(value: Any) -> Fen:
    """Read an amount, fen, zero or more."""
    if not 0 <= _read_whole(value) < LIMIT_FEN:
        raise OverflowError
    return Fen(value)


def read_some_fen(value: Any) -> Fen:
    """Read an amount, fen, more than zero."""
    if _read_whole(value) == 0:
        raise OverflowError
    return read_fen(value)


def read_rank(value: Any) -> int:
    """Read a place in an order, from 1."""
    if not 1 <= _read_whole(value) <= 1000:
        raise OverflowError
    return int(value)


def read_year(value: Any) -> int:
    """Read a benefit year."""
    if _read_whole(value) not in _YEARS:
        raise OverflowError
    return int(value)


def read_day(value: Any) -> date:
    """Read a day."""
    text = read_text(value)
    if len(text) != len("2026-01-01"):
        raise ValueError
    return date.fromisoformat(text)


def read_moment(value: Any) -> datetime:
    """Read a time with its offset, or a day, which begins at 00:00 in Shanghai (G22)."""
    text = read_text(value)
    if len(text) == len("2026-01-01"):
        return start_of(date.fromisoformat(text))
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError
    return at


def read_name(fields: Fields, name: str) -> str:
    """Take a name (S3.3).

    Raises:
        Flawed: it is missing or no name.
    """
    cleaned = clean_name(fields.required(name, _read_any_text))
    if cleaned is None:
        raise Flawed(name, Code.NAME_FORM)
    return cleaned


def _read_any_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
