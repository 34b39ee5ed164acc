"""What a client hears of an error: a code and Chinese; and what nobody ever hears."""

import re
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from gongji.api.faults import FAULTS, MAX_ERRORS
from gongji.domain.errors import Unavailable
from tests.api.protocol.toy import SECRET


async def ask(http: httpx2.AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    response = await http.post("/graphql", json={"query": query, "variables": variables})
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize(
    ("query", "extensions"),
    [
        ("{ refused }", {"code": "FORBIDDEN"}),
        ("{ away }", {"code": "UNAVAILABLE", "retryable": True}),
    ],
)
async def test_a_known_exception_is_shown_as_it_is(
    http: httpx2.AsyncClient, query: str, extensions: dict[str, Any]
) -> None:
    answer = await ask(http, query)

    (error,) = answer["errors"]
    assert error["extensions"] == extensions
    assert error["message"] == FAULTS[extensions["code"]].message
    assert len(error["path"]) == 1


async def test_a_database_that_is_away_is_no_bug_and_may_be_asked_again(
    http: httpx2.AsyncClient,
) -> None:
    with capture_logs() as logs:
        answer = await ask(http, "{ cut hello }")

    (error,) = answer["errors"]
    assert answer["data"] == {"cut": None, "hello": "你好"}
    assert error["extensions"] == {"code": "UNAVAILABLE", "retryable": True}
    assert error["message"] == Unavailable().message
    assert SECRET not in str(answer) + str(logs)


async def test_an_unexpected_exception_is_masked_and_logged_under_one_trace_id(
    http: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as logs:
        answer = await ask(http, "{ bug hello }")

    (error,) = answer["errors"]
    (line,) = logs
    assert answer["data"] == {"bug": None, "hello": "你好"}
    assert error["message"] == FAULTS["INTERNAL"].message
    assert error["path"] == ["bug"]
    assert error["extensions"] == {"code": "INTERNAL", "traceId": line["trace_id"]}
    assert re.fullmatch(r"[0-9a-f]{32}", line["trace_id"])
    assert line["error"] == "LookupError"
    assert line["field"] == "bug"
    assert any("toy.py" in place for place in line["where"])
    assert SECRET not in str(answer) + str(logs)
    assert caplog.records == []


async def test_a_bug_outside_of_any_field_is_masked_too(http: httpx2.AsyncClient) -> None:
    with capture_logs() as logs:
        response = await http.post(
            "/graphql", json={"query": "{ hello }"}, headers={"authorization": "Bearer bug"}
        )

    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"] == {
        "code": "INTERNAL",
        "traceId": logs[0]["trace_id"],
    }
    assert SECRET not in response.text + str(logs)


async def test_at_most_twenty_errors_are_sent_and_the_rest_is_announced(
    http: httpx2.AsyncClient,
) -> None:
    with capture_logs() as logs:
        answer = await ask(http, "{ broken { part } }")

    codes = [error["extensions"]["code"] for error in answer["errors"]]
    assert codes == ["INTERNAL"] * (MAX_ERRORS - 1) + ["TOO_MANY_ERRORS"]
    assert len(logs) == MAX_ERRORS - 1


async def test_hundreds_of_validation_errors_are_cut_short(http: httpx2.AsyncClient) -> None:
    answer = await ask(http, "{" + " ".join(f"no{n}" for n in range(15)) + "}")
    assert len(answer["errors"]) == 15

    answer = await ask(http, "{ child {" + " ".join(f"no{n}" for n in range(500)) + "} }")
    assert len(answer["errors"]) == MAX_ERRORS
    assert answer["errors"][-1]["extensions"]["code"] == "TOO_MANY_ERRORS"


@pytest.mark.parametrize(
    ("query", "variables", "detail"),
    [
        ("query($a: Fen!) { pay(amountFen: $a) }", {"a": SECRET}, "Variable '$a'"),
        ("query($a: Fen!) { pay(amountFen: $a) }", {"a": 12.5}, "Variable '$a'"),
        ("query($a: Fen!) { pay(amountFen: $a) }", {"a": True}, "Variable '$a'"),
        ("query($a: Fen!) { pay(amountFen: $a) }", {"a": None}, "not to be None"),
        ("query($a: Fen!) { pay(amountFen: $a) }", {}, "to be provided"),
        ("query($a: Int!) { whole(n: $a) }", {"a": SECRET}, "Int cannot represent"),
        ("query($a: Int!) { whole(n: $a) }", {"a": int(SECRET)}, "Int cannot represent"),
        ("query($a: String!) { hello(name: $a) }", {"a": [SECRET]}, "String cannot represent"),
        ("query($a: Payment!) { settle(input: $a) }", {"a": SECRET}, "to be an object"),
        ("query($a: Payment!) { settle(input: $a) }", {"a": {"note": SECRET}}, "'amountFen'"),
        (
            "query($a: Payment!) { settle(input: $a) }",
            {"a": {"amountFen": 1, SECRET: SECRET}},
            "Variable '$a'",
        ),
        (
            "query($a: Payment!) { settle(input: $a) }",
            {"a": {"amountFen": 1, "noted": SECRET}},
            "unknown field 'noted'",
        ),
        (
            "query($a: Payment!) { settle(input: $a) }",
            {"a": {"amountFen": SECRET}},
            "at .amountFen",
        ),
        ("query($a: DateTime!) { instant(at: $a) }", {"a": SECRET}, "Variable '$a'"),
        ("query($a: Date!) { day(on: $a) }", {"a": SECRET}, "Variable '$a'"),
        ("query($a: UUID!) { key(requestId: $a) }", {"a": SECRET}, "Variable '$a'"),
        (f'{{ pay(amountFen: "{SECRET}") }}', {}, ""),
        (f"{{ pay(amountFen: {SECRET}) }}", {}, ""),
        (f'{{ whole(n: "{SECRET}") }}', {}, "Int cannot represent"),
        (f"{{ whole(n: {SECRET}) }}", {}, "Int cannot represent"),
        (f"{{ hello(name: {SECRET}) }}", {}, "String cannot represent"),
        (f'{{ settle(input: "{SECRET}") }}', {}, "to be an object"),
        (f'{{ settle(input: {{note: "{SECRET}"}}) }}', {}, "'amountFen'"),
        (f'{{ settle(input: {{amountFen: 1, a: "{SECRET}"}}) }}', {}, "unknown field 'a'"),
        (f'query($a: Fen = "{SECRET}") {{ pay(amountFen: $a) }}', {}, ""),
    ],
)
async def test_a_bad_value_is_refused_and_never_repeated(
    http: httpx2.AsyncClient, query: str, variables: dict[str, Any], detail: str
) -> None:
    with capture_logs() as logs:
        answer = await ask(http, query, **variables)

    assert answer["errors"][0]["extensions"]["code"] in {
        "BAD_USER_INPUT",
        "GRAPHQL_VALIDATION_FAILED",
    }
    assert detail in answer["errors"][0]["message"]
    assert "data" not in answer
    assert SECRET not in str(answer) + str(logs)


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("{ 542599198001010017 }", "Syntax Error: Expected Name, found Int."),
        ('{ "542599198001010017" }', "found String."),
        ("{ \"it is '卓玛'.\" }", "found String."),
        ("{ hello } 1.5", "Float."),
        ("{ A542599198001010017 }", "Cannot query field 'A***' on type 'Query'."),
        ("query Q542599198001010017($a: B542599198001010017) { hello }", "'B***'"),
        ("{ hello @c542599198001010017 }", "'@c***'"),
    ],
)
async def test_a_wrong_document_is_explained_without_the_numbers_in_it(
    http: httpx2.AsyncClient, query: str, detail: str
) -> None:
    answer = await ask(http, query)

    told = " ".join(error["message"] for error in answer["errors"])
    assert detail in told
    assert "5425991980" not in told
    assert "卓玛" not in told


async def test_good_values_pass_as_literals_and_as_variables(http: httpx2.AsyncClient) -> None:
    values = (
        ("pay", "amountFen", "Fen", 2**53 - 1, str(2**53 - 1)),
        ("instant", "at", "DateTime", "2025-03-01T08:00:00Z", '"2025-03-01T16:00:00+08:00"'),
        ("day", "on", "Date", "2025-03-01", '"2025-03-01"'),
    )
    for field, argument, kind, value, literal in values:
        by_literal = await ask(http, f"{{ {field}({argument}: {literal}) }}")
        by_variable = await ask(http, f"query($v: {kind}!) {{ {field}({argument}: $v) }}", v=value)
        assert by_literal == by_variable == {"data": {field: value}}


def test_every_code_has_a_chinese_sentence_and_a_status() -> None:
    for code, fault in FAULTS.items():
        assert re.fullmatch(r"[A-Z_]+", code)
        assert fault.message.endswith("。")
        assert 400 <= fault.status < 600
