"""What the calendar makes due, and when it may be told."""

from datetime import date, datetime

import pytest

from gongji.domain.business_day import SHANGHAI
from gongji.domain.conversation import beside
from gongji.domain.money import Fen
from gongji.domain.occasion import Occasion, OccasionKind, months_due, windows_due
from gongji.domain.policy import Policy
from gongji.domain.premium import Tariff

NGARI, GAR = "542500", "542523"
OPENED, CLOSES = OccasionKind.PREMIUM_OPENED, OccasionKind.PREMIUM_CLOSES


def at(day: int, month: int = 11, hour: int = 9, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def policy(**rules: object) -> Policy:
    return Policy(NGARI, date(2025, 1, 1), "1", **rules)  # type: ignore[arg-type]


def tariff(category: str = "ADULT", region: str = NGARI) -> Tariff:
    opens, closes = date(2026, 11, 1), date(2026, 12, 31)
    return Tariff(region, 2027, category, Fen(400_00), opens, closes)


@pytest.mark.parametrize(
    ("now", "ended"),
    [
        (at(1, hour=7, minute=59), None),
        (at(1, hour=8), date(2026, 10, 1)),
        (at(14, hour=23), date(2026, 10, 1)),
        (at(15), None),
        (at(3, month=1, year=2027), date(2026, 12, 1)),
        (at(3, month=3, year=2027), date(2027, 2, 1)),
    ],
)
def test_a_month_is_told_from_the_first_morning_for_two_weeks(
    now: datetime, ended: date | None
) -> None:
    assert [one.on for one in months_due(now)] == ([] if ended is None else [ended])


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        (at(31, month=10), []),
        (at(1, hour=7), []),
        (at(1), [OPENED]),
        (at(14), [OPENED]),
        (at(15), []),
        (at(24, month=12), []),
        (at(25, month=12), [CLOSES]),
        (at(31, month=12, hour=23), [CLOSES]),
        (at(1, month=1, year=2027), []),
    ],
)
def test_a_window_is_told_when_it_opens_and_in_its_last_days(
    now: datetime, kinds: list[OccasionKind]
) -> None:
    assert [one.kind for one in windows_due([tariff()], [policy()], now)] == kinds


def test_the_days_of_reminding_are_the_regions() -> None:
    late = at(31, month=12)

    assert list(windows_due([tariff()], [policy(premium_reminder_days=0)], late)) == []
    assert list(windows_due([tariff()], [], late)) == []


def test_a_tariff_of_the_province_is_told_of_where_its_prefectures_have_the_policies() -> None:
    whole, late = [tariff(region="540000")], at(20, month=12)
    other = Policy("540100", date(2025, 1, 1), "1", premium_reminder_days=30)

    assert [one.kind for one in windows_due(whole, [policy()], at(1))] == [OPENED]
    assert list(windows_due(whole, [policy()], late)) == []
    assert [one.kind for one in windows_due(whole, [policy(), other], late)] == [CLOSES]
    assert list(windows_due([tariff(region="510000")], [policy()], at(1))) == []


def test_categories_share_a_window_and_regions_do_not() -> None:
    tariffs = [tariff(), tariff("CHILD"), tariff(region=GAR)]

    found = list(windows_due(tariffs, [policy()], at(2)))

    assert found == [Occasion(OPENED, date(2026, 11, 1), 2027, region) for region in (NGARI, GAR)]
    assert len({one.id for one in found}) == 2


def test_the_id_of_an_occasion_is_the_same_in_every_process() -> None:
    month = Occasion(OccasionKind.MONTH_ENDED, date(2026, 10, 1), 2026)

    assert month.name == "MONTH_ENDED/2026/2026-10-01"
    assert str(month.id) == str(Occasion(month.kind, month.on, month.year).id)
    assert beside(month.id, "A") != beside(month.id, "B") != month.id
