"""What happens at the tills: bills are settled, and a few are reversed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from gongji.app.seed.agenda import Agenda
from gongji.app.seed.bills import priced_bill
from gongji.app.seed.people import Citizen
from gongji.app.seed.town import Town
from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.errors import refuse_any
from gongji.domain.events import EventKind
from gongji.domain.family import split_bill
from gongji.domain.institution import Institution
from gongji.domain.ledger import Cause, CauseKind, ControlKind, control_account_id
from gongji.domain.money import total
from gongji.domain.policy import CredentialKind
from gongji.domain.settlement import (
    Leg,
    Settlement,
    book,
    give_back,
    legs_of,
    reasons_against_reversal,
)
from gongji.domain.settling import Sent, settlement_of
from gongji.store.changes import Table
from gongji.store.insurance_centre import credential_digest
from gongji.store.settlements import insert_settlement
from gongji.usecases.reverse import ReverseSettlement
from gongji.usecases.settle import OPERATION, SettleBill

_NEAR_HOME: Final = 0.85
_REVERSED: Final = 0.02
_REVERSED_LATER: Final = 0.25
"""Of the reversed: how many are so days later, not minutes."""
_CLERKS: Final = ("收费员01", "收费员02", "收费员03")


@dataclass(frozen=True, slots=True)
class Tills:
    """The tills of a town's institutions."""

    town: Town
    agenda: Agenda

    def settle(self, citizen: Citizen) -> None:
        """Settle a bill of somebody's, through the resolver.

        Clause: S1.1, S1.2, S2.1, S2.2, G3, G4, G33.
        """
        town, place = self.town, self._place(citizen)
        till = self._till(place)
        kind, number = self._credential(citizen)
        bill_no = f"{town.today:%Y%m%d}-{town.chance.getrandbits(40):010X}"
        request = SettleBill(
            town.chance.request_id(), kind, number, priced_bill(town.chance, bill_no, place)
        )
        settlement, legs = self._book(citizen.id, place, till, request)
        town.answer(OPERATION, request, till, settlement.id)
        if town.chance.happens(_REVERSED):
            later = timedelta(minutes=town.chance.randint(3, 40))
            if town.chance.happens(_REVERSED_LATER):
                later += timedelta(days=town.chance.randint(1, 30))
            self.agenda.add(town.at + later, lambda: self.reverse(settlement, legs, place, till))

    def _place(self, citizen: Citizen) -> Institution:
        chance = self.town.chance
        if chance.happens(_NEAR_HOME):
            return chance.choice(list(self.town.places_near(citizen.region)))
        return chance.choice(self.town.places)

    def _till(self, place: Institution) -> Actor:
        clerk = self.town.chance.choice(_CLERKS)
        return Actor(ActorKind.TILL, place.id, Channel.TILL, operator=clerk)

    def _credential(self, citizen: Citizen) -> tuple[CredentialKind, str]:
        if citizen.card_number is not None and self.town.chance.happens(0.7):
            return CredentialKind.SOCIAL_SECURITY_CARD, citizen.card_number
        return CredentialKind.ID_CARD, citizen.id_number

    def _book(
        self, person_id: UUID, place: Institution, till: Actor, request: SettleBill
    ) -> tuple[Settlement, tuple[Leg, ...]]:
        town, family = self.town, self.town.family(person_id)
        split = split_bill(family, request.bill, place, town.at)
        sent = Sent(
            institution_id=place.id,
            request_id=request.request_id,
            actor=till.record(),
            credential_kind=request.credential_kind,
            credential_digest=credential_digest(
                town.key_ring, request.credential_kind, request.credential_number
            ),
        )
        settlement = settlement_of(request.bill, family, split, sent, id=town.ids(), at=town.at)
        legs = legs_of(split.split)
        accounts, transfers = book(
            legs,
            town.accounts,
            payable=control_account_id(ControlKind.PAYABLE, place.code),
            cause=Cause(CauseKind.SETTLEMENT, settlement.id, town.today),
        )
        insert_settlement(town.changes, settlement, legs)
        town.changes.transfers(*transfers)
        town.book(accounts)
        town.use(legs, town.today, sign=1)
        town.record(EventKind.BILL_SETTLED, person_id, by=till, settlement=settlement.id)
        return settlement, legs

    def reverse(
        self, settlement: Settlement, legs: tuple[Leg, ...], place: Institution, till: Actor
    ) -> None:
        """Reverse a settlement whole, every leg to the account that it came from.

        Clause: G13.
        """
        town = self.town
        refuse_any(
            reasons_against_reversal(
                settlement.business_day, today=town.today, within_days=town.policy.reversal_days
            )
        )
        reversal_id = town.ids()
        after, transfers = give_back(
            legs,
            town.accounts,
            payable=control_account_id(ControlKind.PAYABLE, place.code),
            cause=Cause(CauseKind.REVERSAL, reversal_id, town.today),
            at=town.at,
        )
        request = ReverseSettlement(town.chance.request_id(), settlement.id)
        town.changes.insert(
            Table.REVERSAL,
            {
                "id": reversal_id,
                "settlement_id": settlement.id,
                "reversed_at": town.at,
                "business_day": town.today,
                "reason": None,
                "suspended_fen": total(*(t.amount for t in transfers if t.account_id is None)),
                "actor": till.record(),
                "request_id": request.request_id,
            },
        )
        town.changes.reversed(settlement.id, reversal_id)
        town.changes.transfers(*transfers)
        town.book(after)
        town.use(legs, settlement.business_day, sign=-1)
        town.record(
            EventKind.SETTLEMENT_REVERSED,
            settlement.beneficiary_id,
            by=till,
            settlement=settlement.id,
            reversal=reversal_id,
        )
        town.answer("reverseSettlement", request, till, reversal_id)
