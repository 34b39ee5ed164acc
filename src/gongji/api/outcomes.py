"""What became of a request (查询结果), and voiding one (冲正), for whoever sent it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import strawberry

from gongji.api import ids
from gongji.api.binding_types import (
    BindingAsBeneficiary,
    BindingAsSharer,
    BindingAsStaff,
    show_binding,
)
from gongji.api.context import Info
from gongji.api.conversations import MessageType, fetch_messages
from gongji.api.enums import describe_enum
from gongji.api.families import PersonalAccount
from gongji.api.fetching import fetch
from gongji.api.mutations import KeyedInput, Payload
from gongji.api.premiums import (
    PremiumAsInsured,
    PremiumAsPayer,
    PremiumAsStaff,
    show_premium,
)
from gongji.api.problems import (
    DeductionOrder,
    Problem,
    Refusal,
    RequestIdReused,
    RequestVoided,
    show_problem,
)
from gongji.api.tills import ReversalType, TillReceipt
from gongji.domain.actor import Actor
from gongji.domain.outcome import OutcomeStatus
from gongji.store.outcomes import KeptRequest
from gongji.usecases.views.bindings import see_binding
from gongji.usecases.views.outcomes import SeenOutcome, see_outcome, voided_by
from gongji.usecases.views.own import see_own_account, see_own_order
from gongji.usecases.views.premiums import see_premiums
from gongji.usecases.views.settlements import see_receipts
from gongji.usecases.void import VoidRequest, void_request

describe_enum(
    OutcomeStatus,
    "一个请求的结果。What became of a request (G34).",
    DONE="已办理。Done; the answer is under the key.",
    REFUSED="未予办理，理由不变。Refused for good; nothing was done under this key.",
    IN_PROGRESS="正在办理，请稍后再查。Being done right now; ask again.",
    VOIDED="已冲正：已撤回，或永远不会办理。Voided: undone, or barred for ever.",
    UNKNOWN="没有收到，但仍可能到达。Not known; it may still arrive.",
)


@strawberry.type
class VoidedRequest:
    """一次冲正所冲的请求。The request that a void has voided."""

    request_id: UUID = strawberry.field(description="被冲正的请求编号。The voided key.")
    voided_at: datetime = strawberry.field(description="冲正时间。When it was first voided.")

    @classmethod
    def of(cls, kept: KeptRequest) -> "VoidedRequest":
        """Show a voided request.

        Raises:
            ValueError: it is not voided: a bug of ours.
        """
        if kept.voided_at is None:
            raise ValueError("what a void leads to is voided")
        return cls(request_id=kept.request_id, voided_at=kept.voided_at)


Answer = (
    TillReceipt
    | ReversalType
    | BindingAsSharer
    | BindingAsBeneficiary
    | BindingAsStaff
    | PremiumAsPayer
    | PremiumAsInsured
    | PremiumAsStaff
    | PersonalAccount
    | DeductionOrder
    | VoidedRequest
    | MessageType
)
RequestAnswer = Annotated[
    Answer,
    strawberry.union(
        "RequestAnswer",
        description="请求所办的事，按此刻的样子显示给发送者。"
        "What a request has done, as its sender may see it now.",
    ),
]


async def _receipt(info: Info, settlement_id: UUID, sender: Actor) -> TillReceipt | None:  # noqa: ARG001
    settlement = (await see_receipts([settlement_id], sender)).get(settlement_id)
    return None if settlement is None else TillReceipt.of(settlement)


async def _reversal(info: Info, reversal_id: UUID, sender: Actor) -> ReversalType | None:
    """Show a reversal to whoever may still see the settlement that it undoes."""
    reversal = await info.context.loaders.reversals.load(reversal_id)
    settlement_id = ids.encode(ids.SETTLEMENT, reversal.settlement_id)
    visible = await fetch([settlement_id], sender, info.context.ports)
    return ReversalType.of(reversal) if visible else None


async def _premium(info: Info, premium_id: UUID, sender: Actor) -> Any:
    premium = (await see_premiums([premium_id], sender, info.context.ports)).get(premium_id)
    return None if premium is None else show_premium(premium, sender)


async def _account(info: Info, account_id: UUID, sender: Actor) -> PersonalAccount | None:  # noqa: ARG001
    own = await see_own_account(sender, info.context.ports)
    if own is None:
        return None
    return PersonalAccount(balance_fen=own.balance, reserve_fen=own.reserve, status=own.status)


async def _order(info: Info, person_id: UUID, sender: Actor) -> DeductionOrder:  # noqa: ARG001
    order = await see_own_order(sender, info.context.ports)
    return DeductionOrder.of(order.version, order.binding_ids)


async def _voided(info: Info, key_id: UUID, sender: Actor) -> VoidedRequest:  # noqa: ARG001
    return VoidedRequest.of(await voided_by(key_id))


async def _told_once(info: Info, export_id: UUID, sender: Actor) -> None:
    """Show nothing: a link is told once, to whoever sends the request."""


async def _message(info: Info, message_id: UUID, sender: Actor) -> Any:
    return (await fetch_messages([message_id], sender, info.context.ports)).get(message_id)


async def _binding(info: Info, binding_id: UUID, sender: Actor) -> Any:
    seen = await see_binding(binding_id, sender, info.context.ports)
    return None if seen is None else show_binding(seen)


_Show = Callable[[Info, UUID, Actor], Awaitable[Any]]
_SHOWN: Final[dict[str, _Show]] = {
    "settleBill": _receipt,
    "reverseSettlement": _reversal,
    "payPremium": _premium,
    "refundPremium": _premium,
    "setReserve": _account,
    "reorderSharers": _order,
    "voidRequest": _voided,
    "exportMovements": _told_once,
    "sendMessage": _message,
}
"""How the result of an operation is shown; all others are about a binding."""


@strawberry.type
class RequestOutcome:
    """一个请求的结果，只告诉发送者。What became of a request; only its sender is told."""

    seen: strawberry.Private[SeenOutcome]
    request_id: UUID = strawberry.field(description="所问的请求编号。The key that was asked about.")
    status: OutcomeStatus = strawberry.field(description="结果。What became of it.")
    operation: str | None = strawberry.field(
        description="办理的业务（变更名称）；未知或未办理即冲正时为空。"
        "Name of the mutation; null where nothing is known, or it was barred."
    )
    claimed_at: datetime | None = strawberry.field(
        description="开始办理的时间；未知时为空。When it was taken up; null where not known."
    )
    voided_at: datetime | None = strawberry.field(
        description="冲正时间；未冲正为空。When it was voided, if it was."
    )

    @strawberry.field
    async def answer(self, info: Info) -> RequestAnswer | None:
        """所办的事，冲正后仍显示；未办理或无权查看时为空。What was done, also if undone since."""
        kept = self.seen.kept
        if kept is None or kept.result_id is None:
            return None
        show: _Show = _SHOWN.get(kept.operation, _binding)
        shown: Answer | None = await show(info, kept.result_id, self.seen.sender)
        return shown

    @strawberry.field
    def problem(self) -> Problem | None:
        """未予办理的理由，其余情况为空。Why it was refused, if it was."""
        kept = self.seen.kept
        if kept is None or kept.problem is None:
            return None
        return show_problem(kept.problem)

    @classmethod
    def of(cls, seen: SeenOutcome) -> "RequestOutcome":
        """Show what became of a request."""
        kept = seen.kept
        asked = None if kept is None or kept.is_barred else kept
        return cls(
            seen=seen,
            request_id=seen.request_id,
            status=seen.status,
            operation=None if asked is None else asked.operation,
            claimed_at=None if asked is None else asked.claimed_at,
            voided_at=None if kept is None else kept.voided_at,
        )


@strawberry.input
class VoidRequestInput(KeyedInput):
    """冲正的请求：所冲的是发送者自己的另一个请求。A void of another request of the same sender."""

    voids: UUID = strawberry.field(
        description="要冲正的请求编号，无论它是否到达。The key to void, whether it arrived or not."
    )


@strawberry.type
class VoidRequestPayload(Payload):
    """冲正结果。The voided request."""

    outcome: RequestOutcome = strawberry.field(
        description="被冲正的请求，其结果为已冲正。The voided request, as ``outcome`` tells it."
    )


OutcomeResult = Annotated[
    RequestOutcome | Refusal,
    strawberry.union(
        "OutcomeResult",
        description="请求的结果，或拒绝的理由。What became of it, or why that is refused.",
    ),
]
VoidRequestResult = Annotated[
    VoidRequestPayload | Refusal | RequestIdReused | RequestVoided,
    strawberry.union("VoidRequestResult"),
]


@strawberry.type
class OutcomeQueries:
    """Queries about requests."""

    @strawberry.field
    async def outcome(
        self,
        info: Info,
        request_id: Annotated[
            UUID, strawberry.argument(description="本人发送的请求编号。A key of the sender's own.")
        ],
    ) -> OutcomeResult:
        """自己发送的请求办理得如何，含代办的。What became of a request of one's own (G34)."""
        seen = await see_outcome(request_id, info.context.actor, info.context.ports)
        return RequestOutcome.of(seen)


@strawberry.type
class OutcomeMutations:
    """Mutations about requests."""

    @strawberry.mutation
    async def void_request(self, info: Info, input: VoidRequestInput) -> VoidRequestResult:
        """冲正 2601：已办的撤回，未办的永不再办。Undo a request, or bar it for ever (G34)."""
        actor, ports = info.context.actor, info.context.ports
        done = await void_request(VoidRequest(input.request_id, input.voids), actor, ports)
        seen = await see_outcome(input.voids, actor, ports)
        return VoidRequestPayload(outcome=RequestOutcome.of(seen), replayed=done.replayed)
