"""Pay resident premiums (代缴居民医保费): debited under the locks, then confirmed or given back.

``debit`` takes a list of requests and does them in one transaction; each gets its own answer. The
tax bureau is asked after the debit's commit, never within it. Until it answers, the premium stays
debited; ``confirm_premiums`` asks again, at the start and from time to time, and a premium that
waits too long has a case, which the answer closes.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise.transactions import in_transaction

from gongji.domain.actor import TAX_BUREAU, Actor, ActorKind
from gongji.domain.business_day import business_day
from gongji.domain.errors import Code, Forbidden, Problem, Unavailable, not_found, refuse
from gongji.domain.events import Event, EventKind
from gongji.domain.family import Family, Sharing
from gongji.domain.ledger import Cause, CauseKind
from gongji.domain.person import Beneficiary
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
from gongji.store.cases import close_unconfirmed
from gongji.store.changes import Changes
from gongji.store.database import pool
from gongji.store.families import Beside
from gongji.store.guardians import capacity_at
from gongji.store.locks import claim_and_lock
from gongji.store.plans import check_plan, sealed_plan
from gongji.store.premiums import (
    InsuredSide,
    PayersSide,
    insert_premium,
    insured_sides,
    move_premium,
    premium_payable,
    premiums_by_id,
    return_legs,
    unconfirmed_premiums,
)
from gongji.usecases.ports import Ports, PremiumOrder, TaxAnswer
from gongji.usecases.retrying import retried
from gongji.usecases.together import Batch, FamilyLead, Waiting, do_together
from gongji.usecases.transaction import Done

MOST_ASKED_S: Final = 10.0
"""How long the tax bureau may take to answer before it counts as silent."""
MOST_ASKED_AT_ONCE: Final = 4
"""How many premiums are asked for at the same time, so that a slow bureau does not hold up all."""
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


async def debit(asked: Sequence[tuple[PayPremium, Actor]], ports: Ports) -> list[Done | Problem]:
    """Debit premiums in one transaction, in the order of the requests.

    The tax bureau is to be asked for each of them afterwards (``ask_tax_bureau``).

    Args:
        asked: each with the person who sent it.

    Returns:
        For each request the premium's id, or the problem: ``Forbidden`` where the actor is no
        person; a ``Refusal`` with every rule that stands against it, all at once, where nothing
        was debited; ``PlanChanged`` where it is no longer what was shown.

    Raises:
        Unavailable: the database is silent; the keys may be sent again.

    Clause: S1.3, G8, G14.
    """
    return await do_together(_Debiting(), asked, ports)


class _Debiting:
    """Debiting as one of the operations that are done for many at once."""

    name = "payPremium"

    async def leads(
        self, asked: Sequence[tuple[PayPremium, Actor]], ports: Ports
    ) -> list[FamilyLead | Problem]:
        payers = [_payers_side(request, actor) for request, actor in asked]
        insured, at = await insured_sides(pool(), payers), ports.clock.now()
        return [_lead(actor, side, at) for (_, actor), side in zip(asked, insured, strict=True)]

    def beside(self, waiting: Sequence[Waiting[PayPremium, FamilyLead]]) -> Beside:
        leads = [one.lead for one in waiting]
        return Beside(
            premiums_of={lead.beneficiary_id for lead in leads if isinstance(lead, FamilyLead)}
        )

    def act(self, batch: Batch, one: Waiting[PayPremium, FamilyLead], lead: FamilyLead) -> Done:
        request = one.request
        family = batch.families.family(lead.beneficiary_id, batch.at)
        quote = _quote(batch, request, family)
        tariff, split = quote.accepted()
        check_plan(request.if_plan, quote.sealed(sealed_plan(quote.plan, batch.key_ring)))
        premium = _premium(one.id, batch.at, quote.payer, family.beneficiary, tariff)
        explanation = explain(split, family)
        legs = legs_of(split)
        insert_premium(
            batch.changes,
            premium,
            legs,
            explanation=explanation,
            actor=one.actor,
            request_id=request.request_id,
        )
        _book(batch, premium, legs, one.actor)
        return Done(premium.id)

    # The signature is the frame's: a bill's answer is made of what the batch has loaded.
    def repeat(self, batch: Batch, lead: FamilyLead, result_id: UUID) -> Done:  # noqa: ARG002
        return Done(result_id, replayed=True)


def _payers_side(request: PayPremium, actor: Actor) -> PayersSide:
    acting_id = None if actor.acting_for is None else actor.subject
    return PayersSide(request.binding_id, actor.person_id, acting_id)


def _lead(actor: Actor, side: InsuredSide, at: datetime) -> FamilyLead | Problem:
    """Lead to the insured person, for the sharer or who acts for the sharer (G19)."""
    if actor.kind is not ActorKind.PERSON:
        return Forbidden()
    if actor.acting_for is not None and capacity_at(side.guardianship, at) is None:
        return not_found("onBehalfOf")
    return not_found("bindingId") if side.insured_id is None else FamilyLead(side.insured_id)


def _quote(batch: Batch, request: PayPremium, family: Family) -> PremiumQuote:
    """Quote on the locked rows.

    Raises:
        Refusal: the binding is not live; whose invitation is open learns nothing else (G18).
    """
    payer = next((s for s in family.sharings if s.binding.id == request.binding_id), None)
    if payer is None:
        raise refuse(Code.PREMIUM_PAYER_CANNOT_PAY, "bindingId")
    insured, facts = family.beneficiary, batch.families.premiums
    return quote_premium(
        payer,
        family,
        year=request.year,
        tariff=facts.tariff_of(insured, request.year),
        is_paid=facts.is_paid(insured.id, request.year),
        at=batch.at,
    )


def _premium(
    premium_id: UUID, at: datetime, payer: Sharing, insured: Beneficiary, tariff: Tariff
) -> Premium:
    return Premium(
        id=premium_id,
        binding_id=payer.binding.id,
        payer_id=payer.binding.sharer_id,
        insured_id=insured.id,
        year=tariff.year,
        category=tariff.category,
        region=insured.region,
        amount=tariff.amount,
        status=PremiumStatus.DEBITED,
        business_day=business_day(at),
        debited_at=at,
    )


def _book(batch: Batch, premium: Premium, legs: tuple[Leg, ...], by: Actor) -> None:
    """Collect what debiting changes, and let the requests that follow see it."""
    families, changes = batch.families, batch.changes
    accounts, transfers = book(
        legs,
        families.accounts,
        payable=premium_payable(premium.region),
        cause=Cause(CauseKind.PREMIUM, premium.id, premium.business_day),
    )
    changes.transfers(*transfers)
    for account in accounts.values():
        changes.account(account)
    insured_id = premium.insured_id
    event = Event(EventKind.PREMIUM_DEBITED, insured_id, _ids(premium))
    changes.event(event, batch.locked[insured_id], by=by)
    families.book(
        accounts,
        # What the payer pays is outside the payer's own limits (G8).
        {leg.binding_id: leg.amount for leg in legs if leg.binding_id and leg.rank > 1},
    )
    families.premiums.paid.add((insured_id, premium.year))


def _ids(premium: Premium) -> dict[str, UUID]:
    return {"premium": premium.id, "binding": premium.binding_id}


async def confirm_premiums(ports: Ports) -> int:
    """Ask the tax bureau again for every premium that it has not answered; returns how many.

    Asking is safe at any time and from several processes: the bureau takes a premium once, and
    only the first answer is booked.

    Clause: G14.
    """
    asked, last = 0, None
    lanes = asyncio.Semaphore(MOST_ASKED_AT_ONCE)

    async def ask(premium_id: UUID) -> None:
        async with lanes:
            await ask_tax_bureau(premium_id, ports)

    while page := await unconfirmed_premiums(pool(), after=last, limit=_PAGE):
        async with asyncio.TaskGroup() as group:
            for premium in page:
                group.create_task(ask(premium.id))
        asked, last = asked + len(page), page[-1].id
    return asked


async def ask_tax_bureau(premium_id: UUID, ports: Ports) -> None:
    """Ask the tax bureau for a debited premium and book its answer; silence changes nothing."""
    found = await retried(lambda: premiums_by_id(pool(), [premium_id]))
    premium = found[premium_id]
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
        await close_unconfirmed(connection, premium.id, at)
        event = Event(kind, premium.insured_id, _ids(premium))
        changes.event(event, claimed.beneficiaries[premium.insured_id], by=TAX_BUREAU)
        await changes.write(connection)
