"""Settle bills (结算): own account first, then the sharers in order, then cash.

``settle`` takes a list of bills and settles them in one transaction, each seeing the effect of the
one before; every bill gets its own answer, and a refusal disturbs no neighbour. The desk will
collect bills that wait at the same moment; a single bill is a list of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from gongji.domain.actor import Actor, ActorKind
from gongji.domain.bill import Bill, faults
from gongji.domain.business_day import business_day
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
from gongji.domain.explanation import record
from gongji.domain.family import BillSplit, Family, split_bill
from gongji.domain.institution import Institution
from gongji.domain.ledger import Cause, CauseKind, ControlKind, control_account_id
from gongji.domain.money import Fen
from gongji.domain.policy import CredentialKind
from gongji.domain.settlement import Settlement, book, legs_of
from gongji.store.changes import Changes
from gongji.store.families import BillNumber, Families, load_families
from gongji.store.ids import new_id
from gongji.store.insurance_centre import credential_digest
from gongji.store.locks import LockedBeneficiary, claim_and_lock
from gongji.store.personal_data import KeyRing
from gongji.store.plans import check_plan, plan_of_split
from gongji.store.request_keys import Key, StoredKey, is_answer, make_key, write_problem
from gongji.store.settlements import insert_settlement, settlements_by_id
from gongji.usecases.ports import Ports
from gongji.usecases.transaction import retried

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


Answer = Settled | Problem


@dataclass(slots=True)
class _Waiting:
    """One bill on its way: its key, and the person behind the credential, if there is one."""

    request: SettleBill
    actor: Actor
    key: Key
    beneficiary_id: UUID | None

    @property
    def number(self) -> BillNumber:
        return self.actor.subject, self.request.bill.institution_bill_no


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
    holders = await ports.insurance_centre.holders(
        [(request.credential_kind, request.credential_number) for request, _ in bills]
    )
    waiting = [
        _Waiting(request, actor, make_key(OPERATION, request, actor, ports.key_ring), holder)
        for (request, actor), holder in zip(bills, holders, strict=True)
    ]
    return await retried(lambda: _settle_together(waiting, ports))


async def _settle_together(waiting: Sequence[_Waiting], ports: Ports) -> list[Answer]:
    tills = [one for one in waiting if one.actor.kind is ActorKind.TILL]
    try:
        answers = await _settle_of_tills(tills, ports)
    except _Strangers as strangers:
        # Their keys were claimed with the others'; the rollback gave all of them back.
        known = [one for one in tills if one.actor.subject not in strangers.subjects]
        answers = await _settle_of_tills(known, ports)
    return [answers.get(id(one), Forbidden()) for one in waiting]


class _Strangers(Exception):
    """Tills of institutions that the registry does not know."""

    def __init__(self, subjects: set[UUID]) -> None:
        super().__init__(len(subjects))
        self.subjects: Final = subjects


async def _settle_of_tills(tills: Sequence[_Waiting], ports: Ports) -> dict[int, Answer]:
    """Settle the bills of tills; answers by the identity of what waited.

    Raises:
        _Strangers: some institution is unknown; nothing happened.
    """
    async with in_transaction() as connection:
        batch = await _open(connection, tills, ports)
        answers = {id(one): batch.answer(one) for one in tills}
        await batch.changes.write(connection)
        replays = await settlements_by_id(connection, batch.replayed_ids)
    return {one: _filled(answer, replays) for one, answer in answers.items()}


async def _open(connection: BaseDBAsyncClient, tills: Sequence[_Waiting], ports: Ports) -> "_Batch":
    """Claim the keys and lock, then load everything in a new snapshot: statements 1 and 2."""
    people = {one.beneficiary_id for one in tills if one.beneficiary_id is not None}
    keys = {one.key.id: one.key for one in tills}
    claimed = await claim_and_lock(connection, keys.values(), people, claimed_at=ports.clock.now())
    at = ports.clock.now()
    families = await load_families(
        connection,
        people,
        day=business_day(at),
        locking=True,
        key_ids=keys.keys() - claimed.new_keys,
        bills=[one.number for one in tills if one.request.bill.has_number],
        institution_ids={one.actor.subject for one in tills},
    )
    if strangers := {one.actor.subject for one in tills} - families.institutions.keys():
        raise _Strangers(strangers)
    return _Batch(
        at=at,
        families=families,
        locked=claimed.beneficiaries,
        key_ring=ports.key_ring,
        changes=Changes(at),
        answered=dict(families.keys),
    )


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The key was answered by an earlier transaction; the settlement is still to be read."""

    settlement_id: UUID
    institution: Institution


@dataclass(slots=True)
class _Batch:
    """Bills settled one after the other on the loaded values."""

    at: datetime
    families: Families
    locked: dict[UUID, LockedBeneficiary]
    key_ring: KeyRing
    changes: Changes
    answered: dict[UUID, StoredKey]
    settled: dict[UUID, Settlement] = field(default_factory=dict)
    replayed_ids: set[UUID] = field(default_factory=set)

    def answer(self, one: _Waiting) -> Settled | _Earlier | Problem:
        """Answer one bill: the stored answer, a settlement, or a problem that is stored."""
        place = self.families.institutions[one.actor.subject]
        stored = self.answered.get(one.key.id)
        try:
            if stored is not None:
                return self._repeat(stored.answer_to(one.key), place)
            settlement = self._settle(one, place)
        except Problem as problem:
            if is_answer(problem) and stored is None:
                self._store_answer(one, write_problem(problem))
            return problem
        self._store_answer(one, {"id": str(settlement.id)})
        return Settled(settlement, place, replayed=False)

    def _repeat(self, settlement_id: UUID, place: Institution) -> Settled | _Earlier:
        if settlement_id in self.settled:
            return Settled(self.settled[settlement_id], place, replayed=True)
        self.replayed_ids.add(settlement_id)
        return _Earlier(settlement_id, place)

    def _store_answer(self, one: _Waiting, answer: dict[str, object]) -> None:
        self.changes.answer(one.key, answer)
        # The same key may come again within this batch.
        self.answered[one.key.id] = StoredKey(OPERATION, one.key.request_hash, answer)

    def _settle(self, one: _Waiting, place: Institution) -> Settlement:
        bill = one.request.bill
        refuse_any(faults(bill, place.kind))
        if (earlier := self.families.bills.get(one.number)) is not None:
            raise AlreadySettled(earlier)
        family = self._family_of(one)
        split = split_bill(family, bill, place, self.at)
        check_plan(one.request.if_plan, plan_of_split(split, family.policy, self.key_ring))
        return self._book(one, place, family, split)

    def _family_of(self, one: _Waiting) -> Family:
        """Return the family behind the credential.

        Raises:
            Refusal: unknown, wrong and not allowed credentials are the same refusal (G33).
        """
        if one.beneficiary_id not in self.locked:
            raise _not_recognised()
        family = self.families.family(one.beneficiary_id, self.at)
        if one.request.credential_kind not in family.policy.credentials:
            raise _not_recognised()
        return family

    def _book(
        self, one: _Waiting, place: Institution, family: Family, split: BillSplit
    ) -> Settlement:
        settlement = self._settlement(one, place, family, split)
        legs = legs_of(split.split)
        accounts, transfers = book(
            legs,
            self.families.accounts,
            payable=control_account_id(ControlKind.PAYABLE, place.code),
            cause=Cause(CauseKind.SETTLEMENT, settlement.id, settlement.business_day),
        )
        insert_settlement(self.changes, settlement, legs)
        self.changes.transfers(*transfers)
        for account in accounts.values():
            self.changes.account(account)
        self.changes.event(
            Event(EventKind.BILL_SETTLED, family.beneficiary.id, {"settlement": settlement.id}),
            self.locked[family.beneficiary.id],
            by=one.actor,
        )
        self.families.book(accounts, {leg.binding_id: leg.amount for leg in legs if leg.binding_id})
        self.families.bills[one.number] = settlement.id
        self.settled[settlement.id] = settlement
        return settlement

    def _settlement(
        self, one: _Waiting, place: Institution, family: Family, split: BillSplit
    ) -> Settlement:
        own = family.own
        return Settlement(
            id=new_id(),
            institution_id=place.id,
            beneficiary_id=family.beneficiary.id,
            business_day=business_day(self.at),
            settled_at=self.at,
            bill=one.request.bill,
            eligible=split.eligible,
            own=split.split.own,
            shared=split.split.shared,
            cash=split.cash,
            own_balance_after=None if own is None else Fen(own.balance - split.split.own),
            credential_kind=one.request.credential_kind,
            credential_digest=credential_digest(
                self.key_ring, one.request.credential_kind, one.request.credential_number
            ),
            policy_version=family.policy.version,
            order_version=family.beneficiary.order_version,
            explanation=record(
                split,
                policy_version=family.policy.version,
                ranks_are_shown=not family.order_is_by_balance,
            ),
            request_id=one.request.request_id,
            actor=one.actor.record(),
        )


def _filled(answer: Settled | _Earlier | Problem, replays: dict[UUID, Settlement]) -> Answer:
    if isinstance(answer, _Earlier):
        return Settled(replays[answer.settlement_id], answer.institution, replayed=True)
    return answer


def _not_recognised() -> Refusal:
    return refuse(Code.CREDENTIAL_NOT_RECOGNISED, "credential")


async def settle_bill(request: SettleBill, actor: Actor, ports: Ports) -> Settled:
    """Settle one bill.

    Raises:
        Problem: the bill's own answer, where it was not settled.

    Clause: as ``settle``.
    """
    (answer,) = await settle([(request, actor)], ports)
    if isinstance(answer, Problem):
        raise answer
    return answer
