"""Descriptions of the schema out of the docstrings, so that each is written once.

Strawberry takes descriptions as arguments only; here a type's or resolver's docstring (its first
paragraph) is used where none was given. A test holds that nothing in the schema lacks one.
"""

import inspect
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

_ROOTS = {
    "Query": "查询，不改变任何内容。Questions; they change nothing.",
    "Mutation": "办理事项，依次执行。Requests that change something, one after the other.",
    "Subscription": "持续推送。What is sent as it happens.",
}


def describe(schema: GraphQLSchema) -> None:
    """Fill in the descriptions of types, fields and inputs that have none."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLUnionType) and not kind.description:
            kind.description = _choices(kind)
        if kind.name in _ROOTS:
            kind.description = _ROOTS[kind.name]
        origin = getattr(kind.extensions.get("strawberry-definition"), "origin", None)
        if origin is not None and not kind.description:
            kind.description = _first_paragraph(origin)
    for kind in schema.type_map.values():
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            _describe_fields(kind)


def _choices(union: GraphQLUnionType) -> str:
    """Say what the answer of a field is: its own result first, then what may stand against it."""
    result, *problems = (member.name for member in union.types)
    against = "、".join(problems)
    return f"结果为 {result}，或所列问题之一：{against}。Either the result or one of its problems."


def _describe_fields(
    kind: GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType,
) -> None:
    for field in kind.fields.values():
        definition: Any = field.extensions.get("strawberry-definition")
        resolver = getattr(definition, "base_resolver", None)
        if not field.description and resolver is not None:
            field.description = _first_paragraph(resolver.wrapped_func)
        if isinstance(field, GraphQLField) and (argument := field.args.get("input")) is not None:
            argument.description = get_named_type(argument.type).description


def _first_paragraph(documented: Any) -> str | None:
    # A dataclass without a docstring gets its signature as one; our own never start like that.
    text = inspect.getdoc(documented)
    if not text or text.startswith(f"{getattr(documented, '__name__', '')}("):
        return None
    return " ".join(text.split("\n\n")[0].split())
