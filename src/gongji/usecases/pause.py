"""Pause a binding (暂停共济): it keeps its place, and no later settlement draws from it."""

from dataclasses import dataclass
from uuid import UUID

from gongji.domain.binding import Move
from gongji.domain.events import EventKind
from gongji.store.bindings import binding_of_sharer, update_binding
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class PauseBinding:
    """A sharer's request."""

    request_id: UUID
    binding_id: UUID


@command("pauseBinding")
async def pause_binding(tx: Transaction, request: PauseBinding) -> UUID:
    """Pause a binding; returns its id.

    Raises:
        Forbidden: the actor is no person.
        Refusal: not this person's, or not active.

    Clause: G3, G10.
    """
    person_id, _ = await tx.acting_person()
    binding = await binding_of_sharer(tx.connection, request.binding_id, person_id)
    await tx.claim(binding.beneficiary_id)
    binding = await binding_of_sharer(tx.connection, request.binding_id, person_id)
    await update_binding(tx.connection, binding.after(Move.PAUSE, at=tx.at), by=tx.actor)
    tx.record(EventKind.BINDING_PAUSED, binding.beneficiary_id, binding=binding.id)
    return binding.id
