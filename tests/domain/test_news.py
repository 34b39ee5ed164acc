"""News of a dated state: new, old, announced, replaced."""

from datetime import timedelta

import pytest

from gongji.domain.news import Statement, after_news, collapsed, is_due, is_pending
from gongji.domain.person import Dated, PersonStatus
from tests.builders import NOW

NORMAL, STOPPED, MOVED = PersonStatus.NORMAL, PersonStatus.STOPPED, PersonStatus.MOVED_OUT
DAY = timedelta(days=1)
Known = Dated[PersonStatus]
News = Statement[PersonStatus]


@pytest.mark.parametrize(
    ("known", "news", "expected"),
    [
        # Without a moment, news holds from now on; what holds already is no news.
        (Dated(NORMAL), Statement(STOPPED), Dated(STOPPED, None, NOW)),
        (Dated(NORMAL), Statement(NORMAL), None),
        (Dated(NORMAL, STOPPED, NOW + DAY), Statement(NORMAL), None),
        (Dated(NORMAL, STOPPED, NOW + DAY), Statement(MOVED), Dated(MOVED, None, NOW)),
        (Dated(NORMAL, STOPPED, NOW - DAY), Statement(STOPPED), None),
        # The present moment is due; the moment is remembered.
        (Dated(NORMAL), Statement(STOPPED, NOW), Dated(STOPPED, None, NOW)),
        (Dated(NORMAL), Statement(STOPPED, NOW - DAY), Dated(STOPPED, None, NOW - DAY)),
        # Older than what is known, or known.
        (Dated(NORMAL, None, NOW - DAY), Statement(STOPPED, NOW - 2 * DAY), None),
        (Dated(NORMAL, STOPPED, NOW - DAY), Statement(MOVED, NOW - 2 * DAY), None),
        (Dated(STOPPED, None, NOW - DAY), Statement(STOPPED, NOW - DAY), None),
        (
            Dated(NORMAL, None, NOW - 2 * DAY),
            Statement(STOPPED, NOW - DAY),
            Dated(STOPPED, None, NOW - DAY),
        ),
        # Announced.
        (Dated(NORMAL), Statement(STOPPED, NOW + DAY), Dated(NORMAL, STOPPED, NOW + DAY)),
        (Dated(NORMAL), Statement(NORMAL, NOW + DAY), None),
        (Dated(NORMAL, STOPPED, NOW + DAY), Statement(STOPPED, NOW + DAY), None),
        (
            Dated(NORMAL, STOPPED, NOW + DAY),
            Statement(STOPPED, NOW + 2 * DAY),
            Dated(NORMAL, STOPPED, NOW + 2 * DAY),
        ),
        (
            Dated(NORMAL, STOPPED, NOW - DAY),
            Statement(NORMAL, NOW + DAY),
            Dated(STOPPED, NORMAL, NOW + DAY),
        ),
        # Dated news replaces what is still to come, also where it says what holds.
        (
            Dated(NORMAL, STOPPED, NOW + DAY),
            Statement(NORMAL, NOW),
            Dated(NORMAL, None, NOW),
        ),
    ],
)
def test_news_is_taken_once_and_in_the_order_of_its_moments(
    known: Known, news: News, expected: Known | None
) -> None:
    assert after_news(known, news, now=NOW) == expected


@pytest.mark.parametrize(
    ("known", "pending", "due"),
    [
        (Dated(NORMAL), False, False),
        (Dated(NORMAL, None, NOW), False, False),
        (Dated(NORMAL, STOPPED, NOW + DAY), True, False),
        (Dated(NORMAL, STOPPED, NOW), False, True),
    ],
)
def test_an_announced_change_is_pending_and_then_due(
    known: Known, pending: bool, due: bool
) -> None:
    assert (is_pending(known, NOW), is_due(known, NOW)) == (pending, due)


def test_a_change_that_has_come_collapses_into_what_it_is_now() -> None:
    come, to_come = Dated(NORMAL, STOPPED, NOW), Dated(NORMAL, STOPPED, NOW + DAY)

    assert collapsed(come, NOW) == Dated(STOPPED, None, NOW)
    assert collapsed(to_come, NOW) is to_come
