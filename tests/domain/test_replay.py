"""The second interpreter by example; the laws compare it with the resolver."""

import pytest

from gongji.domain.explanation import record
from gongji.domain.family import split_bill
from gongji.domain.replay import replay, replay_cash
from tests.builders import NOW, account, bill_e3, family_e3, fen, pharmacy


def test_e3_is_replayed_from_its_record() -> None:
    split = split_bill(family_e3(), bill_e3(), pharmacy(), NOW)
    recorded = record(split, policy_version="1", ranks_are_shown=True)
    assert replay(recorded) == {str(account("B").id): fen("90.10")}
    assert replay_cash(recorded) == fen("97.25")


def test_a_record_that_was_tampered_with_no_longer_agrees_with_its_legs() -> None:
    split = split_bill(family_e3(), bill_e3(), pharmacy(), NOW)
    recorded = record(split, policy_version="1", ranks_are_shown=True)
    recorded["steps"][1]["balance"] += 1
    assert replay(recorded)[str(account("B").id)] != recorded["steps"][1]["drawn"]


def test_a_form_of_the_future_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="unknown form"):
        replay({"form": 2, "steps": []})
