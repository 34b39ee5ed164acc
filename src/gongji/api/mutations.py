"""What the mutations have in common: how their inputs begin, and what is shown afterwards."""

from typing import TypeVar
from uuid import UUID

import strawberry

from gongji.api import ids
from gongji.api.binding_types import BindingAsBeneficiary, BindingAsSharer
from gongji.api.context import Info
from gongji.api.ids import BINDING
from gongji.domain.actor import Actor
from gongji.usecases.transaction import Done
from gongji.usecases.views import bindings as seen


@strawberry.input
class KeyedInput:
    """带请求编号的请求。A request with its key."""

    request_id: UUID = strawberry.field(
        description="客户端生成的请求编号；重试须用同一编号。The client's key; a retry reuses it."
    )


@strawberry.input
class PersonInput(KeyedInput):
    """由本人，或由监护人、受托人代为办理的请求。A request of a person, or for a ward."""

    on_behalf_of: strawberry.ID | None = strawberry.field(
        description="代被监护人或委托人办理。The ward for whom a guardian or proxy acts (G19).",
        default=None,
    )


@strawberry.input
class BindingInput(PersonInput):
    """关于一个共济关系的请求。A request about one binding."""

    binding_id: strawberry.ID = strawberry.field(description="共济关系编号。The binding.")

    @property
    def binding(self) -> UUID:
        """Return the binding's id; what cannot be ours leads to nobody's."""
        return ids.decode(BINDING, self.binding_id)


@strawberry.type
class Payload:
    """办理结果。What was done."""

    replayed: bool = strawberry.field(
        description="是否为同一请求的重复应答。Whether this key was answered before."
    )


V = TypeVar("V", seen.BindingAsSharer, seen.BindingAsBeneficiary, seen.BindingAsStaff)


async def binding_as(kind: type[V], info: Info, done: Done, actor: Actor) -> V:
    """Return the binding as it is now, for whoever has just acted on it.

    Raises:
        TypeError: the actor may not see it, or only as somebody else: a bug of ours.
    """
    view = await seen.see_binding(done.id, actor, info.context.ports)
    if not isinstance(view, kind):
        raise TypeError("whoever acts on a binding may see it")
    return view


async def as_sharer(info: Info, done: Done, actor: Actor) -> BindingAsSharer:
    """Show the binding to its sharer, who has just acted on it."""
    return BindingAsSharer.of(await binding_as(seen.BindingAsSharer, info, done, actor))


async def as_beneficiary(info: Info, done: Done, actor: Actor) -> BindingAsBeneficiary:
    """Show the binding to its beneficiary, who has just acted on it."""
    return BindingAsBeneficiary.of(await binding_as(seen.BindingAsBeneficiary, info, done, actor))
