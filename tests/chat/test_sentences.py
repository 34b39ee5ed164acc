"""The chat understands the labelled sentences, and acts on none that must not act."""

from collections.abc import Iterator
from typing import Any, Final, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark.grammar import NonTerminal

from gongji.chat import understanding
from gongji.chat.intents import (
    Ambiguous,
    Balance,
    EndBinding,
    Help,
    Invite,
    NotUnderstood,
    Pause,
    Topic,
    Whom,
    Wish,
)
from gongji.chat.typed import Typed
from gongji.chat.understanding import LONGEST_SENTENCE, decide, derivations, understand
from gongji.chat.words import words
from gongji.domain.conversation import MOST_MESSAGE_CHARACTERS
from gongji.domain.errors import Code
from tests.chat.labelled import TODAY, Label, label, lines, may_act, said, understood

SENTENCES: Final = lines("sentences.jsonl")
NOT_COMMANDS: Final = lines("not_commands.jsonl")
ACTS: Final = {act.__name__ for act in get_args(Wish)}
ACTING: Final = [line["text"] for line in SENTENCES if line["intent"] in {*ACTS, "Ambiguous"}]

TURNS: Final = ("不", "别", "没", "如果", "要是", "吗", "？", "了", "“")
"""What turns a command into something else, wherever it stands."""

ABOUT: Final[dict[Topic, str]] = {
    Topic.BALANCE: "Balance",
    Topic.SHARERS: "Sharers",
    Topic.BENEFICIARIES: "Beneficiaries",
    Topic.INVITE: "Help",
    Topic.ANSWER: "Accept",
    Topic.ORDER: "Reorder",
    Topic.QUOTE: "Quote",
    Topic.LAST_BILL: "LastBill",
    Topic.WHY_NOT_USED: "WhyNotUsed",
    Topic.STATEMENT: "Statement",
    Topic.PREMIUM: "PayPremium",
    Topic.REFUND: "RefundPremium",
    Topic.WITHDRAW: "Withdraw",
    Topic.END: "EndBinding",
    Topic.PAUSE: "Pause",
    Topic.LIMIT: "SetLimit",
    Topic.RESERVE: "SetReserve",
}


OF_NO_TOPIC: Final = ("Thanks", "Contact")


def test_every_labelled_sentence_is_understood_as_labelled() -> None:
    wrong = [
        (line, label(understood(line["text"])))
        for line in SENTENCES
        if label(understood(line["text"])) != said(line)
    ]

    assert wrong == []
    assert len({line["text"] for line in SENTENCES}) == len(SENTENCES) >= 400


def test_no_sentence_that_must_not_act_acts() -> None:
    acting = [line for line in NOT_COMMANDS if may_act(understood(line["text"]))]

    assert acting == []
    assert len({line["text"] for line in NOT_COMMANDS}) == len(NOT_COMMANDS) >= 200


def test_every_intent_is_labelled_and_every_reason_not_to_act() -> None:
    labelled = {line["intent"] for line in SENTENCES}

    assert labelled == {*ABOUT.values(), "Invite", "Decline", "Resume", "Ambiguous", *OF_NO_TOPIC}
    assert {line["why"] for line in NOT_COMMANDS} == {
        *("negation", "condition", "past", "quotation", "question", "several"),
        *("changed digit", "incomplete", "unclear amount", "other talk"),
    }


def grammar_alone_acts(text: str) -> bool:
    """Tell whether the grammar would act on a text if nothing else looked at it."""
    readings, _ = understanding._readings(Typed.of(text), TODAY)
    return any(may_act(reading) for reading in readings)


@pytest.mark.parametrize("turn", TURNS)
def test_a_command_that_is_turned_anywhere_acts_no_more(turn: str) -> None:
    turned = [
        text[:at] + turn + text[at:]
        for text in ACTING[TURNS.index(turn) :: 90]
        for at in range(len(text) + 1)
    ]

    assert turned
    assert [text for text in turned if grammar_alone_acts(text)] == []


@settings(max_examples=200, deadline=None, database=None)
@given(text=st.sampled_from(ACTING), turn=st.sampled_from(TURNS), drawn=st.data())
def test_any_turned_command_acts_no_more(text: str, turn: str, drawn: st.DataObject) -> None:
    at = drawn.draw(st.integers(0, len(text)))

    assert not may_act(understand(text[:at] + turn + text[at:], TODAY))


@settings(max_examples=100, deadline=None, database=None)
@given(
    first=st.sampled_from(ACTING), second=st.sampled_from(ACTING), between=st.sampled_from(" ，。;")
)
def test_two_commands_in_one_message_act_neither(first: str, second: str, between: str) -> None:
    intent = understand(first + between + second, TODAY)

    assert not may_act(intent) or label(intent)["intent"] == "Reorder"  # 先用妈妈的，再用爸爸的


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_sentence_would_not_act_even_if_the_grammar_let_it(turn: str) -> None:
    readings = (EndBinding(), Pause())

    assert decide(Typed.of("解除绑定"), readings[:1]) == EndBinding()
    assert isinstance(decide(Typed.of(f"解除{turn}绑定"), readings[:1]), NotUnderstood)
    assert isinstance(decide(Typed.of(f"{turn}停止共济"), readings), NotUnderstood)


@pytest.mark.parametrize(
    "readings", [(Balance(), Pause()), (Pause(), Balance()), (Balance(), Help())]
)
def test_a_question_beside_another_meaning_is_neither_dropped_nor_answered(
    readings: tuple[Any, ...],
) -> None:
    assert isinstance(decide(Typed.of("停止共济"), readings), NotUnderstood)


def terminals_of(rule: str) -> Iterator[Any]:
    """Return the terminals that a rule of the grammar reaches, but for those of the word lists."""
    parser = understanding._parser()
    reached, waiting = {rule}, [rule]
    while waiting:
        origin = waiting.pop()
        for one in parser.rules:
            if one.origin.name != origin:
                continue
            for symbol in one.expansion:
                if symbol.name not in reached:
                    reached.add(symbol.name)
                    if isinstance(symbol, NonTerminal):
                        waiting.append(symbol.name)
    generated = {"NAME_CHARACTER", "RELATION", "ANY_RELATION", "AMOUNT_CHARACTER"}
    return (one for one in parser.terminals if one.name in reached - generated)


def test_no_word_of_a_sentence_that_acts_denies_supposes_asks_or_quotes() -> None:
    patterns = [terminal.pattern.value for terminal in terminals_of("act")]
    marks = words().never_acts - {"?"}  # which is a sign of the patterns themselves

    assert len(patterns) > 50
    assert [(mark, one) for one in patterns for mark in marks if mark in one] == []


def test_every_rule_of_the_grammar_has_a_meaning() -> None:
    names = {rule.alias or rule.origin.name for rule in understanding._parser().rules}
    meant = {name for name in names if not name.startswith("_")} - {"start", "act", "ask"}

    assert {name for name in meant if name not in vars(understanding._Meaning)} == set()


def test_no_labelled_sentence_can_be_derived_in_many_ways() -> None:
    sentences = [line["text"] for line in SENTENCES[::5]]

    assert max(len(derivations(Typed.of(text))) for text in sentences) <= 2


@pytest.mark.parametrize("topic", Topic)
def test_what_is_suggested_is_understood(topic: Topic) -> None:
    assert type(understood(words().example(topic))).__name__ == ABOUT[topic]


@pytest.mark.parametrize("topic", Topic)
def test_what_is_suggested_is_understood_about_any_relative(topic: Topic) -> None:
    for relation in words().plain_relations:
        said = understood(words().example(topic, relation.word))

        assert type(said).__name__ == ABOUT[topic]
        assert getattr(said, "whom", None) in {None, Whom(relation)}


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("我不想再和妈妈共济了，解除吧", Topic.END),
        ("妈妈第一", Topic.ORDER),
        ("给妈妈设每月三百多元的限额", Topic.LIMIT),
        ("替孩子缴费", Topic.PREMIUM),
        ("今天天气怎么样", Topic.BALANCE),
    ],
)
def test_what_is_not_understood_gets_a_fitting_suggestion(text: str, suggested: Topic) -> None:
    intent = understood(text)

    assert isinstance(intent, NotUnderstood)
    assert intent.suggestions[0] is suggested
    assert len(intent.suggestions) <= 3


@pytest.mark.parametrize(
    ("id_number", "why"),
    [
        ("542599196003150245", Code.ID_NUMBER_CHECK_DIGIT),
        ("542599196013150244", Code.ID_NUMBER_DATE),
        ("54259919600315024", Code.ID_NUMBER_FORM),
    ],
)
def test_an_invitation_with_a_wrong_number_says_what_is_wrong(id_number: str, why: Code) -> None:
    intent = understood(f"邀请妈妈王秀英{id_number}")

    assert isinstance(intent, NotUnderstood)
    assert intent.why is why
    assert intent.suggestions[0] is Topic.INVITE


def test_the_id_number_of_an_invitation_shows_in_no_repr() -> None:
    intent = understood("邀请妈妈王秀英542599196003150244")

    assert isinstance(intent, Invite)
    assert "0244" not in repr(intent)


@pytest.mark.parametrize("name", ["歐陽麗", "𠮷田氏", "扎西·次仁", "བཀྲ་ཤིས", "王\u2003秀英"])
def test_a_name_is_reported_as_typed(name: str) -> None:
    intent = understood(f"解除和{name}的綁定")

    assert intent == EndBinding(Whom(name=name.replace("\u2003", " ")))


def test_a_sentence_with_two_meanings_is_asked_about() -> None:
    assert understood("停止共济") == Ambiguous((EndBinding(), Pause()))


@pytest.mark.parametrize(
    ("text", "intent"),
    [("", NotUnderstood), ("  ", NotUnderstood), ("余额", Balance), ("？", Help)],
)
def test_a_message_of_few_characters_is_no_special_case(text: str, intent: type) -> None:
    assert isinstance(understood(text), intent)


def test_a_message_that_is_too_long_is_not_read() -> None:
    long = "余额" + "\u200b" * MOST_MESSAGE_CHARACTERS

    assert isinstance(understood(long), NotUnderstood)
    assert isinstance(understood(long[:MOST_MESSAGE_CHARACTERS]), Balance)
    assert derivations(Typed.of("请" * (LONGEST_SENTENCE + 1))) == []


def test_the_longest_labelled_sentence_is_read_with_room_to_spare() -> None:
    assert max(len(line["text"]) for line in SENTENCES) < LONGEST_SENTENCE / 2


def test_labels_hold_nothing_but_their_slots() -> None:
    slots: Label = {slot: None for line in SENTENCES for slot in line}

    assert set(slots) == {
        *("text", "intent", "whom", "other", "place", "relation", "name", "id_number"),
        *("amount", "period", "year", "month", "topic", "readings"),
    }
