"""Input objects: exactly what Strawberry itself would make of the same arguments."""

from enum import Enum
from typing import Any
from uuid import UUID

import pytest
import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig

from gongji.api.gateway import GatewaySchema
from gongji.api.scalars import SCALARS
from gongji.domain.money import Fen


def schemas() -> tuple[strawberry.Schema, GatewaySchema]:
    """Make the same schema twice, of classes of its own each time: one as Strawberry has it."""
    config = StrawberryConfig(scalar_map=SCALARS)
    return strawberry.Schema(_query(), config=config), GatewaySchema(_query(), config=config)


def _query() -> type:
    @strawberry.enum
    class Colour(Enum):
        RED = "RED"
        BLUE = "BLUE"

    @strawberry.input
    class Part:
        name: str
        colour: Colour | None = None
        price_fen: Fen | None = strawberry.UNSET

    @strawberry.input
    class Whole:
        id: UUID
        price_fen: Fen
        part: Part
        spare: Part | None
        parts: list[Part] = strawberry.field(default_factory=list)
        gaps: list[Part | None] | None = None
        numbers: list[int] | None = None
        colours: list[Colour] = strawberry.field(default_factory=lambda: [Colour.BLUE])
        table: list[list[int]] | None = None
        note: str | None = "无"
        renamed: int | None = strawberry.field(name="otherwise", default=None)

    @strawberry.type
    class Query:
        @strawberry.field
        def told(self, whole: Whole, more: list[Part] | None = None) -> str:
            return repr((whole, more)).replace(f"{_query.__qualname__}.<locals>.", "")

    return Query


PAIR = schemas()
PART = {"name": "枝"}
WHOLE = {"id": "019aa000-0000-7000-8000-000000000001", "priceFen": 1, "part": PART}
GIVEN: dict[str, dict[str, Any]] = {
    "least": {"whole": WHOLE},
    "nulls": {"whole": WHOLE | {"spare": None, "gaps": None, "note": None, "otherwise": None}},
    "nested": {"whole": WHOLE | {"spare": PART | {"colour": "RED", "priceFen": 2**40}}},
    "null within": {"whole": WHOLE | {"part": PART | {"priceFen": None, "colour": None}}},
    "lists": {"whole": WHOLE | {"parts": [PART, PART | {"colour": "BLUE"}], "colours": ["RED"]}},
    "empty lists": {"whole": WHOLE | {"parts": [], "gaps": [], "numbers": [], "colours": []}},
    "gaps": {"whole": WHOLE | {"gaps": [PART, None], "numbers": [1, 2]}},
    "one for a list": {"whole": WHOLE | {"parts": PART, "numbers": 3}},
    "table": {"whole": WHOLE | {"table": [[1, 2], []]}},
    "renamed": {"whole": WHOLE | {"otherwise": 7}},
    "beside": {"whole": WHOLE, "more": [PART]},
    "wrong leaf": {"whole": WHOLE | {"priceFen": "1"}},
    "unknown field": {"whole": WHOLE | {"nothing": 1}},
    "missing field": {"whole": {"id": WHOLE["id"]}},
}
DOCUMENT = "query ($whole: Whole!, $more: [Part!]) { told(whole: $whole, more: $more) }"


@pytest.mark.parametrize("case", GIVEN)
async def test_it_is_what_strawberry_makes_of_it(case: str) -> None:
    plain, gateway = PAIR

    expected = await plain.execute(DOCUMENT, variable_values=GIVEN[case])
    answer = await gateway.execute(DOCUMENT, variable_values=GIVEN[case])

    assert answer.data == expected.data
    assert bool(answer.errors) == bool(expected.errors)
    assert bool(expected.errors) == (case.split(maxsplit=1)[0] in {"wrong", "unknown", "missing"})


ODD = st.sampled_from(
    [
        None,
        0,
        1,
        -3,
        2**40,
        2**60,
        1.0,
        1.5,
        True,
        "",
        "1",
        "枝",
        "RED",
        "GREEN",
        WHOLE["id"],
        {},
        [],
    ]
)


def some(*likely: Any) -> st.SearchStrategy[Any]:
    """Draw what fits far more often than what may not fit."""
    fitting = st.sampled_from(likely)
    return st.one_of(fitting, fitting, fitting, fitting, ODD)


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


PARTS = objects(
    name=some("枝", ""), colour=some("RED", "BLUE", None), priceFen=some(0, 2**40, None), odd=ODD
).filter(lambda part: "odd" not in part or len(part) > 2)
LISTS = st.lists(PARTS | st.just(PART), max_size=3) | PARTS | ODD
WHOLES = objects(
    part=PARTS,
    spare=PARTS | ODD,
    parts=LISTS,
    gaps=st.lists(PARTS | st.none(), max_size=3) | ODD,
    numbers=st.lists(some(1, -2), max_size=3) | some(7, None),
    colours=st.lists(some("RED", "BLUE"), max_size=3) | some("RED", []),
    table=st.lists(st.lists(some(1, 2), max_size=2), max_size=2) | some([[1], [2]], None),
    note=some("字", None),
    otherwise=some(5, None),
)


@given(whole=WHOLES, more=LISTS)
@settings(max_examples=300, deadline=None)
async def test_whatever_is_sent_it_is_what_strawberry_makes_of_it(
    whole: dict[str, Any], more: Any
) -> None:
    plain, gateway = PAIR
    variables = {"whole": WHOLE | whole, "more": more}

    expected = await plain.execute(DOCUMENT, variable_values=variables)
    answer = await gateway.execute(DOCUMENT, variable_values=variables)

    assert answer.data == expected.data
    assert bool(answer.errors) == bool(expected.errors)


async def test_what_is_absent_is_made_anew_each_time() -> None:
    @strawberry.input
    class Basket:
        things: list[int] = strawberry.field(default_factory=list)

    @strawberry.type
    class Query:
        @strawberry.field
        def filled(self, basket: Basket) -> list[int]:
            basket.things.append(1)
            return basket.things

    schema = GatewaySchema(Query)

    answers = [await schema.execute("{ filled(basket: {}) }") for _ in range(2)]

    assert [answer.data for answer in answers] == [{"filled": [1]}] * 2
