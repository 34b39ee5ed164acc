"""Cases: what staff of the bureau must look at, because it cannot end by itself."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import strawberry

from gongji.api import ids
from gongji.api.connections import After, Before, Connection, Cursors, First, Last, connect
from gongji.api.context import Info
from gongji.api.enums import describe_enum
from gongji.api.ids import CASE, PERSON, PREMIUM, SETTLEMENT
from gongji.api.regions import Region
from gongji.domain.case import Case, CaseKind, CaseStatus
from gongji.domain.money import Fen
from gongji.store.reading.cases import case_key
from gongji.usecases.views.cases import list_cases

describe_enum(
    CaseKind,
    "待办案件的类别，以后可能增加。Why a case was opened; values may be added.",
    PREMIUM_UNCONFIRMED="居民医保费已扣款，税务久未答复；有答复后自动办结。"
    "A debited premium that the tax bureau does not answer; closes by itself (G14).",
    REVERSAL_SUSPENDED="撤销退回时账户已注销，款项暂挂。"
    "A reversal's leg to a closed account is held in suspense (G13).",
    REFUND_SUSPENDED="退费时账户已注销，款项暂挂。"
    "A premium's leg to a closed account is held in suspense (G13, G14).",
)
describe_enum(
    CaseStatus,
    "待办案件的状态。State of a case.",
    OPEN="待办。Staff has to look at it.",
    CLOSED="已办结。Done.",
)
_CASES: Final = Cursors("cases", (int, UUID))


@strawberry.type(name="Case")
class CaseType:
    """一件待办案件。Something that staff must look at."""

    person: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="案件编号。Id of the case.")
    kind: CaseKind = strawberry.field(description="类别。Why it was opened.")
    status: CaseStatus = strawberry.field(description="此刻的状态。State as it is now.")
    region: Region = strawberry.field(description="经办地区。The region whose staff work on it.")
    amount_fen: Fen = strawberry.field(description="等待处理的金额（分）。Fen that wait.")
    person_id: strawberry.ID = strawberry.field(
        description="款项所属的人：缴费人，或已注销账户的参保人。"
        "Whose money waits: the premium's payer, or the owner of the closed account."
    )
    premium_id: strawberry.ID | None = strawberry.field(
        description="所涉保费；撤销案件为空。The premium; null for a reversal."
    )
    settlement_id: strawberry.ID | None = strawberry.field(
        description="所涉结算；保费案件为空。The reversed settlement; null for a premium."
    )
    opened_at: datetime = strawberry.field(description="立案时间。When it was opened.")
    closed_at: datetime | None = strawberry.field(
        description="办结时间，待办时为空。When it was closed; null while it is open."
    )

    @strawberry.field
    async def person_name(self, info: Info) -> str:
        """款项所属的人的姓名，已隐去部分。Masked name of whose money waits."""
        return await info.context.loaders.names.load(self.person)

    @classmethod
    def of(cls, case: Case) -> "CaseType":
        """Show a case to staff of its region."""
        is_reversal = case.kind is CaseKind.REVERSAL_SUSPENDED
        return cls(
            person=case.person_id,
            id=ids.encode(CASE, case.id),
            kind=case.kind,
            status=case.status,
            region=Region.of(case.region),
            amount_fen=case.amount,
            person_id=ids.encode(PERSON, case.person_id),
            premium_id=None if is_reversal else ids.encode(PREMIUM, case.subject_id),
            settlement_id=ids.encode(SETTLEMENT, case.subject_id) if is_reversal else None,
            opened_at=case.opened_at,
            closed_at=case.closed_at,
        )


@strawberry.type
class CaseQueries:
    """Queries of staff about cases."""

    @strawberry.field
    async def cases(
        self,
        info: Info,
        *,
        status: Annotated[
            CaseStatus | None,
            strawberry.argument(description="只取这种状态。Only of this state."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[CaseType]:
        """所辖地区的案件，待办在前，查询留痕。Cases of the region, open ones first; recorded."""
        page = _CASES.request(first=first, after=after, last=last, before=before)
        found = await list_cases(info.context.actor, info.context.ports, status, page)
        return connect(found, cursors=_CASES, key=case_key, node=CaseType.of)
