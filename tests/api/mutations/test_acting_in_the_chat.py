"""What a person does in the chat: a card asks, its button acts once, what moved is asked anew."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from gongji.chat.notifier import Notifier
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.conversation import Author, Card, CardKind, Draft
from gongji.domain.kinship import Kinship
from gongji.domain.person import AccountStatus, Scheme
from gongji.domain.policy import UnsetOrder
from gongji.store.conversations import messages_by_id
from gongji.store.database import pool
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    CardPressRow,
    GuardianRow,
    MessageRow,
    PersonalAccountRow,
    PolicyRow,
    PremiumRow,
    RequestKeyRow,
    TariffRow,
)
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.press_button import PressButton, press_button
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from tests.api.chatting import Speaker, names
from tests.api.conftest import Api
from tests.api.mutations.asking import everything, reasons, shown
from tests.store.test_conversations import said
from tests.usecases.e2 import Family, make_family
from tests.world import NGARI, Person, World, key

CONFIRM = ["CONFIRM", "CANCEL"]


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


@pytest.fixture
def me(api: Api, family: Family) -> Speaker:
    return Speaker(api, family.me)


@pytest.fixture
def a(api: Api, family: Family) -> Speaker:
    return Speaker(api, family.a)


async def status(binding_id: UUID) -> BindingStatus:
    return (await BindingRow.get(id=binding_id)).status


async def put_card(person: Person, card: Card) -> dict[str, Any]:
    """Append a card as the notifier does."""
    (message,) = await said(Draft(Author.SERVICE, card=card), person_id=person.id)
    return {"id": shown("msg", message.id)}


# Asking first.


async def test_pausing_is_asked_with_its_consequences_and_done_once(
    a: Speaker, family: Family
) -> None:
    before = await everything()
    message = await a.says("暂停卓玛的共济")
    card = message["card"]

    assert (await everything())["binding"] == before["binding"]
    assert (card["__typename"], card["act"], card["title"], card["state"]) == (
        "ConfirmCard",
        "PAUSE",
        "暂停共济",
        "OPEN",
    )
    assert card["sentences"] == ["暂停后，卓*以后的费用不从您的账户支付，直到您恢复。"]
    assert names(message) == CONFIRM

    first = await a.press(message, "CONFIRM")
    again = await a.press(message, "CONFIRM")
    late = await a.press(message, "CANCEL")

    assert first["reply"]["text"] == "已暂停共济。"
    assert again == first
    assert late == first
    assert first["pressed"]["card"]["state"] == "DONE"
    assert names(first["pressed"]) == []
    assert await status(family.bindings[0]) is BindingStatus.PAUSED
    assert await MessageRow.all().count() == 3


async def test_cancelling_does_nothing_and_ends_the_card(a: Speaker, family: Family) -> None:
    message = await a.says("暂停卓玛的共济")

    cancelled = await a.press(message, "CANCEL")
    after = await a.press(message, "CONFIRM")

    assert cancelled["reply"]["text"] == "已取消，没有办理任何业务。"
    assert (cancelled["pressed"]["card"]["state"], names(cancelled["pressed"])) == ("CANCELLED", [])
    assert after == cancelled
    assert await status(family.bindings[0]) is BindingStatus.ACTIVE


async def test_a_card_can_be_confirmed_for_ten_minutes(
    a: Speaker, family: Family, world: World
) -> None:
    message = await a.says("暂停卓玛的共济")
    world.clock.move(minutes=10)

    late = await a.press(message, "CONFIRM")

    assert late["reply"] is None
    assert (late["pressed"]["card"]["state"], names(late["pressed"])) == ("EXPIRED", [])
    assert await status(family.bindings[0]) is BindingStatus.ACTIVE
    assert await CardPressRow.all().count() == 0


async def test_until_the_last_moment_of_the_ten_minutes(
    a: Speaker, family: Family, world: World
) -> None:
    message = await a.says("暂停卓玛的共济")
    world.clock.move(minutes=9, seconds=59)

    assert (await a.press(message, "CONFIRM"))["reply"]["text"] == "已暂停共济。"


async def test_what_was_done_elsewhere_has_no_button_and_is_said_on_pressing(
    a: Speaker, family: Family, world: World
) -> None:
    message = await a.says("暂停卓玛的共济")
    await pause_binding(PauseBinding(key(), family.bindings[0]), family.a.actor, world.ports)

    shown_again = await a.again(message)
    pressed = await a.press(message, "CONFIRM")

    assert (shown_again["card"]["state"], names(shown_again)) == ("OVERTAKEN", [])
    assert pressed["reply"]["text"] == "当前状态下不能这样操作。请刷新后查看最新状态。"
    assert pressed["pressed"]["card"]["state"] == "OVERTAKEN"


ACTS = {
    "恢复卓玛的共济": ("恢复后，卓*的费用可以继续从您的账户支付。", "已恢复共济。"),
    "给卓玛设每月200元的限额": ("卓*使用您账户的限额改为：每月¥200.00。", "限额已设置。"),
    "账户里至少留50元": ("共济时您的账户至少保留¥50.00；不影响您本人使用。", "保留金额已设置。"),
    "解除和卓玛的绑定": (
        "解除后，卓*以后的费用不再从您的账户支付，也不能再由您代缴居民医保费。",
        "已解除绑定。",
    ),
}


@pytest.mark.parametrize("text", ACTS)
async def test_what_a_sharer_does(a: Speaker, family: Family, text: str) -> None:
    if text.startswith("恢复"):
        await BindingRow.filter(id=family.bindings[0]).update(status=BindingStatus.PAUSED)
    message = await a.says(text)

    done = await a.press(message, "CONFIRM")

    assert message["card"]["sentences"][0] == ACTS[text][0]
    assert done["reply"]["text"] == ACTS[text][1]
    row = await BindingRow.get(id=family.bindings[0])
    account = await PersonalAccountRow.get(owner_id=family.a.id)
    assert {
        "恢": row.status is BindingStatus.ACTIVE,
        "给": row.limit_month_fen == 200_00,
        "账": account.reserve_fen == 50_00,
        "解": row.status is BindingStatus.ENDED,
    }[text[0]]


async def test_one_limit_is_set_and_the_others_stay(a: Speaker, family: Family) -> None:
    binding = BindingRow.filter(id=family.bindings[0])
    await binding.update(limit_settlement_fen=30_00, limit_year_fen=900_00)

    await a.confirms("给卓玛设每月200元的限额")

    row = await BindingRow.get(id=family.bindings[0])
    limits = (row.limit_settlement_fen, row.limit_month_fen, row.limit_year_fen)
    assert limits == (30_00, 200_00, 900_00)


@pytest.mark.parametrize(
    ("text", "told", "left"),
    [
        ("取消卓玛的限额", "不限", (None, None, None)),
        ("取消卓玛的每年限额", "每次¥30.00，每月¥200.00", (30_00, 200_00, None)),
    ],
)
async def test_limits_are_cleared(
    a: Speaker, family: Family, text: str, told: str, left: tuple[int | None, ...]
) -> None:
    binding = BindingRow.filter(id=family.bindings[0])
    await binding.update(limit_settlement_fen=30_00, limit_month_fen=200_00, limit_year_fen=900_00)

    message = await a.says(text)

    assert message["card"]["sentences"][0] == f"卓*使用您账户的限额改为：{told}。"
    assert (await a.press(message, "CONFIRM"))["reply"]["text"] == "限额已设置。"
    row = await BindingRow.get(id=family.bindings[0])
    assert (row.limit_settlement_fen, row.limit_month_fen, row.limit_year_fen) == left


async def test_whose_limits_are_cleared_is_asked(a: Speaker, family: Family, world: World) -> None:
    await world.bind(family.a, await world.person("央金"), limit_month_fen=100_00)

    for text, labels in {
        "取消限额": ["卓*：不限", "央*：不限"],
        "取消每月限额": ["卓*：每月不限", "央*：每月不限"],
    }.items():
        message = await a.says(text)
        assert [one["label"] for one in message["card"]["buttons"]] == labels


async def test_a_limit_that_moved_meanwhile_is_asked_anew(a: Speaker, family: Family) -> None:
    message = await a.says("给卓玛设每月200元的限额")
    await BindingRow.filter(id=family.bindings[0]).update(limit_year_fen=900_00)

    pressed = await a.press(message, "CONFIRM")
    row = await BindingRow.get(id=family.bindings[0])
    fresh = pressed["reply"]

    assert row.limit_month_fen is None
    assert fresh["text"] == "情况有变化，请查看最新的内容后再确认。"
    assert fresh["card"]["sentences"][0] == "卓*使用您账户的限额改为：每月¥200.00，每年¥900.00。"
    assert (await a.press(fresh, "CONFIRM"))["reply"]["text"] == "限额已设置。"
    row = await BindingRow.get(id=family.bindings[0])
    assert (row.limit_month_fen, row.limit_year_fen) == (200_00, 900_00)


async def test_ending_asks_anew_where_the_order_moved(
    me: Speaker, family: Family, world: World
) -> None:
    message = await me.says("解除和王小兰的绑定")
    assert message["card"]["sentences"][0] == (
        "解除后，王*兰的账户不再为您支付，不足部分由其他共济人或个人现金支付。"
    )
    version = (await BeneficiaryRow.get(person_id=family.me.id)).order_version
    await reorder_sharers(
        ReorderSharers(key(), tuple(reversed(family.bindings)), version),
        family.me.actor,
        world.ports,
    )

    pressed = await me.press(message, "CONFIRM")

    assert await status(family.bindings[0]) is BindingStatus.ACTIVE
    assert pressed["pressed"]["card"]["state"] == "OVERTAKEN"
    fresh = pressed["reply"]
    assert fresh["card"]["state"] == "OPEN"
    assert (await me.press(fresh, "CONFIRM"))["reply"]["text"] == "已解除绑定。"
    assert await status(family.bindings[0]) is BindingStatus.ENDED


ORDERS = {
    "把扎西排到第一": "新的扣款顺序：1. 扎*、2. 王*兰。",
    "把王小兰排到最后": "新的扣款顺序：1. 扎*、2. 王*兰。",
    "把扎西排到王小兰前面": "新的扣款顺序：1. 扎*、2. 王*兰。",
}


@pytest.mark.parametrize("text", ORDERS)
async def test_the_order_is_changed(me: Speaker, family: Family, text: str) -> None:
    message = await me.says(text)

    assert message["card"]["sentences"] == [
        ORDERS[text],
        "顺序只决定先用谁的账户；没有限额时，您要付的现金不变。",
    ]
    assert (await me.press(message, "CONFIRM"))["reply"]["text"] == "扣款顺序已调整。"
    positions = [(await BindingRow.get(id=x)).position for x in family.bindings]
    assert positions == [2, 1]


async def test_an_order_that_moved_is_asked_anew(me: Speaker, family: Family, world: World) -> None:
    message = await me.says("把扎西排到第一")
    await end_binding(EndBinding(key(), family.bindings[0]), family.a.actor, world.ports)

    pressed = await me.press(message, "CONFIRM")

    assert pressed["reply"]["card"]["sentences"][0] == "新的扣款顺序：1. 扎*。"


# Invitations.


async def make_couple(world: World) -> tuple[Person, Person]:
    await world.policy()
    wife = await world.person("王小兰", balance=300_00)
    husband = await world.person("次仁多吉", male=True, balance=118_63)
    await world.kin(wife, husband, Kinship.SPOUSE)
    return wife, husband


async def test_a_relative_is_invited_and_neither_number_nor_name_is_kept(
    api: Api, world: World
) -> None:
    wife, husband = await make_couple(world)
    speaker = Speaker(api, wife)

    masked = f"5{'*' * 16}{husband.id_number[-1]}"

    answer = await speaker.send(f"邀请老公{husband.name}，身份证号码{husband.id_number}")
    message = answer["reply"]

    assert message["card"]["sentences"][:2] == [
        f"邀请您的配偶次**吉（证件号码{masked}）使用您的个人账户余额。",
        "对方接受后才生效；绑定不划转任何资金。",
    ]
    assert message["card"]["sentences"][2].startswith(
        "确认即表示同意承诺书（2025-01版）：本人自愿授权"
    )
    stored = str([(row.text, row.card) for row in await MessageRow.all()])
    assert husband.id_number not in stored
    assert husband.id_number[6:14] not in stored
    assert husband.name not in str([row.card for row in await MessageRow.all()])
    assert await BindingRow.all().count() == 0

    assert (await speaker.press(message, "CONFIRM"))["reply"][
        "text"
    ] == "邀请已发出，等待对方接受。"
    (binding,) = await BindingRow.all()
    assert (binding.status, binding.kinship) == (BindingStatus.INVITED, Kinship.SPOUSE)
    assert binding.sharer_consent["declaration_version"] == "2025-01"


async def test_a_card_that_invites_shows_the_name_that_was_typed_and_no_other(
    api: Api, world: World
) -> None:
    wife, husband = await make_couple(world)

    card = await Speaker(api, wife).shows(f"邀请老公多吉次仁，身份证号码{husband.id_number}")

    assert card["sentences"][0].startswith("邀请您的配偶多**仁（证件号码5")


async def test_who_invites_the_own_ward_is_told_to_accept_for_the_ward(
    api: Api, world: World
) -> None:
    wife, _ = await make_couple(world)
    child = await world.person("王小明", male=True, born_on=date(2018, 1, 1))
    await world.kin(wife, child, Kinship.CHILD)
    await world.guardian(wife, child)

    assert await Speaker(api, wife).confirms(f"邀请儿子王小明，身份证号码{child.id_number}") == (
        "邀请已发出。王*明由您代为办理：请在“我的”的“为谁办理”中选择王*明，再接受邀请。"
    )


async def test_who_is_not_verified_is_one_answer_whatever_it_is(api: Api, world: World) -> None:
    wife, husband = await make_couple(world)
    speaker = Speaker(api, wife)
    unknown = world.id_number()

    told = {
        await speaker.confirms(f"邀请老公次仁多吉，身份证号码{unknown}"),
        await speaker.confirms(f"邀请老公次仁，身份证号码{husband.id_number}"),
    }

    assert told == {
        "没有核实到这位亲属。请核对姓名、证件号码和亲属关系；对方须已参保且目前可以接受共济。"
    }
    assert await BindingRow.all().count() == 0


async def test_an_invitation_card_is_accepted_with_its_declaration(api: Api, world: World) -> None:
    wife, husband = await make_couple(world)
    binding_id = await world.bind(wife, husband, status=BindingStatus.INVITED)
    await BindingRow.filter(id=binding_id).update(expires_at=world.clock.at.replace(year=2027))
    beneficiary, sharer = Speaker(api, husband), Speaker(api, wife)
    ids = {"binding": binding_id}
    received = await beneficiary.again(await put_card(husband, Card(CardKind.INVITATION, ids)))
    sent = await sharer.again(await put_card(wife, Card(CardKind.INVITATION, ids)))

    assert received["card"]["__typename"] == "ReceivedInvitationCard"
    assert received["card"]["binding"]["sharerName"] == "王*兰"
    assert received["card"]["declaration"]["version"] == "2025-01"
    assert names(received) == ["ACCEPT:2025-01", "DECLINE"]
    assert sent["card"]["__typename"] == "SentInvitationCard"
    assert names(sent) == ["WITHDRAW"]

    pressed = await beneficiary.press(received, "ACCEPT")
    again = await beneficiary.press(received, "ACCEPT")
    declined = await beneficiary.press(received, "DECLINE")

    assert pressed["reply"]["text"] == "已接受邀请。"
    assert again == pressed
    assert declined["reply"] is None
    assert await status(binding_id) is BindingStatus.ACTIVE
    assert names(await beneficiary.again(received)) == []
    assert names(await sharer.again(sent)) == []
    assert (await sharer.press_named(sent, "WITHDRAW"))["reply"] is None


async def test_a_declaration_that_was_not_shown_is_not_agreed_to(api: Api, world: World) -> None:
    wife, husband = await make_couple(world)
    binding_id = await world.bind(wife, husband, status=BindingStatus.INVITED)
    await BindingRow.filter(id=binding_id).update(expires_at=world.clock.at.replace(year=2027))
    beneficiary = Speaker(api, husband)
    card = Card(CardKind.INVITATION, {"binding": binding_id})
    received = await beneficiary.again(await put_card(husband, card))
    (policy,) = await PolicyRow.all()
    await PolicyRow.filter(id=policy.id).update(
        rules=policy.rules | {"declaration_version": "2026-01"}
    )

    pressed = await beneficiary.press(received, "ACCEPT")

    assert pressed["reply"] is None
    assert names(pressed["pressed"]) == ["ACCEPT:2026-01", "DECLINE"]
    assert await status(binding_id) is BindingStatus.INVITED


async def test_a_refused_button_may_be_pressed_again_when_the_reason_is_gone(
    api: Api, world: World
) -> None:
    wife, husband = await make_couple(world)
    binding_id = await world.bind(wife, husband, status=BindingStatus.INVITED)
    await BindingRow.filter(id=binding_id).update(expires_at=world.clock.at.replace(year=2027))
    await PersonalAccountRow.filter(owner_id=wife.id).update(status=AccountStatus.FROZEN)
    beneficiary = Speaker(api, husband)
    card = Card(CardKind.INVITATION, {"binding": binding_id})
    received = await beneficiary.again(await put_card(husband, card))

    refused = await beneficiary.press(received, "ACCEPT")
    await PersonalAccountRow.filter(owner_id=wife.id).update(status=AccountStatus.NORMAL)
    accepted = await beneficiary.press(received, "ACCEPT")

    assert refused["reply"]["text"] == "共济人目前不能共济。请与共济人联系，由共济人查询原因。"
    assert accepted["reply"]["text"] == "已接受邀请。"
    assert await status(binding_id) is BindingStatus.ACTIVE


@pytest.mark.parametrize(
    ("text", "then"),
    [("接受王小兰的邀请", BindingStatus.ACTIVE), ("拒绝老婆的邀请", BindingStatus.DECLINED)],
)
async def test_an_invitation_is_answered_by_a_sentence(
    api: Api, world: World, text: str, then: BindingStatus
) -> None:
    wife, husband = await make_couple(world)
    binding_id = await world.bind(wife, husband, status=BindingStatus.INVITED)
    await BindingRow.filter(id=binding_id).update(expires_at=world.clock.at.replace(year=2027))

    await Speaker(api, husband).confirms(text)

    assert await status(binding_id) is then


@pytest.mark.parametrize("text", ["撤回给老公的邀请", "撤回邀请"])
async def test_an_invitation_is_withdrawn_by_a_sentence(api: Api, world: World, text: str) -> None:
    wife, husband = await make_couple(world)
    binding_id = await world.bind(wife, husband, status=BindingStatus.INVITED)
    await BindingRow.filter(id=binding_id).update(expires_at=world.clock.at.replace(year=2027))
    message = await Speaker(api, wife).says(text)

    assert message["card"]["sentences"] == ["撤回对次**吉的邀请。"]
    assert await Speaker(api, husband).hears(text) == "没有找到您发出的、等待答复的邀请。"
    assert (await Speaker(api, wife).press(message, "CONFIRM"))["reply"]["text"] == "已撤回邀请。"
    assert await status(binding_id) is BindingStatus.WITHDRAWN


@dataclass
class Waiting:
    """A sharer who waits for a place, where the region wants one; another shares already."""

    sharer: Person
    me: Speaker
    binding_id: UUID


@pytest.fixture
async def waiting(api: Api, world: World) -> Waiting:
    await world.policy(unset_order=UnsetOrder.REQUIRED_ON_ACCEPT)
    wife = await world.person("王小兰", balance=300_00)
    husband = await world.person("次仁多吉", male=True, balance=118_63)
    await world.kin(wife, husband, Kinship.SPOUSE)
    await world.bind(await world.person("卓玛", balance=1_00), husband)
    binding_id = await world.bind(wife, husband, status=BindingStatus.INVITED)
    await BindingRow.filter(id=binding_id).update(expires_at=world.clock.at.replace(year=2027))
    return Waiting(wife, Speaker(api, husband), binding_id)


async def test_a_new_sharer_who_waits_for_a_place_is_given_one_by_a_button(
    waiting: Waiting,
) -> None:
    card = Card(CardKind.INVITATION, {"binding": waiting.binding_id})
    message = await waiting.me.again(await put_card(waiting.me.person, card))

    assert [x["label"] for x in message["card"]["buttons"]] == [
        "同意承诺书并接受，排第1位",
        "同意承诺书并接受，排第2位",
        "拒绝",
    ]
    assert names(message) == ["ACCEPT@1:2025-01", "ACCEPT@2:2025-01", "DECLINE"]
    without = await waiting.me.press_named(message, "ACCEPT:2025-01")
    accepted = await waiting.me.press(message, "ACCEPT@1")

    assert without["reply"] is None
    assert accepted["reply"]["text"] == "已接受邀请。"
    assert (await BindingRow.get(id=waiting.binding_id)).position == 1


async def test_a_place_is_asked_for_where_accepting_is_said(waiting: Waiting) -> None:
    message = await waiting.me.says("接受老婆的邀请")

    assert [x["label"] for x in message["card"]["buttons"]] == [
        "接受王*兰的邀请，排第1位",
        "接受王*兰的邀请，排第2位",
    ]
    asked = (await waiting.me.press(message, "OPTION:2"))["reply"]
    assert asked["card"]["sentences"][0] == "接受王*兰的共济邀请，扣款顺序排第2位。"
    assert (await waiting.me.press(asked, "CONFIRM"))["reply"]["text"] == "已接受邀请。"
    assert (await BindingRow.get(id=waiting.binding_id)).position == 2


async def test_the_first_sharer_needs_no_place(api: Api, world: World, waiting: Waiting) -> None:
    await BindingRow.exclude(id=waiting.binding_id).delete()

    assert await waiting.me.confirms("接受老婆的邀请") == "已接受邀请。"


async def test_a_binding_card_leads_to_a_card_that_asks(a: Speaker, family: Family) -> None:
    card = Card(CardKind.BINDING, {"binding": family.bindings[0]})
    message = await a.again(await put_card(family.a, card))

    assert names(message) == ["PAUSE", "END"]
    asked = await a.press(message, "END")
    asked_again = await a.press(message, "END")

    assert asked_again == asked
    assert (asked["reply"]["card"]["act"], names(asked["reply"])) == ("END", CONFIRM)
    assert await status(family.bindings[0]) is BindingStatus.ACTIVE
    await a.press(asked["reply"], "CONFIRM")
    assert await status(family.bindings[0]) is BindingStatus.ENDED
    assert names(await a.again(message)) == []


async def test_a_beneficiary_sees_no_pause_on_a_card(me: Speaker, family: Family) -> None:
    card = Card(CardKind.BINDING, {"binding": family.bindings[0]})
    message = await me.again(await put_card(family.me, card))
    await BindingRow.filter(id=family.bindings[0]).update(status=BindingStatus.PAUSED)

    assert await me.again(message) == message
    assert (message["card"]["binding"]["status"], names(message)) == ("ACTIVE", ["END"])


async def test_who_came_of_age_confirms_anew(api: Api, world: World) -> None:
    await world.policy()
    mother = await world.person("王小兰", balance=300_00)
    child = await world.person("小明", male=True, born_on=date(2010, 1, 1))
    binding_id = await world.bind(mother, child, kinship=Kinship.CHILD, capacity=Capacity.GUARDIAN)
    speaker = Speaker(api, child)

    assert await speaker.confirms("接受妈妈的邀请") == "已接受邀请。"
    consent = (await BindingRow.get(id=binding_id)).beneficiary_consent
    assert consent is not None
    assert consent["capacity"] == "SELF"


# Premiums.


async def make_payers(world: World) -> tuple[Person, Person, UUID]:
    await world.policy()
    daughter = await world.person("王小兰", balance=1000_00)
    father = await world.person(
        "王大山", male=True, scheme=Scheme.RESIDENT, born_on=date(1950, 1, 1)
    )
    await TariffRow.create(
        region=NGARI,
        year=2027,
        category="ADULT",
        amount_fen=380_00,
        opens_on=date(2026, 9, 1),
        closes_on=date(2026, 12, 31),
    )
    return daughter, father, await world.bind(daughter, father, kinship=Kinship.PARENT)


async def test_a_premium_is_paid_once_by_two_devices(api: Api, world: World) -> None:
    daughter, _, _ = await make_payers(world)
    phone, tablet = Speaker(api, daughter), Speaker(api, daughter)
    message = await phone.says("给爸爸交居民医保费")

    assert message["card"]["sentences"] == [
        "为王*山缴纳2027年度居民医保费¥380.00。",
        "从您的个人账户支付¥380.00，须一次缴清。",
        "税务未确认的自动退回；待遇年度开始前可以申请退费。",
    ]
    told = await asyncio.gather(
        *(one.press(message, "CONFIRM") for one in (phone, tablet, phone, tablet))
    )

    assert {one["reply"]["text"] for one in told} == {"保费已扣款，等待税务确认。"}
    assert len({one["reply"]["id"] for one in told}) == 1
    assert await world.balance(daughter) == 620_00
    assert await PremiumRow.all().count() == 1


async def test_a_premium_card_shows_the_window_and_leads_to_a_card_that_asks(
    api: Api, world: World
) -> None:
    daughter, _, binding_id = await make_payers(world)
    speaker = Speaker(api, daughter)
    card = Card(CardKind.PREMIUM, {"binding": binding_id}, terms={"year": 2027})
    message = await speaker.again(await put_card(daughter, card))

    assert message["card"]["payable"]["closesOn"] == "2026-12-31"
    assert names(message) == ["PAY"]
    asked = (await speaker.press(message, "PAY"))["reply"]
    assert (await speaker.press(asked, "CONFIRM"))["reply"]["text"] == "保费已扣款，等待税务确认。"
    assert names(await speaker.again(message)) == []


async def test_a_premium_that_cannot_be_paid_is_refused_before_it_is_asked(
    api: Api, world: World
) -> None:
    daughter, _, _ = await make_payers(world)
    await PersonalAccountRow.filter(owner_id=daughter.id).update(balance_fen=100_00)

    assert await Speaker(api, daughter).hears("给爸爸交居民医保费") == (
        "为王*山缴纳2027年度居民医保费须付¥380.00，目前不能缴纳。"
        "您的个人账户余额不足以缴纳全部保费。保费须一次缴清，可改用其他方式缴纳。"
    )


async def test_the_own_account_and_pause_are_named_to_who_cannot_pay(
    api: Api, world: World
) -> None:
    daughter, _, binding_id = await make_payers(world)
    speaker, costs = (
        Speaker(api, daughter),
        "为王*山缴纳2027年度居民医保费须付¥380.00，目前不能缴纳。",
    )
    await PersonalAccountRow.filter(owner_id=daughter.id).update(status=AccountStatus.FROZEN)

    assert await speaker.hears("给爸爸交居民医保费") == (
        f"{costs}您的个人账户已冻结；如有疑问，请联系参保地医保经办机构。"
    )
    await BindingRow.filter(id=binding_id).update(status=BindingStatus.PAUSED)
    assert await speaker.hears("给爸爸交居民医保费") == (
        f"{costs}您已暂停为王*山共济，恢复后才能缴纳。"
    )


async def test_only_a_year_whose_window_is_open_is_asked_about(api: Api, world: World) -> None:
    daughter, _, _ = await make_payers(world)
    for year in (2028, 2029):
        await TariffRow.create(
            region=NGARI,
            year=year,
            category="ADULT",
            amount_fen=400_00,
            opens_on=date(year - 1, 9, 1),
            closes_on=date(year - 1, 12, 31),
        )
    speaker = Speaker(api, daughter)
    await PersonalAccountRow.filter(owner_id=daughter.id).update(balance_fen=100_00)

    assert "2027年度居民医保费须付¥380.00" in await speaker.hears("给爸爸交居民医保费")
    assert await speaker.hears("给爸爸交2029年的居民医保费") == (
        "为王*山缴纳2029年度居民医保费须付¥400.00，目前不能缴纳。"
        "缴费期为2028年9月1日至2028年12月31日。"
        "您的个人账户余额不足以缴纳全部保费。保费须一次缴清，可改用其他方式缴纳。"
    )
    await TariffRow.filter(year=2027).delete()
    await PersonalAccountRow.filter(owner_id=daughter.id).update(balance_fen=1000_00)
    assert await speaker.hears("给爸爸交居民医保费") == (
        "为王*山缴纳2028年度居民医保费须付¥400.00，目前不能缴纳。"
        "缴费期为2027年9月1日至2027年12月31日。"
    )


async def test_a_window_that_opens_leads_to_a_card_that_asks(api: Api, world: World) -> None:
    daughter, _, binding_id = await make_payers(world)
    speaker = Speaker(api, daughter)
    card = Card(CardKind.PREMIUM_WINDOW, {}, "PREMIUM_OPENED", {"year": 2027, "on": "2026-09-01"})
    message = await speaker.again(await put_card(daughter, card))

    assert message["card"]["sentence"] == (
        "2027年度居民医保费开始缴纳，12月31日截止。您可以用个人账户为家人代缴："
    )
    assert [x["amountFen"] for x in message["card"]["payables"]] == [380_00]
    assert [x["label"] for x in message["card"]["buttons"]] == ["为王*山缴纳"]
    assert names(message) == [f"PAY:{binding_id}"]
    asked = (await speaker.press(message, "PAY"))["reply"]
    await speaker.press(asked, "CONFIRM")
    paid = await speaker.again(message)
    assert (names(paid), paid["card"]["payables"]) == ([], [])
    assert paid["card"]["sentence"] == "2027年度居民医保费目前没有可由您代缴的家人。"


async def paid(api: Api, world: World) -> tuple[Speaker, Speaker]:
    """Let a daughter pay for her father, and the tax bureau confirm it."""
    daughter, father, _ = await make_payers(world)
    speaker = Speaker(api, daughter)
    await speaker.confirms("给爸爸交居民医保费")
    return speaker, Speaker(api, father)


@pytest.mark.parametrize("text", ["退爸爸的居民医保费", "退保费", "给王大山退明年的保费"])
async def test_a_premium_is_given_back_by_a_sentence(api: Api, world: World, text: str) -> None:
    daughter, _ = await paid(api, world)
    message = await daughter.says(text)

    assert message["card"]["act"] == "REFUND"
    assert message["card"]["sentences"] == [
        "退掉为王*山缴纳的2027年度居民医保费¥380.00。",
        "全部退回原来支付的账户；王*山在2027年度将没有居民医保，除非重新缴纳。",
    ]
    done = await asyncio.gather(*(daughter.press(message, "CONFIRM") for _ in range(3)))

    assert {one["reply"]["text"] for one in done} == {"保费已退回原账户。"}
    assert await world.balance(daughter.person) == 1000_00


async def test_a_premium_card_leads_to_giving_it_back_for_its_payer_alone(
    api: Api, world: World
) -> None:
    daughter, father = await paid(api, world)
    premium = await PremiumRow.get()
    card = Card(CardKind.PREMIUM, {"binding": premium.binding_id, "premium": premium.id})
    message = await daughter.again(await put_card(daughter.person, card))
    theirs = await father.again(await put_card(father.person, card))

    assert (names(message), names(theirs)) == (["REFUND"], [])
    asked = (await daughter.press(message, "REFUND"))["reply"]
    assert (await daughter.press(asked, "CONFIRM"))["reply"]["text"] == "保费已退回原账户。"
    assert names(await daughter.again(message)) == []


async def premium_news(speaker: Speaker) -> list[tuple[str, str]]:
    """Return what the conversation shows of premiums, the oldest first, as it stands now."""
    nodes = (await speaker.reads())["messages"]["nodes"]
    cards = [one["card"] for one in reversed(nodes) if one["card"]]
    return [
        (card["__typename"], card.get("sentence") or card["premium"]["status"])
        for card in cards
        if card["__typename"] in {"PremiumCard", "NoticeCard"}
    ]


async def test_a_premium_has_one_card_and_what_becomes_of_it_is_a_sentence(
    api: Api, world: World
) -> None:
    daughter, father = await paid(api, world)
    await Notifier().tell_all(world.ports)
    assert await premium_news(daughter) == [
        ("PremiumCard", "CONFIRMED"),
        ("NoticeCard", "您为王*山缴纳的2027年度居民医保费已由税务确认。"),
    ]

    assert await daughter.confirms("退保费") == "保费已退回原账户。"
    await Notifier().tell_all(world.ports)

    assert await premium_news(daughter) == [
        ("PremiumCard", "REFUNDED"),
        ("NoticeCard", "您为王*山缴纳的2027年度居民医保费已由税务确认。"),
        (
            "NoticeCard",
            "您为王*山缴纳的2027年度居民医保费已退费；重新缴纳之前，该年度没有居民医保。",
        ),
    ]
    assert await premium_news(father) == [
        ("PremiumCard", "REFUNDED"),
        ("NoticeCard", "王*兰为您缴纳的2027年度居民医保费已由税务确认。"),
        (
            "NoticeCard",
            "王*兰为您缴纳的2027年度居民医保费已退费；重新缴纳之前，该年度没有居民医保。",
        ),
    ]


async def test_a_premium_of_a_year_that_has_begun_is_not_given_back(api: Api, world: World) -> None:
    daughter, father = await paid(api, world)
    world.clock.move(days=60)

    assert await daughter.hears("退爸爸的居民医保费") == "待遇年度已经开始，不能退费。"
    assert await father.hears("退保费") == "没有找到您代缴的、可以退的居民医保费。"


# Several are meant, or nobody.


async def two_sons(world: World) -> tuple[Person, list[UUID]]:
    await world.policy()
    mother = await world.person("王小兰", balance=1000_00, born_on=date(1960, 1, 1))
    sons = [
        await world.person(name, male=True, born_on=date(1990 + number, 1, 1))
        for number, name in enumerate(("张大明", "张小明"))
    ]
    return mother, [await world.bind(mother, son, kinship=Kinship.CHILD) for son in sons]


async def test_two_sons_are_asked_about(api: Api, world: World) -> None:
    mother, (elder, younger) = await two_sons(world)
    speaker = Speaker(api, mother)
    message = await speaker.says("暂停儿子的共济")
    card = message["card"]

    assert (card["__typename"], card["question"]) == ("ChoiceCard", "您指的是哪一项？")
    assert [one["label"] for one in card["buttons"]] == ["暂停为张*明共济", "暂停为张*明共济"]
    asked = (await speaker.press(message, "OPTION:2"))["reply"]
    again = (await speaker.press(message, "OPTION:1"))["reply"]

    assert again == asked
    used = await speaker.again(message)
    assert (names(used), used["card"]["question"]) == ([], "您指的是哪一项？（已选择）")
    await speaker.press(asked, "CONFIRM")
    assert await status(elder) is BindingStatus.ACTIVE
    assert await status(younger) is BindingStatus.PAUSED


async def test_a_choice_can_be_made_for_ten_minutes(api: Api, world: World) -> None:
    mother, _ = await two_sons(world)
    speaker = Speaker(api, mother)
    message = await speaker.says("暂停儿子的共济")
    world.clock.move(minutes=10)

    late = await speaker.press(message, "OPTION:1")

    assert (late["reply"], names(late["pressed"])) == (None, [])
    assert late["pressed"]["card"]["question"] == (
        "您指的是哪一项？（已超过选择时间，没有办理任何业务）"
    )


async def test_more_than_a_card_has_room_for_is_said(api: Api, world: World) -> None:
    await world.policy(most_beneficiaries=0)
    mother = await world.person("王小兰", balance=300_00)
    for number in range(13):
        son = await world.person("张小明", male=True, born_on=date(1990, 1, 1 + number))
        await world.bind(mother, son, kinship=Kinship.CHILD)

    message = await Speaker(api, mother).says("暂停儿子的共济")

    assert len(message["card"]["buttons"]) == 12
    assert message["text"] == "可选的太多，这里没有全部列出。如果没有您要的，请说出家人的姓名。"


async def test_the_elder_son_is_one(api: Api, world: World) -> None:
    mother, (elder, younger) = await two_sons(world)

    await Speaker(api, mother).confirms("暂停大儿子的共济")

    assert await status(elder) is BindingStatus.PAUSED
    assert await status(younger) is BindingStatus.ACTIVE


async def test_spouses_who_share_with_each_other_are_asked_which_binding(
    api: Api, world: World
) -> None:
    wife, husband = await make_couple(world)
    await world.bind(wife, husband)
    await world.bind(husband, wife)

    card = await Speaker(api, wife).shows("解除和老公的绑定")

    assert [one["label"] for one in card["buttons"]] == [
        "不再为次**吉共济",
        "不再使用次**吉的账户",
    ]


async def test_a_limit_without_a_period_is_asked_about(a: Speaker, family: Family) -> None:
    message = await a.says("给卓玛设200元的限额")

    assert [one["label"] for one in message["card"]["buttons"]] == [
        "卓*：每次¥200.00",
        "卓*：每月¥200.00",
        "卓*：每年¥200.00",
    ]
    asked = (await a.press(message, "OPTION:3"))["reply"]
    await a.press(asked, "CONFIRM")
    assert (await BindingRow.get(id=family.bindings[0])).limit_year_fen == 200_00


NOBODY = {
    "暂停妈妈的共济": "没有找到可以暂停的共济关系。",
    "恢复卓玛的共济": "没有找到已暂停的共济关系。",
    "解除和妈妈的绑定": "没有找到与这样一位家人的共济关系。",
    "接受妈妈的邀请": "没有找到等您接受的邀请。",
    "拒绝妈妈的邀请": "没有找到等您答复的邀请。",
    "把妈妈排到第一": "没有找到这样一位为您共济的家人。",
    "给妈妈交居民医保费": "没有找到您可以为其缴费的这样一位家人。",
    "给妈妈设每月200元的限额": "没有找到您为其共济的这样一位家人。",
    "撤回给妈妈的邀请": "没有找到您发出的、等待答复的邀请。",
    "退妈妈的居民医保费": "没有找到您代缴的、可以退的居民医保费。",
}


@pytest.mark.parametrize("text", NOBODY)
async def test_who_is_not_in_the_family_is_told_in_the_same_words(a: Speaker, text: str) -> None:
    assert await a.hears(text) == NOBODY[text]


async def test_a_beneficiary_pauses_nobody(me: Speaker) -> None:
    assert await me.hears("暂停王小兰的共济") == "没有找到可以暂停的共济关系。"


# Whose button it is.


async def test_a_strangers_message_has_no_button(api: Api, a: Speaker, me: Speaker) -> None:
    message = await a.says("暂停卓玛的共济")
    before = await everything()

    answer = await me.press(message, "CONFIRM")

    assert reasons(answer) == ["NOT_FOUND"]
    assert answer == await me.press({**message, "id": shown("msg", key())}, "CONFIRM")
    assert await everything() == before


@pytest.mark.parametrize("button", ["", "END", "OPTION:9", "REFRESH", "按" * 500, "CONFIRM\x00"])
async def test_a_button_that_the_card_does_not_have_does_nothing(a: Speaker, button: str) -> None:
    message = await a.says("暂停卓玛的共济")
    before = await everything()

    answer = await a.press_named(message, button)

    assert answer["reply"] is None
    assert answer["pressed"] == message
    assert await everything() == before


async def test_a_text_has_no_buttons(a: Speaker) -> None:
    message = await a.says("怎么邀请家人")

    assert (await a.press_named(message, "CONFIRM"))["reply"] is None


async def test_a_proxy_acts_in_the_elders_conversation(
    api: Api, world: World, family: Family
) -> None:
    helper = await world.person("小辈")
    await world.guardian(helper, family.a, Capacity.PROXY)

    assert await Speaker(api, helper, ward=family.a).confirms("暂停卓玛的共济") == "已暂停共济。"

    key_row = await RequestKeyRow.get(operation="pauseBinding")
    assert key_row.actor["acting_for"] == str(family.a.id)
    assert key_row.actor["subject"] == str(helper.id)


async def test_the_elder_and_the_proxy_press_at_once(
    api: Api, world: World, family: Family
) -> None:
    helper = await world.person("小辈")
    await world.guardian(helper, family.a, Capacity.PROXY)
    elder, proxy = Speaker(api, family.a), Speaker(api, helper, ward=family.a)
    message = await elder.says("暂停卓玛的共济")

    told = await asyncio.gather(*(one.press(message, "CONFIRM") for one in (elder, proxy) * 3))

    assert {one["reply"]["text"] for one in told} == {"已暂停共济。"}
    assert await RequestKeyRow.filter(operation="pauseBinding").count() == 1
    assert await CardPressRow.all().count() == 1


async def test_opposite_buttons_at_once_have_one_winner(a: Speaker, family: Family) -> None:
    message = await a.says("暂停卓玛的共济")

    told = await asyncio.gather(*(a.press(message, one) for one in CONFIRM * 3))

    assert len({one["reply"]["text"] for one in told}) == 1
    paused = await status(family.bindings[0]) is BindingStatus.PAUSED
    assert paused == (told[0]["reply"]["text"] == "已暂停共济。")


# Who acts hears of it once.


async def cards_of(speaker: Speaker) -> list[str | None]:
    """Return what kinds of cards a conversation has, the oldest first."""
    nodes = (await speaker.reads())["messages"]["nodes"]
    return [one["card"] and one["card"]["__typename"] for one in reversed(nodes)]


async def test_the_reply_tells_who_acted_of_the_event_and_nothing_tells_it_again(
    a: Speaker, me: Speaker, world: World
) -> None:
    message = await a.says("解除和卓玛的绑定")

    reply = (await a.press(message, "CONFIRM"))["reply"]
    await Notifier().tell_all(world.ports)
    await a.press(message, "CONFIRM")

    assert reply["text"] == "已解除绑定。"
    assert (reply["card"]["__typename"], reply["card"]["binding"]["status"]) == (
        "BindingCard",
        "ENDED",
    )
    assert await cards_of(a) == [None, "ConfirmCard", "BindingCard"]
    # The other side hears of it as ever.
    assert await cards_of(me) == ["BindingCard"]


async def test_where_the_event_was_told_first_the_reply_is_a_text(
    a: Speaker, family: Family, world: World
) -> None:
    message = await a.says("暂停卓玛的共济")
    row = await MessageRow.get(person_id=family.a.id, number=2)
    (stored,) = (await messages_by_id(pool(), [row.id])).values()
    button = PressButton(stored, "CONFIRM", is_shown=True, is_single_use=True, seen_attempt=0)
    pressed = await press_button(button, family.a.actor, world.ports)
    assert pressed is not None
    await pause_binding(PauseBinding(pressed.id, family.bindings[0]), family.a.actor, world.ports)
    await Notifier().tell_all(world.ports)

    reply = (await a.press(message, "CONFIRM"))["reply"]

    assert (reply["text"], reply["card"]) == ("已暂停共济。", None)
    assert await cards_of(a) == [None, "ConfirmCard", "BindingCard", None]


async def test_earlier_events_are_told_before_the_one_that_was_caused(
    a: Speaker, me: Speaker, family: Family, world: World
) -> None:
    version = (await BeneficiaryRow.get(person_id=family.me.id)).order_version
    order = ReorderSharers(key(), tuple(reversed(family.bindings)), version)
    await reorder_sharers(order, family.me.actor, world.ports)

    await me.confirms("解除和王小兰的绑定")
    await Notifier().tell_all(world.ports)

    assert await cards_of(me) == [None, "ConfirmCard", None, "OrderCard", "BindingCard"]


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("把扎西排到第一", "OrderCard"),
        ("账户里至少留50元", "BalanceCard"),
        ("解除和王小兰的绑定", "BindingCard"),
    ],
)
async def test_each_act_of_the_beneficiary_brings_its_card(
    me: Speaker, world: World, text: str, card: str
) -> None:
    await me.confirms(text)
    await Notifier().tell_all(world.ports)

    assert await cards_of(me) == [None, "ConfirmCard", card]


@pytest.mark.parametrize(
    ("texts", "card"),
    [
        (["账户里至少留50元", "账户里至少留60元", "账户里至少留70元"], "BalanceCard"),
        (["把扎西排到第一", "把王小兰排到第一"], "OrderCard"),
    ],
)
async def test_each_of_several_acts_of_a_kind_is_told_by_its_own_reply(
    me: Speaker, world: World, texts: list[str], card: str
) -> None:
    """None of them has been relayed when the next one is done."""
    for text in texts:
        message = await me.says(text)
        reply = (await me.press(message, "CONFIRM"))["reply"]
        assert reply["card"]["__typename"] == card
        assert (await me.press(message, "CONFIRM"))["reply"] == reply

    await Notifier().tell_all(world.ports)

    assert await cards_of(me) == [None, "ConfirmCard", card] * len(texts)


# Who acts for a child.


@dataclass
class Guarded:
    """A mother who talks for her child, with whom the father shares."""

    mother: Speaker
    child: Person
    father: Person
    binding_id: UUID


@pytest.fixture
async def guarded(api: Api, world: World) -> Guarded:
    await world.policy()
    mother = await world.person("王小兰", balance=300_00)
    father = await world.person("次仁多吉", male=True, balance=500_00)
    child = await world.person("小明明", scheme=Scheme.RESIDENT, born_on=date(2018, 1, 1))
    await world.guardian(mother, child)
    await world.kin(father, child, Kinship.CHILD)
    binding_id = await world.bind(
        father, child, status=BindingStatus.INVITED, kinship=Kinship.CHILD
    )
    await BindingRow.filter(id=binding_id).update(expires_at=world.clock.at.replace(year=2027))
    return Guarded(Speaker(api, mother, ward=child), child, father, binding_id)


async def test_a_guardian_accepts_for_a_child_in_the_childs_conversation(
    api: Api, guarded: Guarded, world: World
) -> None:
    card = Card(CardKind.INVITATION, {"binding": guarded.binding_id})
    message = await guarded.mother.again(await put_card(guarded.child, card))

    assert message["card"]["binding"]["sharerName"] == "次**吉"
    assert names(message) == ["ACCEPT:2025-01", "DECLINE"]
    reply = (await guarded.mother.press(message, "ACCEPT"))["reply"]
    await Notifier().tell_all(world.ports)

    consent = (await BindingRow.get(id=guarded.binding_id)).beneficiary_consent
    assert consent is not None
    assert (consent["capacity"], consent["by"]) == ("GUARDIAN", str(guarded.mother.person.id))
    assert reply["card"]["__typename"] == "BindingCard"
    assert await cards_of(guarded.mother) == ["ReceivedInvitationCard", "BindingCard"]
    # Nothing of it is in the guardian's own conversation.
    assert await cards_of(Speaker(api, guarded.mother.person)) == []
    assert await cards_of(Speaker(api, guarded.father)) == ["BindingCard"]


async def test_a_guardian_sees_and_does_what_the_child_could(guarded: Guarded) -> None:
    assert await guarded.mother.confirms("接受爸爸的邀请") == "已接受邀请。"

    order = await guarded.mother.shows("谁给我共济")
    quote = await guarded.mother.shows("去药店买药要350元，够吗")

    assert [x["sharerName"] for x in order["sharers"]] == ["次**吉"]
    assert (quote["ownFen"], quote["rest"]) == (0, "FULLY")
    assert await guarded.mother.hears("我的余额") == "小*明没有医保个人账户。"
    assert await guarded.mother.confirms("解除和爸爸的绑定") == "已解除绑定。"
    assert await status(guarded.binding_id) is BindingStatus.ENDED
    sent = await MessageRow.filter(author="PERSON")
    assert {row.person_id for row in sent} == {guarded.child.id}
    acting = {(row.actor["subject"], row.actor["acting_for"]) for row in sent if row.actor}
    assert acting == {(str(guarded.mother.person.id), str(guarded.child.id))}


async def test_a_guardian_who_is_one_no_more_reads_and_presses_nothing(guarded: Guarded) -> None:
    message = await guarded.mother.says("接受爸爸的邀请")
    await GuardianRow.all().delete()
    before = await everything()

    assert reasons(await guarded.mother.press(message, "CONFIRM")) == ["NOT_FOUND"]
    assert reasons(await guarded.mother.send("我的余额")) == ["NOT_FOUND"]
    assert (await guarded.mother.reads())["code"] == "NOT_FOUND"
    assert await everything() == before
