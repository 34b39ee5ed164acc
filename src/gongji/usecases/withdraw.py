"""Withdraw an invitation (撤回邀请) that has not been answered."""

from dataclasses import dataclass
from uuid import UUID

from gongji.domain.binding import Move
from gongji.domain.events import EventKind
from gongji.store.bindings import binding_of_sharer, update_binding
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class WithdrawInvitation:
    """A sharer's request."""

    request_id: UUID
    binding_id: UUID


@command("withdrawInvitation")
async def withdraw_invitation(tx: Transaction, request: WithdrawInvitation) -> UUID:
    """Withdraw an invitation; returns the binding's id.

    Raises:
        Forbidden: the actor is no person.
        Refusal: not this person's, or answered or expired.

    Clause: G9.
    """
    person_id, _ = await tx.acting_person()
    binding = await binding_of_sharer(tx.connection, request.binding_id, person_id)
    await tx.claim(binding.beneficiary_id)
    binding = await binding_of_sharer(tx.connection, request.binding_id, person_id)
    await update_binding(tx.connection, binding.after(Move.WITHDRAW, at=tx.at), by=tx.actor)
    tx.record(EventKind.INVITATION_WITHDRAWN, binding.beneficiary_id, binding=binding.id)
    return binding.id
