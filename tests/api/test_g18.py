"""G18: what a viewer may never see is in no answer of any query, with every field asked for.

One family has marked values. Every query of the schema is asked as each viewer, for oneself and on
behalf of everybody, about every id that there is; then the answers are searched.
"""

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

import pytest
from graphql import GraphQLSchema

from gongji.api import ids
from gongji.api.gateway import GatewaySchema
from gongji.api.ids import BINDING, INSTITUTION, MESSAGE, PERSON, PREMIUM, SETTLEMENT
from gongji.api.limits import Limits
from gongji.api.schema import build_schema
from gongji.chat.proposals import Act, Proposal, choice_card, confirm_card
from gongji.chat.reminders import statement_card
from gongji.domain.actor import Actor
from gongji.domain.binding import BindingStatus
from gongji.domain.case import CaseKind
from gongji.domain.conversation import Author, Card, CardKind, Draft
from gongji.domain.events import EventKind
from gongji.domain.identity import mask_name
from gongji.domain.institution import InstitutionKind
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, Scheme
from gongji.domain.premium import PremiumStatus
from gongji.store.ids import new_id
from gongji.store.rows import (
    CaseRow,
    EventRow,
    OrderVersionRow,
    PersonRow,
    PremiumLegRow,
    PremiumRow,
)
from tests.api.bills import bill_input, id_card
from tests.api.conftest import Api
from tests.api.whole_queries import whole_query
from tests.bills import bill, settle_bill, settling
from tests.builders import line
from tests.documents import document
from tests.store.test_conversations import said
from tests.world import KEY_RING, NOON, STAFF, Person, Place, World, key

BOUNDLESS: Final = Limits(
    tokens=200_000, depth=99, aliases=99_999, directives=9, ambiguity=10**9, cost=10**15
)
PHONE: Final = "13954259900"
ELSEWHERE: Final = replace(STAFF, region="510000")


@pytest.fixture(scope="module")
def boundless() -> GatewaySchema:
    return build_schema(limits=BOUNDLESS)


@dataclass
class Marked:
    """The people and places of the family, and every id that somebody could ask for."""

    people: dict[str, Person]
    tills: dict[str, Place]
    bindings: dict[str, UUID]
    settlement: UUID
    premium: UUID
    request: UUID
    ids: list[str] = field(default_factory=list)
    messages: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ids = [
            *(ids.encode(PERSON, one.id) for one in self.people.values()),
            *(ids.encode(INSTITUTION, one.id) for one in self.tills.values()),
            *(ids.encode(BINDING, one) for one in self.bindings.values()),
            ids.encode(SETTLEMENT, self.settlement),
            ids.encode(PREMIUM, self.premium),
        ]

    def actor(self, viewer: str) -> Actor | None:
        others = {"staff": STAFF, "staff elsewhere": ELSEWHERE, "nobody": None}
        if viewer in self.people:
            return self.people[viewer].actor
        return self.tills[viewer].actor if viewer in self.tills else others[viewer]


@pytest.fixture
async def marked(world: World) -> Marked:
    """Settle 1822.10: own 515.03, A down to the reserve 600.00, B, with a limit, the rest."""
    await world.policy(quotes_per_day=10_000)
    people = {
        "me": await world.person("德吉央宗", balance=515_03),
        "a": await world.person("甲某某乙", balance=2317_17, reserve=1717_17),
        "b": await world.person("丙某某丁", balance=41414_02),
        "paused": await world.person("戊某某己", balance=52525_03),
        "frozen": await world.person("庚某某辛", balance=1, account_status=AccountStatus.FROZEN),
        "other": await world.person("壬某某癸", scheme=Scheme.RESIDENT),
        "child": await world.person("子某某丑", scheme=Scheme.RESIDENT, born_on=date(2020, 1, 1)),
        "grown": await world.person("寅某某卯", balance=62626_04, born_on=date(2010, 11, 20)),
        "stranger": await world.person("辰某某巳", balance=1_00),
    }
    await PersonRow.all().update(phone_cipher=KEY_RING.seal(PHONE))
    me, a = people["me"], people["a"]
    bindings = {
        "a": await world.bind(a, me, limit_month_fen=28282_28),
        "b": await world.bind(people["b"], me, limit_year_fen=91919_19),
        "paused": await world.bind(people["paused"], me, status=BindingStatus.PAUSED),
        "frozen": await world.bind(people["frozen"], me),
        "other": await world.bind(a, people["other"], limit_settlement_fen=37373_07),
        "child": await world.bind(me, people["child"], kinship=Kinship.CHILD),
        "grown": await world.bind(people["grown"], people["other"]),
    }
    await world.guardian(me, people["child"])
    await world.guardian(people["stranger"], people["grown"])
    tills = {
        "till": await world.institution(InstitutionKind.HOSPITAL, name="隐名医院"),
        "other till": await world.institution(),
    }
    of = bill("MARKED-BILL", share=1822_10, lines=(line(Fen(1822_10), "XMARKEDCODE"),))
    request = settling(me, of)
    done = await settle_bill(request, tills["till"].actor, world.ports)
    await _remember(people["me"], [bindings[one] for one in ("a", "b", "paused", "frozen")])
    await _remember(people["other"], [bindings[one] for one in ("other", "grown")])
    await _remember(people["child"], [bindings["child"]])
    await EventRow.create(
        subject_id=me.id,
        number=99,
        kind=EventKind.BINDING_PAUSED,
        happened_at=NOON,
        ids={"binding": str(bindings["paused"])},
        actor={},
    )
    premium = await _premium(a, people["other"], bindings["other"])
    await CaseRow.create(
        kind=CaseKind.PREMIUM_UNCONFIRMED,
        subject_id=premium,
        person_id=a.id,
        region="542523",
        amount_fen=81818_05,
        opened_at=NOON,
    )
    marked = Marked(people, tills, bindings, done.settlement.id, premium, request.request_id)
    for person in people.values():
        cards = [Draft(Author.SERVICE, card=card) for card in every_card(marked)]
        marked.messages += [one.id for one in await said(*cards, person_id=person.id)]
    marked.ids += [ids.encode(MESSAGE, one) for one in marked.messages[:20]]
    return marked


def every_card(marked: Marked) -> Iterator[Card]:
    """Make cards about everything there is, whosever it is: what they show is the reader's."""
    about = [{"binding": one} for one in marked.bindings.values()]
    settled = {"settlement": marked.settlement}
    yield from (Card(CardKind.BINDING, one) for one in about)
    ending = [Proposal(Act.END, one["binding"], {"plan": ""}) for one in about]
    yield from (confirm_card(one) for one in ending[:4])
    yield choice_card(tuple(ending))
    yield from (Card(x, settled) for x in (CardKind.RECEIPT, CardKind.DRAW, CardKind.REVERSAL))
    yield Card(CardKind.PREMIUM, {"premium": marked.premium, **about[4]})
    refund = {"premium": str(marked.premium), "year": 2027, "amount": 380_88}
    yield confirm_card(Proposal(Act.REFUND, about[4]["binding"], refund))
    yield from (statement_card(NOON.year, month) for month in (NOON.month - 1, NOON.month))
    for year in (2026, 2027, 2028):
        terms = {"year": year, "on": "2026-11-01"}
        yield Card(CardKind.PREMIUM_WINDOW, {}, "PREMIUM_OPENED", terms)
    for kind in (CardKind.ORDER, CardKind.BENEFICIARIES, CardKind.BALANCE):
        yield Card(kind, {})


async def _remember(beneficiary: Person, bindings: list[UUID]) -> None:
    """Write what accepting leaves behind, out of which an earlier moment is told."""
    for number, binding_id in enumerate(bindings, start=50):
        await EventRow.create(
            subject_id=beneficiary.id,
            number=number,
            kind=EventKind.INVITATION_ACCEPTED,
            happened_at=NOON,
            ids={"binding": str(binding_id)},
            actor={},
        )
    await OrderVersionRow.create(
        beneficiary_id=beneficiary.id,
        version=1,
        changed_at=NOON,
        cause=EventKind.INVITATION_ACCEPTED,
        is_set=False,
        binding_ids=[str(one) for one in bindings],
        actor={},
    )


async def _premium(payer: Person, insured: Person, binding_id: UUID) -> UUID:
    row = await PremiumRow.create(
        binding_id=binding_id,
        payer_id=payer.id,
        insured_id=insured.id,
        year=2027,
        category="ADULT",
        region="542523",
        amount_fen=380_88,
        status=PremiumStatus.CONFIRMED,
        business_day=NOON.date(),
        debited_at=NOON,
        tax_reference="TAX-MARKED",
        explanation={},
        actor={},
        request_id=key(),
    )
    await PremiumLegRow.create(
        premium_id=row.id,
        account_id=payer.account_id,
        binding_id=binding_id,
        rank=1,
        amount_fen=380_88,
        business_day=NOON.date(),
    )
    return row.id


def arguments(argument: str, marked: Marked, wanted: str | None = None) -> Any:
    """Return what an argument of a query is given; ``wanted`` is the id of a query by id."""
    given: dict[str, Any] = {
        "id": wanted,
        "ids": marked.ids,
        "amountFen": 1000_00,
        "side": wanted,
        "requestId": str(marked.request),
        "at": NOON.isoformat(),
        "settlementId": wanted,
        "bindingId": wanted,
        "input": {
            "credential": id_card(marked.people["me"]),
            "bill": bill_input(bill("ANOTHER", share=9_00)),
        },
    }
    return given.get(argument)


def asked_by(name: str, marked: Marked) -> list[str | None]:
    """List what a query is asked for, one after the other in one document."""
    of_kind = {
        "binding": BINDING,
        "settlement": SETTLEMENT,
        "tillReceipt": SETTLEMENT,
        "quoteReversal": SETTLEMENT,
        "quoteEnding": BINDING,
    }
    if name in {*of_kind, "node"}:
        prefix = of_kind.get(name, "")
        return [one for one in marked.ids if one.startswith(prefix)]
    return ["PAYER", "INSURED"] if name == "premiums" else [None]


ASKED_ABOUT: Final = ("me", "a", "other", "child", "grown")


async def answers(
    api: Api, schema: GraphQLSchema, marked: Marked, who: Actor | None
) -> AsyncIterator[str]:
    """Ask every query as somebody: for oneself, for every ward, and, as staff, about everybody."""
    assert schema.query_type is not None
    everybody = [None, *(ids.encode(PERSON, marked.people[one].id) for one in ASKED_ABOUT)]
    for name, query in schema.query_type.fields.items():
        asked = asked_by(name, marked)
        text = whole_query(schema, name, times=len(asked))
        variables = {
            f"{argument}{number}": value
            for number, wanted in enumerate(asked, start=1)
            for argument in query.args
            if (value := arguments(argument, marked, wanted)) is not None
        }
        for person in everybody:
            wards = {f"onBehalfOf{n}": person for n in range(1, len(asked) + 1)}
            named = {"personId1": person, "reason1": "核查" if person else None}
            both: list[dict[str, Any]] = [wards] if "personId" not in query.args else [wards, named]
            for about in both if "onBehalfOf" in query.args else [{}]:
                yield (await api.as_(who).query(text, **variables, **about)).text
            if "onBehalfOf" not in query.args:
                break


def yuan(*amounts: int) -> list[str]:
    return [str(amount) for amount in amounts]


NEVER_TOLD: Final = ['"RESERVE"', '"LIMIT"', '"PAUSED"', '"FROZEN"', '"STATUS"']
OF_SHARERS: Final = {
    "a": yuan(2317_17, 1717_17, 28282_28, 37373_07),
    "b": yuan(41414_02, 41414_02 - 707_07, 91919_19),
    "paused": yuan(52525_03),
}
OF_THE_BILL: Final = ["隐名医院", "XMARKEDCODE", "MARKED-BILL", *yuan(1822_10, 515_03)]
OF_THE_PREMIUM: Final = ["TAX-MARKED", *yuan(380_88)]


def masked(marked: Marked, *people: str) -> list[str]:
    return [mask_name(marked.people[one].name) for one in people]


def bound(marked: Marked, *bindings: str) -> list[str]:
    return [ids.encode(BINDING, marked.bindings[one]) for one in bindings]


def secrets_from(viewer: str, marked: Marked) -> Iterable[str]:
    """List what a viewer may never see, as it would be written."""
    for person in marked.people.values():
        yield from (person.name, person.id_number)
    yield from (PHONE, '"INTERNAL"')
    if viewer != "staff":
        yield from yuan(81818_05)
    sharers = [value for values in OF_SHARERS.values() for value in values]
    settlement = ids.encode(SETTLEMENT, marked.settlement)
    grown = yuan(62626_04)
    match viewer:
        case "me":
            yield from (*sharers, *NEVER_TOLD, *OF_THE_PREMIUM, *grown)
            yield from (*masked(marked, "other", "grown"), *bound(marked, "other", "grown"))
        case "a":
            yield from (*OF_SHARERS["b"], *OF_SHARERS["paused"], *OF_THE_BILL[1:], settlement)
            yield from (*yuan(707_07), *masked(marked, "b", "paused", "frozen", "child", "grown"))
            yield from bound(marked, "b", "paused", "frozen", "child", "grown")
        case "b" | "paused":
            other = "paused" if viewer == "b" else "b"
            yield from (*OF_SHARERS["a"], *OF_SHARERS[other], *OF_THE_BILL[1:], settlement)
            yield from (*OF_THE_PREMIUM, *yuan(600_00), *grown)
            yield from masked(marked, "a", "frozen", "other", "child", "grown", other)
            yield from bound(marked, "a", "frozen", "other", "child", "grown", other)
        case "other":
            yield from (*sharers, *NEVER_TOLD, *OF_THE_BILL[1:], settlement, *grown)
            yield from (*yuan(600_00, 707_07), *masked(marked, "me", "b", "paused", "child"))
        case "till":
            yield from (*sharers, *NEVER_TOLD, *OF_THE_PREMIUM, *grown, *yuan(600_00, 707_07))
            yield from (*masked(marked, *marked.people), *bound(marked, *marked.bindings))
        case "other till" | "staff elsewhere" | "nobody" | "stranger":
            yield from (*sharers, *NEVER_TOLD, *OF_THE_PREMIUM, *OF_THE_BILL[1:], *grown)
            yield from (*yuan(600_00, 707_07), *bound(marked, *marked.bindings), settlement)
            yield from masked(marked, *(marked.people.keys() - {viewer}))
        case "staff":
            return
        case _:
            raise ValueError(viewer)


VIEWERS: Final = (
    "me",
    "a",
    "b",
    "paused",
    "other",
    "stranger",
    "till",
    "other till",
    "staff",
    "staff elsewhere",
    "nobody",
)


@pytest.mark.parametrize("viewer", VIEWERS)
async def test_what_a_viewer_may_never_see_is_in_no_answer(
    world: World, boundless: GatewaySchema, marked: Marked, viewer: str
) -> None:
    api = Api(boundless, world.ports)
    secrets = [*secrets_from(viewer, marked)]
    searched = re.compile(
        "|".join(rf"(?<![0-9A-Za-z]){re.escape(one)}(?![0-9A-Za-z])" for one in secrets)
    )
    seen = 0

    async for text in answers(api, boundless._schema, marked, marked.actor(viewer)):
        found = searched.search(text)
        assert found is None, (found, text[:400])
        seen += '"data":{"' in text

    assert seen > 0 or viewer == "nobody"


async def test_the_search_would_find_what_may_be_seen(
    world: World, boundless: GatewaySchema, marked: Marked
) -> None:
    """The answers are full: each viewer's own marked values are in them."""
    api = Api(boundless, world.ports)
    own = {
        "me": ["隐名医院", "XMARKEDCODE", *yuan(600_00, 707_07, 515_03), *masked(marked, "a")],
        "a": [*yuan(1717_17, 28282_28, 600_00), *masked(marked, "me", "other"), "TAX-MARKED"],
        "till": yuan(1822_10, 600_00 + 707_07),
        "staff": [*yuan(62626_04, 81818_05), *masked(marked, "me", "b", "grown"), '"RESERVE"'],
    }

    for viewer, expected in own.items():
        whole = [x async for x in answers(api, boundless._schema, marked, marked.actor(viewer))]
        missing = [one for one in expected if not any(one in text for text in whole)]
        assert missing == [], viewer


ASKED_IN_THE_CHAT: Final = (
    "我的余额",
    "谁给我共济",
    "我给谁共济",
    "上次是怎么扣的",
    "上个月的账单",
    "11月的账单",
    "去药店买药要350元，够吗",
    "去医院看病要100000元，够吗",
    *(
        sentence.format(name)
        for name in ("甲某某乙", "戊某某己", "壬某某癸", "德吉央宗", "老公", "儿子")
        for sentence in (
            "为什么没用{}的账户",
            "暂停{}的共济",
            "恢复{}的共济",
            "解除和{}的绑定",
            "接受{}的邀请",
            "把{}排到第一",
            "给{}设每月200元的限额",
            "给{}交居民医保费",
            "退{}的居民医保费",
            "撤回给{}的邀请",
        )
    ),
)


@pytest.mark.parametrize("viewer", ["me", "a", "b", "other", "stranger"])
async def test_what_a_viewer_may_never_see_is_in_no_reply(
    world: World, boundless: GatewaySchema, marked: Marked, viewer: str
) -> None:
    asking = Api(boundless, world.ports).as_(marked.actor(viewer))
    secrets = [*secrets_from(viewer, marked)]
    searched = re.compile(
        "|".join(rf"(?<![0-9A-Za-z]){re.escape(one)}(?![0-9A-Za-z])" for one in secrets)
    )

    for text in ASKED_IN_THE_CHAT:
        asked = {"requestId": str(key()), "text": text}
        answer = await asking.query(document("mini_program/SendMessage"), input=asked)
        reply = json.dumps(answer["sendMessage"]["reply"], ensure_ascii=False)
        whole = re.sub(r"[¥,]", "", reply).replace(".", "")
        found = searched.search(reply) or searched.search(whole)
        assert found is None, (text, found, reply)


async def test_an_earlier_moment_is_among_what_is_searched(
    world: World, boundless: GatewaySchema, marked: Marked
) -> None:
    asked = whole_query(boundless._schema, "familyAccountAsOf")
    asking = Api(boundless, world.ports).as_(marked.people["me"].actor)

    told = (await asking.query(asked, at1=NOON.isoformat())).text

    assert all(name in told for name in masked(marked, "a", "b", "paused", "frozen", "child"))


@pytest.mark.parametrize("viewer", ["stranger", "b", "other till", "staff elsewhere"])
async def test_unknown_and_not_yours_are_answered_alike(
    world: World, boundless: GatewaySchema, marked: Marked, viewer: str
) -> None:
    asking = Api(boundless, world.ports).as_(marked.actor(viewer))
    unlike = []
    for name, argument, kind, theirs in wanted_by_id(boundless._schema, marked):
        document = whole_query(boundless._schema, name)
        given = {
            "amountFen1": 1000_00,
            "side1": "PAYER",
            "at1": NOON.isoformat(),
            "input1": arguments("input", marked),
            "reason1": "核查" if argument == "personId" else None,
        }
        told = {
            (await asking.query(document, **given, **{f"{argument}1": ids.encode(kind, one)})).text
            for one in (theirs, new_id())
        }
        if len(told) > 1:
            unlike.append((name, argument, kind))

    assert unlike == []


def wanted_by_id(schema: GraphQLSchema, marked: Marked) -> Iterator[tuple[str, str, str, UUID]]:
    """Name every query and argument by which somebody could ask for what is not theirs."""
    assert schema.query_type is not None
    person = marked.people["other"].id
    foreign = [
        ("id", SETTLEMENT, marked.settlement),
        ("id", BINDING, marked.bindings["other"]),
        ("id", PREMIUM, marked.premium),
        ("settlementId", SETTLEMENT, marked.settlement),
        ("bindingId", BINDING, marked.bindings["other"]),
        ("onBehalfOf", PERSON, person),
        ("personId", PERSON, person),
    ]
    for name, query in schema.query_type.fields.items():
        for argument, kind, theirs in foreign:
            if argument in query.args:
                yield name, argument, kind, theirs
