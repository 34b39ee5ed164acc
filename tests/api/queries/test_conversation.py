"""A conversation is read in pages, both ways; unread messages are counted; nobody else reads it."""

from datetime import date

import pytest

from gongji.api.conversations import CHANGES
from gongji.domain.conversation import Author, Card, CardKind, Draft
from gongji.domain.kinship import Kinship
from gongji.domain.premium import PremiumStatus
from gongji.store.rows import BindingRow, PremiumRow
from gongji.usecases.reverse import ReverseSettlement
from tests.api.chatting import Speaker, names
from tests.api.conftest import Api
from tests.api.mutations.asking import reasons, shown
from tests.bills import bill, reverse_settlement, settle_bill, settling
from tests.documents import document
from tests.store.test_conversations import said, typed
from tests.usecases.e2 import Family, make_family
from tests.world import NOON, STAFF, Person, World, key

PAGE = """
query Page($first: Int, $after: String, $last: Int, $before: String) {
  conversation {
    ... on Conversation {
      messages(first: $first, after: $after, last: $last, before: $before) {
        edges { cursor node { number } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
}
"""


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


@pytest.fixture
def me(api: Api, family: Family) -> Speaker:
    return Speaker(api, family.me)


async def told(person: Person, kind: CardKind, **ids: object) -> None:
    card = Card(kind, dict(ids))  # type: ignore[arg-type]
    await said(Draft(Author.SERVICE, card=card), person_id=person.id)


async def test_a_conversation_that_was_never_opened_is_empty(me: Speaker) -> None:
    whole = await me.reads()

    assert whole["messages"]["nodes"] == []
    assert (whole["unread"], whole["lastNumber"], whole["readNumber"]) == (0, 0, 0)
    assert CHANGES.read(whole["newestChange"]) == (me.person.id, 0)


async def test_pages_go_both_ways(me: Speaker) -> None:
    await said(*(typed(str(n)) for n in range(1, 8)), person_id=me.person.id)
    asking = me.api.as_(me.person.actor)

    async def page(**asked: object) -> tuple[list[int], dict[str, object]]:
        found = (await asking.query(PAGE, **asked))["conversation"]["messages"]
        return [edge["node"]["number"] for edge in found["edges"]], found["pageInfo"]

    newest, info = await page(first=3)
    older, older_info = await page(first=3, after=info["endCursor"])
    newer, newer_info = await page(last=3, before=older_info["startCursor"])

    assert (newest, older, newer) == ([7, 6, 5], [4, 3, 2], [7, 6, 5])
    assert (older_info["hasNextPage"], older_info["hasPreviousPage"]) == (True, True)
    assert (newer_info["hasNextPage"], newer_info["hasPreviousPage"]) == (True, False)


async def test_reading_is_marked_and_never_goes_back(me: Speaker) -> None:
    for _ in range(3):
        await me.says("我的余额")
    asking, marking = me.api.as_(me.person.actor), document("mini_program/MarkRead")

    async def mark(number: int) -> tuple[int, int]:
        answer = await asking.query(marking, input={"number": number})
        conversation = answer["markRead"]["conversation"]
        return conversation["readNumber"], conversation["unread"]

    assert (await me.reads())["unread"] == 3
    assert [await mark(x) for x in (4, 2, -1, 99, 6)] == [(4, 1), (4, 1), (4, 1), (4, 1), (6, 0)]


async def test_the_newest_change_counts_changes_of_cards(me: Speaker) -> None:
    message = await me.says("解除和王小兰的绑定")
    before = CHANGES.read((await me.reads())["newestChange"])
    await me.press(message, "CANCEL")
    after = CHANGES.read((await me.reads())["newestChange"])
    pressed = await me.again(message)

    assert (before[1], after[1]) == (2, 5)
    assert CHANGES.read(pressed["change"])[1] == 5


async def test_each_side_sees_its_own_card_of_a_settlement(
    api: Api, me: Speaker, family: Family, world: World
) -> None:
    request = settling(family.me, bill(share=751_27))
    done = await settle_bill(request, family.hospital.actor, world.ports)
    ids = {"settlement": done.settlement.id}
    await told(family.me, CardKind.RECEIPT, **ids)
    await told(family.a, CardKind.DRAW, **ids)
    reversing = ReverseSettlement(key(), done.settlement.id, "开错单")
    await reverse_settlement(reversing, family.hospital.actor, world.ports)
    await told(family.me, CardKind.REVERSAL, **ids)
    await told(family.a, CardKind.REVERSAL, **ids)

    mine = [one["card"] for one in (await me.reads())["messages"]["nodes"]]
    theirs = [one["card"] for one in (await Speaker(api, family.a).reads())["messages"]["nodes"]]

    assert [one["__typename"] for one in mine] == ["ReversalCard", "ReceiptCard"]
    assert {one["settlement"]["status"] for one in mine} == {"REVERSED"}
    assert [one["__typename"] for one in theirs] == ["DrawReversalCard", "DrawCard"]
    for one in theirs:
        assert one["draw"] == {
            "bindingId": shown("bnd", family.bindings[0]),
            "beneficiaryName": "卓*",
            "amountFen": 300_00,
            "settledAt": theirs[0]["draw"]["settledAt"],
            "place": "HOSPITAL",
            "county": {"name": "噶尔县"},
            "reversedAt": theirs[0]["draw"]["reversedAt"],
        }
        assert one["draw"]["reversedAt"] is not None


async def test_each_side_sees_its_own_card_of_a_premium(
    api: Api, world: World, family: Family
) -> None:
    row = await PremiumRow.create(
        binding_id=family.bindings[0],
        payer_id=family.a.id,
        insured_id=family.me.id,
        year=2027,
        category="ADULT",
        region="542523",
        amount_fen=380_00,
        status=PremiumStatus.CONFIRMED,
        business_day=date(2026, 11, 20),
        debited_at=NOON,
        explanation={},
        actor={},
        request_id=key(),
    )
    for one in (family.a, family.me):
        await told(one, CardKind.PREMIUM, premium=row.id, binding=family.bindings[0])

    cards = [
        (await Speaker(api, one).reads())["messages"]["nodes"][0]["card"]
        for one in (family.a, family.me)
    ]

    assert [one["premium"]["__typename"] for one in cards] == ["PremiumAsPayer", "PremiumAsInsured"]
    assert cards[0]["premium"]["insuredName"] == "卓*"
    assert cards[1]["premium"]["payerName"] == "王*兰"


@pytest.mark.parametrize(
    "kind", [CardKind.RECEIPT, CardKind.DRAW, CardKind.REVERSAL, CardKind.BINDING]
)
async def test_a_card_about_what_this_person_may_not_see_says_only_that(
    api: Api, world: World, family: Family, kind: CardKind
) -> None:
    done = await settle_bill(
        settling(family.me, bill(share=9_00)), family.hospital.actor, world.ports
    )
    stranger = Speaker(api, await world.person("路人甲"))
    ids = {"settlement": done.settlement.id, "binding": family.bindings[0]}
    await told(stranger.person, kind, **ids)

    (message,) = (await stranger.reads())["messages"]["nodes"]

    assert message["card"] == {
        "__typename": "NoticeCard",
        "buttons": [],
        "notice": "NOT_SHOWN",
        "sentence": "这项内容已无法查看。",
    }


async def test_a_binding_in_review_can_be_ended_by_a_card(me: Speaker, family: Family) -> None:
    await BindingRow.filter(id=family.bindings[0]).update(status="IN_REVIEW")
    await told(family.me, CardKind.REVIEW, binding=family.bindings[0])

    (message,) = (await me.reads())["messages"]["nodes"]

    assert (message["card"]["__typename"], names(message)) == ("ReviewCard", ["END"])


async def test_a_guardian_reads_the_wards_conversation_and_a_stranger_does_not(
    api: Api, world: World, family: Family
) -> None:
    child = await world.person("小明", born_on=date(2015, 5, 5))
    await world.bind(family.a, child, kinship=Kinship.CHILD)
    await world.guardian(family.a, child)
    await said(typed("好"), person_id=child.id)

    assert (await Speaker(api, family.a, ward=child).reads())["lastNumber"] == 1
    refused = await Speaker(api, family.b, ward=child).reads()
    assert (refused["__typename"], refused["code"]) == ("Refusal", "NOT_FOUND")


async def test_a_message_is_fetched_by_its_id_by_its_owner_alone(
    api: Api, me: Speaker, family: Family
) -> None:
    message = await me.says("我的余额")
    asked = "query One($id: ID!) { node(id: $id) { id } }"

    mine = await api.as_(family.me.actor).query(asked, id=message["id"])
    theirs = await api.as_(family.a.actor).query(asked, id=message["id"])
    staffs = await api.as_(STAFF).query(asked, id=message["id"])

    assert mine["node"] == {"id": message["id"]}
    assert (theirs["node"], staffs["node"]) == (None, None)


async def test_the_outcome_of_a_message_is_the_message(api: Api, me: Speaker) -> None:
    asked = str(key())
    sent = (await me.send("我的余额", requestId=asked))["sent"]

    outcome = await api.as_(me.person.actor).query(
        document("mini_program/Outcome"), requestId=asked
    )

    assert outcome["outcome"]["operation"] == "sendMessage"
    assert outcome["outcome"]["answer"] == {"__typename": "Message", "id": sent["id"]}


async def test_a_refused_message_is_refused_for_ever(me: Speaker) -> None:
    asked = str(key())

    first = await me.send("", requestId=asked)
    again = await me.send("", requestId=asked)

    assert reasons(first) == reasons(again) == ["MESSAGE_EMPTY"]
