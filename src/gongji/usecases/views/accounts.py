"""What happened on a person's own account, and what relatives drew from it."""

from gongji.domain.actor import Actor
from gongji.domain.business_day import Days
from gongji.domain.movement import Movement
from gongji.domain.page import PageOf, PageRequest
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity
from gongji.store.orders import OrderVersion, order_versions
from gongji.store.reading.accounts import SharedDraw, page_of_draws, page_of_movements
from gongji.usecases.ports import Ports


async def list_movements(
    actor: Actor, ports: Ports, days: Days, page: PageRequest
) -> PageOf[Movement]:
    """List the entries of the person's own account (共济明细), the newest first.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G18, G19.
    """
    await acting_capacity(pool(), actor, ports.clock.now())
    return await page_of_movements(pool(), actor.person_id, days, page)


async def list_shared_draws(actor: Actor, ports: Ports, page: PageRequest) -> PageOf[SharedDraw]:
    """List what relatives drew from the sharer's account: never what for, nor exactly where.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G18, G19.
    """
    await acting_capacity(pool(), actor, ports.clock.now())
    return await page_of_draws(pool(), actor.person_id, page)


async def list_orders(actor: Actor, ports: Ports, page: PageRequest) -> PageOf[OrderVersion]:
    """List every deduction order that the beneficiary ever had, the newest first.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: S2.2, G18, G19.
    """
    await acting_capacity(pool(), actor, ports.clock.now())
    return await order_versions(pool(), actor.person_id, page)
