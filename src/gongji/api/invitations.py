"""Mutations of invitations (邀请): invite, accept, decline, withdraw, review the kinship."""

from typing import Annotated

import strawberry

from gongji.api import ids
from gongji.api.binding_types import BindingAsBeneficiary, BindingAsSharer, BindingAsStaff
from gongji.api.context import Info
from gongji.api.ids import BINDING
from gongji.api.mutations import (
    BindingInput,
    KeyedInput,
    Payload,
    PersonInput,
    as_beneficiary,
    as_sharer,
    binding_as,
)
from gongji.api.problems import Refusal, RequestIdReused
from gongji.domain.kinship import Kinship
from gongji.usecases.accept import AcceptInvitation, accept_invitation
from gongji.usecases.decline import DeclineInvitation, decline_invitation
from gongji.usecases.invite import InviteRelative, invite_relative
from gongji.usecases.review import ReviewKinship, review_kinship
from gongji.usecases.views import bindings as seen
from gongji.usecases.withdraw import WithdrawInvitation, withdraw_invitation


@strawberry.input
class InviteRelativeInput(PersonInput):
    """邀请一位近亲属共济的请求。A near relative to be invited."""

    name: str = strawberry.field(
        description="亲属姓名，按身份证，最多100字。The relative's name as on the ID card."
    )
    id_number: str = strawberry.field(
        description="亲属的居民身份证号码18位，只保存摘要。The relative's ID number, 18 characters."
    )
    kinship: Kinship = strawberry.field(
        description="这位亲属是邀请人的什么人。The relative is the inviter's ..."
    )
    declaration_version: str = strawberry.field(
        description="已阅读并同意的承诺书版本。The declaration that the sharer agreed to (G26)."
    )


@strawberry.input
class AcceptInvitationInput(BindingInput):
    """接受邀请的请求。An invitation to be accepted."""

    declaration_version: str = strawberry.field(
        description="已阅读并同意的承诺书版本。The declaration that was agreed to (G26)."
    )
    position: int | None = strawberry.field(
        description="扣款顺位，从1开始；省略或 null 则排在最后，未设顺序的仍按当地规则。"
        "Place in the order, from 1; absent or null: last, or left to the bureau's rule (G1, G2).",
        default=None,
    )


@strawberry.input
class DeclineInvitationInput(BindingInput):
    """拒绝邀请的请求。An invitation to be declined."""

    block: bool = strawberry.field(
        description="是否不再接受此人的邀请。Whether to refuse this person's later invitations.",
        default=False,
    )


@strawberry.input
class WithdrawInvitationInput(BindingInput):
    """撤回邀请的请求。An invitation to be withdrawn."""


@strawberry.input
class ReviewKinshipInput(KeyedInput):
    """经办人员核实亲属关系的结论。A verdict of staff on a declared kinship (G20)."""

    binding_id: strawberry.ID = strawberry.field(description="共济关系编号。The binding.")
    is_confirmed: bool = strawberry.field(
        description="亲属关系是否属实。Whether the two are related as both declared."
    )
    reason: str = strawberry.field(
        description="核实依据，1至200字。On what the verdict stands, 1 to 200 characters."
    )


@strawberry.type
class InviteRelativePayload(Payload):
    """邀请结果；已有邀请或共济关系时即为原有的那个。The invitation, or what was open (G9)."""

    binding: BindingAsSharer = strawberry.field(description="邀请。The invitation.")


@strawberry.type
class AcceptInvitationPayload(Payload):
    """接受结果：已生效，或等待核实亲属关系。Active, or in review (G20)."""

    binding: BindingAsBeneficiary = strawberry.field(description="共济关系。The binding.")


@strawberry.type
class DeclineInvitationPayload(Payload):
    """拒绝结果。The invitation, declined."""

    binding: BindingAsBeneficiary = strawberry.field(description="邀请。The invitation.")


@strawberry.type
class WithdrawInvitationPayload(Payload):
    """撤回结果。The invitation, withdrawn."""

    binding: BindingAsSharer = strawberry.field(description="邀请。The invitation.")


@strawberry.type
class ReviewKinshipPayload(Payload):
    """核实结果。The binding after the verdict."""

    binding: BindingAsStaff = strawberry.field(description="共济关系。The binding.")


InviteRelativeResult = Annotated[
    InviteRelativePayload | Refusal | RequestIdReused, strawberry.union("InviteRelativeResult")
]
AcceptInvitationResult = Annotated[
    AcceptInvitationPayload | Refusal | RequestIdReused,
    strawberry.union("AcceptInvitationResult"),
]
DeclineInvitationResult = Annotated[
    DeclineInvitationPayload | Refusal | RequestIdReused,
    strawberry.union("DeclineInvitationResult"),
]
WithdrawInvitationResult = Annotated[
    WithdrawInvitationPayload | Refusal | RequestIdReused,
    strawberry.union("WithdrawInvitationResult"),
]
ReviewKinshipResult = Annotated[
    ReviewKinshipPayload | Refusal | RequestIdReused, strawberry.union("ReviewKinshipResult")
]


@strawberry.type
class InvitationMutations:
    """Mutations of invitations: until the binding is live."""

    @strawberry.mutation
    async def invite_relative(self, info: Info, input: InviteRelativeInput) -> InviteRelativeResult:
        """邀请近亲属共济本人的个人账户，邀请不移动任何资金。Invite a near relative (S3.5)."""
        actor = info.context.acting(input.on_behalf_of)
        request = InviteRelative(
            input.request_id,
            input.name,
            input.id_number,
            input.kinship,
            input.declaration_version,
        )
        done = await invite_relative(request, actor, info.context.ports)
        return InviteRelativePayload(
            binding=await as_sharer(info, done, actor), replayed=done.replayed
        )

    @strawberry.mutation
    async def accept_invitation(
        self, info: Info, input: AcceptInvitationInput
    ) -> AcceptInvitationResult:
        """接受家人的共济邀请；成年后也用它重新确认。Accept an invitation, or confirm anew (G19)."""
        actor = info.context.acting(input.on_behalf_of)
        request = AcceptInvitation(
            input.request_id, input.binding, input.declaration_version, input.position
        )
        done = await accept_invitation(request, actor, info.context.ports)
        return AcceptInvitationPayload(
            binding=await as_beneficiary(info, done, actor), replayed=done.replayed
        )

    @strawberry.mutation
    async def decline_invitation(
        self, info: Info, input: DeclineInvitationInput
    ) -> DeclineInvitationResult:
        """拒绝家人的共济邀请。Decline an invitation (G9)."""
        actor = info.context.acting(input.on_behalf_of)
        request = DeclineInvitation(input.request_id, input.binding, input.block)
        done = await decline_invitation(request, actor, info.context.ports)
        return DeclineInvitationPayload(
            binding=await as_beneficiary(info, done, actor), replayed=done.replayed
        )

    @strawberry.mutation
    async def withdraw_invitation(
        self, info: Info, input: WithdrawInvitationInput
    ) -> WithdrawInvitationResult:
        """撤回尚未接受的邀请。Withdraw an invitation that nobody has accepted yet."""
        actor = info.context.acting(input.on_behalf_of)
        request = WithdrawInvitation(input.request_id, input.binding)
        done = await withdraw_invitation(request, actor, info.context.ports)
        return WithdrawInvitationPayload(
            binding=await as_sharer(info, done, actor), replayed=done.replayed
        )

    @strawberry.mutation
    async def review_kinship(self, info: Info, input: ReviewKinshipInput) -> ReviewKinshipResult:
        """经办人员确认或不予确认亲属关系。Staff confirms or refuses a declared kinship (G20)."""
        actor = info.context.actor
        request = ReviewKinship(
            input.request_id,
            ids.decode(BINDING, input.binding_id),
            input.is_confirmed,
            input.reason,
        )
        done = await review_kinship(request, actor, info.context.ports)
        view = await binding_as(seen.BindingAsStaff, info, done, actor)
        return ReviewKinshipPayload(binding=BindingAsStaff.of(view), replayed=done.replayed)
