"""Resident premiums as payer, insured person and staff see them, and what could be paid."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gongji.domain.actor import Actor, ActorKind, Role
from gongji.domain.business_day import business_day
from gongji.domain.errors import Reason
from gongji.domain.family import Family
from gongji.domain.money import Fen
from gongji.domain.page import PageOf, PageRequest
from gongji.domain.premium import (
    Premium,
    PremiumSide,
    Tariff,
    quote_premium,
    reasons_against_insured,
)
from gongji.store.accesses import record_readings
from gongji.store.database import pool
from gongji.store.families import Beside, load_families
from gongji.store.guardians import acting_capacity
from gongji.store.plans import sealed_plan
from gongji.store.premiums import (
    insured_by_sharer,
    page_of_premiums,
    premiums_by_id,
)
from gongji.store.staff import may_act_in
from gongji.store.tariffs import PremiumFacts
from gongji.usecases.ports import Ports
from gongji.usecases.views.acting import may_ask

READERS: Final = (Role.SETTLER, Role.READER)
"""Roles of staff who may read a premium of their region."""


@dataclass(frozen=True, slots=True)
class PayablePremium:
    """A premium that a sharer could pay for a bound relative, now or within a window to come.

    Of the insured person it tells no more than the tariff, the window and whether it is paid.

    Args:
        is_paid: whether anybody's payment is not refunded.
        from_own: fen that would leave the sharer's own account; where others help, less than all.
        reasons: why it would be refused now; empty where it could be paid.
        plan: to be sent back as ``ifPlan``.
    """

    binding_id: UUID
    insured_id: UUID
    tariff: Tariff
    is_paid: bool
    from_own: Fen
    reasons: tuple[Reason, ...]
    plan: str


async def list_payable_premiums(actor: Actor, ports: Ports) -> tuple[PayablePremium, ...]:
    """List the premiums that a sharer could pay: those whose window is open first.

    Among these, and among the others, by relative in order of binding, then by year. A relative
    for whom nobody can pay, being no resident or not in normal status, is left out.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G14, G18, S1.3.
    """
    at, connection = ports.clock.now(), pool()
    await acting_capacity(connection, actor, at)
    insured_ids = await insured_by_sharer(connection, actor.person_id)
    families = await load_families(
        connection,
        insured_ids,
        day=business_day(at),
        locking=False,
        beside=Beside(premiums_of=insured_ids),
    )
    facts, payer_id = families.premiums, actor.person_id
    found = (
        payable
        for insured_id in insured_ids
        for payable in _payable(families.family(insured_id, at), facts, payer_id, ports, at)
    )
    return tuple(sorted(found, key=lambda one: not one.tariff.is_open(business_day(at))))


def _payable(
    family: Family, facts: PremiumFacts, payer_id: UUID, ports: Ports, at: datetime
) -> Iterator[PayablePremium]:
    insured = family.beneficiary
    payer = next((s for s in family.sharings if s.binding.sharer_id == payer_id), None)
    if payer is None or any(reasons_against_insured(insured, at)):
        return
    for tariff in facts.tariffs_of(insured, not_closed_on=business_day(at)):
        is_paid = facts.is_paid(insured.id, tariff.year)
        quote = quote_premium(
            payer, family, year=tariff.year, tariff=tariff, is_paid=is_paid, at=at
        )
        yield PayablePremium(
            binding_id=payer.binding.id,
            insured_id=insured.id,
            tariff=tariff,
            is_paid=is_paid,
            from_own=quote.from_payer,
            reasons=quote.reasons,
            plan=sealed_plan(quote.plan, ports.key_ring),
        )


async def list_premiums(
    actor: Actor, ports: Ports, side: PremiumSide, page: PageRequest
) -> PageOf[Premium]:
    """List the premiums that a person paid, or those by which the person is insured.

    Args:
        page: newest first; the key is the premium's id.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G14, G18.
    """
    await acting_capacity(pool(), actor, ports.clock.now())
    return await page_of_premiums(pool(), actor.person_id, side, page)


async def see_premiums(ids: Iterable[UUID], actor: Actor, ports: Ports) -> dict[UUID, Premium]:
    """Return those premiums that the actor paid or is insured by; to staff, those of the region.

    Unknown ones and those of strangers are left out alike. What staff reads is recorded.

    Clause: G18, G19.
    """
    found = await premiums_by_id(pool(), ids)
    seen = {one: premium for one, premium in found.items() if _may_see(actor, premium)}
    if actor.kind is ActorKind.STAFF:
        read = {one.id: [one.payer_id, one.insured_id] for one in seen.values()}
        await record_readings(pool(), read, actor, ports.clock.now())
    return seen if await may_ask(actor, ports) else {}


def _may_see(actor: Actor, premium: Premium) -> bool:
    if actor.kind is ActorKind.PERSON:
        return actor.person_id in {premium.payer_id, premium.insured_id}
    return may_act_in(actor, premium.region, *READERS)
