"""Kinship: inverses and the codes of GB/T 4761-2008."""

from itertools import chain

import pytest

from gongji.domain.kinship import CIVIL_CODE_NEAR_KIN, GBT_4761, Kinship, from_code


@pytest.mark.parametrize("kinship", Kinship)
def test_the_inverse_of_the_inverse_is_the_kinship(kinship: Kinship) -> None:
    assert kinship.inverse.inverse is kinship


@pytest.mark.parametrize(
    ("kinship", "inverse"),
    [
        (Kinship.SPOUSE, Kinship.SPOUSE),
        (Kinship.SIBLING, Kinship.SIBLING),
        (Kinship.PARENT, Kinship.CHILD),
        (Kinship.GRANDCHILD, Kinship.GRANDPARENT),
        (Kinship.PARENT_IN_LAW, Kinship.CHILD_IN_LAW),
    ],
)
def test_what_one_is_to_the_other(kinship: Kinship, inverse: Kinship) -> None:
    assert kinship.inverse is inverse


def test_near_kin_of_one_side_are_near_kin_of_the_other() -> None:
    assert {kinship.inverse for kinship in CIVIL_CODE_NEAR_KIN} == CIVIL_CODE_NEAR_KIN


def test_no_code_means_two_kinships() -> None:
    every = list(chain.from_iterable(GBT_4761.values()))
    assert len(every) == len(set(every))
    assert set(GBT_4761) == set(Kinship)


@pytest.mark.parametrize(
    ("code", "kinship"),
    [
        ("10", Kinship.SPOUSE),
        ("12", Kinship.SPOUSE),
        ("27", Kinship.CHILD),
        ("28", Kinship.CHILD_IN_LAW),
        ("31", Kinship.CHILD),
        ("38", Kinship.CHILD_IN_LAW),
        ("44", Kinship.GRANDCHILD),
        ("51", Kinship.PARENT),
        ("53", Kinship.PARENT_IN_LAW),
        ("56", Kinship.PARENT_IN_LAW),
        ("57", Kinship.PARENT),
        ("64", Kinship.GRANDPARENT),
        ("73", Kinship.SIBLING),
        ("79", Kinship.SIBLING),
    ],
)
def test_codes_are_read(code: str, kinship: Kinship) -> None:
    assert from_code(code) is kinship


@pytest.mark.parametrize(
    "code", ["01", "02", "45", "46", "65", "72", "74", "76", "78", "80", "", "1"]
)
def test_who_is_no_near_relative_has_no_kinship(code: str) -> None:
    assert from_code(code) is None
