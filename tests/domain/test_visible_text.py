"""Free text keeps what shows something, whatever was typed or pasted around it."""

import pytest

from gongji.domain.identity import has_invisible, is_invisible, visible_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("本人申请", "本人申请"),
        ("  本人\t到窗口\r\n申请\u3000", "本人 到窗口 申请"),
        ("\u202e本人\u200b申请\ufeff", "本人申请"),
        ("本人\x00申请\x1b", "本人申请"),
        ("བསྟན་འཛིན 𠮷", "བསྟན་འཛིན 𠮷"),
        ("\u200b \u2060", ""),
        ("", ""),
    ],
)
def test_what_shows_nothing_is_left_out(typed: str, kept: str) -> None:
    assert visible_text(typed) == kept


def test_leaving_out_again_changes_nothing() -> None:
    once = visible_text(" a\u200b \u200b b ")

    assert visible_text(once) == once


@pytest.mark.parametrize("around", ["", "a", "本人"])
def test_a_text_has_what_one_of_its_characters_is(around: str) -> None:
    characters = [chr(number) for number in range(0x300)]

    found = [has_invisible(around + one + around) for one in characters]

    assert found == [is_invisible(one) for one in characters]
    assert True in found[:128]
    assert not has_invisible(around)
