"""What holds for every mutation: who may call it at all, and what a malformed input is answered."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_required_input_field,
)

from gongji.api.ids import BINDING, MESSAGE, PERSON, PREMIUM, SETTLEMENT
from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.store.rows import RequestKeyRow
from tests.api.conftest import Answer, Api
from tests.api.mutations.asking import everything, reasons, request, shown
from tests.documents import manifest
from tests.world import STAFF, World, key

UNKNOWN = shown(BINDING, key())
ID_NUMBER = "542599198001010028"
BILL = {
    "institutionBillNo": "B-1",
    "visit": "OUTPATIENT",
    "totalFen": 100_00,
    "selfPaidFen": 0,
    "overLimitFen": 0,
    "firstPayFen": 0,
    "inScopeFen": 100_00,
    "fundPaidFen": 0,
    "personalShareFen": 100_00,
}
INPUTS: dict[str, dict[str, Any]] = {
    "inviteRelative": {
        "name": "次仁卓玛",
        "idNumber": ID_NUMBER,
        "kinship": "SPOUSE",
        "declarationVersion": "2025-01",
    },
    "acceptInvitation": {"bindingId": UNKNOWN, "declarationVersion": "2025-01", "position": 1},
    "declineInvitation": {"bindingId": UNKNOWN, "block": False},
    "withdrawInvitation": {"bindingId": UNKNOWN},
    "reviewKinship": {"bindingId": UNKNOWN, "isConfirmed": True, "reason": "户口簿"},
    "endBinding": {"bindingId": UNKNOWN, "reason": "本人申请", "ifPlan": "plan"},
    "pauseBinding": {"bindingId": UNKNOWN},
    "resumeBinding": {"bindingId": UNKNOWN},
    "setBindingLimit": {
        "bindingId": UNKNOWN,
        "perSettlementFen": 1,
        "perMonthFen": 2,
        "perYearFen": 3,
    },
    "setReserve": {"reserveFen": 100_00},
    "reorderSharers": {"bindingIds": [UNKNOWN], "expectedVersion": 1},
    "payPremium": {"bindingId": UNKNOWN, "year": 2027, "ifPlan": "plan"},
    "refundPremium": {"premiumId": shown(PREMIUM, key()), "reason": "重复缴费"},
    "settleBill": {
        "credential": {"kind": "ID_CARD", "number": ID_NUMBER},
        "bill": BILL,
        "ifPlan": "plan",
    },
    "reverseSettlement": {
        "settlementId": shown(SETTLEMENT, key()),
        "reason": "开错单",
        "ifPlan": "plan",
    },
    "voidRequest": {"voids": str(key())},
    "exportMovements": {"fromDay": "2026-01-01", "toDay": "2026-12-31"},
    "sendMessage": {"text": "我的余额"},
    "pressCardButton": {"messageId": shown(MESSAGE, key()), "button": "CONFIRM"},
    "markRead": {"number": 1},
}
KEYLESS = {"pressCardButton", "markRead"}
"""Mutations that are harmless to repeat without a key of the client's."""
PERSON_ONLY = {
    "inviteRelative",
    "acceptInvitation",
    "declineInvitation",
    "withdrawInvitation",
    "pauseBinding",
    "resumeBinding",
    "setBindingLimit",
    "setReserve",
    "reorderSharers",
    "payPremium",
    "exportMovements",
    "sendMessage",
    "pressCardButton",
    "markRead",
}
FORBIDDEN = {
    ActorKind.PERSON: {"reviewKinship", "settleBill", "reverseSettlement"},
    ActorKind.TILL: INPUTS.keys() - {"settleBill", "reverseSettlement", "voidRequest"},
    ActorKind.STAFF: PERSON_ONLY | {"settleBill"},
}


def documents() -> dict[str, str]:
    """Return a document of some client for each mutation."""
    found = {}
    for client in ("dashboard", "national_app", "mini_program", "till"):
        for operation, digest in manifest().clients[client].items():
            found[operation[0].lower() + operation[1:]] = manifest().texts[digest]
    return {name: found[name] for name in INPUTS}


DOCUMENTS = documents()


def asking(name: str, **fields: Any) -> dict[str, Any]:
    """Return a good input of a mutation, with a fresh key where it takes one."""
    asked = request(**INPUTS[name], **fields)
    if name in KEYLESS:
        del asked["requestId"]
    return asked


async def ask(api: Api, who: Actor | None, name: str, asked: dict[str, Any]) -> Answer:
    return await api.as_(who).query(DOCUMENTS[name], input=asked)


def test_every_mutation_is_asked(api: Api) -> None:
    mutation = api.schema._schema.mutation_type
    assert mutation is not None
    assert INPUTS.keys() == mutation.fields.keys()


@pytest.fixture
async def actors(world: World) -> dict[ActorKind, Actor]:
    await world.policy()
    person = await world.person("王小兰", balance=100_00)
    place = await world.institution()
    return {ActorKind.PERSON: person.actor, ActorKind.TILL: place.actor, ActorKind.STAFF: STAFF}


@pytest.mark.parametrize("name", INPUTS)
async def test_nobody_is_asked_to_log_in(
    api: Api, actors: dict[ActorKind, Actor], name: str
) -> None:
    before = await everything()

    answer = await ask(api, None, name, asking(name))

    assert answer.codes == ["UNAUTHENTICATED"]
    assert answer.body["errors"][0]["message"] == "请先登录。"
    assert await everything() == before
    assert await RequestKeyRow.all().count() == 0


@pytest.mark.parametrize("name", INPUTS)
async def test_who_never_may_is_forbidden(
    api: Api, actors: dict[ActorKind, Actor], name: str
) -> None:
    before = await everything()

    for kind, actor in actors.items():
        if name in FORBIDDEN[kind]:
            answer = await ask(api, actor, name, asking(name))
            assert answer.codes == ["FORBIDDEN"], (kind, answer.text)

    assert await everything() == before
    assert await RequestKeyRow.all().count() == 0


@pytest.mark.parametrize("name", INPUTS)
async def test_nobody_but_a_person_acts_for_a_ward(
    api: Api, actors: dict[ActorKind, Actor], name: str
) -> None:
    ward = shown(PERSON, actors[ActorKind.PERSON].subject)
    fields = input_type(api, name).fields
    asked = asking(name, onBehalfOf=ward)

    if "onBehalfOf" not in fields:
        assert (await ask(api, STAFF, name, asked)).codes == ["BAD_USER_INPUT"]
        return
    for kind in (ActorKind.TILL, ActorKind.STAFF):
        assert (await ask(api, actors[kind], name, asked)).codes == ["FORBIDDEN"]


@pytest.mark.parametrize(
    "name",
    sorted(
        INPUTS.keys()
        - {"setReserve", "settleBill", "voidRequest", "exportMovements", "sendMessage", "markRead"}
    ),
)
async def test_what_does_not_exist_is_one_refusal_and_changes_nothing(
    api: Api, actors: dict[ActorKind, Actor], name: str
) -> None:
    before = await everything()

    for kind, actor in actors.items():
        if name not in FORBIDDEN[kind]:
            asked = asking(name)
            first = (await ask(api, actor, name, asked))[name]
            again = (await ask(api, actor, name, asked))[name]
            assert again == first
            expected = {
                "inviteRelative": ["RELATIVE_NOT_VERIFIED"],
                "reorderSharers": None,
            }.get(name, ["NOT_FOUND"])
            if expected is None:
                assert first["current"] == {"version": 0, "bindingIds": []}
            else:
                assert reasons(first) == expected

    assert await everything() == before


@pytest.mark.parametrize("name", sorted(PERSON_ONLY | {"endBinding", "refundPremium"}))
async def test_who_is_no_guardian_hears_the_same_for_every_ward(
    api: Api, actors: dict[ActorKind, Actor], name: str, world: World
) -> None:
    other = await world.person("扎西", balance=100_00)
    before = await everything()

    answers = [
        (await ask(api, actors[ActorKind.PERSON], name, asking(name, onBehalfOf=ward)))[name]
        for ward in (shown(PERSON, other.id), shown(PERSON, key()), "psn_nonsense", "")
    ]

    assert {tuple(reasons(answer)) for answer in answers} == {("NOT_FOUND",)}
    assert {tuple(answer["path"]) for answer in answers} == {("onBehalfOf",)}
    assert await everything() == before


async def test_a_person_whom_the_registry_does_not_know_changes_nothing(
    api: Api, actors: dict[ActorKind, Actor]
) -> None:
    ghost = Actor(ActorKind.PERSON, key(), Channel.NATIONAL_APP)
    before = await everything()

    for name in PERSON_ONLY - {"markRead"}:
        answer = (await ask(api, ghost, name, asking(name)))[name]
        assert reasons(answer) == ["NOT_FOUND"], name

    assert await everything() == before


async def test_an_institution_that_the_registry_does_not_know_may_nothing(
    api: Api, actors: dict[ActorKind, Actor]
) -> None:
    ghost = replace(actors[ActorKind.TILL], subject=key())

    for name in ("settleBill", "voidRequest"):
        answer = await ask(api, ghost, name, asking(name))
        assert answer.codes == ["FORBIDDEN"], name


def input_type(api: Api, name: str) -> GraphQLInputObjectType:
    mutation = api.schema._schema.mutation_type
    assert mutation is not None
    given = get_nullable_type(mutation.fields[name].args["input"].type)
    assert isinstance(given, GraphQLInputObjectType)
    return given


NOT_OF: dict[str, list[Any]] = {
    "Boolean": [1, "true"],
    "Date": [1, True, "", "2026-13-01", "2026-1-1", "2026-01-01T00:00:00Z"],
    "Fen": [True, "1", 1.5, 2**53, -(2**53), 10**30],
    "ID": [True, 1.5],
    "Int": [True, "1", 1.5, 2**31],
    "String": [1, True],
    "UUID": [1, True, "", "not-a-uuid", "{018f0000-0000-7000-8000-000000000000}", "018f" * 8],
}


def misfits(field: GraphQLInputField) -> Iterator[Any]:
    """Return values that do not fit the field."""
    kind = get_named_type(field.type)
    if isinstance(field.type, GraphQLNonNull):
        yield None
    if is_list_type(get_nullable_type(field.type)):
        yield from (True, 1.5, [None], [{"x": 1}])
    elif isinstance(kind, GraphQLEnumType):
        yield from ("UNKNOWN", "", 1, True, [])
    elif isinstance(kind, GraphQLInputObjectType):
        yield from ("x", 1, {})
    else:
        yield from [*NOT_OF[kind.name], {"x": 1}, [[1], [2]]]


def spoilt(given: GraphQLInputObjectType, good: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Return the good input again and again, each time with one thing wrong."""
    yield "one field too many", {**good, "surplus": 1}
    for name, field in given.fields.items():
        kind = get_named_type(field.type)
        if is_required_input_field(field):
            yield f"without {name}", {n: v for n, v in good.items() if n != name}
        for misfit in misfits(field):
            yield f"{name}: {misfit!r}", {**good, name: misfit}
        if isinstance(kind, GraphQLInputObjectType) and isinstance(good.get(name), dict):
            for what, inner in spoilt(kind, good[name]):
                yield f"{name}.{what}", {**good, name: inner}


@pytest.mark.parametrize("name", INPUTS)
async def test_a_malformed_input_is_answered_in_chinese_and_changes_nothing(
    api: Api, actors: dict[ActorKind, Actor], name: str
) -> None:
    good = asking(name)
    before = await everything()
    who = next(actor for kind, actor in actors.items() if name not in FORBIDDEN[kind])

    for what, asked in spoilt(input_type(api, name), good):
        answer = await ask(api, who, name, asked)
        assert set(answer.codes) == {"BAD_USER_INPUT"}, (what, answer.text)
        for error in answer.body["errors"]:
            assert any("一" <= character <= "鿿" for character in error["message"]), what
        assert ID_NUMBER not in answer.text
        assert answer.body.get("data") is None

    assert await everything() == before
    assert await RequestKeyRow.all().count() == 0


@pytest.mark.parametrize("variables", [{}, {"input": None}, {"input": []}, {"input": "x"}])
async def test_a_mutation_needs_its_input(
    api: Api, actors: dict[ActorKind, Actor], variables: dict[str, Any]
) -> None:
    for name, document in DOCUMENTS.items():
        answer = await api.as_(actors[ActorKind.PERSON]).query(document, **variables)
        assert answer.codes == ["BAD_USER_INPUT"], (name, answer.text)
