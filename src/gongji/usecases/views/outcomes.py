"""What became of a request, asked by its sender."""

from dataclasses import dataclass, replace
from uuid import UUID

from asyncpg.exceptions import LockNotAvailableError
from tortoise.transactions import in_transaction

from gongji.domain.actor import Actor
from gongji.domain.errors import not_found
from gongji.domain.outcome import OutcomeStatus
from gongji.store.database import pool
from gongji.store.ids import request_key_id
from gongji.store.outcomes import KeptRequest, claim_for_a_moment, kept_request, may_still_ask
from gongji.store.request_keys import Key
from gongji.usecases.ports import Ports


@dataclass(frozen=True, slots=True)
class SeenOutcome:
    """What became of a request.

    Args:
        kept: the request as its key keeps it; None where nothing is known yet.
        sender: as whom it was sent: for the ward, where it was sent for one.
    """

    request_id: UUID
    status: OutcomeStatus
    kept: KeptRequest | None
    sender: Actor


async def see_outcome(request_id: UUID, actor: Actor, ports: Ports) -> SeenOutcome:
    """Tell the sender of a request what became of it, without waiting for it.

    ``UNKNOWN`` holds only for the moment of asking: the request may still arrive.

    Raises:
        Refusal: ``NOT_FOUND``: it was sent for a ward for whom the sender acts no more.

    Clause: G18, G19, G34.
    """
    key_id = request_key_id(actor.subject, request_id)
    kept = await kept_request(pool(), key_id)
    if kept is None:
        if await _is_being_claimed(key_id, request_id, actor, ports):
            return SeenOutcome(request_id, OutcomeStatus.IN_PROGRESS, None, actor)
        kept = await kept_request(pool(), key_id)
    if kept is None:
        return SeenOutcome(request_id, OutcomeStatus.UNKNOWN, None, actor)
    if not await may_still_ask(pool(), actor, kept, ports.clock.now()):
        raise not_found("requestId")
    return SeenOutcome(request_id, kept.status, kept, replace(actor, acting_for=kept.acting_for))


async def _is_being_claimed(key_id: UUID, request_id: UUID, actor: Actor, ports: Ports) -> bool:
    """Tell whether an open transaction has claimed a key that no read can see."""
    key = Key(key_id, "outcome", request_hash="", request_id=request_id, actor=actor)
    async with in_transaction() as connection:
        try:
            await claim_for_a_moment(connection, key, ports.clock.now())
        except LockNotAvailableError:
            return True
        finally:
            await connection.rollback()
    return False


async def voided_by(key_id: UUID) -> KeptRequest:
    """Return the request that a void has voided, by the id of its key, which is its result."""
    kept = await kept_request(pool(), key_id)
    if kept is None:
        raise ValueError("a void leaves the key that it voids")
    return kept
