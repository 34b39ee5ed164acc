"""What cannot be answered keeps nothing else waiting, and is told so in the end."""

from uuid import UUID

import pytest
from structlog.testing import capture_logs

from gongji.chat.answerer import Answerer
from gongji.chat.conversation import send
from gongji.chat.talk import Talk
from gongji.chat.typed import masked
from gongji.desk.desk import Acts, Desk
from gongji.domain.binding import BindingStatus
from gongji.domain.conversation import Message, PressOutcome
from gongji.store.rows import BindingRow, CardPressRow, MessageRow, PersonRow
from gongji.usecases.press_button import PressButton, press_button
from gongji.usecases.send_message import SendMessage, send_message
from tests.usecases.e2 import Family, make_family
from tests.world import KEY_RING, Person, World, key

APOLOGY = "系统出错，没能答复这条消息，没有办理任何业务。请稍后再说一次。"


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(Acts.of(world.ports))


async def stored(text: str, person: Person, world: World) -> UUID:
    request = SendMessage(key(), text, masked(text))
    return (await send_message(request, person.actor, world.ports)).id


async def replies(person: Person) -> list[str | None]:
    rows = await MessageRow.filter(person_id=person.id, author="SERVICE").order_by("number")
    return [row.text for row in rows]


async def break_relative(person: Person) -> None:
    """Let whoever has this relative fail to talk about relatives."""
    await PersonRow.filter(id=person.id).update(id_number_cipher=KEY_RING.seal("nonsense"))


async def test_a_message_that_always_fails_keeps_no_other_waiting(
    world: World, family: Family, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongji.chat.answerer.MOST_AT_ONCE", 1)
    await break_relative(family.me)
    for _ in range(2):
        await stored("暂停卓玛的共济", family.a, world)
    await stored("怎么邀请家人", family.b, world)
    world.clock.move(minutes=1)
    answerer = Answerer(desk)

    with capture_logs() as log:
        answered = await answerer.answer_what_was_left(world.ports)

    assert answered == 1
    assert (await replies(family.b))[0] is not None
    assert await replies(family.a) == []
    assert answerer.counts.failures == 2
    assert [(line["event"], line["is_given_up"]) for line in log] == [("not_answered", False)] * 2


async def test_a_message_that_fails_for_long_is_answered_with_an_apology(
    world: World, family: Family, desk: Desk
) -> None:
    await break_relative(family.me)
    await stored("暂停卓玛的共济", family.a, world)
    world.clock.move(minutes=6)
    answerer = Answerer(desk)

    for _ in range(2):
        await answerer.answer_what_was_left(world.ports)

    assert await replies(family.a) == [APOLOGY]
    assert (answerer.counts.failures, answerer.counts.given_up) == (1, 1)


async def asked_to_pause(person: Person, world: World, desk: Desk) -> Message:
    talk = Talk(person.actor, world.ports, desk)
    return (await send(key(), "暂停卓玛的共济", talk)).reply


async def pressed(message: Message, person: Person, world: World) -> None:
    """Store a press as a process does that is killed before it acts."""
    button = PressButton(message, "CONFIRM", is_shown=True, is_single_use=True, seen_attempt=0)
    assert await press_button(button, person.actor, world.ports)


async def test_a_press_that_always_fails_keeps_no_other_waiting_and_is_concluded(
    world: World, family: Family, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongji.chat.answerer.MOST_AT_ONCE", 1)
    broken = await asked_to_pause(family.a, world, desk)
    await pressed(broken, family.a, world)
    await MessageRow.filter(id=broken.id).update(card=None)
    good = await asked_to_pause(family.b, world, desk)
    await pressed(good, family.b, world)
    answerer = Answerer(desk)

    world.clock.move(minutes=1)
    assert await answerer.answer_what_was_left(world.ports) == 1
    still_open = await CardPressRow.get(message_id=broken.id)
    world.clock.move(minutes=5)
    assert await answerer.answer_what_was_left(world.ports) == 0

    statuses = {row.sharer_id: row.status for row in await BindingRow.all()}
    assert statuses[family.b.id] is BindingStatus.PAUSED
    assert statuses[family.a.id] is BindingStatus.ACTIVE
    assert still_open.outcome is None
    assert (await CardPressRow.get(message_id=broken.id)).outcome is PressOutcome.FAILED
    assert ((await replies(family.a))[-1] or "").startswith("系统出错，未能确认办理结果。")
    assert (answerer.counts.failures, answerer.counts.given_up) == (2, 1)
