"""The words of the mini-program: Tibetan says nothing that Chinese does not, in the same places."""

import json
import re

from tests import readme

_WORDS = readme.ROOT / "frontend_stub" / "miniprogram" / "i18n"
_PLACE = re.compile(r"\{(\w+)\}")


def words(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((_WORDS / f"{language}.json").read_text(encoding="utf-8"))
    return found


CHINESE, TIBETAN = words("zh-CN"), words("bo")


def test_tibetan_has_no_words_of_its_own_and_keeps_their_order() -> None:
    assert list(TIBETAN) == [name for name in CHINESE if name in TIBETAN]


def test_what_is_put_into_a_sentence_is_put_into_the_tibetan_one_too() -> None:
    for name, text in TIBETAN.items():
        assert set(_PLACE.findall(text)) == set(_PLACE.findall(CHINESE[name])), name


def test_tibetan_is_written_in_tibetan() -> None:
    for name, text in TIBETAN.items():
        plain = _PLACE.sub("", text).replace(" ", "")
        assert plain, name
        assert all("\u0f00" <= one <= "\u0fff" for one in plain), name


def test_no_text_is_empty() -> None:
    assert [name for name, text in (CHINESE | TIBETAN).items() if not text.strip()] == []
