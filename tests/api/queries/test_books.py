"""The last check of the books, as staff sees it over HTTP."""

from dataclasses import replace

import pytest

from gongji.store.rows import PersonalAccountRow
from tests.api.conftest import Api
from tests.books import differences, expect_right_books
from tests.documents import document
from tests.world import STAFF, World

BOOKS = document("dashboard/BooksCheck")


async def test_a_reader_of_the_province_sees_the_last_check(api: Api, world: World) -> None:
    await world.person(balance=100_00)
    await expect_right_books()
    right = (await api.as_(STAFF).query(BOOKS))["booksCheck"]
    await PersonalAccountRow.all().update(balance_fen=1, entry_no=7)
    await differences()

    wrong = (await api.as_(STAFF).query(BOOKS))["booksCheck"]

    assert (right["isRight"], right["differences"]) == (True, [])
    assert (right["settlements"], right["premiums"], right["transfers"]) == (0, 0, 1)
    assert not wrong["isRight"]
    assert wrong["checkedAt"] > right["checkedAt"]
    assert wrong["differences"] == [
        {"code": "ACCOUNT_BALANCE", "message": "账户余额与全部记账之和不符。", "counted": 1},
        {"code": "ACCOUNT_ENTRIES", "message": "账户的明细笔数不符。", "counted": 1},
    ]


@pytest.mark.parametrize(
    "changed", [{"region": "542500"}, {"region": None}, {"roles": frozenset({"SETTLER"})}]
)
async def test_other_staff_may_not_ask(api: Api, world: World, changed: dict[str, object]) -> None:
    await expect_right_books()

    answer = await api.as_(replace(STAFF, **changed)).query(BOOKS)  # type: ignore[arg-type]

    assert answer.codes == ["FORBIDDEN"]


async def test_before_the_first_check_there_is_nothing(api: Api, world: World) -> None:
    answer = await api.as_(STAFF).query(BOOKS)

    assert answer["booksCheck"]["reasons"][0]["code"] == "NOT_FOUND"


async def test_nobody_but_staff_may_ask(api: Api, world: World) -> None:
    person = await world.person()
    till = await world.institution()

    assert (await api.as_(person.actor).query(BOOKS)).codes == ["FORBIDDEN"]
    assert (await api.as_(till.actor).query(BOOKS)).codes == ["FORBIDDEN"]
    assert (await api.as_(None).query(BOOKS)).codes == ["UNAUTHENTICATED"]
