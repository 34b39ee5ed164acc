"""Problems: the drawn tree, codes with clauses, and how a refusal speaks."""

import re
from collections.abc import Iterator

import pytest

from gongji.domain import errors
from gongji.domain.errors import Code, Conflict, Malformed, Problem, Reason, Refusal
from gongji.domain.money import Fen
from tests.builders import named_id
from tests.world import NOON


def leaves(of: type[Problem] = Problem) -> Iterator[type[Problem]]:
    for kind in of.__subclasses__():
        yield kind
        yield from leaves(kind)


@pytest.mark.parametrize("code", Code)
def test_every_code_stands_on_a_clause(code: Code) -> None:
    assert re.fullmatch(r"[SG]\d{1,2}(\.\d)?", code.clause)


def test_codes_on_one_clause_are_not_the_same_code() -> None:
    assert len({code.value for code in Code}) == len(Code)
    assert len({id(code) for code in Code}) == len(Code.__members__)


def test_the_tree_drawn_in_the_module_is_the_tree() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert sorted(drawn) == sorted(kind.__name__ for kind in leaves())


def test_conflicts_are_the_six_that_are_drawn() -> None:
    codes = {kind.code for kind in leaves(Conflict)}
    assert codes == {
        "REQUEST_ID_REUSED",
        "REQUEST_VOIDED",
        "STALE_ORDER",
        "PLAN_CHANGED",
        "ALREADY_SETTLED",
        "ALREADY_REVERSED",
    }


def test_a_refusal_lists_every_reason_and_speaks_with_the_first() -> None:
    first, second = Reason(Code.SELF_INVITATION), Reason(Code.KINSHIP_NOT_NEAR, ("kinship",))
    refusal = Refusal(first, second)
    assert refusal.reasons == (first, second)
    assert refusal.code == "SELF_INVITATION"
    assert refusal.message == "不能邀请自己。"
    assert refusal.remedy is None
    assert refusal.args == ("SELF_INVITATION", "KINSHIP_NOT_NEAR")


def test_a_refusal_without_a_reason_is_a_bug() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        Refusal()


def test_no_reason_refuses_nothing() -> None:
    errors.refuse_any(())


def test_any_reason_refuses_with_all_of_them() -> None:
    reasons = [Reason(Code.SHARER_NOT_NORMAL), Reason(Code.SHARER_ACCOUNT_EMPTY)]
    with pytest.raises(Refusal) as caught:
        errors.refuse_any(iter(reasons))
    assert list(caught.value.reasons) == reasons


def test_what_is_not_there_and_what_is_not_theirs_is_one_refusal() -> None:
    refusal = errors.not_found("bindingId")
    assert refusal.reasons == (Reason(Code.NOT_FOUND, ("bindingId",)),)
    assert refusal.remedy


@pytest.mark.parametrize(
    "problem",
    [
        errors.RequestIdReused(),
        errors.RequestVoided(NOON),
        errors.StaleOrder(3, (named_id("binding/A"),)),
        errors.PlanChanged(errors.FreshPlan("x", *[Fen(0)] * 4)),
        errors.AlreadySettled(named_id("settlement")),
        errors.AlreadyReversed(named_id("reversal")),
        errors.Unauthenticated(),
        errors.Forbidden(),
        errors.Malformed("input", "totalFen"),
        errors.Unavailable(),
    ],
    ids=lambda problem: problem.code,
)
def test_every_problem_speaks_chinese(problem: Problem) -> None:
    assert problem.message.endswith("。")
    assert problem.remedy is None or problem.remedy.endswith("。")


def test_conflicts_carry_the_fresh_state() -> None:
    stale = errors.StaleOrder(3, (named_id("binding/A"),))
    assert (stale.version, stale.binding_ids) == (3, (named_id("binding/A"),))
    fresh = errors.FreshPlan("x", *[Fen(1)] * 4)
    assert errors.PlanChanged(fresh).fresh == fresh
    assert errors.AlreadySettled(named_id("s")).settlement_id == named_id("s")
    assert errors.AlreadyReversed(named_id("r")).reversal_id == named_id("r")


def test_malformed_names_the_field() -> None:
    assert Malformed("input", "totalFen").path == ("input", "totalFen")
