"""How the driver says that the database is away, or that it had no time for us.

Away is what does not run, starts, ends, takes no writes, or has no room left. Whoever waits longer
than the server's ``statement_timeout`` or ``lock_timeout`` allows is broken off: that speaks of one
statement, not of the server.
"""

from typing import Final

from asyncpg.exceptions import (
    AdminShutdownError,
    CannotConnectNowError,
    CrashShutdownError,
    DatabaseDroppedError,
    IdleInTransactionSessionTimeoutError,
    IdleSessionTimeoutError,
    InsufficientResourcesError,
    InterfaceError,
    InternalClientError,
    InvalidAuthorizationSpecificationError,
    InvalidCatalogNameError,
    LockNotAvailableError,
    PostgresConnectionError,
    QueryCanceledError,
    ReadOnlySQLTransactionError,
)
from tortoise.exceptions import DBConnectionError, TransactionManagementError

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
    InsufficientResourcesError,
    InvalidAuthorizationSpecificationError,
    InvalidCatalogNameError,
    DBConnectionError,
    TransactionManagementError,
)
"""The classes of what a statement, a commit or a new connection raises then.

A closed connection is an ``InterfaceError``, a refused or silent one an ``OSError``, and Tortoise
wraps what speaks of the transaction's state.
"""

_STATES: Final = (ReadOnlySQLTransactionError, IdleInTransactionSessionTimeoutError)
"""What of a transaction's state is the server's doing: a standby, or one that is at its limits."""

_BROKEN_OFF: Final = (QueryCanceledError, LockNotAvailableError)

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
    if isinstance(failure, TransactionManagementError):
        return isinstance(failure.__cause__, _STATES)
    return isinstance(failure, OUTAGES)


def is_broken_off(failure: BaseException) -> bool:
    """Tell whether one statement took longer than the server allows; nothing of it was done."""
    return isinstance(failure, _BROKEN_OFF)
