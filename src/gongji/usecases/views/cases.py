"""Cases as staff of their region work on them."""

from gongji.domain.actor import Actor, ActorKind, Role
from gongji.domain.case import Case, CaseStatus
from gongji.domain.errors import Forbidden
from gongji.domain.page import PageOf, PageRequest
from gongji.store.accesses import record_readings
from gongji.store.database import pool
from gongji.store.reading.cases import page_of_cases
from gongji.usecases.ports import Ports


async def list_cases(
    actor: Actor, ports: Ports, status: CaseStatus | None, page: PageRequest
) -> PageOf[Case]:
    """List the cases of a region, the open ones first, then the newest; the reading is recorded.

    Args:
        status: None: any.
        page: its key is ``store.reading.cases.case_key``.

    Raises:
        Forbidden: the actor is no member of staff who settles, or works for no region.

    Clause: G13, G14, G18.
    """
    if actor.kind is not ActorKind.STAFF or Role.SETTLER not in actor.roles or not actor.region:
        raise Forbidden
    found = await page_of_cases(pool(), actor.region, status, page)
    read = {case.id: [case.person_id] for case in found.rows}
    await record_readings(pool(), read, actor, ports.clock.now())
    return found
