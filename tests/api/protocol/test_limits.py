"""Documents that ask for too much are refused after one look at every node."""

from typing import Any

import pytest
from graphql import GraphQLError, get_introspection_query, parse
from graphql.utilities import build_schema

from gongji.api.documents import Library, Manifest, Unfit
from gongji.api.faults import code_of
from gongji.api.gateway import GatewaySchema
from gongji.api.limits import DocumentMeter, Limits, unstated_lists


@pytest.fixture
def meter(schema: GatewaySchema) -> DocumentMeter:
    return DocumentMeter(schema._schema, Limits())


def codes(errors: list[GraphQLError]) -> list[str]:
    return [code_of(error) for error in errors]


def selections(text: str) -> int:
    """Count the selections that a document is written with, fragments once."""
    document = parse(text)
    waiting: list[Any] = list(document.definitions)
    count = 0
    while waiting:
        selection_set = getattr(waiting.pop(), "selection_set", None)
        if selection_set is not None:
            count += len(selection_set.selections)
            waiting.extend(selection_set.selections)
    return count


def doubling(levels: int) -> str:
    """Write fragments that each spread the next one twice: 2^levels fields, few bytes."""
    chain = "".join(
        f"fragment F{n} on Child{{a:children{{...F{n + 1}}}b:children{{...F{n + 1}}}}}"
        for n in range(levels)
    )
    return f"{{child{{...F0}}}}{chain}fragment F{levels} on Child{{name}}"


def test_an_840_byte_document_that_explodes_is_seen_through_at_once(meter: DocumentMeter) -> None:
    text = doubling(14)
    assert len(text) < 1000

    errors = meter.excesses(parse(text))

    assert meter.visited == selections(text)
    assert "DOCUMENT_TOO_COSTLY" in codes(errors)
    assert "DOCUMENT_TOO_MANY_ALIASES" in codes(errors)


def test_a_flat_explosion_is_counted_with_all_its_repetitions(meter: DocumentMeter) -> None:
    chain = "".join(f"fragment F{n} on Child{{...F{n + 1} ...F{n + 1}}}" for n in range(100))
    text = f"{{child{{...F0}}}}{chain}fragment F100 on Child{{x:name}}"

    errors = meter.excesses(parse(text))

    assert meter.visited == selections(text)
    assert codes(errors) == ["DOCUMENT_TOO_MANY_ALIASES", "DOCUMENT_TOO_COSTLY"]


def test_a_chain_of_fragments_is_as_deep_as_its_fields(meter: DocumentMeter) -> None:
    chain = "".join(f"fragment F{n} on Child{{children{{...F{n + 1}}}}}" for n in range(400))
    text = f"{{child{{...F0}}}}{chain}fragment F400 on Child{{name}}"

    errors = meter.excesses(parse(text))

    assert meter.visited == selections(text)
    assert "DOCUMENT_TOO_DEEP" in codes(errors)


@pytest.mark.parametrize(
    "fragments",
    [
        "fragment A on Child{...A}",
        "fragment A on Child{...B} fragment B on Child{...A}",
        "fragment A on Child{...B} fragment B on Child{...C} fragment C on Child{children{...A}}",
    ],
)
def test_fragments_that_spread_each_other_are_refused(meter: DocumentMeter, fragments: str) -> None:
    errors = meter.excesses(parse(f"{{child{{...A}}}} {fragments}"))

    assert codes(errors) == ["FRAGMENT_CYCLE"]


def test_ten_thousand_aliases_are_counted_once_each(meter: DocumentMeter) -> None:
    text = "{" + " ".join(f"a{n}:hello" for n in range(10_000)) + "}"

    errors = meter.excesses(parse(text))

    assert meter.visited == 10_000
    assert codes(errors) == ["DOCUMENT_TOO_MANY_ALIASES", "DOCUMENT_TOO_MANY_ROOT_FIELDS"]


@pytest.mark.parametrize(
    "text",
    [
        "{hello " + "@skip(if:false)" * 33 + "}",
        "query Q($a:Int " + "@x" * 33 + "){hello}",
        "{...F} fragment F on Query " + "@x" * 33 + "{hello}",
        "{child{" + "...F " * 12 + "}} fragment F on Child{name @x @y @z}",
    ],
)
def test_a_flood_of_directives_is_refused_wherever_they_stand(
    meter: DocumentMeter, text: str
) -> None:
    assert codes(meter.excesses(parse(text))) == ["DOCUMENT_TOO_MANY_DIRECTIVES"]


def test_root_fields_count_through_fragments(meter: DocumentMeter) -> None:
    spread = "{...A ...A ...A ...A ...A} fragment A on Query{hello child{name} ...on Query{hello}"
    errors = meter.excesses(parse(spread + " __typename}"))

    assert "DOCUMENT_TOO_MANY_ROOT_FIELDS" in codes(errors)


def test_the_costliest_operation_counts_not_their_sum(meter: DocumentMeter) -> None:
    one = "{letters(first:100){nodes{number}}}"
    several = "".join(f"query Q{n}{one}" for n in range(8))

    assert meter.excesses(parse(several)) == []
    assert codes(meter.excesses(parse(several + f"query Q8{one}"))) == [
        "DOCUMENT_TOO_MANY_OPERATIONS"
    ]


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{hello}", 1),
        ("{letters{nodes{number}}}", 1 + 20 + 20),
        ("{letters(first:3){nodes{number}}}", 1 + 3 + 3),
        ("{letters(last:3){edges{node{number}}}}", 1 + 3 + 3 + 3),
        ("{letters(first:null){nodes{number}}}", 1 + 20 + 20),
        ("{letters(first:-5){nodes{number}}}", 1 + 1 + 1),
        ("{letters(first:99999999999999999999){nodes{number}}}", 1 + 100 + 100),
        ("query($n:Int=2){letters(first:$n){nodes{number}}}", 1 + 100 + 100),
        ("{child{children{children{name}}}}", 1 + 1 + 5 + 25),
        ("{child{...on Child{children{name}}}}", 1 + 1 + 5),
        ("{child{children{...F}}} fragment F on Child{children{name}}", 1 + 1 + 5 + 25),
        ("{child{crowd{name}}}", 1 + 1 + 1000),
        ("{broken{part}}", 1 + 100),
        ("{nowhere{nothing}}", 2),
    ],
)
def test_cost_is_the_number_of_fields_in_the_largest_answer(
    schema: GatewaySchema, text: str, cost: int
) -> None:
    at_most = DocumentMeter(schema._schema, Limits(cost=cost))
    below = DocumentMeter(schema._schema, Limits(cost=cost - 1))

    assert at_most.excesses(parse(text)) == []
    assert codes(below.excesses(parse(text))) == ["DOCUMENT_TOO_COSTLY"]


def test_names_written_many_times_are_refused_because_merging_compares_pairs(
    meter: DocumentMeter,
) -> None:
    text = "{child{" + "name " * 90 + "}}"

    assert codes(meter.excesses(parse(text))) == ["DOCUMENT_TOO_AMBIGUOUS"]


def test_the_standard_introspection_query_passes(meter: DocumentMeter) -> None:
    assert meter.excesses(parse(get_introspection_query())) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{" + "hello " * 3000 + "}", "DOCUMENT_TOO_LONG"),
        ("#\n" * 3000 + "{hello}", "DOCUMENT_TOO_LONG"),
        ("{child" * 300 + "}" * 300, "DOCUMENT_TOO_DEEP"),
        ("{hello(name:" + "[" * 300 + "]" * 300 + ")}", "DOCUMENT_TOO_DEEP"),
    ],
)
def test_the_parser_stops_at_the_limit(schema: GatewaySchema, text: str, code: str) -> None:
    library = Library(schema._schema, Limits(), Manifest())

    with pytest.raises(Unfit) as refused:
        library.open(text)

    assert codes(list(refused.value.errors)) == [code]


def test_a_limit_is_told_with_its_number_in_chinese(meter: DocumentMeter) -> None:
    (error,) = meter.excesses(parse("{child" + "{children" * 30 + "{name}" + "}" * 31))[:1]

    assert error.message == "查询嵌套过深。"
    assert error.extensions == {"code": "DOCUMENT_TOO_DEEP", "limit": 16}


@pytest.mark.parametrize("text", ["{ ...A }", "{ hello } fragment B on Query { ...A }"])
def test_what_only_validation_can_refuse_is_left_to_it(meter: DocumentMeter, text: str) -> None:
    assert meter.excesses(parse(text)) == []
    assert meter.excesses(parse(f"{text} type A {{ a: Int }}")) == []


def test_lists_without_a_stated_size_are_found(schema: GatewaySchema) -> None:
    assert unstated_lists(schema._schema) == ["Query.broken", "Query.bugs"]


def test_a_schema_without_mutations_is_measured_too() -> None:
    meter = DocumentMeter(build_schema("type Query { a: Int }"), Limits())

    assert meter.excesses(parse("mutation { a }")) == []
