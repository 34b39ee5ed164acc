"""What changes between reading and showing gives a coded answer, whichever await it falls on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from gongji.api.gateway import GatewaySchema
from gongji.domain.binding import Capacity
from gongji.domain.conversation import Author, Card, CardKind, Draft
from tests.api.chatting import Speaker
from tests.api.conftest import Answer, Api
from tests.bills import bill, settle_bill, settling
from tests.documents import document
from tests.faults import Faults, T, faulty_pool
from tests.store.test_conversations import said
from tests.usecases.e2 import Family, make_family
from tests.world import World, key

_END_ALL = """
UPDATE binding SET status = 'ENDED', ended_at = now()
WHERE id IN (SELECT id FROM binding FOR UPDATE SKIP LOCKED)
"""


@dataclass
class Meanwhile(Faults):
    """Something that another process does at one await of whatever runs on the pool.

    Args:
        change: the statement; None once it is done.
    """

    other: asyncpg.Connection | None = None
    at: int | None = None
    count: int = 0
    change: str | None = None

    async def step(self, name: str, call: Callable[[], Awaitable[T]], **_: Any) -> T:
        change = self.change
        if change is not None:
            number, self.count = self.count, self.count + 1
            if number == self.at:
                self.change = None
                assert self.other is not None
                await self.other.execute(change)
        return await call()


@pytest.fixture
async def meanwhile(clean_database: str) -> AsyncIterator[Meanwhile]:
    planned = Meanwhile(other=await asyncpg.connect(clean_database))
    assert planned.other is not None
    try:
        async with faulty_pool(clean_database, planned):
            yield planned
    finally:
        await planned.other.close()


@dataclass
class Scene:
    """A proxy who talks for 卓玛, whose conversation has cards of every kind."""

    api: Api
    family: Family
    proxy: Speaker
    asked: dict[str, Any]


async def make_scene(schema: GatewaySchema) -> Scene:
    world = World()
    family = await make_family(world)
    proxy = await world.person("央金")
    await world.guardian(proxy, family.me, Capacity.PROXY)
    done = await settle_bill(
        settling(family.me, bill(share=500_00)), family.hospital.actor, world.ports
    )
    bound = {"binding": family.bindings[0]}
    cards = [
        Card(CardKind.INVITATION, bound),
        Card(CardKind.BINDING, bound),
        Card(CardKind.RECEIPT, {"settlement": done.id}),
        Card(CardKind.PREMIUM, bound, terms={"year": 2027}),
        Card(CardKind.BENEFICIARIES, {}),
    ]
    await said(*(Draft(Author.SERVICE, card=card) for card in cards), person_id=family.me.id)
    api = Api(schema, world.ports)
    speaker = Speaker(api, proxy, ward=family.me)
    for text in ("我的余额", "谁给我共济"):
        await speaker.says(text)
    return Scene(api, family, speaker, await speaker.says("解除和王小兰的绑定"))


async def ask(scene: Scene, name: str, **variables: Any) -> Answer:
    return await scene.api.as_(scene.proxy.person.actor).query(
        document(f"mini_program/{name}"), **variables
    )


async def read(scene: Scene) -> Answer:
    return await ask(scene, "Conversation", onBehalfOf=scene.proxy.on_behalf_of)


async def send(scene: Scene) -> Answer:
    asked = {"requestId": str(key()), "text": "我的余额", "onBehalfOf": scene.proxy.on_behalf_of}
    return await ask(scene, "SendMessage", input=asked)


async def press(scene: Scene) -> Answer:
    asked = {
        "messageId": scene.asked["id"],
        "button": "CONFIRM",
        "onBehalfOf": scene.proxy.on_behalf_of,
    }
    return await ask(scene, "PressCardButton", input=asked)


async def mark(scene: Scene) -> Answer:
    return await ask(scene, "MarkRead", input={"number": 3, "onBehalfOf": scene.proxy.on_behalf_of})


STRIDE = 2
"""Of so many awaits one is tried."""
CHANGES = ("DELETE FROM guardian", _END_ALL, "DELETE FROM guardian", "DELETE FROM policy")
"""The proxy is removed, every binding ends, the region closes: in turn, await by await."""


@pytest.mark.parametrize("act", [read, send, press, mark])
async def test_whatever_changes_at_whichever_await_the_answer_is_coded(
    act: Callable[[Scene], Awaitable[Answer]],
    meanwhile: Meanwhile,
    gateway_schema: GatewaySchema,
    emptying: str,
) -> None:
    assert meanwhile.other is not None
    answers: list[Answer] = []
    while not answers or meanwhile.change is None:
        meanwhile.change = None
        await meanwhile.other.execute(emptying)
        scene = await make_scene(gateway_schema)
        meanwhile.at, meanwhile.count = STRIDE * len(answers), 0
        meanwhile.change = CHANGES[len(answers) % len(CHANGES)]
        answers.append(await act(scene))

    assert len(answers) > 3
    told = {code for one in answers for code in one.codes}
    assert told <= {"FORBIDDEN", "NOT_FOUND"}
