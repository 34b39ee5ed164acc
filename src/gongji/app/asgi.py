"""The application: routes, the GraphQL endpoint with its gate, and what runs beside it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from types import MappingProxyType
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gongji.api.context import Context
from gongji.api.documents import Manifest, manifest_of
from gongji.api.exports import PLACE, ExportView
from gongji.api.gateway import GatewaySchema
from gongji.api.schema import build_schema
from gongji.api.wire import MAX_BODY
from gongji.app.auth import Gate
from gongji.app.database import awaited_database
from gongji.app.development import development_routes
from gongji.app.front_end import front_end_routes
from gongji.app.health import Health
from gongji.app.live import listening, telling
from gongji.app.log import RequestLog
from gongji.app.metrics import MeasuredView, Metrics
from gongji.app.settings import Settings, SettingsWrong
from gongji.app.sweeps import Sweep, sweeping
from gongji.app.tax_bureau import HttpTaxBureau
from gongji.chat.answerer import Answerer
from gongji.chat.feed import Feed
from gongji.chat.notifier import Notifier
from gongji.chat.reminders import Reminders
from gongji.desk.desk import Acts, Desk
from gongji.domain.actor import Actor
from gongji.store.database import open_database
from gongji.store.insurance_centre import RegistryCentre
from gongji.store.personal_data import KeyRing
from gongji.usecases.expire import expire_invitations
from gongji.usecases.forget_links import forget_links
from gongji.usecases.news import apply_due_news
from gongji.usecases.open_cases import open_cases
from gongji.usecases.pay_premium import confirm_premiums
from gongji.usecases.ports import ConfirmingTaxBureau, Ports, SystemClock, TaxBureau

MOST_BODY: Final = 2 * MAX_BODY
"""Most bytes of any request; GraphQL has its own limit below, with an answer of its own."""

SWEEPS: Final = (
    Sweep("expire_invitations", 60, expire_invitations),
    Sweep("apply_due_news", 60, apply_due_news),
    Sweep("confirm_premiums", 30, confirm_premiums),
    Sweep("open_cases", 60, open_cases),
    Sweep("forget_links", 60, forget_links),
)
"""What becomes due by itself. Nothing waits for a sweep: every read looks at the time."""

BOOKS_WATCHED_EVERY_S: Final = 60
"""How often the metrics take over what the last check of the books found, in seconds."""

ANSWERED_EVERY_S: Final = 15
"""How often what a kill has left of conversations is done, in seconds."""

SET_ASIDE_EVERY_S: Final = 60
"""How often it is looked for events that were set aside and are to be tried again, in seconds."""

REMINDED_EVERY_S: Final = 60
"""How often it is looked for what the calendar makes due, in seconds."""

_log = structlog.get_logger("gongji.app")
_HEADERS: Final[Mapping[bytes, bytes]] = MappingProxyType(
    {
        b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
        b"cross-origin-resource-policy": b"same-origin",
        b"referrer-policy": b"no-referrer",
        b"x-content-type-options": b"nosniff",
        b"x-frame-options": b"DENY",
    }
)


def make_key_ring(settings: Settings) -> KeyRing:
    """Return the keys of personal data.

    Raises:
        SettingsWrong: there are none.
    """
    if settings.digest_key is None or not settings.personal_data_keys:
        raise SettingsWrong("GONGJI_DIGEST_KEY and GONGJI_PERSONAL_DATA_KEYS: required")
    sealing = {key.name: key.secret for key in settings.personal_data_keys}
    return KeyRing(settings.digest_key, sealing, settings.personal_data_keys[0].name)


def make_ports(settings: Settings) -> Ports:
    """Return the outside world as an installation has it."""
    key_ring = make_key_ring(settings)
    return Ports(
        SystemClock(), key_ring, RegistryCentre(key_ring), make_tax_bureau(settings, key_ring)
    )


def make_tax_bureau(settings: Settings, key_ring: KeyRing) -> TaxBureau:
    """Return the tax bureau behind the URL of the settings, or one that always confirms."""
    if settings.tax_bureau_url is None or settings.tax_bureau_token is None:
        return ConfirmingTaxBureau()
    token = settings.tax_bureau_token.get_secret_value()
    return HttpTaxBureau(settings.tax_bureau_url, token, key_ring)


def make_schema(settings: Settings) -> GatewaySchema:
    """Return the schema with its trusted documents.

    Raises:
        SettingsWrong: only trusted documents are wanted, and there are none.
    """
    folder = settings.operations_folder
    if folder.is_dir():
        manifest = manifest_of(folder)
    elif settings.trusted_documents_only:
        raise SettingsWrong("GONGJI_OPERATIONS_FOLDER: no such folder")
    else:
        manifest = Manifest()
    return build_schema(manifest=manifest, trusted_only=settings.trusted_documents_only)


def create_app(
    settings: Settings,
    database_url: str,
    *,
    ports: Ports | None = None,
    schema: GatewaySchema | None = None,
    desk: Desk | None = None,
    sweeps: tuple[Sweep, ...] | None = None,
) -> Starlette:
    """Put the application together; its lifespan opens the database, or waits for it.

    Args:
        ports: the outside world, where it is not the one of the settings.
        schema: what is asked, where it is not the one of the settings.
        desk: who settles bills, where it is not a desk of its own.
        sweeps: all that runs beside the requests, where it is not everything that there is.

    Raises:
        SettingsWrong: the settings do not make an application.
    """
    ports = ports or make_ports(settings)
    health, metrics = Health(), Metrics()
    desk = desk or Desk(Acts.of(ports))
    metrics.watch_desk(desk)
    notifier, answerer, feed = Notifier(), Answerer(desk), Feed()
    reminders = Reminders()
    metrics.watch_chat(notifier, answerer, reminders, feed)
    beside = (
        Sweep("watch_books", BOOKS_WATCHED_EVERY_S, metrics.watch_books),
        Sweep("answer_messages", ANSWERED_EVERY_S, answerer.answer_what_was_left),
        Sweep("tell_set_aside", SET_ASIDE_EVERY_S, notifier.tell_set_aside),
        Sweep("remind", REMINDED_EVERY_S, reminders.remind),
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with (
            open_database(database_url, most_connections=settings.pool_size) as database,
            awaited_database(database_url, database, migrates=settings.is_development) as here,
            sweeping(
                (*SWEEPS, *beside, telling(notifier, here)) if sweeps is None else sweeps,
                ports,
                metrics.sweep_failures,
            ),
            listening(database_url, feed),
            desk,
        ):
            health.database = database
            if obstacle := await health.obstacle():
                _log.warning("not_ready", reason=obstacle)
            yield
            health.database = None
            notifier.wake()

    gate = Gate.of(settings, ports.clock)
    makes_context = partial(Context, ports=ports, desk=desk, feed=feed)
    view = graphql_view(
        schema or make_schema(settings),
        gate,
        makes_context,
        metrics,
        web_origins=settings.web_origins,
        written=notifier.wake,
    )
    app = Starlette(
        routes=[
            Route("/graphql", view),
            WebSocketRoute("/graphql", view),
            Route(PLACE + "/{secret}", ExportView(ports)),
            Route("/livez", health.live),
            Route("/readyz", health.ready),
            Route("/metrics", metrics.page),
            *front_end_routes(settings.front_end_folder),
            *development_routes(settings, ports),
        ],
        middleware=[Middleware(RequestLog), Middleware(GuardedHeaders)],
        lifespan=lifespan,
        max_body_size=MOST_BODY,
    )
    # A redirect would repeat the path, and the path of an export is a secret.
    app.router.redirect_slashes = False
    app.state.health = health
    return app


def graphql_view(
    schema: GatewaySchema,
    gate: Gate,
    makes_context: Callable[[Actor | None], Context],
    metrics: Metrics,
    *,
    web_origins: tuple[str, ...] = (),
    written: Callable[[], None] = lambda: None,
) -> MeasuredView:
    """Put the gate before the schema: by a header, or by the first message of a socket.

    Args:
        written: called once a mutation was answered.
    """

    async def context_of(connection: HTTPConnection) -> Context:
        context = makes_context(gate.actor_of(connection))
        context.vouch = lambda: (
            gate.actor_of(connection) or gate.actor_of_payload(context.connection_params)
        )
        return context

    async def admit(context: Context) -> None:
        if context.who is None:
            context.who = gate.actor_of_payload(context.connection_params)

    return MeasuredView(
        schema,
        context=context_of,
        admit=admit,
        allowed_origins=web_origins,
        metrics=metrics,
        written=written,
    )


class GuardedHeaders:
    """ASGI middleware: tells browsers to guess nothing, frame nothing and load nothing.

    A page that must load something says so itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; give its answer the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarding(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                added = [header for header in _HEADERS.items() if header[0] not in given]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, guarding)
