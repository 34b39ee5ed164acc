"""The web server: one process, one listening socket, and an end that loses no money.

At the end nobody new is let in, requests that came are finished (for ten seconds at most), and then
the application closes its database. A request that is cut off then is found again under its key.
"""

import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from gongji.api.wire import MAX_BODY

GRACE_S: Final = 10
"""How long requests may take to finish when the server ends, in seconds."""

BACKLOG: Final = 2048


class NotServing(RuntimeError):
    """The server does not start; the text says why."""


def listen(host: str, port: int) -> socket.socket:
    """Take an address, before anything else is started. Nobody gets an answer yet.

    Raises:
        NotServing: somebody else has it, or it is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise NotServing(
            f"port {port} of {host} cannot be used ({error.strerror}); --port or GONGJI_PORT "
            "chooses another"
        ) from None
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the base URL of a listening socket."""
    host, port, *_ = listener.getsockname()
    return "http://" + (f"[{host}]:{port}" if ":" in host else f"{host}:{port}")


def serve(app: ASGIApp, listener: socket.socket, announce: Callable[[], None]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP.

    Args:
        announce: called once requests are taken.

    Raises:
        NotServing: the application does not start; the log says why.
        KeyboardInterrupt, SystemExit: a signal ended it; all is closed.
    """
    server = _Server(web_config(app), announce)
    server.run(sockets=[listener])
    if not server.started:
        raise NotServing("the application does not start; the log above says why")


def web_config(app: ASGIApp) -> uvicorn.Config:
    """Return how the web server is set up.

    Frames of sockets are not compressed: an event has some hundred bytes, and each socket would
    keep a compressor in memory and run it for every frame.
    """
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=MAX_BODY,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_S,
    )


class _Server(uvicorn.Server):
    """A server that says when it takes requests."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End at a hangup as at the other signals, unless somebody ignores it (``nohup``)."""
        with super().capture_signals():
            earlier = signal.getsignal(signal.SIGHUP)
            if earlier is not signal.SIG_IGN:
                signal.signal(signal.SIGHUP, self.handle_exit)
            try:
                yield
            finally:
                signal.signal(signal.SIGHUP, earlier)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            keep_for_good()
            self._announce()


def keep_for_good() -> None:
    """Spare the garbage collector what the program needs until it ends: code, schema, documents.

    It would walk through all of it again and again, and find nothing to free.
    """
    gc.collect()
    gc.freeze()
