"""The mark of a database: a demonstration, into which demo people may be loaded, or not."""

from datetime import datetime
from typing import Final

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.store.rows import InstallationRow, PersonRow

NAME: Final = "gongji"


class NotADemonstration(Exception):
    """The database is not marked as a demonstration, and nobody said that this is known."""


async def is_demonstration(connection: BaseDBAsyncClient) -> bool:
    """Tell whether the database is marked as a demonstration."""
    row = await InstallationRow.get_or_none(name=NAME, using_db=connection)
    return row is not None and row.is_demonstration


async def mark_as_demonstration(connection: BaseDBAsyncClient, at: datetime) -> None:
    """Mark a database without people as a demonstration; marking it again changes nothing.

    Raises:
        NotADemonstration: there are people in it already, or it is marked otherwise.
    """
    if await is_demonstration(connection):
        return
    if await PersonRow.exists(using_db=connection):
        raise NotADemonstration
    _, is_new = await InstallationRow.get_or_create(
        {"is_demonstration": True, "marked_at": at}, name=NAME, using_db=connection
    )
    if not is_new:
        raise NotADemonstration
