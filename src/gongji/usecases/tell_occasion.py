"""Tell persons of what the calendar makes due: each once, however many servers there are."""

from collections.abc import Callable
from typing import Final

from tortoise.transactions import in_transaction

from gongji.domain.business_day import business_day
from gongji.domain.conversation import Author, Card, Draft
from gongji.domain.occasion import Occasion, months_due, windows_due
from gongji.store.conversations import append_each, lock_conversations
from gongji.store.database import pool
from gongji.store.occasions import (
    all_policies,
    is_told,
    move_occasion,
    open_tariffs,
    page_of_persons,
    take_occasion,
)
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried

MOST_AT_ONCE: Final = 500
"""Owners of accounts that are gone through in one transaction."""

Cards = Callable[[Occasion], Card]


async def due_occasions(ports: Ports) -> list[Occasion]:
    """Return the occasions that are due and not told to everybody yet.

    Clause: G14.
    """
    at = ports.clock.now()
    tariffs = await open_tariffs(pool(), business_day(at))
    policies = await all_policies(pool()) if tariffs else []
    due = (*months_due(at), *windows_due(tariffs, policies, at))
    return [one for one in due if not await is_told(pool(), one)]


async def tell_occasion(
    occasion: Occasion, cards: Cards, ports: Ports, *, limit: int = MOST_AT_ONCE
) -> int | None:
    """Tell the next page of persons of an occasion.

    Args:
        cards: gives the card that tells of it.
        limit: persons that are gone through.

    Returns:
        How many were told; None where everybody was, or another server is at it.

    Raises:
        Unavailable: the database is silent; whoever was not told waits.

    Clause: G18.
    """
    return await retried(lambda: _page(occasion, cards, ports, limit))


async def _page(occasion: Occasion, cards: Cards, ports: Ports, limit: int) -> int | None:
    at = ports.clock.now()
    async with in_transaction() as connection:
        progress = await take_occasion(connection, occasion, at)
        if progress is None:
            return None
        page = await page_of_persons(connection, occasion, progress.beyond_id, limit=limit)
        told = 0
        if page.concerned:
            draft = Draft(Author.SERVICE, card=cards(occasion), event_id=occasion.id)
            await lock_conversations(connection, page.concerned)
            told = len(await append_each(connection, [(x, draft) for x in page.concerned], at))
        await move_occasion(connection, occasion, page, at)
        return told
