"""Things fetched again by their id, whatever they are: unknown and not yours are null alike."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Final
from uuid import UUID

import strawberry

from gongji.api import ids
from gongji.api.binding_types import Binding, show_binding
from gongji.api.context import Info, OnBehalfOf
from gongji.api.conversations import MessageType, fetch_messages
from gongji.api.faults import fault
from gongji.api.ids import BINDING, INSTITUTION, MESSAGE, PREMIUM, SETTLEMENT
from gongji.api.institutions import InstitutionType
from gongji.api.limits import ListSize
from gongji.api.nodes import Node
from gongji.api.premiums import show_premium
from gongji.api.settlements import SettlementType
from gongji.api.tills import TillReceipt
from gongji.domain.actor import Actor, ActorKind
from gongji.usecases.ports import Ports
from gongji.usecases.views.acting import may_ask
from gongji.usecases.views.bindings import see_binding, see_bindings
from gongji.usecases.views.premiums import see_premiums
from gongji.usecases.views.registry import see_institutions
from gongji.usecases.views.settlements import see_receipts, see_settlements

MOST_NODES: Final = 50
Found = dict[UUID, Node]


async def _bindings(wanted: Iterable[UUID], actor: Actor, ports: Ports) -> Found:
    seen = await see_bindings(wanted, actor, ports)
    return {one: show_binding(binding) for one, binding in seen.items()}


async def _settlements(wanted: Iterable[UUID], actor: Actor, ports: Ports) -> Found:
    if actor.kind is ActorKind.TILL:
        receipts = await see_receipts(wanted, actor)
        return {one: TillReceipt.of(receipt) for one, receipt in receipts.items()}
    seen = await see_settlements(wanted, actor, ports)
    return {one: SettlementType.of(settlement) for one, settlement in seen.items()}


async def _premiums(wanted: Iterable[UUID], actor: Actor, ports: Ports) -> Found:
    seen = await see_premiums(wanted, actor, ports)
    return {one: show_premium(premium, actor) for one, premium in seen.items()}


async def _institutions(wanted: Iterable[UUID], actor: Actor, ports: Ports) -> Found:  # noqa: ARG001
    places = await see_institutions(wanted)
    return {one: InstitutionType.of(place) for one, place in places.items()}


_KINDS: Final[dict[str, Callable[[Iterable[UUID], Actor, Ports], Awaitable[Found]]]] = {
    BINDING: _bindings,
    SETTLEMENT: _settlements,
    PREMIUM: _premiums,
    INSTITUTION: _institutions,
    MESSAGE: fetch_messages,
}


async def fetch(wanted: Iterable[str], actor: Actor, ports: Ports) -> dict[str, Node]:
    """Return what the actor may see of what is wanted, by its id, one look-up per kind."""
    if not await may_ask(actor, ports):
        return {}
    by_kind: dict[str, dict[UUID, str]] = {}
    for text in wanted:
        kind = ids.prefix_of(text)
        by_kind.setdefault(kind, {})[ids.decode(kind, text)] = text
    return {
        theirs[one]: node
        for kind, theirs in by_kind.items()
        if kind in _KINDS
        for one, node in (await _KINDS[kind](theirs, actor, ports)).items()
    }


@strawberry.type
class FetchingQueries:
    """Queries by id."""

    @strawberry.field
    async def binding(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="共济关系编号。The binding.")],
        on_behalf_of: OnBehalfOf = None,
    ) -> Binding | None:
        """一个共济关系，按查看者的身份显示；不存在或无权查看时为空。A binding, or null."""
        actor = info.context.acting(on_behalf_of)
        seen = await see_binding(ids.decode(BINDING, id), actor, info.context.ports)
        return None if seen is None else show_binding(seen)

    @strawberry.field
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="任何编号。Any id.")],
        on_behalf_of: OnBehalfOf = None,
    ) -> Node | None:
        """任何对象；不存在或无权查看时为空。Anything by its id; null when unknown or not yours."""
        actor = info.context.acting(on_behalf_of)
        return (await fetch([id], actor, info.context.ports)).get(id)

    @strawberry.field(directives=[ListSize(assumed_size=MOST_NODES)])  # type: ignore[untyped-decorator]
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="任何编号，最多50个。Any ids, 50 at most."),
        ],
        on_behalf_of: OnBehalfOf = None,
    ) -> list[Node | None]:
        """按编号取多个对象，顺序不变，查不到的为空。Things by their ids, in the order asked."""
        if len(ids) > MOST_NODES:
            raise fault("BAD_USER_INPUT", message=f"一次最多查询{MOST_NODES}个编号。")
        actor = info.context.acting(on_behalf_of)
        found = await fetch(ids, actor, info.context.ports)
        return [found.get(one) for one in ids]


NODE_TYPES: tuple[type, ...] = (SettlementType, TillReceipt, InstitutionType, MessageType)
"""What a node can be, beside bindings and premiums."""
