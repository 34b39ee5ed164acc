"""Documents that ask for everything: each query of the schema with every field that there is."""

from collections.abc import Iterator

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)


def whole_query(schema: GraphQLSchema, name: str, *, times: int = 1) -> str:
    """Ask a root query for everything.

    Args:
        times: how often, each with variables of its own: ``id1``, ``id2`` ... for its ``id``.
    """
    assert schema.query_type is not None
    field = schema.query_type.fields[name]
    arguments = {
        f"{argument}{number}": (argument, str(definition.type))
        for number in range(1, times + 1)
        for argument, definition in field.args.items()
    }
    declared = ", ".join(f"${variable}: {type_}" for variable, (_, type_) in arguments.items())
    asked = " ".join(_call(schema, name, field, number) for number in range(1, times + 1))
    return f"query Whole{f'({declared})' if declared else ''} {{ {asked} }}"


def _call(schema: GraphQLSchema, name: str, field: GraphQLField, number: int) -> str:
    given = ", ".join(f"{argument}: ${argument}{number}" for argument in field.args)
    selected = " ".join(_selected(schema, get_named_type(field.type)))
    return f"{name}{number}: {name}{f'({given})' if given else ''} {{ {selected} }}"


def _selected(schema: GraphQLSchema, kind: GraphQLNamedType) -> Iterator[str]:
    """Select every field; each under a name of its own, because types disagree about theirs."""
    yield "__typename"
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        for possible in schema.get_possible_types(kind):
            yield f"... on {possible.name} {{ {' '.join(_selected(schema, possible))} }}"
    elif isinstance(kind, GraphQLObjectType):
        for name, field in kind.fields.items():
            below = get_named_type(field.type)
            inner = ""
            if isinstance(below, GraphQLUnionType | GraphQLInterfaceType | GraphQLObjectType):
                inner = f" {{ {' '.join(_selected(schema, below))} }}"
            yield f"{kind.name}_{name}: {name}{inner}"
