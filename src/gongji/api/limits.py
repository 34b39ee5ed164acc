"""Limits on a document, measured before anything else looks at it.

Every node is visited once, whatever the shape of the fragments: a definition is sketched by
itself, and a fragment's total is computed once, in the order of who spreads whom.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from strawberry.schema_directive import Location

from gongji.api.faults import fault
from gongji.domain.page import DEFAULT_PAGE, MAX_PAGE

__all__ = ["DocumentMeter", "Limits", "ListSize", "Tally", "unstated_lists"]

_CEILING: Final = 2**53
"""Where every count stops growing: far above any limit, far below what costs to add."""

_INTROSPECTION_FAN_OUT: Final = 5
_PAGING: Final = ("first", "last")
_PAGED_LISTS: Final = ("edges", "nodes")


@strawberry.schema_directive(locations=[Location.FIELD_DEFINITION], name="listSize")
class ListSize:
    """The most items a plain list can hold, stated where clients can read it."""

    assumed_size: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one document may ask for.

    Args:
        tokens: lexical tokens of the whole document; comments are limited likewise.
        depth: fields inside fields, along the deepest branch.
        aliases: of one operation with all its fragments, each as often as it is spread.
        directives: counted like aliases.
        root_fields: fields at the top of one operation.
        operations: in one document.
        ambiguity: the sum over all answer names of the square of how often a name is
            written, because merging fields compares them in pairs.
        cost: fields in the largest answer, as pages and stated list sizes allow.
    """

    tokens: int = 2_000
    depth: int = 16
    aliases: int = 64
    directives: int = 32
    root_fields: int = 16
    operations: int = 8
    ambiguity: int = 8_000
    cost: int = 10_000


@dataclass(slots=True)
class Tally:
    """What a definition asks for; every count stops at a ceiling."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0
    cost: int = 0

    def add(self, other: "Tally", *, under: int, factor: int) -> None:
        """Add what a fragment asks for, spread ``under`` fields, ``factor`` times answered."""
        self.depth = min(max(self.depth, under + other.depth), _CEILING)
        self.aliases = min(self.aliases + other.aliases, _CEILING)
        self.directives = min(self.directives + other.directives, _CEILING)
        self.cost = min(self.cost + factor * other.cost, _CEILING)
        if under == 0:
            self.root_fields = min(self.root_fields + other.root_fields, _CEILING)


@dataclass(frozen=True, slots=True)
class _Spread:
    name: str
    under: int
    factor: int


@dataclass(slots=True)
class _Sketch:
    """One definition by itself: its own counts, and the fragments it spreads."""

    tally: Tally = field(default_factory=Tally)
    spreads: list[_Spread] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a field of the schema leads to, and how many of it."""

    leads_to: str
    items: int
    is_paged: bool


_UNKNOWN: Final = _Shape(leads_to="", items=1, is_paged=False)


class DocumentMeter:
    """Measures documents against the limits for one schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self.limits = limits
        self.visited = 0
        self._shapes = _shapes(schema)
        self._roots: dict[str, str] = {
            operation: root.name
            for operation in ("query", "mutation", "subscription")
            if (root := getattr(schema, f"{operation}_type")) is not None
        }

    def excesses(self, document: DocumentNode) -> list[GraphQLError]:
        """List every limit that the document exceeds; empty when it may go on."""
        names: Counter[str] = Counter()
        operations: list[_Sketch] = []
        fragments: dict[str, _Sketch] = {}
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                operations.append(self._sketch(definition, names))
            elif isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = self._sketch(definition, names)
        try:
            totals = _totals(fragments)
        except CycleError:
            return [fault("FRAGMENT_CYCLE")]
        whole = Tally()
        for operation in operations:
            whole = _larger(whole, _total(operation, totals))
        return list(self._exceeded(whole, len(operations), _pairs(names)))

    def _exceeded(self, tally: Tally, operations: int, pairs: int) -> Iterator[GraphQLError]:
        limits = self.limits
        for code, measured, limit in (
            ("DOCUMENT_TOO_MANY_OPERATIONS", operations, limits.operations),
            ("DOCUMENT_TOO_DEEP", tally.depth, limits.depth),
            ("DOCUMENT_TOO_MANY_ALIASES", tally.aliases, limits.aliases),
            ("DOCUMENT_TOO_MANY_DIRECTIVES", tally.directives, limits.directives),
            ("DOCUMENT_TOO_MANY_ROOT_FIELDS", tally.root_fields, limits.root_fields),
            ("DOCUMENT_TOO_AMBIGUOUS", pairs, limits.ambiguity),
            ("DOCUMENT_TOO_COSTLY", tally.cost, limits.cost),
        ):
            if measured > limit:
                yield fault(code, limit=limit)

    def _sketch(
        self, definition: OperationDefinitionNode | FragmentDefinitionNode, names: Counter[str]
    ) -> _Sketch:
        """Visit each selection of a definition once, without following spreads."""
        sketch = _Sketch()
        tally = sketch.tally
        tally.directives = len(definition.directives or ()) + sum(
            len(variable.directives or ()) for variable in definition.variable_definitions or ()
        )
        waiting: list[tuple[SelectionSetNode, str, int, int]] = [
            (definition.selection_set, self._root_of(definition), 0, 1)
        ]
        while waiting:
            selection_set, parent, under, factor = waiting.pop()
            for node in selection_set.selections:
                self.visited += 1
                tally.directives += len(node.directives or ())
                if isinstance(node, FieldNode):
                    names[(node.alias or node.name).value] += 1
                    shape = self._count_field(tally, node, parent, under, factor)
                    if node.selection_set is not None:
                        fan_out = min(factor * _fan_out(node, shape), _CEILING)
                        waiting.append((node.selection_set, shape.leads_to, under + 1, fan_out))
                elif isinstance(node, InlineFragmentNode):
                    narrowed = node.type_condition.name.value if node.type_condition else parent
                    waiting.append((node.selection_set, narrowed, under, factor))
                elif isinstance(node, FragmentSpreadNode):
                    sketch.spreads.append(_Spread(node.name.value, under, factor))
        return sketch

    def _count_field(
        self, tally: Tally, node: FieldNode, parent: str, under: int, factor: int
    ) -> _Shape:
        tally.depth = max(tally.depth, under + 1)
        tally.aliases += node.alias is not None
        tally.root_fields += under == 0
        tally.cost = min(tally.cost + factor, _CEILING)
        return self._shapes.get((parent, node.name.value), _UNKNOWN)

    def _root_of(self, definition: OperationDefinitionNode | FragmentDefinitionNode) -> str:
        if isinstance(definition, FragmentDefinitionNode):
            condition: str = definition.type_condition.name.value
            return condition
        return self._roots.get(definition.operation.value, "")


def _totals(fragments: Mapping[str, _Sketch]) -> dict[str, Tally]:
    """Add every fragment up, those first that others spread.

    Raises:
        CycleError: fragments that spread each other.
    """
    order = TopologicalSorter(
        {name: {spread.name for spread in sketch.spreads} for name, sketch in fragments.items()}
    ).static_order()
    totals: dict[str, Tally] = {}
    for name in order:
        if name in fragments:
            totals[name] = _total(fragments[name], totals)
    return totals


def _total(sketch: _Sketch, totals: Mapping[str, Tally]) -> Tally:
    tally = replace(sketch.tally)
    for spread in sketch.spreads:
        if spread.name in totals:
            tally.add(totals[spread.name], under=spread.under, factor=spread.factor)
    return tally


def _larger(one: Tally, other: Tally) -> Tally:
    return Tally(
        depth=max(one.depth, other.depth),
        aliases=max(one.aliases, other.aliases),
        directives=max(one.directives, other.directives),
        root_fields=max(one.root_fields, other.root_fields),
        cost=max(one.cost, other.cost),
    )


def _pairs(names: Counter[str]) -> int:
    return sum(times * times for times in names.values() if times > 1)


def _fan_out(node: FieldNode, shape: _Shape) -> int:
    """Tell how often the selections of a field are answered at worst."""
    if not shape.is_paged:
        return shape.items
    asked = [
        argument.value
        for argument in node.arguments or ()
        if argument.name.value in _PAGING and not isinstance(argument.value, NullValueNode)
    ]
    return max((_page_size(value) for value in asked), default=DEFAULT_PAGE)


def _page_size(value: object) -> int:
    """Tell the size of a page; a variable may hold the largest."""
    if isinstance(value, IntValueNode) and len(value.value) < 4:
        return min(max(int(value.value), 1), MAX_PAGE)
    return MAX_PAGE


def _shapes(schema: GraphQLSchema) -> dict[tuple[str, str], _Shape]:
    shapes = {
        (name, field_name): _shape(name, field_name, definition)
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for field_name, definition in type_.fields.items()
    }
    root = schema.query_type.name if schema.query_type else ""
    shapes[root, "__schema"] = _Shape("__Schema", items=1, is_paged=False)
    shapes[root, "__type"] = _Shape("__Type", items=1, is_paged=False)
    return shapes


def _shape(parent: str, name: str, definition: GraphQLField) -> _Shape:
    return _Shape(
        leads_to=get_named_type(definition.type).name,
        items=_items(parent, name, definition),
        is_paged=not _PAGED.isdisjoint(definition.args),
    )


_PAGED: Final = frozenset(_PAGING)


def _items(parent: str, name: str, definition: GraphQLField) -> int:
    if not is_list_type(get_nullable_type(definition.type)):
        return 1
    if parent.startswith("__"):
        return _INTROSPECTION_FAN_OUT
    if _is_page(parent, name):
        return 1
    return _stated_size(definition) or MAX_PAGE


def _is_page(parent: str, name: str) -> bool:
    """Say whether the field holding this list has been multiplied by its page already."""
    return parent.endswith("Connection") and name in _PAGED_LISTS


def _stated_size(definition: GraphQLField) -> int | None:
    written: Any = definition.extensions.get("strawberry-definition")
    stated = [
        directive.assumed_size
        for directive in getattr(written, "directives", ())
        if isinstance(directive, ListSize)
    ]
    return stated[0] if stated else None


def unstated_lists(schema: GraphQLSchema) -> list[str]:
    """Name every plain list field whose most items are not stated, as ``Type.field``."""
    return sorted(
        f"{name}.{field_name}"
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
        for field_name, definition in type_.fields.items()
        if is_list_type(get_nullable_type(definition.type))
        and not _is_page(name, field_name)
        and _PAGED.isdisjoint(definition.args)
        and _stated_size(definition) is None
    )
