"""A binding as each viewer sees it: one interface, one type per viewer."""

from datetime import datetime
from typing import Any

import strawberry

from gongji.api import ids
from gongji.api.enums import describe_enum
from gongji.api.ids import BINDING, PERSON
from gongji.api.nodes import Node
from gongji.api.regions import Region
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.disclosure import Availability
from gongji.domain.kinship import KINSHIP_NAMES, Kinship
from gongji.domain.money import Fen
from gongji.usecases.views import bindings as seen

describe_enum(
    Capacity,
    "以何身份同意。As whom somebody consented.",
    SELF="本人。For themselves.",
    GUARDIAN="未成年人的监护人。As guardian of a child.",
    PROXY="老年人委托的代办人。As proxy of an elder.",
)


@strawberry.interface
class Binding(Node):
    """共济关系；接受之前就是邀请。A binding; before it is accepted, an invitation."""

    id: strawberry.ID = strawberry.field(description="共济关系编号。Id of the binding.")
    kinship: Kinship = strawberry.field(
        description="使用人是共济人的什么人。The beneficiary is the sharer's ..."
    )
    kinship_name: str = strawberry.field(description="同上，中文。The same in Chinese.")
    status: BindingStatus = strawberry.field(
        description="查看者可以知道的状态。State, as far as the viewer may know it (G18)."
    )
    invited_at: datetime = strawberry.field(description="邀请时间。When the sharer invited.")
    expires_at: datetime = strawberry.field(
        description="邀请的失效时间（不含）。Exclusive end of the invitation."
    )
    accepted_at: datetime | None = strawberry.field(
        description="生效时间，未生效为空。When it became live; null before."
    )
    ended_at: datetime | None = strawberry.field(
        description="结束时间，未结束为空。When it came to its final state; null before."
    )


def _alike(binding: seen.BindingView) -> dict[str, Any]:
    return {
        "id": ids.encode(BINDING, binding.id),
        "kinship": binding.kinship,
        "kinship_name": KINSHIP_NAMES[binding.kinship],
        "status": binding.status,
        "invited_at": binding.invited_at,
        "expires_at": binding.expires_at,
        "accepted_at": binding.accepted_at,
        "ended_at": binding.ended_at,
    }


@strawberry.type
class BindingLimit:
    """共济人为这位家人设置的限额（分），空为不限。A sharer's limits, fen; null: none (G8)."""

    per_settlement_fen: Fen | None = strawberry.field(
        description="每次结算（分）。Per settlement, fen."
    )
    per_month_fen: Fen | None = strawberry.field(description="每月（分）。Per month, fen.")
    per_year_fen: Fen | None = strawberry.field(description="每年（分）。Per year, fen.")


@strawberry.type
class BindingAsSharer(Binding):
    """共济人看到的共济关系。A binding as its sharer sees it."""

    beneficiary_name: str = strawberry.field(
        description="使用人姓名，已隐去部分。The beneficiary's name, masked."
    )
    limit: BindingLimit = strawberry.field(description="限额。The limits.")
    used_in_month_fen: Fen = strawberry.field(
        description="本月已用（分），撤销的不计。Used in this month, fen, without reversed draws."
    )
    used_in_year_fen: Fen = strawberry.field(
        description="本年已用（分），撤销的不计。Used in this year, fen, without reversed draws."
    )
    is_suspended: bool = strawberry.field(
        description="关系有效，但共济人的账户或参保状态不正常，暂不能用。"
        "Active, but the sharer's own account or insurance is not in normal status (G15)."
    )

    @classmethod
    def of(cls, binding: seen.BindingAsSharer) -> "BindingAsSharer":
        """Show a binding to its sharer."""
        return cls(
            **_alike(binding),
            beneficiary_name=binding.name,
            limit=BindingLimit(
                per_settlement_fen=binding.limit.per_settlement,
                per_month_fen=binding.limit.per_month,
                per_year_fen=binding.limit.per_year,
            ),
            used_in_month_fen=binding.used.in_month,
            used_in_year_fen=binding.used.in_year,
            is_suspended=binding.is_suspended,
        )


@strawberry.type
class BindingAsBeneficiary(Binding):
    """使用人看到的共济关系：从不含共济人的余额、限额、保留金额或不可用的原因。
    A binding as its beneficiary sees it: never the sharer's balance, limit, reserve, or why the
    account is not available; a paused binding shows as active and unavailable (G18).
    """

    sharer_name: str = strawberry.field(
        description="共济人姓名，已隐去部分。The sharer's name, masked."
    )
    rank: int | None = strawberry.field(
        description="扣款顺位，从1开始；未生效或由经办机构排序时为空。"
        "Place in the order, from 1; null before it is live and where the bureau orders (G1)."
    )
    availability: Availability = strawberry.field(
        description="目前够不够用。How far the account reaches now."
    )
    awaits_own_consent: bool = strawberry.field(
        description="使用人已成年，须本人重新确认。Came of age, must confirm (G19)."
    )

    @classmethod
    def of(cls, binding: seen.BindingAsBeneficiary) -> "BindingAsBeneficiary":
        """Show a binding to its beneficiary."""
        return cls(
            **_alike(binding),
            sharer_name=binding.name,
            rank=binding.rank,
            availability=binding.availability,
            awaits_own_consent=binding.awaits_own_consent,
        )


@strawberry.type
class BindingParty:
    """共济关系的一方，供经办人员核实。One side of a binding, for staff."""

    person_id: strawberry.ID = strawberry.field(description="人员编号。Id of the person.")
    name: str = strawberry.field(description="姓名，已隐去部分。Name, masked.")
    id_number: str = strawberry.field(
        description="证件号码，保留前6后4位。ID number, 6 + 4 characters kept."
    )
    region: Region = strawberry.field(description="参保地。Insured region.")

    @classmethod
    def of(cls, party: seen.Party) -> "BindingParty":
        """Show one side."""
        return cls(
            person_id=ids.encode(PERSON, party.id),
            name=party.name,
            id_number=party.id_number,
            region=Region.of(party.region),
        )


@strawberry.type
class Consent:
    """授权或接受的记录。An authorisation or acceptance as it was given (G26)."""

    capacity: Capacity = strawberry.field(description="以何身份。As whom.")
    channel: str = strawberry.field(description="渠道。By which channel.")
    declaration_version: str = strawberry.field(
        description="承诺书版本。Version of the declaration."
    )
    given_at: datetime = strawberry.field(description="时间。When.")

    @classmethod
    def of(cls, declared: seen.Declared) -> "Consent":
        """Show a consent."""
        return cls(
            capacity=declared.capacity,
            channel=declared.channel,
            declaration_version=declared.declaration_version,
            given_at=declared.at,
        )


@strawberry.type
class BindingAsStaff(Binding):
    """经办人员看到的共济关系。A binding as staff of the region sees it, to confirm the kinship."""

    sharer: BindingParty = strawberry.field(description="共济人。The sharer.")
    beneficiary: BindingParty = strawberry.field(description="使用人。The beneficiary.")
    sharer_consent: Consent = strawberry.field(description="共济人的授权。Authorisation.")
    beneficiary_consent: Consent | None = strawberry.field(
        description="使用人的接受，未接受为空。Acceptance; null before it."
    )

    @classmethod
    def of(cls, binding: seen.BindingAsStaff) -> "BindingAsStaff":
        """Show a binding to staff."""
        accepted = binding.beneficiary_consent
        return cls(
            **_alike(binding),
            sharer=BindingParty.of(binding.sharer),
            beneficiary=BindingParty.of(binding.beneficiary),
            sharer_consent=Consent.of(binding.sharer_consent),
            beneficiary_consent=None if accepted is None else Consent.of(accepted),
        )


def show_binding(binding: seen.BindingView) -> Binding:
    """Show a binding as the type of its viewer."""
    match binding:
        case seen.BindingAsSharer():
            return BindingAsSharer.of(binding)
        case seen.BindingAsBeneficiary():
            return BindingAsBeneficiary.of(binding)
        case seen.BindingAsStaff():
            return BindingAsStaff.of(binding)


BINDING_TYPES: tuple[type, ...] = (BindingAsSharer, BindingAsBeneficiary, BindingAsStaff)
"""What the interface can be; the schema must be told, where no field names one alone."""
