"""News of the registry (G15, G22): what it ends, what it leaves, and that it is told once."""

import asyncio
from contextvars import Context
from datetime import timedelta
from uuid import UUID

import pytest
from asyncpg.exceptions import SerializationError
from tortoise.transactions import in_transaction

from gongji.domain.binding import BindingStatus
from gongji.domain.events import EventKind
from gongji.domain.kinship import Kinship
from gongji.domain.person import AccountStatus, PersonStatus
from gongji.domain.records import (
    AccountStatusRecord,
    KinshipEndedRecord,
    NewsRecord,
    PersonStatusRecord,
)
from gongji.store.changes import Changes
from gongji.store.registration.intake import RecordsRefused
from gongji.store.registration.registry import Registry
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    EventRow,
    KinshipRow,
    OrderVersionRow,
    PersonalAccountRow,
)
from gongji.usecases import news as sweeping
from gongji.usecases.news import apply_due_news, take_news
from tests.world import KEY_RING, NOON, Person, World

pytestmark = pytest.mark.usefixtures("books_are_right")


def dead(person: Person) -> PersonStatusRecord:
    return PersonStatusRecord(person.id_number, PersonStatus.DECEASED)


async def statuses() -> dict[UUID, BindingStatus]:
    return {row.id: row.status for row in await BindingRow.all()}


async def kinds(person: Person) -> list[EventKind]:
    return [e.kind for e in await EventRow.filter(subject_id=person.id).order_by("number")]


async def row_of(person: Person) -> BeneficiaryRow:
    return await BeneficiaryRow.get(person_id=person.id)


async def account_of(person: Person) -> PersonalAccountRow:
    return await PersonalAccountRow.get(owner_id=person.id)


@pytest.mark.parametrize("status", [PersonStatus.DECEASED, PersonStatus.MOVED_OUT])
async def test_bindings_of_both_roles_end_also_invitations_and_reviews(
    world: World, status: PersonStatus
) -> None:
    await world.policy()
    people = [await world.person(name, balance=100_00) for name in ("甲", "乙", "丙", "丁", "戊")]
    gone, spouse, child, parent, other = people
    shared = await world.bind(gone, spouse)
    paused = await world.bind(gone, child, status=BindingStatus.PAUSED)
    invited = await world.bind(parent, gone, status=BindingStatus.INVITED)
    in_review = await world.bind(child, gone, status=BindingStatus.IN_REVIEW)
    untouched = await world.bind(other, spouse)
    over = await world.bind(gone, parent, status=BindingStatus.DECLINED)
    await BindingRow.filter(id=invited).update(expires_at=NOON + timedelta(seconds=1))

    await take_news([PersonStatusRecord(gone.id_number, status)], world.ports)

    ended = BindingStatus.ENDED
    assert await statuses() == {
        shared: ended,
        paused: ended,
        invited: ended,
        in_review: ended,
        untouched: BindingStatus.ACTIVE,
        over: BindingStatus.DECLINED,
    }
    row = await BindingRow.get(id=shared)
    assert (row.end_reason, row.ended_at) == (status, NOON)
    assert row.actor["channel"] == "REGISTRY"
    assert await kinds(spouse) == [EventKind.BINDING_ENDED]
    assert (await kinds(gone))[0] is EventKind.PERSON_STATUS_CHANGED
    assert (await kinds(gone)).count(EventKind.BINDING_ENDED) == 2


async def test_those_who_remain_move_up_in_the_order(world: World) -> None:
    await world.policy()
    people = [await world.person(name, balance=100_00) for name in ("甲", "乙", "丙", "丁")]
    first, second, third, beneficiary = people
    ids = [
        await world.bind(sharer, beneficiary, position=place)
        for place, sharer in enumerate((first, second, third), start=1)
    ]

    await take_news([dead(first), dead(second)], world.ports)

    rows = {row.id: row for row in await BindingRow.all()}
    assert [rows[i].position for i in ids] == [None, None, 1]
    assert [version.binding_ids for version in await OrderVersionRow.all().order_by("version")] == [
        [str(ids[1]), str(ids[2])],
        [str(ids[2])],
    ]
    assert (
        (await row_of(beneficiary)).order_version,
        (await row_of(beneficiary)).order_is_set,
    ) == (
        2,
        True,
    )


async def test_an_invitation_that_had_expired_ends_as_expired(world: World) -> None:
    await world.policy()
    gone, spouse = await world.person(balance=1), await world.person(balance=1)
    invited = await world.bind(gone, spouse, status=BindingStatus.INVITED)

    await take_news([dead(gone)], world.ports)

    assert await statuses() == {invited: BindingStatus.EXPIRED}
    assert await kinds(spouse) == [EventKind.INVITATION_EXPIRED]
    assert await OrderVersionRow.all().count() == 0


async def test_a_deceased_persons_own_account_is_frozen_for_the_heirs(world: World) -> None:
    gone = await world.person(balance=100_00)
    closed = await world.person(balance=100_00, account_status=AccountStatus.CLOSED)

    await take_news([dead(gone), dead(closed)], world.ports)

    frozen = await account_of(gone)
    assert (frozen.status, frozen.owner_status) == ("FROZEN", "DECEASED")
    assert frozen.balance_fen == 100_00
    assert (await account_of(closed)).status is AccountStatus.CLOSED
    assert await kinds(gone) == [
        EventKind.PERSON_STATUS_CHANGED,
        EventKind.ACCOUNT_STATUS_CHANGED,
    ]


async def test_stopping_and_freezing_end_nothing_and_are_over_again(world: World) -> None:
    await world.policy()
    sharer, spouse = await world.person(balance=1), await world.person(balance=1)
    bound = await world.bind(sharer, spouse)

    bad_news: list[NewsRecord] = [
        PersonStatusRecord(sharer.id_number, PersonStatus.STOPPED),
        AccountStatusRecord(sharer.id_number, AccountStatus.FROZEN),
    ]
    good_news: list[NewsRecord] = [
        PersonStatusRecord(sharer.id_number, PersonStatus.NORMAL),
        AccountStatusRecord(sharer.id_number, AccountStatus.NORMAL),
    ]
    await take_news(bad_news, world.ports)
    stopped = await account_of(sharer)
    await take_news(good_news, world.ports)
    resumed = await account_of(sharer)

    assert (stopped.owner_status, stopped.status) == ("STOPPED", "FROZEN")
    assert (resumed.owner_status, resumed.status) == ("NORMAL", "NORMAL")
    assert await statuses() == {bound: BindingStatus.ACTIVE}
    assert await kinds(spouse) == []


async def test_a_divorce_ends_the_bindings_of_the_pair_in_both_directions(world: World) -> None:
    await world.policy()
    one, other, child = [await world.person(name, balance=100_00) for name in ("甲", "乙", "丙")]
    await world.kin(one, other, Kinship.SPOUSE)
    there, back = await world.bind(one, other), await world.bind(other, one)
    kept = await world.bind(one, child, kinship=Kinship.CHILD)

    await take_news([KinshipEndedRecord(other.id_number, one.id_number)], world.ports)

    assert await statuses() == {
        there: BindingStatus.ENDED,
        back: BindingStatus.ENDED,
        kept: BindingStatus.ACTIVE,
    }
    assert (await BindingRow.get(id=there)).end_reason == "KINSHIP_ENDED"
    assert [row.is_confirmed for row in await KinshipRow.all()] == [False, False]
    assert await kinds(one) == await kinds(other) == [EventKind.BINDING_ENDED]


async def test_the_same_news_again_changes_nothing(world: World) -> None:
    await world.policy()
    one, other = await world.person(balance=1), await world.person(balance=1)
    await world.kin(one, other, Kinship.SPOUSE)
    await world.bind(one, other)
    news: list[NewsRecord] = [KinshipEndedRecord(one.id_number, other.id_number), dead(one)]
    await take_news(news, world.ports)
    before = (await EventRow.all().count(), (await row_of(other)).order_version)

    world.clock.move(hours=1)
    await take_news(news, world.ports)

    assert (await EventRow.all().count(), (await row_of(other)).order_version) == before
    assert (await row_of(one)).status_since == NOON


async def test_late_news_of_an_earlier_moment_does_not_undo_later_news(world: World) -> None:
    await world.policy()
    mover, spouse = await world.person(balance=1), await world.person(balance=1)
    moved = PersonStatusRecord(mover.id_number, PersonStatus.MOVED_OUT, NOON - timedelta(days=9))
    back = PersonStatusRecord(mover.id_number, PersonStatus.NORMAL, NOON - timedelta(days=2))
    await take_news([moved, back], world.ports)
    bound = await world.bind(mover, spouse)

    await take_news([moved], world.ports)
    await take_news([moved, back], world.ports)

    assert await statuses() == {bound: BindingStatus.ACTIVE}
    assert (await row_of(mover)).status is PersonStatus.NORMAL


async def test_an_announced_change_waits_for_its_moment(world: World) -> None:
    await world.policy()
    mover, spouse = await world.person(balance=1), await world.person(balance=1)
    bound = await world.bind(mover, spouse)
    day = NOON + timedelta(days=10)

    await take_news([PersonStatusRecord(mover.id_number, PersonStatus.MOVED_OUT, day)], world.ports)
    announced, announced_copy = await row_of(mover), await account_of(mover)
    drawn_early = await apply_due_news(world.ports)
    events_early = await EventRow.all().count()
    world.clock.at = day
    drawn = await apply_due_news(world.ports)
    again = await apply_due_news(world.ports)

    assert (announced.status, announced.status_then) == ("NORMAL", "MOVED_OUT")
    assert (announced.status_since, announced_copy.owner_status_since) == (day, day)
    assert announced_copy.owner_status_then is PersonStatus.MOVED_OUT
    assert (drawn_early, drawn, again) == (0, 1, 0)
    assert events_early == 0
    moved = await row_of(mover)
    assert (moved.status, moved.status_since) == (PersonStatus.MOVED_OUT, day)
    assert moved.status_then is None
    assert (await account_of(mover)).owner_status is PersonStatus.MOVED_OUT
    assert await statuses() == {bound: BindingStatus.ENDED}
    assert await kinds(spouse) == [EventKind.BINDING_ENDED]


async def test_what_has_come_is_drawn_before_further_news(world: World) -> None:
    await world.policy()
    mover, spouse = await world.person(balance=1), await world.person(balance=1)
    bound = await world.bind(mover, spouse)
    day = NOON + timedelta(days=10)
    moved = PersonStatusRecord(mover.id_number, PersonStatus.MOVED_OUT, day)
    await take_news([moved], world.ports)

    world.clock.at = day + timedelta(days=1)
    await take_news([PersonStatusRecord(mover.id_number, PersonStatus.NORMAL)], world.ports)

    assert await statuses() == {bound: BindingStatus.ENDED}
    assert (await row_of(mover)).status is PersonStatus.NORMAL
    assert await kinds(mover) == [EventKind.PERSON_STATUS_CHANGED] * 2


async def test_an_announced_freeze_is_recorded_when_it_comes(world: World) -> None:
    owner = await world.person(balance=1)
    day = NOON + timedelta(days=1)
    frozen = AccountStatusRecord(owner.id_number, AccountStatus.FROZEN, day)
    await take_news([frozen], world.ports)
    world.clock.at = day

    assert await apply_due_news(world.ports) == 1
    assert (await account_of(owner)).status is AccountStatus.FROZEN
    assert await kinds(owner) == [EventKind.ACCOUNT_STATUS_CHANGED]


async def test_the_sweep_goes_on_until_nothing_is_due(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "MOST_IN_SWEEP", 2)
    people = [await world.person() for _ in range(5)]
    day = NOON + timedelta(days=1)
    await take_news(
        [PersonStatusRecord(p.id_number, PersonStatus.STOPPED, day) for p in people], world.ports
    )
    world.clock.at = day

    assert await apply_due_news(world.ports) == 5


async def test_news_of_somebody_unknown_is_refused_whole(world: World) -> None:
    known = await world.person()
    unknown = PersonStatusRecord(world.id_number(), PersonStatus.STOPPED)

    with pytest.raises(RecordsRefused) as refused:
        await take_news([dead(known), unknown], world.ports)

    assert [(f.line, f.field, f.flaw.name) for f in refused.value.faults] == [
        (2, "person", "NOT_LOADED")
    ]
    assert (await row_of(known)).status is PersonStatus.NORMAL


async def test_a_family_that_grows_while_the_news_waits_is_ended_too(world: World) -> None:
    await world.policy()
    gone, spouse = await world.person(balance=1), await world.person(balance=1)

    async with in_transaction() as accepting:
        await (
            BeneficiaryRow.filter(person_id=spouse.id).using_db(accepting).select_for_update().get()
        )
        await (
            PersonalAccountRow.filter(owner_id=gone.id)
            .using_db(accepting)
            .select_for_update()
            .get()
        )
        telling = asyncio.create_task(take_news([dead(gone)], world.ports), context=Context())
        await asyncio.sleep(0.1)
        bound = await world.bind(gone, spouse)
    await telling

    assert await statuses() == {bound: BindingStatus.ENDED}


async def test_a_row_that_was_not_locked_at_the_start_is_never_locked_later(world: World) -> None:
    somebody = await world.person()

    async with in_transaction() as connection:
        registry = Registry(connection, KEY_RING, NOON, Changes(NOON))
        with pytest.raises(SerializationError):
            await registry.know([somebody.id_number])


async def test_news_and_endings_of_two_families_at_once_never_deadlock(world: World) -> None:
    await world.policy()
    people = [await world.person(str(n) + "人", balance=1) for n in range(8)]
    for sharer, beneficiary in zip(people, people[1:] + people[:1], strict=True):
        await world.bind(sharer, beneficiary)
        await world.bind(beneficiary, sharer)

    await asyncio.gather(*(take_news([dead(person)], world.ports) for person in people))

    assert set((await statuses()).values()) == {BindingStatus.ENDED}
    assert await EventRow.filter(kind=EventKind.BINDING_ENDED).count() == 16
    for person in people:
        numbers = [e.number for e in await EventRow.filter(subject_id=person.id)]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
