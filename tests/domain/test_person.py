"""Persons, accounts, and facts that change at a known moment."""

from datetime import timedelta
from itertools import product

import pytest

from gongji.domain.person import AccountStatus, Dated, PersonStatus
from tests.builders import NOW, account

SECOND = timedelta(seconds=1)
NORMAL, STOPPED = PersonStatus.NORMAL, PersonStatus.STOPPED


def test_a_fact_without_a_date_always_holds() -> None:
    assert Dated(NORMAL).at(NOW) is NORMAL


def test_a_change_holds_from_its_own_moment() -> None:
    fact = Dated(NORMAL, STOPPED, NOW)
    assert (fact.at(NOW - SECOND), fact.at(NOW)) == (NORMAL, STOPPED)


def test_news_that_is_due_holds_at_once() -> None:
    assert Dated(NORMAL).changing(STOPPED, since=NOW, now=NOW) == Dated(STOPPED)
    late = NOW - timedelta(days=3)
    assert Dated(NORMAL).changing(STOPPED, since=late, now=NOW) == Dated(STOPPED)


def test_news_of_the_future_is_remembered() -> None:
    told = Dated(NORMAL).changing(STOPPED, since=NOW + SECOND, now=NOW)
    assert told == Dated(NORMAL, STOPPED, NOW + SECOND)


def test_the_newest_news_replaces_a_change_that_was_still_to_come() -> None:
    pending = Dated(NORMAL, STOPPED, NOW + SECOND)
    moving = pending.changing(PersonStatus.MOVED_OUT, since=NOW + 2 * SECOND, now=NOW)
    assert moving.at(NOW + SECOND) is NORMAL
    assert moving.at(NOW + 2 * SECOND) is PersonStatus.MOVED_OUT


def test_a_change_that_came_true_is_where_the_next_one_starts() -> None:
    done = Dated(NORMAL, STOPPED, NOW)
    again = done.changing(NORMAL, since=NOW + SECOND, now=NOW)
    assert again == Dated(STOPPED, NORMAL, NOW + SECOND)


@pytest.mark.parametrize("status", PersonStatus)
def test_death_and_moving_end_bindings_and_a_stop_does_not(status: PersonStatus) -> None:
    ends = {PersonStatus.MOVED_OUT, PersonStatus.DECEASED}
    assert status.ends_bindings == (status in ends)


@pytest.mark.parametrize(("held", "owner"), list(product(AccountStatus, PersonStatus)))
def test_only_a_normal_account_of_a_normal_person_may_share(
    held: AccountStatus, owner: PersonStatus
) -> None:
    shared = account("A", status=Dated(held), owner_status=Dated(owner))
    expected = held is AccountStatus.NORMAL and owner is NORMAL
    assert shared.may_share(NOW) == expected
