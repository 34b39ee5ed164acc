"""Settled bills: as their beneficiary or staff sees them, and as the till that settled them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gongji.domain.actor import Actor, ActorKind, Role
from gongji.domain.errors import Forbidden
from gongji.domain.explanation import Viewer
from gongji.domain.page import PageOf, PageRequest
from gongji.domain.settlement import Settlement
from gongji.store.accesses import record_readings
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity
from gongji.store.reading.lookups import regions_of
from gongji.store.reading.settlements import Chosen, Whose, page_of_settlements
from gongji.store.settlements import settlements_by_id
from gongji.store.staff import may_act_in
from gongji.usecases.ports import Ports
from gongji.usecases.views.acting import may_ask

READERS: Final = (Role.SETTLER, Role.READER)
"""Roles of staff who may read a settlement of their region."""


@dataclass(frozen=True, slots=True)
class SeenSettlement:
    """A settlement and for whom its explanation is told."""

    settlement: Settlement
    viewer: Viewer


async def see_settlements(
    ids: Iterable[UUID], actor: Actor, ports: Ports
) -> dict[UUID, SeenSettlement]:
    """Return those settlements that the actor may see: the beneficiary's own, staff's region's.

    What staff reads is recorded.

    Clause: G18, G19.
    """
    if actor.kind not in {ActorKind.PERSON, ActorKind.STAFF}:
        return {}
    found = await settlements_by_id(pool(), ids)
    if actor.kind is ActorKind.STAFF:
        return await _seen_by_staff(found, actor, ports)
    if not await may_ask(actor, ports):
        return {}
    return {
        one.id: SeenSettlement(one, Viewer.BENEFICIARY)
        for one in found.values()
        if one.beneficiary_id == actor.person_id
    }


async def _seen_by_staff(
    found: dict[UUID, Settlement], actor: Actor, ports: Ports
) -> dict[UUID, SeenSettlement]:
    regions = await regions_of(one.beneficiary_id for one in found.values())
    seen = {
        one.id: SeenSettlement(one, Viewer.STAFF)
        for one in found.values()
        if may_act_in(actor, regions[one.beneficiary_id], *READERS)
    }
    read = {one.settlement.id: [one.settlement.beneficiary_id] for one in seen.values()}
    await record_readings(pool(), read, actor, ports.clock.now())
    return seen


async def see_receipts(ids: Iterable[UUID], actor: Actor) -> dict[UUID, Settlement]:
    """Return those settlements that the till itself settled.

    Clause: G18.
    """
    if actor.kind is not ActorKind.TILL:
        return {}
    found = await settlements_by_id(pool(), ids)
    return {one.id: one for one in found.values() if one.institution_id == actor.subject}


async def list_settlements(
    actor: Actor, ports: Ports, chosen: Chosen, page: PageRequest
) -> PageOf[Settlement]:
    """List a beneficiary's own settlements, the newest first.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G18, G19.
    """
    await acting_capacity(pool(), actor, ports.clock.now())
    return await page_of_settlements(pool(), Whose.BENEFICIARY, actor.person_id, chosen, page)


async def list_receipts(actor: Actor, chosen: Chosen, page: PageRequest) -> PageOf[Settlement]:
    """List what a till settled, the newest first.

    Raises:
        Forbidden: the actor is no till.

    Clause: G18.
    """
    if actor.kind is not ActorKind.TILL:
        raise Forbidden
    return await page_of_settlements(pool(), Whose.INSTITUTION, actor.subject, chosen, page)
