"""GraphQL over HTTP: statuses, media types, and the guards before anything is parsed."""

from typing import Any

import httpx2
import pytest
from strawberry.extensions import SchemaExtension

from gongji.api.gateway import GatewaySchema
from gongji.api.view import GatewayView
from gongji.api.wire import GRAPHQL_JSON, JSON, MAX_BODY, media_for
from tests.api.protocol.toy import Context, context_of, make_schema

NEW = {"accept": GRAPHQL_JSON}
OLD = {"accept": JSON}


def codes(response: httpx2.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


async def post(http: httpx2.AsyncClient, query: str, **members: Any) -> httpx2.Response:
    headers = members.pop("headers", {})
    return await http.post("/graphql", json={"query": query, **members}, headers=headers)


async def test_a_query_is_answered(http: httpx2.AsyncClient) -> None:
    response = await post(http, "{ hello }")

    assert response.status_code == 200
    assert response.json() == {"data": {"hello": "你好"}}
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", JSON),
        ("*/*", JSON),
        (JSON, JSON),
        ("application/*;q=0.5", JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON};q=0.9", GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON};q=0.9", JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8, */*;q=0.1", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=x, {JSON};q=0", None),
        ("text/html", None),
        ("text/event-stream", None),
    ],
)
def test_the_answer_has_the_type_that_the_client_prefers(accept: str, media: str | None) -> None:
    assert media_for(accept) == media


async def test_a_client_that_takes_no_json_is_told_so(http: httpx2.AsyncClient) -> None:
    response = await post(http, "{ hello }", headers={"accept": "text/html"})

    assert response.status_code == 406
    assert codes(response) == ["NOT_ACCEPTABLE"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ hello", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($a: Int!) { whole(n: $a) }", "BAD_USER_INPUT"),
        ('{ pay(amountFen: "12") }', "BAD_USER_INPUT"),
        ("{ child { ...A } } fragment A on Child { ...A }", "FRAGMENT_CYCLE"),
        ("fragment A on Child { name }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", "OPERATION_NAME_REQUIRED"),
        ("subscription { count(to: 1) }", "OPERATION_NOT_ALLOWED"),
        ("", "QUERY_MISSING"),
    ],
)
async def test_what_is_not_executed_has_no_data_and_the_status_of_its_media_type(
    http: httpx2.AsyncClient, query: str, code: str
) -> None:
    new = await post(http, query, headers=NEW)
    old = await post(http, query, headers=OLD)

    assert new.status_code == 400
    assert new.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"
    refused_as_request = code in {"OPERATION_NOT_ALLOWED", "QUERY_MISSING"}
    assert old.status_code == (400 if refused_as_request else 200)
    for response in (new, old):
        assert codes(response) == [code]
        assert "data" not in response.json()
        assert "一" <= response.json()["errors"][0]["message"][0] <= "鿿"


async def test_an_unknown_operation_is_not_found(http: httpx2.AsyncClient) -> None:
    response = await post(http, "query A { hello }", operationName="B", headers=NEW)

    assert response.status_code == 400
    assert codes(response) == ["OPERATION_NOT_FOUND"]


async def test_the_named_operation_is_executed(http: httpx2.AsyncClient) -> None:
    query = "query A { hello } query B { whole(n: 2) }"

    assert (await post(http, query, operationName="B")).json() == {"data": {"whole": 2}}


async def test_validation_is_explained_in_english_after_a_chinese_sentence(
    http: httpx2.AsyncClient,
) -> None:
    (error,) = (await post(http, "{ hello\n nothing }")).json()["errors"]

    assert error == {
        "message": "查询语句与接口定义不符。 Cannot query field 'nothing' on type 'Query'.",
        "locations": [{"line": 2, "column": 2}],
        "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
    }


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_other_methods_are_not_allowed(http: httpx2.AsyncClient, method: str) -> None:
    response = await http.request(method, "/graphql")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


async def test_a_query_may_come_in_the_url(http: httpx2.AsyncClient) -> None:
    params = {"query": "query($n: Int!) { whole(n: $n) }", "variables": '{"n": 3}'}
    response = await http.get("/graphql", params=params)

    assert response.json() == {"data": {"whole": 3}}


async def test_a_mutation_may_not_come_in_the_url(http: httpx2.AsyncClient) -> None:
    response = await http.get("/graphql", params={"query": "mutation { write }"})

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert codes(response) == ["METHOD_MUST_BE_POST"]
    assert (await post(http, "mutation { write }")).json() == {"data": {"write": True}}


@pytest.mark.parametrize(
    "params", [{"variables": "{"}, {"variables": "[1]"}, {"extensions": '"x"'}]
)
async def test_malformed_parameters_of_the_url_are_refused(
    http: httpx2.AsyncClient, params: dict[str, str]
) -> None:
    response = await http.get("/graphql", params={"query": "{ hello }", **params})

    assert response.status_code == 400
    assert codes(response) == ["MALFORMED"]


async def test_urls_can_be_closed_to_queries(schema: GatewaySchema) -> None:
    view = GatewayView(schema, context=context_of, allow_queries_via_get=False)
    transport = httpx2.ASGITransport(app=view)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as http:
        response = await http.get("/graphql", params={"query": "{ hello }"})

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'[{"query":"{hello}"}]',
        b'"{hello}"',
        b"7",
        b"{",
        b"\xff",
        b'{"query":"\\ud800"}',
        b'{"query":7}',
        b'{"query":["{hello}"]}',
        b'{"query":"{hello}","variables":[]}',
        b'{"query":"{hello}","variables":"{}"}',
        b'{"query":"{hello}","operationName":7}',
        b'{"query":"{hello}","extensions":[]}',
        b'{"query":"{hello}","variables":{"n":' + b"1" * 50_000 + b"}}",
        b'{"query":"{hello}","variables":' + b'{"a":' * 40 + b"1" + b"}" * 41,
        b'{"query":"{hello}","variables":{"a":' + b"[" * 40 + b"]" * 40 + b"}}",
        b"[" * 30_000 + b"]" * 30_000,
    ],
)
async def test_a_body_that_is_no_request_is_refused_with_a_code(
    http: httpx2.AsyncClient, body: bytes
) -> None:
    response = await http.post("/graphql", content=body, headers={"content-type": JSON})

    assert response.status_code == 400
    assert codes(response) == ["MALFORMED"]


async def test_a_wide_body_is_not_a_deep_one(http: httpx2.AsyncClient) -> None:
    variables = {"many": [{"a": [n]} for n in range(200)]}

    assert (await post(http, "{ hello }", variables=variables)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "text/plain; application/json"},
        {"content-type": "application/json; charset=gbk"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {},
    ],
)
async def test_only_json_is_taken_so_no_foreign_page_can_post(
    http: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    response = await http.post("/graphql", content=b'{"query":"{hello}"}', headers=headers)

    assert response.status_code == 415
    assert codes(response) == ["UNSUPPORTED_MEDIA_TYPE"]


async def test_utf8_may_be_named(http: httpx2.AsyncClient) -> None:
    headers = {"content-type": 'Application/JSON; charset="UTF-8"'}
    response = await http.post("/graphql", content=b'{"query":"{hello}"}', headers=headers)

    assert response.status_code == 200


async def test_a_body_that_says_it_is_too_large_is_not_read(view: GatewayView[Context]) -> None:
    received = 0

    async def receive() -> dict[str, Any]:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": b" " * 1000, "more_body": True}

    for announced in (b"65537", b"9" * 5000):
        status = await status_of(view, receive, announced)
        assert status == 413
    assert received == 0


async def test_a_streamed_body_is_cut_off_at_the_limit(view: GatewayView[Context]) -> None:
    received = 0

    async def receive() -> dict[str, Any]:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": b" " * 1024, "more_body": True}

    assert await status_of(view, receive) == 413
    assert received == MAX_BODY // 1024 + 1


async def test_a_body_of_exactly_the_limit_is_taken(http: httpx2.AsyncClient) -> None:
    body = b'{"query":"{hello}"}'.ljust(MAX_BODY)
    headers = {"content-type": JSON}

    assert (await http.post("/graphql", content=body, headers=headers)).status_code == 200
    assert (await http.post("/graphql", content=body + b" ", headers=headers)).status_code == 413


async def test_a_client_that_goes_away_is_not_answered(view: GatewayView[Context]) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    assert await status_of(view, receive) is None


async def status_of(view: GatewayView[Context], receive: Any, announced: bytes = b"") -> int | None:
    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [(b"content-type", b"application/json"), (b"content-length", announced)]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    await view(scope, receive, send)
    return statuses[0] if statuses else None


async def test_who_may_not_come_in_is_told_before_anything_is_executed(
    http: httpx2.AsyncClient,
) -> None:
    response = await post(http, "{ hello }", headers={"authorization": "Bearer expired"})

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert codes(response) == ["UNAUTHENTICATED"]


async def test_trusted_documents_can_be_the_only_ones() -> None:
    schema = make_schema(trusted_only=True)
    transport = httpx2.ASGITransport(app=GatewayView(schema, context=context_of))
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as http:
        response = await post(http, "{ hello }", headers=NEW)

    assert response.status_code == 403
    assert codes(response) == ["TRUSTED_DOCUMENTS_ONLY"]


async def test_floats_of_giant_integers_are_no_money(http: httpx2.AsyncClient) -> None:
    body = (
        b'{"query":"query($a: Fen!) { pay(amountFen: $a) }","variables":{"a":18446744073709551616}}'
    )
    response = await http.post("/graphql", content=body, headers={"content-type": JSON})

    assert codes(response) == ["BAD_USER_INPUT"]


async def test_a_giant_integer_in_a_document_is_a_bad_input(http: httpx2.AsyncClient) -> None:
    for query in ("{ pay(amountFen: %s) }", "{ whole(n: %s) }"):
        response = await post(http, query % ("9" * 20_000), headers=NEW)

        assert response.status_code == 400
        assert codes(response) == ["BAD_USER_INPUT"]
        assert "999" not in response.text


async def test_pages_speak_relay(http: httpx2.AsyncClient) -> None:
    query = """
        query ($after: String) {
          letters(first: 2, after: $after, openOnly: true) {
            nodes { number }
            edges { cursor node { number } }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
          }
        }
    """
    first = (await post(http, query)).json()["data"]["letters"]
    second = (await post(http, query, variables={"after": first["pageInfo"]["endCursor"]})).json()

    assert first["nodes"] == [{"number": 0}, {"number": 2}]
    assert [edge["node"] for edge in first["edges"]] == first["nodes"]
    assert first["pageInfo"]["hasNextPage"] is True
    assert first["pageInfo"]["hasPreviousPage"] is False
    assert first["pageInfo"]["startCursor"] == first["edges"][0]["cursor"]
    assert second["data"]["letters"]["nodes"] == [{"number": 4}, {"number": 6}]


async def test_a_bad_page_is_a_coded_error_of_its_field(http: httpx2.AsyncClient) -> None:
    for arguments, code in (("first: 0", "BAD_PAGE"), ('after: "x"', "BAD_CURSOR")):
        response = await post(http, f"{{ letters({arguments}) {{ nodes {{ number }} }} }}")

        assert codes(response) == [code]
        assert response.json()["errors"][0]["path"] == ["letters"]
        assert response.status_code == 200


async def test_what_extensions_tell_is_sent() -> None:
    class Clock(SchemaExtension):
        def get_results(self) -> dict[str, Any]:
            return {"took": 7}

    view = GatewayView(make_schema(extensions=[Clock]), context=context_of)
    transport = httpx2.ASGITransport(app=view)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as http:
        response = await post(http, "{ hello }")

    assert response.json() == {"data": {"hello": "你好"}, "extensions": {"took": 7}}


async def test_what_parses_and_validates_is_prepared_once(schema: GatewaySchema) -> None:
    text = "{ hello again: hello }"

    assert schema.library.open(text) is schema.library.open(text)
