"""Whether somebody may ask on behalf of a ward, where a stranger is answered with nothing."""

from gongji.domain.actor import Actor, ActorKind
from gongji.domain.errors import Refusal
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity
from gongji.usecases.ports import Ports


async def may_ask(actor: Actor, ports: Ports) -> bool:
    """Tell whether the actor asks for nobody else, or is a guardian or proxy of the ward.

    Clause: G19.
    """
    if actor.kind is not ActorKind.PERSON:
        return True
    try:
        await acting_capacity(pool(), actor, ports.clock.now())
    except Refusal:
        return False
    return True
