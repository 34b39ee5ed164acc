"""Conversations: numbers without gaps, each thing said once, and changes to catch up on."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from tortoise.transactions import in_transaction

from gongji.domain.conversation import (
    Author,
    Card,
    CardKind,
    Conversation,
    Draft,
    Likeness,
    Message,
)
from gongji.domain.page import PageRequest
from gongji.store.conversations import (
    MOST_LOOKED_AT,
    MOST_TOUCHED,
    append,
    lock_conversation,
    mark_read,
    messages_changed,
    page_of_messages,
    read_conversation,
    touch_each,
    unanswered_messages,
)
from gongji.store.database import pool
from gongji.store.rows import MessageRow
from tests.world import NOON, World, key

ME, OTHER = UUID(int=1), UUID(int=2)


async def said(
    *drafts: Draft, person_id: UUID = ME, later: timedelta = timedelta()
) -> list[Message]:
    async with in_transaction() as connection:
        await lock_conversation(connection, person_id)
        return await append(connection, person_id, drafts, NOON + later)


def typed(text: str) -> Draft:
    return Draft(Author.PERSON, text)


def told(event_id: UUID, **ids: UUID) -> Draft:
    return Draft(Author.SERVICE, card=Card(CardKind.RECEIPT, ids), event_id=event_id)


async def changed(after: int) -> list[int]:
    (found,) = await messages_changed(pool(), [(ME, after)], limit=50)
    return [one.number for one in found]


async def test_messages_are_numbered_from_one_in_their_order(world: World) -> None:
    first = await said(typed("余额"), typed("谁和我共济"))
    (third,) = await said(typed("帮助"))
    await said(typed("余额"), person_id=OTHER)

    assert [(one.number, one.text) for one in (*first, third)] == [
        (1, "余额"),
        (2, "谁和我共济"),
        (3, "帮助"),
    ]
    whole = await read_conversation(pool(), ME)
    assert whole == Conversation(ME, last_number=3, last_change=3, read_number=0, unread=0)


async def test_devices_that_write_at_once_lose_nothing(world: World) -> None:
    sent = await asyncio.gather(*(said(typed(str(n)), typed(str(n))) for n in range(20)))

    numbers = sorted(message.number for messages in sent for message in messages)
    assert numbers == list(range(1, 41))
    assert all(later.number == earlier.number + 1 for earlier, later in sent)


async def test_a_message_is_answered_once_and_an_event_told_once(world: World) -> None:
    (question,) = await said(typed("余额"))
    answer = Draft(Author.SERVICE, "您没有个人账户。", replies_to=question.id)
    event = told(key(), settlement=key())

    first = await said(answer, event)
    again = await said(answer, replace(answer, text="别的"), event)
    elsewhere = await said(event, person_id=OTHER)

    assert [one.number for one in first] == [2, 3]
    assert again == []
    assert len(elsewhere) == 1
    assert (await read_conversation(pool(), ME)).last_number == 3


async def test_answers_raced_by_two_processes_are_one(world: World) -> None:
    (question,) = await said(typed("余额"))

    answers = await asyncio.gather(
        *(said(Draft(Author.SERVICE, str(n), replies_to=question.id)) for n in range(8))
    )

    assert sorted(map(len, answers)) == [0] * 7 + [1]


async def test_a_card_comes_back_as_it_was_written(world: World) -> None:
    card = Card(CardKind.NOTICE, {"binding": key(), "sharer": OTHER}, notice="PREMIUM_OPENS")
    await said(Draft(Author.SERVICE, card=card))

    page = await page_of_messages(pool(), ME, PageRequest(10))

    assert page.rows[0].card == card
    assert page.rows[0].sent_at == NOON


async def test_a_card_that_changed_is_caught_up_on(world: World) -> None:
    settlement, other = key(), key()
    await said(told(key(), settlement=settlement), told(key(), settlement=other), typed("嗯"))
    await said(told(key(), settlement=settlement))

    async with in_transaction() as connection:
        await lock_conversation(connection, ME)
        like = Likeness(ids={"settlement": settlement})
        touched = await touch_each(connection, [(ME, like)])

    assert touched == [(ME, 1), (ME, 4)]
    assert await changed(after=4) == [1, 4]
    assert await changed(after=5) == [4]
    assert await changed(after=2) == [3, 1, 4]
    whole = await read_conversation(pool(), ME)
    assert (whole.last_number, whole.last_change) == (4, 6)


async def test_of_many_cards_that_changed_the_newest_are_told_of(world: World) -> None:
    settlement = key()
    drafts = [told(key(), settlement=settlement) for _ in range(MOST_TOUCHED + 1)]
    await said(*drafts)

    async with in_transaction() as connection:
        await lock_conversation(connection, ME)
        touched = await touch_each(
            connection, [(ME, Likeness(CardKind.RECEIPT)), (ME, Likeness(CardKind.ORDER))]
        )

    assert touched == [(ME, number) for number in range(2, MOST_TOUCHED + 2)]


async def test_among_the_newest_messages_alone_are_cards_looked_for(world: World) -> None:
    settlement, like = key(), [(ME, Likeness(CardKind.RECEIPT))]
    await said(told(key(), settlement=settlement))
    await said(*(typed("嗯") for _ in range(MOST_LOOKED_AT - 1)))

    async def touched() -> list[tuple[UUID, int]]:
        async with in_transaction() as connection:
            await lock_conversation(connection, ME)
            return await touch_each(connection, like)

    assert await touched() == [(ME, 1)]
    await said(typed("嗯"))
    assert await touched() == []


async def test_pages_go_both_ways(world: World) -> None:
    await said(*(typed(str(n)) for n in range(1, 8)))

    newest = await page_of_messages(pool(), ME, PageRequest(3))
    older = await page_of_messages(pool(), ME, PageRequest(3, beyond=(5,)))
    newer = await page_of_messages(pool(), ME, PageRequest(2, beyond=(2,), is_backward=True))

    assert [one.number for one in newest.rows] == [7, 6, 5]
    assert [one.number for one in older.rows] == [4, 3, 2]
    assert [one.number for one in newer.rows] == [4, 3]


async def test_reading_never_goes_back_nor_beyond_the_end(world: World) -> None:
    await said(typed("余额"), told(key()), told(key()))

    marks = [await mark_read(pool(), ME, number) for number in (2, 2, 1, 4, 3)]

    assert marks == [True, False, False, False, True]
    assert (await read_conversation(pool(), ME)).unread == 0


async def test_what_the_service_said_after_the_last_reading_is_unread(world: World) -> None:
    await said(typed("余额"), told(key()), typed("嗯"), told(key()))
    await mark_read(pool(), ME, 2)

    assert (await read_conversation(pool(), ME)).unread == 1


async def test_messages_that_nobody_answered_are_found(world: World) -> None:
    first, second = await said(typed("余额"), typed("帮助"))
    await said(Draft(Author.SERVICE, "好", replies_to=first.id), typed("新"), later=HOUR)

    async def found(beyond: UUID | None = None) -> list[UUID]:
        messages = await unanswered_messages(
            pool(), sent_before=NOON + HOUR, sent_since=NOON, beyond=beyond, limit=10
        )
        return [one.id for one in messages]

    assert await found() == [second.id]
    assert await found(first.id) == [second.id]
    assert await found(second.id) == []


HOUR = timedelta(hours=1)


async def test_a_card_that_only_a_newer_program_knows_hides_no_other_message(
    world: World,
) -> None:
    await said(typed("余额"), Draft(Author.SERVICE, card=Card(CardKind.BALANCE, {})))
    await MessageRow.filter(number=2).update(card={"kind": "FROM_LATER", "notice": None})

    page = await page_of_messages(pool(), ME, PageRequest(10))

    newer, _ = page.rows
    assert newer.card == Card(CardKind.NOTICE, {}, notice="NOT_SHOWN")
