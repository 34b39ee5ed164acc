"""The family account as of a moment is what was to be seen then."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from gongji.domain.actor import Role
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.disclosure import OrderSource
from gongji.domain.errors import Code, Forbidden, Refusal
from gongji.domain.identity import mask_name
from gongji.domain.kinship import Kinship
from gongji.domain.ledger import CauseKind
from gongji.domain.person import Scheme
from gongji.domain.policy import UnsetOrder
from gongji.store.ids import new_id
from gongji.store.rows import AccessRow, EventRow, TransferRow
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.load import load
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from gongji.usecases.views.as_of import FamilyAccountAsOf, see_family_account_as_of
from gongji.usecases.views.families import FamilyAccount, see_family_account
from tests.registry_files import write_lines
from tests.usecases.family_steps import accept, couple, invite, on_behalf
from tests.usecases.play import Play, played
from tests.world import NOON, STAFF, Person, World, key

TICK = timedelta(microseconds=1)


async def as_of(world: World, person: Person, at: datetime) -> FamilyAccountAsOf:
    return await see_family_account_as_of(person.actor, world.ports, at)


def seen_live(family: FamilyAccount) -> tuple[Any, ...]:
    """Return what a live view and that of a moment have in common."""
    return (
        None if family.account is None else family.account.balance,
        family.order_version,
        family.order_source,
        [(one.id, one.kinship, one.name, one.rank, one.accepted_at) for one in family.sharers],
        [
            (one.id, one.kinship, one.name, one.status, one.accepted_at)
            for one in family.beneficiaries
        ],
    )


def seen_then(family: FamilyAccountAsOf) -> tuple[Any, ...]:
    return (
        None if family.account is None else family.account.balance,
        family.order_version,
        family.order_source,
        [
            (one.binding_id, one.kinship, one.name, one.rank, one.accepted_at)
            for one in family.sharers
        ],
        [
            (one.id, one.kinship, mask_name(one.other_name), one.status, one.accepted_at)
            for one in family.beneficiaries
        ],
    )


@pytest.mark.parametrize(
    ("seed", "unset_order"),
    [
        (1, UnsetOrder.BINDING_TIME),
        (2, UnsetOrder.HIGHEST_BALANCE),
        (3, UnsetOrder.NO_SHARING),
    ],
)
async def test_every_moment_of_a_random_history_is_told_as_it_was_seen(
    world: World, seed: int, unset_order: UnsetOrder
) -> None:
    await world.policy(unset_order=unset_order)
    play = await Play.begin(world, seed)
    lived: dict[datetime, dict[UUID, tuple[Any, ...]]] = {}

    async def look(at: datetime) -> None:
        lived[at] = {
            one.id: seen_live(await see_family_account(one.actor, world.ports))
            for one in play.people
        }

    done = await played(play, 80, look)

    assert done.keys() >= {"accept", "pause", "resume", "end", "reorder", "settle"}, done
    moments = sorted(lived)
    for at, following in zip(moments, [*moments[1:], moments[-1] + 2 * TICK], strict=True):
        for moment in {at, following - TICK} if following <= moments[-1] else {at}:
            for one in play.people:
                then = await as_of(world, one, moment)
                assert seen_then(then) == lived[at][one.id], (moment, one.name)


class TestMoments:
    async def test_before_anything_happened_there_is_nothing(self, world: World) -> None:
        a, b = await couple(world, beneficiary_balance=0)
        await accept(world, b, await invite(world, a, b))

        for at in (NOON - TICK, datetime(1, 1, 1, tzinfo=UTC)):
            for person in (a, b):
                then = await as_of(world, person, at)
                assert then.account is not None
                assert (then.account.balance, then.account.entry_no) == (0, 0)
                assert (then.order_version, then.sharers, then.beneficiaries) == (0, (), ())

    async def test_without_an_account_there_never_was_one(self, world: World) -> None:
        _, b = await couple(world)

        assert (await as_of(world, b, NOON)).account is None

    async def test_the_present_moment_may_be_asked_and_no_later_one(self, world: World) -> None:
        a, _ = await couple(world)

        now = await as_of(world, a, NOON)
        with pytest.raises(Refusal) as refused:
            await as_of(world, a, NOON + TICK)

        assert now.account is not None
        assert (now.account.balance, now.account.entry_no) == (300_00, 1)
        (reason,) = refused.value.reasons
        assert (reason.code, reason.path) == (Code.MOMENT_IN_FUTURE, ("at",))

    async def test_what_happens_exactly_then_counts(self, world: World) -> None:
        a, b = await couple(world)
        binding = await invite(world, a, b)
        world.clock.move(hours=1)
        accepted_at = world.clock.now()
        await accept(world, b, binding)
        world.clock.move(hours=1)
        ended_at = world.clock.now()
        await end_binding(EndBinding(key(), binding), b.actor, world.ports)

        told = {
            at: (await as_of(world, b, at), await as_of(world, a, at))
            for at in (accepted_at - TICK, accepted_at, ended_at - TICK, ended_at)
        }

        assert [
            (len(mine.sharers), len(theirs.beneficiaries), mine.order_version)
            for mine, theirs in told.values()
        ] == [(0, 0, 0), (1, 1, 1), (1, 1, 1), (0, 0, 2)]

    async def test_of_two_things_at_one_moment_the_last_counts(self, world: World) -> None:
        a, b = await couple(world)
        binding = await invite(world, a, b)
        await accept(world, b, binding)
        await pause_binding(PauseBinding(key(), binding), a.actor, world.ports)

        (shared,) = (await as_of(world, a, NOON)).beneficiaries

        assert shared.status is BindingStatus.PAUSED

    async def test_an_entry_that_was_booked_earlier_than_the_one_before_waits_for_it(
        self, world: World
    ) -> None:
        """Two bills that draw on one account at once: the second lock may have the earlier time."""
        a, _ = await couple(world)
        for entry_no, after, minutes in ((2, 200_00, 2), (3, 150_00, 1)):
            await TransferRow.create(
                debit_account_id=a.account_id,
                credit_account_id=key(),
                amount_fen=100_00 if entry_no == 2 else 50_00,
                cause_kind=CauseKind.SETTLEMENT,
                cause_id=key(),
                business_day=NOON.date(),
                booked_at=NOON + timedelta(minutes=minutes),
                account_id=a.account_id,
                entry_no=entry_no,
                balance_after_fen=after,
            )
        world.clock.move(hours=1)

        told = [
            (await as_of(world, a, NOON + timedelta(minutes=minutes))).account
            for minutes in (0, 1, 2)
        ]

        assert [account and account.balance for account in told] == [300_00, 300_00, 150_00]


class TestWhatIsTold:
    async def test_a_beneficiary_is_not_told_of_a_pause(self, world: World) -> None:
        a, b = await couple(world)
        binding = await invite(world, a, b)
        await accept(world, b, binding)
        world.clock.move(hours=1)
        await pause_binding(PauseBinding(key(), binding), a.actor, world.ports)

        before = await as_of(world, b, NOON)
        after = await as_of(world, b, world.clock.now())

        assert after.sharers == before.sharers
        assert [one.name for one in after.sharers] == ["王*兰"]
        assert not hasattr(after.sharers[0], "status")

    async def test_the_order_and_who_decided_it_are_those_of_then(self, world: World) -> None:
        a, b = await couple(world)
        c = await world.person("扎西", balance=1_00)
        first = await invite(world, a, b)
        await accept(world, b, first)
        await world.kin(c, b, Kinship.SIBLING)
        second = await invite(world, c, b, Kinship.SIBLING)
        await accept(world, b, second)
        world.clock.move(hours=1)
        order = ReorderSharers(key(), (second, first), 2)
        await reorder_sharers(order, b.actor, world.ports)

        before, after = await as_of(world, b, NOON), await as_of(world, b, world.clock.now())

        assert (before.order_source, after.order_source) == (
            OrderSource.BUREAU,
            OrderSource.BENEFICIARY,
        )
        assert [one.binding_id for one in before.sharers] == [first, second]
        assert [(one.rank, one.binding_id) for one in after.sharers] == [(1, second), (2, first)]

    async def test_before_the_region_had_a_policy_nobody_had_decided(self, world: World) -> None:
        _, b = await couple(world)

        then = await as_of(world, b, datetime(2024, 12, 31, 15, 59, tzinfo=UTC))

        assert then.order_source is OrderSource.NONE_YET

    async def test_a_binding_that_was_loaded_as_paused_was_paused(
        self, world: World, tmp_path: Path
    ) -> None:
        a, b = await couple(world)
        of = {"sharer": a.id_number, "beneficiary": b.id_number}
        record = {"record": "binding", "kinship": "SPOUSE", "status": "PAUSED", **of}
        file = write_lines(tmp_path / "records.jsonl", record)
        assert (await load(file, world.ports, allow_unmarked=True)).faults == ()

        (shared,) = (await as_of(world, a, NOON)).beneficiaries

        assert shared.status is BindingStatus.PAUSED
        assert await EventRow.filter(kind="BINDING_PAUSED").count() == 1


class TestWhoMayAsk:
    async def test_a_guardian_sees_what_the_ward_sees(self, world: World) -> None:
        await world.policy()
        mother = await world.person(balance=900_00)
        child = await world.person("央金", scheme=Scheme.RESIDENT, born_on=date(2020, 1, 1))
        await world.guardian(mother, child)

        told = await see_family_account_as_of(on_behalf(mother, child), world.ports, NOON)

        assert told == await as_of(world, child, NOON)

    async def test_strangers_former_guardians_and_the_unknown_are_refused_alike(
        self, world: World
    ) -> None:
        await world.policy()
        mother, stranger = await world.person(balance=900_00), await world.person()
        grown = await world.person(born_on=date(2010, 11, 20))
        await world.guardian(mother, grown, Capacity.GUARDIAN)
        asked = [
            on_behalf(mother, grown),
            on_behalf(stranger, grown),
            replace(stranger.actor, acting_for=new_id()),
        ]

        for actor in asked:
            with pytest.raises(Refusal) as refused:
                await see_family_account_as_of(actor, world.ports, NOON)
            assert refused.value.code == "NOT_FOUND"

    async def test_staff_reads_with_a_reason_which_is_recorded(self, world: World) -> None:
        a, _ = await couple(world)

        told = await see_family_account_as_of(
            STAFF, world.ports, NOON, person_id=a.id, reason="本人来电查询"
        )

        assert told == await as_of(world, a, NOON)
        (access,) = await AccessRow.all()
        assert (access.person_id, access.reason) == (a.id, "本人来电查询")
        assert access.actor["subject"] == str(STAFF.subject)

    async def test_staff_elsewhere_without_a_reason_or_about_nobody_reads_nothing(
        self, world: World
    ) -> None:
        a, _ = await couple(world)
        elsewhere = replace(STAFF, region="510000")
        asked = [
            (elsewhere, a.id, "来电", "NOT_FOUND"),
            (STAFF, new_id(), "来电", "NOT_FOUND"),
            (STAFF, None, "来电", "NOT_FOUND"),
            (STAFF, a.id, " ", "REASON_REQUIRED"),
        ]

        for staff, person_id, reason, code in asked:
            with pytest.raises(Refusal) as refused:
                await see_family_account_as_of(
                    staff, world.ports, NOON, person_id=person_id, reason=reason
                )
            assert refused.value.code == code
        assert await AccessRow.all().count() == 0

    async def test_who_never_may_is_forbidden(self, world: World) -> None:
        a, b = await couple(world)
        place = await world.institution()
        reviewer = replace(STAFF, roles=frozenset({Role.REVIEWER}))

        for actor, person_id in ((place.actor, None), (a.actor, b.id), (reviewer, a.id)):
            with pytest.raises(Forbidden):
                await see_family_account_as_of(
                    actor, world.ports, NOON, person_id=person_id, reason="好奇"
                )
        assert await AccessRow.all().count() == 0
