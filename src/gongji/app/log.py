"""The log: one line a request, JSON or for the eye, without personal data and documents.

Everything that logs, by structlog or by the standard library, passes the same processors to the
same stream; our own lines go there directly, because the standard library would triple their cost.
An exception is shown by its type and where it happened, never by its words: they quote values
(a driver's "Key (number)=(...) already exists").
"""

import logging
import random
import re
import sys
import time
import traceback
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, TextIO

import orjson
import structlog
from graphql import GraphQLError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_FRAMES: Final = 30
"""Most places shown of one exception; the innermost are kept."""

MAX_CAUSES: Final = 5
"""Most exceptions shown of a chain of causes."""

_PERSONAL = re.compile(r"(?<![0-9A-Za-z])(?:[1-9]\d{16}[\dXx]|1[3-9]\d{9})(?![0-9A-Za-z])")
_PLACE = re.compile(r'^  File "(.+)", line ([0-9]+), in (.+)$', re.MULTILINE)
_TALKATIVE = ("asyncio", "asyncpg", "httpcore2", "httpx2", "tortoise", "uvicorn")

Exceptional = tuple[type[BaseException], BaseException, TracebackType | None]


def configure_log(*, as_json: bool, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send everything that is logged to a stream, one line each.

    Args:
        as_json: machine-readable lines; otherwise lines for the eye.
        level: the least level that is logged.
        stream: the standard error stream when absent.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_words,
        _without_personal_data,
    ]
    stream = stream or sys.stderr
    render = _renderer(as_json=as_json, stream=stream)
    structlog.configure(
        processors=[*shared, render],
        logger_factory=lambda *names: _Lines(stream, *names),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=render,
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    _quieten()


class _Lines(structlog.WriteLogger):
    """Writes the lines of one logger, which has a name."""

    def __init__(self, stream: TextIO, name: str = "gongji") -> None:
        super().__init__(stream)
        self.name = name

    def msg(self, message: str) -> None:
        """Write a line; a stream that is full or gone fails no request."""
        with suppress(OSError, ValueError):
            super().msg(message)

    debug = info = warning = error = critical = msg


def _renderer(*, as_json: bool, stream: TextIO) -> structlog.typing.Processor:
    """Return what turns an event into its line."""
    if as_json:
        return structlog.processors.JSONRenderer(serializer=_to_json)
    return structlog.dev.ConsoleRenderer(colors=stream.isatty())


def _to_json(event: object, **options: Any) -> str:
    """Write an event as JSON, Chinese as it is."""
    return orjson.dumps(event, default=options["default"]).decode()


def _quieten() -> None:
    """Silence the libraries that log paths, statements and documents."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name != "uvicorn.access"
    logging.getLogger("uvicorn.error").filters = [PlacesOnly()]
    execution = logging.getLogger("strawberry.execution")
    execution.filters = [CodesOnly()]


class CodesOnly(logging.Filter):
    """Leaves of a GraphQL error its code: its text quotes the document and what was sent."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a record; let it pass."""
        error = record.msg
        extensions = error.extensions if isinstance(error, GraphQLError) else None
        record.msg = "graphql error"
        record.args = ()
        record.exc_info = None
        record.code = (extensions or {}).get("code", "UNCODED")
        return True


class PlacesOnly(logging.Filter):
    """Leaves of an exception that comes as a text the places where it passed.

    So the server tells of a start that failed, of which it knows nothing but Starlette's text.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a record; let it pass."""
        text = str(record.msg)
        if text.startswith("Traceback "):
            places = [f"{file}:{line} {name}" for file, line, name in _PLACE.findall(text)]
            record.msg = "traceback"
            record.args = ()
            record.exception = " > ".join(places[-MAX_FRAMES:])
        return True


def _without_words(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace an exception by its type and its places."""
    raised = _exception_of(event.pop("exc_info", None))
    if raised is not None:
        event["exception"] = describe(raised)
    return event


def _exception_of(given: object) -> BaseException | None:
    """Return the exception that an event speaks of, in any of the ways to say so."""
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exception() if given else None


def describe(raised: BaseException) -> str:
    """Return the types of an exception and its causes with the places where they passed."""
    told: list[str] = []
    cause: BaseException | None = raised
    while cause is not None and len(told) < MAX_CAUSES:
        frames = traceback.extract_tb(cause.__traceback__)[-MAX_FRAMES:]
        places = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        told.append(f"{type(cause).__module__}.{type(cause).__qualname__} at {places or '?'}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return " from ".join(told)


def _without_personal_data(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blot out what looks like an ID or phone number: the last net, not the rule."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _PERSONAL.sub("***", value)
    return event


class RequestLog:
    """ASGI middleware: one line a request or WebSocket, without query, body and headers."""

    def __init__(self, app: ASGIApp, *, seconds: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._seconds = seconds
        self._log = structlog.get_logger("gongji.request").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request and log how it went, also when it failed."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        is_http = scope["type"] == "http"
        seen: dict[str, int] = {"status": 500} if is_http else {}

        async def noting(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.close"}:
                seen["status"] = message.get("status", message.get("code", 0))
            await send(message)

        begun = self._seconds()
        # The id only ties lines together: it guards nothing and need not be unguessable.
        bound = structlog.contextvars.bind_contextvars(request=f"{random.getrandbits(128):032x}")
        try:
            await self._app(scope, receive, noting)
        finally:
            self._log.info(
                scope["type"],
                method=scope.get("method"),
                path=_path(scope),
                status=seen.get("status"),
                ms=round((self._seconds() - begun) * 1000, 1),
            )
            structlog.contextvars.reset_contextvars(**bound)


def _path(scope: Scope) -> str | None:
    """Return the path of a route of ours; what else a client asked for is its own words."""
    is_literal = "endpoint" in scope and not scope.get("path_params")
    return str(scope["path"]) if is_literal else None
