"""Bindings one by one: found for whoever they belong to, and written under their locks.

A binding is protected by its beneficiary's locked row. It is read once without a lock, to find out
whose it is, and again under the lock, before anything is decided about it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.domain.binding import OPEN, Binding, BindingStatus, Move
from gongji.domain.business_day import business_day
from gongji.domain.eligibility import PairHistory
from gongji.domain.errors import not_found
from gongji.domain.events import Event, EventKind
from gongji.store.changes import Changes
from gongji.store.families import read_binding, write_consent
from gongji.store.locks import LockedBeneficiary
from gongji.store.rows import BindingRow, BlockRow
from gongji.store.sql import moment, one_json

_BY_ID: Final = """
SELECT jsonb_build_object('bindings', COALESCE(jsonb_agg(to_jsonb(b)), '[]'))::text
FROM binding AS b WHERE b.id = $1
"""
_OPEN_PAIR: Final = """
SELECT jsonb_build_object('bindings', COALESCE(jsonb_agg(to_jsonb(b)), '[]'))::text
FROM binding AS b
WHERE b.sharer_id = $1 AND b.beneficiary_id = $2
    AND b.status IN ('INVITED', 'IN_REVIEW', 'ACTIVE', 'PAUSED')
"""
_HISTORY: Final = """
SELECT jsonb_build_object(
    'bindings', (
        SELECT COALESCE(jsonb_agg(jsonb_build_object('status', b.status,
            'invited_at', b.invited_at, 'accepted_at', b.accepted_at,
            'ended_at', b.ended_at)), '[]')
        FROM binding AS b WHERE b.sharer_id = $1 AND b.beneficiary_id = $2),
    'is_blocked', EXISTS (
        SELECT 1 FROM block AS x WHERE x.sharer_id = $1 AND x.beneficiary_id = $2)
)::text
"""


async def find_binding(connection: BaseDBAsyncClient, binding_id: UUID) -> Binding:
    """Return a binding, whosever it is.

    Raises:
        Refusal: ``NOT_FOUND``: there is none.
    """
    return _only(await one_json(connection, _BY_ID, binding_id))


async def binding_of_sharer(
    connection: BaseDBAsyncClient, binding_id: UUID, sharer_id: UUID
) -> Binding:
    """Return the binding if this person is its sharer.

    Raises:
        Refusal: ``NOT_FOUND``: there is none, or it is somebody else's.
    """
    binding = await find_binding(connection, binding_id)
    if binding.sharer_id != sharer_id:
        raise not_found("bindingId")
    return binding


async def binding_of_beneficiary(
    connection: BaseDBAsyncClient, binding_id: UUID, beneficiary_id: UUID
) -> Binding:
    """Return the binding if this person is its beneficiary.

    Raises:
        Refusal: ``NOT_FOUND``: there is none, or it is somebody else's.
    """
    binding = await find_binding(connection, binding_id)
    if binding.beneficiary_id != beneficiary_id:
        raise not_found("bindingId")
    return binding


def _only(answer: Mapping[str, Any]) -> Binding:
    if not answer["bindings"]:
        raise not_found("bindingId")
    return read_binding(answer["bindings"][0])


async def open_binding(
    connection: BaseDBAsyncClient, *, sharer_id: UUID, beneficiary_id: UUID
) -> Binding | None:
    """Return the pair's one binding that is not final, or None (G9)."""
    answer = await one_json(connection, _OPEN_PAIR, sharer_id, beneficiary_id)
    return _only(answer) if answer["bindings"] else None


async def pair_history(
    connection: BaseDBAsyncClient, *, sharer_id: UUID, beneficiary_id: UUID
) -> PairHistory:
    """Return what happened before between two persons, in these roles (G9, G10)."""
    answer = await one_json(connection, _HISTORY, sharer_id, beneficiary_id)
    bindings = answer["bindings"]
    ended = [
        business_day(at)
        for b in bindings
        if b["status"] == BindingStatus.ENDED and b["accepted_at"] and (at := moment(b["ended_at"]))
    ]
    return PairHistory(
        declined_at=tuple(
            at
            for b in bindings
            if b["status"] == BindingStatus.DECLINED and (at := moment(b["ended_at"]))
        ),
        invited_at=tuple(datetime.fromisoformat(b["invited_at"]) for b in bindings),
        ended_on=max(ended, default=None),
        is_blocked=answer["is_blocked"],
    )


async def insert_binding(
    connection: BaseDBAsyncClient, binding: Binding, *, account_id: UUID, by: Actor
) -> None:
    """Store a new invitation.

    Args:
        account_id: the sharer's personal account.
    """
    await BindingRow.create(
        using_db=connection,
        id=binding.id,
        sharer_id=binding.sharer_id,
        beneficiary_id=binding.beneficiary_id,
        account_id=account_id,
        kinship=binding.kinship,
        status=binding.status,
        invited_at=binding.invited_at,
        expires_at=binding.expires_at,
        sharer_consent=write_consent(binding.sharer_consent),
        actor=by.record(),
    )


async def update_binding(
    connection: BaseDBAsyncClient, binding: Binding, *, by: Actor, reason: str | None = None
) -> None:
    """Store a binding as it stands after a move; a final one has no place in any order.

    Args:
        reason: why it ended, in the words of staff.
    """
    consent = binding.beneficiary_consent
    await (
        BindingRow.filter(id=binding.id)
        .using_db(connection)
        .update(
            status=binding.status,
            accepted_at=binding.accepted_at,
            ended_at=binding.ended_at,
            end_reason=reason,
            position=binding.position if binding.status in OPEN else None,
            limit_settlement_fen=binding.limit.per_settlement,
            limit_month_fen=binding.limit.per_month,
            limit_year_fen=binding.limit.per_year,
            beneficiary_consent=None if consent is None else write_consent(consent),
            actor=by.record(),
        )
    )


async def expire_binding(
    connection: BaseDBAsyncClient,
    changes: Changes,
    binding: Binding,
    *,
    locked: LockedBeneficiary,
    by: Actor,
) -> None:
    """Store that an invitation's time is over, with its event; the beneficiary's row is locked.

    Clause: G9.
    """
    await update_binding(connection, binding.after(Move.EXPIRE, at=changes.at), by=by)
    event = Event(EventKind.INVITATION_EXPIRED, binding.beneficiary_id, {"binding": binding.id})
    changes.event(event, locked, by=by)


async def block(
    connection: BaseDBAsyncClient, *, beneficiary_id: UUID, sharer_id: UUID, at: datetime
) -> None:
    """Store that somebody wants no more invitations from somebody; again changes nothing (G9)."""
    wish = BlockRow(beneficiary_id=beneficiary_id, sharer_id=sharer_id, blocked_at=at)
    await BlockRow.bulk_create([wish], ignore_conflicts=True, using_db=connection)
