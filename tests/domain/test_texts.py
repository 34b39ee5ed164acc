"""Every code has its Chinese sentence, and no sentence is left without a code."""

import re
from collections.abc import Iterator

import pytest

from gongji.domain import texts
from gongji.domain.deduction import CashReason, Skip, Stop
from gongji.domain.errors import Code, Problem, Refusal
from gongji.domain.explanation import UNAVAILABLE

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def problem_codes(of: type[Problem] = Problem) -> Iterator[str]:
    for kind in of.__subclasses__():
        if "code" in vars(kind):
            yield kind.code
        yield from problem_codes(kind)


def test_reasons_have_texts_one_to_one() -> None:
    assert sorted(texts.REASONS) == sorted(Code.__members__)


def test_problems_have_texts_one_to_one() -> None:
    assert sorted(texts.PROBLEMS) == sorted(problem_codes())


def test_skips_stops_and_cash_reasons_have_texts_one_to_one() -> None:
    assert set(texts.SKIPPED) == {*Skip, UNAVAILABLE}
    assert set(texts.STOPPED) == {*Stop, "ANY"}
    assert set(texts.CASH_REASONS) == set(CashReason)


@pytest.mark.parametrize("code", Code)
def test_every_code_says_what_is_wrong_and_what_can_be_done(code: Code) -> None:
    assert CHINESE.search(code.message)
    assert code.message.endswith("。")
    assert code.remedy is None or code.remedy.endswith("。")
    # National field names are for programs; a clerk reads this.
    assert "_" not in code.message + (code.remedy or "")


def test_a_refusal_has_no_text_of_its_own() -> None:
    assert "code" not in vars(Refusal)


def test_no_sentence_is_said_twice() -> None:
    said = [sentence for sentence, _ in (*texts.REASONS.values(), *texts.PROBLEMS.values())]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    "written", [*texts.SKIPPED.values(), texts.PAID, texts.PAID_ALL, texts.NOT_NEEDED]
)
def test_sentences_about_an_account_name_whose_it_is(written: str) -> None:
    assert "{who}" in written
