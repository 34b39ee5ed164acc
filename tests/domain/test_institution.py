"""Institutions: designation by date, and where sharing is open."""

from datetime import date, timedelta

import pytest

from gongji.domain.institution import Period
from tests.builders import CHENGDU, GAR, LHASA, NGARI, TODAY, institution

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("period", "covered"),
    [
        (Period(), [True, True, True]),
        (Period(first=TODAY), [False, True, True]),
        (Period(until=TODAY), [True, False, False]),
        (Period(TODAY, TODAY + DAY), [False, True, False]),
        (Period(TODAY, TODAY), [False, False, False]),
    ],
)
def test_a_period_has_its_first_day_and_not_its_last(period: Period, covered: list[bool]) -> None:
    days: list[date] = [TODAY - DAY, TODAY, TODAY + DAY]
    assert [period.covers(day) for day in days] == covered


@pytest.mark.parametrize(
    ("insured", "offsite"), [(GAR, False), (NGARI, False), (LHASA, True), (CHENGDU, True)]
)
def test_another_prefecture_is_off_site(insured: str, offsite: bool) -> None:
    assert institution().is_offsite_for(insured) == offsite


def test_off_site_sharing_is_closed_unless_it_is_opened() -> None:
    assert institution().sharing_is_open(GAR, TODAY)
    assert not institution().sharing_is_open(LHASA, TODAY)
    opening = institution(offsite_sharing=Period(first=TODAY))
    assert opening.sharing_is_open(LHASA, TODAY)
    assert not opening.sharing_is_open(LHASA, TODAY - DAY)
