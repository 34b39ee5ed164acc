"""The own account's entries, what relatives drew, and the orders there were, over HTTP."""

from dataclasses import dataclass
from typing import Any

import pytest

from gongji.api import ids
from gongji.api.ids import BINDING, PERSON, SETTLEMENT
from gongji.domain.events import EventKind
from gongji.domain.institution import InstitutionKind
from gongji.domain.ledger import CauseKind
from gongji.domain.money import Fen
from gongji.store.rows import OrderVersionRow, TransferRow
from gongji.usecases.reverse import ReverseSettlement
from tests.api.conftest import Api
from tests.bills import bill, reverse_settlement, settle_bill, settling
from tests.builders import line
from tests.documents import document
from tests.world import NOON, STAFF, Person, Place, World, key

MOVEMENTS = document("mini_program/Movements")
DRAWS = document("mini_program/SharedDraws")
HISTORY = document("mini_program/OrderHistory")


@dataclass
class Pair:
    """A sharer and a beneficiary without money of her own, and a pharmacy."""

    sharer: Person
    beneficiary: Person
    binding: str
    pharmacy: Place


@pytest.fixture
async def pair(world: World) -> Pair:
    await world.policy()
    sharer = await world.person("王小兰", balance=300_00)
    beneficiary = await world.person("卓玛", balance=10_00)
    binding = await world.bind(sharer, beneficiary, position=1)
    place = await world.institution(InstitutionKind.PHARMACY, name="象雄大药房")
    return Pair(sharer, beneficiary, ids.encode(BINDING, binding), place)


async def settle_and_reverse(world: World, pair: Pair) -> tuple[str, str]:
    """Settle 50 yuan twice; the second settlement is reversed."""
    lines = (line(Fen(50_00)),)
    made = []
    for number in ("1", "2"):
        request = settling(pair.beneficiary, bill(number, share=50_00, lines=lines))
        done = await settle_bill(request, pair.pharmacy.actor, world.ports)
        made.append(done.settlement.id)
    await reverse_settlement(ReverseSettlement(key(), made[1]), pair.pharmacy.actor, world.ports)
    return ids.encode(SETTLEMENT, made[0]), ids.encode(SETTLEMENT, made[1])


def entries(page: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(n["entryNo"], n["kind"], n["amountFen"], n["balanceAfterFen"]) for n in page["nodes"]]


async def test_the_sharer_sees_every_entry_of_the_own_account(
    api: Api, world: World, pair: Pair
) -> None:
    await settle_and_reverse(world, pair)

    page = (await api.as_(pair.sharer.actor).query(MOVEMENTS))["movements"]

    assert entries(page) == [
        (4, "SHARED_REVERSED", 50_00, 260_00),
        (3, "SHARED", -50_00, 210_00),
        (2, "SHARED", -40_00, 260_00),
        (1, "OPENING", 300_00, 300_00),
    ]
    assert {one["settlementId"] for one in page["nodes"]} == {None}


async def test_own_bills_name_their_settlement(api: Api, world: World, pair: Pair) -> None:
    first, _ = await settle_and_reverse(world, pair)

    page = (await api.as_(pair.beneficiary.actor).query(MOVEMENTS))["movements"]

    assert entries(page) == [(2, "OWN", -10_00, 0), (1, "OPENING", 10_00, 10_00)]
    assert page["nodes"][0]["settlementId"] == first


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (CauseKind.CONTRIBUTION, "CONTRIBUTION"),
        (CauseKind.PREMIUM, "PREMIUM"),
        (CauseKind.PREMIUM_REFUND, "PREMIUM_REFUNDED"),
    ],
)
async def test_contributions_and_premiums_are_entries_too(
    api: Api, world: World, pair: Pair, cause: CauseKind, kind: str
) -> None:
    account_id = pair.sharer.account_id
    await TransferRow.create(
        debit_account_id=key(),
        credit_account_id=account_id,
        amount_fen=7_00,
        cause_kind=cause,
        cause_id=key(),
        business_day=NOON.date(),
        booked_at=NOON,
        account_id=account_id,
        entry_no=2,
        balance_after_fen=307_00,
    )

    page = (await api.as_(pair.sharer.actor).query(MOVEMENTS, first=1))["movements"]

    assert entries(page) == [(2, kind, 7_00, 307_00)]
    assert page["pageInfo"]["hasNextPage"]


async def test_pages_of_entries_join_in_both_directions(api: Api, world: World, pair: Pair) -> None:
    await settle_and_reverse(world, pair)
    asking = api.as_(pair.sharer.actor)

    first = (await asking.query(MOVEMENTS, first=3))["movements"]
    rest = (await asking.query(MOVEMENTS, after=first["pageInfo"]["endCursor"]))["movements"]
    back = await asking.query(MOVEMENTS, last=2, before=rest["pageInfo"]["startCursor"])

    assert [one["entryNo"] for one in first["nodes"] + rest["nodes"]] == [4, 3, 2, 1]
    assert [one["entryNo"] for one in back["movements"]["nodes"]] == [3, 2]


async def test_a_draw_tells_when_kind_of_place_county_and_amount(
    api: Api, world: World, pair: Pair
) -> None:
    await settle_and_reverse(world, pair)

    page = (await api.as_(pair.sharer.actor).query(DRAWS))["sharedDraws"]

    assert page["nodes"] == [
        {
            "bindingId": pair.binding,
            "beneficiaryName": "卓*",
            "amountFen": amount,
            "businessDay": "2026-11-20",
            "settledAt": "2026-11-20T04:00:00Z",
            "place": "PHARMACY",
            "county": {"code": "542523", "name": "噶尔县"},
            "reversedAt": reversed_at,
        }
        for amount, reversed_at in ((50_00, "2026-11-20T04:00:00Z"), (40_00, None))
    ]


async def test_the_beneficiary_has_drawn_nothing_of_her_own(
    api: Api, world: World, pair: Pair
) -> None:
    await settle_and_reverse(world, pair)

    page = (await api.as_(pair.beneficiary.actor).query(DRAWS))["sharedDraws"]

    assert page["nodes"] == []


async def order(world: World, pair: Pair, version: int, *bindings: str, is_set: bool) -> None:
    await OrderVersionRow.create(
        beneficiary_id=pair.beneficiary.id,
        version=version,
        changed_at=NOON,
        cause=EventKind.ORDER_CHANGED if is_set else EventKind.INVITATION_ACCEPTED,
        is_set=is_set,
        binding_ids=[str(ids.decode(BINDING, one)) for one in bindings],
        actor={},
    )


async def test_the_history_of_orders_has_ranks_only_where_one_was_set(
    api: Api, world: World, pair: Pair
) -> None:
    other = ids.encode(
        BINDING,
        await world.bind(await world.person("扎西", balance=0), pair.beneficiary, position=2),
    )
    await order(world, pair, 1, pair.binding, other, is_set=False)
    await order(world, pair, 2, other, pair.binding, is_set=True)

    page = (await api.as_(pair.beneficiary.actor).query(HISTORY))["orderHistory"]

    assert [(one["version"], one["cause"], one["isSet"]) for one in page["nodes"]] == [
        (2, "ORDER_CHANGED", True),
        (1, "INVITATION_ACCEPTED", False),
    ]
    assert [(s["rank"], s["sharerName"]) for one in page["nodes"] for s in one["sharers"]] == [
        (1, "扎*"),
        (2, "王*兰"),
        (None, "王*兰"),
        (None, "扎*"),
    ]


@pytest.mark.parametrize(
    ("asked", "field"),
    [(MOVEMENTS, "movements"), (DRAWS, "sharedDraws"), (HISTORY, "orderHistory")],
)
async def test_strangers_tills_staff_and_nobody_see_nothing(
    api: Api, world: World, pair: Pair, asked: str, field: str
) -> None:
    ward = ids.encode(PERSON, pair.sharer.id)

    stranger = await api.as_(pair.beneficiary.actor).query(asked, onBehalfOf=ward)

    assert stranger[field]["code"] == "NOT_FOUND"
    assert (await api.as_(pair.pharmacy.actor).query(asked)).codes == ["FORBIDDEN"]
    assert (await api.as_(STAFF).query(asked)).codes == ["FORBIDDEN"]
    assert (await api.as_(None).query(asked)).codes == ["UNAUTHENTICATED"]
