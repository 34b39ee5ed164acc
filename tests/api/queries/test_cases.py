"""The cases of a region over HTTP: who reads them, in which order, and what they tell."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from gongji.api.ids import CASE, PERSON, PREMIUM, SETTLEMENT
from gongji.domain.case import CaseKind
from gongji.store.rows import AccessRow, CaseRow
from tests.api.conftest import Api
from tests.api.mutations.asking import shown
from tests.documents import document
from tests.world import GAR, NOON, STAFF, Person, World, key

CASES = document("dashboard/Cases")
PURANG, LHASA, ELSEWHERE = "542521", "540102", "510104"


@pytest.fixture
async def person(world: World) -> Person:
    return await world.person("王小兰", balance=1)


async def case(person: Person, **columns: Any) -> CaseRow:
    given = {
        "kind": CaseKind.REVERSAL_SUSPENDED,
        "subject_id": key(),
        "person_id": person.id,
        "region": GAR,
        "amount_fen": 300_00,
        "opened_at": NOON,
    }
    return await CaseRow.create(**{**given, **columns})


async def listed(api: Api, who: Any = STAFF, **asked: Any) -> dict[str, Any]:
    page: dict[str, Any] = (await api.as_(who).query(CASES, **asked))["cases"]
    return page


def ids_of(page: dict[str, Any]) -> list[str]:
    return [node["id"] for node in page["nodes"]]


def as_shown(*cases: CaseRow) -> list[str]:
    return [shown(CASE, one.id) for one in cases]


async def test_a_case_tells_whose_money_waits_and_why(api: Api, person: Person) -> None:
    settlement, premium = key(), key()
    held = await case(person, subject_id=settlement)
    waiting = await case(
        person,
        kind=CaseKind.PREMIUM_UNCONFIRMED,
        subject_id=premium,
        closed_at=NOON + timedelta(hours=1),
    )

    first, second = (await listed(api))["nodes"]

    assert first == {
        "id": shown(CASE, held.id),
        "kind": "REVERSAL_SUSPENDED",
        "status": "OPEN",
        "region": {"code": GAR, "name": "噶尔县"},
        "amountFen": 300_00,
        "personId": shown(PERSON, person.id),
        "personName": "王*兰",
        "premiumId": None,
        "settlementId": shown(SETTLEMENT, settlement),
        "openedAt": "2026-11-20T04:00:00Z",
        "closedAt": None,
    }
    assert (second["id"], second["status"]) == (shown(CASE, waiting.id), "CLOSED")
    assert (second["premiumId"], second["settlementId"]) == (shown(PREMIUM, premium), None)
    assert second["closedAt"] == "2026-11-20T05:00:00Z"


async def test_the_open_ones_come_first_and_pages_meet(api: Api, person: Person) -> None:
    made = [await case(person, closed_at=NOON if number % 2 else None) for number in range(6)]
    order = as_shown(*made[4::-2], *made[5::-2])

    whole = await listed(api)
    forward = await listed(api, first=4)
    rest = await listed(api, first=4, after=forward["pageInfo"]["endCursor"])
    backward = await listed(api, last=4)
    front = await listed(api, last=4, before=backward["pageInfo"]["startCursor"])

    assert ids_of(whole) == order
    assert ids_of(forward) + ids_of(rest) == order
    assert ids_of(front) + ids_of(backward) == order
    assert (forward["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_one_state_alone_with_a_page_size(api: Api, person: Person) -> None:
    closed = await case(person, closed_at=NOON)
    older, newer = await case(person), await case(person)

    page = await listed(api, status="OPEN", first=1)

    assert ids_of(page) == as_shown(newer)
    after = page["pageInfo"]["endCursor"]
    assert ids_of(await listed(api, status="OPEN", first=5, after=after)) == as_shown(older)
    assert ids_of(await listed(api, status="CLOSED")) == as_shown(closed)


@pytest.mark.parametrize(
    ("region", "seen"),
    [("540000", {GAR, PURANG, LHASA}), ("542500", {GAR, PURANG}), (PURANG, {PURANG})],
)
async def test_staff_see_their_region_and_all_within_it(
    api: Api, person: Person, region: str, seen: set[str]
) -> None:
    for where in (GAR, PURANG, LHASA, ELSEWHERE):
        await case(person, region=where)

    page = await listed(api, replace(STAFF, region=region))

    assert {node["region"]["code"] for node in page["nodes"]} == seen


async def test_nobody_else_reads_them(api: Api, world: World, person: Person) -> None:
    await case(person)
    till = await world.institution()

    for who in (
        person.actor,
        till.actor,
        replace(STAFF, roles=frozenset({"READER", "REVIEWER"})),
        replace(STAFF, region=None),
    ):
        assert (await api.as_(who).query(CASES)).codes == ["FORBIDDEN"]
    assert (await api.as_(None).query(CASES)).codes == ["UNAUTHENTICATED"]
    assert await AccessRow.all().count() == 0


async def test_who_read_them_is_recorded(api: Api, person: Person) -> None:
    one = await case(person)

    await listed(api)

    (access,) = await AccessRow.all()
    assert (access.record_id, access.person_id) == (one.id, person.id)
    assert UUID(access.actor["subject"]) == STAFF.subject
