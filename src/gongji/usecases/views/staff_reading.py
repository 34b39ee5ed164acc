"""Staff read somebody's family account: with the role, for the region, and with a reason."""

from datetime import datetime
from uuid import UUID

from gongji.domain.actor import Actor, Role
from gongji.domain.errors import Forbidden, not_found
from gongji.store.accesses import record_access
from gongji.store.database import pool
from gongji.store.reading.lookups import regions_of
from gongji.store.staff import may_act_in, stated_reason


async def open_to_staff(
    actor: Actor, person_id: UUID | None, reason: str | None, at: datetime
) -> UUID:
    """Return whose account is to be read, once that this member of staff does so is recorded.

    Raises:
        Forbidden: staff who may not read.
        Refusal: no reason; unknown or out of the region, which are told alike.

    Clause: G18, G22.
    """
    if Role.READER not in actor.roles or actor.acting_for is not None:
        raise Forbidden
    stated = stated_reason(actor, reason)
    regions = {} if person_id is None else await regions_of([person_id])
    if person_id is None or stated is None or person_id not in regions:
        raise not_found("personId")
    if not may_act_in(actor, regions[person_id], Role.READER):
        raise not_found("personId")
    await record_access(pool(), person_id, stated, actor, at)
    return person_id
