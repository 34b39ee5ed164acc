"""Steps of the binding tests, and what a refusal must leave as it was."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from gongji.domain.actor import Actor
from gongji.domain.errors import Forbidden, Refusal
from gongji.domain.kinship import Kinship
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    BlockRow,
    EventRow,
    OrderVersionRow,
    PersonalAccountRow,
)
from gongji.usecases.accept import AcceptInvitation, accept_invitation
from gongji.usecases.invite import InviteRelative, invite_relative
from tests.world import Person, World, key

VERSION = "2025-01"
_TABLES = (BeneficiaryRow, BindingRow, BlockRow, EventRow, OrderVersionRow, PersonalAccountRow)


async def couple(
    world: World, *, beneficiary_balance: int | None = None, known: bool = True
) -> tuple[Person, Person]:
    """Make a sharer with money and the spouse; the registry knows the two unless told otherwise."""
    await world.policy()
    a = await world.person("王小兰", balance=300_00)
    b = await world.person("次仁", balance=beneficiary_balance)
    if known:
        await world.kin(a, b, Kinship.SPOUSE)
    return a, b


def invitation(b: Person, kinship: Kinship = Kinship.SPOUSE, **changed: Any) -> InviteRelative:
    """Word an invitation of ``b``."""
    return replace(InviteRelative(key(), b.name, b.id_number, kinship, VERSION), **changed)


async def invite(
    world: World, a: Person | Actor, b: Person, kinship: Kinship = Kinship.SPOUSE
) -> UUID:
    """Invite ``b`` and return the binding's id."""
    actor = a.actor if isinstance(a, Person) else a
    return (await invite_relative(invitation(b, kinship), actor, world.ports)).id


async def accept(
    world: World, b: Person | Actor, binding_id: UUID, position: int | None = None
) -> UUID:
    """Accept an invitation and return the binding's id."""
    actor = b.actor if isinstance(b, Person) else b
    request = AcceptInvitation(key(), binding_id, VERSION, position)
    return (await accept_invitation(request, actor, world.ports)).id


def on_behalf(actor: Person, ward: Person) -> Actor:
    """Let somebody act for a ward."""
    return replace(actor.actor, acting_for=ward.id)


async def everything() -> dict[str, list[dict[str, Any]]]:
    """Read all that bindings can change."""
    return {t.__name__: await t.all().order_by(t._meta.pk_attr).values() for t in _TABLES}


@asynccontextmanager
async def nothing_changes() -> AsyncIterator[None]:
    """Check that the block leaves all rows as they were."""
    before = await everything()
    yield
    assert await everything() == before


async def codes(answer: Awaitable[Any]) -> list[str]:
    """Return the codes of a refusal that changes nothing."""
    async with nothing_changes():
        with pytest.raises(Refusal) as refused:
            await answer
    return [reason.code.name for reason in refused.value.reasons]


async def forbidden(answer: Awaitable[Any]) -> bool:
    """Tell that an actor of this kind never may, and that nothing changed."""
    async with nothing_changes():
        with pytest.raises(Forbidden):
            await answer
    return True


async def order(b: Person) -> list[UUID]:
    """Return the newest stored order."""
    row = await OrderVersionRow.filter(beneficiary_id=b.id).order_by("-version").first()
    return [] if row is None else [UUID(x) for x in row.binding_ids]


async def positions(b: Person) -> dict[UUID, int | None]:
    """Return the stored position of every binding of a beneficiary."""
    rows = await BindingRow.filter(beneficiary_id=b.id)
    return {row.id: row.position for row in rows}


async def kinds(b: Person) -> list[str]:
    """Return the kinds of a beneficiary's events in their order."""
    return [str(e.kind) for e in await EventRow.filter(subject_id=b.id).order_by("number")]
