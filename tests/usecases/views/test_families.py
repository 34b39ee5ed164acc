"""The family account: what its owner, a guardian and staff see of it, and who sees nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gongji.domain.actor import ActorKind
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.disclosure import Availability, OrderSource
from gongji.domain.errors import Code, Forbidden, Refusal
from gongji.domain.kinship import Kinship
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.domain.policy import UnsetOrder
from gongji.store.ids import new_id
from gongji.store.rows import AccessRow, BindingRow
from gongji.usecases.settle import settle
from gongji.usecases.views.families import FamilyAccount, see_family_account
from tests.bills import bill, settling
from tests.world import NOON, STAFF, Person, World


async def family_of(world: World, person: Person) -> FamilyAccount:
    return await see_family_account(person.actor, world.ports)


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> Code:
    return refused.value.reasons[0].code


class TestAsBeneficiary:
    async def test_the_own_account_is_shown_with_balance_reserve_and_state(
        self, world: World
    ) -> None:
        await world.policy()
        me = await world.person("扎西卓玛", balance=118_63, reserve=20_00)

        family = await family_of(world, me)

        assert family.account is not None
        assert (family.account.balance, family.account.reserve) == (118_63, 20_00)
        assert family.account.status is AccountStatus.NORMAL
        assert family.person.name == "扎**玛"
        assert family.person.id_number == f"5{'*' * 16}{me.id_number[-1]}"

    async def test_a_resident_has_no_account(self, world: World) -> None:
        await world.policy()
        child = await world.person(scheme=Scheme.RESIDENT)

        assert (await family_of(world, child)).account is None

    async def test_sharers_stand_in_the_order_that_was_set(self, world: World) -> None:
        await world.policy()
        me, a, b = [await world.person(name, balance=500_00) for name in ("卓玛", "甲乙", "丙丁")]
        await world.bind(a, me, position=2)
        await world.bind(b, me, position=1)

        family = await family_of(world, me)

        assert [(one.rank, one.name) for one in family.sharers] == [(1, "丙*"), (2, "甲*")]
        assert family.order_source is OrderSource.BENEFICIARY

    @pytest.mark.parametrize(
        ("balance", "expected"),
        [
            (100_00, Availability.ENOUGH),
            (99_99, Availability.LOW),
            (0, Availability.EMPTY),
        ],
    )
    async def test_a_sharer_shows_how_far_the_account_reaches(
        self, world: World, balance: int, expected: Availability
    ) -> None:
        await world.policy()
        me, a = await world.person(), await world.person(balance=balance)
        await world.bind(a, me)

        (seen,) = (await family_of(world, me)).sharers

        assert seen.availability is expected

    async def test_the_limit_and_the_reserve_count_but_are_not_told(self, world: World) -> None:
        await world.policy()
        me = await world.person()
        limited = await world.person(balance=900_00)
        reserved = await world.person(balance=900_00, reserve=850_00)
        await world.bind(limited, me, limit_month_fen=0)
        await world.bind(reserved, me)

        family = await family_of(world, me)

        assert [s.availability for s in family.sharers] == [Availability.EMPTY, Availability.LOW]

    async def test_a_pause_looks_like_a_frozen_account(self, world: World) -> None:
        await world.policy()
        me = await world.person()
        paused = await world.person(balance=900_00)
        frozen = await world.person(balance=900_00, account_status=AccountStatus.FROZEN)
        await world.bind(paused, me, status=BindingStatus.PAUSED)
        await world.bind(frozen, me)

        family = await family_of(world, me)

        assert {(s.status, s.availability) for s in family.sharers} == {
            (BindingStatus.ACTIVE, Availability.UNAVAILABLE)
        }

    async def test_where_the_bureau_draws_the_highest_balance_no_order_tells_who_has_more(
        self, world: World
    ) -> None:
        await world.policy(unset_order=UnsetOrder.HIGHEST_BALANCE)
        me = await world.person()
        first = await world.bind(await world.person(balance=200_00), me)
        second = await world.bind(await world.person(balance=900_00), me)

        family = await family_of(world, me)

        assert [(s.rank, s.id) for s in family.sharers] == [(None, first), (None, second)]
        assert family.order_source is OrderSource.BUREAU

    async def test_a_missing_order_is_said(self, world: World) -> None:
        await world.policy(unset_order=UnsetOrder.NO_SHARING)
        me = await world.person()
        for _ in range(2):
            await world.bind(await world.person(balance=900_00), me)

        family = await family_of(world, me)

        assert family.order_source is OrderSource.NONE_YET
        assert {s.availability for s in family.sharers} == {Availability.UNAVAILABLE}

    async def test_somebody_who_came_of_age_is_told_to_confirm(self, world: World) -> None:
        await world.policy()
        grown = await world.person(scheme=Scheme.RESIDENT, born_on=date(2010, 11, 20))
        await world.bind(await world.person(balance=900_00), grown, capacity=Capacity.GUARDIAN)

        (seen,) = (await family_of(world, grown)).sharers

        assert (seen.awaits_own_consent, seen.availability) == (True, Availability.UNAVAILABLE)


class TestAsSharer:
    async def test_limits_and_what_is_used_are_shown_per_relative(self, world: World) -> None:
        await world.policy()
        me = await world.person(balance=900_00)
        spouse, parent = await world.person("卓玛"), await world.person("德吉")
        await world.bind(me, spouse, limit_month_fen=300_00)
        await world.bind(me, parent, kinship=Kinship.PARENT)
        place = await world.institution()
        await settle([(settling(spouse, bill(share=40_00)), place.actor)], world.ports)

        seen = (await family_of(world, me)).beneficiaries

        assert [(b.name, b.kinship) for b in seen] == [
            ("卓*", Kinship.SPOUSE),
            ("德*", Kinship.PARENT),
        ]
        assert [(b.used.in_month, b.used.in_year) for b in seen] == [(40_00, 40_00), (0, 0)]
        assert [b.limit.per_month for b in seen] == [300_00, None]

    async def test_a_pause_shows_exactly_and_a_frozen_account_suspends(self, world: World) -> None:
        await world.policy()
        me = await world.person(balance=900_00, account_status=AccountStatus.FROZEN)
        await world.bind(me, await world.person(), status=BindingStatus.PAUSED)
        await world.bind(me, await world.person())

        seen = (await family_of(world, me)).beneficiaries

        assert [(b.status, b.is_suspended) for b in seen] == [
            (BindingStatus.PAUSED, False),
            (BindingStatus.ACTIVE, True),
        ]


class TestInvitations:
    async def test_open_ones_are_shown_to_both_sides(self, world: World) -> None:
        await world.policy()
        a, b = await world.person("甲乙", balance=900_00), await world.person("丙丁")
        invitation = await world.bind(a, b, status=BindingStatus.INVITED)
        await BindingRow.filter(id=invitation).update(expires_at=NOON + timedelta(seconds=1))

        (sent,) = (await family_of(world, a)).sent
        (received,) = (await family_of(world, b)).received

        assert (sent.id, sent.name, sent.status) == (invitation, "丙*", BindingStatus.INVITED)
        assert (received.id, received.name) == (invitation, "甲*")
        assert received.status is BindingStatus.INVITED

    async def test_one_whose_time_is_over_shows_as_expired_before_and_after_the_sweep(
        self, world: World
    ) -> None:
        await world.policy()
        a, b = await world.person(balance=900_00), await world.person()
        invitation = await world.bind(a, b, status=BindingStatus.INVITED)
        await BindingRow.filter(id=invitation).update(expires_at=NOON)

        before = (await family_of(world, b)).received
        await BindingRow.filter(id=invitation).update(status=BindingStatus.EXPIRED)
        after = (await family_of(world, b)).received

        assert [one.status for one in (*before, *after)] == [BindingStatus.EXPIRED] * 2

    async def test_one_that_expired_long_ago_is_gone(self, world: World) -> None:
        await world.policy()
        a, b = await world.person(balance=900_00), await world.person()
        await world.bind(a, b, status=BindingStatus.EXPIRED)

        assert (await family_of(world, b)).received == ()

    async def test_one_in_review_is_shown(self, world: World) -> None:
        await world.policy()
        a, b = await world.person(balance=900_00), await world.person()
        await world.bind(a, b, status=BindingStatus.IN_REVIEW)

        (received,) = (await family_of(world, b)).received

        assert received.status is BindingStatus.IN_REVIEW


class TestGuardians:
    async def test_a_guardian_sees_what_the_ward_sees(self, world: World) -> None:
        await world.policy()
        mother = await world.person(balance=900_00)
        child = await world.person("央金", scheme=Scheme.RESIDENT, born_on=date(2020, 1, 1))
        await world.guardian(mother, child)
        await world.bind(mother, child, kinship=Kinship.CHILD)

        as_guardian = await see_family_account(
            replace(mother.actor, acting_for=child.id), world.ports
        )

        assert as_guardian == await family_of(world, child)

    async def test_strangers_former_guardians_and_the_unknown_are_refused_alike(
        self, world: World
    ) -> None:
        await world.policy()
        mother = await world.person(balance=900_00)
        grown = await world.person(born_on=date(2010, 11, 20))
        await world.guardian(mother, grown)
        stranger = await world.person()

        for asker, ward in ((mother, grown.id), (stranger, grown.id), (stranger, new_id())):
            with pytest.raises(Refusal) as refused:
                await see_family_account(replace(asker.actor, acting_for=ward), world.ports)
            assert code_of(refused) is Code.NOT_FOUND


class TestStaff:
    async def test_staff_reads_with_a_reason_and_the_reading_is_recorded(
        self, world: World
    ) -> None:
        await world.policy()
        me = await world.person("扎西卓玛", balance=118_63)

        family = await see_family_account(
            STAFF, world.ports, person_id=me.id, reason=" 本人来电查询 "
        )

        assert family.person.id_number == f"542599{'*' * 8}{me.id_number[-4:]}"
        (access,) = await AccessRow.all()
        assert (access.person_id, access.reason) == (me.id, "本人来电查询")
        assert (access.read_at, access.actor["subject"]) == (NOON, str(STAFF.subject))

    @pytest.mark.parametrize("reason", [None, "", "  "])
    async def test_without_a_reason_nothing_is_read(self, world: World, reason: str | None) -> None:
        await world.policy()
        me = await world.person()

        with pytest.raises(Refusal) as refused:
            await see_family_account(STAFF, world.ports, person_id=me.id, reason=reason)

        assert code_of(refused) is Code.REASON_REQUIRED
        assert await AccessRow.all().count() == 0

    async def test_another_region_and_nobody_are_refused_alike_and_not_recorded(
        self, world: World
    ) -> None:
        await world.policy()
        me = await world.person()
        elsewhere = replace(STAFF, region="510000")

        for staff, person_id in ((elsewhere, me.id), (STAFF, new_id()), (STAFF, None)):
            with pytest.raises(Refusal) as refused:
                await see_family_account(staff, world.ports, person_id=person_id, reason="来电查询")
            assert refused.value.reasons[0].path == ("personId",)
            assert code_of(refused) is Code.NOT_FOUND
        assert await AccessRow.all().count() == 0

    async def test_staff_without_the_role_is_forbidden(self, world: World) -> None:
        me = await world.person()

        with pytest.raises(Forbidden):
            await see_family_account(
                replace(STAFF, roles=frozenset({"REVIEWER"})),
                world.ports,
                person_id=me.id,
                reason="来电查询",
            )


async def test_a_person_may_not_name_another(world: World) -> None:
    await world.policy()
    me, other = await world.person(), await world.person()

    with pytest.raises(Forbidden):
        await see_family_account(me.actor, world.ports, person_id=other.id)
    with pytest.raises(Forbidden):
        await see_family_account(me.actor, world.ports, reason="好奇")


async def test_a_till_is_forbidden(world: World) -> None:
    place = await world.institution()

    assert place.actor.kind is ActorKind.TILL
    with pytest.raises(Forbidden):
        await see_family_account(place.actor, world.ports)


async def test_a_region_without_policy_is_not_open(world: World) -> None:
    me = await world.person()

    with pytest.raises(Refusal) as refused:
        await family_of(world, me)

    assert code_of(refused) is Code.REGION_NOT_OPEN


async def test_the_state_of_the_insurance_is_shown(world: World) -> None:
    await world.policy()
    me = await world.person(status=PersonStatus.STOPPED)

    assert (await family_of(world, me)).person.status is PersonStatus.STOPPED
