"""Who of the staff looked at whose family account, or at which record of it, when and why."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.store.rows import AccessRow


async def record_access(
    connection: BaseDBAsyncClient, person_id: UUID, reason: str, by: Actor, at: datetime
) -> None:
    """Record that staff read a family account; it is written before anything is shown."""
    await AccessRow.create(
        using_db=connection, person_id=person_id, reason=reason, read_at=at, actor=by.record()
    )


async def record_readings(
    connection: BaseDBAsyncClient,
    read: Mapping[UUID, Iterable[UUID]],
    by: Actor,
    at: datetime,
) -> None:
    """Record that staff read single records; it is written before anything is shown.

    Who reads one knows its id from the work on it, so that no reason is asked for.

    Args:
        read: by the id of each binding, settlement or premium, the people it is about.
    """
    accesses = [
        AccessRow(person_id=person_id, record_id=record_id, read_at=at, actor=by.record())
        for record_id, people in read.items()
        for person_id in people
    ]
    if accesses:
        await AccessRow.bulk_create(accesses, using_db=connection)
