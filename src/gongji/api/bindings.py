"""Mutations of bindings (共济关系) that are live, of the order, and of the reserve."""

from typing import Annotated

import strawberry

from gongji.api import ids
from gongji.api.binding_types import Binding, BindingAsSharer, show_binding
from gongji.api.context import Info
from gongji.api.families import PersonalAccount
from gongji.api.faults import fault
from gongji.api.ids import BINDING
from gongji.api.mutations import BindingInput, Payload, PersonInput, as_sharer
from gongji.api.problems import DeductionOrder, PlanChanged, Refusal, RequestIdReused, StaleOrder
from gongji.domain.money import Fen
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from gongji.usecases.resume import ResumeBinding, resume_binding
from gongji.usecases.set_limit import SetBindingLimit, set_binding_limit
from gongji.usecases.set_reserve import SetReserve, set_reserve
from gongji.usecases.views.bindings import see_binding
from gongji.usecases.views.own import see_own_account, see_own_order


@strawberry.input
class EndBindingInput(BindingInput):
    """解绑的请求，双方均可，立即生效。End a binding, at once, by either side or staff."""

    reason: str | None = strawberry.field(
        description="原因，经办人员必填，最多200字。Reason, required from staff.", default=None
    )
    if_plan: str | None = strawberry.field(
        description="只有情况未变才解绑。End only if this plan still holds.", default=None
    )


@strawberry.input
class PauseBindingInput(BindingInput):
    """暂停共济的请求。A binding to be paused."""


@strawberry.input
class ResumeBindingInput(BindingInput):
    """恢复共济的请求。A paused binding to be resumed."""


@strawberry.input
class SetBindingLimitInput(BindingInput):
    """设置限额的请求：三项一次写明，null 为不限。All limits of a binding; null: none (G8)."""

    per_settlement_fen: Fen | None = strawberry.field(
        description="每次结算（分）；必须写明。Per settlement, fen; must be named.",
        default=strawberry.UNSET,
    )
    per_month_fen: Fen | None = strawberry.field(
        description="每个自然月（分）；必须写明。Per calendar month, fen; must be named.",
        default=strawberry.UNSET,
    )
    per_year_fen: Fen | None = strawberry.field(
        description="每个自然年（分）；必须写明。Per calendar year, fen; must be named.",
        default=strawberry.UNSET,
    )

    def to_request(self) -> SetBindingLimit:
        """Return the use case's request.

        Raises:
            GraphQLError: a limit is not named, and nobody's limit is lifted by an omission.
        """
        for limit, field in (
            (self.per_settlement_fen, "perSettlementFen"),
            (self.per_month_fen, "perMonthFen"),
            (self.per_year_fen, "perYearFen"),
        ):
            if limit is strawberry.UNSET:
                raise fault("BAD_USER_INPUT", f"Name {field}; null means no limit.")
        return SetBindingLimit(
            self.request_id,
            self.binding,
            self.per_settlement_fen,
            self.per_month_fen,
            self.per_year_fen,
        )


@strawberry.input
class SetReserveInput(PersonInput):
    """设置保留金额的请求。A reserve on the own account (G8)."""

    reserve_fen: Fen = strawberry.field(
        description="共济时至少保留的金额（分），0为不保留，不影响本人使用。"
        "Fen that shared draws leave at least; 0: none. The owner's own bills are not touched."
    )


@strawberry.input
class ReorderSharersInput(PersonInput):
    """设置扣款顺序的请求。The deduction order as the beneficiary wants it (S2.2)."""

    binding_ids: list[strawberry.ID] = strawberry.field(
        description="每个有效或暂停的共济关系恰好列出一次，先扣的在前。"
        "Every live binding exactly once, the first to be drawn first."
    )
    expected_version: int = strawberry.field(
        description="看到的顺序的版本号。Version of the order that was seen."
    )


@strawberry.type
class EndBindingPayload(Payload):
    """解绑结果，按查看者显示。The binding, ended, as the type of whoever ended it."""

    binding: Binding = strawberry.field(description="共济关系。The binding.")


@strawberry.type
class PauseBindingPayload(Payload):
    """暂停结果。The binding, paused."""

    binding: BindingAsSharer = strawberry.field(description="共济关系。The binding.")


@strawberry.type
class ResumeBindingPayload(Payload):
    """恢复结果。The binding, resumed."""

    binding: BindingAsSharer = strawberry.field(description="共济关系。The binding.")


@strawberry.type
class SetBindingLimitPayload(Payload):
    """限额设置结果。The binding with its limits."""

    binding: BindingAsSharer = strawberry.field(description="共济关系。The binding.")


@strawberry.type
class SetReservePayload(Payload):
    """保留金额设置结果。The own account with its reserve."""

    account: PersonalAccount = strawberry.field(description="本人账户。The own account.")


@strawberry.type
class ReorderSharersPayload(Payload):
    """扣款顺序设置结果。The order as it is now."""

    order: DeductionOrder = strawberry.field(description="此刻的顺序。The order as it is now.")


EndBindingResult = Annotated[
    EndBindingPayload | Refusal | RequestIdReused | PlanChanged,
    strawberry.union("EndBindingResult"),
]
PauseBindingResult = Annotated[
    PauseBindingPayload | Refusal | RequestIdReused, strawberry.union("PauseBindingResult")
]
ResumeBindingResult = Annotated[
    ResumeBindingPayload | Refusal | RequestIdReused, strawberry.union("ResumeBindingResult")
]
SetBindingLimitResult = Annotated[
    SetBindingLimitPayload | Refusal | RequestIdReused,
    strawberry.union("SetBindingLimitResult"),
]
SetReserveResult = Annotated[
    SetReservePayload | Refusal | RequestIdReused, strawberry.union("SetReserveResult")
]
ReorderSharersResult = Annotated[
    ReorderSharersPayload | Refusal | RequestIdReused | StaleOrder,
    strawberry.union("ReorderSharersResult"),
]


@strawberry.type
class BindingMutations:
    """Mutations of bindings that are live, of the order and of the own account."""

    @strawberry.mutation
    async def end_binding(self, info: Info, input: EndBindingInput) -> EndBindingResult:
        """解绑，立即生效；已结算的账单不变。End a binding at once; settled bills stay (G10)."""
        actor = info.context.acting(input.on_behalf_of)
        request = EndBinding(input.request_id, input.binding, input.reason, input.if_plan)
        done = await end_binding(request, actor, info.context.ports)
        view = await see_binding(done.id, actor, info.context.ports)
        if view is None:
            raise ValueError("whoever ends a binding may see it")
        return EndBindingPayload(binding=show_binding(view), replayed=done.replayed)

    @strawberry.mutation
    async def pause_binding(self, info: Info, input: PauseBindingInput) -> PauseBindingResult:
        """暂停共济，保留顺位；使用人只看到暂不可用。Pause; the binding keeps its place (G10)."""
        actor = info.context.acting(input.on_behalf_of)
        request = PauseBinding(input.request_id, input.binding)
        done = await pause_binding(request, actor, info.context.ports)
        return PauseBindingPayload(
            binding=await as_sharer(info, done, actor), replayed=done.replayed
        )

    @strawberry.mutation
    async def resume_binding(self, info: Info, input: ResumeBindingInput) -> ResumeBindingResult:
        """恢复暂停的共济。Resume a paused binding (G10)."""
        actor = info.context.acting(input.on_behalf_of)
        request = ResumeBinding(input.request_id, input.binding)
        done = await resume_binding(request, actor, info.context.ports)
        return ResumeBindingPayload(
            binding=await as_sharer(info, done, actor), replayed=done.replayed
        )

    @strawberry.mutation
    async def set_binding_limit(
        self, info: Info, input: SetBindingLimitInput
    ) -> SetBindingLimitResult:
        """设置对一位家人的限额，三项一并替换。Set all limits of a binding (G8)."""
        actor = info.context.acting(input.on_behalf_of)
        done = await set_binding_limit(input.to_request(), actor, info.context.ports)
        return SetBindingLimitPayload(
            binding=await as_sharer(info, done, actor), replayed=done.replayed
        )

    @strawberry.mutation
    async def set_reserve(self, info: Info, input: SetReserveInput) -> SetReserveResult:
        """设置本人账户的保留金额。Set what shared draws leave on the own account (G8)."""
        actor = info.context.acting(input.on_behalf_of)
        request = SetReserve(input.request_id, input.reserve_fen)
        done = await set_reserve(request, actor, info.context.ports)
        account = await see_own_account(actor, info.context.ports)
        if account is None:
            raise ValueError("who has set a reserve has an account")
        return SetReservePayload(account=PersonalAccount.of(account), replayed=done.replayed)

    @strawberry.mutation
    async def reorder_sharers(self, info: Info, input: ReorderSharersInput) -> ReorderSharersResult:
        """使用人设置扣款顺序，只影响以后的结算。Set the order of drawing (S2.2)."""
        actor = info.context.acting(input.on_behalf_of)
        request = ReorderSharers(
            input.request_id,
            tuple(ids.decode(BINDING, one) for one in input.binding_ids),
            input.expected_version,
        )
        done = await reorder_sharers(request, actor, info.context.ports)
        order = await see_own_order(actor, info.context.ports)
        return ReorderSharersPayload(
            order=DeductionOrder.of(order.version, order.binding_ids), replayed=done.replayed
        )
