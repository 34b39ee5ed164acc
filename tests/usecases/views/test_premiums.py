"""What people see of resident premiums."""

from dataclasses import asdict, replace
from datetime import date

import pytest

from gongji.domain.actor import Actor
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.errors import Code, Forbidden, Refusal
from gongji.domain.kinship import Kinship
from gongji.domain.page import PageRequest
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.domain.policy import PremiumPayers
from gongji.domain.premium import Premium, PremiumSide, PremiumStatus
from gongji.store.rows import BeneficiaryRow, BindingRow, PersonalAccountRow
from gongji.usecases.refund_premium import RefundPremium, refund_premium
from gongji.usecases.views.premiums import (
    PayablePremium,
    list_payable_premiums,
    list_premiums,
    see_premiums,
)
from tests.usecases.premium_family import PremiumFamily, make_premium_family, tariff
from tests.world import GAR, STAFF, World, key


@pytest.fixture
async def family(world: World) -> PremiumFamily:
    return await make_premium_family(world)


async def payable(family: PremiumFamily, actor: Actor | None = None) -> tuple[PayablePremium, ...]:
    return await list_payable_premiums(actor or family.a.actor, family.ports)


def codes(seen: PayablePremium) -> list[Code]:
    return [reason.code for reason in seen.reasons]


class TestPayable:
    async def test_it_tells_tariff_window_and_what_would_leave_the_account(
        self, family: PremiumFamily
    ) -> None:
        (seen,) = await payable(family)

        assert (seen.binding_id, seen.insured_id) == (family.binding, family.insured.id)
        assert (seen.tariff.year, seen.tariff.amount) == (2027, 400_00)
        assert (seen.tariff.opens_on, seen.tariff.closes_on) == (
            date(2026, 9, 1),
            date(2026, 12, 31),
        )
        assert (seen.is_paid, seen.from_own, seen.reasons) == (False, 400_00, ())

    async def test_it_shows_what_would_be_refused_and_why(self, family: PremiumFamily) -> None:
        (seen,) = await payable(family, family.b.actor)

        assert codes(seen) == [Code.PREMIUM_BALANCE_SHORT]

    async def test_a_premium_that_anybody_paid_is_paid(self, family: PremiumFamily) -> None:
        done = await family.pay()

        (seen,) = await payable(family, family.b.actor)
        assert seen.is_paid
        assert Code.PREMIUM_ALREADY_PAID in codes(seen)
        assert str(family.a.id) not in str(asdict(seen))

        await refund_premium(RefundPremium(key(), done.id), family.a.actor, family.ports)
        (seen,) = await payable(family)
        assert (seen.is_paid, seen.reasons) == (False, ())

    async def test_a_paused_binding_is_listed_and_refused(self, family: PremiumFamily) -> None:
        await BindingRow.filter(id=family.binding).update(status=BindingStatus.PAUSED)

        (seen,) = await payable(family)

        assert (seen.from_own, codes(seen)) == (0, [Code.PREMIUM_PAYER_CANNOT_PAY])

    async def test_the_payers_frozen_account_cannot_pay(self, family: PremiumFamily) -> None:
        await PersonalAccountRow.filter(owner_id=family.a.id).update(status=AccountStatus.FROZEN)

        (seen,) = await payable(family)

        assert codes(seen) == [Code.PREMIUM_PAYER_CANNOT_PAY]

    @pytest.mark.parametrize(
        "columns",
        [{"scheme": Scheme.EMPLOYEE}, *({"status": s} for s in list(PersonStatus)[1:])],
    )
    async def test_of_a_relative_who_cannot_be_paid_for_nothing_is_said(
        self, family: PremiumFamily, columns: dict[str, str]
    ) -> None:
        await BeneficiaryRow.filter(person_id=family.insured.id).update(**columns)

        assert await payable(family) == ()

    async def test_windows_to_come_are_listed_and_past_ones_are_not(
        self, family: PremiumFamily
    ) -> None:
        await tariff(year=2026, opens_on=date(2025, 9, 1), closes_on=date(2026, 11, 19))
        await tariff(year=2028, opens_on=date(2026, 11, 21), closes_on=date(2027, 12, 31))

        seen = await payable(family)

        assert [(x.tariff.year, codes(x)) for x in seen] == [
            (2027, []),
            (2028, [Code.PREMIUM_WINDOW_CLOSED]),
        ]

    async def test_open_windows_come_first_whoever_was_bound_first(
        self, family: PremiumFamily, world: World
    ) -> None:
        await tariff(year=2028, opens_on=date(2026, 11, 21), closes_on=date(2027, 12, 31))
        aunt = await world.person("拉姆", scheme=Scheme.RESIDENT)
        later = await world.bind(family.a, aunt, kinship=Kinship.SIBLING)

        seen = await payable(family)

        assert [(x.tariff.year, x.binding_id) for x in seen] == [
            (2027, family.binding),
            (2027, later),
            (2028, family.binding),
            (2028, later),
        ]

    async def test_only_the_nearest_regions_tariff_counts(self, family: PremiumFamily) -> None:
        await tariff(GAR, amount=350_00)
        await tariff("540000", amount=380_00)
        await tariff("542600", amount=1)
        await tariff(category="CHILD", amount=2)

        assert [seen.tariff.amount for seen in await payable(family)] == [350_00]

    async def test_every_relative_is_listed_with_the_own_category(
        self, family: PremiumFamily
    ) -> None:
        child = await family.world.person("央金", scheme=Scheme.RESIDENT, premium_category="CHILD")
        await family.world.bind(family.a, child)
        await tariff(category="CHILD", amount=200_00)

        seen = await payable(family)

        assert [(x.insured_id, x.tariff.amount) for x in seen] == [
            (family.insured.id, 400_00),
            (child.id, 200_00),
        ]

    async def test_where_others_help_only_the_own_part_is_told(self, world: World) -> None:
        family = await make_premium_family(world, a=300_00, premium_payers=PremiumPayers.CASCADE)

        (seen,) = await payable(family)

        assert (seen.from_own, seen.reasons) == (300_00, ())
        assert str(family.b.account_id) not in str(asdict(seen))

    async def test_who_shares_with_nobody_has_nothing_to_pay(self, family: PremiumFamily) -> None:
        assert await payable(family, family.insured.actor) == ()

    async def test_a_guardian_sees_what_the_ward_could_pay(self, family: PremiumFamily) -> None:
        proxy = await family.world.person("王强")
        await family.world.guardian(proxy, family.a, Capacity.PROXY)

        seen = await payable(family, replace(proxy.actor, acting_for=family.a.id))

        assert seen == await payable(family)

    async def test_strangers_tills_and_staff_see_nothing(self, family: PremiumFamily) -> None:
        stranger = await family.world.person("王强")
        hospital = await family.world.institution()

        with pytest.raises(Refusal, match="NOT_FOUND"):
            await payable(family, replace(stranger.actor, acting_for=family.a.id))
        for actor in (STAFF, hospital.actor):
            with pytest.raises(Forbidden):
                await payable(family, actor)


class TestLists:
    async def years(
        self, family: PremiumFamily, actor: Actor, side: PremiumSide, page: PageRequest
    ) -> tuple[list[int], bool, bool]:
        found = await list_premiums(actor, family.ports, side, page)
        return [p.year for p in found.rows], found.has_previous, found.has_next

    @pytest.fixture
    async def three(self, world: World) -> list[Premium]:
        """Return three premiums that A paid, the newest first."""
        self.family = await make_premium_family(world, a=5000_00, tariffs=False)
        for year in (2025, 2026, 2027):
            await tariff(year=year)
            await self.family.pay(self.family.request(year=year))
        everyone = PageRequest()
        found = await list_premiums(
            self.family.a.actor, self.family.ports, PremiumSide.PAYER, everyone
        )
        return list(found.rows)

    async def test_payer_and_insured_see_the_same_newest_first(self, three: list[Premium]) -> None:
        family, page = self.family, PageRequest()

        as_payer = await self.years(family, family.a.actor, PremiumSide.PAYER, page)
        as_insured = await self.years(family, family.insured.actor, PremiumSide.INSURED, page)

        assert as_payer == as_insured == ([2027, 2026, 2025], False, False)
        assert {p.status for p in three} == {PremiumStatus.CONFIRMED}

    async def test_nobody_sees_the_other_side_or_others(self, three: list[Premium]) -> None:
        family, page = self.family, PageRequest()
        nothing: tuple[list[int], bool, bool] = ([], False, False)

        assert await self.years(family, family.a.actor, PremiumSide.INSURED, page) == nothing
        assert await self.years(family, family.insured.actor, PremiumSide.PAYER, page) == nothing
        assert await self.years(family, family.b.actor, PremiumSide.PAYER, page) == nothing

    async def test_pages_follow_one_another_both_ways(self, three: list[Premium]) -> None:
        family, side = self.family, PremiumSide.PAYER
        newest, _, oldest = three

        first = PageRequest(2)
        after = PageRequest(2, (newest.id,))
        before = PageRequest(1, (oldest.id,), is_backward=True)
        last = PageRequest(2, is_backward=True)

        a = family.a.actor
        assert await self.years(family, a, side, first) == ([2027, 2026], False, True)
        assert await self.years(family, a, side, after) == ([2026, 2025], True, False)
        assert await self.years(family, a, side, before) == ([2026], True, True)
        assert await self.years(family, a, side, last) == ([2026, 2025], True, False)

    async def test_only_a_person_has_such_a_list(self, family: PremiumFamily) -> None:
        with pytest.raises(Forbidden):
            await list_premiums(STAFF, family.ports, PremiumSide.PAYER, PageRequest())


class TestSeeing:
    async def test_payer_insured_and_staff_of_the_region_see_it(
        self, family: PremiumFamily
    ) -> None:
        done = await family.pay()

        for actor in (family.a.actor, family.insured.actor, STAFF):
            seen = await see_premiums([done.id], actor, family.ports)
            assert seen.keys() == {done.id}
            assert (seen[done.id].id, seen[done.id].status) == (done.id, PremiumStatus.CONFIRMED)

    async def test_others_see_nothing(self, family: PremiumFamily) -> None:
        done = await family.pay()
        hospital = await family.world.institution()
        elsewhere = replace(STAFF, region="542600")
        without_role = replace(STAFF, roles=frozenset({"REVIEWER"}))

        for actor in (family.b.actor, hospital.actor, elsewhere, without_role):
            assert await see_premiums([done.id], actor, family.ports) == {}
        assert await see_premiums([key()], family.a.actor, family.ports) == {}

    async def test_an_unknown_guardian_sees_nothing(self, family: PremiumFamily) -> None:
        done = await family.pay()

        acting = replace(family.b.actor, acting_for=family.a.id)
        assert await see_premiums([done.id], acting, family.ports) == {}
