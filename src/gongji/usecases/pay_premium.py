"""Pay a resident premium (代缴居民医保费): debited under the locks, then confirmed or given back.

The tax bureau is asked after the debit's commit, never within it. Until it answers, the premium
stays debited; ``confirm_premiums`` asks again, at the start and from time to time.
"""

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.transactions import in_transaction

from gongji.domain.actor import TAX_BUREAU, Actor
from gongji.domain.business_day import business_day
from gongji.domain.errors import Code, Unavailable, not_found, refuse
from gongji.domain.events import Event, EventKind
from gongji.domain.family import Family, Sharing
from gongji.domain.ledger import Cause, CauseKind
from gongji.domain.person import Beneficiary, PersonalAccount
from gongji.domain.premium import (
    Premium,
    PremiumMove,
    PremiumQuote,
    PremiumStatus,
    Tariff,
    explain,
    premium_after,
    quote_premium,
)
from gongji.domain.settlement import Leg, book, legs_of
from gongji.store.changes import Changes
from gongji.store.database import pool
from gongji.store.ids import new_id
from gongji.store.locks import claim_and_lock
from gongji.store.plans import check_plan, sealed_plan
from gongji.store.premiums import (
    insert_premium,
    insured_of_binding,
    move_premium,
    premium_facts,
    premium_payable,
    premiums_by_id,
    return_legs,
    unconfirmed_premiums,
)
from gongji.usecases.ports import Ports, PremiumOrder, TaxAnswer
from gongji.usecases.transaction import Done, Transaction, command, retried

MOST_ASKED_S: Final = 10.0
"""How long the tax bureau may take to answer before it counts as silent."""
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class PayPremium:
    """A sharer's request to pay the premium of a bound relative.

    Args:
        year: benefit year.
        if_plan: the plan that was shown with the payable premium.
    """

    request_id: UUID
    binding_id: UUID
    year: int
    if_plan: str | None = None


async def pay_premium(request: PayPremium, actor: Actor, ports: Ports) -> Done:
    """Pay a premium and ask the tax bureau for it; the result's state is to be read afterwards.

    Returns:
        The premium's id: debited, confirmed, or failed and given back.

    Raises:
        Forbidden: the actor is no person.
        Refusal: every rule that stands against it, all at once; nothing was debited.
        PlanChanged: other accounts or amounts than were shown.

    Clause: S1.3, G8, G14.
    """
    done = await _debit(request, actor, ports)
    await _ask(done.id, ports)
    return done


@command("payPremium")
async def _debit(tx: Transaction, request: PayPremium) -> UUID:
    payer_id, _ = await tx.acting_person()
    insured_id = await insured_of_binding(tx.connection, request.binding_id, sharer_id=payer_id)
    if insured_id is None:
        raise not_found("bindingId")
    await tx.claim(insured_id)
    families = await tx.load(insured_id)
    family = families.family(insured_id, tx.at)
    quote = await _quote(tx, request, family)
    tariff, split = quote.accepted()
    check_plan(request.if_plan, quote.sealed(sealed_plan(quote.plan, tx.ports.key_ring)))
    premium = _premium(tx, quote.payer, family.beneficiary, tariff)
    legs = legs_of(split)
    insert_premium(
        tx.changes,
        premium,
        legs,
        explanation=explain(split, family),
        actor=tx.actor,
        request_id=request.request_id,
    )
    _book(tx, premium, legs, families.accounts)
    tx.record(EventKind.PREMIUM_DEBITED, insured_id, **_ids(premium))
    return premium.id


async def _quote(tx: Transaction, request: PayPremium, family: Family) -> PremiumQuote:
    """Quote on the locked rows.

    Raises:
        Refusal: the binding is not live; whose invitation is open learns nothing else (G18).
    """
    payer = next((s for s in family.sharings if s.binding.id == request.binding_id), None)
    if payer is None:
        raise refuse(Code.PREMIUM_PAYER_CANNOT_PAY, "bindingId")
    insured = family.beneficiary
    facts = await premium_facts(tx.connection, [insured.id])
    return quote_premium(
        payer,
        family,
        year=request.year,
        tariff=facts.tariff_of(insured, request.year),
        is_paid=facts.is_paid(insured.id, request.year),
        at=tx.at,
    )


def _premium(tx: Transaction, payer: Sharing, insured: Beneficiary, tariff: Tariff) -> Premium:
    return Premium(
        id=new_id(),
        binding_id=payer.binding.id,
        payer_id=payer.binding.sharer_id,
        insured_id=insured.id,
        year=tariff.year,
        category=tariff.category,
        region=insured.region,
        amount=tariff.amount,
        status=PremiumStatus.DEBITED,
        business_day=business_day(tx.at),
        debited_at=tx.at,
    )


def _book(
    tx: Transaction,
    premium: Premium,
    legs: tuple[Leg, ...],
    accounts: dict[UUID, PersonalAccount],
) -> None:
    after, transfers = book(
        legs,
        accounts,
        payable=premium_payable(premium.region),
        cause=Cause(CauseKind.PREMIUM, premium.id, premium.business_day),
    )
    tx.changes.transfers(*transfers)
    for account in after.values():
        tx.changes.account(account)


def _ids(premium: Premium) -> dict[str, UUID]:
    return {"premium": premium.id, "binding": premium.binding_id}


async def confirm_premiums(ports: Ports) -> int:
    """Ask the tax bureau again for every premium that it has not answered; returns how many.

    Asking is safe at any time and from several processes: the bureau takes a premium once, and
    only the first answer is booked.

    Clause: G14.
    """
    asked, last = 0, None
    while page := await unconfirmed_premiums(pool(), after=last, limit=_PAGE):
        for premium in page:
            await _ask(premium.id, ports)
        asked, last = asked + len(page), page[-1].id
    return asked


async def _ask(premium_id: UUID, ports: Ports) -> None:
    """Ask the tax bureau for a debited premium and book its answer; silence changes nothing."""
    premium = (await premiums_by_id(pool(), [premium_id]))[premium_id]
    if premium.status is not PremiumStatus.DEBITED:
        return
    order = PremiumOrder(
        premium_id=premium.id,
        insured_id=premium.insured_id,
        region=premium.region,
        year=premium.year,
        category=premium.category,
        amount=premium.amount,
    )
    try:
        async with asyncio.timeout(MOST_ASKED_S):
            answer = await ports.tax_bureau.pay(order)
    except (Unavailable, TimeoutError):
        return
    await retried(lambda: _conclude(premium, answer, ports))


async def _conclude(premium: Premium, answer: TaxAnswer, ports: Ports) -> None:
    """Confirm a debited premium, or fail it and give every leg back; the first answer counts."""
    async with in_transaction() as connection:
        now = ports.clock.now()
        claimed = await claim_and_lock(connection, [], [premium.insured_id], claimed_at=now)
        premium = (await premiums_by_id(connection, [premium.id]))[premium.id]
        if premium.status is not PremiumStatus.DEBITED:
            return
        at = ports.clock.now()
        changes = Changes(at)
        if answer.reference is None:
            move, kind = PremiumMove.FAIL, EventKind.PREMIUM_FAILED
            await return_legs(connection, changes, premium, at)
        else:
            move, kind = PremiumMove.CONFIRM, EventKind.PREMIUM_CONFIRMED
        status = premium_after(premium.status, move)
        await move_premium(connection, premium.id, status, at, tax_reference=answer.reference)
        event = Event(kind, premium.insured_id, _ids(premium))
        changes.event(event, claimed.beneficiaries[premium.insured_id], by=TAX_BUREAU)
        await changes.write(connection)
