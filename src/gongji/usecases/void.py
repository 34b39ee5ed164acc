"""Void a request whose outcome its sender does not know (冲正): undo it, or bar its key for ever.

The void claims the key that it voids: it waits for a transaction that is just using that key, and
one that comes later finds it barred. So a till that gave up and took cash is never overtaken.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from gongji.domain.actor import ActorKind
from gongji.domain.business_day import business_day
from gongji.domain.errors import Code, Forbidden, Reason, not_found, refuse, refuse_any
from gongji.domain.premium import PremiumStatus, reasons_against_refund
from gongji.domain.settlement import reasons_against_reversal
from gongji.store.families import Beside
from gongji.store.ids import new_id, request_key_id
from gongji.store.outcomes import KeptRequest, kept_request, lock_request, may_still_ask
from gongji.store.premiums import book_refund, premiums_by_id
from gongji.store.request_keys import Key, write_voided
from gongji.store.reversals import book_reversal, whole_settlements
from gongji.store.rows import InstitutionRow
from gongji.usecases.transaction import Transaction, command

OPERATION: Final = "voidRequest"


@dataclass(frozen=True, slots=True)
class VoidRequest:
    """A request about another one of the same sender.

    Args:
        voids: the request id that is voided, whether or not it ever arrived.
    """

    request_id: UUID
    voids: UUID


@command(OPERATION)
async def void_request(tx: Transaction, request: VoidRequest) -> UUID:
    """Void a request; returns the id of its key. A second void changes nothing more.

    What was refused stays refused. A settlement is reversed and a premium refunded by the rules
    of reversing and refunding.

    Raises:
        Forbidden: a till of an institution that the registry does not know.
        Refusal: it was done, and this kind of operation cannot be undone, or no longer; it was
            sent for a ward for whom the sender acts no more.

    Clause: G13, G14, G34.
    """
    if request.voids == request.request_id:
        raise refuse(Code.VOID_OF_ITSELF, "voids")
    key = _key(tx, request)
    await _expect_sender(tx, await kept_request(tx.connection, key.id))
    await tx.claim(beside=key)
    kept = await lock_request(tx.connection, key.id)
    await _expect_sender(tx, kept)
    if kept.voided_at is None:
        await _undo(tx, kept)
        tx.changes.answer(key, write_voided(kept.answer, at=tx.at, by=request.request_id))
    return key.id


def _key(tx: Transaction, request: VoidRequest) -> Key:
    """Return the voided request's key as the void claims it, where nobody has."""
    key_id = request_key_id(tx.actor.subject, request.voids)
    return replace(tx.key, id=key_id, request_id=request.voids)


async def _expect_sender(tx: Transaction, kept: KeptRequest | None) -> None:
    """Refuse who may not, or no longer, be the sender of that request."""
    if tx.actor.kind is ActorKind.TILL:
        place = InstitutionRow.filter(id=tx.actor.subject).using_db(tx.connection)
        if not await place.exists():
            raise Forbidden
    if kept is None:
        return
    if not await may_still_ask(tx.connection, tx.actor, kept, tx.at):
        raise not_found("voids")
    tx.actor = replace(tx.actor, acting_for=kept.acting_for)


async def _undo(tx: Transaction, kept: KeptRequest) -> None:
    if kept.result_id is None:
        return
    undo = _UNDONE_BY.get(kept.operation)
    if undo is None:
        raise refuse(Code.VOID_NOT_POSSIBLE, "voids")
    await undo(tx, kept.result_id)


async def _reverse(tx: Transaction, settlement_id: UUID) -> None:
    """Reverse a settlement, unless that was done before."""
    whole = (await whole_settlements(tx.connection, [settlement_id]))[settlement_id]
    beneficiary = await tx.lock(whole.settlement.beneficiary_id)
    families = await tx.load(
        beneficiary.value.id,
        account_ids=whole.account_ids,
        beside=Beside(reversals_of=[settlement_id]),
    )
    if settlement_id in families.reversals:
        return
    policy = families.policy_of(beneficiary.value.region, tx.at)
    refuse_any(
        _about_the_voided(reason)
        for reason in reasons_against_reversal(
            whole.settlement.business_day,
            today=business_day(tx.at),
            within_days=policy.reversal_days,
        )
    )
    book_reversal(
        tx.changes,
        whole,
        families.accounts,
        beneficiary=beneficiary,
        reversal_id=new_id(),
        by=tx.actor,
        request_id=tx.key.request_id,
    )


async def _refund(tx: Transaction, premium_id: UUID) -> None:
    """Refund a premium, unless everything was given back before."""
    premium = (await premiums_by_id(tx.connection, [premium_id]))[premium_id]
    insured = await tx.lock(premium.insured_id)
    premium = (await premiums_by_id(tx.connection, [premium_id]))[premium_id]
    if premium.status in {PremiumStatus.FAILED, PremiumStatus.REFUNDED}:
        return
    refuse_any(map(_about_the_voided, reasons_against_refund(premium.status, premium.year, tx.at)))
    await book_refund(tx.connection, tx.changes, premium, insured=insured, by=tx.actor)


def _about_the_voided(reason: Reason) -> Reason:
    """Point a reason at the field that the sender of a void has written."""
    return replace(reason, path=("voids",))


_UNDONE_BY: Final[dict[str, Callable[[Transaction, UUID], Awaitable[None]]]] = {
    "settleBill": _reverse,
    "payPremium": _refund,
}
"""The operations that can be undone, by the mutation's name."""
