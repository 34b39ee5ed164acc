"""No argument of any query, however odd, is answered with an internal error."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

from gongji.api.connections import Cursors
from gongji.api.ids import BINDING, INSTITUTION, PERSON, PREMIUM, SETTLEMENT
from gongji.api.schema import build_schema
from gongji.domain.actor import Actor
from tests.api.conftest import Api
from tests.api.mutations.asking import everything, shown
from tests.world import STAFF, World, key

QUERIES: dict[str, GraphQLField] = dict(build_schema()._schema.query_type.fields)  # type: ignore[union-attr]
TEXTS = ["", "\x00", "\u202e\u200b", "𠮷", "%_\\'\"", "王" * 5000]
IDS = [
    *TEXTS,
    "bnd_",
    "bnd_00000000000000000000000000",
    "bnd_zzzzzzzzzzzzzzzzzzzzzzzzzz",
    *(shown(kind, key()) for kind in (BINDING, SETTLEMENT, PREMIUM, PERSON, INSTITUTION)),
]
ODD: dict[str, list[Any]] = {
    "Boolean": [True],
    "Date": ["0001-01-01", "9999-12-31"],
    "DateTime": ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
    "Fen": [0, -1, 2**53 - 1, -(2**53) + 1],
    "ID": IDS,
    "Int": [0, -1, 2**31 - 1, -(2**31)],
    "String": TEXTS,
    "UUID": ["00000000-0000-0000-0000-000000000000"],
}


def odd(argument: GraphQLArgument) -> list[Any]:
    """Return odd values that still are of the argument's type."""
    kind = get_named_type(argument.type)
    values = ODD.get(kind.name) or list(getattr(kind, "values", {}))
    return [[], *([value] for value in values)] if is_list_of(argument) else values


def is_list_of(argument: GraphQLArgument) -> bool:
    return is_list_type(get_nullable_type(argument.type))


def asked(name: str, field: GraphQLField) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return a document with variables for each odd value of each argument."""
    plain = {n: odd(a)[-1] for n, a in field.args.items() if is_required_argument(a)}
    body = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    for argument, definition in field.args.items():
        for value in odd(definition):
            given = {**plain, argument: value}
            declared = ", ".join(f"${n}: {field.args[n].type}" for n in given)
            passed = ", ".join(f"{n}: ${n}" for n in given)
            yield f"query ({declared}) {{ {name}({passed}){body} }}", given


def plain_queries() -> list[str]:
    """Name the queries whose arguments are plain values."""
    return sorted(
        name
        for name, field in QUERIES.items()
        if field.args
        and not any(
            isinstance(get_named_type(a.type), GraphQLInputObjectType) for a in field.args.values()
        )
    )


@pytest.fixture
async def actors(world: World) -> list[Actor]:
    await world.policy()
    person = await world.person("王小兰", balance=100_00)
    place = await world.institution()
    return [person.actor, place.actor, STAFF]


@pytest.mark.parametrize("name", plain_queries())
async def test_odd_arguments_are_answered(api: Api, actors: list[Actor], name: str) -> None:
    before = await everything()

    for document, variables in asked(name, QUERIES[name]):
        for actor in actors:
            answer = await api.as_(actor).query(document, **variables)
            assert "INTERNAL" not in answer.codes, (variables, answer.text)
            for error in answer.body.get("errors", ()):
                assert any("一" <= character <= "鿿" for character in error["message"])

    assert await everything() == before


CRAFTED: dict[str, tuple[type, list[Any]]] = {
    "movements": (int, [-1, 2**31, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1]),
    "orderHistory": (int, [-1, 2**31, 2**53 - 1, 2**53, 2**63, 2**64 - 1]),
    "institutions": (str, ["", "\x00", "\u202e", "王" * 100]),
    "premiums": (UUID, [UUID(int=0), UUID(int=2**128 - 1)]),
}


@pytest.mark.parametrize("name", CRAFTED)
async def test_a_crafted_cursor_is_a_place_in_the_list_or_refused(
    api: Api, actors: list[Actor], name: str
) -> None:
    kind, keys = CRAFTED[name]
    extra = "side: PAYER, " if name == "premiums" else ""
    document = (
        f"query ($after: String, $before: String) {{ after: {name}({extra}after: $after)"
        f" {{ __typename }} before: {name}({extra}before: $before) {{ __typename }} }}"
    )

    for one in keys:
        cursor = Cursors(name, (kind,)).write((one,))
        answer = await api.as_(actors[0]).query(document, after=cursor, before=cursor)
        assert set(answer.codes) <= {"BAD_CURSOR"}, (one, answer.text)
