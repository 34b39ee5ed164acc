"""How far sharers' money reaches, and nothing more."""

import pytest

from gongji.domain.deduction import Purse, Skip
from gongji.domain.disclosure import Availability, Coverage, availability, coverage
from gongji.domain.family import split_at_home
from gongji.domain.money import Fen
from tests.builders import NOW, family, named_id, sharing

LOW_BELOW = Fen(100_00)


def shows(balance: int, **changed: object) -> Availability:
    purse = Purse(named_id("A"), 1, Fen(balance), **changed)  # type: ignore[arg-type]
    return availability(purse, low_below=LOW_BELOW)


@pytest.mark.parametrize("barred", Skip)
def test_every_bar_looks_the_same(barred: Skip) -> None:
    assert shows(10**9, barred=barred) is Availability.UNAVAILABLE


def test_it_is_what_can_be_drawn_that_shows() -> None:
    assert shows(100_00) is Availability.ENOUGH
    assert shows(99_99) is Availability.LOW
    assert shows(10**9, limit_left=Fen(1)) is Availability.LOW
    assert shows(10**9, reserve=Fen(10**9 - 1)) is Availability.LOW
    assert shows(0) is Availability.EMPTY
    assert shows(10**9, limit_left=Fen(0)) is Availability.EMPTY
    assert shows(10**9, reserve=Fen(10**9)) is Availability.EMPTY


@pytest.mark.parametrize(
    ("amount", "covered"),
    [(260_00, Coverage.FULLY), (560_00, Coverage.FULLY), (560_01, Coverage.PARTLY)],
)
def test_a_quote_says_how_far_the_rest_is_covered(amount: int, covered: Coverage) -> None:
    assert coverage(split_at_home(family(sharing("A")), Fen(amount), NOW)) is covered


def test_a_quote_without_sharers_is_not_covered() -> None:
    assert coverage(split_at_home(family(), Fen(260_01), NOW)) is Coverage.NOT
