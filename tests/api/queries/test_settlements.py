"""Settled bills over HTTP: the beneficiary's, the till's, staff's, and nobody else's."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from gongji.api import ids
from gongji.api.ids import SETTLEMENT
from gongji.domain.institution import InstitutionKind
from gongji.domain.page import MAX_PAGE
from gongji.domain.person import AccountStatus, Scheme
from gongji.domain.policy import UnsetOrder
from gongji.store.ids import new_id
from gongji.usecases.reverse import ReverseSettlement
from tests.api.conftest import Api
from tests.bills import bill, reverse_settlement, settle_bill, settling
from tests.builders import bill_e2, bill_e3
from tests.documents import document
from tests.usecases.e2 import Family, make_family
from tests.world import STAFF, Person, Place, World, key

SETTLEMENT_ = document("mini_program/Settlement")
SETTLEMENTS = document("mini_program/Settlements")
READ_SETTLEMENT = document("dashboard/ReadSettlement")
RECEIPT = document("till/TillReceipt")
RECEIPTS = document("till/TillReceipts")


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


async def settled(world: World, place: Place, person: Person, of: Any) -> UUID:
    done = await settle_bill(settling(person, of), place.actor, world.ports)
    return done.settlement.id


def shown(settlement_id: UUID) -> str:
    return ids.encode(SETTLEMENT, settlement_id)


class TestBeneficiary:
    async def test_e2_with_every_figure_leg_and_sentence(
        self, api: Api, world: World, family: Family
    ) -> None:
        one = shown(await settled(world, family.hospital, family.me, bill_e2()))

        seen = (await api.as_(family.me.actor).query(SETTLEMENT_, id=one))["settlement"]

        assert (seen["totalFen"], seen["fundPaidFen"]) == (1286_47, 535_20)
        assert (seen["personalShareFen"], seen["eligibleFen"]) == (751_27, 751_27)
        assert (seen["ownFen"], seen["sharedFen"], seen["cashFen"]) == (118_63, 505_88, 126_76)
        assert [(g["rank"], g["sharerName"], g["amountFen"]) for g in seen["legs"]] == [
            (None, None, 118_63),
            (1, "王*兰", 300_00),
            (2, "扎*", 205_88),
        ]
        assert [(s["outcome"], s["reason"], s["clause"]) for s in seen["explanation"]] == [
            ("PAID_ALL_AVAILABLE", "BALANCE", "S2.1"),
            ("PAID_ALL_AVAILABLE", None, "S2.2"),
            ("PAID_ALL_AVAILABLE", None, "S2.2"),
            ("CASH", None, "G4"),
        ]
        assert seen["explanation"][1]["sentence"] == (
            "由第1顺位共济人王*兰的个人账户支付¥300.00，该账户本次可用的金额已用完。"
        )
        assert (seen["status"], seen["reversal"]) == ("SETTLED", None)
        assert seen["institution"]["name"] == "阿里地区人民医院"

    async def test_e3_a_frozen_sharer_was_just_not_available(self, api: Api, world: World) -> None:
        await world.policy()
        child = await world.person("央金", scheme=Scheme.RESIDENT)
        a = await world.person(balance=510_00, account_status=AccountStatus.FROZEN)
        b = await world.person(balance=90_10)
        await world.bind(a, child)
        await world.bind(b, child)
        pharmacy = await world.institution(InstitutionKind.PHARMACY)
        one = shown(await settled(world, pharmacy, child, bill_e3()))

        seen = (await api.as_(child.actor).query(SETTLEMENT_, id=one))["settlement"]
        told = (await api.as_(STAFF).query(READ_SETTLEMENT, id=one))["settlement"]

        assert [s["reason"] for s in seen["explanation"]] == [
            "UNAVAILABLE",
            None,
            None,
            "NOT_ELIGIBLE",
        ]
        assert [s["reason"] for s in told["explanation"]] == [
            "STATUS",
            "BALANCE",
            None,
            "NOT_ELIGIBLE",
        ]
        assert [line["kind"] for line in seen["lines"]][-1] == "OTHER"

    async def test_a_reversal_shows_live(self, api: Api, world: World, family: Family) -> None:
        one = await settled(world, family.hospital, family.me, bill_e2())
        await reverse_settlement(ReverseSettlement(key(), one), family.hospital.actor, world.ports)

        seen = (await api.as_(family.me.actor).query(SETTLEMENT_, id=shown(one)))["settlement"]

        assert seen["status"] == "REVERSED"
        assert seen["reversal"]["businessDay"] == "2026-11-20"
        assert seen["ownFen"] == 118_63

    async def test_ranks_and_order_are_not_told_where_the_bureau_draws_the_highest_balance(
        self, api: Api, world: World
    ) -> None:
        await world.policy(unset_order=UnsetOrder.HIGHEST_BALANCE)
        me = await world.person(balance=0)
        await world.bind(await world.person("甲乙", balance=200_00), me)
        await world.bind(await world.person("丙丁", balance=900_00), me)
        one = shown(await settled(world, await world.institution(), me, bill(share=10_00)))

        seen = (await api.as_(me.actor).query(SETTLEMENT_, id=one))["settlement"]

        assert [(s["rank"], s["sharerName"]) for s in seen["explanation"][1:3]] == [
            (None, "甲*"),
            (None, "丙*"),
        ]

    async def test_the_list_is_newest_first_and_its_pages_join(
        self, api: Api, world: World, family: Family
    ) -> None:
        made = [
            shown(await settled(world, family.hospital, family.me, bill(f"B{n}", share=1_00)))
            for n in range(5)
        ]
        asking = api.as_(family.me.actor)

        first = (await asking.query(SETTLEMENTS, first=3))["settlements"]
        after = first["pageInfo"]["endCursor"]
        rest = (await asking.query(SETTLEMENTS, first=3, after=after))["settlements"]
        before = rest["pageInfo"]["startCursor"]
        back = (await asking.query(SETTLEMENTS, last=2, before=before))["settlements"]

        assert [one["id"] for one in first["nodes"] + rest["nodes"]] == made[::-1]
        assert not rest["pageInfo"]["hasNextPage"]
        assert back["nodes"] == first["nodes"][1:]

    async def test_filters_by_day_and_state_hold_together_with_the_page_size(
        self, api: Api, world: World, family: Family
    ) -> None:
        first = await settled(world, family.hospital, family.me, bill("1", share=1_00))
        await reverse_settlement(
            ReverseSettlement(key(), first), family.hospital.actor, world.ports
        )
        world.clock.move(days=1)
        second = await settled(world, family.hospital, family.me, bill("2", share=1_00))
        asking = api.as_(family.me.actor)

        async def found(**chosen: Any) -> list[str]:
            answer = await asking.query(SETTLEMENTS, first=1, **chosen)
            return [one["id"] for one in answer["settlements"]["nodes"]]

        assert await found(status="REVERSED") == [shown(first)]
        assert await found(status="SETTLED") == [shown(second)]
        assert await found(toDay="2026-11-20") == [shown(first)]
        assert await found(fromDay="2026-11-21") == [shown(second)]
        assert await found(fromDay="2026-11-22") == []

    async def test_pages_have_bounds(self, api: Api, family: Family) -> None:
        asking = api.as_(family.me.actor)

        for first in (0, -1, MAX_PAGE + 1):
            assert (await asking.query(SETTLEMENTS, first=first)).codes == ["BAD_PAGE"]
        assert (await asking.query(SETTLEMENTS, after="nothing")).codes == ["BAD_CURSOR"]


class TestOthers:
    async def test_unknown_and_not_yours_are_null_alike(
        self, api: Api, world: World, family: Family
    ) -> None:
        one = shown(await settled(world, family.hospital, family.me, bill_e2()))
        stranger = await world.person()
        elsewhere = replace(STAFF, region="510000")
        wanted = (one, shown(new_id()), "stl_x", "", "bnd_01kz0000000000000000000000")

        for who in (family.a.actor, stranger.actor, family.hospital.actor, elsewhere):
            answers = {
                (await api.as_(who).query(SETTLEMENT_, id=asked)).text
                for asked in (wanted if who is not family.me.actor else wanted[1:])
            }
            assert answers == {'{"data":{"settlement":null}}'}

    async def test_who_is_no_guardian_any_more_is_refused(
        self, api: Api, world: World, family: Family
    ) -> None:
        one = shown(await settled(world, family.hospital, family.me, bill_e2()))
        await world.guardian(family.b, family.me)
        proxy = {"onBehalfOf": ids.encode("psn", family.me.id)}

        # A guardian's time ends with the child's sixteenth birthday.
        as_adult = await api.as_(family.b.actor).query(SETTLEMENT_, id=one, **proxy)
        listed = await api.as_(family.b.actor).query(SETTLEMENTS, **proxy)

        assert as_adult["settlement"] is None
        assert listed["settlements"]["code"] == "NOT_FOUND"

    async def test_a_till_sees_its_own_receipts_only(
        self, api: Api, world: World, family: Family
    ) -> None:
        one = shown(await settled(world, family.hospital, family.me, bill_e2()))
        other = await world.institution()

        own = (await api.as_(family.hospital.actor).query(RECEIPT, id=one))["tillReceipt"]
        foreign = await api.as_(other.actor).query(RECEIPT, id=one)
        of_person = await api.as_(family.me.actor).query(RECEIPT, id=one)

        assert (own["ownFen"], own["sharedFen"], own["cashFen"]) == (118_63, 505_88, 126_76)
        assert own["ownBalanceAfterFen"] == 0
        assert foreign["tillReceipt"] is None
        assert of_person["tillReceipt"] is None

    async def test_a_till_closes_its_day(self, api: Api, world: World, family: Family) -> None:
        await settled(world, family.hospital, family.me, bill("1", share=1_00))
        world.clock.move(days=1)
        today = shown(await settled(world, family.hospital, family.me, bill("2", share=1_00)))
        other = await world.institution()
        await settled(world, other, family.me, bill("3", share=1_00))

        page = (await api.as_(family.hospital.actor).query(RECEIPTS, businessDay="2026-11-21"))[
            "tillReceipts"
        ]

        assert [one["id"] for one in page["nodes"]] == [today]

    async def test_lists_are_for_those_they_belong_to(
        self, api: Api, world: World, family: Family
    ) -> None:
        assert (await api.as_(family.me.actor).query(RECEIPTS)).codes == ["FORBIDDEN"]
        assert (await api.as_(family.hospital.actor).query(SETTLEMENTS)).codes == ["FORBIDDEN"]
        assert (await api.as_(STAFF).query(SETTLEMENTS)).codes == ["FORBIDDEN"]
        assert (await api.as_(None).query(SETTLEMENTS)).codes == ["UNAUTHENTICATED"]
