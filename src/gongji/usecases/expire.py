"""Sweep invitations whose time is over: each once, with an event (G9).

Nothing waits for the sweep: an invitation that has expired shows so, and cannot be accepted, from
its very moment on.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise.transactions import in_transaction

from gongji.domain.actor import REGISTRY
from gongji.store.bindings import expire_binding, find_binding
from gongji.store.changes import Changes
from gongji.store.database import pool
from gongji.store.locks import claim_and_lock
from gongji.store.sql import rows
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried

MOST_AT_ONCE: Final = 200

_DUE: Final = """
SELECT id, beneficiary_id FROM binding
WHERE status = 'INVITED' AND expires_at <= $1
ORDER BY expires_at, id LIMIT $2
"""


async def expire_invitations(ports: Ports, *, limit: int = MOST_AT_ONCE) -> int:
    """Expire invitations that are due, the oldest first; returns how many.

    Args:
        limit: how many at most; the next sweep takes the others.

    Clause: G9.
    """
    due = await rows(pool(), _DUE, ports.clock.now(), limit)
    return sum([await _expire(row["id"], row["beneficiary_id"], ports) for row in due])


async def _expire(binding_id: UUID, beneficiary_id: UUID, ports: Ports) -> bool:
    return await retried(lambda: _once(binding_id, beneficiary_id, ports.clock.now()))


async def _once(binding_id: UUID, beneficiary_id: UUID, at: datetime) -> bool:
    async with in_transaction() as connection:
        claimed = await claim_and_lock(connection, [], [beneficiary_id], claimed_at=at)
        binding = await find_binding(connection, binding_id)
        if not binding.has_expired(at):
            return False
        changes = Changes(at)
        locked = claimed.beneficiaries[beneficiary_id]
        await expire_binding(connection, changes, binding, locked=locked, by=REGISTRY)
        await changes.write(connection)
        return True
