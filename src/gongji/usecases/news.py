"""Take the registry's news (G15): states of persons and accounts, kinships that are over."""

from collections.abc import Sequence
from typing import Final

from tortoise.transactions import in_transaction

from gongji.domain.records import NewsRecord
from gongji.store.changes import Changes
from gongji.store.registration.intake import RecordsRefused, take_in
from gongji.store.registration.news import draw_all_due
from gongji.store.registration.registry import Registry
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried

MOST_IN_SWEEP: Final = 500


async def take_news(news: Sequence[NewsRecord], ports: Ports) -> None:
    """Take news in one transaction; what is known already changes nothing.

    News of death and of moving out ends the bindings of both roles, the end of a kinship those of
    the pair; a deceased person's own account is frozen for the heirs. An announced change is
    remembered: settling heeds it from its moment on, ``apply_due_news`` then ends the bindings.

    Raises:
        RecordsRefused: somebody is not known; nothing was taken. Lines count from 1.

    Clause: G15, G22.
    """

    async def attempt() -> None:
        async with in_transaction() as connection:
            registry = await take_in(
                lambda: enumerate(news, start=1), connection, ports.key_ring, now=ports.clock.now
            )
            if registry.faults_counted:
                raise RecordsRefused(registry.faults, registry.faults_counted)

    await retried(attempt)


async def apply_due_news(ports: Ports) -> int:
    """Draw the consequences of announced changes that have come, and return for how many persons.

    Clause: G15, G22.
    """
    drawn = 0
    while True:
        in_one = await retried(lambda: _draw_some(ports))
        drawn += in_one
        if in_one < MOST_IN_SWEEP:
            return drawn


async def _draw_some(ports: Ports) -> int:
    async with in_transaction() as connection:
        now = ports.clock.now()
        registry = Registry(connection, ports.key_ring, now, Changes(now))
        return await draw_all_due(registry, most=MOST_IN_SWEEP)
