"""What a scalar takes, and that what it refuses is never repeated."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from graphql import GraphQLError

from gongji.api.faults import code_of
from gongji.api.scalars import (
    parse_day,
    parse_fen,
    parse_instant,
    parse_uuid,
    write_day,
    write_fen,
    write_instant,
)


@pytest.mark.parametrize("amount", [0, 1, -1, 2**53 - 1, -(2**53) + 1])
def test_fen_are_exact_integers(amount: int) -> None:
    assert parse_fen(amount) == amount
    assert write_fen(amount) == amount


@pytest.mark.parametrize(
    "value", [True, False, 1.0, 12.34, "1", "１２", None, [], {}, 2**53, -(2**53), float("nan")]
)
def test_fen_are_nothing_else(value: object) -> None:
    with pytest.raises(GraphQLError) as refused:
        parse_fen(value)
    with pytest.raises(ValueError, match="amount of fen"):
        write_fen(value)

    assert code_of(refused.value) == "BAD_USER_INPUT"
    assert refused.value.message.startswith("金额须为以分计的整数")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-03-01T08:00:00Z", datetime(2025, 3, 1, 8, tzinfo=UTC)),
        ("2025-03-01T08:00:00.123456Z", datetime(2025, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)),
        ("2025-03-01T08:00:00+08:00", datetime(2025, 3, 1, 0, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_into_utc(text: str, instant: datetime) -> None:
    read = parse_instant(text)

    assert read == instant
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "2025-03-01",
        "2025-03-01T08:00:00",
        "2025-03-01 08:00:00Z",
        "2025-02-30T08:00:00Z",
        "2025-03-01T24:00:01Z",
        "2025-03-01T08:00:60Z",
        "2025-03-01T08:00:00+99:00",
        "2025-03-01T08:00:00+00:60",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-08:00",
        "２０２５-03-01T08:00:00Z",
        "2025-03-01T08:00:00Z\n",
        "20250301T080000Z",
        1740816000,
        True,
        None,
    ],
)
def test_what_is_no_instant_is_refused_unrepeated(value: object) -> None:
    with pytest.raises(GraphQLError) as refused:
        parse_instant(value)

    assert code_of(refused.value) == "BAD_USER_INPUT"
    assert refused.value.message == "时间格式不正确，应形如 2025-03-01T08:00:00Z。"


def test_an_instant_is_written_in_utc() -> None:
    lhasa = timezone(timedelta(hours=8))

    assert write_instant(datetime(2025, 3, 1, 8, tzinfo=lhasa)) == "2025-03-01T00:00:00Z"
    with pytest.raises(ValueError, match="offset"):
        write_instant(datetime(2025, 3, 1, 8))  # noqa: DTZ001


def test_a_day_is_a_day() -> None:
    assert parse_day("2024-02-29") == date(2024, 2, 29)
    assert write_day(date(2024, 2, 29)) == "2024-02-29"
    with pytest.raises(ValueError, match="without time"):
        write_day(datetime(2024, 2, 29, tzinfo=UTC))


@pytest.mark.parametrize(
    "value", ["2025-02-29", "2025-3-1", "20250301", "２０２５-０３-０１", 0, None]
)
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        parse_day(value)


def test_a_uuid_is_read_in_its_canonical_form_only() -> None:
    text = "018f6f2e-7b1c-7abc-8def-0123456789ab"
    assert str(parse_uuid(text.upper())) == text

    for value in (text.replace("-", ""), f"{{{text}}}", f"urn:uuid:{text}", f"{text}\n", 7, None):
        with pytest.raises(GraphQLError):
            parse_uuid(value)
