"""Request keys: what makes two requests the same, and problems that are stored and read back."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.errors import (
    AlreadyReversed,
    AlreadySettled,
    Code,
    Forbidden,
    FreshPlan,
    PlanChanged,
    Problem,
    Reason,
    Refusal,
    RequestIdReused,
    StaleOrder,
    Unavailable,
)
from gongji.domain.money import Fen
from gongji.store.request_keys import (
    StoredKey,
    canonical,
    is_answer,
    make_key,
    read_problem,
    write_problem,
)
from tests.world import KEY_RING

ACTOR = Actor(ActorKind.TILL, UUID(int=1), Channel.TILL)


@dataclass(frozen=True)
class Naming:
    """A request with a name and a set."""

    request_id: UUID
    name: str
    wanted: frozenset[str] = frozenset()
    amount: int = 0


REQUEST_ID = uuid4()


def hash_of(request: Naming, operation: str = "name") -> str:
    return make_key(operation, request, ACTOR, KEY_RING).request_hash


@pytest.mark.parametrize(
    ("one", "other"),
    [("\u00e9", "e\u0301"), ("\u0f43", "\u0f42\u0fb7"), ("\uac00", "\u1100\u1161")],
)
def test_two_ways_to_write_a_name_are_one_request(one: str, other: str) -> None:
    assert one != other
    assert hash_of(Naming(REQUEST_ID, one)) == hash_of(Naming(REQUEST_ID, other))


@pytest.mark.parametrize("name", ["王小兰", "བསོད་ནམས་", "𠮷𡈽", "𰻝"])
def test_names_of_every_script_are_hashed(name: str) -> None:
    assert hash_of(Naming(REQUEST_ID, name)) != hash_of(Naming(REQUEST_ID, name[:-1]))
    assert name.encode() in canonical("name", Naming(REQUEST_ID, name))


def test_the_order_of_a_set_makes_no_difference() -> None:
    one, other = (Naming(REQUEST_ID, "a", frozenset(s)) for s in (["x", "y"], ["y", "x"]))
    assert hash_of(one) == hash_of(other)


def test_another_amount_or_operation_is_another_request() -> None:
    same = Naming(REQUEST_ID, "a")
    assert hash_of(same) != hash_of(Naming(REQUEST_ID, "a", amount=1))
    assert hash_of(same) != hash_of(same, "rename")


def test_amounts_above_2_to_the_31_are_hashed_exactly() -> None:
    one, other = (Naming(REQUEST_ID, "a", amount=2**53 - n) for n in (1, 2))
    assert hash_of(one) != hash_of(other)


def test_a_key_belongs_to_the_actor_not_to_the_token() -> None:
    request = Naming(REQUEST_ID, "a")
    again = Actor(ActorKind.TILL, UUID(int=1), Channel.TILL, operator="02", token_id="t2")
    other = Actor(ActorKind.TILL, UUID(int=2), Channel.TILL)
    keys = [make_key("name", request, actor, KEY_RING).id for actor in (ACTOR, again, other)]
    assert keys[0] == keys[1] != keys[2]


ANSWERS = [
    Refusal(Reason(Code.NAME_FORM, ("name",)), Reason(Code.SELF_INVITATION)),
    StaleOrder(3, (UUID(int=1), UUID(int=2))),
    PlanChanged(FreshPlan("p", Fen(1), Fen(2), Fen(2**40), Fen(0))),
    AlreadySettled(UUID(int=5)),
    AlreadyReversed(UUID(int=6)),
]


@pytest.mark.parametrize("problem", ANSWERS, ids=lambda p: p.code)
def test_a_problem_is_read_back_as_it_was(problem: Problem) -> None:
    read = read_problem(write_problem(problem))

    assert type(read) is type(problem)
    assert vars(read) == vars(problem)


def test_what_is_no_answer_is_not_stored() -> None:
    assert not any(map(is_answer, (Forbidden(), Unavailable(), RequestIdReused())))
    with pytest.raises(ValueError, match="no answer"):
        write_problem(Unavailable())


def test_a_stored_key_answers_its_own_request_only() -> None:
    key = make_key("name", Naming(REQUEST_ID, "a"), ACTOR, KEY_RING)
    result = UUID(int=9)
    stored = StoredKey("name", key.request_hash, {"id": str(result)})

    assert stored.answer_to(key) == result
    with pytest.raises(RequestIdReused):
        StoredKey("other", key.request_hash, {"id": str(result)}).answer_to(key)
    with pytest.raises(RequestIdReused):
        StoredKey("name", "another hash", {"id": str(result)}).answer_to(key)
