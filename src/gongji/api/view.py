"""GraphQL over HTTP and WebSockets, as the specifications say, for one schema."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import orjson
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.typevars import Context
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UNSET, UnsetType

from gongji.api.faults import code_of, fault, status_of
from gongji.api.gateway import GatewaySchema
from gongji.api.sockets import FrameReader, TransportProtocol
from gongji.api.wire import JSON, Asked, media_for, read_request

__all__ = ["GatewayView"]

INIT_TIMEOUT: Final = timedelta(seconds=10)
MAX_SUBSCRIPTIONS: Final = 20
SEND_TIMEOUT: Final = timedelta(seconds=10)
"""How long a client may leave a frame of its socket untaken."""
TOKEN_WATCH: Final = timedelta(seconds=5)
"""How long a socket may outlive its token, while nothing is sent."""
_ALLOWED: Final[Mapping[str, frozenset[OperationType]]] = {
    "GET": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}
_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {
    401: {"www-authenticate": "Bearer"},
    413: {"connection": "close"},
    503: {"retry-after": "1"},
}
_NO_STORE: Final = {"cache-control": "no-store"}


class GatewayView(GraphQL[Context, None]):
    """The one GraphQL endpoint, an ASGI application.

    Args:
        schema: what is asked; it publishes errors and knows the trusted documents.
        context: makes the context of a request or socket, or raises who may not come in.
        admit: looks at a socket's context once its ``connection_init`` has arrived.
        allowed_origins: pages elsewhere that may open a socket.
        allow_queries_via_get: take queries from URLs too.
        send_timeout: how long a socket's client may leave a frame untaken.
        token_watch: how often a socket's token is looked at.
    """

    websocket_adapter_class = FrameReader
    graphql_transport_ws_handler_class = TransportProtocol  # type: ignore[assignment]

    def __init__(
        self,
        schema: GatewaySchema,
        *,
        context: Callable[[HTTPConnection], Awaitable[Context]],
        admit: Callable[[Context], Awaitable[None]] | None = None,
        allowed_origins: Sequence[str] = (),
        allow_queries_via_get: bool = True,
        init_timeout: timedelta = INIT_TIMEOUT,
        send_timeout: timedelta = SEND_TIMEOUT,
        token_watch: timedelta = TOKEN_WATCH,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=allow_queries_via_get,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=init_timeout,
            max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
            allowed_origins=allowed_origins,
        )
        self.send_timeout = send_timeout
        self.token_watch = token_watch
        self._gateway = schema
        self._context = context
        self._admit = admit
        self._methods = ("GET", "POST") if allow_queries_via_get else ("POST",)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request, or one socket for as long as it is open."""
        if scope["type"] == "websocket":
            await self._serve_socket(WebSocket(scope, receive, send))
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        """Answer a request, whatever it is."""
        media = media_for(request.headers.get("accept", ""))
        try:
            self._expect(request.method, media)
            asked = await read_request(request)
            text = self._gateway.library.text_of(asked.query, asked.extensions)
            return _response(await self._execute(request, text, asked), media or JSON)
        except GraphQLError as error:
            return self._refusal(error, media)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - the outermost edge: nothing leaves uncoded
            return self._refusal(self._gateway.publisher.of_exception(error), media)

    def _expect(self, method: str, media: str | None) -> None:
        if method not in self._methods:
            raise fault("METHOD_NOT_ALLOWED")
        if media is None:
            raise fault("NOT_ACCEPTABLE")

    async def _execute(self, request: Request, text: str, asked: Asked) -> ExecutionResult:
        context = await self._context(request)
        try:
            return await self._gateway.execute(
                text,
                variable_values=asked.variables,
                context_value=context,
                operation_name=asked.operation_name,
                allowed_operation_types=_ALLOWED[request.method],
                operation_extensions=asked.extensions,
            )
        except InvalidOperationTypeError:
            by_url = request.method == "GET"
            raise fault("METHOD_MUST_BE_POST" if by_url else "OPERATION_NOT_ALLOWED") from None

    def _refusal(self, error: GraphQLError, media: str | None) -> Response:
        status = status_of(error)
        return Response(
            orjson.dumps({"errors": [error.formatted]}),
            status_code=status,
            headers={**_NO_STORE, **_HEADERS.get(status, {}), **self._allowed(error)},
            media_type=f"{media or JSON}; charset=utf-8",
        )

    def _allowed(self, error: GraphQLError) -> Mapping[str, str]:
        """Tell which methods would do, where the method is what is wrong."""
        allowed = {"METHOD_NOT_ALLOWED": ", ".join(self._methods), "METHOD_MUST_BE_POST": "POST"}
        code = code_of(error)
        return {"allow": allowed[code]} if code in allowed else {}

    async def _serve_socket(self, socket: WebSocket) -> None:
        try:
            await self.run(socket)
        except self._gateway.publisher.known as error:
            await socket.close(4403, reason=code_of(self._gateway.publisher.of_exception(error)))

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002
    ) -> Context:
        """Make the context of a socket, as Strawberry asks for it."""
        return await self._context(request)

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Let a socket in once its ``connection_init`` is known.

        Raises:
            ConnectionRejectionError: it may not come in.
        """
        try:
            if self._admit is not None:
                await self._admit(context)
        except self._gateway.publisher.known as error:
            raise ConnectionRejectionError from error
        admitted: UnsetType = UNSET
        return admitted

    async def readmit(self, socket: WebSocket, connection_params: Any) -> Context:
        """Make the context of an open socket anew, as if the socket were opened now.

        Raises:
            ConnectionRejectionError: it may not come in any more.
        """
        try:
            context: Any = await self._context(socket)
        except self._gateway.publisher.known as error:
            raise ConnectionRejectionError from error
        context.connection_params = connection_params
        await self.on_ws_connect(context)
        renewed: Context = context
        return renewed

    def encode_json(self, data: object) -> str:
        """Write the text of a frame: bytes would make the frame binary."""
        return orjson.dumps(data).decode()


def _response(result: ExecutionResult, media: str) -> Response:
    """Write an answer; a request that was not executed has no ``data``."""
    errors = result.errors or []
    was_executed = not errors or result.data is not None or any(error.path for error in errors)
    content: dict[str, Any] = {"data": result.data} if was_executed else {}
    if errors:
        content["errors"] = [error.formatted for error in errors]
    if result.extensions:
        content["extensions"] = result.extensions
    is_fine = media == JSON or was_executed
    return Response(
        orjson.dumps(content),
        status_code=200 if is_fine else status_of(errors[0]),
        headers=_NO_STORE,
        media_type=f"{media}; charset=utf-8",
    )
