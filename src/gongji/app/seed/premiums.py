"""What sharers pay besides: resident premiums of their relatives, and what becomes of them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from gongji.app.seed.agenda import Agenda
from gongji.app.seed.town import Town
from gongji.domain.actor import TAX_BUREAU, Actor
from gongji.domain.events import EventKind
from gongji.domain.ledger import Cause, CauseKind
from gongji.domain.premium import (
    Premium,
    PremiumMove,
    PremiumStatus,
    explain,
    premium_after,
    quote_premium,
    reasons_against_refund,
    tariff_for,
)
from gongji.domain.settlement import Leg, book, give_back
from gongji.store.premiums import insert_premium, premium_payable
from gongji.usecases.pay_premium import PayPremium
from gongji.usecases.refund_premium import RefundPremium

_FAILED: Final = 0.02
_REFUNDED: Final = 0.02


@dataclass(frozen=True, slots=True)
class Premiums:
    """The premiums of a town's residents."""

    town: Town
    agenda: Agenda

    def pay(self, binding_id: UUID) -> None:
        """Pay the coming year's premium over a binding, where nothing stands against it.

        Clause: S1.3, G14.
        """
        town, year = self.town, self.town.today.year + 1
        family = town.family(town.bound[binding_id].value.beneficiary_id)
        payer = next((s for s in family.sharings if s.binding.id == binding_id), None)
        if payer is None:
            return
        insured = family.beneficiary
        category = town.citizens[insured.id].premium_category
        quote = quote_premium(
            payer,
            family,
            year=year,
            tariff=tariff_for(town.tariffs, region=insured.region, year=year, category=category),
            is_paid=(insured.id, year) in town.paid_years,
            at=town.at,
        )
        if quote.reasons:
            return
        tariff, split = quote.accepted()
        by = town.actor(town.citizens[payer.binding.sharer_id])
        premium = Premium(
            id=town.ids(),
            binding_id=binding_id,
            payer_id=payer.binding.sharer_id,
            insured_id=insured.id,
            year=year,
            category=category,
            region=insured.region,
            amount=tariff.amount,
            status=PremiumStatus.DEBITED,
            business_day=town.today,
            debited_at=town.at,
        )
        request = PayPremium(town.chance.request_id(), binding_id, year)
        insert_premium(
            town.changes,
            premium,
            quote.legs,
            explanation=explain(split, family),
            actor=by,
            request_id=request.request_id,
        )
        self._debit(premium, quote.legs)
        self._record(EventKind.PREMIUM_DEBITED, premium, by)
        town.answer("payPremium", request, by, premium.id)
        seconds = timedelta(milliseconds=town.chance.randint(200, 9_000))
        self.agenda.add(town.at + seconds, lambda: self._conclude(premium, quote.legs, by))

    def _debit(self, premium: Premium, legs: tuple[Leg, ...]) -> None:
        town = self.town
        accounts, transfers = book(
            legs,
            town.accounts,
            payable=premium_payable(premium.region),
            cause=Cause(CauseKind.PREMIUM, premium.id, town.today),
        )
        town.changes.transfers(*transfers)
        town.book(accounts)
        town.paid_years.add((premium.insured_id, premium.year))

    def _record(self, kind: EventKind, premium: Premium, by: Actor) -> None:
        ids = {"premium": premium.id, "binding": premium.binding_id}
        self.town.record(kind, premium.insured_id, by=by, **ids)

    def _conclude(self, premium: Premium, legs: tuple[Leg, ...], payer: Actor) -> None:
        """Let the tax bureau confirm a premium, or fail it, which gives everything back."""
        town = self.town
        if town.chance.happens(_FAILED):
            status = premium_after(premium.status, PremiumMove.FAIL)
            town.premiums[premium.id] |= {"status": status, "failed_at": town.at}
            self._give_back(premium, legs)
            self._record(EventKind.PREMIUM_FAILED, premium, TAX_BUREAU)
            return
        confirmed = replace(premium, status=premium_after(premium.status, PremiumMove.CONFIRM))
        town.premiums[premium.id] |= {
            "status": confirmed.status,
            "confirmed_at": town.at,
            "tax_reference": f"TAX-{premium.id.hex}",
        }
        self._record(EventKind.PREMIUM_CONFIRMED, premium, TAX_BUREAU)
        if town.chance.happens(_REFUNDED):
            days = timedelta(days=town.chance.randint(1, 20))
            self.agenda.add(town.at + days, lambda: self._refund(confirmed, legs, payer))

    def _refund(self, premium: Premium, legs: tuple[Leg, ...], payer: Actor) -> None:
        """Let the payer have a premium back, as long as its year has not begun."""
        town = self.town
        if any(reasons_against_refund(premium.status, premium.year, town.at)):
            return
        status = premium_after(premium.status, PremiumMove.REFUND)
        town.premiums[premium.id] |= {"status": status, "refunded_at": town.at}
        self._give_back(premium, legs)
        self._record(EventKind.PREMIUM_REFUNDED, premium, payer)
        request = RefundPremium(town.chance.request_id(), premium.id)
        town.answer("refundPremium", request, payer, premium.id)

    def _give_back(self, premium: Premium, legs: tuple[Leg, ...]) -> None:
        town = self.town
        after, transfers = give_back(
            legs,
            town.accounts,
            payable=premium_payable(premium.region),
            cause=Cause(CauseKind.PREMIUM_REFUND, premium.id, town.today),
            at=town.at,
        )
        town.changes.transfers(*transfers)
        town.book(after)
        town.paid_years.discard((premium.insured_id, premium.year))
