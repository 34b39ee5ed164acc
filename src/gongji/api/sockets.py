"""GraphQL over WebSockets: frames are checked before Strawberry's protocol sees them.

The method names are Strawberry's.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived
from strawberry.http.typevars import Context, RootValue
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)

from gongji.api.faults import fault
from gongji.api.wire import asked_of, read_json

if TYPE_CHECKING:
    from gongji.api.gateway import GatewaySchema

MAX_ID: Final = 64
"""Most characters of an operation's id: it is repeated in close reasons, which are short."""

RESYNCHRONISE: Final = 4410
"""Code of closing a socket whose client does not read: it comes back with its cursor."""

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


class Admitting(Protocol):
    """What this protocol needs of the view, beside what Strawberry's does.

    Args:
        send_timeout: how long a client may leave a frame untaken.
        token_watch: how often a socket's token is looked at.
    """

    send_timeout: timedelta
    token_watch: timedelta

    async def readmit(self, socket: Any, connection_params: Any) -> Any:
        """Make the context of a socket anew, or raise ``ConnectionRejectionError``."""


class TransportProtocol(BaseGraphQLTransportWSHandler[Context, RootValue]):
    """The protocol graphql-transport-ws, with trusted documents and strict frames.

    Every operation has a context of its own: nothing that was read for one operation is kept for
    another. A token that has ended closes the socket, whether or not anybody asks for something.
    A client that takes no frame for a while is cut off: it delays nobody, and nothing piles up.
    """

    _watching: asyncio.Task[None] | None = None
    _cutting: asyncio.Task[None] | None = None

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Let the socket in, and watch from then on whether its token still holds."""
        await super().handle_connection_init(message)
        if self.connection_acknowledged and self._watching is None:
            self._watching = asyncio.create_task(self._watch_token())

    async def _watch_token(self) -> None:
        while True:
            await asyncio.sleep(self._admitting.token_watch.total_seconds())
            try:
                await self._renew_context()
            except ConnectionRejectionError:
                self._cut(4403, "Forbidden")
                return

    async def send_message(self, message: Message) -> None:
        """Send a frame; cut a client off that does not take it in time."""
        try:
            async with asyncio.timeout(self._admitting.send_timeout.total_seconds()):
                await super().send_message(message)
        except TimeoutError:
            self._cut(RESYNCHRONISE, "Resynchronise")
            # Where an operation sends, it is cancelled by now, and ends here.
            await asyncio.sleep(0)

    def _cut(self, code: int, reason: str) -> None:
        """End all operations, and close once the client takes a frame again."""
        for operation in list(self.operations.values()):
            if operation.task is not None:
                operation.task.cancel()
        self.operations.clear()
        if self._cutting is None:
            closing = self.websocket.close(code=code, reason=reason)
            self._cutting = asyncio.create_task(closing)

    async def shutdown(self) -> None:
        """End what runs beside the socket, then its operations."""
        for task in (self._watching, self._cutting):
            if task is not None:
                task.cancel()
                with suppress(Exception, asyncio.CancelledError):
                    await task
        await super().shutdown()

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
        socket = cast("FrameReader", self.websocket).ws
        params = cast("Any", self.context).connection_params
        self.context = await self._admitting.readmit(socket, params)

    @property
    def _admitting(self) -> Admitting:
        return cast("Admitting", self.view)

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
