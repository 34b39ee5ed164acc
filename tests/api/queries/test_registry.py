"""Who is logged in, the region's policy, kinships, a person's quote, institutions, over HTTP."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gongji.api import ids
from gongji.api.ids import PERSON
from gongji.domain.actor import REGISTRY
from gongji.domain.binding import Capacity
from gongji.domain.institution import InstitutionKind
from gongji.domain.kinship import Kinship
from gongji.domain.person import Scheme
from gongji.domain.policy import UnsetOrder
from gongji.store.ids import new_id
from gongji.store.rows import QuoteCountRow
from tests.api.conftest import Api
from tests.documents import document
from tests.world import STAFF, World

ME = document("mini_program/Me")
TILL_ME = document("till/Me")
STAFF_ME = document("dashboard/Me")
POLICY = document("mini_program/Policy")
KINSHIPS = document("mini_program/KinshipOptions")
QUOTE = document("mini_program/QuotePersonalShare")
INSTITUTIONS = document("mini_program/Institutions")


class TestMe:
    async def test_a_person_learns_for_whom_to_act(self, api: Api, world: World) -> None:
        await world.policy()
        me = await world.person("扎西卓玛")
        child = await world.person("央金", scheme=Scheme.RESIDENT, born_on=date(2020, 1, 1))
        grown = await world.person(born_on=date(2010, 11, 20))
        elder = await world.person("次仁旺堆", born_on=date(1940, 1, 1))
        await world.guardian(me, child)
        await world.guardian(me, grown)
        await world.guardian(me, elder, Capacity.PROXY)

        seen = (await api.as_(me.actor).query(ME))["me"]

        assert (seen["__typename"], seen["name"]) == ("MePerson", "扎**玛")
        assert seen["idNumber"] == f"5{'*' * 16}{me.id_number[-1]}"
        assert seen["wards"] == [
            {"id": ids.encode(PERSON, child.id), "name": "央*", "capacity": "GUARDIAN"},
            {"id": ids.encode(PERSON, elder.id), "name": "次**堆", "capacity": "PROXY"},
        ]

    async def test_a_till_is_an_institution_with_its_clerk(self, api: Api, world: World) -> None:
        place = await world.institution()

        seen = (await api.as_(place.actor).query(TILL_ME))["me"]

        assert (seen["institution"]["code"], seen["operator"]) == (place.code, "收费员01")

    async def test_staff_has_roles_and_a_region(self, api: Api) -> None:
        seen = (await api.as_(STAFF).query(STAFF_ME))["me"]

        assert seen["roles"] == ["READER", "REVIEWER", "SETTLER"]
        assert seen["region"] == {"code": "540000", "name": "西藏自治区"}

    async def test_who_is_not_registered_is_not_logged_in(self, api: Api, world: World) -> None:
        person, place = await world.person(), await world.institution()

        for who in (None, replace(person.actor, subject=new_id())):
            assert (await api.as_(who).query(ME)).codes == ["UNAUTHENTICATED"]
        unknown = replace(place.actor, subject=new_id())
        assert (await api.as_(unknown).query(TILL_ME)).codes == ["UNAUTHENTICATED"]
        assert (await api.as_(REGISTRY).query(ME)).codes == ["FORBIDDEN"]


class TestPolicy:
    async def test_a_client_learns_the_limits_and_the_declaration(
        self, api: Api, world: World
    ) -> None:
        await world.policy(unset_order=UnsetOrder.NO_SHARING, most_sharers=3)
        me = await world.person()

        seen = (await api.as_(me.actor).query(POLICY))["policy"]

        assert (seen["mostBeneficiaries"], seen["mostSharers"]) == (7, 3)
        assert (seen["unsetOrder"], seen["lowBelowFen"]) == ("NO_SHARING", 100_00)
        assert seen["region"] == {"code": "542500", "name": "阿里地区"}
        assert seen["declaration"]["version"] == "2025-01"
        assert "本人自愿授权" in seen["declaration"]["sharerText"]
        assert "本人接受家人" in seen["declaration"]["beneficiaryText"]
        assert seen["credentials"] == ["ID_CARD", "SOCIAL_SECURITY_CARD"]

    async def test_an_unknown_version_has_no_text_of_another(self, api: Api, world: World) -> None:
        await world.policy(declaration_version="2031-09")
        me = await world.person()

        declaration = (await api.as_(me.actor).query(POLICY))["policy"]["declaration"]

        assert declaration == {"version": "2031-09", "sharerText": None, "beneficiaryText": None}

    async def test_kinships_carry_their_codes_and_whether_they_are_near(
        self, api: Api, world: World
    ) -> None:
        await world.policy(near_kin=frozenset({Kinship.SPOUSE}))
        me = await world.person()

        options = (await api.as_(me.actor).query(KINSHIPS))["kinshipOptions"]["options"]

        assert [one["kinship"] for one in options] == list(Kinship)
        assert options[0] == {
            "kinship": "SPOUSE",
            "name": "配偶",
            "codes": ["10", "11", "12"],
            "isNear": True,
        }
        assert [one["isNear"] for one in options[1:]] == [False] * 7

    @pytest.mark.parametrize("asked", [POLICY, KINSHIPS])
    async def test_refusals_and_errors(self, api: Api, world: World, asked: str) -> None:
        me = await world.person()
        place = await world.institution()
        stranger = {"onBehalfOf": ids.encode(PERSON, new_id())}

        (closed,) = (await api.as_(me.actor).query(asked)).body["data"].values()
        (refused,) = (await api.as_(me.actor).query(asked, **stranger)).body["data"].values()

        assert closed["code"] == "REGION_NOT_OPEN"
        assert refused["code"] == "NOT_FOUND"
        assert (await api.as_(place.actor).query(asked)).codes == ["FORBIDDEN"]


class TestQuote:
    @pytest.mark.parametrize(
        ("amount", "own", "rest"),
        [(100_00, 100_00, "FULLY"), (400_00, 118_63, "FULLY"), (500_00, 118_63, "PARTLY")],
    )
    async def test_a_person_hears_the_own_part_and_how_far_the_rest_is_covered(
        self, api: Api, world: World, amount: int, own: int, rest: str
    ) -> None:
        await world.policy()
        me = await world.person(balance=118_63)
        await world.bind(await world.person(balance=300_00), me)

        quote = (await api.as_(me.actor).query(QUOTE, amountFen=amount))["quotePersonalShare"]

        assert quote == {
            "__typename": "PersonalQuote",
            "ownFen": own,
            "rest": rest,
            "leftToday": 19,
        }

    async def test_quotes_are_limited_per_day(self, api: Api, world: World) -> None:
        await world.policy(quotes_per_day=1)
        me = await world.person(balance=1)
        asking = api.as_(me.actor)

        await asking.query(QUOTE, amountFen=1)
        refused = (await asking.query(QUOTE, amountFen=1))["quotePersonalShare"]

        assert refused["code"] == "QUOTES_USED_UP"

    async def test_neither_proxies_nor_wards_make_the_limit_larger(
        self, api: Api, world: World
    ) -> None:
        await world.policy(quotes_per_day=1)
        one, other, ward, another = [await world.person() for _ in range(4)]
        for proxy, elder in ((one, ward), (other, ward), (one, another)):
            await world.guardian(proxy, elder, Capacity.PROXY)

        told = [
            await api.as_(asker.actor).query(
                QUOTE, amountFen=1, onBehalfOf=ids.encode(PERSON, elder.id)
            )
            for asker, elder in ((one, ward), (other, ward), (one, another))
        ]

        kinds = [answer["quotePersonalShare"]["__typename"] for answer in told]
        assert kinds == ["PersonalQuote", "Refusal", "Refusal"]

    @pytest.mark.parametrize("amount", [0, -1, 100_000_000_01])
    async def test_a_useless_amount_is_refused_and_not_counted(
        self, api: Api, world: World, amount: int
    ) -> None:
        await world.policy()
        me = await world.person()

        refused = (await api.as_(me.actor).query(QUOTE, amountFen=amount))["quotePersonalShare"]

        assert (refused["code"], refused["path"]) == ("QUOTED_AMOUNT_OUT_OF_RANGE", ["amountFen"])
        assert await QuoteCountRow.all().count() == 0

    @pytest.mark.parametrize("amount", [1.5, "1", True, 2**53, None])
    async def test_what_is_no_amount_is_malformed(
        self, api: Api, world: World, amount: Any
    ) -> None:
        me = await world.person()

        assert (await api.as_(me.actor).query(QUOTE, amountFen=amount)).codes == ["BAD_USER_INPUT"]


class TestInstitutions:
    async def found(self, api: Api, who: Any, **chosen: Any) -> list[str]:
        page = (await api.as_(who).query(INSTITUTIONS, **chosen))["institutions"]
        return [one["name"] for one in page["nodes"]]

    async def test_they_are_found_by_name_code_and_region(self, api: Api, world: World) -> None:
        me = await world.person()
        a = await world.institution(name="噶尔县人民医院")
        await world.institution(InstitutionKind.PHARMACY, name="噶尔大药房", region="542523")
        await world.institution(name="普兰县人民医院", region="542521")
        await world.institution(name="拉萨市人民医院", region="540102")

        assert await self.found(api, me.actor, beginning="噶尔") == [
            "噶尔县人民医院",
            "噶尔大药房",
        ]
        assert await self.found(api, me.actor, beginning=a.code.lower()) == ["噶尔县人民医院"]
        assert await self.found(api, me.actor, region="542521") == ["普兰县人民医院"]
        assert len(await self.found(api, me.actor, region="542500")) == 3
        assert len(await self.found(api, me.actor, region="540000")) == 4
        assert len(await self.found(api, STAFF)) == 4

    @pytest.mark.parametrize("beginning", ["%", "_", "\\", "\x00", "噶" * 51, "\u202e"])
    async def test_what_no_name_begins_with_finds_nothing(
        self, api: Api, world: World, beginning: str
    ) -> None:
        me = await world.person()
        await world.institution(name="噶尔县人民医院")

        assert await self.found(api, me.actor, beginning=beginning) == []

    async def test_pages_join_in_both_directions(self, api: Api, world: World) -> None:
        me = await world.person()
        for number in range(5):
            await world.institution(name=f"医院{number}")
        asking = api.as_(me.actor)

        page = (await asking.query(INSTITUTIONS, first=2))["institutions"]
        rest = (await asking.query(INSTITUTIONS, after=page["pageInfo"]["endCursor"]))[
            "institutions"
        ]
        back = (await asking.query(INSTITUTIONS, last=1, before=rest["pageInfo"]["endCursor"]))[
            "institutions"
        ]

        assert [one["name"] for one in page["nodes"] + rest["nodes"]] == [
            f"医院{n}" for n in range(5)
        ]
        assert [one["name"] for one in back["nodes"]] == ["医院3"]

    async def test_nobody_and_the_system_see_none(self, api: Api, world: World) -> None:
        assert (await api.as_(None).query(INSTITUTIONS)).codes == ["UNAUTHENTICATED"]
        assert (await api.as_(REGISTRY).query(INSTITUTIONS)).codes == ["FORBIDDEN"]
