"""Regions: which covers which."""

import pytest

from gongji.domain.region import (
    in_same_prefecture,
    in_same_province,
    is_province,
    prefix_of_region,
    region_name,
    regions_covering,
)
from tests.builders import CHENGDU, GAR, LHASA, NGARI


@pytest.mark.parametrize(
    ("code", "prefix"),
    [("540000", "54"), ("542500", "5425"), ("542523", "542523"), ("000000", "")],
)
def test_a_region_covers_what_begins_with_its_digits(code: str, prefix: str) -> None:
    assert prefix_of_region(code) == prefix


def test_the_nearest_region_comes_first() -> None:
    assert regions_covering(GAR) == (GAR, NGARI, "540000")
    assert regions_covering("540000") == ("540000", "540000", "540000")


@pytest.mark.parametrize(
    ("other", "prefecture", "province"),
    [(NGARI, True, True), (GAR, True, True), (LHASA, False, True), (CHENGDU, False, False)],
)
def test_prefecture_and_province_are_told_by_their_digits(
    other: str, prefecture: bool, province: bool
) -> None:
    assert in_same_prefecture(GAR, other) is prefecture
    assert in_same_province(GAR, other) is province


def test_a_province_is_no_part_of_one() -> None:
    assert is_province("540000")
    assert not any(map(is_province, (GAR, NGARI, "54", "")))


def test_a_region_outside_of_the_text_has_no_name() -> None:
    assert region_name(GAR) == "噶尔县"
    assert region_name(CHENGDU) is None
