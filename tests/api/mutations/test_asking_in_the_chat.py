"""What a person asks in the chat, and hears: in the exact words, and nothing that G18 forbids."""

import asyncio
from datetime import date

import pytest

from gongji.api.ids import SETTLEMENT
from gongji.domain.binding import BindingStatus
from gongji.domain.kinship import Kinship
from gongji.domain.person import AccountStatus
from gongji.store.rows import BindingRow, InstitutionRow, MessageRow, PersonalAccountRow
from gongji.usecases.reverse import ReverseSettlement
from tests.api.chatting import Speaker, request_id
from tests.api.conftest import Api
from tests.api.mutations.asking import everything, reasons, shown
from tests.bills import bill, reverse_settlement, settle_bill, settling
from tests.usecases.e2 import Family, make_family
from tests.world import World, key


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


@pytest.fixture
def me(api: Api, family: Family) -> Speaker:
    return Speaker(api, family.me)


@pytest.fixture
def a(api: Api, family: Family) -> Speaker:
    return Speaker(api, family.a)


async def test_a_message_is_stored_and_answered(me: Speaker) -> None:
    answer = await me.send("  我的余额\u202e ")

    assert answer["__typename"] == "SendMessagePayload"
    sent, reply = answer["sent"], answer["reply"]
    assert (sent["number"], sent["author"], sent["text"]) == (1, "PERSON", "我的余额")
    assert (reply["number"], reply["author"], reply["text"]) == (2, "SERVICE", None)
    assert reply["card"] == {
        "__typename": "BalanceCard",
        "buttons": [],
        "account": {"balanceFen": 118_63, "reserveFen": 0, "status": "NORMAL"},
        "readAt": "2026-11-20T04:00:00Z",
    }


async def test_the_same_key_is_one_message_and_one_reply(me: Speaker) -> None:
    key = request_id()

    first = await me.send("我的余额", requestId=key)
    again = await me.send("我的余额", requestId=key)
    other = await me.send("谁给我共济", requestId=key)

    assert again == {**first, "replayed": True}
    assert other["__typename"] == "RequestIdReused"
    assert await MessageRow.all().count() == 2


@pytest.mark.parametrize("text", ["", " \n ", "\u200b\u202e"])
async def test_nothing_to_be_read_is_refused(me: Speaker, text: str) -> None:
    before = await everything()

    assert reasons(await me.send(text)) == ["MESSAGE_EMPTY"]
    assert await everything() == before


async def test_a_message_has_500_characters_at_most(me: Speaker) -> None:
    assert (await me.send("好" * 500))["sent"]["text"] == "好" * 500
    before = await everything()
    refused = await me.send("好" * 501)

    assert (reasons(refused), refused["path"]) == (["MESSAGE_TOO_LONG"], ["text"])
    assert await everything() == before


async def test_what_shows_nothing_counts_up_to_a_point(me: Speaker) -> None:
    assert (await me.send("好" + "\u200b" * 1999))["sent"]["text"] == "好"
    before = await everything()

    for text in ("好" + "\u200b" * 2000, "\u200b" * 2001):
        assert reasons(await me.send(text)) == ["MESSAGE_TOO_LONG"]
    assert await everything() == before


async def test_numbers_of_persons_are_stored_masked(me: Speaker, family: Family) -> None:
    await me.send(f"我妈的身份证是{family.a.id_number}，电话13812345678")

    (row,) = await MessageRow.filter(author="PERSON")
    assert row.text is not None
    assert family.a.id_number not in row.text
    assert "13812345678" not in row.text
    assert "138****5678" in row.text


async def test_the_balance_of_who_has_no_account(api: Api, world: World, family: Family) -> None:
    child = Speaker(api, await world.person("小明"))

    assert await child.hears("我的余额") == "您没有医保个人账户。"


async def test_who_shares_with_me_is_told_without_amounts(me: Speaker) -> None:
    card = await me.shows("谁给我共济")

    assert card["__typename"] == "OrderCard"
    assert [(x["sharerName"], x["rank"], x["availability"]) for x in card["sharers"]] == [
        ("王*兰", 1, "ENOUGH"),
        ("扎*", 2, "ENOUGH"),
    ]
    assert set(card["sharers"][0]) == {"id", "sharerName", "rank", "availability"}


async def test_with_whom_i_share(a: Speaker, me: Speaker) -> None:
    card = await a.shows("我给谁共济")

    assert card["__typename"] == "BeneficiariesCard"
    assert [x["beneficiaryName"] for x in card["beneficiaries"]] == ["卓*"]
    assert await me.hears("我给谁共济") == "您目前没有为家人共济。"
    assert await a.hears("谁给我共济") == "目前没有家人为您共济。"


async def test_how_the_last_bill_was_paid(me: Speaker, family: Family, world: World) -> None:
    assert await me.hears("上次是怎么扣的") == "您还没有结算记录。"
    done = await settle_bill(
        settling(family.me, bill(share=751_27)), family.hospital.actor, world.ports
    )

    card = await me.shows("上次是怎么扣的")

    assert card["__typename"] == "ReceiptCard"
    settlement = card["settlement"]
    assert settlement["id"] == shown(SETTLEMENT, done.settlement.id)
    assert [settlement[x] for x in ("ownFen", "sharedFen", "cashFen")] == [118_63, 505_88, 126_76]
    assert [step["sentence"] for step in settlement["explanation"]] == [
        "由本人的个人账户支付¥118.63，余额已用完。",
        "由第1顺位共济人王*兰的个人账户支付¥300.00，该账户本次可用的金额已用完。",
        "由第2顺位共济人扎*的个人账户支付¥205.88，该账户本次可用的金额已用完。",
        "其余¥126.76由个人现金支付。",
    ]


QUOTES = {
    "去药店买药要100元，够吗": (
        "¥100.00的费用，按在参保地定点药店、全部可由个人账户支付计算：本人账户足够支付¥100.00。"
    ),
    "去药店买药要350元，够吗": (
        "¥350.00的费用，按在参保地定点药店、全部可由个人账户支付计算："
        "本人账户可付¥118.63，其余家人的共济可以全部支付。"
    ),
    "去医院看病要2000元，够吗": (
        "¥2,000.00的费用，按在参保地定点医院、全部可由个人账户支付计算："
        "本人账户可付¥118.63，其余家人的共济只能支付一部分，不足的由个人现金支付。"
    ),
}


@pytest.mark.parametrize("asked", QUOTES)
async def test_a_quote_tells_how_far_and_no_amount_of_sharers(me: Speaker, asked: str) -> None:
    card = await me.shows(asked)

    assert (card["__typename"], card["sentence"]) == ("QuoteCard", QUOTES[asked])
    assert card["leftToday"] == 19
    assert set(card) == {
        *("__typename", "buttons", "amountFen", "place", "ownFen", "rest", "leftToday"),
        *("askedAt", "sentence"),
    }


async def test_a_quote_stays_as_it_was_answered_and_counts_once(
    me: Speaker, family: Family, world: World
) -> None:
    message = await me.says("去药店买药要350元，够吗")
    world.clock.move(hours=1)
    await PersonalAccountRow.exclude(owner_id=me.person.id).update(status=AccountStatus.FROZEN)

    again = await me.again(message)
    newer = await me.shows("去药店买药要350元，够吗")

    assert again["card"] == message["card"]
    card = again["card"]
    assert (card["amountFen"], card["place"], card["ownFen"]) == (350_00, "PHARMACY", 118_63)
    assert (card["rest"], newer["rest"]) == ("FULLY", "NOT")
    assert newer["leftToday"] == 18


async def test_a_quote_that_is_sent_eight_times_at_once_counts_once(me: Speaker) -> None:
    sent = {"text": "去药店买药要350元，够吗", "requestId": request_id()}

    answers = await asyncio.gather(*(me.send(**sent) for _ in range(8)))
    again = await me.send(**sent)

    assert {answer["reply"]["card"]["leftToday"] for answer in (*answers, again)} == {19}
    assert (await me.shows("去药店买药要350元，够吗"))["leftToday"] == 18


async def test_a_quote_that_sharers_cannot_pay(me: Speaker) -> None:
    await PersonalAccountRow.exclude(owner_id=me.person.id).update(status=AccountStatus.FROZEN)

    card = await me.shows("去药店买药要350元，够吗")

    assert "其余家人的共济不能支付，由个人现金支付。" in card["sentence"]


async def test_quotes_are_limited_per_day_together_with_those_of_the_query(me: Speaker) -> None:
    for _ in range(20):
        await me.shows("去药店买药要100元，够吗")

    assert await me.hears("去药店买药要100元，够吗") == (
        "今天的试算次数已用完。请明天再试；到医院或药店结算不受影响。"
    )


async def test_why_not_used_tells_a_beneficiary_empty_or_not_available_alone(
    me: Speaker, family: Family
) -> None:
    async def heard() -> str:
        return await me.hears("为什么没用王小兰的账户")

    assert await heard() == "王*兰的账户目前可以使用。"
    await BindingRow.filter(id=family.bindings[0]).update(status=BindingStatus.PAUSED)
    paused = await heard()
    await BindingRow.filter(id=family.bindings[0]).update(status=BindingStatus.ACTIVE)
    await PersonalAccountRow.filter(owner_id=family.a.id).update(status=AccountStatus.FROZEN)
    frozen = await heard()
    await PersonalAccountRow.filter(owner_id=family.a.id).update(
        status=AccountStatus.NORMAL, reserve_fen=300_00
    )
    reserved = await heard()
    await PersonalAccountRow.filter(owner_id=family.a.id).update(reserve_fen=0)
    await BindingRow.filter(id=family.bindings[0]).update(limit_month_fen=0)
    limited = await heard()

    assert (paused, frozen) == ("王*兰的账户目前不可用。",) * 2
    assert (reserved, limited) == ("王*兰的账户目前没有可用余额。",) * 2


async def test_why_not_used_on_the_last_bill(me: Speaker, family: Family, world: World) -> None:
    request = settling(family.me, bill(share=100_00))
    await settle_bill(request, family.hospital.actor, world.ports)

    assert await me.hears("为什么没用王小兰的账户") == (
        "在您最近一次结算中：费用已付清，未使用第1顺位共济人王*兰的账户。"
    )


WHY_MINE = {
    "USABLE": "您的账户目前可以为卓*共济。",
    "PAUSED": "您已暂停为卓*共济。",
    "FROZEN": "您的个人账户或参保状态不正常，暂不能为卓*共济。",
    "RESERVE": "您的个人账户余额未超过保留金额¥300.00，不能为卓*共济。",
    "LIMIT": "您为卓*设置的限额已用完。",
}


@pytest.mark.parametrize("state", WHY_MINE)
async def test_the_sharer_hears_the_exact_reason(a: Speaker, family: Family, state: str) -> None:
    binding = BindingRow.filter(id=family.bindings[0])
    account = PersonalAccountRow.filter(owner_id=family.a.id)
    match state:
        case "PAUSED":
            await binding.update(status=BindingStatus.PAUSED)
        case "FROZEN":
            await account.update(status=AccountStatus.FROZEN)
        case "RESERVE":
            await account.update(reserve_fen=300_00)
        case "LIMIT":
            await binding.update(limit_month_fen=0)

    assert await a.hears("为什么没用卓玛的账户") == WHY_MINE[state]


async def test_a_stranger_is_told_nothing_of_anybody(
    api: Api, world: World, family: Family
) -> None:
    stranger = Speaker(api, await world.person("路人甲", balance=1_00))

    nobody = "没有找到这样一位与您有共济关系的家人。"
    assert await stranger.hears("为什么没用王小兰的账户") == nobody
    assert await stranger.hears("为什么没用无此人的账户") == nobody


async def test_the_statement_of_a_month(me: Speaker, family: Family, world: World) -> None:
    request = settling(family.me, bill(share=100_00))
    await settle_bill(request, family.hospital.actor, world.ports)

    card = await me.shows("11月的账单")
    opening = await me.shows("1月的账单")

    assert (card["__typename"], card["year"], card["month"]) == ("StatementCard", 2026, 11)
    assert card["entries"] == [{"name": "本人结算支出", "count": 1, "amountFen": 100_00}]
    assert (card["draws"], card["balanceFen"]) == ([], 18_63)
    assert [one["name"] for one in opening["entries"]] == ["期初余额"]
    assert opening["balanceFen"] == 118_63
    assert await me.hears("上个月的账单") == "2026年10月您的个人账户没有明细。"


async def test_a_sharers_statement_sums_up_by_relative(
    a: Speaker, family: Family, world: World
) -> None:
    first, second = (settling(family.me, bill(x, y)) for x, y in (("1", 200_00), ("2", 100_00)))
    await settle_bill(first, family.hospital.actor, world.ports)
    done = await settle_bill(second, family.hospital.actor, world.ports)
    undone = ReverseSettlement(key(), done.settlement.id)
    await reverse_settlement(undone, family.hospital.actor, world.ports)

    card = await a.shows("11月的账单")

    assert {one["name"]: one["amountFen"] for one in card["entries"]} == {
        "共济支出": 181_37,
        "共济支出撤销退回": 100_00,
    }
    assert card["draws"] == [{"name": "卓*", "amountFen": 181_37, "returnedFen": 100_00}]
    assert card["balanceFen"] == 218_63


async def test_a_balance_says_of_when_it_is(me: Speaker, world: World) -> None:
    message = await me.says("我的余额")
    world.clock.move(minutes=5)

    again = await me.again(message)

    assert message["card"]["readAt"] == "2026-11-20T04:00:00Z"
    assert again["card"]["readAt"] == "2026-11-20T04:05:00Z"


ADVICE = {
    "": (751_27, "家人账户的可用金额不足；可以请其他家人邀请您共济。"),
    "enough": (100_00, None),
    "nobody": (751_27, "家人可以邀请您共济，用家人的个人账户支付不足部分。"),
    "paused": (751_27, "家人账户的可用金额不足；可以请其他家人邀请您共济。"),
    "not designated": (
        751_27,
        "请到定点医院或定点药店就医、购药，才能使用个人账户和共济。",
    ),
}


@pytest.mark.parametrize("why", ADVICE)
async def test_a_receipt_says_what_to_do_about_cash(
    me: Speaker, family: Family, world: World, why: str
) -> None:
    share, advice = ADVICE[why]
    match why:
        case "nobody":
            await BindingRow.all().delete()
        case "paused":
            await BindingRow.all().update(status=BindingStatus.PAUSED)
        case "not designated":
            await InstitutionRow.all().update(designated_until=date(2026, 1, 1))
    await settle_bill(settling(family.me, bill(share=share)), family.hospital.actor, world.ports)

    assert (await me.shows("上次是怎么扣的"))["advice"] == advice


NOT_UNDERSTOOD = "没有听懂您的意思，没有办理任何业务。您可以这样说："


async def test_help_shows_sentences_that_can_be_said(me: Speaker) -> None:
    card = await me.shows("帮助")

    assert (card["__typename"], card["sentence"]) == ("HelpCard", "您可以直接说，例如：")
    assert "我的余额" in card["examples"]
    for example in card["examples"]:
        again = await me.says(example)
        assert (again["card"] or {}).get("sentence") != NOT_UNDERSTOOD
    assert "邀请妈妈" in await me.hears("怎么邀请家人")


async def test_what_is_not_understood_gets_suggestions(me: Speaker) -> None:
    card = await me.shows("我想知道天气")

    assert card["sentence"] == NOT_UNDERSTOOD
    assert len(card["examples"]) == 3


async def test_a_wrong_id_number_is_named_and_nothing_is_asked(me: Speaker) -> None:
    assert await me.hears("邀请妈妈王秀英，身份证号码542599198001010029") == (
        "证件号码的校验位不对，可能输错了一位。请对照身份证重新输入。没有办理任何业务。"
    )


async def test_in_a_region_without_a_policy_nothing_breaks(api: Api, world: World) -> None:
    person = Speaker(api, await world.person("次仁", balance=100, region="110101"))

    told = [await person.says(x) for x in ("余额", "谁给我共济", "去药店买药要10元，够吗")]

    assert told[0]["card"]["__typename"] == "BalanceCard"
    assert told[1]["text"] == "参保地尚未开通家庭共济，请联系参保地医保经办机构。"
    assert told[2]["text"] == "参保地尚未开通家庭共济。请联系参保地医保经办机构。"


async def test_a_guardian_talks_in_the_wards_conversation(
    api: Api, world: World, family: Family
) -> None:
    child = await world.person("小明", male=True, born_on=date(2015, 5, 5))
    await world.bind(family.a, child, kinship=Kinship.CHILD)
    await world.guardian(family.a, child)
    guardian = Speaker(api, family.a, ward=child)

    card = await guardian.shows("谁给我共济")

    assert [x["sharerName"] for x in card["sharers"]] == ["王*兰"]
    assert (await guardian.reads())["lastNumber"] == 2
    assert (await Speaker(api, family.a).reads())["lastNumber"] == 0
    assert (await Speaker(api, child).reads())["lastNumber"] == 2


async def test_who_is_no_guardian_is_refused_and_nothing_is_stored(
    api: Api, family: Family
) -> None:
    intruder = Speaker(api, family.b, ward=family.me)

    assert reasons(await intruder.send("我的余额")) == ["NOT_FOUND"]
    assert (await intruder.reads())["__typename"] == "Refusal"
    assert await MessageRow.all().count() == 0


async def test_what_is_suggested_is_about_a_relative_whom_the_person_has(
    api: Api, world: World
) -> None:
    await world.policy()
    daughter = await world.person("王小兰", balance=300_00)
    father = await world.person("王大山", male=True, born_on=date(1950, 1, 1))
    await world.bind(daughter, father, kinship=Kinship.PARENT)
    hers, his = Speaker(api, daughter), Speaker(api, father)

    assert (await hers.shows("停"))["examples"] == ["暂停爸爸的共济"]
    assert (await his.shows("排"))["examples"] == ["把女儿排到第一"]
    # Nobody shares with her, and he shares with nobody.
    assert (await hers.shows("排"))["examples"] == ["把妈妈排到第一"]
    assert (await his.shows("停"))["examples"] == ["暂停妈妈的共济"]
    assert (await hers.shows("暂停爸爸的共济"))["__typename"] == "ConfirmCard"


async def test_a_ward_is_spoken_of_by_name_where_there_is_nothing(api: Api, world: World) -> None:
    await world.policy()
    mother = await world.person("王小兰", balance=300_00)
    child = await world.person("王小明", male=True, born_on=date(2018, 1, 1))
    await world.guardian(mother, child)
    speaker = Speaker(api, mother, ward=child)

    assert await speaker.hears("我的余额") == "王*明没有医保个人账户。"
    assert await speaker.hears("谁给我共济") == "目前没有家人为王*明共济。"
    assert await speaker.hears("我给谁共济") == "王*明目前没有为家人共济。"
    assert await speaker.hears("上次是怎么扣的") == "王*明还没有结算记录。"
    assert await Speaker(api, child).hears("我的余额") == "您没有医保个人账户。"


@pytest.mark.parametrize("text", ["人工客服", "我要投诉", "能不能打电话"])
async def test_who_wants_a_person_is_told_where_there_is_one(me: Speaker, text: str) -> None:
    assert await me.hears(text) == (
        "这里没有人工服务。请到当地医保经办机构窗口，或拨打12393医保服务热线咨询、投诉。"
    )
    assert await me.hears("谢谢") == "不客气。需要办理时，请直接说。"
