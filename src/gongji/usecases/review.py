"""Review a kinship (审核亲属关系) that the registry neither confirms nor denies."""

from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from gongji.domain.actor import ActorKind, Role
from gongji.domain.binding import Binding, Move
from gongji.domain.eligibility import reasons_against_kinship
from gongji.domain.errors import Code, Forbidden, Reason, not_found, refuse_any
from gongji.domain.events import EventKind
from gongji.store.bindings import find_binding, update_binding
from gongji.store.families import Families
from gongji.store.orders import live_order, write_order_with
from gongji.store.pairs import receiving_side, sharing_side
from gongji.store.rows import BeneficiaryRow
from gongji.store.staff import may_act_in, stated_reason
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class ReviewKinship:
    """A verdict of staff.

    Args:
        is_confirmed: whether the two are related as they both declared.
        reason: on what the verdict stands.
    """

    request_id: UUID
    binding_id: UUID
    is_confirmed: bool
    reason: str


@command("reviewKinship")
async def review_kinship(tx: Transaction, request: ReviewKinship) -> UUID:
    """Confirm or refuse a declared kinship; returns the binding's id.

    Raises:
        Forbidden: the actor is no member of staff.
        Refusal: not in this region, not in review, no reason, or, when confirming, everything that
            stands against the two by now.

    Clause: G20, G6, G31.
    """
    binding = await _theirs(tx, request.binding_id)
    people = binding.beneficiary_id, binding.sharer_id
    await tx.claim(*people)
    families = await tx.load(*people)
    binding = await find_binding(tx.connection, request.binding_id)
    reason = stated_reason(tx.actor, request.reason)
    if request.is_confirmed:
        await _confirm(tx, binding, families)
    else:
        refused = binding.after(Move.REFUSE_KINSHIP, at=tx.at)
        await update_binding(tx.connection, refused, by=tx.actor, reason=reason)
        tx.record(EventKind.KINSHIP_REFUSED, binding.beneficiary_id, binding=binding.id)
    return binding.id


async def _theirs(tx: Transaction, binding_id: UUID) -> Binding:
    if tx.actor.kind is not ActorKind.STAFF:
        raise Forbidden
    binding = await find_binding(tx.connection, binding_id)
    row = await BeneficiaryRow.get(person_id=binding.beneficiary_id, using_db=tx.connection)
    if not may_act_in(tx.actor, row.region, Role.REVIEWER):
        raise not_found("bindingId")
    return binding


async def _confirm(tx: Transaction, binding: Binding, families: Families) -> None:
    confirmed = binding.after(Move.CONFIRM_KINSHIP, at=tx.at)
    refuse_any(await _reasons(tx, binding, families))
    await update_binding(tx.connection, confirmed, by=tx.actor)
    order, kind = live_order(families, binding.beneficiary_id), EventKind.KINSHIP_CONFIRMED
    write_order_with(
        tx.changes,
        tx.locked[binding.beneficiary_id],
        order,
        binding.id,
        position=_wished(binding, order),
        cause=kind,
        by=tx.actor,
    )
    tx.record(kind, binding.beneficiary_id, binding=binding.id)


async def _reasons(tx: Transaction, binding: Binding, families: Families) -> list[Reason]:
    """List what stands against the two on the locked rows, exactly: staff may know."""
    sharing = await sharing_side(tx.connection, families, binding.sharer_id, tx.at)
    receiving = receiving_side(families, binding.beneficiary_id, tx.at)
    reasons = [*chain(receiving.reasons(tx.at), sharing.reasons(tx.at))]
    if sharing.policy is not None:
        reasons += reasons_against_kinship(binding.kinship, sharing.policy)
    verdict = await tx.ports.insurance_centre.kinship_is_confirmed(
        binding.sharer_id, binding.beneficiary_id, binding.kinship
    )
    if verdict is False:
        reasons.append(Reason(Code.RELATIVE_NOT_VERIFIED))
    return reasons


def _wished(binding: Binding, order: list[UUID]) -> int | None:
    """Return the position wished when accepting; others may have ended in the meantime."""
    return None if binding.position is None else min(binding.position, len(order) + 1)
