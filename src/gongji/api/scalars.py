"""Scalars at the edge: exact money, instants in UTC, days, and keys made by clients.

Each one refuses what it does not know in Chinese, with a code, and without the value.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import strawberry
from strawberry.types.scalar import ScalarDefinition

from gongji.api.faults import fault
from gongji.domain.money import LIMIT_FEN, Fen

T = TypeVar("T")

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-5][0-9])"
)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def parse_fen(value: object) -> Fen:
    """Read an amount in fen.

    Raises:
        GraphQLError: a boolean, a fraction, a text, or 2^53 and more.
    """
    if type(value) is not int or abs(value) >= LIMIT_FEN:
        raise fault(
            "BAD_USER_INPUT", message="金额须为以分计的整数，绝对值小于 2 的 53 次方，不加引号。"
        )
    return Fen(value)


def write_fen(value: object) -> int:
    """Write an amount in fen.

    Raises:
        ValueError: anything but an exact amount: a bug of ours.
    """
    if type(value) is not int or abs(value) >= LIMIT_FEN:
        raise ValueError("an amount of fen is an int below 2^53")
    return value


def parse_instant(value: object) -> datetime:
    """Read an RFC 3339 instant with its offset, into UTC."""
    return _parsed(value, _INSTANT, _to_utc, "时间格式不正确，应形如 2025-03-01T08:00:00Z。")


def write_instant(value: Any) -> str:
    """Write an instant in UTC, as RFC 3339 with ``Z``.

    Raises:
        ValueError: an instant without offset: a bug of ours.
    """
    if value.tzinfo is None:
        raise ValueError("an instant needs an offset")
    written: str = value.astimezone(UTC).isoformat()
    return written.replace("+00:00", "Z")


def parse_day(value: object) -> date:
    """Read a calendar day."""
    return _parsed(value, _DAY, date.fromisoformat, "日期格式不正确，应形如 2025-03-01。")


def write_day(value: Any) -> str:
    """Write a calendar day.

    Raises:
        ValueError: an instant, whose day depends on where one stands: a bug of ours.
    """
    if type(value) is not date:
        raise ValueError("a day is a date without time")
    return value.isoformat()


def parse_uuid(value: object) -> UUID:
    """Read a UUID in its canonical form."""
    return _parsed(value, _UUID, UUID, "编号格式不正确，应为带连字符的 UUID。")


def _to_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _parsed(value: object, form: re.Pattern[str], parse: Callable[[str], T], refusal: str) -> T:
    if not isinstance(value, str) or form.fullmatch(value) is None:
        raise fault("BAD_USER_INPUT", message=refusal)
    try:
        return parse(value)
    except (ValueError, OverflowError):
        raise fault("BAD_USER_INPUT", message=refusal) from None


SCALARS: Final[dict[object, ScalarDefinition]] = {
    Fen: strawberry.scalar(
        name="Fen",
        description=(
            "金额，以分计的整数，绝对值小于 2 的 53 次方；不接受小数、字符串和布尔值。"
            "An amount of money in fen (1/100 yuan): a JSON integer of absolute value below 2^53."
        ),
        serialize=write_fen,
        parse_value=parse_fen,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="时刻（UTC，RFC 3339）。An instant in UTC, such as 2025-03-01T08:00:00Z.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=write_instant,
        parse_value=parse_instant,
    ),
    date: strawberry.scalar(
        name="Date",
        description="日期（年-月-日）。A calendar day, such as 2025-03-01.",
        serialize=write_day,
        parse_value=parse_day,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description="客户端生成的请求编号（UUID）。A UUID in canonical form, made by the client.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc9562",
        serialize=str,
        parse_value=parse_uuid,
    ),
}
"""For ``StrawberryConfig(scalar_map=SCALARS)``."""
