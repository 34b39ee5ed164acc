"""Set the deduction order (设置扣款顺序): the beneficiary lists every sharer once."""

from dataclasses import dataclass
from uuid import UUID

from gongji.domain.binding import check_order
from gongji.domain.errors import StaleOrder, not_found
from gongji.domain.events import EventKind
from gongji.store.orders import live_order, write_order
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class ReorderSharers:
    """A beneficiary's request.

    Args:
        binding_ids: every live binding exactly once, the first to be drawn first.
        expected_version: version of the order that the beneficiary has seen.
    """

    request_id: UUID
    binding_ids: tuple[UUID, ...]
    expected_version: int


@command("reorderSharers")
async def reorder_sharers(tx: Transaction, request: ReorderSharers) -> UUID:
    """Set the order of the acting person's sharers; returns that person's id.

    Raises:
        Forbidden: the actor is no person.
        StaleOrder: it was changed since; carries the order as it stands.
        Refusal: the list is not every live binding exactly once.

    Clause: S2.2, G2.
    """
    person_id, _ = await tx.acting_person()
    await tx.claim(person_id)
    if person_id not in tx.locked:
        raise not_found()
    families = await tx.load(person_id)
    locked, order = tx.locked[person_id], live_order(families, person_id)
    if request.expected_version != locked.value.order_version:
        raise StaleOrder(locked.value.order_version, tuple(order))
    check_order(request.binding_ids, frozenset(order))
    kind = EventKind.ORDER_CHANGED
    write_order(tx.changes, locked, request.binding_ids, is_set=True, cause=kind, by=tx.actor)
    tx.record(kind, person_id)
    return person_id
