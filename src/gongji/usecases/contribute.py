"""Book monthly contributions (划入个人账户), each batch once per account."""

from collections.abc import Sequence

from tortoise.transactions import in_transaction

from gongji.domain.records import ContributionRecord
from gongji.store.registration.intake import RecordsRefused, take_in
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried


async def contribute(contributions: Sequence[ContributionRecord], ports: Ports) -> None:
    """Book contributions in one transaction; what the batch has booked is not booked again.

    Raises:
        RecordsRefused: an owner or account is not known, or was booked with another amount;
            nothing was booked. Lines count from 1.
    """

    async def attempt() -> None:
        async with in_transaction() as connection:
            registry = await take_in(
                lambda: enumerate(contributions, start=1),
                connection,
                ports.key_ring,
                now=ports.clock.now,
            )
            if registry.faults_counted:
                raise RecordsRefused(registry.faults, registry.faults_counted)

    await retried(attempt)
