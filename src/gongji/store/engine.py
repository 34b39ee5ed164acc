"""Tortoise's engine for asyncpg, mended: whoever is broken off at BEGIN gives the connection back.

Tortoise 1.1 takes a connection out of the pool, then begins. Where beginning fails, or its task is
cancelled, as a client's leaving cancels what its socket asked for, it keeps the connection for
ever: a handful of such moments and the server answers nobody. And where the connection is lost as
well, it tells that instead of why it rolls back: a cancellation would be forgotten, and what was
cancelled run again.
"""

from typing import Any, Final

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

from gongji.store.outages import OUTAGES, is_outage


class _ReturningTransaction(TransactionContextPooled):
    """A transaction that ends, where it does not even begin, with its connection in the pool."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        self.client._connection = await self.client._parent._pool.acquire()  # noqa: SLF001
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            # There is nothing to roll back but what asyncpg rolls back when it is given back.
            self.client._finalized = True  # noqa: SLF001
            await self.__aexit__(None, None, None)
            raise
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            await super().__aexit__(exc_type, exc_val, exc_tb)
        except OUTAGES as failure:
            # What broke the block is told; the server rolls back what has lost its connection.
            if exc_type is None or not is_outage(failure):
                raise


class ReturningClient(AsyncpgDBClient):
    """A pool whose transactions always give their connection back."""

    def _in_transaction(self) -> TransactionContext:
        return _ReturningTransaction(TransactionWrapper(self), self._pool_init_lock)


client_class: Final = ReturningClient
"""What Tortoise looks for in an engine."""
