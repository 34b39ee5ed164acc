"""Who may share and be shared with: every reason at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongji.domain.eligibility import (
    PairHistory,
    Sharer,
    reasons_against_beneficiary,
    reasons_against_inviting_again,
    reasons_against_sharer,
)
from gongji.domain.errors import Code
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, Dated, PersonStatus, Scheme
from tests.builders import NOW, TODAY, account, beneficiary, frozen_account, policy

GOOD = Sharer(Scheme.EMPLOYEE, PersonStatus.NORMAL, account("A"), bindings=0)


def against_sharer(sharer: Sharer) -> list[Code]:
    return [reason.code for reason in reasons_against_sharer(sharer, policy(), NOW)]


def test_nothing_stands_against_a_normal_employee_with_a_balance() -> None:
    assert against_sharer(GOOD) == []


def test_a_retiree_with_an_account_may_share() -> None:
    assert against_sharer(replace(GOOD, account=account("A", Fen(1)))) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"scheme": Scheme.RESIDENT}, Code.SHARER_NOT_EMPLOYEE),
        ({"status": PersonStatus.STOPPED}, Code.SHARER_NOT_NORMAL),
        ({"account": None}, Code.SHARER_WITHOUT_ACCOUNT),
        ({"account": frozen_account("A")}, Code.SHARER_ACCOUNT_NOT_NORMAL),
        ({"account": account("A", Fen(0))}, Code.SHARER_ACCOUNT_EMPTY),
        ({"bindings": 7}, Code.TOO_MANY_BENEFICIARIES),
    ],
)
def test_each_reason_stands_alone(changed: dict[str, object], code: Code) -> None:
    assert against_sharer(replace(GOOD, **changed)) == [code]  # type: ignore[arg-type]


def test_every_reason_is_listed_at_once() -> None:
    worst = Sharer(Scheme.RESIDENT, PersonStatus.DECEASED, frozen_account("A", Fen(0)), 7)
    assert against_sharer(worst) == [
        Code.SHARER_NOT_EMPLOYEE,
        Code.SHARER_NOT_NORMAL,
        Code.SHARER_ACCOUNT_NOT_NORMAL,
        Code.SHARER_ACCOUNT_EMPTY,
        Code.TOO_MANY_BENEFICIARIES,
    ]


def test_an_account_that_freezes_later_is_normal_until_then() -> None:
    later = Dated(AccountStatus.NORMAL, AccountStatus.FROZEN, NOW + timedelta(seconds=1))
    assert against_sharer(replace(GOOD, account=account("A", status=later))) == []
    due = Dated(AccountStatus.NORMAL, AccountStatus.FROZEN, NOW)
    frozen = replace(GOOD, account=account("A", status=due))
    assert against_sharer(frozen) == [Code.SHARER_ACCOUNT_NOT_NORMAL]


def test_a_beneficiary_needs_no_account_of_their_own() -> None:
    reasons = reasons_against_beneficiary(beneficiary(), None, sharers=0, policy=policy(), at=NOW)
    assert list(reasons) == []


def test_every_reason_against_a_beneficiary_is_listed_at_once() -> None:
    stopped = beneficiary(status=Dated(PersonStatus.STOPPED))
    reasons = reasons_against_beneficiary(
        stopped, frozen_account(), sharers=5, policy=policy(), at=NOW
    )
    assert [reason.code for reason in reasons] == [
        Code.BENEFICIARY_NOT_NORMAL,
        Code.OWN_ACCOUNT_NOT_NORMAL,
        Code.TOO_MANY_SHARERS,
    ]


class TestInvitingAgain:
    def against(self, history: PairHistory) -> list[Code]:
        return [r.code for r in reasons_against_inviting_again(history, policy(), NOW)]

    def test_a_pair_without_history_may_start(self) -> None:
        assert self.against(PairHistory()) == []

    def test_a_block_shows_as_not_verified(self) -> None:
        tired = (NOW,) * 9
        history = PairHistory(is_blocked=True, declined_at=tired, invited_at=tired, ended_on=TODAY)
        assert self.against(history) == [Code.RELATIVE_NOT_VERIFIED]

    def test_without_a_decline_one_may_invite_as_often_as_one_likes(self) -> None:
        asked = tuple(NOW - timedelta(hours=n) for n in range(20))
        assert self.against(PairHistory(invited_at=asked)) == []

    def test_three_more_are_free_after_a_decline_and_the_fourth_is_not(self) -> None:
        declined = NOW - timedelta(days=9)
        first = NOW - timedelta(days=10)
        more = tuple(NOW - timedelta(days=n) for n in (8, 7, 6))
        twice = PairHistory((declined,), (first, *more[:2]))
        assert self.against(twice) == []
        thrice = PairHistory((declined,), (first, *more))
        assert self.against(thrice) == [Code.INVITED_TOO_OFTEN]

    def test_after_thirty_days_a_decline_is_forgotten(self) -> None:
        declined = NOW - timedelta(days=30)
        more = tuple(NOW - timedelta(days=n) for n in (29, 28, 27))
        assert self.against(PairHistory((declined,), more)) == []
        remembered = PairHistory((declined + timedelta(seconds=1),), more)
        assert self.against(remembered) == [Code.INVITED_TOO_OFTEN]

    def test_who_ended_today_may_bind_again_today(self) -> None:
        assert self.against(PairHistory(ended_on=TODAY)) == []
