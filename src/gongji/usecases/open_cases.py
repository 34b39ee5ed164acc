"""Open a case for every premium that the tax bureau leaves without an answer (G14).

Asking again goes on meanwhile; the answer closes the case.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise.transactions import in_transaction

from gongji.domain.case import UNCONFIRMED_FOR, CaseKind
from gongji.domain.premium import PremiumStatus
from gongji.store.cases import has_case, open_unconfirmed, overdue_premiums
from gongji.store.changes import Changes
from gongji.store.database import pool
from gongji.store.locks import claim_and_lock
from gongji.store.premiums import premiums_by_id
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried

MOST_AT_ONCE: Final = 200


async def open_cases(ports: Ports, *, limit: int = MOST_AT_ONCE) -> int:
    """Open the cases that are due, those that wait longest first; returns how many.

    Args:
        limit: how many at most; the next sweep takes the others.

    Clause: G14.
    """
    debited_until = ports.clock.now() - UNCONFIRMED_FOR
    due = await overdue_premiums(pool(), debited_until=debited_until, limit=limit)
    return sum([await _open(one.premium_id, one.insured_id, ports) for one in due])


async def _open(premium_id: UUID, insured_id: UUID, ports: Ports) -> bool:
    return await retried(lambda: _once(premium_id, insured_id, ports.clock.now()))


async def _once(premium_id: UUID, insured_id: UUID, at: datetime) -> bool:
    """Open one case, unless the answer or another sweep came first."""
    async with in_transaction() as connection:
        await claim_and_lock(connection, [], [insured_id], claimed_at=at)
        premium = (await premiums_by_id(connection, [premium_id]))[premium_id]
        if premium.status is not PremiumStatus.DEBITED:
            return False
        if await has_case(connection, CaseKind.PREMIUM_UNCONFIRMED, premium_id):
            return False
        changes = Changes(at)
        open_unconfirmed(changes, premium)
        await changes.write(connection)
        return True
