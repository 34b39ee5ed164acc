"""What reversing a settlement or ending a binding would do, to be shown before it is confirmed."""

from typing import Annotated, Final
from uuid import UUID

import strawberry

from gongji.api import ids
from gongji.api.binding_types import Binding, show_binding
from gongji.api.context import Info, OnBehalfOf
from gongji.api.ids import BINDING, SETTLEMENT
from gongji.api.limits import ListSize
from gongji.api.problems import AlreadyReversed, Plan, Refusal
from gongji.domain.actor import ActorKind
from gongji.domain.deduction import LegType
from gongji.domain.money import Fen
from gongji.usecases.end import quote_end
from gongji.usecases.reverse import Return, ReversalQuote, quote_reversal
from gongji.usecases.views.bindings import see_binding

_MOST_RETURNS: Final = 101


@strawberry.type(name="Return")
class ReturnType:
    """一个账户将收回的金额。What one account would get back."""

    owner: strawberry.Private[UUID]
    type: LegType = strawberry.field(description="本人或共济。Own or shared.")
    amount_fen: Fen = strawberry.field(description="金额（分）。Amount, fen.")
    is_suspended: bool = strawberry.field(
        description="账户已注销，款项将暂挂并立案。Held in suspense with a case: account closed."
    )

    @strawberry.field
    async def owner_name(self, info: Info) -> str:
        """账户所有人姓名，已隐去部分。Masked name of the account's owner."""
        return await info.context.loaders.names.load(self.owner)

    @classmethod
    def of(cls, returned: Return) -> "ReturnType":
        """Show what an account would get back."""
        return cls(
            owner=returned.owner_id,
            type=returned.type,
            amount_fen=returned.amount,
            is_suspended=returned.is_suspended,
        )


@strawberry.type
class ReversalQuoteAsTill:
    """收费端看到的撤销预览：各项合计。What would be given back, in the sums a till may know."""

    plan: Plan = strawberry.field(
        description="退回方案；现金由收费端退还。The plan; the till itself gives the cash back."
    )

    @classmethod
    def of(cls, quote: ReversalQuote) -> "ReversalQuoteAsTill":
        """Show a quote to the till that settled."""
        return cls(plan=Plan.of(quote.fresh))


@strawberry.type
class ReversalQuoteAsStaff:
    """经办人员看到的撤销预览：各账户金额。What each account would get back; staff only."""

    plan: Plan = strawberry.field(description="退回方案。The plan.")
    returns: list[ReturnType] = strawberry.field(
        description="各账户，按扣款先后，最多101个。By account, as they were drawn, 101 at most.",
        directives=[ListSize(assumed_size=_MOST_RETURNS)],
    )

    @classmethod
    def of(cls, quote: ReversalQuote) -> "ReversalQuoteAsStaff":
        """Show a quote to staff."""
        returns = [ReturnType.of(one) for one in quote.returns]
        return cls(plan=Plan.of(quote.fresh), returns=returns)


@strawberry.type
class EndingQuote:
    """解绑预览。What ending a binding would end."""

    plan: str = strawberry.field(
        description="方案摘要，可作为 ifPlan 送回。Send it back as ifPlan."
    )
    binding: Binding = strawberry.field(
        description="将结束的共济关系，按查看者显示。The binding, as the type of whoever asks."
    )


QuoteReversalResult = Annotated[
    ReversalQuoteAsTill | ReversalQuoteAsStaff | Refusal | AlreadyReversed,
    strawberry.union(
        "QuoteReversalResult",
        description="撤销预览，或不能撤销的理由。What would be given back, or why it cannot be.",
    ),
]
QuoteEndingResult = Annotated[
    EndingQuote | Refusal,
    strawberry.union(
        "QuoteEndingResult",
        description="解绑预览，或不能解绑的理由。What would end, or why it cannot.",
    ),
]


@strawberry.type
class QuoteQueries:
    """Queries about what a mutation would do now."""

    @strawberry.field
    async def quote_reversal(
        self,
        info: Info,
        settlement_id: Annotated[
            strawberry.ID, strawberry.argument(description="结算编号。The settlement.")
        ],
    ) -> QuoteReversalResult:
        """撤销预览，不产生任何变动。Who would get what back; nothing is changed (G13)."""
        actor, wanted = info.context.actor, ids.decode(SETTLEMENT, settlement_id)
        quote = await quote_reversal(wanted, actor, info.context.ports)
        if actor.kind is ActorKind.STAFF:
            return ReversalQuoteAsStaff.of(quote)
        return ReversalQuoteAsTill.of(quote)

    @strawberry.field
    async def quote_ending(
        self,
        info: Info,
        binding_id: Annotated[
            strawberry.ID, strawberry.argument(description="共济关系编号。The binding.")
        ],
        on_behalf_of: OnBehalfOf = None,
    ) -> QuoteEndingResult:
        """解绑预览，不产生任何变动。What ending a binding would end; nothing is changed (G10)."""
        actor, wanted = info.context.acting(on_behalf_of), ids.decode(BINDING, binding_id)
        fresh = await quote_end(wanted, actor, info.context.ports)
        view = await see_binding(wanted, actor, info.context.ports)
        if view is None:
            raise ValueError("whoever may end a binding may see it")
        return EndingQuote(plan=fresh.plan, binding=show_binding(view))
