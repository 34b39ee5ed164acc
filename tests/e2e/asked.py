"""Everything that the schema can be asked, with a text of ours wherever a text can stand."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
)
from graphql.utilities import do_types_overlap

from tests.world import key


class Manner(Enum):
    """How a request is filled in."""

    SOUND = auto()
    """Every argument, of its type."""
    NEEDED = auto()
    """Only the arguments that must be there, of their types."""
    WRONG = auto()
    """Every argument, the text in place of numbers, flags and names as well."""


_SOUND = {
    "Boolean": False,
    "Date": "2026-01-01",
    "DateTime": "2026-01-01T00:00:00Z",
    "Fen": 1,
    "Int": 1,
}
_TEXTS = {"ID", "String"}
_PAGES = {"first", "last", "after", "before"}


@dataclass(frozen=True)
class Asked:
    """One request: its document and variables."""

    text: str
    variables: dict[str, Any]

    def body(self) -> dict[str, Any]:
        return {"query": self.text, "variables": self.variables}


def ask_everything(schema: GraphQLSchema, text: str, manner: Manner) -> Iterator[Asked]:
    """Ask every query and mutation by variables."""
    for operation, name, field in _roots(schema):
        given = _filled_arguments(field, text, manner)
        named = ", ".join(f"${one}: {field.args[one].type}" for one in given)
        used = ", ".join(f"{one}: ${one}" for one in given)
        head = f"{operation} Asked{f'({named})' if named else ''}"
        call = f"{name}{f'({used})' if used else ''}{_selection(schema, field)}"
        yield Asked(f"{head} {{ {call} }}", given)


def ask_in_documents(schema: GraphQLSchema, text: str, manner: Manner) -> Iterator[Asked]:
    """Ask every query and mutation with the values written into the document."""
    for operation, name, field in _roots(schema):
        given = _filled_arguments(field, text, manner)
        used = ", ".join(f"{one}: {_literal(value)}" for one, value in given.items())
        call = f"{name}{f'({used})' if used else ''}{_selection(schema, field)}"
        yield Asked(f"{operation} {{ {call} }}", {})


def _roots(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    for operation, kind in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert kind is not None
        for name, field in kind.fields.items():
            yield operation, name, field


def _filled_arguments(field: GraphQLField, text: str, manner: Manner) -> dict[str, Any]:
    return {
        name: _filled(argument.type, text, manner)
        for name, argument in field.args.items()
        if _is_wanted(name, argument.type, manner)
    }


def _is_wanted(name: str, kind: Any, manner: Manner) -> bool:
    if manner is Manner.NEEDED:
        return isinstance(kind, GraphQLNonNull)
    return manner is Manner.WRONG or name not in _PAGES


def _filled(kind: Any, text: str, manner: Manner) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return _filled(kind.of_type, text, manner)
    if isinstance(kind, GraphQLList):
        return [_filled(kind.of_type, text, manner)]
    if isinstance(kind, GraphQLInputObjectType):
        return {
            name: _filled(field.type, text, manner)
            for name, field in kind.fields.items()
            if _is_wanted(name, field.type, manner)
        }
    assert isinstance(kind, (GraphQLEnumType, GraphQLScalarType))
    if manner is Manner.WRONG or kind.name in _TEXTS:
        return text
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    return str(key()) if kind.name == "UUID" else _SOUND[kind.name]


def _literal(value: Any) -> str:
    """Write a value as GraphQL does; the names of enumerations are quoted, which is wrong."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_literal(one)}' for name, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return json.dumps(value)


def _selection(schema: GraphQLSchema, field: GraphQLField) -> str:
    kind = get_named_type(field.type)
    if not is_composite_type(kind):
        return ""
    problem = schema.type_map["Problem"]
    assert isinstance(problem, GraphQLInterfaceType)
    told = " ... on Problem { code message remedy path }"
    return f" {{ __typename{told if do_types_overlap(schema, kind, problem) else ''} }}"
