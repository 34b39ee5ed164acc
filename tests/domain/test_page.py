"""Pages: what is asked for and what came back."""

import pytest

from gongji.domain.page import MAX_PAGE, PageOf, PageRequest


@pytest.mark.parametrize("size", [0, -1, MAX_PAGE + 1])
def test_a_page_has_1_to_100_rows(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        PageRequest(size)


def test_one_row_more_than_shown_is_read() -> None:
    assert PageRequest(MAX_PAGE).fetch == 101


@pytest.mark.parametrize(
    ("request_", "found", "page"),
    [
        (PageRequest(2), [1, 2, 3], PageOf((1, 2), has_next=True, has_previous=False)),
        (PageRequest(2), [1, 2], PageOf((1, 2), has_next=False, has_previous=False)),
        (PageRequest(2), [], PageOf((), has_next=False, has_previous=False)),
        (PageRequest(2, (1,)), [2, 3, 4], PageOf((2, 3), has_next=True, has_previous=True)),
        (
            PageRequest(2, is_backward=True),
            [9, 8, 7],
            PageOf((8, 9), has_next=False, has_previous=True),
        ),
        (
            PageRequest(2, (9,), is_backward=True),
            [8, 7],
            PageOf((7, 8), has_next=True, has_previous=False),
        ),
    ],
)
def test_a_page_is_cut_in_the_lists_own_order(
    request_: PageRequest, found: list[int], page: PageOf[int]
) -> None:
    assert PageOf.cut(found, request_) == page
