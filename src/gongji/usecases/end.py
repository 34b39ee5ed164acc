"""End a binding (解绑): by either side at once, or by staff with a reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor, ActorKind, Role
from gongji.domain.binding import LIVE, Binding, BindingStatus, Move
from gongji.domain.disclosure import shown_to_beneficiary
from gongji.domain.errors import FreshPlan, not_found
from gongji.domain.events import EventKind
from gongji.domain.plan import ending_plan
from gongji.store.bindings import find_binding, update_binding
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity
from gongji.store.orders import live_order, write_order
from gongji.store.plans import check_plan, plain_plan
from gongji.store.rows import BeneficiaryRow
from gongji.store.staff import may_act_in, stated_reason
from gongji.usecases.ports import Ports
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class EndBinding:
    """A request of the sharer, the beneficiary, or staff.

    Args:
        reason: why, in the words of staff; what a person writes is not kept.
        if_plan: the consequence that was shown; the binding ends only if it still holds.
    """

    request_id: UUID
    binding_id: UUID
    reason: str | None = None
    if_plan: str | None = None


@command("endBinding")
async def end_binding(tx: Transaction, request: EndBinding) -> UUID:
    """End a binding, or take back what waits for review; returns the binding's id.

    Settled bills stay. The remaining sharers move up, where an order is set.

    Raises:
        Forbidden: the actor is a till.
        Refusal: not this actor's, not to be ended, or staff gave no reason.
        PlanChanged: the binding, or the order where the actor knows it, is no longer as shown.

    Clause: G10, G2.
    """
    binding = await _theirs(tx.connection, request.binding_id, tx.actor, tx.at)
    await tx.claim(binding.beneficiary_id)
    families = await tx.load(binding.beneficiary_id)
    binding = await find_binding(tx.connection, request.binding_id)
    reason = stated_reason(tx.actor, request.reason)
    locked = tx.locked[binding.beneficiary_id]
    ended = binding.after(Move.END, at=tx.at)
    seen_as = _seen(binding, tx.actor, tx.at)
    seen_order = _seen_order(binding, tx.actor, locked.value.order_version)
    check_plan(request.if_plan, _plan(binding, seen_as, seen_order, tx.ports))
    await update_binding(tx.connection, ended, by=tx.actor, reason=reason)
    if binding.status in LIVE:
        remaining = [x for x in live_order(families, binding.beneficiary_id) if x != binding.id]
        write_order(
            tx.changes,
            locked,
            remaining,
            is_set=locked.value.order_is_set,
            cause=EventKind.BINDING_ENDED,
            by=tx.actor,
        )
    tx.record(EventKind.BINDING_ENDED, binding.beneficiary_id, binding=binding.id)
    return binding.id


async def quote_end(binding_id: UUID, actor: Actor, ports: Ports) -> FreshPlan:
    """Return the plan of ending a binding as it stands now, for the card that asks to confirm.

    Raises:
        Forbidden: the actor is a till.
        Refusal: not this actor's, or not to be ended.

    Clause: G10, G18.
    """
    connection, at = pool(), ports.clock.now()
    binding = await _theirs(connection, binding_id, actor, at)
    binding.after(Move.END, at=at)
    row = await BeneficiaryRow.get(person_id=binding.beneficiary_id, using_db=connection)
    seen_order = _seen_order(binding, actor, row.order_version)
    return _plan(binding, _seen(binding, actor, at), seen_order, ports)


def _seen(binding: Binding, actor: Actor, at: datetime) -> BindingStatus:
    """Return the state that the actor sees: no plan tells a beneficiary of a pause (G18)."""
    if actor.kind is ActorKind.PERSON and actor.person_id == binding.beneficiary_id:
        return shown_to_beneficiary(binding, at)
    return binding.status


def _seen_order(binding: Binding, actor: Actor, order_version: int) -> int | None:
    """Return the order's version, for a sharer none: it moves with each other sharer (G18)."""
    is_sharer = actor.kind is ActorKind.PERSON and actor.person_id == binding.sharer_id
    return None if is_sharer else order_version


def _plan(
    binding: Binding, seen_as: BindingStatus, seen_order: int | None, ports: Ports
) -> FreshPlan:
    plan = ending_plan(binding.id, status=seen_as, order_version=seen_order)
    return plain_plan(plan, ports.key_ring)


async def _theirs(
    connection: BaseDBAsyncClient, binding_id: UUID, actor: Actor, at: datetime
) -> Binding:
    """Return the binding if it is one of this person's, or in the region of this staff."""
    if actor.kind is ActorKind.STAFF:
        binding = await find_binding(connection, binding_id)
        row = await BeneficiaryRow.get(person_id=binding.beneficiary_id, using_db=connection)
        is_theirs = may_act_in(actor, row.region, Role.REVIEWER)
    else:
        await acting_capacity(connection, actor, at)
        binding = await find_binding(connection, binding_id)
        is_theirs = binding.is_party(actor.person_id)
    if not is_theirs:
        raise not_found("bindingId")
    return binding
