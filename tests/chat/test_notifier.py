"""Events become messages: once per event and person, in order, whatever breaks."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from structlog.testing import capture_logs
from tortoise.transactions import in_transaction

from gongji.chat.announcements import LOW_NOTICES, announcements
from gongji.chat.notifier import Notifier
from gongji.domain.conversation import Author, Card, CardKind, Draft
from gongji.domain.errors import Unavailable
from gongji.domain.events import EventKind
from gongji.domain.money import Fen
from gongji.domain.page import PageRequest
from gongji.domain.policy import UnsetOrder
from gongji.store.conversations import messages_changed, page_of_messages, read_conversation
from gongji.store.database import pool
from gongji.store.outbox import lease_events, load_events
from gongji.store.rows import (
    BindingRow,
    ConversationRow,
    EventFailureRow,
    EventRow,
    MessageRow,
    PolicyRow,
)
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.relay import Relayed, relay_events
from gongji.usecases.resume import ResumeBinding, resume_binding
from gongji.usecases.reverse import ReverseSettlement
from gongji.usecases.set_limit import SetBindingLimit, set_binding_limit
from tests.bills import bill, reverse_settlement, settle_bill, settling
from tests.faults import BEGIN, COMMIT, Fault, Faults
from tests.store.test_conversations import said
from tests.usecases.e2 import Family, make_family
from tests.usecases.family_steps import accept, couple, invite
from tests.usecases.play import Play, played
from tests.world import Person, World, key


async def tell(world: World) -> None:
    await Notifier().tell_all(world.ports)


async def heard(person: Person) -> list[CardKind]:
    """Return the cards about events in somebody's conversation, the oldest first."""
    page = await page_of_messages(pool(), person.id, PageRequest(100))
    cards = (message.card for message in reversed(page.rows))
    return [card.kind for card in cards if card and card.notice not in LOW_NOTICES.values()]


async def changes(person: Person) -> int:
    return (await read_conversation(pool(), person.id)).last_change


async def changed_since(person: Person, change: int) -> list[tuple[int, CardKind]]:
    (found,) = await messages_changed(pool(), [(person.id, change)], limit=100)
    return [(one.number, one.card.kind) for one in found if one.card]


async def settled(world: World, family: Family) -> UUID:
    return await settle(world, family, "1", 751_27)


async def untold() -> list[str]:
    """Return the kinds of the events that nobody was told of."""
    rows = await EventRow.filter(relayed_at=None).order_by("subject_id", "number")
    return [row.kind for row in rows]


async def test_both_sides_hear_of_the_invitation_and_its_acceptance(world: World) -> None:
    a, b = await couple(world)
    binding = await invite(world, a, b)
    await tell(world)
    before = {person.id: await changes(person) for person in (a, b)}

    await accept(world, b, binding)
    await tell(world)

    for person in (a, b):
        assert await heard(person) == [CardKind.INVITATION, CardKind.BINDING]
        # The invitation shows on every device that it was accepted.
        assert await changed_since(person, before[person.id]) == [
            (1, CardKind.INVITATION),
            (2, CardKind.BINDING),
        ]


async def test_each_sharer_hears_of_the_own_draw_and_the_beneficiary_of_the_receipt(
    world: World,
) -> None:
    family = await make_family(world)
    unused = await world.person("央金", balance=900_00)
    await world.bind(unused, family.me)
    request = settling(family.me, bill("1", 500_00))
    settlement = (await settle_bill(request, family.hospital.actor, world.ports)).id

    await tell(world)

    told = {row.person_id: row.card for row in await about_events()}
    about = {"ids": {"settlement": str(settlement)}, "notice": None, "terms": {}}
    assert told == {
        family.me.id: {"kind": "RECEIPT", **about},
        family.a.id: {"kind": "DRAW", **about},
        family.b.id: {"kind": "DRAW", **about},
    }


async def test_a_reversal_changes_the_receipt_and_the_draws(world: World) -> None:
    family = await make_family(world)
    settlement = await settled(world, family)
    await settled_elsewhere(world, family)
    await tell(world)
    before = await changes(family.a)

    undone = ReverseSettlement(key(), settlement)
    await reverse_settlement(undone, family.hospital.actor, world.ports)
    await tell(world)

    assert await heard(family.me) == [CardKind.RECEIPT, CardKind.RECEIPT, CardKind.REVERSAL]
    # The second message told that the balance ran low.
    assert await changed_since(family.a, before) == [(1, CardKind.DRAW), (3, CardKind.REVERSAL)]


async def settled_elsewhere(world: World, family: Family) -> None:
    """Settle a bill that no sharer pays: there is nothing left."""
    request = settling(family.me, bill("2", 1_00))
    await settle_bill(request, family.hospital.actor, world.ports)


async def test_the_beneficiary_never_hears_of_a_pause_or_a_limit(world: World) -> None:
    a, b = await couple(world)
    binding = await invite(world, a, b)
    await accept(world, b, binding)
    await tell(world)
    before = await changes(b)

    limit = SetBindingLimit(key(), binding, per_month=Fen(100_00))
    await set_binding_limit(limit, a.actor, world.ports)
    await pause_binding(PauseBinding(key(), binding), a.actor, world.ports)
    await resume_binding(ResumeBinding(key(), binding), a.actor, world.ports)
    await tell(world)

    assert (await heard(a))[2:] == [CardKind.BINDING] * 3
    assert await changes(b) == before


async def test_an_ending_is_told_to_its_two_sides_alone(world: World) -> None:
    family = await make_family(world)
    await end_binding(EndBinding(key(), family.bindings[0]), family.a.actor, world.ports)
    await tell(world)

    (told,) = await MessageRow.filter(person_id=family.me.id)
    assert told.card is not None
    assert told.card["kind"] == "BINDING"
    assert told.card["ids"] == {"binding": str(family.bindings[0])}
    assert await heard(family.a) == [CardKind.BINDING]
    assert await heard(family.b) == []


async def test_a_whole_history_is_told_once_to_those_concerned_in_its_order(world: World) -> None:
    await world.policy()
    play = await Play.begin(world, seed=3)
    dice = random.Random(3)

    async def sometimes(_: object) -> None:
        if dice.random() < 0.3:
            await relay_events(announcements, world.ports, limit=2)

    await played(play, 120, sometimes)
    await tell(world)

    assert await untold() == []
    assert await told_pairs() == Counter(await expected_pairs())
    await expect_order()


async def told_pairs() -> Counter[tuple[UUID | None, UUID]]:
    """Count the messages by event and person."""
    return Counter((row.event_id, row.person_id) for row in await about_events())


async def about_events() -> list[MessageRow]:
    """Return the messages that tell of events, in order; a low balance comes beside its event."""
    rows = await MessageRow.all().order_by("person_id", "number")
    return [row for row in rows if row.card and row.card["notice"] not in LOW_NOTICES.values()]


async def expected_pairs() -> list[tuple[UUID | None, UUID]]:
    """Say by the tables alone who should have heard of what."""
    connection = pool()
    found = await connection.execute_query_dict(_EXPECTED)
    return [(row["id"], row["person_id"]) for row in found]


_EXPECTED = """
SELECT e.id, p.person_id FROM event AS e CROSS JOIN LATERAL (
    SELECT e.subject_id AS person_id WHERE e.kind NOT IN
        ('BINDING_PAUSED', 'BINDING_RESUMED', 'LIMIT_SET', 'CONTRIBUTION_BOOKED')
    UNION
    SELECT b.sharer_id FROM binding AS b WHERE b.id = (e.ids ->> 'binding')::uuid
    UNION
    SELECT b.sharer_id FROM settlement_leg AS l JOIN binding AS b ON b.id = l.binding_id
    WHERE l.settlement_id = (e.ids ->> 'settlement')::uuid
) AS p
"""


async def expect_order() -> None:
    """Expect whoever hears of several events of one subject to hear of them in their order."""
    numbers = {row.id: (row.subject_id, row.number) for row in await EventRow.all()}
    last: dict[tuple[UUID, UUID], int] = {}
    for message in await about_events():
        assert message.event_id is not None
        subject, number = numbers[message.event_id]
        assert last.get((message.person_id, subject), 0) < number
        last[message.person_id, subject] = number


async def expect_whole() -> None:
    """Expect numbers and changes without gaps, as far as each conversation counts."""
    for conversation in await ConversationRow.all():
        rows = await MessageRow.filter(person_id=conversation.person_id).order_by("number")
        assert [row.number for row in rows] == list(range(1, conversation.last_number + 1))
        assert max((row.change for row in rows), default=0) <= conversation.last_change


async def test_notifiers_at_once_tell_everything_once_and_in_order(world: World) -> None:
    await world.policy()
    play = await Play.begin(world, seed=5)
    over = asyncio.Event()

    async def notifier() -> int:
        counts = Relayed()
        while not over.is_set() or await untold():
            done = await relay_events(announcements, world.ports, limit=1)
            counts = counts.and_then(done)
            await asyncio.sleep(0)
        return counts.events

    async def playing() -> None:
        await played(play, 60, _nothing)
        over.set()

    tasks = [asyncio.create_task(notifier()) for _ in range(4)]
    await playing()
    relayed = await asyncio.gather(*tasks)

    assert sum(relayed) == await EventRow.all().count()
    assert await told_pairs() == Counter(await expected_pairs())
    await expect_order()
    await expect_whole()


async def _nothing(_: object) -> None:
    return None


async def test_a_subject_that_another_server_has_is_left_to_it(world: World) -> None:
    a, b = await couple(world)
    family = await make_family_beside(world)
    binding = await invite(world, a, b)
    has_taken, may_go_on = asyncio.Event(), asyncio.Event()

    async def another_server() -> list[EventKind]:
        async with in_transaction() as connection:
            leases = await lease_events(connection, most_subjects=1, at=world.clock.now())
            taken = await load_events(connection, leases, most_of_one=1)
            has_taken.set()
            await may_go_on.wait()
        return [one.event.kind for one in taken]

    task = asyncio.create_task(another_server())
    await has_taken.wait()
    await accept(world, b, binding)
    await end_binding(EndBinding(key(), family.bindings[0]), family.a.actor, world.ports)
    await tell(world)

    assert await untold() == [EventKind.RELATIVE_INVITED, EventKind.INVITATION_ACCEPTED]
    assert await heard(family.me) == [CardKind.BINDING]
    may_go_on.set()
    assert await task == [EventKind.RELATIVE_INVITED]
    await tell(world)

    assert await heard(b) == [CardKind.INVITATION, CardKind.BINDING]


async def make_family_beside(world: World) -> Family:
    """Make the family of E2 where the policy is there already."""
    me = await world.person("卓玛", balance=118_63)
    a, b = await world.person("王小兰", balance=300_00), await world.person("扎西", balance=205_88)
    bindings = [await world.bind(a, me), await world.bind(b, me)]
    return Family(me, a, b, bindings, await world.institution())


async def test_an_event_that_only_a_newer_program_knows_waits_with_its_followers(
    world: World,
) -> None:
    a, b = await couple(world)
    binding = await invite(world, a, b)
    await accept(world, b, binding)
    await end_binding(EndBinding(key(), binding), a.actor, world.ports)
    await pool().execute_query("UPDATE event SET kind = 'FROM_LATER' WHERE number = 2")

    await tell(world)
    told = await heard(b)
    await pool().execute_query("UPDATE event SET kind = 'INVITATION_ACCEPTED' WHERE number = 2")
    await tell(world)

    assert told == [CardKind.INVITATION]
    assert await heard(b) == [CardKind.INVITATION, CardKind.BINDING, CardKind.BINDING]


async def lows() -> Counter[tuple[UUID, str]]:
    """Count the notices of a low balance by person."""
    told = [(row.person_id, row.card["notice"]) for row in await MessageRow.all() if row.card]
    return Counter(one for one in told if one[1] in LOW_NOTICES.values())


async def test_a_balance_that_crosses_the_line_is_told_once_to_its_owner(world: World) -> None:
    family = await make_family(world)

    # Own 118.63 and A's 300.00 fall to nothing; B's 205.88 falls to 174.51 first, which is not low.
    await settle(world, family, "1", 450_00)
    await tell(world)
    first = await lows()
    await settle(world, family, "2", 100_00)
    await tell(world)
    second = await lows()
    await settle(world, family, "3", 10_00)
    await tell(world)

    # Nobody shares with the sharers themselves.
    emptied = [(family.me.id, "BALANCE_USED_UP"), (family.a.id, "BALANCE_USED_UP_ALONE")]
    assert first == Counter(emptied)
    assert second == await lows() == Counter([*emptied, (family.b.id, "LOW_BALANCE_ALONE")])


async def settle(world: World, family: Family, number: str, amount: int) -> UUID:
    request = settling(family.me, bill(number, amount))
    return (await settle_bill(request, family.hospital.actor, world.ports)).id


async def test_what_was_given_back_may_fall_again(world: World) -> None:
    family = await make_family(world)
    settlement = await settle(world, family, "1", 100_00)
    undone = ReverseSettlement(key(), settlement)
    await reverse_settlement(undone, family.hospital.actor, world.ports)
    await settle(world, family, "2", 100_00)

    await tell(world)

    assert await lows() == Counter({(family.me.id, "LOW_BALANCE"): 2})


async def test_the_line_is_the_policy_of_the_owners_region(world: World) -> None:
    family = await make_family(world)
    await pool().execute_query(
        "UPDATE policy SET rules = rules::jsonb || '{\"low_balance_below\": 1000}'"
    )

    await settle(world, family, "1", 100_00)
    await tell(world)

    assert await lows() == Counter()


@pytest.mark.parametrize(
    ("unset", "sharers", "times"),
    [
        (UnsetOrder.NO_SHARING, 2, 1),
        (UnsetOrder.NO_SHARING, 1, 0),
        (UnsetOrder.BINDING_TIME, 2, 0),
    ],
)
async def test_an_order_that_sharing_waits_for_is_asked_for_once(
    world: World, unset: UnsetOrder, sharers: int, times: int
) -> None:
    a, b = await couple(world)
    (policy,) = await PolicyRow.all()
    await PolicyRow.filter(id=policy.id).update(rules=policy.rules | {"unset_order": unset})
    if sharers > 1:
        await world.bind(await world.person("央金", balance=1_00), b)
    await accept(world, b, await invite(world, a, b))

    for _ in range(2):
        await tell(world)

    rows = await MessageRow.all()
    asked = [x.person_id for x in rows if x.card and x.card["notice"] == "ORDER_TO_SET"]
    assert asked == [b.id] * times


async def test_a_balance_that_was_shown_is_told_of_as_changed(world: World) -> None:
    family = await make_family(world)
    for person in (family.me, family.a, family.b):
        await said(Draft(Author.SERVICE, card=Card(CardKind.BALANCE, {})), person_id=person.id)

    await settle(world, family, "1", 200_00)
    await tell(world)

    for person in (family.me, family.a):
        assert (1, CardKind.BALANCE) in await changed_since(person, 1)
    # Nothing was drawn from this account.
    assert await changed_since(family.b, 1) == []


@dataclass
class Broken:
    """Events of a couple, the second of which nobody can be told of, and of a family beside."""

    a: Person
    b: Person
    family: Family


@pytest.fixture
async def broken(world: World) -> Broken:
    a, b = await couple(world)
    family = await make_family_beside(world)
    binding = await invite(world, a, b)
    await accept(world, b, binding)
    await end_binding(EndBinding(key(), binding), a.actor, world.ports)
    await pool().execute_query("UPDATE event SET ids = '{}' WHERE number = 2")
    await end_binding(EndBinding(key(), family.bindings[0]), family.a.actor, world.ports)
    return Broken(a, b, family)


async def test_an_event_that_always_fails_keeps_nobody_else_waiting(
    world: World, broken: Broken
) -> None:
    notifier = Notifier()

    with capture_logs() as log:
        await notifier.tell_all(world.ports)

    assert await heard(broken.family.me) == [CardKind.BINDING]
    assert await heard(broken.b) == [CardKind.INVITATION]
    assert await untold() == [EventKind.INVITATION_ACCEPTED, EventKind.BINDING_ENDED]
    counts = notifier.counts
    assert (counts.events, counts.split, counts.failures, counts.set_aside) == (2, 1, 1, 0)
    assert [line["event"] for line in log] == ["events_split", "event_not_told"]


async def test_its_followers_wait_a_while_then_go_on_in_their_order_without_it(
    world: World, broken: Broken
) -> None:
    notifier = Notifier()
    await notifier.tell_all(world.ports)
    world.clock.move(seconds=0.9)
    await notifier.tell_all(world.ports)
    too_early = notifier.counts.failures

    waiting: list[CardKind] = []
    with capture_logs() as log:
        for pause in (0.1, 2, 4, 8):
            waiting = await heard(broken.b)
            world.clock.move(seconds=pause)
            await notifier.tell_all(world.ports)

    assert too_early == 1
    assert waiting == [CardKind.INVITATION]
    assert await heard(broken.a) == await heard(broken.b) == [CardKind.INVITATION, CardKind.BINDING]
    assert await untold() == []
    assert (notifier.counts.failures, notifier.counts.set_aside) == (5, 1)
    (aside,) = [line for line in log if line["event"] == "event_set_aside"]
    assert (aside["attempts"], type(aside["exc_info"])) == (5, KeyError)


async def test_what_was_set_aside_is_told_once_a_newer_program_can(
    world: World, broken: Broken
) -> None:
    notifier = Notifier()
    for pause in (0, 1, 2, 4, 8):
        world.clock.move(seconds=pause)
        await notifier.tell_all(world.ports)
    (aside,) = await EventFailureRow.all()
    binding = await BindingRow.get(sharer_id=broken.a.id)
    ids = f'{{"binding": "{binding.id}"}}'

    world.clock.move(hours=1)
    await notifier.tell_set_aside(world.ports)
    still_failing = await EventFailureRow.all()
    await pool().execute_query("UPDATE event SET ids = $1 WHERE id = $2", [ids, aside.event_id])
    await notifier.tell_set_aside(world.ports)
    too_early = await heard(broken.b)
    world.clock.move(hours=1)
    await asyncio.gather(*(Notifier().tell_set_aside(world.ports) for _ in range(4)))

    assert [row.attempts for row in still_failing] == [6]
    assert too_early == [CardKind.INVITATION, CardKind.BINDING]
    assert await heard(broken.b) == [CardKind.INVITATION, CardKind.BINDING, CardKind.BINDING]
    assert await EventFailureRow.all() == []
    assert max((await told_pairs()).values()) == 1


async def test_several_notifiers_set_it_aside_once(world: World, broken: Broken) -> None:
    notifiers = [Notifier() for _ in range(4)]
    for pause in (0, 1, 2, 4, 8, 16):
        world.clock.move(seconds=pause)
        await asyncio.gather(*(one.tell_all(world.ports) for one in notifiers))

    assert await untold() == []
    assert sum(one.counts.set_aside for one in notifiers) == 1
    assert max((await told_pairs()).values()) == 1
    await expect_order()
    await expect_whole()


async def history(world: World) -> None:
    """Leave events of two subjects, and cards that change."""
    family = await make_family(world)
    settlement = await settled(world, family)
    await tell(world)
    undone = ReverseSettlement(key(), settlement)
    await reverse_settlement(undone, family.hospital.actor, world.ports)
    await end_binding(EndBinding(key(), family.bindings[1]), family.b.actor, world.ports)


async def test_whatever_breaks_at_whichever_await_each_is_told_once(
    faults: Faults, emptying: str
) -> None:
    world = World()
    await history(world)
    await faults.run(lambda: tell(world), {})
    steps = list(faults.steps)
    told = sorted((row.person_id, row.card["kind"]) for row in await MessageRow.all() if row.card)
    assert steps.count(BEGIN) == steps.count(COMMIT) == 2

    for number, fault in planned(steps):
        await pool().execute_script(emptying)
        await history(World())
        task = await faults.run(lambda: tell(world), {number: fault})

        failed = None if task.cancelled() else task.exception()
        assert failed is None or isinstance(failed, Unavailable)
        await tell(world)
        assert await untold() == []
        assert max((await told_pairs()).values()) == 1
        kinds = [row.card["kind"] for row in await MessageRow.all() if row.card]
        assert sorted(kinds) == sorted(kind for _, kind in told)
        await expect_order()
        await expect_whole()


def planned(steps: list[str]) -> Iterator[tuple[int, Fault]]:
    """Plan each fault at each end of the work, and one of them in turn at every other await."""
    for number, step in enumerate(steps):
        some = list(Fault) if step == COMMIT else [list(Fault)[number % len(Fault)]]
        yield from ((number, fault) for fault in some)
