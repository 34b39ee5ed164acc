"""What happened on a person's own account, and what relatives drew from it."""

from collections.abc import Iterable
from uuid import UUID

from gongji.domain.actor import Actor, ActorKind
from gongji.domain.business_day import Days
from gongji.domain.movement import Movement
from gongji.domain.page import PageOf, PageRequest
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity
from gongji.store.orders import OrderVersion, order_versions
from gongji.store.reading.accounts import (
    SharedDraw,
    draws_of_settlements,
    page_of_draws,
    page_of_movements,
)
from gongji.usecases.ports import Ports
from gongji.usecases.views.acting import may_ask


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


async def see_draws(
    settlement_ids: Iterable[UUID], actor: Actor, ports: Ports
) -> dict[UUID, SharedDraw]:
    """Return what some settlements drew from the account of the actor or the ward.

    Unknown settlements and those that drew nothing from it are left out alike.

    Clause: G18, G19.
    """
    if actor.kind is not ActorKind.PERSON or not await may_ask(actor, ports):
        return {}
    return await draws_of_settlements(pool(), actor.person_id, settlement_ids)


async def list_orders(actor: Actor, ports: Ports, page: PageRequest) -> PageOf[OrderVersion]:
    """List every deduction order that the beneficiary ever had, the newest first.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: S2.2, G18, G19.
    """
    await acting_capacity(pool(), actor, ports.clock.now())
    return await order_versions(pool(), actor.person_id, page)
