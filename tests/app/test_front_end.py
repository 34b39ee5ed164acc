"""The pages of the front end: what browsers may do with them and keep, and what is not there."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from gongji.api.gateway import GatewaySchema
from gongji.app.asgi import create_app, make_schema
from gongji.app.front_end import PLACES
from tests.app.installation import SETTINGS
from tests.world import World

PAGE = "<!doctype html><title>页</title>"
SCRIPT = "app-0123456789abcdef.js"


@pytest.fixture(scope="module")
def schema() -> GatewaySchema:
    return make_schema(SETTINGS)


@pytest.fixture
async def http(
    schema: GatewaySchema, world: World, tmp_path: Path
) -> AsyncIterator[httpx2.AsyncClient]:
    """Return a client of a gateway whose front end lies in ``tmp_path``."""
    settings = SETTINGS.model_copy(update={"front_end_folder": tmp_path})
    app = create_app(settings, "postgres://u@h/d", ports=world.ports, schema=schema)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def build(folder: Path) -> None:
    """Write what a build leaves of each page, and a file beside it that is nobody's business."""
    for page in PLACES.values():
        (folder / page / "assets").mkdir(parents=True)
        (folder / page / "index.html").write_text(PAGE, encoding="utf-8")
        (folder / page / "assets" / SCRIPT).write_text("1", encoding="utf-8")
        (folder / page / "secret.js").write_text("2", encoding="utf-8")
        (folder / page / "assets/notes.js").write_text("3", encoding="utf-8")


@pytest.mark.parametrize("place", PLACES)
async def test_a_page_loads_from_its_gateway_alone_and_is_never_stale(
    http: httpx2.AsyncClient, tmp_path: Path, place: str
) -> None:
    build(tmp_path)

    answer = await http.get(place + "/")

    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"
    policies = answer.headers.get_list("content-security-policy")
    assert [policy.split(";")[0] for policy in policies] == ["default-src 'self'"]
    assert answer.headers.get_list("x-frame-options") == ["SAMEORIGIN"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("place", PLACES)
async def test_what_a_page_loads_is_kept_for_good(
    http: httpx2.AsyncClient, tmp_path: Path, place: str
) -> None:
    build(tmp_path)

    answer = await http.get(f"{place}/assets/{SCRIPT}")

    assert (answer.status_code, answer.text) == (200, "1")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("accepted", "encoding", "sent"),
    [
        ("gzip, deflate, br", "br", b"brotli"),
        ("gzip, br;q=0", "gzip", b"gzip"),
        ("GZIP;q=0.5", "gzip", b"gzip"),
        ("gzip; q=0.000", None, b"1"),
        ("identity", None, b"1"),
        (None, None, b"1"),
    ],
)
async def test_who_takes_compressed_files_gets_the_smallest(
    http: httpx2.AsyncClient,
    tmp_path: Path,
    accepted: str | None,
    encoding: str | None,
    sent: bytes,
) -> None:
    build(tmp_path)
    (tmp_path / "h5/assets" / f"{SCRIPT}.gz").write_bytes(b"gzip")
    (tmp_path / "h5/assets" / f"{SCRIPT}.br").write_bytes(b"brotli")
    http.headers.pop("accept-encoding", None)
    headers = {} if accepted is None else {"accept-encoding": accepted}

    async with http.stream("GET", f"/m/assets/{SCRIPT}", headers=headers) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])

    assert (answer.status_code, body) == (200, sent)
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "accept-encoding"


async def test_what_the_build_did_not_compress_is_sent_as_it_is(
    http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    build(tmp_path)

    answer = await http.get("/m/", headers={"accept-encoding": "br, gzip"})

    assert (answer.text, answer.headers.get("content-encoding")) == (PAGE, None)


@pytest.mark.parametrize("path", ["/", "/m/", "/till/", f"/m/assets/{SCRIPT}"])
async def test_without_a_build_a_page_tells_how_to_make_one(
    http: httpx2.AsyncClient, path: str
) -> None:
    answer = await http.get(path)

    assert answer.status_code == 404
    assert "make front-end" in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/m/assets/notes.js",
        "/m/assets/..%2fsecret.js",
        "/m/assets/%2e%2e/secret.js",
        "/m/assets/app-0123456789abcdef.js%00",
        "/m/index.html",
        "/m/secret.js",
        "/secret.js",
        "/assets/notes.js",
        "/till/secret.js",
    ],
)
async def test_nothing_is_served_but_what_the_build_named(
    http: httpx2.AsyncClient, tmp_path: Path, path: str
) -> None:
    build(tmp_path)

    assert (await http.get(path)).status_code == 404


@pytest.mark.parametrize("place", ["m", "till"])
async def test_a_place_without_its_slash_leads_to_the_page(
    http: httpx2.AsyncClient, place: str
) -> None:
    answer = await http.get(f"/{place}")

    assert (answer.status_code, answer.headers["location"]) == (308, f"{place}/")


async def test_other_answers_still_load_nothing(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/livez")

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
