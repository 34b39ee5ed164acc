"""How the driver says that the database is away: not running, starting, ending, or not for us."""

from typing import Final

from asyncpg.exceptions import (
    AdminShutdownError,
    CannotConnectNowError,
    CrashShutdownError,
    DatabaseDroppedError,
    IdleSessionTimeoutError,
    InterfaceError,
    InternalClientError,
    InvalidAuthorizationSpecificationError,
    InvalidCatalogNameError,
    PostgresConnectionError,
    TooManyConnectionsError,
)
from tortoise.exceptions import DBConnectionError

OUTAGES: Final = (
    PostgresConnectionError,
    InterfaceError,
    InternalClientError,
    OSError,
    AdminShutdownError,
    CrashShutdownError,
    CannotConnectNowError,
    DatabaseDroppedError,
    IdleSessionTimeoutError,
    TooManyConnectionsError,
    InvalidAuthorizationSpecificationError,
    InvalidCatalogNameError,
    DBConnectionError,
)
"""The classes of what a statement, a commit or a new connection raises then.

A closed connection is an ``InterfaceError``, a refused or silent one an ``OSError``.
"""

_AFTER_THE_FAREWELL: Final = "cannot switch to "
"""How the driver begins to complain about a statement on a connection that the server has ended.

That is so until the driver sees the connection cut as well.
"""

_CLOSED: Final = ("closed", "closing")
"""How the driver's ``InterfaceError`` says that a connection or the pool has ended."""


def is_outage(failure: BaseException) -> bool:
    """Tell whether the database was away, so that the same request may be sent again."""
    if isinstance(failure, InternalClientError):
        return str(failure).startswith(_AFTER_THE_FAREWELL)
    if isinstance(failure, InterfaceError):
        # All others speak of a wrong use of the driver: a bug of ours, which must show as one.
        return any(word in str(failure) for word in _CLOSED) and not isinstance(failure, ValueError)
    return isinstance(failure, OUTAGES)
