"""Pages over keys: nothing is skipped, nothing is shown twice, filters come first."""

from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from gongji.api.connections import Cursors
from gongji.api.faults import code_of
from gongji.domain.page import Key, PageOf, PageRequest
from tests.api.protocol.toy import ALL_LETTERS, LETTERS, Letter, read_letters

KEY = (datetime(2025, 3, 1, 8, 0, 0, 7, tzinfo=UTC), UUID(int=3))
EVERYTHING = Cursors("everything", (int, str, date, datetime, UUID))


@given(
    st.tuples(
        st.integers(1 - 2**53, 2**53 - 1),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
        st.dates(),
        st.datetimes(timezones=st.just(UTC)),
        st.uuids(),
    )
)
def test_a_cursor_keeps_the_key_exactly(key: Key) -> None:
    assert EVERYTHING.read(EVERYTHING.write(key)) == key


def test_a_cursor_is_opaque_and_urlsafe() -> None:
    assert set(LETTERS.write(KEY)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
    )


def sealed(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "AAAA",
        "A" * 5000,
        Cursors("others", (datetime, UUID)).write(KEY),
        sealed("[]"),
        sealed("{}"),
        sealed('[2,"letters","2025-03-01T08:00:00Z","00000000-0000-0000-0000-000000000003"]'),
        sealed('[1,"letters","2025-03-01T08:00:00Z"]'),
        sealed('[1,"letters","2025-03-01T08:00:00Z",3]'),
        sealed('[1,"letters",true,"00000000-0000-0000-0000-000000000003"]'),
        LETTERS.write(KEY).rstrip("=") + "!",
        LETTERS.write(KEY)[:40] + "\n" + LETTERS.write(KEY)[40:],
    ],
)
def test_a_cursor_of_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(GraphQLError) as refused:
        LETTERS.read(cursor)

    assert code_of(refused.value) == "BAD_CURSOR"


@pytest.mark.parametrize("part", ['"7"', "7.0", "true", "null"])
def test_a_number_in_a_cursor_is_a_whole_number(part: str) -> None:
    with pytest.raises(GraphQLError):
        Cursors("numbers", (int,)).read(sealed(f'[1,"numbers",{part}]'))


def test_a_text_in_a_cursor_is_a_text() -> None:
    with pytest.raises(GraphQLError):
        Cursors("texts", (str,)).read(sealed('[1,"texts",7]'))


def test_a_key_of_another_shape_is_a_bug() -> None:
    with pytest.raises(ValueError, match="parts"):
        LETTERS.write((UUID(int=3),))


@pytest.mark.parametrize(
    "arguments",
    [
        {"first": 0},
        {"first": -1},
        {"first": 101},
        {"last": 0},
        {"last": 101},
        {"first": 1, "last": 1},
        {"first": 1, "before": LETTERS.write(KEY)},
        {"last": 1, "after": LETTERS.write(KEY)},
        {"after": LETTERS.write(KEY), "before": LETTERS.write(KEY)},
    ],
)
def test_senseless_pages_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(GraphQLError) as refused:
        LETTERS.request(**arguments)

    assert code_of(refused.value) == "BAD_PAGE"


def test_no_arguments_mean_the_first_twenty() -> None:
    assert LETTERS.request() == PageRequest(size=20)
    assert LETTERS.request(before=LETTERS.write(KEY)) == PageRequest(20, KEY, is_backward=True)


@pytest.mark.parametrize("size", [0, 101])
def test_a_page_out_of_range_is_a_bug(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        PageRequest(size=size)


@pytest.mark.parametrize("open_only", [False, True])
@pytest.mark.parametrize("is_backward", [False, True])
@given(size=st.integers(1, 60))
def test_walking_shows_every_row_once_in_order(
    open_only: bool, is_backward: bool, size: int
) -> None:
    wanted = [letter for letter in ALL_LETTERS if letter.is_open or not open_only]
    pages: list[PageOf[Letter]] = []
    beyond = None

    while True:
        request = PageRequest(min(size, 100), beyond, is_backward=is_backward)
        page = read_letters(request, open_only=open_only)
        pages.append(page)
        if not (page.has_previous if is_backward else page.has_next):
            break
        assert len(page.rows) == size
        beyond = page.rows[0 if is_backward else -1].key

    if is_backward:
        pages.reverse()
    assert [row for page in pages for row in page.rows] == wanted
    assert not pages[0].has_previous
    assert not pages[-1].has_next
