"""A conversation survives: devices that write at once, and kills between any two steps."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest

from gongji.chat import conversation
from gongji.chat.answerer import Answerer
from gongji.chat.conversation import press, send
from gongji.chat.doing import do
from gongji.chat.intents import Help
from gongji.chat.notifier import Notifier
from gongji.chat.proposals import Proposal
from gongji.chat.talk import Talk
from gongji.chat.typed import masked
from gongji.desk.desk import Acts, Desk
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.conversation import Message, Press, PressOutcome
from gongji.domain.errors import RequestIdReused
from gongji.domain.kinship import Kinship
from gongji.store.database import pool
from gongji.store.rows import (
    BindingRow,
    CardPressRow,
    GuardianRow,
    MessageRow,
    RequestKeyRow,
)
from gongji.usecases.press_button import PressButton, press_button
from gongji.usecases.send_message import SendMessage, send_message
from tests.chat.test_notifier import planned
from tests.faults import Faults
from tests.usecases.e2 import Family, make_family
from tests.world import Person, World, key

LATER = timedelta(seconds=31).total_seconds()


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


@pytest.fixture
async def desk(world: World) -> AsyncIterator[Desk]:
    async with Desk(Acts.of(world.ports)) as desk:
        yield desk


def talk(world: World, desk: Desk, person: Person) -> Talk:
    return Talk(person.actor, world.ports, desk)


async def stored(text: str, person: Person, world: World, request_id: UUID | None = None) -> UUID:
    """Store a message as a process does that is killed before it answers."""
    request = SendMessage(request_id or key(), text, masked(text))
    return (await send_message(request, person.actor, world.ports)).id


async def texts() -> list[str | None]:
    return [row.text for row in await MessageRow.all().order_by("number")]


async def test_twenty_devices_at_once_lose_nothing(
    world: World, family: Family, desk: Desk
) -> None:
    sent = await asyncio.gather(
        *(send(key(), "怎么邀请家人", talk(world, desk, family.me)) for _ in range(20))
    )

    numbers = [row.number for row in await MessageRow.all().order_by("number")]
    assert numbers == list(range(1, 41))
    assert len({one.message.id for one in sent} | {one.reply.id for one in sent}) == 40
    assert all(one.reply.number > one.message.number for one in sent)


async def test_one_key_sent_by_eight_at_once_is_one_message(
    world: World, family: Family, desk: Desk
) -> None:
    one = key()

    sent = await asyncio.gather(
        *(send(one, "怎么邀请家人", talk(world, desk, family.me)) for _ in range(8))
    )

    assert len({x.message.id for x in sent}) == len({x.reply.id for x in sent}) == 1
    assert [x.replayed for x in sent].count(False) == 1
    assert await MessageRow.all().count() == 2


async def test_a_sentence_that_is_hard_to_read_keeps_nothing_else_waiting(
    world: World, family: Family, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def hard(_text: str, _today: date) -> Help:
        begun.set()
        assert may_end.wait(10)
        return Help()

    monkeypatch.setattr(conversation, "understand", hard)
    sending = asyncio.create_task(send(key(), "帮助", talk(world, desk, family.me)))
    assert await asyncio.to_thread(begun.wait, 10)

    (message,) = await MessageRow.all()
    assert (message.text, sending.done()) == ("帮助", False)

    may_end.set()
    assert (await sending).reply.card is not None


async def test_two_numbers_that_look_alike_masked_are_two_requests(
    world: World, family: Family, desk: Desk
) -> None:
    one, me = key(), talk(world, desk, family.me)
    await send(one, "号码542599198001010028", me)

    with pytest.raises(RequestIdReused):
        await send(one, "号码542599198101010028", me)


async def test_a_message_that_a_kill_left_is_answered_after_the_start(
    world: World, family: Family, desk: Desk
) -> None:
    await stored("怎么邀请家人", family.me, world)

    early = await Answerer(desk).answer_what_was_left(world.ports)
    world.clock.move(seconds=LATER)
    swept = await asyncio.gather(
        *(Answerer(desk).answer_what_was_left(world.ports) for _ in range(4))
    )
    nothing_left = await Answerer(desk).answer_what_was_left(world.ports)

    assert (early, nothing_left) == (0, 0)
    assert 1 in swept
    told = await texts()
    assert len(told) == 2
    assert (told[1] or "").startswith("邀请家人请写明")


async def test_a_repetition_of_the_client_answers_what_a_kill_left(
    world: World, family: Family, desk: Desk
) -> None:
    relative = await world.person("次仁多吉", male=True)
    await world.kin(family.a, relative, Kinship.SPOUSE)
    text, one = f"邀请老公次仁多吉，身份证号码{relative.id_number}", key()
    await stored(text, family.a, world, one)

    sent = await send(one, text, talk(world, desk, family.a))

    assert sent.replayed
    assert sent.reply.card is not None
    assert sent.reply.card.terms["act"] == "INVITE"


async def test_an_invitation_that_a_kill_left_has_lost_its_number(
    world: World, family: Family, desk: Desk
) -> None:
    number = world.id_number(male=True)
    await stored(f"邀请老公次仁多吉，身份证号码{number}", family.a, world)
    world.clock.move(seconds=LATER)

    await Answerer(desk).answer_what_was_left(world.ports)

    row = await MessageRow.get(author="SERVICE")
    assert row.card is not None
    assert (row.card["kind"], row.card["notice"]) == ("HELP", "NOT_UNDERSTOOD")
    assert "INVITE" in row.card["terms"]["topics"]


async def test_the_sweep_answers_for_whoever_may_act_no_more(
    world: World, family: Family, desk: Desk
) -> None:
    request = SendMessage(key(), "我的余额", "我的余额")
    await world.guardian(family.b, family.me, Capacity.PROXY)
    acting = replace(family.b.actor, acting_for=family.me.id)
    await send_message(request, acting, world.ports)
    await GuardianRow.all().delete()
    world.clock.move(seconds=LATER)

    assert await Answerer(desk).answer_what_was_left(world.ports) == 1
    assert (await texts())[
        1
    ] == "没有找到，或您无权查看。请核对编号；如有疑问请联系参保地医保经办机构。"


@pytest.fixture
async def asked(world: World, family: Family, desk: Desk) -> Message:
    """Ask to pause; returns the card's message."""
    return (await send(key(), "暂停卓玛的共济", talk(world, desk, family.a))).reply


async def pressed(asked: Message, family: Family, world: World) -> Press:
    """Store a press as a process does that is killed before it acts."""
    button = PressButton(asked, "CONFIRM", is_shown=True, is_single_use=True, seen_attempt=0)
    stored_press = await press_button(button, family.a.actor, world.ports)
    assert stored_press is not None
    return stored_press


async def check_paused_once(family: Family) -> None:
    binding = await BindingRow.get(id=family.bindings[0])
    assert binding.status is BindingStatus.PAUSED
    assert await RequestKeyRow.filter(operation="pauseBinding").count() == 1
    (row,) = await CardPressRow.all()
    assert row.outcome is PressOutcome.DONE
    assert (await texts())[2:] == ["已暂停共济。"]


async def test_a_press_that_a_kill_left_is_done_after_the_start(
    world: World, family: Family, desk: Desk, asked: Message
) -> None:
    await pressed(asked, family, world)
    world.clock.move(seconds=LATER)

    await asyncio.gather(*(Answerer(desk).answer_what_was_left(world.ports) for _ in range(4)))

    await check_paused_once(family)


async def test_a_press_that_was_done_but_not_told_is_told(
    world: World, family: Family, desk: Desk, asked: Message
) -> None:
    one = await pressed(asked, family, world)
    assert asked.card is not None
    await do(Proposal.read(asked.card.terms), one.id, talk(world, desk, family.a))
    world.clock.move(minutes=30)

    assert await Answerer(desk).answer_what_was_left(world.ports) == 1

    await check_paused_once(family)


async def test_pressing_again_does_what_a_kill_left(
    world: World, family: Family, desk: Desk, asked: Message
) -> None:
    await pressed(asked, family, world)

    told = await asyncio.gather(
        *(press(asked.id, x, talk(world, desk, family.a)) for x in ("CONFIRM", "CANCEL") * 4)
    )

    assert {one.reply.text for one in told if one.reply} == {"已暂停共济。"}
    await check_paused_once(family)


async def scene() -> tuple[World, Talk, Message]:
    """Let a sharer ask to pause; returns who talks, and the card's message."""
    world = World()
    family = await make_family(world)
    speaking = talk(world, Desk(Acts.of(world.ports)), family.a)
    return world, speaking, (await send(key(), "暂停卓玛的共济", speaking)).reply


async def test_whatever_breaks_while_a_button_is_pressed_who_pressed_hears_of_it_once(
    faults: Faults, emptying: str
) -> None:
    _, speaking, asked = await scene()
    await faults.run(partial(press, asked.id, "CONFIRM", speaking), {})
    steps = list(faults.steps)

    for number, fault in planned(steps):
        await pool().execute_script(emptying)
        world, speaking, asked = await scene()
        await faults.run(partial(press, asked.id, "CONFIRM", speaking), {number: fault})
        world.clock.move(seconds=LATER)
        await asyncio.gather(
            Notifier().tell_all(world.ports),
            Answerer(speaking.desk).answer_what_was_left(world.ports),
        )
        again = await press(asked.id, "CONFIRM", speaking)
        await Notifier().tell_all(world.ports)

        assert again.reply is not None
        assert again.reply.text == "已暂停共济。"
        rows = await MessageRow.filter(person_id=speaking.actor.person_id).order_by("number")
        kinds = [row.card and row.card["kind"] for row in rows]
        assert kinds[:2] == [None, "CONFIRM"]
        paused = await RequestKeyRow.filter(operation="pauseBinding").count()
        assert kinds.count("BINDING") == paused == 1
        assert [row.text for row in rows].count("已暂停共济。") == 1
        assert len(rows) <= 4
