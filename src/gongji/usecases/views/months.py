"""A month of the own account, as its owner sees it."""

from datetime import date

from gongji.domain.actor import Actor
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity
from gongji.store.reading.months import Month, sum_up
from gongji.usecases.ports import Ports


async def sum_up_month(actor: Actor, ports: Ports, first: date) -> Month | None:
    """Sum up the month that begins on a day, of the actor's or the ward's own account.

    Returns:
        None for a person without an account.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G18, G19.
    """
    await acting_capacity(pool(), actor, ports.clock.now())
    return await sum_up(pool(), actor.person_id, first)
