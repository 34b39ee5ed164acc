"""Descriptions of the schema out of the docstrings, so that each is written once.

Strawberry takes descriptions as arguments only; here a type's or resolver's docstring (its first
paragraph) is used where none was given. A test holds that nothing in the schema lacks one.
"""

import inspect
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema


def describe(schema: GraphQLSchema) -> None:
    """Fill in the descriptions of types and fields that have none."""
    for kind in schema.type_map.values():
        definition = kind.extensions.get("strawberry-definition")
        if definition is None or kind.description:
            pass
        elif (origin := getattr(definition, "origin", None)) is not None:
            kind.description = _first_paragraph(origin)
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            _describe_fields(kind)


def _describe_fields(
    kind: GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType,
) -> None:
    for field in kind.fields.values():
        definition: Any = field.extensions.get("strawberry-definition")
        resolver = getattr(definition, "base_resolver", None)
        if not field.description and resolver is not None:
            field.description = _first_paragraph(resolver.wrapped_func)


def _first_paragraph(documented: Any) -> str | None:
    # A dataclass without a docstring gets its signature as one; our own never start like that.
    text = inspect.getdoc(documented)
    if not text or text.startswith(f"{getattr(documented, '__name__', '')}("):
        return None
    return " ".join(text.split("\n\n")[0].split())
