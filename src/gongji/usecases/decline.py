"""Decline an invitation (拒绝邀请), and refuse to be invited again where that is wished."""

from dataclasses import dataclass
from uuid import UUID

from gongji.domain.binding import Move
from gongji.domain.events import EventKind
from gongji.store.bindings import binding_of_beneficiary, block, update_binding
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class DeclineInvitation:
    """A beneficiary's answer.

    Args:
        block: the beneficiary wants no more invitations from this sharer.
    """

    request_id: UUID
    binding_id: UUID
    block: bool = False


@command("declineInvitation")
async def decline_invitation(tx: Transaction, request: DeclineInvitation) -> UUID:
    """Decline an invitation; returns the binding's id.

    Raises:
        Forbidden: the actor is no person.
        Refusal: not this person's, or not open any more.

    Clause: G9.
    """
    person_id, _ = await tx.acting_person()
    await binding_of_beneficiary(tx.connection, request.binding_id, person_id)
    await tx.claim(person_id)
    binding = await binding_of_beneficiary(tx.connection, request.binding_id, person_id)
    await update_binding(tx.connection, binding.after(Move.DECLINE, at=tx.at), by=tx.actor)
    if request.block:
        await block(tx.connection, beneficiary_id=person_id, sharer_id=binding.sharer_id, at=tx.at)
    tx.record(EventKind.INVITATION_DECLINED, person_id, binding=binding.id)
    return binding.id
