"""GraphQL over WebSockets: frames are checked before Strawberry's protocol sees them.

The method names are Strawberry's.
"""

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived
from strawberry.http.typevars import Context, RootValue
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    Message,
    SubscribeMessage,
)

from gongji.api.faults import fault
from gongji.api.wire import asked_of, read_json

if TYPE_CHECKING:
    from gongji.api.gateway import GatewaySchema

MAX_ID: Final = 64
"""Most characters of an operation's id: it is repeated in close reasons, which are short."""

_WITHOUT_ID: Final = frozenset({"connection_init", "ping", "pong"})
_WITH_ID: Final = frozenset({"subscribe", "complete"})


class FrameReader(ASGIWebSocketAdapter):
    """Reads text frames of bounded JSON, and writes text frames."""

    async def iter_json(
        self,
        *,
        ignore_parsing_errors: bool = False,  # noqa: ARG002
    ) -> AsyncGenerator[object, None]:
        """Yield each frame decoded, until the client has gone.

        Raises:
            NonJsonMessageReceived: not JSON, too large or too deep.
            NonTextMessageReceived: a binary frame.
        """
        try:
            while self.ws.application_state != WebSocketState.DISCONNECTED:
                yield read_json(await self.ws.receive_text())
        except GraphQLError as error:
            raise NonJsonMessageReceived from error
        except KeyError as error:
            raise NonTextMessageReceived from error
        except WebSocketDisconnect:
            return


class TransportProtocol(BaseGraphQLTransportWSHandler[Context, RootValue]):
    """The protocol graphql-transport-ws, with trusted documents and strict frames.

    Every operation has a context of its own: a token that has expired since the socket was opened
    closes it, and nothing that was read for one operation is kept for another.
    """

    async def handle_message(self, message: Message) -> None:
        """Close on a frame that is no message of the protocol; pass on the others."""
        if _is_message(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("Invalid message")

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Check anew who asks, find the document that is meant, then let the operation begin."""
        if not self.connection_acknowledged:
            await super().handle_subscribe(message)
            return
        try:
            await self._renew_context()
        except ConnectionRejectionError:
            await self.websocket.close(code=4403, reason="Forbidden")
            return
        try:
            payload = self._payload(message["payload"])
        except GraphQLError as refused:
            await self.send_message(
                {"id": message["id"], "type": "error", "payload": [refused.formatted]}
            )
            return
        await super().handle_subscribe(cast("SubscribeMessage", {**message, "payload": payload}))

    async def _renew_context(self) -> None:
        """Let in whoever opened the socket, as if it were opened now.

        Raises:
            ConnectionRejectionError: that is over.
        """
        view = cast("GraphQL[Any, Any]", self.view)
        socket = cast("FrameReader", self.websocket).ws
        context = await view.get_context(socket, socket)
        context.connection_params = cast("Any", self.context).connection_params
        await view.on_ws_connect(context)
        self.context = context

    def _payload(self, received: object) -> dict[str, Any]:
        most = self.max_subscriptions_per_connection
        if most is not None and len(self.operations) >= most:
            raise fault("TOO_MANY_SUBSCRIPTIONS", limit=most)
        asked = asked_of(received)
        library = cast("GatewaySchema", self.schema).library
        return {
            "query": library.text_of(asked.query, asked.extensions),
            "variables": asked.variables,
            "operationName": asked.operation_name,
        }


def _is_message(received: object) -> bool:
    if not isinstance(received, Mapping):
        return False
    kind = received.get("type")
    if not isinstance(kind, str):
        return False
    if kind in _WITHOUT_ID:
        return True
    return kind in _WITH_ID and _is_id(received.get("id")) and _has_payload(kind, received)


def _is_id(received: object) -> bool:
    return isinstance(received, str) and 1 <= len(received) <= MAX_ID and received.isascii()


def _has_payload(kind: str, received: Mapping[str, object]) -> bool:
    return kind == "complete" or isinstance(received.get("payload"), dict)
