"""What holds in the person's region: the policy, the declaration, near relatives; and a quote."""

from datetime import date
from typing import Annotated, Final

import strawberry

from gongji.api.context import Info, OnBehalfOf
from gongji.api.enums import describe_enum
from gongji.api.limits import ListSize
from gongji.api.problems import Refusal
from gongji.api.regions import Region
from gongji.domain.declaration import declaration_of
from gongji.domain.disclosure import Coverage
from gongji.domain.kinship import GBT_4761, KINSHIP_NAMES, Kinship
from gongji.domain.money import Fen
from gongji.domain.policy import CredentialKind, Policy, UnsetOrder
from gongji.usecases.quote import PersonalQuote, quote_for_person
from gongji.usecases.views.registry import see_policy

describe_enum(
    UnsetOrder,
    "使用人未设置扣款顺序时的规则。What happens while no order is set (G1).",
    BINDING_TIME="按绑定时间。By binding time.",
    HIGHEST_BALANCE="余额高的先扣，不显示顺位。The highest balance first; no ranks are told.",
    NO_SHARING="有多位共济人时，设置前不共济。No sharing until an order is set.",
    REQUIRED_ON_ACCEPT="接受邀请时必须选择顺位。A place must be chosen when accepting.",
)
_MOST_CODES: Final = 30


@strawberry.type(name="Declaration")
class DeclarationType:
    """承诺书。The declaration that both sides accept (G26)."""

    version: str = strawberry.field(
        description="版本，邀请和接受时须送回。Version; sent back when inviting and accepting."
    )
    sharer_text: str | None = strawberry.field(
        description="共济人的授权全文；经办机构另行提供时为空。What the sharer authorises."
    )
    beneficiary_text: str | None = strawberry.field(
        description="使用人的接受全文，同上。What the beneficiary accepts."
    )

    @classmethod
    def of(cls, version: str) -> "DeclarationType":
        """Show a declaration."""
        texts = declaration_of(version)
        return cls(
            version=version,
            sharer_text=None if texts is None else texts.sharer,
            beneficiary_text=None if texts is None else texts.beneficiary,
        )


@strawberry.type
class RegionPolicy:
    """参保地现行的共济政策。The policy of the insured region, as a client must know it (G22)."""

    region: Region = strawberry.field(description="制定政策的地区。The region whose policy it is.")
    version: str = strawberry.field(description="版本。Version, named on every settlement.")
    in_force_from: date = strawberry.field(description="施行日期。First business day.")
    declaration: DeclarationType = strawberry.field(description="承诺书。The declaration.")
    most_beneficiaries: int = strawberry.field(
        description="每位共济人最多共济几人，0为不限。Bindings per sharer; 0: unlimited (G6)."
    )
    most_sharers: int = strawberry.field(
        description="每位使用人最多几位共济人，0为不限。Sharers per beneficiary, likewise (G6)."
    )
    unset_order: UnsetOrder = strawberry.field(
        description="未设置扣款顺序时的规则。While no order is set (G1)."
    )
    invitation_hours: int = strawberry.field(
        description="邀请的有效小时数。Hours that an invitation lives (G9)."
    )
    days_before_rebinding: int = strawberry.field(
        description="解绑后多少天可以再绑定。Days before binding again (G10)."
    )
    reversal_days: int = strawberry.field(
        description="结算后多少天内可以撤销。Days on which a settlement may be reversed (G13)."
    )
    child_until_age: int = strawberry.field(
        description="未满多少岁由监护人代办。Age until which a guardian acts (G19)."
    )
    self_paid_counts: bool = strawberry.field(
        description="全自费是否可用个人账户支付。Whether self-paid cost is eligible (G11)."
    )
    low_below_fen: Fen = strawberry.field(
        description="共济人可用金额低于多少显示为不多（分）。Fen below which a sharer is low (G18)."
    )
    low_balance_below_fen: Fen = strawberry.field(
        description="本人账户余额低于多少时提醒（分）。Fen below which the owner is told of it."
    )
    premium_reminder_days: int = strawberry.field(
        description="居民医保费截止前几天提醒。Days of reminding that a window closes (G14)."
    )
    quotes_per_day: int = strawberry.field(
        description="本人每天可试算的次数。Quotes of a person per day (G18)."
    )
    credentials: list[CredentialKind] = strawberry.field(
        description="结算时接受的凭证。Credentials that a till may take (G33).",
        directives=[ListSize(assumed_size=len(CredentialKind))],
    )

    @classmethod
    def of(cls, policy: Policy) -> "RegionPolicy":
        """Show a policy."""
        return cls(
            region=Region.of(policy.region),
            version=policy.version,
            in_force_from=policy.in_force_from,
            declaration=DeclarationType.of(policy.declaration_version),
            most_beneficiaries=policy.most_beneficiaries,
            most_sharers=policy.most_sharers,
            unset_order=policy.unset_order,
            invitation_hours=policy.invitation_hours,
            days_before_rebinding=policy.days_before_rebinding,
            reversal_days=policy.reversal_days,
            child_until_age=policy.child_until_age,
            self_paid_counts=policy.self_paid_counts,
            low_below_fen=policy.low_below,
            low_balance_below_fen=policy.low_balance_below,
            premium_reminder_days=policy.premium_reminder_days,
            quotes_per_day=policy.quotes_per_day,
            credentials=[kind for kind in CredentialKind if kind in policy.credentials],
        )


@strawberry.type
class KinshipOption:
    """一种亲属关系，及参保地是否允许。A kinship, and whether it is near enough here (G5)."""

    kinship: Kinship = strawberry.field(description="使用人是共济人的什么人。Kinship.")
    name: str = strawberry.field(description="名称。Name in Chinese.")
    codes: list[str] = strawberry.field(
        description="GB/T 4761-2008 代码，通用的在前。Codes of GB/T 4761-2008.",
        directives=[ListSize(assumed_size=_MOST_CODES)],
    )
    is_near: bool = strawberry.field(
        description="参保地是否允许共济。Whether the region allows sharing."
    )


@strawberry.type
class KinshipOptions:
    """可选的亲属关系。The kinships that there are."""

    options: list[KinshipOption] = strawberry.field(
        description="全部亲属关系。All kinships.",
        directives=[ListSize(assumed_size=len(Kinship))],
    )

    @classmethod
    def of(cls, policy: Policy) -> "KinshipOptions":
        """Show which kinships are near in a region."""
        return cls(
            options=[
                KinshipOption(
                    kinship=kinship,
                    name=KINSHIP_NAMES[kinship],
                    codes=list(GBT_4761[kinship]),
                    is_near=kinship in policy.near_kin,
                )
                for kinship in Kinship
            ]
        )


@strawberry.type(name="PersonalQuote")
class PersonalQuoteType:
    """本人的试算，从不含共济人的金额。What a person hears; no amounts of sharers (G18)."""

    own_fen: Fen = strawberry.field(description="本人账户支付（分）。Own account, fen.")
    rest: Coverage = strawberry.field(
        description="其余部分共济能否付清。How far sharers cover the rest."
    )
    left_today: int = strawberry.field(description="今天还可试算的次数。Quotes left today.")

    @classmethod
    def of(cls, quote: PersonalQuote) -> "PersonalQuoteType":
        """Show a quote."""
        return cls(own_fen=quote.own, rest=quote.rest, left_today=quote.left_today)


PolicyResult = Annotated[
    RegionPolicy | Refusal,
    strawberry.union(
        "PolicyResult", description="政策，或拒绝的理由。The policy, or why it is refused."
    ),
]
KinshipOptionsResult = Annotated[
    KinshipOptions | Refusal,
    strawberry.union(
        "KinshipOptionsResult",
        description="亲属关系，或拒绝的理由。The kinships, or why they are refused.",
    ),
]
PersonalQuoteResult = Annotated[
    PersonalQuoteType | Refusal,
    strawberry.union(
        "PersonalQuoteResult", description="试算，或拒绝的理由。The quote, or why it is refused."
    ),
]


@strawberry.type
class RegionalQueries:
    """Queries about what holds in a person's region."""

    @strawberry.field
    async def policy(self, info: Info, on_behalf_of: OnBehalfOf = None) -> PolicyResult:
        """参保地的共济政策。The policy of the person's insured region (G22)."""
        policy = await see_policy(info.context.acting(on_behalf_of), info.context.ports)
        return RegionPolicy.of(policy)

    @strawberry.field
    async def kinship_options(
        self, info: Info, on_behalf_of: OnBehalfOf = None
    ) -> KinshipOptionsResult:
        """可邀请的亲属关系。Which relatives the person may invite (G5)."""
        policy = await see_policy(info.context.acting(on_behalf_of), info.context.ports)
        return KinshipOptions.of(policy)

    @strawberry.field
    async def quote_personal_share(
        self,
        info: Info,
        amount_fen: Annotated[
            Fen,
            strawberry.argument(
                description="符合条件的个人负担金额（分），大于0。Eligible fen, more than zero."
            ),
        ],
        on_behalf_of: OnBehalfOf = None,
    ) -> PersonalQuoteResult:
        """本人试算：在参保地就医会怎么付。How an eligible amount would be paid at home (G18)."""
        quote = await quote_for_person(
            amount_fen, info.context.acting(on_behalf_of), info.context.ports
        )
        return PersonalQuoteType.of(quote)
