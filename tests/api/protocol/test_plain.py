"""Plain parts of an answer: exactly what graphql-core alone would say, also of what is wrong."""

from collections.abc import AsyncIterator, Iterator
from enum import Enum
from typing import Annotated, Any

import pytest
import strawberry
from graphql import execute_sync, parse

from gongji.api.gateway import GatewaySchema


@strawberry.enum
class Colour(Enum):
    RED = 1
    BLUE = 2


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Leaf(Named):
    colour: Colour = Colour.RED
    width: int | None = None


@strawberry.type
class Other(Named):
    pass


@strawberry.type
class Branch(Named):
    leaves: list[Leaf]
    gaps: list[Leaf | None] | None = None
    notes: list[str] = strawberry.field(default_factory=list)
    named: Named | None = None

    @strawberry.field
    def asked(self, times: int = 1) -> str:
        return self.name * times


@strawberry.type
class Mill:
    made: strawberry.Private[Any]

    @strawberry.field
    def branch(self) -> Branch | None:
        made: Branch | None = self.made
        return made

    @strawberry.field
    def either(self) -> Annotated[Branch | Leaf, strawberry.union("Either")] | None:
        made: Branch | Leaf | None = self.made
        return made


@strawberry.type
class Query:
    mill: Mill | None = None


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def grown(self, info: strawberry.Info[list[Branch], None]) -> AsyncIterator[Branch]:
        for one in info.context:
            yield one


@pytest.fixture(scope="module")
def schema() -> GatewaySchema:
    return GatewaySchema(Query, subscription=Subscription, types=(Other,))


def branch(*leaves: Any, **others: Any) -> Branch:
    return Branch(name="枝", leaves=list(leaves), **others)


RED, BLUE = Leaf(name="红"), Leaf(name="蓝", colour=Colour.BLUE, width=3)
MADE = {
    "whole": branch(RED, BLUE, gaps=[RED, None], notes=["一"], named=RED),
    "none": None,
    "empty": branch(),
    "without_a_name": branch(Leaf(name=None)),  # type: ignore[arg-type]
    "with_a_gap": branch(RED, None),
    "of_another_type": branch(RED, Other(name="他"), gaps=[Other(name="他"), RED]),
    "of_another_colour": branch(Leaf(name="绿", colour="GREEN")),  # type: ignore[arg-type]
    "with_an_exception": branch(gaps=[LookupError("无"), RED]),
    "no_list": branch(gaps=RED),
    "an_iterator": branch(gaps={1: RED}.values()),
    "too_wide": branch(gaps=[Leaf(name="宽", width=2**40), RED]),
    "no_object": "枝",
    "a_leaf": RED,
    "a_leaf_without_a_name": Leaf(name=None),  # type: ignore[arg-type]
}
DOCUMENTS = {
    "plain": "{ mill { branch { __typename n: name leaves { colour name } gaps { width } } } }",
    "resolver": "{ mill { branch { asked twice: asked(times: 2) leaves { name } } } }",
    "abstract": "{ mill { branch { named { __typename name ... on Leaf { colour } } notes } } }",
    "plain_union": "{ mill { either { __typename ... on Named { n: name } "
    "... on Branch { gaps { name } } ... on Leaf { colour } } } }",
    "partly_plain_union": "{ mill { either { ... on Branch { asked leaves { name } } "
    "... on Leaf { name } } } }",
    "union": "{ mill { either { ... on Branch { gaps { name } } ... on Leaf { name } } } }",
    "merged": "{ mill { branch { name } ...F } } fragment F on Mill { branch { leaves { name } } }",
    "merged_below": "{ mill { branch { ...F leaves { name } } } } "
    "fragment F on Branch { leaves { n: name ... { colour } } }",
    "directive": "query ($is: Boolean = false) { mill { branch "
    "{ name @include(if: $is) leaves { name colour @skip(if: $is) } } } }",
}


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
async def test_it_answers_what_graphql_core_answers(
    schema: GatewaySchema, made: str, document: str
) -> None:
    root = Query(mill=Mill(made=MADE[made]))
    text = DOCUMENTS[document]

    expected = execute_sync(schema._schema, parse(text), root)
    answers = [await schema.execute(text, root_value=root) for _ in range(2)]

    for answer in answers:
        assert answer.data == expected.data
        assert _places(answer.errors) == _places(expected.errors)


def _places(errors: Any) -> list[Any]:
    return [(error.path, error.locations) for error in errors or ()]


async def test_what_a_directive_selects_is_decided_each_time(schema: GatewaySchema) -> None:
    root = Query(mill=Mill(made=branch(RED)))
    text = "query ($is: Boolean!) { mill { branch { name leaves @include(if: $is) { name } } } }"

    shown = [
        (await schema.execute(text, {"is": value}, root_value=root)).data for value in (True, False)
    ]

    assert [list(one["mill"]["branch"]) for one in shown if one] == [["name", "leaves"], ["name"]]


async def test_one_operation_does_not_read_what_another_selects(schema: GatewaySchema) -> None:
    root = Query(mill=Mill(made=branch(RED)))
    text = (
        "query A { mill { branch { ...F notes } } } query B { mill { branch { ...F } } } "
        "fragment F on Branch { leaves { name } }"
    )

    answers = [
        (await schema.execute(text, root_value=root, operation_name=name)).data for name in "ABA"
    ]

    leaves = [{"name": "红"}]
    with_notes = {"mill": {"branch": {"leaves": leaves, "notes": []}}}
    assert answers == [with_notes, {"mill": {"branch": {"leaves": leaves}}}, with_notes]


class Once(list[Any]):
    """A list that tells how often it was walked."""

    def __init__(self, *items: Any) -> None:
        super().__init__(items)
        self.walks = 0

    def __iter__(self) -> Iterator[Any]:
        self.walks += 1
        return super().__iter__()


async def test_a_plain_part_is_read_once_and_a_wrong_one_again(schema: GatewaySchema) -> None:
    text = "{ mill { branch { leaves { name } } } }"
    fine, wrong = Once(RED, BLUE), Once(RED, None)

    for leaves in (fine, wrong):
        await schema.execute(
            text, root_value=Query(mill=Mill(made=Branch(name="枝", leaves=leaves)))
        )

    assert (fine.walks, wrong.walks) == (1, 2)


async def test_a_plain_union_is_read_once_and_a_wrong_one_again(schema: GatewaySchema) -> None:
    text = "{ mill { either { ... on Branch { leaves { name } } } } }"
    fine, wrong = Once(RED, BLUE), Once(RED, None)

    for leaves in (fine, wrong):
        await schema.execute(
            text, root_value=Query(mill=Mill(made=Branch(name="枝", leaves=leaves)))
        )

    assert (fine.walks, wrong.walks) == (1, 2)


async def test_each_event_of_a_subscription_is_read_plainly_whatever_another_was(
    schema: GatewaySchema,
) -> None:
    fine, wrong, again = Once(RED), Once(RED, None), Once(BLUE)
    grown = [Branch(name="枝", leaves=leaves) for leaves in (fine, wrong, again)]

    stream = await schema.stream("subscription { grown { leaves { name } } }", context_value=grown)
    answers: list[Any] = [answer async for answer in stream]

    assert [answer.data for answer in answers] == [
        {"grown": {"leaves": [{"name": "红"}]}},
        None,
        {"grown": {"leaves": [{"name": "蓝"}]}},
    ]
    assert [one.walks for one in (fine, wrong, again)] == [1, 2, 1]
