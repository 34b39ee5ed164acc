"""Reverse a settlement (撤销): whole, once, every leg to the account that it came from."""

from dataclasses import dataclass
from uuid import UUID

from gongji.domain.actor import ActorKind, Role
from gongji.domain.business_day import business_day
from gongji.domain.errors import (
    AlreadyReversed,
    Forbidden,
    not_found,
    refuse_any,
)
from gongji.domain.events import EventKind
from gongji.domain.ledger import Cause, CauseKind, ControlKind, Transfer, control_account_id
from gongji.domain.money import Fen, total
from gongji.domain.person import PersonalAccount
from gongji.domain.plan import legs_plan
from gongji.domain.settlement import Leg, Settlement, give_back, reasons_against_reversal
from gongji.store.changes import Table
from gongji.store.ids import new_id
from gongji.store.plans import check_plan, plain_plan
from gongji.store.rows import BeneficiaryRow, InstitutionRow
from gongji.store.settlements import legs_of_settlement, settlements_by_id
from gongji.store.staff import may_act_in, stated_reason
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
    settlement = await _theirs(tx, request.settlement_id)
    await tx.claim(settlement.beneficiary_id)
    legs = await legs_of_settlement(tx.connection, settlement.id)
    families = await tx.load(
        settlement.beneficiary_id, account_ids=tuple(leg.account_id for leg in legs)
    )
    settlement = (await settlements_by_id(tx.connection, [settlement.id]))[settlement.id]
    if settlement.reversal_id is not None:
        raise AlreadyReversed(settlement.reversal_id)
    reason = stated_reason(tx.actor, request.reason)
    policy = families.policy_of(families.rows[settlement.beneficiary_id].value.region, tx.at)
    refuse_any(
        reasons_against_reversal(
            settlement.business_day, today=business_day(tx.at), within_days=policy.reversal_days
        )
    )
    fresh = plain_plan(legs_plan("reverse", settlement.id, legs), tx.ports.key_ring)
    check_plan(request.if_plan, fresh)
    return await _give_back(tx, reason, settlement, legs, families.accounts)


async def _theirs(tx: Transaction, settlement_id: UUID) -> Settlement:
    """Return the settlement if it is this till's, or in the region of this member of staff."""
    if tx.actor.kind not in {ActorKind.TILL, ActorKind.STAFF}:
        raise Forbidden
    settlement = (await settlements_by_id(tx.connection, [settlement_id])).get(settlement_id)
    if settlement is None or not await _may_reverse(tx, settlement):
        raise not_found("settlementId")
    return settlement


async def _may_reverse(tx: Transaction, settlement: Settlement) -> bool:
    if tx.actor.kind is ActorKind.TILL:
        return settlement.institution_id == tx.actor.subject
    row = await BeneficiaryRow.get(person_id=settlement.beneficiary_id, using_db=tx.connection)
    return may_act_in(tx.actor, row.region, Role.SETTLER)


async def _give_back(
    tx: Transaction,
    reason: str | None,
    settlement: Settlement,
    legs: list[Leg],
    accounts: dict[UUID, PersonalAccount],
) -> UUID:
    reversal_id, today = new_id(), business_day(tx.at)
    place = await InstitutionRow.get(id=settlement.institution_id, using_db=tx.connection)
    after, transfers = give_back(
        legs,
        accounts,
        payable=control_account_id(ControlKind.PAYABLE, place.code),
        cause=Cause(CauseKind.REVERSAL, reversal_id, today),
        at=tx.at,
    )
    tx.changes.insert(
        Table.REVERSAL,
        {
            "id": reversal_id,
            "settlement_id": settlement.id,
            "reversed_at": tx.at,
            "business_day": today,
            "reason": reason,
            "suspended_fen": _suspended(transfers),
            "actor": tx.actor.record(),
            "request_id": tx.key.request_id,
        },
    )
    tx.changes.reversed(settlement.id, reversal_id)
    tx.changes.transfers(*transfers)
    for account in after.values():
        tx.changes.account(account)
    tx.record(
        EventKind.SETTLEMENT_REVERSED,
        settlement.beneficiary_id,
        settlement=settlement.id,
        reversal=reversal_id,
    )
    return reversal_id


def _suspended(transfers: tuple[Transfer, ...]) -> Fen:
    """Add up what could not return to a closed account."""
    return total(*(t.amount for t in transfers if t.account_id is None))
