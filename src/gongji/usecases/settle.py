"""Settle bills (结算): own account first, then the sharers in order, then cash.

``settle`` takes a list of bills and settles them in one transaction, each seeing the effect of the
one before; every bill gets its own answer, and a refusal disturbs no neighbour. A single bill is a
list of one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gongji.domain.actor import Actor, ActorKind
from gongji.domain.bill import Bill, faults
from gongji.domain.errors import (
    AlreadySettled,
    Code,
    Forbidden,
    Problem,
    Refusal,
    refuse,
    refuse_any,
)
from gongji.domain.events import Event, EventKind
from gongji.domain.family import BillSplit, Family, split_bill
from gongji.domain.institution import Institution
from gongji.domain.ledger import Cause, CauseKind, ControlKind, control_account_id
from gongji.domain.policy import CredentialKind
from gongji.domain.settlement import Leg, Settlement, book, legs_of
from gongji.domain.settling import Sent, settlement_of
from gongji.store.families import Beside
from gongji.store.insurance_centre import credential_digest
from gongji.store.plans import check_plan, plan_of_split
from gongji.store.settlements import insert_settlement
from gongji.usecases.ports import Ports
from gongji.usecases.together import Batch, Waiting, do_together

OPERATION: Final = "settleBill"


@dataclass(frozen=True, slots=True, repr=False)
class SettleBill:
    """A till's request. It has no ``repr``: the credential's number must reach no log.

    Args:
        if_plan: the plan that the till has shown; the bill is settled only if it still holds.
    """

    request_id: UUID
    credential_kind: CredentialKind
    credential_number: str
    bill: Bill
    if_plan: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The answer to a bill that was settled, now or by an earlier sending of the same key."""

    settlement: Settlement
    institution: Institution
    replayed: bool

    @property
    def id(self) -> UUID:
        """Return the settlement's id."""
        return self.settlement.id


Answer = Settled | Problem


async def settle(bills: Sequence[tuple[SettleBill, Actor]], ports: Ports) -> list[Answer]:
    """Settle bills in one transaction, in their order.

    Args:
        bills: each with the till that sent it.

    Returns:
        For each bill what was settled, or the problem: refusals, conflicts, and ``Forbidden``
        where the actor is no till. Too little money is no problem: it is cash.

    Raises:
        Unavailable: the insurance centre or the database is silent; the keys may be sent again.

    Clause: S1.1, S1.2, S2.1, S2.2, G3, G4, G12, G16, G21, G22, G32, G33.
    """
    try:
        return await do_together(_Settling(), bills, ports)
    except _Strangers as strangers:
        # Their keys were claimed with the others'; the rollback gave all of them back.
        are_known = [actor.subject in strangers.known for _, actor in bills]
        known = [bill for bill, is_known in zip(bills, are_known, strict=True) if is_known]
        answers = iter(await do_together(_Settling(), known, ports))
        return [next(answers) if is_known else Forbidden() for is_known in are_known]


class _Strangers(Exception):
    """Some tills are of institutions that the registry does not know; all others are ``known``."""

    def __init__(self, known: Iterable[UUID]) -> None:
        super().__init__()
        self.known: Final = frozenset(known)


@dataclass(frozen=True, slots=True)
class _Lead:
    """The till, and the person behind the credential, if there is one."""

    till: UUID
    beneficiary_id: UUID | None

    @property
    def account_ids(self) -> tuple[UUID, ...]:
        return ()


class _Settling:
    """Settling as one of the operations that are done for many at once."""

    name = OPERATION

    async def leads(
        self, asked: Sequence[tuple[SettleBill, Actor]], ports: Ports
    ) -> list[_Lead | Problem]:
        holders = await ports.insurance_centre.holders(
            [(request.credential_kind, request.credential_number) for request, _ in asked]
        )
        return [
            _Lead(actor.subject, holder) if actor.kind is ActorKind.TILL else Forbidden()
            for (_, actor), holder in zip(asked, holders, strict=True)
        ]

    def beside(self, waiting: Sequence[Waiting[SettleBill, _Lead]]) -> Beside:
        bills = [(one.actor.subject, one.request.bill) for one in waiting]
        return Beside(
            bills=[(till, bill.institution_bill_no) for till, bill in bills if bill.has_number],
            institutions={till for till, _ in bills},
        )

    def act(self, batch: Batch, one: Waiting[SettleBill, _Lead], lead: _Lead) -> Settled:
        families, request, bill = batch.families, one.request, one.request.bill
        if (place := families.institutions.get(lead.till)) is None:
            raise _Strangers(families.institutions.keys())
        refuse_any(faults(bill, place.kind))
        if (earlier := families.bills.get((lead.till, bill.institution_bill_no))) is not None:
            raise AlreadySettled(earlier)
        family = _family(batch, request, lead)
        split = split_bill(family, bill, place, batch.at)
        if request.if_plan is not None:
            check_plan(request.if_plan, plan_of_split(split, family.policy, batch.key_ring))
        settlement = _settlement(batch, one, family, split)
        _book(batch, settlement, place, legs_of(split.split), one.actor)
        return Settled(settlement, place, replayed=False)

    def repeat(self, batch: Batch, lead: _Lead, result_id: UUID) -> Settled:
        place = batch.families.institutions[lead.till]
        return Settled(batch.families.answered[result_id], place, replayed=True)


def _family(batch: Batch, request: SettleBill, lead: _Lead) -> Family:
    """Return the family behind the credential.

    Raises:
        Refusal: unknown, wrong and not allowed credentials are the same refusal (G33).
    """
    if lead.beneficiary_id not in batch.locked:
        raise _not_recognised()
    family = batch.families.family(lead.beneficiary_id, batch.at)
    if request.credential_kind not in family.policy.credentials:
        raise _not_recognised()
    return family


def _not_recognised() -> Refusal:
    return refuse(Code.CREDENTIAL_NOT_RECOGNISED, "credential")


def _settlement(
    batch: Batch, one: Waiting[SettleBill, _Lead], family: Family, split: BillSplit
) -> Settlement:
    request = one.request
    sent = Sent(
        institution_id=one.actor.subject,
        request_id=request.request_id,
        actor=one.actor.record(),
        credential_kind=request.credential_kind,
        credential_digest=credential_digest(
            batch.key_ring, request.credential_kind, request.credential_number
        ),
    )
    return settlement_of(request.bill, family, split, sent, id=one.id, at=batch.at)


def _book(
    batch: Batch, settlement: Settlement, place: Institution, legs: tuple[Leg, ...], by: Actor
) -> None:
    """Collect what settling changes, and let the bills that follow see it."""
    families, changes = batch.families, batch.changes
    accounts, transfers = book(
        legs,
        families.accounts,
        payable=control_account_id(ControlKind.PAYABLE, place.code),
        cause=Cause(CauseKind.SETTLEMENT, settlement.id, settlement.business_day),
    )
    insert_settlement(changes, settlement, legs)
    changes.transfers(*transfers)
    for account in accounts.values():
        changes.account(account)
    person = settlement.beneficiary_id
    event = Event(EventKind.BILL_SETTLED, person, {"settlement": settlement.id})
    changes.event(event, batch.locked[person], by=by)
    families.book(accounts, {leg.binding_id: leg.amount for leg in legs if leg.binding_id})
    families.bills[place.id, settlement.bill.institution_bill_no] = settlement.id
    families.answered[settlement.id] = settlement
