"""The word lists say what the clerks mean by them."""

from importlib.resources import files

import pytest

from gongji.chat.intents import Relation
from gongji.chat.numerals import AMOUNT_CHARACTERS
from gongji.chat.words import words
from gongji.domain.kinship import Kinship

PARENT, CHILD, SPOUSE = Kinship.PARENT, Kinship.CHILD, Kinship.SPOUSE
SIBLING, IN_LAW = Kinship.SIBLING, Kinship.PARENT_IN_LAW


@pytest.mark.parametrize(
    ("said", "relation"),
    [
        ("老妈", Relation("妈妈", frozenset({PARENT}), is_male=False)),
        ("父亲", Relation("爸爸", frozenset({PARENT}), is_male=True)),
        ("爱人", Relation("爱人", frozenset({SPOUSE}))),
        ("媳妇", Relation("媳妇", frozenset({SPOUSE, Kinship.CHILD_IN_LAW}), is_male=False)),
        ("长子", Relation("大儿子", frozenset({CHILD}), is_male=True, rank=1)),
        ("小闺女", Relation("小女儿", frozenset({CHILD}), is_male=False, rank=-1)),
        ("老二", Relation("老二", frozenset({CHILD}), rank=2)),
        ("哥", Relation("哥哥", frozenset({SIBLING}), is_male=True, is_older=True)),
        ("妹妹", Relation("妹妹", frozenset({SIBLING}), is_male=False, is_older=False)),
        ("姥爷", Relation("外公", frozenset({Kinship.GRANDPARENT}), is_male=True)),
        ("外孙女", Relation("外孙女", frozenset({Kinship.GRANDCHILD}), is_male=False)),
        ("丈母娘", Relation("岳母", frozenset({IN_LAW}), is_male=False)),
        ("婆婆", Relation("婆婆", frozenset({IN_LAW, Kinship.GRANDPARENT}), is_male=False)),
    ],
)
def test_a_relation_is_what_people_mean_by_it(said: str, relation: Relation) -> None:
    assert words().relations[said] == relation


def test_every_kinship_has_an_everyday_word() -> None:
    assert {one for said in words().relations.values() for one in said.kinships} == set(Kinship)


def test_a_word_for_a_relative_stands_in_one_entry_only() -> None:
    text = files("gongji.chat").joinpath("words.toml").read_text(encoding="utf-8")
    listed = [
        word
        for line in text.splitlines()
        if line.startswith(("words = [", "only_mine = ["))
        for word in line.partition("[")[2].rstrip("]").replace('"', "").split(", ")
        if word in words().relations
    ]

    assert len(listed) == len(set(listed)) == len(words().relations)


def test_traditional_characters_lead_to_characters_of_the_grammar() -> None:
    grammar = files("gongji.chat").joinpath("sentences.lark").read_text(encoding="utf-8")
    used = {*grammar, *AMOUNT_CHARACTERS, *"".join(words().relations)}
    used |= set("".join([*words().never_in_names, *words().never_acts]))
    table = {chr(one): simple for one, simple in words().simplified.items()}

    assert set(table.values()) <= used
    assert not set(table) & used
