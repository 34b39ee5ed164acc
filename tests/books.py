"""The books check as tests ask for it."""

from gongji.domain.books import Difference
from gongji.usecases.check_books import check_books


async def differences() -> list[Difference]:
    """Check the books of this test's database and list what does not agree."""
    found: list[Difference] = []
    checked = await check_books(tell=found.append)
    assert checked.differences_counted == len(found)
    return found


async def expect_right_books() -> None:
    """Check that nothing in the books disagrees; a failure lists what does."""
    assert list(map(str, await differences())) == []
