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
