"""The words of the books check; what it compares is planted in ``usecases/test_check_books``."""

from datetime import UTC, datetime

from gongji.domain.books import BooksCheck, Difference, Wrong
from gongji.domain.texts import BOOKS


def test_every_kind_of_difference_has_a_sentence() -> None:
    assert BOOKS.keys() == {str(wrong) for wrong in Wrong}


def test_a_difference_is_one_line() -> None:
    difference = Difference(Wrong.SPLIT, "settlement 1", 5, None)

    assert str(difference) == "SPLIT settlement 1: expected 5, found nothing"


def test_a_check_counts_all_its_differences() -> None:
    check = BooksCheck(datetime(2026, 11, 20, tzinfo=UTC), 1, 0, 2, {Wrong.OWN: 2, Wrong.SPLIT: 1})

    assert (check.differences_counted, check.is_right) == (3, False)
