"""Whatever is typed: nothing is raised, nothing acts by accident, and the work is bounded."""

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gongji.chat.intents import Ambiguous, Intent
from gongji.chat.typed import clean_message, masked
from gongji.chat.understanding import understand
from gongji.chat.words import words
from tests.chat.labelled import TODAY, label, lines, may_act

FUZZ: Final = settings(max_examples=100, deadline=None, database=None)

NEEDED: Final = {
    "Invite": ("邀", "添加", "绑定", "新增", "授权", "开通", "开共济", "办", "加"),
    "Accept": ("接受", "同意", "答应", "通过"),
    "Decline": ("拒绝", "谢绝", "推掉", "回绝"),
    "Reorder": ("第一", "第1", "最", "末", "首", "头一个", "前", "先"),
    "PayPremium": ("交", "缴", "付"),
    "RefundPremium": ("退",),
    "Withdraw": ("撤", "收回", "取消"),
    "EndBinding": ("解", "取消", "结束", "终止", "断开", "停", "关", "删", "移除"),
    "Pause": ("停", "关"),
    "Resume": ("恢复", "重新", "重启", "继续"),
    "SetLimit": ("限", "上限", "额度", "最", "只"),
    "SetReserve": ("留", "保底", "最低余额"),
}
"""A word without which an intent cannot have been meant."""

TEXTS: Final = [
    line["text"] for name in ("sentences", "not_commands") for line in lines(f"{name}.jsonl")
]
PIECES: Final = sorted({text[at : at + 2] for text in TEXTS for at in range(len(text) - 1)})


def wanted_by_the_text(text: str, intent: Intent) -> bool:
    """Tell, without the grammar, whether a text holds what it is said to ask for."""
    plain = text.translate(words().simplified)
    readings = intent.readings if isinstance(intent, Ambiguous) else (intent,)
    kinds = [label(reading)["intent"] for reading in readings]
    return all(any(word in plain for word in NEEDED[kind]) for kind in kinds)


@FUZZ
@given(text=st.text(max_size=520))
@example(text="\ufe0e\ufe0e")
@example(text="\ufe0f\u200d🔥")
def test_no_text_raises_or_acts(text: str) -> None:
    assert not may_act(understand(text, TODAY))
    assert masked(masked(text)) == masked(text)
    assert clean_message(clean_message(text)) == clean_message(text)


@FUZZ
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12))
def test_random_pieces_of_sentences_act_only_on_what_they_say(pieces: list[str]) -> None:
    text = "".join(pieces)
    intent = understand(text, TODAY)

    assert not may_act(intent) or wanted_by_the_text(text, intent)


@FUZZ
@given(text=st.sampled_from(TEXTS), drawn=st.data())
def test_a_sentence_with_a_slip_acts_only_on_what_it_says(text: str, drawn: st.DataObject) -> None:
    at = drawn.draw(st.integers(0, len(text)))
    until = drawn.draw(st.integers(at, min(len(text), at + 3)))
    typed = text[:at] + drawn.draw(st.sampled_from(["", *PIECES])) + text[until:]
    intent = understand(typed, TODAY)

    assert not may_act(intent) or wanted_by_the_text(typed, intent)


def steps(work: Callable[[], Any]) -> int:
    """Count the Python functions that some work calls."""
    count = 0

    def count_calls(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(count_calls)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


GROWING: Final[dict[str, Callable[[int], str]]] = {
    "name": lambda n: "解除和" + "王" * n + "的绑定",
    "two names": lambda n: "把" + "王" * (n // 2) + "排在" + "李" * (n // 2) + "前面",
    "unfinished name": lambda n: "邀请妈妈" + "王" * n,
    "amount": lambda n: "至少留" + "9" * n,
    "numeral": lambda n: "给妈妈设" + "三" * n + "的限额",
    "number": lambda n: "邀请妈妈王秀英" + "1 " * (n // 2),
    "politeness": lambda n: "请" * n,
    "relatives": lambda n: "妈妈" * (n // 2),
    "brackets": lambda n: "解除和妈妈" + "(" * n,
    "one": lambda n: "一" * n,
}
"""Texts made to be hard, by their length."""


@pytest.mark.parametrize("kind", GROWING)
def test_the_work_grows_with_the_length_and_ends_at_a_bound(kind: str) -> None:
    text = GROWING[kind]
    understand("余额", TODAY)
    work = {n: steps(partial(understand, text(n), TODAY)) for n in (26, 52, 104, 480)}

    assert work[104] - work[52] <= 2.5 * (work[52] - work[26]) + 2_000
    assert max(work.values()) < 300_000
    assert work[480] < 10_000
