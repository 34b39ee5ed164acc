"""Following a conversation: caught up, then live, without gap or repeat, by whoever may, as long.

The feed of these tests hears as in another process: of everything through PostgreSQL alone.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from httpx_ws import AsyncWebSocketSession, aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport
from starlette.requests import HTTPConnection
from tortoise.transactions import in_transaction

from gongji.api import ids
from gongji.api.context import Context
from gongji.api.conversations import CHANGES
from gongji.api.gateway import GatewaySchema
from gongji.api.view import GatewayView
from gongji.chat.announcements import announcements
from gongji.chat.feed import Feed
from gongji.chat.notifier import Notifier
from gongji.desk.desk import Acts, Desk
from gongji.domain.actor import Actor
from gongji.domain.conversation import Author, Draft
from gongji.store.conversations import append, lock_conversation
from gongji.store.database import pool
from gongji.store.listening import LISTENER
from gongji.store.rows import ConversationRow, GuardianRow, MessageRow
from gongji.usecases.relay import relay_events
from tests.documents import document
from tests.usecases.family_steps import accept, couple, invite
from tests.usecases.play import Play, played
from tests.world import STAFF, Person, World

FOLLOW = document("mini_program/ConversationEvents")


@dataclass
class Follower:
    """Somebody's device: what it knows of the conversation, and the cursors that it was given."""

    socket: AsyncWebSocketSession
    known: dict[str, Any] = field(default_factory=dict)
    cursors: list[str] = field(default_factory=list)

    async def next(self) -> Any:
        """Return the next answer, and remember what it says."""
        frame = json.loads(await self.socket.receive_text(timeout=10))
        if frame["type"] != "next" or not frame["payload"].get("data"):
            return frame
        event = frame["payload"]["data"]["conversationEvents"]
        self.known[event["message"]["id"]] = event["message"]
        self.cursors.append(event["cursor"])
        return event

    async def codes(self) -> list[str]:
        """Return the codes of the next answer's errors."""
        frame = await self.next()
        payload = frame["payload"]
        errors = payload if frame["type"] == "error" else payload["errors"]
        return [error["extensions"]["code"] for error in errors]


@dataclass
class Server:
    """A server process: its own feed, and everything else that is shared with others."""

    schema: GatewaySchema
    world: World
    url: str
    feed: Feed = field(default_factory=Feed)
    ended: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.desk = Desk(Acts.of(self.world.ports))

    @asynccontextmanager
    async def hearing(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.feed.hear(self.url))
        try:
            await until(lambda: self.feed.hears)
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @asynccontextmanager
    async def follow(self, who: Actor | None, **variables: Any) -> AsyncIterator[Follower]:
        """Open a socket and follow a conversation."""

        def vouch() -> Actor | None:
            return None if who is None or who.subject in self.ended else who

        async def context_of(_: HTTPConnection) -> Context:
            return Context(who, self.world.ports, self.desk, self.feed, vouch=vouch)

        socket: AsyncWebSocketSession
        view = GatewayView(self.schema, context=context_of)
        async with (
            httpx.AsyncClient(transport=ASGIWebSocketTransport(app=view)) as client,
            aconnect_ws(
                "http://gateway/graphql", client, subprotocols=["graphql-transport-ws"]
            ) as socket,
        ):
            await socket.send_json({"type": "connection_init"})
            await socket.receive_text(timeout=5)
            payload = {"query": FOLLOW, "variables": variables}
            await socket.send_json({"type": "subscribe", "id": "1", "payload": payload})
            yield Follower(socket)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what others do
            await asyncio.sleep(0.005)


@pytest.fixture
async def server(
    gateway_schema: GatewaySchema, world: World, clean_database: str
) -> AsyncIterator[Server]:
    one = Server(gateway_schema, world, clean_database)
    async with one.hearing():
        yield one


def cursor(person: Person, change: int) -> str:
    return CHANGES.write((person.id, change))


async def tell(world: World) -> None:
    await Notifier().tell_all(world.ports)


async def say(person: Person, *texts: str) -> None:
    async with in_transaction() as connection:
        await lock_conversation(connection, person.id)
        drafts = [Draft(Author.SERVICE, text) for text in texts]
        await append(connection, person.id, drafts, World().clock.now())


def texts(*events: Any) -> list[str]:
    return [event["message"]["text"] for event in events]


async def test_what_was_missed_comes_first_then_what_happens(server: Server, world: World) -> None:
    me = await world.person()
    await say(me, "一", "二", "三")

    async with server.follow(me.actor, after=cursor(me, 1)) as follower:
        missed = [await follower.next() for _ in range(2)]
        await say(me, "四")
        live = await follower.next()

    assert texts(*missed, live) == ["二", "三", "四"]
    assert follower.cursors == [cursor(me, change) for change in (2, 3, 4)]


async def test_without_a_cursor_only_what_happens_from_now_on(server: Server, world: World) -> None:
    me, other = await world.person(), await world.person()
    await say(me, "早")

    async with server.follow(me.actor) as follower:
        await until(lambda: server.feed.followers == 1)
        await say(other, "别人")
        await say(me, "晚")

        assert texts(await follower.next()) == ["晚"]


async def test_a_card_that_changed_comes_again_as_it_is_now(server: Server, world: World) -> None:
    a, b = await couple(world)
    binding = await invite(world, a, b)
    await tell(world)

    async with server.follow(b.actor, after=cursor(b, 0)) as follower:
        invited = await follower.next()
        await accept(world, b, binding)
        await tell(world)
        changed, told = await follower.next(), await follower.next()

    assert invited["message"]["id"] == changed["message"]["id"] != told["message"]["id"]
    assert invited["message"]["card"]["__typename"] == "ReceivedInvitationCard"
    assert [event["message"]["number"] for event in (invited, changed, told)] == [1, 1, 2]


async def test_cut_again_and_again_a_device_knows_everything_in_the_end(
    server: Server, world: World
) -> None:
    await world.policy()
    play = await Play.begin(world, seed=11)
    me, dice, over = play.people[0], random.Random(11), asyncio.Event()
    cursors, known = [cursor(me, 0)], dict[str, Any]()

    async def device() -> None:
        while not over.is_set():
            async with server.follow(me.actor, after=cursors[-1]) as follower:
                for _ in range(dice.randrange(4)):
                    if cursors[-1] == await newest(me) and over.is_set():
                        break
                    try:
                        event = json.loads(await follower.socket.receive_text(timeout=0.2))
                    except TimeoutError:
                        break
                    found = event["payload"]["data"]["conversationEvents"]
                    known[found["message"]["id"]] = found["message"]
                    cursors.append(found["cursor"])

    async def notified(_: object) -> None:
        if dice.random() < 0.5:
            await relay_events(announcements, world.ports, limit=2)

    following = asyncio.create_task(device())
    await played(play, 40, notified)
    await tell(world)
    async with asyncio.timeout(20):
        while cursors[-1] != await newest(me):  # noqa: ASYNC110 - what others do
            await asyncio.sleep(0.01)
    over.set()
    await following

    changes = [int(str(change)) for _, change in map(CHANGES.read, cursors)]
    assert changes == sorted(set(changes))
    rows = await MessageRow.filter(person_id=me.id)
    assert {(message["id"], message["change"]) for message in known.values()} == {
        (ids.encode(ids.MESSAGE, row.id), cursor(me, row.change)) for row in rows
    }


async def newest(person: Person) -> str:
    row = await ConversationRow.get_or_none(person_id=person.id)
    return cursor(person, 0 if row is None else row.last_change)


async def test_what_was_not_heard_is_caught_up_on_after_the_listener_was_lost(
    server: Server, world: World
) -> None:
    me = await world.person()
    async with server.follow(me.actor) as follower:
        await until(lambda: server.feed.followers == 1)
        await pool().execute_query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE application_name = '{LISTENER}' AND datname = current_database()"
        )
        await until(lambda: server.feed.lost > 0)
        await say(me, "没有听见")

        assert texts(await follower.next()) == ["没有听见"]


async def test_every_server_hears_of_what_any_wrote(server: Server, world: World) -> None:
    me = await world.person()
    other = Server(server.schema, world, server.url)
    async with (
        other.hearing(),
        server.follow(me.actor, after=cursor(me, 0)) as one,
        other.follow(me.actor, after=cursor(me, 0)) as two,
    ):
        for text in ("一", "二", "三"):
            await say(me, text)
        heard = [[await device.next() for _ in range(3)] for device in (one, two)]

    assert [texts(*events) for events in heard] == [["一", "二", "三"]] * 2


async def test_a_cursor_belongs_to_its_conversation(server: Server, world: World) -> None:
    me, other = await world.person(), await world.person()
    await say(other, "别人")

    for wrong in (cursor(other, 0), cursor(me, 1), cursor(me, -1), "x"):
        async with server.follow(me.actor, after=wrong) as follower:
            assert await follower.codes() == ["BAD_CURSOR"]


async def test_nothing_is_told_once_the_token_has_ended(server: Server, world: World) -> None:
    me = await world.person()
    async with server.follow(me.actor, after=cursor(me, 0)) as follower:
        await say(me, "一")
        await follower.next()
        server.ended.add(me.id)
        await say(me, "二")

        assert await follower.codes() == ["UNAUTHENTICATED"]


async def test_a_guardian_follows_the_ward_for_as_long_as_the_registry_says_so(
    server: Server, world: World
) -> None:
    await world.policy()
    mother, child = await world.person(), await world.person(born_on=world.clock.now().date())
    await world.guardian(mother, child)
    ward = ids.encode(ids.PERSON, child.id)
    async with server.follow(mother.actor, after=cursor(child, 0), onBehalfOf=ward) as follower:
        await say(child, "一")
        told = await follower.next()
        await GuardianRow.all().delete()
        await say(child, "二")

        assert texts(told) == ["一"]
        assert await follower.codes() == ["FORBIDDEN"]


async def test_nobody_else_follows(server: Server, world: World) -> None:
    me, stranger, place = await world.person(), await world.person(), await world.institution()
    of_me = ids.encode(ids.PERSON, me.id)

    for who, variables, code in (
        (None, {}, "UNAUTHENTICATED"),
        (STAFF, {}, "FORBIDDEN"),
        (place.actor, {}, "FORBIDDEN"),
        (stranger.actor, {"onBehalfOf": of_me}, "FORBIDDEN"),
    ):
        async with server.follow(who, **variables) as follower:
            assert await follower.codes() == [code]
    assert server.feed.followers == 0


async def test_who_goes_is_followed_no_more(server: Server, world: World) -> None:
    me = await world.person()
    async with server.follow(me.actor), server.follow(me.actor):
        await until(lambda: server.feed.followers == 2)

    await until(lambda: server.feed.followers == 0)
