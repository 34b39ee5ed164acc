"""What a till asks: quote, settle, reverse, and its receipts."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from gongji.api import ids
from gongji.api.context import Info
from gongji.api.ids import REVERSAL, SETTLEMENT
from gongji.api.nodes import Node
from gongji.api.problems import (
    AlreadyReversed,
    AlreadySettled,
    Plan,
    PlanChanged,
    Refusal,
    RequestIdReused,
    RequestVoided,
)
from gongji.domain import bill as bills
from gongji.domain import policy
from gongji.domain.deduction import CashReason
from gongji.domain.money import Fen
from gongji.domain.settlement import Reversal, Settlement
from gongji.domain.texts import CASH_REASONS
from gongji.usecases.quote import QuoteBill, TillQuote, quote_at_till
from gongji.usecases.reverse import ReverseSettlement
from gongji.usecases.settle import SettleBill, Settled


@strawberry.input
class LineInput:
    """账单的一行明细。One line of a bill."""

    code: str = strawberry.field(description="国家医保编码，1至64个字符。National code.")
    name: str = strawberry.field(description="名称，1至200个字符。Name.")
    kind: policy.ItemKind = strawberry.field(description="类别。What the till calls it.")
    amount_fen: Fen = strawberry.field(description="金额（分），不为负。Fen, zero or more.")


@strawberry.input
class BillInput:
    """已由医院或药店计价的账单，金额均为分。A bill that is already priced; all amounts in fen."""

    institution_bill_no: str = strawberry.field(
        description="机构的单据号，1至64个字符，未撤销的结算中不可重复。The institution's number."
    )
    visit: bills.VisitKind = strawberry.field(description="医疗类别 med_type。Kind of visit.")
    total_fen: Fen = strawberry.field(
        description="医疗费总额 medfee_sumamt，大于0。Total, more than zero."
    )
    self_paid_fen: Fen = strawberry.field(description="全自费 fulamt_ownpay_amt。Self-paid.")
    over_limit_fen: Fen = strawberry.field(description="超限价 overlmt_selfpay。Over limit.")
    first_pay_fen: Fen = strawberry.field(description="先行自付 preselfpay_amt。First-pay.")
    in_scope_fen: Fen = strawberry.field(description="政策范围内 inscp_scp_amt。In scope.")
    fund_paid_fen: Fen = strawberry.field(description="基金支付 fund_pay_sumamt。Fund paid.")
    hospital_paid_fen: Fen = strawberry.field(
        description="医院负担 hosp_part_amt。The hospital's part.", default=Fen(0)
    )
    personal_share_fen: Fen = strawberry.field(
        description="个人负担 psn_part_amt。The personal share."
    )
    lines: list[LineInput] = strawberry.field(
        description="明细，最多300行；药店必填。Lines, 300 at most; a pharmacy must send them.",
        default_factory=list,
    )

    def to_bill(self) -> bills.Bill:
        """Return the core's bill."""
        return bills.Bill(
            institution_bill_no=self.institution_bill_no,
            visit=self.visit,
            total=self.total_fen,
            self_paid=self.self_paid_fen,
            over_limit=self.over_limit_fen,
            first_pay=self.first_pay_fen,
            in_scope=self.in_scope_fen,
            fund_paid=self.fund_paid_fen,
            hospital_paid=self.hospital_paid_fen,
            personal_share=self.personal_share_fen,
            lines=tuple(
                bills.Line(line.code, line.name, line.kind, line.amount_fen) for line in self.lines
            ),
        )


@strawberry.input
class CredentialInput:
    """使用人本人的凭证。The beneficiary's own credential (G33)."""

    kind: policy.CredentialKind = strawberry.field(description="凭证类型。Kind.")
    number: str = strawberry.field(
        description="凭证号码，只保存摘要。Number; only its digest is stored."
    )


@strawberry.type(name="Reversal")
class ReversalType:
    """一笔结算的撤销。The reversal of a whole settlement."""

    id: strawberry.ID = strawberry.field(description="撤销编号。Id of the reversal.")
    settlement_id: strawberry.ID = strawberry.field(
        description="被撤销的结算。The settlement that it undoes."
    )
    reversed_at: datetime = strawberry.field(description="撤销时间。When.")
    business_day: date = strawberry.field(
        description="业务日期（北京时间）。Business day, Asia/Shanghai."
    )

    @classmethod
    def of(cls, reversal: Reversal) -> "ReversalType":
        """Show a reversal."""
        return cls(
            id=ids.encode(REVERSAL, reversal.id),
            settlement_id=ids.encode(SETTLEMENT, reversal.settlement_id),
            reversed_at=reversal.reversed_at,
            business_day=reversal.business_day,
        )


@strawberry.type
class TillReceipt(Node):
    """收费端看到的结算：本人、共济合计、现金。A settlement as the till sees it; fen."""

    reversal_id: strawberry.Private[UUID | None]
    id: strawberry.ID = strawberry.field(description="结算编号 setl_id。Id of the settlement.")
    institution_bill_no: str = strawberry.field(
        description="机构的单据号。The institution's number."
    )
    business_day: date = strawberry.field(
        description="业务日期（北京时间）。Business day, Asia/Shanghai."
    )
    settled_at: datetime = strawberry.field(description="结算时间。When it was settled.")
    total_fen: Fen = strawberry.field(description="医疗费总额（分）。Total, fen.")
    fund_paid_fen: Fen = strawberry.field(description="基金支付（分）。Fund paid, fen.")
    personal_share_fen: Fen = strawberry.field(
        description="个人负担 psn_part_amt（分）。Personal share, fen."
    )
    eligible_fen: Fen = strawberry.field(
        description="可由个人账户支付的金额（分）。What accounts might pay, fen."
    )
    own_fen: Fen = strawberry.field(description="本人账户支付 acct_pay（分）。Own account, fen.")
    shared_fen: Fen = strawberry.field(
        description="共济支付合计 acct_mulaid_pay（分）。All sharers, one sum, fen."
    )
    cash_fen: Fen = strawberry.field(description="个人现金 psn_cash_pay（分）。Cash, fen.")
    own_balance_after_fen: Fen | None = strawberry.field(
        description="本人账户结算后余额 balc（分）；没有账户时为空。"
        "Own account afterwards, fen; null for a person without one."
    )
    cash_reason: CashReason | None = strawberry.field(
        description="整单自付现金的原因。Why the whole bill is cash, if it is."
    )
    cash_reason_message: str | None = strawberry.field(
        description="整单自付现金的中文说明。The same as a Chinese sentence."
    )

    @strawberry.field
    async def reversal(self, info: Info) -> ReversalType | None:
        """撤销情况，未撤销为空。Its reversal, as it stands now."""
        if self.reversal_id is None:
            return None
        return ReversalType.of(await info.context.loaders.reversals.load(self.reversal_id))

    @classmethod
    def of(cls, settlement: Settlement) -> "TillReceipt":
        """Show a settlement as a till may see it (G18)."""
        reason = settlement.explanation["cash_reason"]
        return cls(
            reversal_id=settlement.reversal_id,
            id=ids.encode(SETTLEMENT, settlement.id),
            institution_bill_no=settlement.bill.institution_bill_no,
            business_day=settlement.business_day,
            settled_at=settlement.settled_at,
            total_fen=settlement.bill.total,
            fund_paid_fen=settlement.bill.fund_paid,
            personal_share_fen=settlement.bill.personal_share,
            eligible_fen=settlement.eligible,
            own_fen=settlement.own,
            shared_fen=settlement.shared,
            cash_fen=settlement.cash,
            own_balance_after_fen=settlement.own_balance_after,
            cash_reason=reason and CashReason(reason),
            cash_reason_message=reason and CASH_REASONS[reason],
        )


@strawberry.type(name="TillQuote")
class TillQuoteType:
    """预结算：此刻结算会得到的结果。What settling the bill now would give; fen."""

    personal_share_fen: Fen = strawberry.field(
        description="个人负担 psn_part_amt（分）。Personal share, fen."
    )
    plan: Plan = strawberry.field(description="支付方案。The plan; send plan.plan back as ifPlan.")
    own_balance_after_fen: Fen | None = strawberry.field(
        description="本人账户结算后余额（分）；没有账户时为空。Own balance afterwards, fen."
    )

    @classmethod
    def of(cls, quote: TillQuote) -> "TillQuoteType":
        """Show a quote."""
        return cls(
            personal_share_fen=quote.personal_share,
            plan=Plan.of(quote.fresh),
            own_balance_after_fen=quote.own_balance_after,
        )


@strawberry.input
class QuoteSettlementInput:
    """收费端的预结算请求。A till's question."""

    credential: CredentialInput = strawberry.field(description="使用人凭证。The credential.")
    bill: BillInput = strawberry.field(description="账单。The bill.")


@strawberry.input
class SettleBillInput:
    """收费端的结算请求。A till's bill to settle."""

    request_id: UUID = strawberry.field(
        description="客户端生成的请求编号；重试须用同一编号。The client's key; a retry reuses it."
    )
    credential: CredentialInput = strawberry.field(description="使用人凭证。The credential.")
    bill: BillInput = strawberry.field(description="账单。The bill.")
    if_plan: str | None = strawberry.field(
        description="只有方案未变才结算。Settle only if this plan still holds.", default=None
    )


@strawberry.type
class SettleBillPayload:
    """结算结果。The settlement."""

    receipt: TillReceipt = strawberry.field(description="结算凭单。The receipt.")
    replayed: bool = strawberry.field(
        description="是否为同一请求的重复应答。Whether this key was answered before."
    )

    @classmethod
    def of(cls, settled: Settled) -> "SettleBillPayload":
        """Show what was settled."""
        return cls(receipt=TillReceipt.of(settled.settlement), replayed=settled.replayed)


@strawberry.input
class ReverseSettlementInput:
    """撤销整笔结算的请求。A whole settlement to reverse."""

    request_id: UUID = strawberry.field(description="客户端生成的请求编号。The client's key.")
    settlement_id: strawberry.ID = strawberry.field(description="结算编号。The settlement.")
    reason: str | None = strawberry.field(
        description="原因，经办人员必填，最多200字。Reason, required from staff.", default=None
    )
    if_plan: str | None = strawberry.field(
        description="只有退回方案未变才撤销。Reverse only if this plan still holds.", default=None
    )


@strawberry.type
class ReverseSettlementPayload:
    """撤销结果。The reversal."""

    reversal: ReversalType = strawberry.field(description="撤销。The reversal.")
    replayed: bool = strawberry.field(description="是否为重复应答。Whether it was answered before.")


QuoteSettlementResult = Annotated[
    TillQuoteType | Refusal, strawberry.union("QuoteSettlementResult")
]
SettleBillResult = Annotated[
    SettleBillPayload | Refusal | RequestIdReused | RequestVoided | PlanChanged | AlreadySettled,
    strawberry.union("SettleBillResult"),
]
ReverseSettlementResult = Annotated[
    ReverseSettlementPayload
    | Refusal
    | RequestIdReused
    | RequestVoided
    | PlanChanged
    | AlreadyReversed,
    strawberry.union("ReverseSettlementResult"),
]


@strawberry.type
class TillQueries:
    """Queries of a till."""

    @strawberry.field
    async def quote_settlement(
        self, info: Info, input: QuoteSettlementInput
    ) -> QuoteSettlementResult:
        """预结算 2206：同一状态下与结算结果一致。Quote a bill; the same split as settling."""
        request = QuoteBill(input.credential.kind, input.credential.number, input.bill.to_bill())
        quote = await quote_at_till(request, info.context.actor, info.context.ports)
        return TillQuoteType.of(quote)


@strawberry.type
class TillMutations:
    """Mutations of a till."""

    @strawberry.mutation
    async def settle_bill(self, info: Info, input: SettleBillInput) -> SettleBillResult:
        """结算 2207：先本人账户，再按顺序共济，其余现金。Settle a bill."""
        request = SettleBill(
            input.request_id,
            input.credential.kind,
            input.credential.number,
            input.bill.to_bill(),
            input.if_plan,
        )
        return SettleBillPayload.of(await info.context.desk.settle(request, info.context.actor))

    @strawberry.mutation
    async def reverse_settlement(
        self, info: Info, input: ReverseSettlementInput
    ) -> ReverseSettlementResult:
        """撤销 2208/2103/2305：整笔一次，各退回原账户。Reverse a whole settlement, once."""
        request = ReverseSettlement(
            input.request_id,
            ids.decode(SETTLEMENT, input.settlement_id),
            input.reason,
            input.if_plan,
        )
        done = await info.context.desk.reverse(request, info.context.actor)
        reversal = ReversalType.of(done.reversal)
        return ReverseSettlementPayload(reversal=reversal, replayed=done.replayed)
