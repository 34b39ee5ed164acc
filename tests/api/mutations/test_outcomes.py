"""Asking what became of a request and voiding one, over GraphQL, as each kind of sender."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gongji.api.ids import BINDING, REVERSAL, SETTLEMENT
from gongji.domain.actor import Actor
from gongji.store.rows import RequestKeyRow, ReversalRow, SettlementRow
from tests.api.bills import bill_input, id_card
from tests.api.conftest import Api
from tests.api.mutations.asking import reasons, request, shown
from tests.builders import bill_e2
from tests.documents import document
from tests.usecases.e2 import Family, make_family
from tests.usecases.premium_family import make_premium_family
from tests.world import STAFF, World, key

FOLDERS = {"PERSON": "mini_program", "TILL": "till", "STAFF": "dashboard"}
NOW = "2026-11-20T04:00:00Z"


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


async def send(api: Api, actor: Actor, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    sent = document(f"{FOLDERS[actor.kind]}/{name[0].upper()}{name[1:]}")
    answer: dict[str, Any] = (await api.as_(actor).query(sent, input=asked))[name]
    return answer


async def outcome(api: Api, actor: Actor, request_id: str) -> dict[str, Any]:
    sent = document(f"{FOLDERS[actor.kind]}/Outcome")
    told = (await api.as_(actor).query(sent, requestId=request_id))["outcome"]
    assert told.pop("__typename") == "RequestOutcome", told
    return dict(told)


def bill_of_e2(family: Family) -> dict[str, Any]:
    return request(credential=id_card(family.me), bill=bill_input(bill_e2()))


async def test_a_till_finds_its_receipt_and_after_the_void_its_reversal(
    api: Api, family: Family
) -> None:
    till, asked = family.hospital.actor, bill_of_e2(family)
    receipt = (await send(api, till, "settleBill", asked))["receipt"]

    before = await outcome(api, till, asked["requestId"])
    voided = await send(api, till, "voidRequest", request(voids=asked["requestId"]))
    after = await outcome(api, till, asked["requestId"])

    assert before == {
        "requestId": asked["requestId"],
        "status": "DONE",
        "operation": "settleBill",
        "claimedAt": NOW,
        "voidedAt": None,
        "answer": {"__typename": "TillReceipt", **receipt},
        "problem": None,
    }
    reversal = await ReversalRow.get()
    undone = receipt | {"reversal": {"id": shown(REVERSAL, reversal.id), "reversedAt": NOW}}
    answer = {"__typename": "TillReceipt", **undone}
    assert after == before | {"status": "VOIDED", "voidedAt": NOW, "answer": answer}
    assert voided == {"__typename": "VoidRequestPayload", "outcome": after, "replayed": False}


async def test_a_key_that_never_arrived_is_unknown_then_barred(api: Api, family: Family) -> None:
    till, asked = family.hospital.actor, bill_of_e2(family)
    nothing = {"operation": None, "claimedAt": None, "answer": None, "problem": None}
    id_ = {"requestId": asked["requestId"]}

    before = await outcome(api, till, asked["requestId"])
    voiding = request(voids=asked["requestId"])
    await send(api, till, "voidRequest", voiding)
    after = await outcome(api, till, asked["requestId"])
    late = await send(api, till, "settleBill", asked)
    of_the_void = await outcome(api, till, voiding["requestId"])

    assert before == id_ | nothing | {"status": "UNKNOWN", "voidedAt": None}
    assert after == id_ | nothing | {"status": "VOIDED", "voidedAt": NOW}
    assert (late["__typename"], late["code"], late["path"]) == (
        "RequestVoided",
        "REQUEST_VOIDED",
        ["requestId"],
    )
    assert of_the_void["answer"] == {
        "__typename": "VoidedRequest",
        "requestId": asked["requestId"],
        "voidedAt": NOW,
    }
    assert await SettlementRow.all().count() == 0


async def test_a_refusal_is_told_as_it_was(api: Api, family: Family) -> None:
    asked = bill_of_e2(family) | {"credential": {"kind": "ID_CARD", "number": "nobody"}}
    first = await send(api, family.hospital.actor, "settleBill", asked)

    told = await outcome(api, family.hospital.actor, asked["requestId"])

    assert (told["status"], told["answer"], told["problem"]) == ("REFUSED", None, first)


async def test_a_conflict_is_told_as_it_was(api: Api, family: Family) -> None:
    await send(api, family.hospital.actor, "settleBill", bill_of_e2(family))
    again = bill_of_e2(family)
    first = await send(api, family.hospital.actor, "settleBill", again)

    told = await outcome(api, family.hospital.actor, again["requestId"])

    assert first.pop("settlementId") == shown(SETTLEMENT, (await SettlementRow.get()).id)
    assert (told["status"], told["problem"]) == ("REFUSED", first)


async def test_nobody_else_learns_of_a_request(api: Api, family: Family, world: World) -> None:
    asked = bill_of_e2(family)
    await send(api, family.hospital.actor, "settleBill", asked)
    other = await world.institution()

    for stranger in (other.actor, family.me.actor, STAFF):
        assert (await outcome(api, stranger, asked["requestId"]))["status"] == "UNKNOWN"


async def test_what_a_person_did_is_shown_as_it_is_now(api: Api, family: Family) -> None:
    sharer, me = family.a.actor, family.me.actor
    reserve, limit, pause, order = request(), request(), request(), request()
    binding = {"bindingId": shown(BINDING, family.bindings[0])}
    bindings = [shown(BINDING, one) for one in reversed(family.bindings)]
    bounds = {"perSettlementFen": 1, "perMonthFen": None, "perYearFen": None}
    await send(api, sharer, "setReserve", reserve | {"reserveFen": 7_00})
    await send(api, sharer, "setBindingLimit", limit | binding | bounds)
    await send(api, sharer, "pauseBinding", pause | binding)
    await send(api, me, "reorderSharers", order | {"bindingIds": bindings, "expectedVersion": 0})

    told = [
        (await outcome(api, who, asked["requestId"]))["answer"]
        for who, asked in ((sharer, reserve), (sharer, limit), (sharer, pause), (me, order))
    ]

    mine = {"__typename": "BindingAsSharer", "id": binding["bindingId"]}
    assert told == [
        {"__typename": "PersonalAccount", "balanceFen": 300_00, "reserveFen": 7_00},
        mine,
        mine,
        {"__typename": "DeductionOrder", "version": 1, "bindingIds": bindings},
    ]


async def test_a_premium_is_refunded_by_a_void(api: Api, world: World) -> None:
    family = await make_premium_family(world)
    asked = request(bindingId=shown(BINDING, family.binding), year=2027)
    paid = await send(api, family.a.actor, "payPremium", asked)

    voided = await send(api, family.a.actor, "voidRequest", request(voids=asked["requestId"]))

    told = voided["outcome"]
    assert (told["status"], told["operation"]) == ("VOIDED", "payPremium")
    assert told["answer"] == {"__typename": "PremiumAsPayer", "id": paid["premium"]["id"]}
    assert await family.balances() == (500_00, 300_00)


async def test_staff_see_their_reversal_while_they_work_for_the_region(
    api: Api, family: Family
) -> None:
    receipt = (await send(api, family.hospital.actor, "settleBill", bill_of_e2(family)))["receipt"]
    undo = request(settlementId=receipt["id"], reason="开错单")
    done = await send(api, STAFF, "reverseSettlement", undo)

    here = await outcome(api, STAFF, undo["requestId"])
    elsewhere = await outcome(api, replace(STAFF, region="510000"), undo["requestId"])

    assert here["answer"] == {"__typename": "Reversal", **done["reversal"]}
    assert (elsewhere["status"], elsewhere["answer"]) == ("DONE", None)


async def test_what_cannot_be_undone_is_a_refusal(api: Api, family: Family) -> None:
    asked = request(reserveFen=7_00)
    await send(api, family.a.actor, "setReserve", asked)

    refused = await send(api, family.a.actor, "voidRequest", request(voids=asked["requestId"]))

    assert reasons(refused) == ["VOID_NOT_POSSIBLE"]
    assert refused["path"] == ["voids"]
    assert (await outcome(api, family.a.actor, asked["requestId"]))["status"] == "DONE"


async def test_who_is_no_guardian_any_more_is_refused(
    api: Api, family: Family, world: World
) -> None:
    child = await world.person(born_on=world.clock.now().date() - timedelta(days=3000), balance=1)
    await world.guardian(family.a, child)
    asked = request(reserveFen=1, onBehalfOf=shown("psn", child.id))
    await send(api, family.a.actor, "setReserve", asked)
    now = await outcome(api, family.a.actor, asked["requestId"])
    world.clock.move(days=365 * 16)

    later = await api.as_(family.a.actor).query(
        document("mini_program/Outcome"), requestId=asked["requestId"]
    )

    assert now["answer"] == {"__typename": "PersonalAccount", "balanceFen": 1, "reserveFen": 1}
    assert (later["outcome"]["code"], later["outcome"]["path"]) == ("NOT_FOUND", ["requestId"])


async def test_asking_needs_somebody_and_leaves_no_key(api: Api, family: Family) -> None:
    nobody = await api.as_(None).query(document("till/Outcome"), requestId=str(key()))
    malformed = await api.as_(family.hospital.actor).query(
        document("till/Outcome"), requestId="not-a-uuid"
    )

    assert nobody.codes == ["UNAUTHENTICATED"]
    assert malformed.codes == ["BAD_USER_INPUT"]
    assert await RequestKeyRow.all().count() == 0
