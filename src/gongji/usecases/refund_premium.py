"""Refund a resident premium: by its payer or by staff, until the benefit year begins."""

from dataclasses import dataclass
from uuid import UUID

from gongji.domain.actor import ActorKind, Role
from gongji.domain.errors import Forbidden, not_found, refuse_any
from gongji.domain.events import EventKind
from gongji.domain.premium import (
    Premium,
    PremiumMove,
    premium_after,
    reasons_against_refund,
)
from gongji.store.premiums import move_premium, premiums_by_id, return_legs
from gongji.store.staff import may_act_in, stated_reason
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class RefundPremium:
    """A payer's request, or a member of staff's with a reason."""

    request_id: UUID
    premium_id: UUID
    reason: str | None = None


@command("refundPremium")
async def refund_premium(tx: Transaction, request: RefundPremium) -> UUID:
    """Give a confirmed premium back, every leg to its account; returns the premium's id.

    Raises:
        Forbidden: the actor is a till.
        Refusal: not this payer's or this region's, not confirmed, or the year has begun; staff
            gave no reason.

    Clause: G14.
    """
    premium = await _theirs(tx, request.premium_id)
    await tx.claim(premium.insured_id)
    premium = (await premiums_by_id(tx.connection, [premium.id]))[premium.id]
    reason = stated_reason(tx.actor, request.reason)
    refuse_any(reasons_against_refund(premium.status, premium.year, tx.at))
    await return_legs(tx.connection, tx.changes, premium, tx.at)
    status = premium_after(premium.status, PremiumMove.REFUND)
    await move_premium(tx.connection, premium.id, status, tx.at, refund_reason=reason)
    tx.record(
        EventKind.PREMIUM_REFUNDED,
        premium.insured_id,
        premium=premium.id,
        binding=premium.binding_id,
    )
    return premium.id


async def _theirs(tx: Transaction, premium_id: UUID) -> Premium:
    """Return the premium if this person paid it, or it is in the region of this staff member."""
    if tx.actor.kind is ActorKind.TILL:
        raise Forbidden
    payer_id = None if tx.actor.kind is ActorKind.STAFF else (await tx.acting_person())[0]
    premium = (await premiums_by_id(tx.connection, [premium_id])).get(premium_id)
    if premium is None:
        raise not_found("premiumId")
    if payer_id != premium.payer_id and not may_act_in(tx.actor, premium.region, Role.SETTLER):
        raise not_found("premiumId")
    return premium
