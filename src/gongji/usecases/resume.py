"""Resume a paused binding (恢复共济)."""

from dataclasses import dataclass
from uuid import UUID

from gongji.domain.binding import Move
from gongji.domain.events import EventKind
from gongji.store.bindings import binding_of_sharer, update_binding
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class ResumeBinding:
    """A sharer's request."""

    request_id: UUID
    binding_id: UUID


@command("resumeBinding")
async def resume_binding(tx: Transaction, request: ResumeBinding) -> UUID:
    """Resume a paused binding; returns its id.

    Raises:
        Forbidden: the actor is no person.
        Refusal: not this person's, or not paused.

    Clause: G10.
    """
    person_id, _ = await tx.acting_person()
    binding = await binding_of_sharer(tx.connection, request.binding_id, person_id)
    await tx.claim(binding.beneficiary_id)
    binding = await binding_of_sharer(tx.connection, request.binding_id, person_id)
    await update_binding(tx.connection, binding.after(Move.RESUME, at=tx.at), by=tx.actor)
    tx.record(EventKind.BINDING_RESUMED, binding.beneficiary_id, binding=binding.id)
    return binding.id
