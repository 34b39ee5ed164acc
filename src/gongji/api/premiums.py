"""Resident premiums (居民医保费): what could be paid, paying, refunding, and what was paid."""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import strawberry

from gongji.api import ids
from gongji.api.connections import After, Before, Connection, Cursors, First, Last, connect
from gongji.api.context import Info, OnBehalfOf
from gongji.api.ids import BINDING, PREMIUM
from gongji.api.limits import ListSize
from gongji.api.mutations import BindingInput, Payload, PersonInput
from gongji.api.nodes import Node
from gongji.api.problems import PlanChanged, Reason, Refusal, RequestIdReused, RequestVoided
from gongji.domain.actor import Actor, ActorKind
from gongji.domain.money import Fen
from gongji.domain.premium import Premium, PremiumSide, PremiumStatus
from gongji.usecases.pay_premium import PayPremium
from gongji.usecases.refund_premium import RefundPremium, refund_premium
from gongji.usecases.views.premiums import (
    PayablePremium,
    list_payable_premiums,
    list_premiums,
    see_premiums,
)

MOST_PAYABLE: Final = 100
"""Payable premiums in one answer: relatives times the years whose window is not over."""
PREMIUMS: Final = Cursors("premiums", (UUID,))


@strawberry.interface(name="Premium")
class PremiumType(Node):
    """一笔居民医保费；各方看到的类型不同。A premium; each viewer sees a type of its own."""

    id: strawberry.ID = strawberry.field(description="编号。Id of the premium.")
    year: int = strawberry.field(description="待遇年度。Benefit year.")
    category: str = strawberry.field(description="缴费类别。Category of the insured person.")
    amount_fen: Fen = strawberry.field(description="保费（分）。Amount, fen.")
    status: PremiumStatus = strawberry.field(description="此刻的状态。State as it is now.")
    business_day: date = strawberry.field(
        description="扣款的业务日期（北京时间）。Business day of the debit, Asia/Shanghai."
    )
    debited_at: datetime = strawberry.field(description="扣款时间。When it was debited.")
    confirmed_at: datetime | None = strawberry.field(
        description="税务确认时间。When the tax bureau confirmed it."
    )
    failed_at: datetime | None = strawberry.field(
        description="税务未接受的时间。When the tax bureau did not take it."
    )
    refunded_at: datetime | None = strawberry.field(description="退费时间。When it was refunded.")
    tax_reference: str | None = strawberry.field(
        description="税务凭证号，确认后才有。The tax bureau's reference, once it confirmed."
    )


@strawberry.type
class PremiumAsPayer(PremiumType):
    """缴费人看到的保费。A premium as its payer sees it."""

    insured_id: strawberry.Private[UUID]
    premium_id: strawberry.Private[UUID]
    binding_id: strawberry.ID = strawberry.field(
        description="与被缴费人的共济关系。The payer's binding with the insured person."
    )

    @strawberry.field
    async def insured_name(self, info: Info) -> str:
        """被缴费人姓名（已脱敏）。Masked name of the insured person."""
        return await info.context.loaders.names.load(self.insured_id)

    @strawberry.field
    async def from_own_fen(self, info: Info) -> Fen:
        """从缴费人本人账户扣的金额（分）。Fen out of the payer's own account, of ``amountFen``."""
        return await info.context.loaders.payer_parts.load(self.premium_id)

    @classmethod
    def of(cls, premium: Premium) -> "PremiumAsPayer":
        """Show a premium to its payer."""
        return cls(
            **_common(premium),
            insured_id=premium.insured_id,
            premium_id=premium.id,
            binding_id=ids.encode(BINDING, premium.binding_id),
        )


@strawberry.type
class PremiumAsInsured(PremiumType):
    """被缴费人看到的保费。A premium as the person sees it who is insured by it."""

    payer_id: strawberry.Private[UUID]

    @strawberry.field
    async def payer_name(self, info: Info) -> str:
        """缴费人姓名（已脱敏）。Masked name of the payer."""
        return await info.context.loaders.names.load(self.payer_id)

    @classmethod
    def of(cls, premium: Premium) -> "PremiumAsInsured":
        """Show a premium to the person who is insured by it."""
        return cls(**_common(premium), payer_id=premium.payer_id)


@strawberry.type
class PremiumAsStaff(PremiumType):
    """经办人员看到的保费。A premium as staff of its region see it."""

    payer_id: strawberry.Private[UUID]
    insured_id: strawberry.Private[UUID]

    @strawberry.field
    async def payer_name(self, info: Info) -> str:
        """缴费人姓名（已脱敏）。Masked name of the payer."""
        return await info.context.loaders.names.load(self.payer_id)

    @strawberry.field
    async def insured_name(self, info: Info) -> str:
        """被缴费人姓名（已脱敏）。Masked name of the insured person."""
        return await info.context.loaders.names.load(self.insured_id)

    @classmethod
    def of(cls, premium: Premium) -> "PremiumAsStaff":
        """Show a premium to staff."""
        return cls(**_common(premium), payer_id=premium.payer_id, insured_id=premium.insured_id)


PREMIUM_TYPES: Final = (PremiumAsPayer, PremiumAsInsured, PremiumAsStaff)


def show_premium(premium: Premium, viewer: Actor) -> PremiumType:
    """Show a premium to somebody who may see it (G18).

    Args:
        viewer: its payer, its insured person or staff, as the use case has found out.
    """
    if viewer.kind is ActorKind.STAFF:
        return PremiumAsStaff.of(premium)
    if viewer.person_id == premium.insured_id:
        return PremiumAsInsured.of(premium)
    return PremiumAsPayer.of(premium)


def _common(premium: Premium) -> dict[str, Any]:
    """Return what every viewer sees."""
    return {
        "id": ids.encode(PREMIUM, premium.id),
        "year": premium.year,
        "category": premium.category,
        "amount_fen": premium.amount,
        "status": premium.status,
        "business_day": premium.business_day,
        "debited_at": premium.debited_at,
        "confirmed_at": premium.confirmed_at,
        "failed_at": premium.failed_at,
        "refunded_at": premium.refunded_at,
        "tax_reference": premium.tax_reference,
    }


@strawberry.type(name="PayablePremium")
class PayablePremiumType:
    """可为一位家人缴纳的保费。A premium that could be paid for a relative, now or soon."""

    insured_id: strawberry.Private[UUID]
    binding_id: strawberry.ID = strawberry.field(
        description="与被缴费人的共济关系。The binding with the insured person."
    )
    year: int = strawberry.field(description="待遇年度。Benefit year.")
    category: str = strawberry.field(description="缴费类别。Category of the insured person.")
    amount_fen: Fen = strawberry.field(
        description="保费（分），须一次缴清。Amount, fen; paid whole."
    )
    from_own_fen: Fen = strawberry.field(
        description="将从本人账户扣的金额（分）。Fen that would leave the payer's own account."
    )
    opens_on: date = strawberry.field(description="缴费期第一天。First day of the window.")
    closes_on: date = strawberry.field(description="缴费期最后一天。Last day of the window.")
    is_paid: bool = strawberry.field(
        description="该年度是否已缴纳。Whether this year's premium is paid already."
    )
    reasons: list[Reason] = strawberry.field(
        description="现在不能缴纳的理由，最多16条；为空则可以缴纳。"
        "Why it cannot be paid now, 16 at most; empty: it can.",
        directives=[ListSize(assumed_size=16)],
    )
    plan: str = strawberry.field(
        description="缴费方案，可作为 ifPlan 送回。Send it back as ifPlan."
    )

    @strawberry.field
    async def insured_name(self, info: Info) -> str:
        """被缴费人姓名（已脱敏）。Masked name of the insured person."""
        return await info.context.loaders.names.load(self.insured_id)

    @classmethod
    def of(cls, payable: PayablePremium) -> "PayablePremiumType":
        """Show a payable premium."""
        tariff = payable.tariff
        return cls(
            insured_id=payable.insured_id,
            binding_id=ids.encode(BINDING, payable.binding_id),
            year=tariff.year,
            category=tariff.category,
            amount_fen=tariff.amount,
            from_own_fen=payable.from_own,
            opens_on=tariff.opens_on,
            closes_on=tariff.closes_on,
            is_paid=payable.is_paid,
            reasons=[Reason.of(reason) for reason in payable.reasons],
            plan=payable.plan,
        )


@strawberry.type
class PayablePremiums:
    """可缴纳的保费。The premiums that could be paid."""

    premiums: list[PayablePremiumType] = strawberry.field(
        description="缴费期内的在前，再按绑定先后和年度，最多100笔。"
        "Open windows first, then by relative and year; 100 at most.",
        directives=[ListSize(assumed_size=MOST_PAYABLE)],
    )


@strawberry.input
class PayPremiumInput(BindingInput):
    """为一位家人缴纳居民医保费的请求。A premium to be paid for a bound relative."""

    year: int = strawberry.field(description="待遇年度。Benefit year.")
    if_plan: str | None = strawberry.field(
        description="只有方案未变才缴纳。Pay only if this plan still holds.", default=None
    )


@strawberry.type
class PayPremiumPayload(Payload):
    """缴费结果。The premium."""

    premium: PremiumAsPayer = strawberry.field(description="这笔保费。The premium.")


@strawberry.input
class RefundPremiumInput(PersonInput):
    """退回一笔保费的请求。A premium to be refunded."""

    premium_id: strawberry.ID = strawberry.field(description="要退的保费。The premium.")
    reason: str | None = strawberry.field(
        description="原因，经办人员必填，最多200字。Reason, required from staff.", default=None
    )


@strawberry.type
class RefundPremiumPayload(Payload):
    """退费结果。The premium."""

    premium: PremiumType = strawberry.field(description="这笔保费。The premium.")


PayablePremiumsResult = Annotated[
    PayablePremiums | Refusal, strawberry.union("PayablePremiumsResult")
]
PremiumsResult = Annotated[Connection[PremiumType] | Refusal, strawberry.union("PremiumsResult")]
PayPremiumResult = Annotated[
    PayPremiumPayload | Refusal | RequestIdReused | RequestVoided | PlanChanged,
    strawberry.union("PayPremiumResult"),
]
RefundPremiumResult = Annotated[
    RefundPremiumPayload | Refusal | RequestIdReused | RequestVoided,
    strawberry.union("RefundPremiumResult"),
]


@strawberry.type
class PremiumQueries:
    """Queries about resident premiums."""

    @strawberry.field
    async def payable_premiums(
        self, info: Info, on_behalf_of: OnBehalfOf = None
    ) -> PayablePremiumsResult:
        """可为家人缴纳的居民医保费，含即将开始的缴费期。Premiums that the person could pay."""
        actor = info.context.acting(on_behalf_of)
        found = await list_payable_premiums(actor, info.context.ports)
        return PayablePremiums(
            premiums=[PayablePremiumType.of(payable) for payable in found[:MOST_PAYABLE]]
        )

    @strawberry.field
    async def premiums(
        self,
        info: Info,
        *,
        side: Annotated[
            PremiumSide, strawberry.argument(description="缴费人或被缴费人。On which side.")
        ],
        on_behalf_of: OnBehalfOf = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> PremiumsResult:
        """已缴纳的居民医保费，新的在前。Premiums that were paid, the newest first."""
        actor = info.context.acting(on_behalf_of)
        page = PREMIUMS.request(first=first, after=after, last=last, before=before)
        return connect(
            await list_premiums(actor, info.context.ports, side, page),
            cursors=PREMIUMS,
            key=lambda premium: (premium.id,),
            node=lambda premium: show_premium(premium, actor),
        )


@strawberry.type
class PremiumMutations:
    """Mutations about resident premiums."""

    @strawberry.mutation
    async def pay_premium(self, info: Info, input: PayPremiumInput) -> PayPremiumResult:
        """从本人个人账户为家人缴纳居民医保费，一次缴清。Pay a relative's premium, whole (G14)."""
        actor = info.context.acting(input.on_behalf_of)
        request = PayPremium(input.request_id, input.binding, input.year, input.if_plan)
        done = await info.context.desk.pay_premium(request, actor)
        premium = await _found(info, done.id, actor)
        return PayPremiumPayload(premium=PremiumAsPayer.of(premium), replayed=done.replayed)

    @strawberry.mutation
    async def refund_premium(self, info: Info, input: RefundPremiumInput) -> RefundPremiumResult:
        """待遇年度开始前退费，原路退回。Refund before the benefit year begins (G14)."""
        actor = info.context.acting(input.on_behalf_of)
        request = RefundPremium(
            input.request_id, ids.decode(PREMIUM, input.premium_id), input.reason
        )
        done = await refund_premium(request, actor, info.context.ports)
        premium = await _found(info, done.id, actor)
        return RefundPremiumPayload(premium=show_premium(premium, actor), replayed=done.replayed)


async def _found(info: Info, premium_id: UUID, viewer: Actor) -> Premium:
    """Return a premium as it is now, for whoever has just paid or refunded it."""
    seen = await see_premiums([premium_id], viewer, info.context.ports)
    if premium_id not in seen:
        raise ValueError("who paid or refunded a premium may see it")
    return seen[premium_id]
