"""Who of the staff looked at whose family account, when and why."""

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
