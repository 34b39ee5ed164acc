"""What comes over the wire before it is GraphQL: bytes, JSON, and the shape of a request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect, Request

from gongji.api.faults import fault

MAX_BODY: Final = 64 * 1024
"""Most bytes of a request, on any transport."""

MAX_NESTING: Final = 32
"""Most arrays and objects inside each other in a request."""

JSON: Final = "application/json"
GRAPHQL_JSON: Final = "application/graphql-response+json"

_UTF8: Final = (b"", b"charset=utf-8", b'charset="utf-8"')


@dataclass(frozen=True, slots=True)
class Asked:
    """A well-formed GraphQL request."""

    query: str | None
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None


async def read_request(request: Request) -> Asked:
    """Read a request from its body, or from its URL where the method is GET.

    Raises:
        GraphQLError: the coded reason why this is no request.
    """
    if request.method == "POST":
        # Starlette looks each header up by a walk over all of them; one dict is cheaper.
        headers: dict[bytes, bytes] = dict(request.scope["headers"])
        _expect_json(headers)
        return asked_of(read_json(await _read_body(request, headers)))
    parameters = request.query_params
    return asked_of(
        {
            "query": parameters.get("query"),
            "operationName": parameters.get("operationName"),
            "variables": _read_parameter(parameters.get("variables")),
            "extensions": _read_parameter(parameters.get("extensions")),
        }
    )


def asked_of(received: object) -> Asked:
    """Check the shape of a decoded request.

    Raises:
        GraphQLError: ``MALFORMED``, naming the member that is wrong.
    """
    if not isinstance(received, dict):
        raise fault("MALFORMED", "The request must be one JSON object.")
    return Asked(
        query=_member(received, "query", str),
        variables=_member(received, "variables", dict),
        operation_name=_member(received, "operationName", str),
        extensions=_member(received, "extensions", dict),
    )


def _member(received: dict[str, Any], name: str, kind: type) -> Any:
    value = received.get(name)
    if value is not None and not isinstance(value, kind):
        wanted = "a string" if kind is str else "an object"
        raise fault("MALFORMED", f"'{name}' must be {wanted} or null.")
    return value


def read_json(raw: bytes | str) -> object:
    """Decode JSON of bounded size and depth.

    Raises:
        GraphQLError: ``PAYLOAD_TOO_LARGE`` or ``MALFORMED``.
    """
    if len(raw) > MAX_BODY:
        raise fault("PAYLOAD_TOO_LARGE")
    try:
        decoded: object = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise fault("MALFORMED", "The request is not valid JSON.") from None
    if _opened(raw) > MAX_NESTING:
        _expect_shallow(decoded)
    return decoded


def _opened(raw: bytes | str) -> int:
    """Count the brackets that open; nothing nests deeper than that."""
    if isinstance(raw, str):
        return raw.count("{") + raw.count("[")
    return raw.count(b"{") + raw.count(b"[")


def _expect_shallow(decoded: object) -> None:
    level: list[object] = [decoded]
    for _ in range(MAX_NESTING + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise fault("MALFORMED", f"JSON may nest {MAX_NESTING} levels.")


def _children(parent: object) -> Iterable[object]:
    if isinstance(parent, dict):
        return parent.values()
    return parent if isinstance(parent, list) else ()


def _read_parameter(text: str | None) -> object:
    return read_json(text) if text else None


def _expect_json(headers: Mapping[bytes, bytes]) -> None:
    # A browser sends this type across origins only after asking, so no page can forge it.
    media, _, charset = headers.get(b"content-type", b"").lower().partition(b";")
    if media.strip() != b"application/json" or charset.strip() not in _UTF8:
        raise fault("UNSUPPORTED_MEDIA_TYPE")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise fault("UNSUPPORTED_MEDIA_TYPE")


async def _read_body(request: Request, headers: Mapping[bytes, bytes]) -> bytes:
    """Read the body, and no further than is allowed."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and (len(announced) > 9 or int(announced) > MAX_BODY):
        raise fault("PAYLOAD_TOO_LARGE")
    body = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise fault("PAYLOAD_TOO_LARGE")
        if not message.get("more_body", False):
            return bytes(body)


@lru_cache(maxsize=64)
def media_for(accept: str) -> str | None:
    """Choose the media type of the answer, None when the client takes neither.

    ``application/graphql-response+json`` is for clients that name it; any other that takes
    JSON gets ``application/json``, whose status says less.
    """
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights[media] = max(_weight(parameters), weights.get(media, 0.0))
    named = weights.get(GRAPHQL_JSON, 0.0)
    plain = max(weights.get(media, 0.0) for media in (JSON, "application/*", "*/*", ""))
    if not named and not plain:
        return None
    return GRAPHQL_JSON if named >= plain else JSON


def _weight(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
