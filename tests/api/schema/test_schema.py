"""The schema keeps its promises: described, bounded, without floats, exported as committed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    get_nullable_type,
)

from gongji.api import schema as exported
from gongji.api.enums import describe_enum
from gongji.api.limits import unstated_lists
from gongji.domain.kinship import Kinship

FILE = Path(__file__).parents[3] / "schema" / "schema.graphql"
SCALARS = {"Boolean", "Date", "DateTime", "Fen", "ID", "Int", "String", "UUID"}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return exported.build_schema()._schema


def our_types(schema: GraphQLSchema) -> dict[str, Any]:
    return {name: kind for name, kind in schema.type_map.items() if not name.startswith("__")}


def undescribed(schema: GraphQLSchema) -> Iterator[str]:
    """Name whatever has no description, as a client's developer would look for it."""
    for name, kind in our_types(schema).items():
        if not kind.description:
            yield name
        if isinstance(kind, GraphQLEnumType):
            yield from (f"{name}.{v}" for v, value in kind.values.items() if not value.description)
        for field_name, field in getattr(kind, "fields", {}).items():
            if not field.description:
                yield f"{name}.{field_name}"
            for argument_name, argument in getattr(field, "args", {}).items():
                if not argument.description:
                    yield f"{name}.{field_name}({argument_name})"


def _ends_in_english(kind: Any) -> bool:
    return str(kind.description)[-2:].isascii()


def mutations(schema: GraphQLSchema) -> dict[str, Any]:
    assert schema.mutation_type is not None
    return dict(schema.mutation_type.fields)


def test_the_committed_file_is_the_schema() -> None:
    assert FILE.read_text(encoding="utf-8") == exported.schema_text(), "run: gongji export-schema"


def test_the_committed_file_is_read_by_other_tools() -> None:
    assert build_schema(FILE.read_text(encoding="utf-8")).query_type is not None


def test_everything_has_a_description(schema: GraphQLSchema) -> None:
    assert sorted(undescribed(schema)) == []


def test_descriptions_are_chinese_and_english(schema: GraphQLSchema) -> None:
    plain = {
        name
        for name, kind in our_types(schema).items()
        if name not in {"Boolean", "ID", "Int", "String"}
        and not (any("一" <= c <= "鿿" for c in kind.description) and _ends_in_english(kind))
    }
    assert plain == set()


def test_every_plain_list_states_how_long_it_can_be(schema: GraphQLSchema) -> None:
    assert unstated_lists(schema) == []


def test_only_exact_scalars_are_used(schema: GraphQLSchema) -> None:
    scalars = {
        n for n, kind in our_types(schema).items() if type(kind).__name__ == "GraphQLScalarType"
    }
    assert scalars <= SCALARS


def test_every_amount_is_named_by_its_unit(schema: GraphQLSchema) -> None:
    named = {
        f"{name}.{field_name}"
        for name, kind in our_types(schema).items()
        for field_name, field in getattr(kind, "fields", {}).items()
        if (get_named_type(field.type).name == "Fen") is not field_name.endswith("Fen")
    }
    assert named == set()


def test_every_instant_and_day_is_named_so(schema: GraphQLSchema) -> None:
    wrong = {
        f"{name}.{field_name}"
        for name, kind in our_types(schema).items()
        for field_name, field in getattr(kind, "fields", {}).items()
        if get_named_type(field.type).name == "DateTime" and not field_name.endswith("At")
    }
    assert wrong == set()


KEYLESS = {
    "pressCardButton": "a button of a message is the key: it is done once, whoever presses it",
    "markRead": "it never goes back, so that repeating it changes nothing",
}


def test_every_mutation_has_one_input_with_a_request_id(schema: GraphQLSchema) -> None:
    for name, field in mutations(schema).items():
        assert list(field.args) == ["input"], name
        given = get_nullable_type(field.args["input"].type)
        assert isinstance(given, GraphQLInputObjectType), name
        assert given.name == f"{name[0].upper()}{name[1:]}Input"
        if name in KEYLESS:
            assert "requestId" not in given.fields
        else:
            assert str(given.fields["requestId"].type) == "UUID!", name


def test_every_mutation_answers_its_payload_or_problems(schema: GraphQLSchema) -> None:
    for name, field in mutations(schema).items():
        answer = get_nullable_type(field.type)
        assert isinstance(answer, GraphQLUnionType), name
        payload, *problems = answer.types
        assert payload.name == f"{name[0].upper()}{name[1:]}Payload"
        about_keys = set() if name in KEYLESS else {"RequestIdReused", "RequestVoided"}
        assert {"Refusal", *about_keys} <= {problem.name for problem in problems}, name
        if name not in KEYLESS:
            assert str(payload.fields["replayed"].type) == "Boolean!", name
        for problem in problems:
            assert [one.name for one in problem.interfaces] == ["Problem"], (name, problem.name)


def test_lists_hold_no_nulls(schema: GraphQLSchema) -> None:
    holed = {
        f"{name}.{field_name}"
        for name, kind in our_types(schema).items()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)
        for field_name, field in kind.fields.items()
        if isinstance(inner := get_nullable_type(field.type), GraphQLList)
        and not isinstance(inner.of_type, GraphQLNonNull)
    }
    assert holed <= {"Query.nodes"}


def test_an_enumeration_with_an_undescribed_value_stops_the_program() -> None:
    with pytest.raises(ValueError, match="every value of Kinship is described"):
        describe_enum(Kinship, "亲属关系。Kinship.", SPOUSE="配偶。Spouse.")
