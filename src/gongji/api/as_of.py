"""The family account as it stood at a moment."""

from datetime import datetime
from typing import Annotated, Final

import strawberry

from gongji.api import ids
from gongji.api.context import Info, OnBehalfOf, ReadPerson, ReadReason
from gongji.api.ids import BINDING, PERSON
from gongji.api.limits import ListSize
from gongji.api.problems import Refusal
from gongji.domain import as_of
from gongji.domain.binding import BindingStatus
from gongji.domain.disclosure import OrderSource
from gongji.domain.identity import mask_name
from gongji.domain.kinship import KINSHIP_NAMES, Kinship
from gongji.domain.money import Fen
from gongji.usecases.views import as_of as seen

_MOST_RELATIVES: Final = 50


@strawberry.type
class PersonalAccountAsOf:
    """某一时刻的个人账户。当时的保留金额和账户状态没有留存。
    The own account at a moment; its reserve and state of then are not kept.
    """

    balance_fen: Fen = strawberry.field(
        description="当时的余额（分），尚无记账时为0。Balance then, fen; 0 before any entry."
    )
    entry_no: int = strawberry.field(
        description="当时最后一笔明细的序号；0表示尚无记账，是否已开户不可知。"
        "Number of the last entry by then; 0: none, and whether it was open is not known."
    )

    @classmethod
    def of(cls, account: as_of.AccountAsOf) -> "PersonalAccountAsOf":
        """Show an account."""
        return cls(balance_fen=account.balance, entry_no=account.entry_no)


@strawberry.type
class SharerAsOf:
    """某一时刻为本人共济的家人，不含其余额、是否暂停或够不够用。
    Who shared with the person at a moment: never how much, nor whether it was paused (G18).
    """

    binding_id: strawberry.ID = strawberry.field(description="共济关系。The binding.")
    kinship: Kinship = strawberry.field(
        description="使用人是共济人的什么人。The beneficiary is the sharer's ..."
    )
    kinship_name: str = strawberry.field(description="同上，中文。The same in Chinese.")
    sharer_name: str = strawberry.field(
        description="共济人现在的姓名，已隐去部分。The sharer's name of today, masked."
    )
    rank: int | None = strawberry.field(
        description="当时的扣款顺位；由经办机构按余额排序时为空。"
        "Place in the order of then; null where the bureau drew the highest balance first (G1)."
    )
    accepted_at: datetime = strawberry.field(description="生效时间。When it became live.")

    @classmethod
    def of(cls, sharer: seen.SharerAsOf) -> "SharerAsOf":
        """Show a sharer."""
        return cls(
            binding_id=ids.encode(BINDING, sharer.binding_id),
            kinship=sharer.kinship,
            kinship_name=KINSHIP_NAMES[sharer.kinship],
            sharer_name=sharer.name,
            rank=sharer.rank,
            accepted_at=sharer.accepted_at,
        )


@strawberry.type
class BeneficiaryAsOf:
    """某一时刻由本人共济的家人，当时的限额没有留存。
    With whom the person shared at a moment; the limits of then are not kept.
    """

    binding_id: strawberry.ID = strawberry.field(description="共济关系。The binding.")
    kinship: Kinship = strawberry.field(
        description="使用人是共济人的什么人。The beneficiary is the sharer's ..."
    )
    kinship_name: str = strawberry.field(description="同上，中文。The same in Chinese.")
    beneficiary_name: str = strawberry.field(
        description="使用人现在的姓名，已隐去部分。The beneficiary's name of today, masked."
    )
    status: BindingStatus = strawberry.field(
        description="当时的状态，有效或暂停。State of then: active or paused."
    )
    accepted_at: datetime = strawberry.field(description="生效时间。When it became live.")

    @classmethod
    def of(cls, binding: as_of.BindingAsOf) -> "BeneficiaryAsOf":
        """Show a binding to its sharer."""
        return cls(
            binding_id=ids.encode(BINDING, binding.id),
            kinship=binding.kinship,
            kinship_name=KINSHIP_NAMES[binding.kinship],
            beneficiary_name=mask_name(binding.other_name),
            status=binding.status,
            accepted_at=binding.accepted_at,
        )


@strawberry.type
class FamilyAccountAsOf:
    """某一时刻的共济账户，依据只增不改的记录。限额、保留金额、账户和参保状态当时的值没有留存，不显示。
    A family account at a moment, out of records that are never changed. Limits, the reserve and the
    states of accounts and insurance are not kept, and so not shown.
    """

    person_id: strawberry.ID = strawberry.field(description="人员编号。The person.")
    as_of_at: datetime = strawberry.field(
        description="所问的时刻，恰在此刻发生的已计入。The moment; what happened at it counts."
    )
    account: PersonalAccountAsOf | None = strawberry.field(
        description="个人账户，没有则为空。The own account; null without one."
    )
    order_version: int = strawberry.field(
        description="当时的顺序版本号，0表示尚无。Version of the order then; 0 before the first."
    )
    order_source: OrderSource = strawberry.field(
        description="当时由谁决定顺序；未由使用人设置的，依现参保地当日的政策。"
        "Who decided the order; unless the beneficiary did, by that day's policy of today's region."
    )
    sharers: list[SharerAsOf] = strawberry.field(
        description="当时为本人共济的家人，按当时的顺序。Who shared with this person, in order.",
        directives=[ListSize(assumed_size=_MOST_RELATIVES)],
    )
    beneficiaries: list[BeneficiaryAsOf] = strawberry.field(
        description="当时由本人共济的家人。With whom this person shared.",
        directives=[ListSize(assumed_size=_MOST_RELATIVES)],
    )

    @classmethod
    def of(cls, family: seen.FamilyAccountAsOf) -> "FamilyAccountAsOf":
        """Show a family account of a moment."""
        account = family.account
        return cls(
            person_id=ids.encode(PERSON, family.person_id),
            as_of_at=family.at,
            account=None if account is None else PersonalAccountAsOf.of(account),
            order_version=family.order_version,
            order_source=family.order_source,
            sharers=[SharerAsOf.of(one) for one in family.sharers],
            beneficiaries=[BeneficiaryAsOf.of(one) for one in family.beneficiaries],
        )


FamilyAccountAsOfResult = Annotated[
    FamilyAccountAsOf | Refusal,
    strawberry.union(
        "FamilyAccountAsOfResult",
        description="当时的共济账户，或拒绝的理由。The family account then, or why it is refused.",
    ),
]


@strawberry.type
class AsOfQueries:
    """Queries about a moment."""

    @strawberry.field
    async def family_account_as_of(
        self,
        info: Info,
        at: Annotated[
            datetime,
            strawberry.argument(description="所问的时刻，不晚于现在。The moment, not after now."),
        ],
        on_behalf_of: OnBehalfOf = None,
        person_id: ReadPerson = None,
        reason: ReadReason = None,
    ) -> FamilyAccountAsOfResult:
        """某一时刻的余额、共济关系和扣款顺序。Balance, bindings and order at a moment (G18)."""
        family = await seen.see_family_account_as_of(
            info.context.acting(on_behalf_of),
            info.context.ports,
            at,
            person_id=None if person_id is None else ids.decode(PERSON, person_id),
            reason=reason,
        )
        return FamilyAccountAsOf.of(family)
