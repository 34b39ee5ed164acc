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
from gongji.domain.money import Fen
from gongji.store.rows import (
    BindingRow,
    CardPressRow,
    MessageRow,
    PersonalAccountRow,
    PersonRow,
)
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.press_button import PressButton, press_button
from gongji.usecases.send_message import SendMessage, send_message
from gongji.usecases.set_limit import SetBindingLimit, set_binding_limit
from gongji.usecases.set_reserve import SetReserve, set_reserve
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


async def test_a_message_that_nobody_sent_is_told_of_and_not_passed_over(
    world: World, family: Family, desk: Desk
) -> None:
    message_id = await stored("怎么邀请家人", family.a, world)
    await MessageRow.filter(id=message_id).update(actor=None)
    world.clock.move(minutes=6)
    answerer = Answerer(desk)

    with capture_logs() as log:
        await answerer.answer_what_was_left(world.ports)

    assert [line["event"] for line in log] == ["not_answered"]
    assert await replies(family.a) == [APOLOGY]


async def asked_to(text: str, person: Person, world: World, desk: Desk) -> Message:
    talk = Talk(person.actor, world.ports, desk)
    return (await send(key(), text, talk)).reply


async def asked_to_pause(person: Person, world: World, desk: Desk) -> Message:
    return await asked_to("暂停卓玛的共济", person, world, desk)


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


CHANGED = "情况有变化，请查看最新的内容后再确认。"


async def test_a_reserve_that_was_set_since_is_not_put_back_by_what_a_kill_left(
    world: World, family: Family, desk: Desk
) -> None:
    await pressed(await asked_to("账户里至少留50元", family.a, world, desk), family.a, world)
    await set_reserve(SetReserve(key(), Fen(200_00)), family.a.actor, world.ports)
    world.clock.move(minutes=1)

    await Answerer(desk).answer_what_was_left(world.ports)

    assert (await PersonalAccountRow.get(owner_id=family.a.id)).reserve_fen == 200_00
    assert (await CardPressRow.get()).outcome is PressOutcome.OVERTAKEN
    assert (await replies(family.a))[-1] == CHANGED


async def test_limits_that_were_set_since_are_not_put_back_by_what_a_kill_left(
    world: World, family: Family, desk: Desk
) -> None:
    asked = await asked_to("给卓玛每月最多用50元", family.a, world, desk)
    await pressed(asked, family.a, world)
    since = SetBindingLimit(key(), family.bindings[0], per_month=Fen(200_00))
    await set_binding_limit(since, family.a.actor, world.ports)
    world.clock.move(minutes=1)

    await Answerer(desk).answer_what_was_left(world.ports)

    assert (await BindingRow.get(id=family.bindings[0])).limit_month_fen == 200_00
    assert (await CardPressRow.get()).outcome is PressOutcome.OVERTAKEN
    assert (await replies(family.a))[-1] == CHANGED


async def test_what_could_not_be_confirmed_any_more_is_asked_again(
    world: World, family: Family, desk: Desk
) -> None:
    """However long the servers were down: a press is no order for the day after."""
    await pressed(await asked_to_pause(family.a, world, desk), family.a, world)
    world.clock.move(minutes=10)

    await Answerer(desk).answer_what_was_left(world.ports)

    assert (await BindingRow.get(id=family.bindings[0])).status is BindingStatus.ACTIVE
    assert (await CardPressRow.get()).outcome is PressOutcome.OVERTAKEN
    assert (await replies(family.a))[-1] == CHANGED


async def test_what_was_done_in_time_is_told_however_late(
    world: World, family: Family, desk: Desk
) -> None:
    await pressed(await asked_to_pause(family.a, world, desk), family.a, world)
    press = await CardPressRow.get()
    done = PauseBinding(press.id, family.bindings[0])
    await pause_binding(done, family.a.actor, world.ports)
    world.clock.move(hours=1)

    await Answerer(desk).answer_what_was_left(world.ports)

    assert (await CardPressRow.get()).outcome is PressOutcome.DONE
    assert (await replies(family.a))[-1] == "已暂停共济。"
