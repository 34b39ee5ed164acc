"""The feed reads for all who wait at the same moment together, for each what is new to it."""

import asyncio

import pytest
from tortoise.transactions import in_transaction

from gongji.chat.feed import MOST_AT_ONCE, MOST_TOGETHER, Feed
from gongji.domain.conversation import Author, Draft, Message
from gongji.store.conversations import append, lock_conversation
from tests.statements import statements_sent
from tests.world import NOON, Person, World


async def say(person: Person, count: int) -> None:
    async with in_transaction() as connection:
        await lock_conversation(connection, person.id)
        drafts = [Draft(Author.SERVICE, f"{number}") for number in range(1, count + 1)]
        await append(connection, person.id, drafts, NOON)


def numbers(messages: list[Message]) -> list[int]:
    return [message.number for message in messages]


async def test_all_who_wait_are_read_for_by_one_statement(world: World) -> None:
    people = [await world.person() for _ in range(3)]
    for count, person in enumerate(people):
        await say(person, count)
    feed = Feed()

    with statements_sent() as sent:
        found = await asyncio.gather(
            *(feed.changed(person.id, after=0) for person in people),
            feed.changed(people[2].id, after=1),
        )

    assert sent == ["SELECT"]
    assert [numbers(messages) for messages in found] == [[], [1], [1, 2], [2]]


async def test_more_than_one_statement_reads_for_are_read_for_in_turn(world: World) -> None:
    me = await world.person()
    await say(me, 1)
    feed = Feed()

    with statements_sent() as sent:
        found = await asyncio.gather(
            *(feed.changed(me.id, after=0) for _ in range(MOST_TOGETHER + 1))
        )

    assert sent == ["SELECT", "SELECT"]
    assert {tuple(numbers(messages)) for messages in found} == {(1,)}


async def test_of_one_conversation_only_some_are_read_at_once(world: World) -> None:
    me, other = await world.person(), await world.person()
    await say(me, MOST_AT_ONCE + 1)
    await say(other, 1)
    feed = Feed()

    found = await asyncio.gather(feed.changed(me.id, after=0), feed.changed(other.id, after=0))

    assert [len(messages) for messages in found] == [MOST_AT_ONCE, 1]


async def test_who_leaves_while_waiting_takes_nothing_from_the_others(world: World) -> None:
    me = await world.person()
    await say(me, 1)
    feed = Feed()

    leaving = asyncio.create_task(feed.changed(me.id, after=0))
    staying = asyncio.create_task(feed.changed(me.id, after=0))
    await asyncio.sleep(0)
    leaving.cancel()

    assert numbers(await staying) == [1]
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert numbers(await feed.changed(me.id, after=0)) == [1]


async def test_what_goes_wrong_goes_wrong_for_each_and_not_for_the_next(world: World) -> None:
    me = await world.person()
    await say(me, 1)
    feed = Feed()

    found = await asyncio.gather(
        *(feed.changed(me.id, after=change) for change in (0, 2**64)), return_exceptions=True
    )

    assert all(isinstance(one, Exception) for one in found)
    assert numbers(await feed.changed(me.id, after=0)) == [1]
