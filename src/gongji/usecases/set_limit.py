"""Set the limits of one binding (设置共济限额)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from gongji.domain.binding import OPEN, Limit
from gongji.domain.errors import Code, PlanChanged, Reason, refuse, refuse_any
from gongji.domain.events import EventKind
from gongji.domain.money import Fen
from gongji.domain.plan import limit_plan
from gongji.store.bindings import binding_of_sharer, update_binding
from gongji.store.plans import plain_plan
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class SetBindingLimit:
    """A sharer's request; the three limits replace those that were, None means no limit.

    Args:
        per_settlement: fen per settlement.
        per_month: fen per calendar month.
        per_year: fen per calendar year.
        if_was: the limits that were shown; they are replaced only if they still hold.
    """

    request_id: UUID
    binding_id: UUID
    per_settlement: Fen | None = None
    per_month: Fen | None = None
    per_year: Fen | None = None
    if_was: Limit | None = None


@command("setBindingLimit")
async def set_binding_limit(tx: Transaction, request: SetBindingLimit) -> UUID:
    """Set the limits of a binding or of an open invitation; returns the binding's id.

    Raises:
        Forbidden: the actor is no person.
        Refusal: not this person's, over, or a negative amount.
        PlanChanged: the limits are no longer as they were shown.

    Clause: G8.
    """
    person_id, _ = await tx.acting_person()
    binding = await binding_of_sharer(tx.connection, request.binding_id, person_id)
    await tx.claim(binding.beneficiary_id)
    binding = await binding_of_sharer(tx.connection, request.binding_id, person_id)
    if binding.has_expired(tx.at):
        raise refuse(Code.INVITATION_EXPIRED)
    if binding.status not in OPEN:
        raise refuse(Code.MOVE_NOT_ALLOWED)
    refuse_any(_negative(request))
    if request.if_was not in {None, binding.limit}:
        raise PlanChanged(plain_plan(limit_plan(binding.id, binding.limit), tx.ports.key_ring))
    limit = Limit(request.per_settlement, request.per_month, request.per_year)
    await update_binding(tx.connection, replace(binding, limit=limit), by=tx.actor)
    tx.record(EventKind.LIMIT_SET, binding.beneficiary_id, binding=binding.id)
    return binding.id


def _negative(request: SetBindingLimit) -> Iterator[Reason]:
    for amount, field in (
        (request.per_settlement, "perSettlementFen"),
        (request.per_month, "perMonthFen"),
        (request.per_year, "perYearFen"),
    ):
        if amount is not None and amount < 0:
            yield Reason(Code.AMOUNT_NEGATIVE, (field,))
