"""What happened on the own account, what relatives drew from it, and the orders there were."""

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
from gongji.api.ids import BINDING, SETTLEMENT
from gongji.api.limits import ListSize
from gongji.api.problems import Refusal
from gongji.api.regions import Region
from gongji.domain.business_day import Days
from gongji.domain.events import EventKind
from gongji.domain.identity import mask_name
from gongji.domain.institution import InstitutionKind
from gongji.domain.money import Fen
from gongji.domain.movement import Movement, MovementKind
from gongji.store.orders import OrderVersion
from gongji.store.reading.accounts import SharedDraw
from gongji.usecases.views.accounts import list_movements, list_orders, list_shared_draws

describe_enum(
    MovementKind,
    "个人账户明细的类别。Kind of an entry of a personal account.",
    OPENING="期初余额。Opening balance.",
    CONTRIBUTION="个人账户划入。Contribution.",
    OWN="本人结算支出 acct_pay。The owner's own bill.",
    SHARED="共济支出 acct_mulaid_pay。A relative's bill.",
    OWN_REVERSED="本人结算撤销退回。A reversal of the owner's own bill.",
    SHARED_REVERSED="共济支出撤销退回。A reversal of a relative's bill.",
    PREMIUM="代缴居民医保费。A premium that was paid.",
    PREMIUM_REFUNDED="居民医保费退回。A premium that was given back.",
)
describe_enum(
    EventKind,
    "发生的事情，以后可能增加。What happened; values may be added.",
    RELATIVE_INVITED="已邀请。A relative was invited.",
    INVITATION_ACCEPTED="已接受邀请。An invitation was accepted.",
    INVITATION_SENT_TO_REVIEW="已接受，待核实亲属关系。Accepted; staff confirms the kinship.",
    INVITATION_DECLINED="已拒绝邀请。An invitation was declined.",
    INVITATION_WITHDRAWN="已撤回邀请。An invitation was withdrawn.",
    INVITATION_EXPIRED="邀请已过期。An invitation expired.",
    KINSHIP_CONFIRMED="亲属关系已核实。Staff confirmed the kinship.",
    KINSHIP_REFUSED="亲属关系未予确认。Staff refused the kinship.",
    CONSENT_RENEWED="成年后已重新确认。Somebody who came of age confirmed anew.",
    BINDING_PAUSED="已暂停共济。A binding was paused.",
    BINDING_RESUMED="已恢复共济。A binding was resumed.",
    BINDING_ENDED="已解绑。A binding was ended.",
    LIMIT_SET="已设置限额。A limit was set.",
    RESERVE_SET="已设置保留金额。A reserve was set.",
    ORDER_CHANGED="已调整扣款顺序。The order was changed.",
    BILL_SETTLED="已结算。A bill was settled.",
    SETTLEMENT_REVERSED="已撤销结算。A settlement was reversed.",
    PREMIUM_DEBITED="居民医保费已扣款。A premium was debited.",
    PREMIUM_CONFIRMED="居民医保费已确认。A premium was confirmed.",
    PREMIUM_FAILED="居民医保费未成功，已退回。A premium failed and was given back.",
    PREMIUM_REFUNDED="居民医保费已退。A premium was refunded.",
    CONTRIBUTION_BOOKED="个人账户已划入。A contribution was booked.",
    PERSON_STATUS_CHANGED="参保状态有变化。A person's status changed.",
    ACCOUNT_STATUS_CHANGED="账户状态有变化。An account's status changed.",
)
_MOST_SHARERS: Final = 20
_MOVEMENTS: Final = Cursors("movements", (int,))
_DRAWS: Final = Cursors("sharedDraws", (UUID,))
_ORDERS: Final = Cursors("orderHistory", (int,))


@strawberry.type(name="Movement")
class MovementType:
    """个人账户的一笔明细。One entry of a personal account."""

    entry_no: int = strawberry.field(description="账户内序号，从1开始。Counts from 1.")
    kind: MovementKind = strawberry.field(description="类别。Kind.")
    amount_fen: Fen = strawberry.field(
        description="金额（分），支出为负。Fen, negative where money left."
    )
    balance_after_fen: Fen = strawberry.field(
        description="之后的余额（分）。Balance afterwards, fen."
    )
    business_day: date = strawberry.field(
        description="业务日期（北京时间）。Business day, Asia/Shanghai."
    )
    booked_at: datetime = strawberry.field(description="记账时间。When it was booked.")
    settlement_id: strawberry.ID | None = strawberry.field(
        description="本人的结算；其他类别为空。The owner's own settlement; null for all else."
    )

    @classmethod
    def of(cls, movement: Movement) -> "MovementType":
        """Show an entry."""
        bill = movement.settlement_id
        return cls(
            entry_no=movement.entry_no,
            kind=movement.kind,
            amount_fen=movement.amount,
            balance_after_fen=movement.balance_after,
            business_day=movement.business_day,
            booked_at=movement.booked_at,
            settlement_id=None if bill is None else ids.encode(SETTLEMENT, bill),
        )


@strawberry.type(name="SharedDraw")
class SharedDrawType:
    """共济人看到的一次支出，没有项目、诊断和机构名称。One draw, as its sharer sees it (G18)."""

    binding_id: strawberry.ID = strawberry.field(description="共济关系。The binding.")
    beneficiary_name: str = strawberry.field(
        description="使用人姓名，已隐去部分。The beneficiary's name, masked."
    )
    amount_fen: Fen = strawberry.field(description="支出金额（分）。Amount, fen.")
    business_day: date = strawberry.field(
        description="业务日期（北京时间）。Business day, Asia/Shanghai."
    )
    settled_at: datetime = strawberry.field(description="结算时间。When.")
    place: InstitutionKind = strawberry.field(description="机构类别。Kind of place.")
    county: Region = strawberry.field(description="所在县。County of the place.")
    reversed_at: datetime | None = strawberry.field(
        description="撤销时间，未撤销为空。When it was reversed; null while it stands."
    )

    @classmethod
    def of(cls, draw: SharedDraw) -> "SharedDrawType":
        """Show a draw to the sharer."""
        return cls(
            binding_id=ids.encode(BINDING, draw.binding_id),
            beneficiary_name=mask_name(draw.name),
            amount_fen=draw.amount,
            business_day=draw.business_day,
            settled_at=draw.settled_at,
            place=draw.place,
            county=Region.of(draw.region),
            reversed_at=draw.reversed_at,
        )


@strawberry.type
class RankedSharer:
    """某一版顺序中的一位共济人。A sharer in one version of the order."""

    binding_id: strawberry.ID = strawberry.field(description="共济关系。The binding.")
    rank: int | None = strawberry.field(
        description="顺位；使用人未设置顺序时为空。Rank; null where no order was set."
    )
    sharer_name: str = strawberry.field(
        description="共济人姓名，已隐去部分。The sharer's name, masked."
    )


@strawberry.type(name="OrderVersion")
class OrderVersionType:
    """扣款顺序的一个历史版本。The order as one accept, end or reorder left it."""

    binding_ids: strawberry.Private[tuple[UUID, ...]]
    version: int = strawberry.field(description="版本号。Version.")
    changed_at: datetime = strawberry.field(description="变更时间。When.")
    cause: EventKind = strawberry.field(description="变更的原因。What changed it.")
    is_set: bool = strawberry.field(
        description="使用人是否设置过顺序。Whether the beneficiary had set the order."
    )

    @strawberry.field(directives=[ListSize(assumed_size=_MOST_SHARERS)])  # type: ignore[untyped-decorator]
    async def sharers(self, info: Info) -> list[RankedSharer]:
        """按顺序列出的共济人；未设置时按绑定时间。The sharers in order, or by binding time."""
        names = await info.context.loaders.sharer_names.load_many(self.binding_ids)
        return [
            RankedSharer(
                binding_id=ids.encode(BINDING, binding_id),
                rank=place if self.is_set else None,
                sharer_name=name,
            )
            for place, (binding_id, name) in enumerate(
                zip(self.binding_ids, names, strict=True), start=1
            )
        ]

    @classmethod
    def of(cls, order: OrderVersion) -> "OrderVersionType":
        """Show a version."""
        return cls(
            binding_ids=order.binding_ids,
            version=order.version,
            changed_at=order.changed_at,
            cause=order.cause,
            is_set=order.is_set,
        )


MovementsResult = Annotated[
    Connection[MovementType] | Refusal,
    strawberry.union(
        "MovementsResult", description="一页明细，或拒绝的理由。A page, or why it is refused."
    ),
]
SharedDrawsResult = Annotated[
    Connection[SharedDrawType] | Refusal,
    strawberry.union(
        "SharedDrawsResult", description="一页共济支出，或拒绝的理由。A page, or why it is refused."
    ),
]
OrderHistoryResult = Annotated[
    Connection[OrderVersionType] | Refusal,
    strawberry.union(
        "OrderHistoryResult",
        description="一页历史顺序，或拒绝的理由。A page, or why it is refused.",
    ),
]


@strawberry.type
class MovementQueries:
    """Queries about what happened on an account."""

    @strawberry.field
    async def movements(
        self,
        info: Info,
        *,
        on_behalf_of: OnBehalfOf = None,
        from_day: FromDay = None,
        to_day: ToDay = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> MovementsResult:
        """共济明细：个人账户的每一笔，新的在前。Entries of the own account, the newest first."""
        page = await list_movements(
            info.context.acting(on_behalf_of),
            info.context.ports,
            Days(from_day, to_day),
            _MOVEMENTS.request(first=first, after=after, last=last, before=before),
        )
        return connect(
            page, cursors=_MOVEMENTS, key=lambda one: (one.entry_no,), node=MovementType.of
        )

    @strawberry.field
    async def shared_draws(
        self,
        info: Info,
        *,
        on_behalf_of: OnBehalfOf = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> SharedDrawsResult:
        """家人使用本人账户的记录，新的在前。What relatives drew from the own account (G18)."""
        page = await list_shared_draws(
            info.context.acting(on_behalf_of),
            info.context.ports,
            _DRAWS.request(first=first, after=after, last=last, before=before),
        )
        return connect(page, cursors=_DRAWS, key=lambda one: (one.id,), node=SharedDrawType.of)

    @strawberry.field
    async def order_history(
        self,
        info: Info,
        *,
        on_behalf_of: OnBehalfOf = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> OrderHistoryResult:
        """扣款顺序的全部历史，新的在前。Every order there was, the newest first."""
        page = await list_orders(
            info.context.acting(on_behalf_of),
            info.context.ports,
            _ORDERS.request(first=first, after=after, last=last, before=before),
        )
        return connect(
            page, cursors=_ORDERS, key=lambda one: (one.version,), node=OrderVersionType.of
        )
