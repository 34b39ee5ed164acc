"""Request keys over HTTP: what was answered once is answered so for ever, also after a restart."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from tests.bills_sent import bill_to_settle, question
from tests.builders import bill, bill_e2
from tests.documents import document
from tests.e2e.installation import Installation, installed
from tests.registry_files import CHILD, FATHER, MOTHER, UNKNOWN, account, binding, person, policy
from tests.world import key

HOSPITAL = "H54252300001"
SETTLE, REVERSE = document("till/SettleBill"), document("till/ReverseSettlement")
RECORDS = (
    policy(),
    {"record": "institution", "code": HOSPITAL, "name": "狮泉河雪山医院", "region": "542523"},
    person(CHILD, name="卓玛"),
    person(MOTHER, name="王小兰"),
    person(FATHER, name="扎西"),
    account(CHILD, 118_63),
    account(MOTHER, 300_00),
    account(FATHER, 205_88),
    binding(MOTHER, CHILD, kinship="CHILD", position=1),
    binding(FATHER, CHILD, kinship="CHILD", position=2),
)
_FACTS = """
SELECT (SELECT json_agg(row(t.*) ORDER BY t.id) FROM transfer AS t)::text
    || (SELECT json_agg(row(s.*) ORDER BY s.id) FROM settlement AS s)::text
    || (SELECT json_agg(row(a.*) ORDER BY a.id) FROM personal_account AS a)::text
    || (SELECT jsonb_agg(to_jsonb(e) - 'relayed_at' ORDER BY e.id) FROM event AS e)::text
    || (SELECT json_agg(row(k.*) ORDER BY k.id) FROM request_key AS k)::text
"""

Sent = dict[str, Any]


@dataclass
class Till:
    """The hospital's till, and everything that it ever sent."""

    installation: Installation
    token: str
    settling: Sent
    other_bill: Sent
    unknown: Sent
    open_bill: Sent
    same_bill: Sent

    async def settle(self, sent: Sent) -> dict[str, Any]:
        """Send a bill; return the answer of the field."""
        answer = await self.installation.ask(self.token, SETTLE, input=sent)
        found: dict[str, Any] = answer.json()["data"]["settleBill"]
        return found

    async def reverse(self, sent: Sent) -> dict[str, Any]:
        """Ask for a reversal; return the answer of the field."""
        answer = await self.installation.ask(self.token, REVERSE, input=sent)
        found: dict[str, Any] = answer.json()["data"]["reverseSettlement"]
        return found

    async def ask_everything(self) -> list[dict[str, Any]]:
        """Send everything once more, and a reversal under the key of the settlement."""
        answers = [
            await self.settle(sent)
            for sent in (
                self.settling,
                self.other_bill,
                self.unknown,
                self.open_bill,
                self.same_bill,
            )
        ]
        settlement = answers[0]["receipt"]["id"]
        used = {"requestId": self.settling["requestId"], "settlementId": settlement}
        return [*answers, await self.reverse(used)]

    async def facts(self) -> str:
        """Return all that money, keys and events have come to."""
        async with self.installation.connection() as connection:
            found: str | None = await connection.fetchval(_FACTS)
        assert found is not None
        return found


@dataclass
class Story:
    """What was answered at first, then to everything again, and the same after a restart."""

    till: Till
    first: list[dict[str, Any]]
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    facts: list[str]


def a_till(installation: Installation, token: str) -> Till:
    """Think of everything that the till will send."""
    one = key()
    return Till(
        installation,
        token,
        settling=bill_to_settle(bill_e2(), CHILD, request_id=one),
        other_bill=bill_to_settle(bill_e2(institution_bill_no="2"), CHILD, request_id=one),
        unknown=bill_to_settle(bill(institution_bill_no="3"), UNKNOWN),
        open_bill=bill_to_settle(bill(institution_bill_no="4", in_scope=1), CHILD),
        same_bill=bill_to_settle(bill_e2(), CHILD),
    )


@pytest_asyncio.fixture(scope="module")
async def story() -> AsyncIterator[Story]:
    """Settle E2 by ten messages at once, ask for everything, and again after a restart."""
    async with installed(*RECORDS) as installation:
        till = a_till(installation, await installation.till(HOSPITAL))
        first = await asyncio.gather(*(till.settle(till.settling) for _ in range(10)))
        before = await till.ask_everything()
        facts = [await till.facts()]
        await asyncio.to_thread(installation.restart)
        after = await till.ask_everything()
        facts.append(await till.facts())
        yield Story(till, first, before, after, facts)


def test_ten_times_the_same_at_once_is_one_settlement_and_nine_replays(story: Story) -> None:
    assert sorted(answer["replayed"] for answer in story.first) == [False] + [True] * 9
    (receipt, *others) = [answer["receipt"] for answer in story.first]
    assert others == [receipt] * 9
    assert (receipt["ownFen"], receipt["sharedFen"], receipt["cashFen"]) == (
        118_63,
        505_88,
        126_76,
    )


def test_after_a_restart_the_same_request_has_the_same_facts(story: Story) -> None:
    assert story.before[0] == story.after[0]
    assert story.after[0]["replayed"] is True
    assert story.after[0]["receipt"] == story.first[0]["receipt"]


def test_another_bill_under_the_key_is_told_so(story: Story) -> None:
    assert story.before[1] == story.after[1]
    assert story.after[1]["__typename"] == "RequestIdReused"
    assert story.after[1]["code"] == "REQUEST_ID_REUSED"


def test_another_operation_under_the_key_is_told_so(story: Story) -> None:
    assert story.before[5] == story.after[5]
    assert story.after[5]["__typename"] == "RequestIdReused"


def test_a_refused_request_hears_the_same_refusal(story: Story) -> None:
    assert story.before[2:4] == story.after[2:4]
    refusals = [[reason["code"] for reason in one["reasons"]] for one in story.after[2:4]]
    assert refusals == [
        ["CREDENTIAL_NOT_RECOGNISED"],
        ["BILL_PARTS_DO_NOT_CLOSE"],
    ]


def test_the_bill_number_under_a_new_key_is_already_settled(story: Story) -> None:
    assert story.before[4] == story.after[4]
    assert story.after[4]["__typename"] == "AlreadySettled"
    assert story.after[4]["settlementId"] == story.first[0]["receipt"]["id"]


def test_nothing_moved_after_the_first_settlement(story: Story) -> None:
    assert story.facts[0] == story.facts[1]


async def test_one_settlement_moved_three_legs_and_emptied_three_accounts(story: Story) -> None:
    async with story.till.installation.connection() as connection:
        legs = await connection.fetch(
            "SELECT amount_fen FROM transfer WHERE cause_kind = 'SETTLEMENT' ORDER BY id"
        )
        balances = await connection.fetchval("SELECT sum(balance_fen) FROM personal_account")
        keys = await connection.fetchval("SELECT count(*) FROM request_key")

    assert [leg["amount_fen"] for leg in legs] == [118_63, 300_00, 205_88]
    assert balances == 0
    assert keys == 4


async def test_what_was_refused_stays_refused_when_it_would_do_now(story: Story) -> None:
    till = story.till
    settlement = story.first[0]["receipt"]["id"]
    undone = await till.reverse({"requestId": str(key()), "settlementId": settlement})
    refused_again = await till.settle(till.same_bill)
    settled_anew = await till.settle(bill_to_settle(bill_e2(), CHILD))

    assert undone["__typename"] == "ReverseSettlementPayload"
    assert refused_again == story.after[4]
    assert settled_anew["replayed"] is False
    assert settled_anew["receipt"]["sharedFen"] == 505_88


async def test_a_quote_uses_up_no_key_and_moves_nothing(story: Story) -> None:
    till = story.till
    before = await till.facts()
    asked = question(bill(institution_bill_no="5"), CHILD)
    answer = await till.installation.ask(till.token, document("till/QuoteSettlement"), input=asked)

    assert answer.json()["data"]["quoteSettlement"]["plan"]["cashFen"] == 178_50
    assert await till.facts() == before
