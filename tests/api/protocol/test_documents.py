"""Trusted documents: known by their hash, parsed at the start, the same on every transport."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest
from graphql import GraphQLError

from gongji.api.documents import Manifest, Unfit, manifest_of
from gongji.api.faults import code_of
from gongji.api.gateway import GatewaySchema
from gongji.api.view import GatewayView
from tests.api.protocol.toy import context_of, make_schema


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    till = tmp_path / "till"
    till.mkdir()
    (till / "pay.graphql").write_text("query Pay($a: Fen!) { pay(amountFen: $a) ...Greeting }")
    (till / "shared.graphql").write_text("fragment Greeting on Query { hello }")
    (tmp_path / "staff").mkdir()
    (tmp_path / "staff" / "all.graphql").write_text(
        '# 说明\nquery Day { day(on: "2025-03-01") }\nmutation Write { write }'
    )
    (tmp_path / "README.md").write_text("not a client")
    return manifest_of(tmp_path)


def hashed(digest: object) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": digest}}


async def ask(schema: Any, **members: Any) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=GatewayView(schema, context=context_of))
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as http:
        return await http.post("/graphql", json=members)


def test_each_operation_is_a_document_with_the_fragments_it_needs(manifest: Manifest) -> None:
    assert {client: set(names) for client, names in manifest.clients.items()} == {
        "staff": {"Day", "Write"},
        "till": {"Pay"},
    }
    text = manifest.texts[manifest.clients["till"]["Pay"]]
    assert text.startswith("query Pay(")
    assert "fragment Greeting on Query" in text
    for digest, text in manifest.texts.items():
        assert sha256(text.encode()).hexdigest() == digest


def test_layout_and_comments_do_not_change_a_hash(tmp_path: Path, manifest: Manifest) -> None:
    (tmp_path / "staff" / "all.graphql").write_text(
        'mutation Write{write}query Day{day(on:"2025-03-01")}'
    )

    assert manifest_of(tmp_path) == manifest


@pytest.mark.parametrize("text", ["{ hello }", "query A { hello } query A { hello }"])
def test_an_operation_needs_a_name_of_its_own(tmp_path: Path, text: str) -> None:
    (tmp_path / "till").mkdir()
    (tmp_path / "till" / "a.graphql").write_text(text)

    with pytest.raises(ValueError, match="name of its own"):
        manifest_of(tmp_path)


async def test_a_hash_is_enough(manifest: Manifest) -> None:
    schema = make_schema(manifest=manifest)
    digest = manifest.clients["till"]["Pay"]

    response = await ask(schema, extensions=hashed(digest), variables={"a": 7})

    assert response.json() == {"data": {"pay": 7, "hello": "你好"}}


async def test_a_hash_is_enough_in_a_url(manifest: Manifest) -> None:
    view = GatewayView(make_schema(manifest=manifest), context=context_of)
    extensions = json.dumps(hashed(manifest.clients["staff"]["Day"]))
    transport = httpx2.ASGITransport(app=view)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as http:
        response = await http.get("/graphql", params={"extensions": extensions})

    assert response.json() == {"data": {"day": "2025-03-01"}}


@pytest.mark.parametrize("digest", ["0" * 64, "", None, 7, [], {}])
async def test_an_unknown_hash_is_refused(manifest: Manifest, digest: object) -> None:
    response = await ask(make_schema(manifest=manifest), extensions=hashed(digest))

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}


@pytest.mark.parametrize("extensions", [None, {}, {"persistedQuery": None}, {"persistedQuery": 7}])
async def test_neither_query_nor_hash_is_no_request(manifest: Manifest, extensions: object) -> None:
    response = await ask(make_schema(manifest=manifest), extensions=extensions)

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "QUERY_MISSING"}


async def test_a_closed_gateway_takes_trusted_documents_by_hash_or_text_and_no_other(
    manifest: Manifest,
) -> None:
    schema = make_schema(manifest=manifest, trusted_only=True)
    digest = manifest.clients["staff"]["Day"]

    by_hash = await ask(schema, extensions=hashed(digest))
    by_text = await ask(schema, query=manifest.texts[digest])
    foreign = await ask(schema, query="{ hello }")
    with_a_trusted_hash = await ask(schema, query="{ hello }", extensions=hashed(digest))

    assert by_hash.json() == by_text.json() == {"data": {"day": "2025-03-01"}}
    for refused in (foreign, with_a_trusted_hash):
        assert refused.json()["errors"][0]["extensions"] == {"code": "TRUSTED_DOCUMENTS_ONLY"}


def test_a_trusted_document_that_does_not_fit_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "till").mkdir()
    (tmp_path / "till" / "a.graphql").write_text("query A { nothing }")

    with pytest.raises(ValueError, match="Cannot query field 'nothing'"):
        make_schema(manifest=manifest_of(tmp_path))


def test_what_fails_takes_no_place_of_what_is_kept() -> None:
    library = make_schema(kept_documents=1).library
    good = library.open("{ hello }")

    for _ in range(3):
        with pytest.raises(Unfit):
            library.open("{ nothing }")

    assert library.open("{ hello }") is good


async def test_the_schema_itself_refuses_a_missing_query(schema: GatewaySchema) -> None:
    with pytest.raises(GraphQLError) as refused:
        schema.library.text_of(None, None)
    result = await schema.execute(None)

    assert code_of(refused.value) == "QUERY_MISSING"
    assert [code_of(error) for error in result.errors or ()] == ["QUERY_MISSING"]
