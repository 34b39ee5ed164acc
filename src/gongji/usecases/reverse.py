"""Reverse a settlement (撤销): whole, once, every leg to the account that it came from."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor, ActorKind, Role
from gongji.domain.business_day import business_day
from gongji.domain.deduction import LegType
from gongji.domain.errors import (
    AlreadyReversed,
    Forbidden,
    FreshPlan,
    not_found,
    refuse_any,
)
from gongji.domain.money import Fen
from gongji.domain.person import PersonalAccount
from gongji.domain.settlement import (
    Leg,
    Settlement,
    reasons_against_reversal,
    suspended_legs,
)
from gongji.store.accesses import record_readings
from gongji.store.database import pool
from gongji.store.families import Families, load_families
from gongji.store.personal_data import KeyRing
from gongji.store.plans import check_plan, plan_of_reversal
from gongji.store.reversals import book_reversal
from gongji.store.rows import BeneficiaryRow
from gongji.store.settlements import legs_of_settlement, settlements_by_id
from gongji.store.staff import may_act_in, stated_reason
from gongji.usecases.ports import Ports
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class ReverseSettlement:
    """A till's request, or a member of staff's with a reason.

    Args:
        if_plan: the plan of the refund that was shown.
    """

    request_id: UUID
    settlement_id: UUID
    reason: str | None = None
    if_plan: str | None = None


@command("reverseSettlement")
async def reverse_settlement(tx: Transaction, request: ReverseSettlement) -> UUID:
    """Reverse a settlement; returns the reversal's id.

    Raises:
        Forbidden: the actor is neither a till nor staff who settles.
        Refusal: not this till's, too late, or staff gave no reason.
        AlreadyReversed: it was reversed under another key; carries the first reversal.
        PlanChanged: other accounts or amounts than were shown.

    Clause: G13, law 7.
    """
    settlement = await _theirs(tx.connection, request.settlement_id, tx.actor)
    await tx.claim(settlement.beneficiary_id)
    legs = await legs_of_settlement(tx.connection, settlement.id)
    families = await tx.load(
        settlement.beneficiary_id, account_ids=tuple(leg.account_id for leg in legs)
    )
    settlement = (await settlements_by_id(tx.connection, [settlement.id]))[settlement.id]
    _refuse_unless_reversible(settlement, families, tx.at)
    reason = stated_reason(tx.actor, request.reason)
    undoing = _Undoing(settlement, tuple(legs), families.accounts, tx.at)
    check_plan(request.if_plan, undoing.plan(tx.ports.key_ring))
    return await book_reversal(
        tx.connection,
        tx.changes,
        settlement,
        legs,
        families.accounts,
        beneficiary=tx.locked[settlement.beneficiary_id],
        by=tx.actor,
        request_id=tx.key.request_id,
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class Return:
    """What one account gets back; a closed account's part is held in suspense."""

    owner_id: UUID
    type: LegType
    amount: Fen
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class ReversalQuote:
    """What reversing a settlement now would do.

    Args:
        fresh: the plan, with the sums that a till may know.
        returns: what each account gets back, in the order of drawing; for staff only.
    """

    settlement_id: UUID
    fresh: FreshPlan
    returns: tuple[Return, ...]


async def quote_reversal(settlement_id: UUID, actor: Actor, ports: Ports) -> ReversalQuote:
    """Tell what reversing a settlement would give back, under the rights of reversing it.

    What staff reads is recorded.

    Raises:
        Forbidden: the actor is neither a till nor staff who settles.
        Refusal: not this till's, or too late.
        AlreadyReversed: carries the reversal.

    Clause: G13, G18.
    """
    connection, at = pool(), ports.clock.now()
    settlement = await _theirs(connection, settlement_id, actor)
    legs = await legs_of_settlement(connection, settlement_id)
    families = await load_families(
        connection,
        [settlement.beneficiary_id],
        day=business_day(at),
        locking=False,
        account_ids=[leg.account_id for leg in legs],
    )
    _refuse_unless_reversible(settlement, families, at)
    undoing = _Undoing(settlement, tuple(legs), families.accounts, at)
    if actor.kind is ActorKind.STAFF:
        people = {settlement.beneficiary_id, *(one.owner_id for one in undoing.returns)}
        await record_readings(connection, {settlement_id: people}, actor, at)
    return ReversalQuote(settlement_id, undoing.plan(ports.key_ring), undoing.returns)


@dataclass(frozen=True, slots=True)
class _Undoing:
    """A settlement that may be reversed, with its legs and their accounts as they are now."""

    settlement: Settlement
    legs: tuple[Leg, ...]
    accounts: dict[UUID, PersonalAccount]
    at: datetime

    @property
    def suspended(self) -> tuple[Leg, ...]:
        """Return the legs that cannot return."""
        return suspended_legs(self.legs, self.accounts, self.at)

    @property
    def returns(self) -> tuple[Return, ...]:
        """Return what each account gets back."""
        held = self.suspended
        return tuple(
            Return(self.accounts[leg.account_id].owner_id, leg.type, leg.amount, leg in held)
            for leg in self.legs
        )

    def plan(self, key_ring: KeyRing) -> FreshPlan:
        """Return the plan that a client is shown."""
        return plan_of_reversal(
            self.settlement, self.legs, suspended=self.suspended, key_ring=key_ring
        )


def _refuse_unless_reversible(settlement: Settlement, families: Families, at: datetime) -> None:
    """Check that a settlement is not reversed and not too old.

    Raises:
        AlreadyReversed: it was reversed before; carries the reversal.
        Refusal: too late.
    """
    if settlement.reversal_id is not None:
        raise AlreadyReversed(settlement.reversal_id)
    policy = families.policy_of(families.rows[settlement.beneficiary_id].value.region, at)
    refuse_any(
        reasons_against_reversal(
            settlement.business_day, today=business_day(at), within_days=policy.reversal_days
        )
    )


async def _theirs(connection: BaseDBAsyncClient, settlement_id: UUID, actor: Actor) -> Settlement:
    """Return the settlement if it is this till's, or in the region of this member of staff."""
    if actor.kind not in {ActorKind.TILL, ActorKind.STAFF}:
        raise Forbidden
    settlement = (await settlements_by_id(connection, [settlement_id])).get(settlement_id)
    if settlement is None or not await _may_reverse(connection, settlement, actor):
        raise not_found("settlementId")
    return settlement


async def _may_reverse(connection: BaseDBAsyncClient, settlement: Settlement, actor: Actor) -> bool:
    if actor.kind is ActorKind.TILL:
        return settlement.institution_id == actor.subject
    row = await BeneficiaryRow.get(person_id=settlement.beneficiary_id, using_db=connection)
    return may_act_in(actor, row.region, Role.SETTLER)
