"""Quoting, settling and reversing over GraphQL, as a till and as staff."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gongji.api.ids import SETTLEMENT
from gongji.domain.institution import InstitutionKind
from gongji.store.rows import SettlementRow
from tests.api.bills import bill_input, id_card
from tests.api.conftest import Api
from tests.api.mutations.asking import everything, reasons, request, shown
from tests.builders import bill_e2, bill_e3
from tests.documents import document
from tests.usecases.e2 import Family, make_family
from tests.world import STAFF, Place, World, key

SETTLE = document("till/SettleBill")
QUOTE = document("till/QuoteSettlement")
REVERSE = document("till/ReverseSettlement")


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


def e2(family: Family, **fields: Any) -> dict[str, Any]:
    return {"credential": id_card(family.me), "bill": bill_input(bill_e2()), **fields}


async def settle(api: Api, place: Place, asked: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.as_(place.actor).query(SETTLE, input=asked))["settleBill"]
    return answer


async def reverse(api: Api, actor: Any, **fields: Any) -> dict[str, Any]:
    answer = await api.as_(actor).query(REVERSE, input=request(**fields))
    reversed_: dict[str, Any] = answer["reverseSettlement"]
    return reversed_


async def balances(world: World, family: Family) -> list[int]:
    return [await world.balance(one) for one in (family.me, family.a, family.b)]


async def test_the_quote_of_e2_is_settled_to_the_fen(
    api: Api, family: Family, world: World
) -> None:
    quoted = await api.as_(family.hospital.actor).query(QUOTE, input=e2(family))
    quote = quoted["quoteSettlement"]

    settled = await settle(
        api, family.hospital, request(**e2(family, ifPlan=quote["plan"]["plan"]))
    )

    sums = {"eligibleFen": 751_27, "ownFen": 118_63, "sharedFen": 505_88, "cashFen": 126_76}
    assert quote["plan"] == {"plan": quote["plan"]["plan"], **sums}
    assert (quote["personalShareFen"], quote["ownBalanceAfterFen"]) == (751_27, 0)
    receipt = settled["receipt"]
    assert receipt.pop("id").startswith("stl_")
    assert receipt == {
        "institutionBillNo": "20251111-0001",
        "businessDay": "2026-11-20",
        "settledAt": "2026-11-20T04:00:00Z",
        "totalFen": 1286_47,
        "fundPaidFen": 535_20,
        "personalShareFen": 751_27,
        **sums,
        "ownBalanceAfterFen": 0,
        "cashReason": None,
        "cashReasonMessage": None,
        "reversal": None,
    }
    assert await balances(world, family) == [0, 0, 0]


async def test_a_receipt_names_no_sharer(api: Api, family: Family) -> None:
    settled = str(await settle(api, family.hospital, request(**e2(family))))

    for told in (family.a.name, family.b.name, "王", "扎", "30000", "20588"):
        assert told not in settled


async def test_a_bill_is_settled_once(api: Api, family: Family, world: World) -> None:
    asked = request(**e2(family))

    first = await settle(api, family.hospital, asked)
    again = await settle(api, family.hospital, asked)
    other_key = await settle(api, family.hospital, request(**e2(family)))
    other_bill = await settle(
        api,
        family.hospital,
        {**asked, "bill": bill_input(bill_e2(institution_bill_no="another"))},
    )

    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again["receipt"] == first["receipt"]
    assert (other_key["__typename"], other_key["settlementId"]) == (
        "AlreadySettled",
        first["receipt"]["id"],
    )
    assert other_key["path"] == ["bill", "institutionBillNo"]
    assert (other_bill["__typename"], other_bill["path"]) == ("RequestIdReused", ["requestId"])
    assert await SettlementRow.all().count() == 1
    assert await balances(world, family) == [0, 0, 0]


async def test_a_plan_that_no_longer_holds_settles_nothing(
    api: Api, family: Family, world: World
) -> None:
    quoted = await api.as_(family.hospital.actor).query(QUOTE, input=e2(family))
    plan = quoted["quoteSettlement"]["plan"]["plan"]
    small = bill_input(bill_e2(institution_bill_no="0", total=751_27, fund_paid=0, in_scope=556_80))
    await settle(api, family.hospital, request(credential=id_card(family.me), bill=small))
    before = await everything()

    changed = await settle(api, family.hospital, request(**e2(family, ifPlan=plan)))

    assert (changed["__typename"], changed["code"], changed["path"]) == (
        "PlanChanged",
        "PLAN_CHANGED",
        ["ifPlan"],
    )
    assert changed["fresh"]["cashFen"] == 751_27
    assert await everything() == before


async def test_a_pharmacys_tonic_is_cash(api: Api, family: Family, world: World) -> None:
    pharmacy = await world.institution(InstitutionKind.PHARMACY)
    asked = request(credential=id_card(family.me), bill=bill_input(bill_e3()))

    receipt = (await settle(api, pharmacy, asked))["receipt"]

    assert (receipt["eligibleFen"], receipt["ownFen"], receipt["sharedFen"]) == (
        129_35,
        118_63,
        10_72,
    )
    assert receipt["cashFen"] == 58_00


async def test_why_a_whole_bill_is_cash_is_told_in_chinese(
    api: Api, family: Family, world: World
) -> None:
    closed = await world.institution(designated_until=date(2026, 11, 20))

    receipt = (await settle(api, closed, request(**e2(family))))["receipt"]

    assert (receipt["cashReason"], receipt["cashFen"]) == ("PLACE", 751_27)
    assert receipt["cashReasonMessage"].startswith("结算当日该机构不是定点医药机构")


@pytest.mark.parametrize(
    "credential",
    [
        {"kind": "ID_CARD", "number": "542599198001019990"},
        {"kind": "ID_CARD", "number": ""},
        {"kind": "ID_CARD", "number": "x" * 10_000},
        {"kind": "SOCIAL_SECURITY_CARD", "number": "542599198001010028"},
        {"kind": "E_VOUCHER", "number": "542599198001010028"},
    ],
    ids=["unknown", "empty", "long", "another kind", "not yet"],
)
async def test_unknown_and_wrong_credentials_sound_the_same(
    api: Api, family: Family, credential: dict[str, str]
) -> None:
    before = await everything()

    answer = await settle(api, family.hospital, request(**e2(family, credential=credential)))

    assert (reasons(answer), answer["path"]) == (["CREDENTIAL_NOT_RECOGNISED"], ["credential"])
    assert answer["message"] == "未能识别该凭证。"
    assert await everything() == before


async def test_a_settlement_is_reversed_once_and_shown_so(
    api: Api, family: Family, world: World
) -> None:
    asked = request(**e2(family))
    theirs = (await settle(api, family.hospital, asked))["receipt"]["id"]
    undoing = request(settlementId=theirs)

    first = await reverse(api, family.hospital.actor, **undoing)
    again = await reverse(api, family.hospital.actor, **undoing)
    anew = await reverse(api, family.hospital.actor, settlementId=theirs)
    replay = await settle(api, family.hospital, asked)

    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["reversal"] == again["reversal"]
    assert (anew["__typename"], anew["reversalId"]) == ("AlreadyReversed", first["reversal"]["id"])
    assert anew["path"] == ["settlementId"]
    assert replay["receipt"]["reversal"]["id"] == first["reversal"]["id"]
    assert await balances(world, family) == [118_63, 300_00, 205_88]


async def test_a_reversal_holds_to_the_plan_that_was_shown(
    api: Api, family: Family, world: World
) -> None:
    theirs = (await settle(api, family.hospital, request(**e2(family))))["receipt"]["id"]
    before = await everything()

    changed = await reverse(api, family.hospital.actor, settlementId=theirs, ifPlan="another")
    assert changed["__typename"] == "PlanChanged"
    assert await everything() == before

    plan = changed["fresh"]["plan"]
    done = await reverse(api, family.hospital.actor, settlementId=theirs, ifPlan=plan)
    assert done["__typename"] == "ReverseSettlementPayload"


async def test_only_its_own_till_and_staff_reverse(api: Api, family: Family, world: World) -> None:
    theirs = (await settle(api, family.hospital, request(**e2(family))))["receipt"]["id"]
    elsewhere = await world.institution()
    before = await everything()

    refused = [
        await reverse(api, elsewhere.actor, settlementId=theirs),
        await reverse(api, family.hospital.actor, settlementId=shown(SETTLEMENT, key())),
        await reverse(api, replace(STAFF, region="510000"), settlementId=theirs, reason="错单"),
        await reverse(api, replace(STAFF, roles=frozenset()), settlementId=theirs, reason="错单"),
    ]
    unexplained = await reverse(api, STAFF, settlementId=theirs)

    assert [reasons(answer) for answer in refused] == [["NOT_FOUND"]] * 4
    assert reasons(unexplained) == ["REASON_REQUIRED"]
    assert await everything() == before
    done = await reverse(api, STAFF, settlementId=theirs, reason="医院申请")
    assert done["__typename"] == "ReverseSettlementPayload"


async def test_a_reversal_can_come_too_late(api: Api, family: Family, world: World) -> None:
    theirs = (await settle(api, family.hospital, request(**e2(family))))["receipt"]["id"]
    world.clock.move(days=91)
    before = await everything()

    late = await reverse(api, family.hospital.actor, settlementId=theirs)

    assert reasons(late) == ["REVERSAL_TOO_LATE"]
    assert await everything() == before
