"""How the person whose conversation it is, and an invited ward, are spoken of.

Clause: G19.
"""

from uuid import UUID

from gongji.chat import texts
from gongji.domain.actor import Actor
from gongji.usecases.ports import Ports
from gongji.usecases.views.registry import see_myself
from gongji.usecases.views.relatives import list_relatives


async def addressed(actor: Actor, ports: Ports) -> str:
    """Return what the person is called: 您, or the masked name of a ward who is acted for."""
    if actor.acting_for is None:
        return texts.YOU
    return (await _wards(actor, ports)).get(actor.person_id, texts.YOU)


async def invited_ward(binding_id: UUID, actor: Actor, ports: Ports) -> str | None:
    """Return the masked name of who was invited, where whoever invited has to accept as well."""
    if not (wards := await _wards(actor, ports)):
        return None
    relatives = await list_relatives(actor, ports)
    invited = (one.person_id for one in relatives if one.binding_id == binding_id)
    return next((wards[one] for one in invited if one in wards), None)


async def _wards(actor: Actor, ports: Ports) -> dict[UUID, str]:
    return {ward.id: ward.name for ward in (await see_myself(actor, ports)).wards}
