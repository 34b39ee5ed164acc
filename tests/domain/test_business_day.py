"""Which day a moment belongs to."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongji.domain.business_day import Days, business_day, full_years, start_of
from tests.domain.strategies import LAW


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC), date(2025, 12, 31)),
        (datetime(2025, 12, 31, 16, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8))), date(2026, 1, 1)),
    ],
)
def test_the_day_is_that_of_shanghai(at: datetime, day: date) -> None:
    assert business_day(at) == day


@LAW
@given(st.dates(date(1992, 1, 1), date(2100, 1, 1)))
def test_a_day_starts_at_its_own_midnight(day: date) -> None:
    start = start_of(day)
    assert business_day(start) == day
    assert business_day(start - timedelta(microseconds=1)) == day - timedelta(days=1)
    assert start.tzinfo is UTC


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        (date(2009, 11, 11), date(2025, 11, 10), 15),
        (date(2009, 11, 11), date(2025, 11, 11), 16),
        (date(2008, 2, 29), date(2025, 2, 28), 16),
        (date(2008, 2, 29), date(2025, 3, 1), 17),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(2025, 1, 1), date(2025, 1, 1), 0),
    ],
)
def test_years_are_counted_by_birthdays(born: date, day: date, years: int) -> None:
    assert full_years(born, day) == years


@pytest.mark.parametrize(
    ("first", "last", "is_reversed"),
    [
        (None, None, False),
        (date(2026, 1, 1), None, False),
        (None, date(2026, 1, 1), False),
        (date(2026, 1, 1), date(2026, 1, 1), False),
        (date(2026, 1, 2), date(2026, 1, 1), True),
    ],
)
def test_days_are_reversed_when_the_last_comes_first(
    first: date | None, last: date | None, is_reversed: bool
) -> None:
    assert Days(first, last).is_reversed is is_reversed
