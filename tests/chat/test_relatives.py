"""Whom a word or a name means, and whom it does not."""

from datetime import date

import pytest

from gongji.chat.intents import Whom
from gongji.chat.relatives import fitting
from gongji.chat.words import words
from gongji.domain.binding import BindingStatus
from gongji.domain.kinship import Kinship
from gongji.usecases.views.relatives import Relative, RelativeSide
from tests.builders import named_id

SHARER, BENEFICIARY = RelativeSide.SHARER, RelativeSide.BENEFICIARY


def relative(
    name: str,
    kinship: Kinship,
    *,
    side: RelativeSide = BENEFICIARY,
    male: bool = True,
    born: int = 1990,
    older: bool = False,
    status: BindingStatus = BindingStatus.ACTIVE,
) -> Relative:
    return Relative(
        binding_id=named_id(f"binding/{name}/{side}"),
        person_id=named_id(name),
        side=side,
        name=name,
        kinship=kinship,
        status=status,
        is_male=male,
        born_on=date(born, 1, 1),
        is_older=older,
    )


FAMILY = (
    relative("王大山", Kinship.PARENT, born=1950, older=True),
    relative("张秀英", Kinship.PARENT, male=False, born=1952, older=True),
    relative("王大明", Kinship.CHILD, born=2001),
    relative("王中明", Kinship.CHILD, born=2003),
    relative("王小明", Kinship.CHILD, born=2005),
    relative("王小红", Kinship.CHILD, male=False, born=2002),
    relative("王哥", Kinship.SIBLING, born=1970, older=True),
    relative("王弟", Kinship.SIBLING, born=1990),
    relative("李梅", Kinship.SPOUSE, male=False),
    relative("李梅", Kinship.SPOUSE, male=False, side=SHARER),
)


def meant(word: str, **asked: object) -> list[str]:
    whom = Whom(relation=words().relations[word])
    return [one.name for one in fitting(FAMILY, whom, **asked)]  # type: ignore[arg-type]


WORDS = {
    "爸爸": ["王大山"],
    "妈妈": ["张秀英"],
    "儿子": ["王大明", "王中明", "王小明"],
    "大儿子": ["王大明"],
    "二儿子": ["王中明"],
    "小儿子": ["王小明"],
    "女儿": ["王小红"],
    "哥哥": ["王哥"],
    "弟弟": ["王弟"],
    "姐姐": [],
    "老婆": ["李梅", "李梅"],
    "老公": [],
    "爷爷": [],
}


@pytest.mark.parametrize("word", WORDS)
def test_a_word_means_whom_it_says(word: str) -> None:
    assert meant(word) == WORDS[word]


def test_the_side_and_the_state_choose() -> None:
    assert meant("老婆", side=SHARER) == ["李梅"]
    assert meant("老婆", among=[BindingStatus.PAUSED]) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [("王大明", ["王大明"]), ("王大", []), ("王大明明", []), ("張秀英", []), ("王*明", [])],
)
def test_a_name_is_meant_as_a_whole(name: str, found: list[str]) -> None:
    assert [one.name for one in fitting(FAMILY, Whom(name=name))] == found


def test_a_word_with_a_name_means_both() -> None:
    son = words().relations["儿子"]

    assert [x.name for x in fitting(FAMILY, Whom(son, "王小明"))] == ["王小明"]
    assert fitting(FAMILY, Whom(son, "王小红")) == ()


def test_nobody_named_means_everybody_of_the_side() -> None:
    assert len(fitting(FAMILY, None, side=BENEFICIARY)) == 9


def test_no_name_shows_in_a_repr() -> None:
    assert "王大山" not in repr(FAMILY[0])
    assert FAMILY[0].masked == "王*山"
