"""Quotes of a reversal and of an ending over HTTP: what each viewer is shown before confirming."""

from dataclasses import replace
from typing import Any

import pytest

from gongji.api.ids import BINDING, SETTLEMENT
from gongji.domain.person import AccountStatus
from gongji.store.rows import AccessRow, BindingRow, PersonalAccountRow
from tests.api.conftest import Api
from tests.api.mutations.asking import everything, reasons, request, shown
from tests.bills import settle_bill, settling
from tests.builders import bill_e2
from tests.documents import document
from tests.usecases.e2 import Family, make_family
from tests.world import STAFF, World, key

TILL_QUOTE = document("till/QuoteReversal")
STAFF_QUOTE = document("dashboard/QuoteReversal")
REVERSE = document("till/ReverseSettlement")
ENDING = document("mini_program/QuoteEnding")
END = document("mini_program/EndBinding")
SUMS = {"ownFen": 118_63, "sharedFen": 505_88, "cashFen": 126_76}


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


@pytest.fixture
async def settled(world: World, family: Family) -> str:
    done = await settle_bill(settling(family.me, bill_e2()), family.hospital.actor, world.ports)
    return shown(SETTLEMENT, done.settlement.id)


async def quote(api: Api, who: Any, settlement: str, text: str = TILL_QUOTE) -> dict[str, Any]:
    answer = await api.as_(who).query(text, settlementId=settlement)
    quoted: dict[str, Any] = answer["quoteReversal"]
    return quoted


class TestReversal:
    async def test_a_till_reads_sums_and_its_plan_is_kept(
        self, api: Api, family: Family, settled: str
    ) -> None:
        before = await everything()

        quoted = await quote(api, family.hospital.actor, settled)

        plan = quoted["plan"]["plan"]
        assert quoted == {
            "__typename": "ReversalQuoteAsTill",
            "plan": {"plan": plan, "eligibleFen": 751_27, **SUMS},
        }
        assert await everything() == before
        asked = request(settlementId=settled, ifPlan=plan)
        done = await api.as_(family.hospital.actor).query(REVERSE, input=asked)
        assert done["reverseSettlement"]["__typename"] == "ReverseSettlementPayload"

    async def test_staff_read_each_account_and_are_recorded(
        self, api: Api, family: Family, settled: str
    ) -> None:
        await PersonalAccountRow.filter(owner_id=family.a.id).update(status=AccountStatus.CLOSED)

        quoted = await quote(api, STAFF, settled, STAFF_QUOTE)

        assert quoted["plan"] == {"plan": quoted["plan"]["plan"], **SUMS}
        assert [tuple(one.values()) for one in quoted["returns"]] == [
            ("OWN", "卓*", 118_63, False),
            ("SHARED", "王*兰", 300_00, True),
            ("SHARED", "扎*", 205_88, False),
        ]
        read = {access.person_id for access in await AccessRow.all()}
        assert read == {family.me.id, family.a.id, family.b.id}

    async def test_who_may_not_reverse_may_not_ask(
        self, api: Api, world: World, family: Family, settled: str
    ) -> None:
        elsewhere = (await world.institution()).actor
        before = await everything()

        for who, asked in (
            (elsewhere, settled),
            (family.hospital.actor, shown(SETTLEMENT, key())),
            (replace(STAFF, region="510000"), settled),
            (replace(STAFF, roles=frozenset({"READER"})), settled),
        ):
            refused = await quote(api, who, asked)
            assert (reasons(refused), refused["path"]) == (["NOT_FOUND"], ["settlementId"])
        for person in (family.me, family.a):
            answer = await api.as_(person.actor).query(TILL_QUOTE, settlementId=settled)
            assert answer.codes == ["FORBIDDEN"]
        assert await everything() == before

    async def test_what_cannot_be_reversed_says_why(
        self, api: Api, world: World, family: Family, settled: str
    ) -> None:
        till = family.hospital.actor
        world.clock.move(days=91)
        assert reasons(await quote(api, till, settled)) == ["REVERSAL_TOO_LATE"]
        world.clock.move(days=-91)
        done = await api.as_(till).query(REVERSE, input=request(settlementId=settled))

        again = await quote(api, till, settled)

        assert again["__typename"] == "AlreadyReversed"
        assert again["reversalId"] == done["reverseSettlement"]["reversal"]["id"]


class TestEnding:
    async def test_each_side_reads_its_binding_and_the_plan_is_kept(
        self, api: Api, family: Family
    ) -> None:
        binding = shown(BINDING, family.bindings[0])
        before = await everything()

        mine = (await api.as_(family.me.actor).query(ENDING, bindingId=binding))["quoteEnding"]
        theirs = (await api.as_(family.a.actor).query(ENDING, bindingId=binding))["quoteEnding"]

        assert mine["binding"]["__typename"] == "BindingAsBeneficiary"
        assert theirs["binding"]["__typename"] == "BindingAsSharer"
        assert await everything() == before
        asked = request(bindingId=binding, ifPlan=mine["plan"])
        done = await api.as_(family.me.actor).query(END, input=asked)
        assert done["endBinding"]["binding"]["status"] == "ENDED"

    async def test_strangers_and_tills_get_none(
        self, api: Api, world: World, family: Family
    ) -> None:
        binding = shown(BINDING, family.bindings[0])
        stranger = await world.person("王强")

        theirs = await api.as_(stranger.actor).query(ENDING, bindingId=binding)
        unknown = await api.as_(stranger.actor).query(ENDING, bindingId=shown(BINDING, key()))
        ward = await api.as_(stranger.actor).query(
            ENDING, bindingId=binding, onBehalfOf=shown("psn", family.me.id)
        )
        till = await api.as_(family.hospital.actor).query(ENDING, bindingId=binding)

        assert theirs.text == unknown.text
        assert reasons(theirs["quoteEnding"]) == ["NOT_FOUND"]
        assert reasons(ward["quoteEnding"]) == ["NOT_FOUND"]
        assert till.codes == ["FORBIDDEN"]

    async def test_what_has_ended_cannot_end(self, api: Api, family: Family) -> None:
        binding = shown(BINDING, family.bindings[0])
        await BindingRow.filter(id=family.bindings[0]).update(status="ENDED")

        quoted = await api.as_(family.me.actor).query(ENDING, bindingId=binding)
        ended = await api.as_(family.me.actor).query(END, input=request(bindingId=binding))

        assert reasons(quoted["quoteEnding"]) == reasons(ended["endBinding"])
