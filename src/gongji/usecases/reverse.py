"""Reverse settlements (撤销): whole, once, every leg to the account that it came from.

``reverse`` takes a list of requests and does them in one transaction; each gets its own answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gongji.domain.actor import Actor, ActorKind, Role
from gongji.domain.business_day import business_day
from gongji.domain.deduction import LegType
from gongji.domain.errors import (
    AlreadyReversed,
    Forbidden,
    FreshPlan,
    Problem,
    not_found,
    refuse_any,
)
from gongji.domain.money import Fen
from gongji.domain.person import PersonalAccount
from gongji.domain.settlement import Leg, Reversal, reasons_against_reversal, suspended_legs
from gongji.store.accesses import record_readings
from gongji.store.database import pool
from gongji.store.families import Beside, Families, load_families
from gongji.store.personal_data import KeyRing
from gongji.store.plans import check_plan, plan_of_reversal
from gongji.store.reversals import WholeSettlement, book_reversal, whole_settlements
from gongji.store.staff import may_act_in, stated_reason
from gongji.usecases.ports import Ports
from gongji.usecases.together import Batch, Waiting, do_together


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


@dataclass(frozen=True, slots=True)
class Reversed:
    """The answer: what was reversed, now or by an earlier sending of the same key."""

    reversal: Reversal
    replayed: bool

    @property
    def id(self) -> UUID:
        """Return the reversal's id."""
        return self.reversal.id


async def reverse(
    asked: Sequence[tuple[ReverseSettlement, Actor]], ports: Ports
) -> list[Reversed | Problem]:
    """Reverse settlements in one transaction, in the order of the requests.

    Args:
        asked: each with the till or member of staff who sent it.

    Returns:
        For each request what was reversed, or the problem: ``Forbidden`` where the actor is
        neither a till nor staff who settles; a ``Refusal`` where it is not this till's, too late,
        or staff gave no reason; ``AlreadyReversed`` where it was reversed under another key, with
        the first reversal; ``PlanChanged`` where it is no longer what was shown.

    Raises:
        Unavailable: the database is silent; the keys may be sent again.

    Clause: G13, law 7.
    """
    return await do_together(_Reversing(), asked, ports)


@dataclass(frozen=True, slots=True)
class _Lead:
    """The settlement that is to be reversed."""

    whole: WholeSettlement

    @property
    def beneficiary_id(self) -> UUID:
        return self.whole.settlement.beneficiary_id

    @property
    def account_ids(self) -> tuple[UUID, ...]:
        return self.whole.account_ids


class _Reversing:
    """Reversing as one of the operations that are done for many at once."""

    name = "reverseSettlement"

    async def leads(
        self,
        asked: Sequence[tuple[ReverseSettlement, Actor]],
        ports: Ports,  # noqa: ARG002 - the frame's signature
    ) -> list[_Lead | Problem]:
        wholes = await whole_settlements(pool(), {request.settlement_id for request, _ in asked})
        return [_lead(wholes.get(request.settlement_id), actor) for request, actor in asked]

    def beside(self, waiting: Sequence[Waiting[ReverseSettlement, _Lead]]) -> Beside:
        return Beside(reversals_of={one.request.settlement_id for one in waiting})

    def act(self, batch: Batch, one: Waiting[ReverseSettlement, _Lead], lead: _Lead) -> Reversed:
        families, request, settlement = batch.families, one.request, lead.whole.settlement
        _refuse_unless_reversible(lead.whole, families, batch.at)
        reason = stated_reason(one.actor, request.reason)
        if request.if_plan is not None:
            undoing = _Undoing(lead.whole, families.accounts, batch.at)
            check_plan(request.if_plan, undoing.plan(batch.key_ring))
        reversal, accounts = book_reversal(
            batch.changes,
            lead.whole,
            families.accounts,
            beneficiary=batch.locked[settlement.beneficiary_id],
            reversal_id=one.id,
            by=one.actor,
            request_id=request.request_id,
            reason=reason,
        )
        families.book(accounts)
        families.reversals[settlement.id] = reversal
        return Reversed(reversal, replayed=False)

    # The signature is the frame's.
    def repeat(self, batch: Batch, lead: _Lead, result_id: UUID) -> Reversed:  # noqa: ARG002
        return Reversed(batch.families.reversals[lead.whole.settlement.id], replayed=True)


def _lead(whole: WholeSettlement | None, actor: Actor) -> _Lead | Problem:
    """Lead to a settlement of this till's, or in the region of this member of staff."""
    try:
        return _Lead(_theirs(whole, actor))
    except Problem as problem:
        return problem


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
    found = await whole_settlements(connection, [settlement_id])
    whole = _theirs(found.get(settlement_id), actor)
    families = await load_families(
        connection,
        [whole.settlement.beneficiary_id],
        day=business_day(at),
        locking=False,
        account_ids=whole.account_ids,
        beside=Beside(reversals_of=[settlement_id]),
    )
    _refuse_unless_reversible(whole, families, at)
    undoing = _Undoing(whole, families.accounts, at)
    if actor.kind is ActorKind.STAFF:
        people = {whole.settlement.beneficiary_id, *(one.owner_id for one in undoing.returns)}
        await record_readings(connection, {settlement_id: people}, actor, at)
    return ReversalQuote(settlement_id, undoing.plan(ports.key_ring), undoing.returns)


@dataclass(frozen=True, slots=True)
class _Undoing:
    """A settlement that may be reversed, and the accounts of its legs as they are now."""

    whole: WholeSettlement
    accounts: dict[UUID, PersonalAccount]
    at: datetime

    @property
    def suspended(self) -> tuple[Leg, ...]:
        """Return the legs that cannot return."""
        return suspended_legs(self.whole.legs, self.accounts, self.at)

    @property
    def returns(self) -> tuple[Return, ...]:
        """Return what each account gets back."""
        held = self.suspended
        return tuple(
            Return(self.accounts[leg.account_id].owner_id, leg.type, leg.amount, leg in held)
            for leg in self.whole.legs
        )

    def plan(self, key_ring: KeyRing) -> FreshPlan:
        """Return the plan that a client is shown."""
        return plan_of_reversal(
            self.whole.settlement, self.whole.legs, suspended=self.suspended, key_ring=key_ring
        )


def _refuse_unless_reversible(whole: WholeSettlement, families: Families, at: datetime) -> None:
    """Check that a settlement is not reversed and not too old.

    Raises:
        AlreadyReversed: it was reversed before; carries the reversal.
        Refusal: too late.
    """
    if (earlier := families.reversals.get(whole.settlement.id)) is not None:
        raise AlreadyReversed(earlier.id)
    policy = families.policy_of(families.rows[whole.settlement.beneficiary_id].value.region, at)
    refuse_any(
        reasons_against_reversal(
            whole.settlement.business_day,
            today=business_day(at),
            within_days=policy.reversal_days,
        )
    )


_REVERSERS: Final = frozenset({ActorKind.TILL, ActorKind.STAFF})


def _theirs(whole: WholeSettlement | None, actor: Actor) -> WholeSettlement:
    """Return the settlement if it is this till's, or in the region of this member of staff.

    Raises:
        Forbidden: the actor is neither a till nor staff.
        Refusal: ``NOT_FOUND``: unknown, and not theirs, alike.
    """
    if actor.kind not in _REVERSERS:
        raise Forbidden
    if whole is None:
        raise not_found("settlementId")
    is_tills = actor.kind is ActorKind.TILL and whole.settlement.institution_id == actor.subject
    if not is_tills and not may_act_in(actor, whole.region, Role.SETTLER):
        raise not_found("settlementId")
    return whole
