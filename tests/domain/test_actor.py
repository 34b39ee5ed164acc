"""Who asks, and what is written of it."""

from gongji.domain.actor import REGISTRY
from tests.builders import actor, named_id, staff, till


def test_keys_belong_to_the_subject_and_not_to_the_token() -> None:
    assert actor(token_id="1").key == actor(token_id="2").key
    assert len({actor().key, till().key, staff().key, actor("A").key}) == 4


def test_a_till_and_a_person_of_one_id_have_keys_of_their_own() -> None:
    assert actor("same").key != till("same").key


def test_a_guardian_acts_for_the_ward() -> None:
    assert actor("A").person_id == named_id("A")
    assert actor("A", acting_for=named_id("child")).person_id == named_id("child")


def test_the_record_says_all_but_the_roles_and_what_is_not_there() -> None:
    assert till(roles=frozenset({"CLERK"})).record() == {
        "kind": "TILL",
        "subject": str(named_id("hospital")),
        "channel": "TILL",
        "operator": "0007",
    }
    assert REGISTRY.record()["kind"] == "SYSTEM"
