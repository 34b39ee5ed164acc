"""A settlement as its beneficiary or staff sees it: the bill, its split, and why."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import strawberry

from gongji.api import ids
from gongji.api.connections import (
    After,
    Before,
    Connection,
    Cursors,
    First,
    FromDay,
    Last,
    ToDay,
    connect,
)
from gongji.api.context import Info, OnBehalfOf
from gongji.api.enums import describe_enum
from gongji.api.ids import SETTLEMENT
from gongji.api.institutions import InstitutionType
from gongji.api.limits import ListSize
from gongji.api.nodes import Node
from gongji.api.problems import Refusal
from gongji.api.tills import ReversalType, TillReceipt
from gongji.domain import bill as bills
from gongji.domain.deduction import CashReason, LegType
from gongji.domain.explanation import Outcome, ToldStep, Viewer, tell
from gongji.domain.money import Fen
from gongji.domain.policy import CredentialKind, ItemKind
from gongji.domain.settlement import SettlementStatus
from gongji.store.reading.settlements import Chosen
from gongji.usecases.views.settlements import (
    SeenSettlement,
    list_receipts,
    list_settlements,
    see_receipts,
    see_settlements,
)

describe_enum(
    SettlementStatus,
    "结算的状态。State of a settlement.",
    SETTLED="已结算。Settled.",
    REVERSED="已撤销。Reversed.",
)
describe_enum(
    Outcome,
    "一个账户在这次结算中的结果。What became of an account.",
    PAID="支付了所需的全部。Paid all that was due.",
    PAID_ALL_AVAILABLE="支付了可用的全部，仍不足。Paid all that was available; more was due.",
    SKIPPED="跳过。Skipped.",
    NOT_NEEDED="未用到。Not needed.",
    CASH="个人现金。Cash.",
)
_MOST_STEPS: Final = 50
_SETTLEMENTS: Final = Cursors("settlements", (UUID,))
_RECEIPTS: Final = Cursors("tillReceipts", (UUID,))


@strawberry.type
class Line:
    """账单的一行明细。One line of a bill."""

    code: str = strawberry.field(description="国家医保编码。National code.")
    name: str = strawberry.field(description="名称。Name.")
    kind: ItemKind = strawberry.field(description="收费端所报的类别。What the till called it.")
    amount_fen: Fen = strawberry.field(description="金额（分）。Amount, fen.")

    @classmethod
    def of(cls, line: bills.Line) -> "Line":
        """Show a line."""
        return cls(code=line.code, name=line.name, kind=line.kind, amount_fen=line.amount)


@strawberry.type
class Leg:
    """一个账户支付的部分。What one account paid."""

    type: LegType = strawberry.field(description="本人或共济。Own or shared.")
    rank: int | None = strawberry.field(
        description="顺位；本人账户和不显示顺位时为空。Rank; null for the own account (G1)."
    )
    sharer_name: str | None = strawberry.field(
        description="共济人姓名，已隐去部分；本人账户为空。The sharer's name, masked."
    )
    amount_fen: Fen = strawberry.field(description="金额（分）。Amount, fen.")


@strawberry.type
class ExplanationStep:
    """扣款过程的一步，只说查看者可以知道的。One step, as far as the viewer may know it (G18)."""

    type: LegType = strawberry.field(description="本人、共济或现金。Own, shared or cash.")
    rank: int | None = strawberry.field(
        description="顺位，不适用时为空。Rank; null where there is none."
    )
    sharer_name: str | None = strawberry.field(
        description="共济人姓名，已隐去部分。The sharer's name, masked."
    )
    drawn_fen: Fen = strawberry.field(description="支付金额（分）。Paid, fen.")
    outcome: Outcome = strawberry.field(description="结果。What became of it.")
    reason: str | None = strawberry.field(
        description="原因代码，没有或不可知时为空。Code of the reason, as far as it may be known."
    )
    clause: str = strawberry.field(description="依据的条款编号。Id of the rule, such as S2.2.")
    sentence: str = strawberry.field(description="一句中文说明。One plain Chinese sentence.")

    @classmethod
    def of(cls, told: ToldStep) -> "ExplanationStep":
        """Show a step that was told."""
        return cls(
            type=told.type,
            rank=told.rank,
            sharer_name=told.name,
            drawn_fen=told.drawn,
            outcome=told.outcome,
            reason=told.reason,
            clause=told.clause,
            sentence=told.sentence,
        )


@strawberry.type(name="Settlement")
class SettlementType(Node):
    """一笔结算：账单、谁付了多少、为什么。A settlement: the bill, who paid how much, and why."""

    seen: strawberry.Private[SeenSettlement]
    institution_bill_no: str = strawberry.field(
        description="机构的单据号。The institution's number."
    )
    business_day: date = strawberry.field(
        description="业务日期（北京时间）。Business day, Asia/Shanghai."
    )
    settled_at: datetime = strawberry.field(description="结算时间。When it was settled.")
    visit: bills.VisitKind = strawberry.field(description="医疗类别 med_type。Kind of visit.")
    credential_kind: CredentialKind = strawberry.field(
        description="结算时出示的凭证。The credential that was shown."
    )
    status: SettlementStatus = strawberry.field(description="此刻的状态。State as it is now.")
    total_fen: Fen = strawberry.field(description="医疗费总额 medfee_sumamt（分）。Total, fen.")
    self_paid_fen: Fen = strawberry.field(
        description="全自费 fulamt_ownpay_amt（分）。Self-paid, fen."
    )
    over_limit_fen: Fen = strawberry.field(
        description="超限价 overlmt_selfpay（分）。Over limit, fen."
    )
    first_pay_fen: Fen = strawberry.field(
        description="先行自付 preselfpay_amt（分）。First-pay, fen."
    )
    in_scope_fen: Fen = strawberry.field(
        description="政策范围内 inscp_scp_amt（分）。In scope, fen."
    )
    fund_paid_fen: Fen = strawberry.field(
        description="基金支付 fund_pay_sumamt（分）。Fund paid, fen."
    )
    hospital_paid_fen: Fen = strawberry.field(
        description="医院负担 hosp_part_amt（分）。The hospital's part, fen."
    )
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
        description="本人账户结算后余额（分）；没有账户时为空。"
        "Own account afterwards, fen; null for a person without one."
    )
    cash_reason: CashReason | None = strawberry.field(
        description="整单自付现金的原因。Why the whole bill is cash, if it is."
    )
    policy_version: str = strawberry.field(description="适用的政策版本。The policy that decided.")
    order_version: int = strawberry.field(
        description="适用的扣款顺序版本。The version of the order that decided."
    )

    @strawberry.field
    async def institution(self, info: Info) -> InstitutionType:
        """就医购药的机构。Where."""
        place_id = self.seen.settlement.institution_id
        return InstitutionType.of(await info.context.loaders.institutions.load(place_id))

    @strawberry.field
    async def beneficiary_name(self, info: Info) -> str:
        """使用人姓名，已隐去部分。The beneficiary's name, masked."""
        return await info.context.loaders.names.load(self.seen.settlement.beneficiary_id)

    @strawberry.field(directives=[ListSize(assumed_size=bills.MOST_LINES)])  # type: ignore[untyped-decorator]
    def lines(self) -> list[Line]:
        """账单明细。The lines of the bill."""
        return [Line.of(line) for line in self.seen.settlement.bill.lines]

    @strawberry.field(directives=[ListSize(assumed_size=_MOST_STEPS)])  # type: ignore[untyped-decorator]
    async def legs(self, info: Info) -> list[Leg]:
        """各账户支付的金额，不含现金。What each account paid, without cash."""
        return [
            Leg(type=step.type, rank=step.rank, sharer_name=step.name, amount_fen=step.drawn)
            for step in await self._told(info)
            if step.type is not LegType.CASH and step.drawn
        ]

    @strawberry.field(directives=[ListSize(assumed_size=_MOST_STEPS)])  # type: ignore[untyped-decorator]
    async def explanation(self, info: Info) -> list[ExplanationStep]:
        """是怎么扣的：每个账户一步，最后是现金。How it was paid, step by step."""
        return [ExplanationStep.of(step) for step in await self._told(info)]

    @strawberry.field
    async def reversal(self, info: Info) -> ReversalType | None:
        """撤销情况，未撤销为空。Its reversal, as it stands now."""
        reversal_id = self.seen.settlement.reversal_id
        if reversal_id is None:
            return None
        return ReversalType.of(await info.context.loaders.reversals.load(reversal_id))

    async def _told(self, info: Info) -> tuple[ToldStep, ...]:
        recorded, viewer = self.seen.settlement.explanation, self.seen.viewer
        bindings = [UUID(s["binding"]) for s in recorded["steps"] if s["binding"]]
        names = await info.context.loaders.sharer_names.load_many(bindings)
        return tell(recorded, dict(zip(bindings, names, strict=True)), viewer)

    @classmethod
    def of(cls, seen: SeenSettlement) -> "SettlementType":
        """Show a settlement to its beneficiary or to staff."""
        settlement = seen.settlement
        bill, reason = settlement.bill, settlement.explanation["cash_reason"]
        is_reversed = settlement.reversal_id is not None
        return cls(
            seen=seen,
            id=ids.encode(SETTLEMENT, settlement.id),
            institution_bill_no=bill.institution_bill_no,
            business_day=settlement.business_day,
            settled_at=settlement.settled_at,
            visit=bill.visit,
            credential_kind=settlement.credential_kind,
            status=SettlementStatus.REVERSED if is_reversed else SettlementStatus.SETTLED,
            total_fen=bill.total,
            self_paid_fen=bill.self_paid,
            over_limit_fen=bill.over_limit,
            first_pay_fen=bill.first_pay,
            in_scope_fen=bill.in_scope,
            fund_paid_fen=bill.fund_paid,
            hospital_paid_fen=bill.hospital_paid,
            personal_share_fen=bill.personal_share,
            eligible_fen=settlement.eligible,
            own_fen=settlement.own,
            shared_fen=settlement.shared,
            cash_fen=settlement.cash,
            own_balance_after_fen=settlement.own_balance_after,
            cash_reason=reason and CashReason(reason),
            policy_version=settlement.policy_version,
            order_version=settlement.order_version,
        )


SettlementsResult = Annotated[
    Connection[SettlementType] | Refusal,
    strawberry.union(
        "SettlementsResult", description="一页结算，或拒绝的理由。A page, or why it is refused."
    ),
]
Status = Annotated[
    SettlementStatus | None, strawberry.argument(description="只取这种状态。Only of this state.")
]


@strawberry.type
class SettlementQueries:
    """Queries about settled bills."""

    @strawberry.field
    async def settlement(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="结算编号。The settlement.")],
        on_behalf_of: OnBehalfOf = None,
    ) -> SettlementType | None:
        """一笔结算；不存在或无权查看时为空。One settlement; null when unknown or not yours."""
        wanted = ids.decode(SETTLEMENT, id)
        actor = info.context.acting(on_behalf_of)
        seen = (await see_settlements([wanted], actor, info.context.ports)).get(wanted)
        return None if seen is None else SettlementType.of(seen)

    @strawberry.field
    async def settlements(
        self,
        info: Info,
        *,
        on_behalf_of: OnBehalfOf = None,
        from_day: FromDay = None,
        to_day: ToDay = None,
        status: Status = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> SettlementsResult:
        """本人或被监护人的结算，新的在前。One's own settlements, the newest first."""
        page = await list_settlements(
            info.context.acting(on_behalf_of),
            info.context.ports,
            Chosen(from_day, to_day, status),
            _SETTLEMENTS.request(first=first, after=after, last=last, before=before),
        )
        return connect(
            page,
            cursors=_SETTLEMENTS,
            key=lambda one: (one.id,),
            node=lambda one: SettlementType.of(SeenSettlement(one, Viewer.BENEFICIARY)),
        )

    @strawberry.field
    async def till_receipt(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="结算编号。The settlement.")],
    ) -> TillReceipt | None:
        """本机构的一笔结算；不存在或非本机构时为空。A till's own receipt, or null."""
        wanted = ids.decode(SETTLEMENT, id)
        settlement = (await see_receipts([wanted], info.context.actor)).get(wanted)
        return None if settlement is None else TillReceipt.of(settlement)

    @strawberry.field
    async def till_receipts(
        self,
        info: Info,
        *,
        business_day: Annotated[
            date | None,
            strawberry.argument(description="只取这一业务日，用于日结。Only of this day."),
        ] = None,
        status: Status = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[TillReceipt]:
        """本机构的结算，新的在前。What the till settled, the newest first."""
        page = await list_receipts(
            info.context.actor,
            Chosen(business_day, business_day, status),
            _RECEIPTS.request(first=first, after=after, last=last, before=before),
        )
        return connect(page, cursors=_RECEIPTS, key=lambda one: (one.id,), node=TillReceipt.of)
