"""The statements that the pool's connections send, counted as they leave."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asyncpg import Connection
from tortoise.connection import get_connection

from gongji.store.database import CONNECTION


@contextmanager
def statements_sent() -> Iterator[list[str]]:
    """Collect the first word of every statement that is sent meanwhile, BEGIN and COMMIT too."""
    words: list[str] = []

    def hear(sent: Any) -> None:
        words.append(str(sent.query).split(maxsplit=1)[0].rstrip(";"))

    opened = _opened()
    for connection in opened:
        connection.add_query_logger(hear)
    try:
        yield words
    finally:
        for connection in opened:
            connection.remove_query_logger(hear)
    if len(_opened()) > len(opened):
        raise AssertionError("statements went through a connection that nobody listened to")


def _opened() -> list[Connection]:
    pool: Any = get_connection(CONNECTION)
    return [holder._con for holder in pool._pool._holders if holder._con is not None]
