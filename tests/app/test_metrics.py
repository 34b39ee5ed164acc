"""The metrics know the last check of the books, what was tried again, the desk, the chat."""

import asyncio

from asyncpg.exceptions import DeadlockDetectedError
from prometheus_client.exposition import generate_latest

from gongji.app.metrics import Metrics
from gongji.chat.answerer import Answerer
from gongji.chat.feed import Feed
from gongji.chat.notifier import Notifier
from gongji.chat.reminders import Reminders
from gongji.desk.desk import Acts, Desk
from gongji.domain.events import EventKind
from gongji.store.rows import EventRow, PersonalAccountRow
from gongji.usecases.retrying import retried
from tests.bills import bill, settling
from tests.books import differences
from tests.usecases.e2 import make_family
from tests.world import World


def shown(metrics: Metrics, names: str = "gongji_books_") -> list[str]:
    lines = generate_latest(metrics.registry).decode().splitlines()
    return [line for line in lines if line.startswith(names)]


async def test_the_books_have_no_number_before_they_are_checked(world: World) -> None:
    metrics = Metrics()

    await metrics.watch_books(world.ports)

    assert shown(metrics) == [
        "gongji_books_differences NaN",
        "gongji_books_checked_timestamp_seconds NaN",
    ]


async def test_the_number_of_differences_is_that_of_the_last_check(world: World) -> None:
    metrics = Metrics()
    await world.person(balance=100_00)
    await PersonalAccountRow.all().update(balance_fen=1)
    await differences()
    await differences()

    await metrics.watch_books(world.ports)

    counted, checked = shown(metrics)
    assert counted == "gongji_books_differences 1.0"
    assert float(checked.split()[1]) > 0


async def test_what_was_tried_again_is_counted_by_cause() -> None:
    metrics = Metrics()
    before = shown(metrics, "gongji_retries_total")
    failures = [DeadlockDetectedError("once")]

    async def attempt() -> None:
        while failures:
            raise failures.pop()

    await retried(attempt)
    after = shown(metrics, "gongji_retries_total")

    (changed,) = set(after) - set(before)
    assert changed.startswith('gongji_retries_total{cause="deadlock"} ')
    assert len(after) == len(before) == 4
    assert len(shown(metrics, "gongji_given_up_total{")) == 4


async def test_the_desk_is_counted(world: World) -> None:
    family = await make_family(world)
    metrics, desk = Metrics(), Desk(Acts.of(world.ports), most_of_one_sender=3)
    metrics.watch_desk(desk)
    bills = [settling(family.me, bill(str(number), 1_00)) for number in range(4)]

    await asyncio.gather(
        *(desk.settle(one, family.hospital.actor) for one in bills), return_exceptions=True
    )

    assert shown(metrics, "gongji_desk_") == [
        "gongji_desk_waiting 0.0",
        'gongji_desk_requests_total{kind="bills"} 3.0',
        'gongji_desk_requests_total{kind="reversals"} 0.0',
        'gongji_desk_requests_total{kind="premiums"} 0.0',
        'gongji_desk_transactions_total{kind="bills"} 1.0',
        'gongji_desk_transactions_total{kind="reversals"} 0.0',
        'gongji_desk_transactions_total{kind="premiums"} 0.0',
        "gongji_desk_split_total 0.0",
        "gongji_desk_turned_away_total 1.0",
        "gongji_desk_late_total 0.0",
    ]


async def test_what_could_not_be_told_is_counted(world: World) -> None:
    family = await make_family(world)
    desk = Desk(Acts.of(world.ports))
    metrics, notifier, answerer = Metrics(), Notifier(), Answerer(desk)
    metrics.watch_chat(notifier, answerer, Reminders(), Feed())
    await desk.settle(settling(family.me, bill("1", 1_00)), family.hospital.actor)
    await EventRow.all().update(kind=EventKind.BINDING_ENDED, ids={})

    for pause in (0, 1, 2, 4, 8):
        world.clock.move(seconds=pause)
        await notifier.tell_all(world.ports)

    assert shown(metrics, "gongji_events_") == [
        "gongji_events_told_total 0.0",
        "gongji_events_split_total 5.0",
        "gongji_events_not_told_total 5.0",
        "gongji_events_set_aside_total 1.0",
    ]
    assert [line.split()[0] for line in shown(metrics, "gongji_messages_")] == [
        "gongji_messages_told_total",
        "gongji_messages_answered_late_total",
        "gongji_messages_not_answered_total",
        "gongji_messages_given_up_total",
        "gongji_messages_reminding_total",
    ]
