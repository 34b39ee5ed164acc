"""Input objects, made of what graphql-core has checked by a reader that is put together once.

Strawberry looks up the type and the name of every field anew for each request. A reader knows them,
and leaves to Strawberry whatever is neither a leaf, nor a list of leaves, nor an input of ours.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING
from functools import partial
from typing import Any, Final

import strawberry
from strawberry.scalars import is_scalar
from strawberry.types.arguments import InputContext
from strawberry.types.base import (
    StrawberryList,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.enum import has_enum_definition

Convert = Callable[[Any, InputContext], Any]
"""Makes a Python value out of a checked value of an input, which is neither null nor absent."""


def read_inputs(schema: strawberry.Schema) -> None:
    """Give every input type of a schema its reader."""
    for known in schema.schema_converter.type_map.values():
        definition = known.definition
        if isinstance(definition, StrawberryObjectDefinition) and definition.is_input:
            definition.from_input = _Reader(definition, schema).read


class _Reader:
    """Makes the objects of one input type."""

    def __init__(self, definition: StrawberryObjectDefinition, schema: strawberry.Schema) -> None:
        fields = definition.fields
        self._absent: Final[dict[str, Any]] = {
            field.python_name: None
            for field in fields
            if field.default_value is MISSING and field.default_factory is MISSING
        }
        self._fields: Final = tuple(
            (
                schema.config.name_converter.from_field(field),
                field.python_name,
                _converting(field.resolve_type(type_definition=definition), schema),
            )
            for field in fields
        )

    def read(self, origin: type, value: Mapping[str, Any], context: InputContext) -> Any:
        """Make an object; what is absent has its default, or is None."""
        given = dict(self._absent)
        for name, python_name, convert in self._fields:
            if name in value:
                found = value[name]
                given[python_name] = None if found is None else convert(found, context)
        return origin(**given)


def _converting(type_: Any, schema: strawberry.Schema) -> Convert:
    if isinstance(type_, StrawberryOptional):
        return _converting(type_.of_type, schema)
    if _is_leaf(type_, schema):
        return _leaf
    if isinstance(type_, StrawberryList):
        item = type_.of_type
        item = item.of_type if isinstance(item, StrawberryOptional) else item
        if _is_leaf(item, schema):
            return _leaves
        if has_object_definition(item):
            return partial(_objects, item)
    elif has_object_definition(type_):
        return partial(_object, type_)
    return partial(_by_strawberry, type_)


def _is_leaf(type_: Any, schema: strawberry.Schema) -> bool:
    registry = schema.schema_converter.scalar_registry
    return has_enum_definition(type_) or is_scalar(type_, registry)


def _leaf(value: Any, _context: InputContext) -> Any:
    return value


def _leaves(values: Iterable[Any], _context: InputContext) -> Any:
    return list(values)


def _object(type_: Any, value: Any, context: InputContext) -> Any:
    return type_.__strawberry_definition__.from_input(type_, value, context)


def _objects(type_: Any, values: Iterable[Any], context: InputContext) -> Any:
    return [None if one is None else _object(type_, one, context) for one in values]


def _by_strawberry(type_: Any, value: Any, context: InputContext) -> Any:
    return context.convert(value, type_)
