"""Fetch an export by its link: once, under the rights that hold when it is fetched."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from gongji.domain.business_day import Days
from gongji.domain.errors import Code, Refusal, refuse
from gongji.domain.movement import Movement
from gongji.domain.page import MAX_PAGE, PageRequest
from gongji.store.database import pool
from gongji.store.export_links import take_link
from gongji.store.guardians import acting_capacity
from gongji.store.reading.accounts import extent_of_movements, page_of_movements
from gongji.store.reading.lookups import masked_names
from gongji.usecases.ports import Ports


@dataclass(frozen=True, slots=True)
class Export:
    """The movements of one account.

    Args:
        owner: masked name of the account's owner.
        pages: the movements, the newest first, read as they are taken; what is booked meanwhile
            is not among them.
    """

    owner: str
    pages: AsyncIterator[tuple[Movement, ...]]


async def fetch_export(secret: str, ports: Ports) -> Export:
    """Use a link up and return what it leads to.

    Raises:
        Refusal: ``LINK_NOT_VALID``: used before, expired, never given, or given to somebody who
            acts for that ward no more; ``EXPORT_TOO_LONG``: it grew beyond what one file holds.

    Clause: G18, G19.
    """
    at = ports.clock.now()
    wanted = await take_link(pool(), secret, ports.key_ring, at)
    if wanted is None:
        raise refuse(Code.LINK_NOT_VALID)
    try:
        await acting_capacity(pool(), wanted.actor, at)
    except Refusal:
        raise refuse(Code.LINK_NOT_VALID) from None
    owner_id = wanted.actor.person_id
    extent = await extent_of_movements(pool(), owner_id, wanted.days)
    if extent.is_too_long:
        raise refuse(Code.EXPORT_TOO_LONG)
    names = await masked_names([owner_id])
    return Export(names[owner_id], _pages(owner_id, wanted.days, newest=extent.newest))


async def _pages(
    owner_id: UUID, days: Days, *, newest: int | None
) -> AsyncIterator[tuple[Movement, ...]]:
    """Read page after page downwards, each by a statement of its own; nothing is held between."""
    beyond = None if newest is None else newest + 1
    while beyond is not None:
        request = PageRequest(MAX_PAGE, (beyond,))
        page = await page_of_movements(pool(), owner_id, days, request)
        yield page.rows
        beyond = page.rows[-1].entry_no if page.has_next else None
