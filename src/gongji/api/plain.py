"""Plain parts of an answer, read straight off their objects.

Most of an answer needs no engine: fields without a resolver, whose values lie in an object that a
resolver has returned. For such a part of a document a reader is put together once and kept with the
document. graphql-core does all the rest, and does a plain part too whenever a value in it is not as
the schema wants it: so what is wrong is said by graphql-core alone, in its own words and place.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import AwaitableOrValue, Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import CustomGraphQLEnumType, GraphQLCoreConverter

Reader = Callable[[Any], Any]
"""Makes out of a value what the answer holds of it, or raises one of ``_IRREGULAR``."""

_Field = tuple[str, str, Reader]
"""A field of an object: its key in the answer, its attribute, and the reader of its value."""

_Place = tuple[GraphQLObjectType, int]
"""Where in a document: a type, and the node that selects."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Readers of one document; None where there is more than reading.

    Args:
        objects: by the object's type and the node that selects it.
        fields: by the type that the field belongs to and the field's node.
    """

    objects: dict[_Place, Reader | None] = field(default_factory=dict)
    fields: dict[_Place, _Field | None] = field(default_factory=dict)


_IRREGULAR: Final = (AttributeError, LookupError, TypeError, ValueError, GraphQLError)
_DEFINITION: Final = GraphQLCoreConverter.DEFINITION_BACKREF


class PlainExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, with a short way through plain parts.

    Args:
        readers: those of the document, to which new ones are added; None where the same selection
            may mean other fields another time.
    """

    def __init__(self, *arguments: Any, readers: Readers | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._readers = readers

    @classmethod
    def reading(cls, readers: Readers | None) -> "type[PlainExecutor]":
        """Return the executor of one document, for where only a class may be named."""
        return type(cls.__name__, (cls,), {"build": partial(cls.build, readers=readers)})

    def collect_and_execute_subfields(
        self,
        return_type: GraphQLObjectType,
        field_details_list: list[FieldDetails],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """Answer the selected fields of one object."""
        read = self._reader(return_type, field_details_list)
        if read is not None:
            try:
                answered: dict[str, Any] = read(result)
            except _NotPlain:
                pass
            except _IRREGULAR:
                self._leave_to_the_engine()
            else:
                return answered
        return super().collect_and_execute_subfields(
            return_type, field_details_list, path, result, position_context
        )

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: list[FieldDetails],
        path: Path,
        position_context: Any,
    ) -> AwaitableOrValue[Any]:
        """Answer one field of an object that has resolvers beside it."""
        plain = self._plain_field(parent_type, field_details_list)
        if plain is not None:
            _, attribute, read = plain
            try:
                return read(getattr(source, attribute))
            except _NotPlain:
                pass
            except _IRREGULAR:
                self._leave_to_the_engine()
        return super().execute_field(
            parent_type, source, field_details_list, path, position_context
        )

    def _leave_to_the_engine(self) -> None:
        """Read nothing more of this answer: what is wrong is walked through once again only."""
        self._readers = None

    def _plain_field(
        self, parent_type: GraphQLObjectType, field_details_list: list[FieldDetails]
    ) -> "_Field | None":
        if self._readers is None or len(field_details_list) > 1:
            return None
        key = parent_type, id(field_details_list[0].node)
        if key not in self._readers.fields:
            name = field_details_list[0].node.name.value
            self._readers.fields[key] = self._field(name, parent_type, field_details_list)
        return self._readers.fields[key]

    def _reader(
        self, return_type: GraphQLObjectType, field_details_list: list[FieldDetails]
    ) -> Reader | None:
        if self._readers is None or len(field_details_list) > 1:
            return None
        # A document's nodes live as long as its readers, so that their ids are theirs alone.
        key = return_type, id(field_details_list[0].node)
        if key not in self._readers.objects:
            self._readers.objects[key] = self._object_reader(return_type, field_details_list)
        return self._readers.objects[key]

    def _object_reader(
        self, return_type: GraphQLObjectType, field_details_list: list[FieldDetails]
    ) -> Reader | None:
        """Put together the reader of an object; None where a field has a resolver."""
        fields: list[_Field] = []
        selected = self.collect_subfields(return_type, field_details_list).grouped_field_set
        for key, details in selected.items():
            plain = self._field(key, return_type, details)
            if plain is None:
                return None
            fields.append(plain)
        definition = return_type.extensions.get(_DEFINITION)
        origin = definition.origin if definition and return_type.is_type_of else None
        return partial(_read_object, tuple(fields), origin)

    def _field(
        self, key: str, parent_type: GraphQLObjectType, field_details_list: list[FieldDetails]
    ) -> "_Field | None":
        name = field_details_list[0].node.name.value
        if name == "__typename":
            return key, "__class__", lambda _class: parent_type.name
        asked = parent_type.fields.get(name)
        definition = asked and asked.extensions.get(_DEFINITION)
        if asked is None or definition is None or not definition.is_basic_field:
            return None
        read = self._value_reader(asked.type, field_details_list)
        return read and (key, definition.python_name, read)

    def _value_reader(
        self, type_: GraphQLOutputType, field_details_list: list[FieldDetails]
    ) -> Reader | None:
        if not is_non_null_type(type_):
            present = self._present_reader(type_, field_details_list)
            return present and partial(_read_optional, present)
        if is_leaf_type(type_.of_type):
            return _required_leaf_reader(type_.of_type)
        present = self._present_reader(type_.of_type, field_details_list)
        return present and partial(_read_required, present)

    def _present_reader(
        self, type_: GraphQLOutputType, field_details_list: list[FieldDetails]
    ) -> Reader | None:
        """Put together the reader of a value that is not None."""
        if is_leaf_type(type_):
            return partial(self.complete_leaf_value, type_)
        if is_list_type(type_):
            item = self._value_reader(type_.of_type, field_details_list)
            return item and partial(_read_list, item)
        if is_object_type(type_):
            return self._object_reader(type_, field_details_list)
        if is_abstract_type(type_):
            return self._abstract_reader(type_, field_details_list)
        return None

    def _abstract_reader(
        self, type_: GraphQLAbstractType, field_details_list: list[FieldDetails]
    ) -> Reader | None:
        """Put together the reader of a union or an interface: one for each plain type of it."""
        by_origin: dict[type, Reader] = {}
        for possible in self.schema.get_possible_types(type_):
            definition = possible.extensions.get(_DEFINITION)
            read = self._object_reader(possible, field_details_list)
            if read is not None and definition is not None and not definition.type_var_map:
                by_origin[definition.origin] = read
        return partial(_read_abstract, by_origin) if by_origin else None


class _Irregular(ValueError):
    """A value is not as the schema wants it."""


class _NotPlain(Exception):
    """A value of a type that has resolvers: nothing is wrong, but reading is not enough."""


def _read_object(fields: tuple[_Field, ...], origin: type | None, source: Any) -> dict[str, Any]:
    if origin is not None and type(source) is not origin:
        raise _Irregular
    return {key: read(getattr(source, attribute)) for key, attribute, read in fields}


def _read_abstract(by_origin: dict[type, Reader], value: Any) -> Any:
    read = by_origin.get(type(value))
    if read is None:
        raise _NotPlain
    return read(value)


def _read_list(item: Reader, values: Any) -> list[Any]:
    if not isinstance(values, list | tuple):
        raise _Irregular
    return [item(value) for value in values]


def _read_required(present: Reader, value: Any) -> Any:
    if value is None:
        raise _Irregular
    return present(value)


def _read_optional(present: Reader, value: Any) -> Any:
    return None if value is None else present(value)


def _required_leaf_reader(type_: GraphQLLeafType) -> Reader:
    if isinstance(type_, CustomGraphQLEnumType):
        # The engine would look through all members for each value.
        members: tuple[Any, ...] = tuple(type_.wrapped_cls)
        return {member: type_.coerce_output_value(member) for member in members}.__getitem__
    return partial(_read_leaf, type_.coerce_output_value)


def _read_leaf(coerce: Callable[[Any], Any], value: Any) -> Any:
    written = None if value is None else coerce(value)
    if written is None or written is Undefined:
        raise _Irregular
    return written
