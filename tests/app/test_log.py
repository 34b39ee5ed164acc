"""The log has one line a request and never shows what a client sent."""

import io
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import httpx2
import orjson
import pytest
import structlog
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket
from uvicorn import Config
from uvicorn.lifespan.on import LifespanOn

from gongji.app.log import MAX_CAUSES, RequestLog, configure_log, describe

SECRET = "542599199001010018"

Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Configure the log as in production and return a reader of its lines."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_log(as_json=True, stream=stream)
    yield lambda: [orjson.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


async def hello(request: Request) -> PlainTextResponse:
    """Answer, and log something by the way."""
    structlog.get_logger("gongji.test").info("settled", bills=2)
    return PlainTextResponse("你好")


async def fail(request: Request) -> PlainTextResponse:
    """Fail with an exception that quotes what was sent."""
    raise LookupError(f"no card {SECRET}")


async def talk(websocket: WebSocket) -> None:
    """Accept and hang up."""
    await websocket.accept()
    await websocket.close(4400)


def gateway() -> Starlette:
    """Return a small application with the request log."""
    routes = [
        Route("/hello", hello),
        Route("/fail", fail),
        Route("/people/{number}", hello),
        WebSocketRoute("/talk", talk),
    ]
    return Starlette(routes=routes, middleware=[Middleware(RequestLog)])


async def get(path: str) -> None:
    """Ask the small application for a path."""
    transport = httpx2.ASGITransport(app=gateway(), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
        await client.get(path)


async def test_a_request_has_one_line_and_what_it_logs_shares_its_id(lines: Lines) -> None:
    await get(f"/hello?id={SECRET}")

    settled, request = lines()
    assert request["event"] == "http"
    assert (request["method"], request["path"], request["status"]) == ("GET", "/hello", 200)
    assert isinstance(request["ms"], float)
    assert settled["bills"] == 2
    assert settled["request"] == request["request"]
    assert SECRET not in str(lines())


@pytest.mark.parametrize("path", [f"/people/{SECRET}", f"/{SECRET}", "/王"])
async def test_a_path_in_the_words_of_a_client_is_not_logged(lines: Lines, path: str) -> None:
    await get(path)

    assert lines()[-1]["path"] is None
    assert SECRET not in str(lines())


class Gone(io.StringIO):
    """A stream whose other end is closed."""

    def write(self, _text: str) -> int:
        raise BrokenPipeError


async def test_a_log_that_cannot_be_written_fails_no_request(lines: Lines) -> None:
    configure_log(as_json=True, stream=Gone())
    transport = httpx2.ASGITransport(app=gateway())

    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
        answer = await client.get("/hello")

    assert answer.text == "你好"
    assert lines() == []


def test_lines_below_the_level_are_left_out(lines: Lines) -> None:
    stream = io.StringIO()
    configure_log(as_json=True, level="WARNING", stream=stream)

    for logger in (structlog.get_logger("ours"), logging.getLogger("theirs")):
        logger.info("quiet")
        logger.warning("loud")

    assert [orjson.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["loud"] * 2
    assert lines() == []


async def test_a_failed_request_is_logged_and_its_exception_has_no_words(lines: Lines) -> None:
    await get("/fail")
    try:
        int(f"x{SECRET}")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    request, ours, theirs = lines()
    assert (request["path"], request["status"]) == ("/fail", 500)
    for line in (ours, theirs):
        assert str(line["exception"]).startswith("builtins.ValueError at ")
        assert "test_a_failed_request" in str(line["exception"])
    assert SECRET not in str(lines())


async def test_a_start_that_failed_is_logged_and_its_exception_has_no_words(lines: Lines) -> None:
    """Starlette tells the server of it as a text, which the server logs as it is."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        raise LookupError(f"no port\n{SECRET}: s3cret")
        yield

    server = LifespanOn(Config(Starlette(lifespan=lifespan), log_config=None))
    await server.startup()

    assert server.should_exit
    told, exiting = lines()
    assert told["event"] == "traceback"
    assert str(told["exception"]).endswith(" lifespan")
    assert exiting["event"] == "Application startup failed. Exiting."
    assert "s3cret" not in str(lines())


def test_a_websocket_has_one_line_with_its_close_code(lines: Lines) -> None:
    with TestClient(gateway()).websocket_connect("/talk"):
        pass

    sockets = [line for line in lines() if line["event"] == "websocket"]
    assert [(line["path"], line["status"]) for line in sockets] == [("/talk", 4400)]


async def test_the_lifespan_of_the_application_is_not_a_request(lines: Lines) -> None:
    with TestClient(gateway()):
        pass

    assert not [line for line in lines() if line["logger"] == "gongji.request"]


def test_graphql_errors_leave_their_code_only(lines: Lines) -> None:
    logger = logging.getLogger("strawberry.execution")
    coded = GraphQLError(f"card {SECRET}", extensions={"code": "BAD_USER_INPUT"})
    original = ValueError(SECRET)

    logger.error(coded, exc_info=original)
    logger.error(GraphQLError("{ query }", original_error=original), exc_info=original)
    logger.error("card %s", SECRET)

    assert [line["code"] for line in lines()] == ["BAD_USER_INPUT", "UNCODED", "UNCODED"]
    assert {line["event"] for line in lines()} == {"graphql error"}
    assert SECRET not in str(lines())


def test_access_lines_and_talkative_libraries_are_silent(lines: Lines) -> None:
    logging.getLogger("uvicorn.access").info("GET /%s", SECRET)
    logging.getLogger("uvicorn.access").error("GET /%s", SECRET)
    logging.getLogger("uvicorn.error").info("connection open")
    logging.getLogger("tortoise.db_client").debug("SELECT %s", SECRET)

    assert lines() == []


@pytest.mark.parametrize("number", [SECRET, "54259919900101001x", "13800138000"])
def test_numbers_of_people_are_blotted_out(lines: Lines, number: str) -> None:
    logging.getLogger("somebody").warning("card %s, phone", number)
    structlog.get_logger().info("seen", note=f"({number})", amount=12345678901)

    assert number not in str(lines())
    assert lines()[0]["event"] == "card ***, phone"
    assert lines()[1]["amount"] == 12345678901


def test_lines_for_the_eye_are_one_line_each_in_chinese() -> None:
    stream = io.StringIO()
    before = logging.getLogger().handlers[:]
    configure_log(as_json=False, stream=stream)
    structlog.get_logger().info("服务已启动", port=8000)
    logging.getLogger().handlers = before
    structlog.reset_defaults()

    assert "服务已启动" in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 1


def test_a_long_chain_of_causes_is_cut() -> None:
    error: BaseException = ValueError(SECRET)
    for _ in range(MAX_CAUSES * 2):
        outer = RuntimeError(SECRET)
        outer.__cause__ = error
        error = outer

    assert describe(error) == " from ".join(["builtins.RuntimeError at ?"] * MAX_CAUSES)
