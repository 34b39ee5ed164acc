"""The family account as its owner, a guardian or staff sees it."""

from typing import Annotated, Final

import strawberry

from gongji.api import ids
from gongji.api.binding_types import (
    BindingAsBeneficiary,
    BindingAsSharer,
)
from gongji.api.context import Info, OnBehalfOf, ReadPerson, ReadReason
from gongji.api.ids import PERSON
from gongji.api.limits import ListSize
from gongji.api.problems import Refusal
from gongji.api.regions import Region
from gongji.domain.disclosure import OrderSource
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.store.reading.family import MOST_INVITATIONS
from gongji.usecases.views import families as seen
from gongji.usecases.views.own import OwnAccount

_MOST_RELATIVES: Final = 50


@strawberry.type
class InsuredPerson:
    """参保人。An insured person."""

    id: strawberry.ID = strawberry.field(description="人员编号。Id of the person.")
    name: str = strawberry.field(description="姓名，已隐去部分。Name, masked.")
    id_number: str = strawberry.field(
        description="证件号码，家庭内保留首末各1位，经办人员看到前6后4位。"
        "ID number: 1 + 1 characters kept inside the family, 6 + 4 for staff."
    )
    region: Region = strawberry.field(description="参保地 insuplc_admdvs。Insured region.")
    scheme: Scheme = strawberry.field(description="险种。Scheme.")
    status: PersonStatus = strawberry.field(description="参保状态。State of the insurance.")

    @classmethod
    def of(cls, person: seen.SeenPerson) -> "InsuredPerson":
        """Show a person."""
        return cls(
            id=ids.encode(PERSON, person.id),
            name=person.name,
            id_number=person.id_number,
            region=Region.of(person.region),
            scheme=person.scheme,
            status=person.status,
        )


@strawberry.type
class PersonalAccount:
    """本人的个人账户。The person's own account."""

    balance_fen: Fen = strawberry.field(description="余额 balc（分）。Balance, fen.")
    reserve_fen: Fen = strawberry.field(
        description="共济时保留的金额（分），不影响本人使用。Fen that shared draws leave (G8)."
    )
    status: AccountStatus = strawberry.field(description="状态。State.")

    @classmethod
    def of(cls, own: OwnAccount) -> "PersonalAccount":
        """Show an account to its owner, or to who may see it as the owner does."""
        return cls(balance_fen=own.balance, reserve_fen=own.reserve, status=own.status)


@strawberry.type
class FamilyAccount:
    """家庭共济账户：只显示查看者可以知道的。A family account, as its viewer may know it (G18)."""

    person: InsuredPerson = strawberry.field(description="本人。The person.")
    account: PersonalAccount | None = strawberry.field(
        description="个人账户，没有则为空。The own account; null without one."
    )
    order_version: int = strawberry.field(
        description="扣款顺序的版本号，调整顺序时须送回。Version of the order, needed to reorder."
    )
    order_source: OrderSource = strawberry.field(
        description="扣款顺序由谁决定。Who decided the order."
    )
    sharers: list[BindingAsBeneficiary] = strawberry.field(
        description="为本人共济的家人，按扣款顺序；由经办机构排序时按绑定时间。"
        "Who shares with this person, in order; by binding time where the bureau orders (G1).",
        directives=[ListSize(assumed_size=_MOST_RELATIVES)],
    )
    beneficiaries: list[BindingAsSharer] = strawberry.field(
        description="本人为其共济的家人，按绑定时间。With whom this person shares.",
        directives=[ListSize(assumed_size=_MOST_RELATIVES)],
    )
    invitations_received: list[BindingAsBeneficiary] = strawberry.field(
        description="收到的邀请，新的在前，含核实中的和近30天内过期的。"
        "Invitations to this person, newest first; also in review, or expired within 30 days.",
        directives=[ListSize(assumed_size=MOST_INVITATIONS)],
    )
    invitations_sent: list[BindingAsSharer] = strawberry.field(
        description="发出的邀请，同上。This person's invitations, likewise.",
        directives=[ListSize(assumed_size=MOST_INVITATIONS)],
    )

    @classmethod
    def of(cls, family: seen.FamilyAccount) -> "FamilyAccount":
        """Show a family account."""
        return cls(
            person=InsuredPerson.of(family.person),
            account=None if family.account is None else PersonalAccount.of(family.account),
            order_version=family.order_version,
            order_source=family.order_source,
            sharers=[BindingAsBeneficiary.of(one) for one in family.sharers],
            beneficiaries=[BindingAsSharer.of(one) for one in family.beneficiaries],
            invitations_received=[BindingAsBeneficiary.of(one) for one in family.received],
            invitations_sent=[BindingAsSharer.of(one) for one in family.sent],
        )


FamilyAccountResult = Annotated[
    FamilyAccount | Refusal,
    strawberry.union(
        "FamilyAccountResult",
        description="共济账户，或拒绝的理由。The family account, or why it is refused.",
    ),
]


@strawberry.type
class FamilyQueries:
    """Queries about one family account."""

    @strawberry.field
    async def family_account(
        self,
        info: Info,
        on_behalf_of: OnBehalfOf = None,
        person_id: ReadPerson = None,
        reason: ReadReason = None,
    ) -> FamilyAccountResult:
        """共济账户管理：本人、被监护人，或经办人员查询的人。A family account (G18, G19)."""
        family = await seen.see_family_account(
            info.context.acting(on_behalf_of),
            info.context.ports,
            person_id=None if person_id is None else ids.decode(PERSON, person_id),
            reason=reason,
        )
        return FamilyAccount.of(family)
