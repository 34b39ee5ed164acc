"""Paying and refunding a resident premium over GraphQL, as payer, insured person and staff."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from gongji.api.ids import BINDING, PERSON, PREMIUM
from gongji.domain.binding import Capacity
from gongji.domain.errors import Unavailable
from gongji.domain.kinship import Kinship
from gongji.domain.person import Scheme
from gongji.domain.policy import PremiumPayers
from gongji.store.rows import TariffRow
from gongji.usecases.ports import PremiumOrder, TaxAnswer
from tests.api.conftest import Answer, Api
from tests.api.mutations.asking import everything, reasons, request, shown
from tests.documents import document
from tests.world import NGARI, STAFF, Person, World, key

PAY = document("mini_program/PayPremium")
REFUND = document("mini_program/RefundPremium")
REFUND_BY_STAFF = document("dashboard/RefundPremium")
PAYABLE = document("mini_program/PayablePremiums")
PREMIUMS = document("mini_program/Premiums")


@dataclass
class Silent:
    """A tax bureau that does not answer."""

    async def pay(self, order: PremiumOrder) -> TaxAnswer:
        raise Unavailable


@dataclass
class Refusing:
    """A tax bureau that takes nothing."""

    async def pay(self, order: PremiumOrder) -> TaxAnswer:
        return TaxAnswer(None)


@dataclass
class Household:
    """A resident father whose daughter and son share with him."""

    father: Person
    daughter: Person
    son: Person
    of_daughter: str
    of_son: str

    def paying(self, **fields: Any) -> dict[str, Any]:
        return request(**{"bindingId": self.of_daughter, "year": 2027, **fields})


async def make_household(world: World, *, daughter: int = 1000_00, **rules: Any) -> Household:
    await world.policy(**rules)
    await TariffRow.create(
        region=NGARI,
        year=2027,
        category="ADULT",
        amount_fen=400_00,
        opens_on=date(2026, 9, 1),
        closes_on=date(2026, 12, 31),
    )
    father = await world.person("扎西多吉", scheme=Scheme.RESIDENT)
    one = await world.person("次仁卓玛", balance=daughter)
    other = await world.person("格桑平措", balance=1000_00)
    given = [await world.bind(who, father, kinship=Kinship.PARENT) for who in (one, other)]
    return Household(father, one, other, *(shown(BINDING, binding) for binding in given))


@pytest.fixture
async def home(world: World) -> Household:
    return await make_household(world)


async def pay(api: Api, who: Person, asked: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.as_(who.actor).query(PAY, input=asked))["payPremium"]
    return answer


async def refund(api: Api, who: Person, asked: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.as_(who.actor).query(REFUND, input=asked))["refundPremium"]
    return answer


async def payable(api: Api, who: Person) -> list[dict[str, Any]]:
    answer = (await api.as_(who.actor).query(PAYABLE))["payablePremiums"]
    listed: list[dict[str, Any]] = answer["premiums"]
    return listed


async def premiums(api: Api, who: Person, side: str, **page: Any) -> dict[str, Any]:
    answer = await api.as_(who.actor).query(PREMIUMS, side=side, **page)
    listed: dict[str, Any] = answer["premiums"]
    return listed


async def test_a_sharer_sees_what_could_be_paid(api: Api, home: Household) -> None:
    (one,) = await payable(api, home.daughter)

    assert one.pop("plan")
    assert one == {
        "bindingId": home.of_daughter,
        "insuredName": "扎**吉",
        "year": 2027,
        "category": "ADULT",
        "amountFen": 400_00,
        "fromOwnFen": 400_00,
        "opensOn": "2026-09-01",
        "closesOn": "2026-12-31",
        "isPaid": False,
        "reasons": [],
    }


async def test_a_premium_is_paid_confirmed_and_shown_to_both(
    api: Api, home: Household, world: World
) -> None:
    (offer,) = await payable(api, home.daughter)

    paid = await pay(api, home.daughter, home.paying(ifPlan=offer["plan"]))

    premium = paid["premium"]
    assert (paid["__typename"], paid["replayed"]) == ("PayPremiumPayload", False)
    assert (premium["status"], premium["amountFen"], premium["fromOwnFen"]) == (
        "CONFIRMED",
        400_00,
        400_00,
    )
    assert premium["taxReference"].startswith("TAX-")
    assert (premium["insuredName"], premium["businessDay"]) == ("扎**吉", "2026-11-20")
    assert await world.balance(home.daughter) == 600_00
    assert (await premiums(api, home.daughter, "PAYER"))["nodes"] == [
        {"__typename": "PremiumAsPayer", **premium}
    ]
    (received,) = (await premiums(api, home.father, "INSURED"))["nodes"]
    assert (received["__typename"], received["payerName"]) == ("PremiumAsInsured", "次**玛")
    assert (await payable(api, home.son))[0]["isPaid"] is True


async def test_nobody_else_lists_a_premium(api: Api, home: Household, world: World) -> None:
    await pay(api, home.daughter, home.paying())

    for who in (home.son, await world.person("陌生人")):
        for side in ("PAYER", "INSURED"):
            listed = await premiums(api, who, side)
            assert (listed["__typename"], listed["nodes"]) == ("PremiumConnection", [])


async def test_the_same_request_pays_once(api: Api, home: Household, world: World) -> None:
    asked = home.paying()

    first = await pay(api, home.daughter, asked)
    second = await pay(api, home.daughter, asked)

    assert (first["replayed"], second["replayed"]) == (False, True)
    assert second["premium"] == first["premium"]
    assert await world.balance(home.daughter) == 600_00


async def test_no_plan_and_a_null_plan_are_the_same_request(api: Api, home: Household) -> None:
    asked = home.paying()
    await pay(api, home.daughter, asked)

    assert (await pay(api, home.daughter, {**asked, "ifPlan": None}))["replayed"] is True


async def test_a_key_belongs_to_one_request(api: Api, home: Household, world: World) -> None:
    asked = home.paying()
    await pay(api, home.daughter, asked)
    before = await everything()

    again = await pay(api, home.daughter, {**asked, "year": 2028})

    assert (again["__typename"], again["code"], again["path"]) == (
        "RequestIdReused",
        "REQUEST_ID_REUSED",
        ["requestId"],
    )
    assert await everything() == before


async def test_a_plan_that_no_longer_holds_is_shown_anew(api: Api, home: Household) -> None:
    (offer,) = await payable(api, home.daughter)
    before = await everything()

    answer = await pay(api, home.daughter, home.paying(ifPlan="another"))

    assert (answer["__typename"], answer["code"], answer["path"]) == (
        "PlanChanged",
        "PLAN_CHANGED",
        ["ifPlan"],
    )
    assert answer["fresh"] == {"plan": offer["plan"], "sharedFen": 400_00}
    assert await everything() == before


async def test_every_reason_is_told_at_once_and_again(api: Api, world: World) -> None:
    home = await make_household(world, daughter=399_99)
    await pay(api, home.son, home.paying(bindingId=home.of_son))
    before = await everything()
    asked = home.paying()

    first = await pay(api, home.daughter, asked)

    assert reasons(first) == ["PREMIUM_ALREADY_PAID", "PREMIUM_BALANCE_SHORT"]
    assert [reason["path"] for reason in first["reasons"]] == [["year"], ["bindingId"]]
    assert all(reason["clause"] == "G14" for reason in first["reasons"])
    assert await pay(api, home.daughter, asked) == first
    assert await everything() == before


@pytest.mark.parametrize("year", [2026, 0, -1, 2**31 - 1])
async def test_a_year_without_tariff_is_refused(api: Api, home: Household, year: int) -> None:
    assert reasons(await pay(api, home.daughter, home.paying(year=year))) == ["PREMIUM_NOT_PAYABLE"]


async def test_strangers_hear_the_same_as_about_what_does_not_exist(
    api: Api, home: Household, world: World
) -> None:
    stranger = await world.person("陌生人", balance=1000_00)
    unknown = home.paying(bindingId=shown(BINDING, key()))
    before = await everything()

    answers = [
        await pay(api, stranger, home.paying()),
        await pay(api, home.father, home.paying()),
        await pay(api, home.son, home.paying()),
        await pay(api, home.daughter, unknown),
        await pay(api, home.daughter, home.paying(bindingId="bnd_nonsense")),
        await pay(api, home.daughter, home.paying(bindingId="")),
    ]

    assert [reasons(answer) for answer in answers] == [["NOT_FOUND"]] * 6
    assert len({str(answer) for answer in answers}) == 1
    assert await everything() == before


async def test_a_silent_tax_bureau_leaves_the_premium_debited(api: Api, home: Household) -> None:
    silent = replace(api, ports=replace(api.ports, tax_bureau=Silent()))

    paid = await pay(silent, home.daughter, home.paying())

    assert (paid["premium"]["status"], paid["premium"]["taxReference"]) == ("DEBITED", None)


async def test_a_failed_premium_has_given_everything_back(
    api: Api, home: Household, world: World
) -> None:
    refusing = replace(api, ports=replace(api.ports, tax_bureau=Refusing()))

    paid = await pay(refusing, home.daughter, home.paying())

    assert paid["premium"]["status"] == "FAILED"
    assert paid["premium"]["failedAt"] is not None
    assert await world.balance(home.daughter) == 1000_00


async def test_a_payer_learns_the_own_part_where_others_help(api: Api, world: World) -> None:
    home = await make_household(world, daughter=300_00, premium_payers=PremiumPayers.CASCADE)

    paid = await pay(api, home.daughter, home.paying())

    assert (paid["premium"]["amountFen"], paid["premium"]["fromOwnFen"]) == (400_00, 300_00)
    assert await world.balance(home.son) == 900_00


async def test_a_guardian_pays_out_of_the_wards_account(
    api: Api, home: Household, world: World
) -> None:
    guardian = await world.person("监护人")
    before = await everything()
    ward = shown(PERSON, home.daughter.id)
    refused = await pay(api, guardian, home.paying(onBehalfOf=ward))
    assert reasons(refused) == ["NOT_FOUND"]
    assert refused["path"] == ["onBehalfOf"]
    assert await everything() == before
    await world.guardian(guardian, home.daughter, capacity=Capacity.PROXY)

    paid = await pay(api, guardian, home.paying(onBehalfOf=ward))

    assert paid["premium"]["status"] == "CONFIRMED"
    assert await world.balance(home.daughter) == 600_00
    listed = await premiums(api, guardian, "PAYER", onBehalfOf=ward)
    assert [one["id"] for one in listed["nodes"]] == [paid["premium"]["id"]]


async def test_who_acts_for_nobody_hears_a_refusal(api: Api, home: Household) -> None:
    ward = shown(PERSON, home.daughter.id)

    listed = await premiums(api, home.son, "PAYER", onBehalfOf=ward)
    offers = (await api.as_(home.son.actor).query(PAYABLE, onBehalfOf=ward))["payablePremiums"]

    assert (listed["__typename"], listed["code"]) == ("Refusal", "NOT_FOUND")
    assert reasons(offers) == ["NOT_FOUND"]


async def test_a_payer_refunds_until_the_year_begins(
    api: Api, home: Household, world: World
) -> None:
    paid = await pay(api, home.daughter, home.paying())
    asked = request(premiumId=paid["premium"]["id"])

    first = await refund(api, home.daughter, asked)
    again = await refund(api, home.daughter, asked)
    anew = await refund(api, home.daughter, request(premiumId=paid["premium"]["id"]))

    assert (first["premium"]["status"], first["replayed"]) == ("REFUNDED", False)
    assert (again["premium"], again["replayed"]) == (first["premium"], True)
    assert reasons(anew) == ["PREMIUM_NOT_REFUNDABLE"]
    assert await world.balance(home.daughter) == 1000_00


async def test_a_refund_comes_too_late_in_the_benefit_year(
    api: Api, home: Household, world: World
) -> None:
    paid = await pay(api, home.daughter, home.paying())
    world.clock.move(days=60)
    before = await everything()

    late = await refund(api, home.daughter, request(premiumId=paid["premium"]["id"]))

    assert reasons(late) == ["PREMIUM_REFUND_TOO_LATE"]
    assert await everything() == before


async def test_only_the_payer_and_staff_refund(api: Api, home: Household, world: World) -> None:
    paid = await pay(api, home.daughter, home.paying())
    theirs = paid["premium"]["id"]
    before = await everything()

    answers = [
        await refund(api, home.father, request(premiumId=theirs)),
        await refund(api, home.son, request(premiumId=theirs)),
        await refund(api, home.daughter, request(premiumId=shown(PREMIUM, key()))),
        await refund(api, home.daughter, request(premiumId=shown(BINDING, key()))),
    ]

    assert [reasons(answer) for answer in answers] == [["NOT_FOUND"]] * 4
    assert await everything() == before


async def by_staff(api: Api, actor: Any, asked: dict[str, Any]) -> Answer:
    return await api.as_(actor).query(REFUND_BY_STAFF, input=asked)


async def test_staff_refund_with_a_reason(api: Api, home: Household) -> None:
    paid = await pay(api, home.daughter, home.paying())
    theirs = paid["premium"]["id"]
    elsewhere = replace(STAFF, region="510000")

    without = (await by_staff(api, STAFF, request(premiumId=theirs)))["refundPremium"]
    blank = (await by_staff(api, STAFF, request(premiumId=theirs, reason="  ")))["refundPremium"]
    far = (await by_staff(api, elsewhere, request(premiumId=theirs, reason="重复缴费")))[
        "refundPremium"
    ]
    done = (await by_staff(api, STAFF, request(premiumId=theirs, reason="重复缴费")))[
        "refundPremium"
    ]

    assert (reasons(without), reasons(blank)) == (["REASON_REQUIRED"], ["REASON_REQUIRED"])
    assert reasons(far) == ["NOT_FOUND"]
    assert (done["premium"]["status"], done["premium"]["insuredName"]) == ("REFUNDED", "扎**吉")


async def test_pages_of_premiums_go_both_ways(api: Api, home: Household) -> None:
    for _ in range(3):
        paid = await pay(api, home.daughter, home.paying())
        await refund(api, home.daughter, request(premiumId=paid["premium"]["id"]))

    whole = await premiums(api, home.daughter, "PAYER")
    first = await premiums(api, home.daughter, "PAYER", first=2)
    rest = await premiums(
        api, home.daughter, "PAYER", first=2, after=first["pageInfo"]["endCursor"]
    )

    assert whole["nodes"] == first["nodes"] + rest["nodes"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_a_page_has_bounds(api: Api, home: Household) -> None:
    answer = await api.as_(home.daughter.actor).query(PREMIUMS, side="PAYER", first=101)

    assert answer.codes == ["BAD_PAGE"]
