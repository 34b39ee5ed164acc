"""A sharer and a beneficiary on their locked rows, with everything that may stand against them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.business_day import business_day
from gongji.domain.eligibility import (
    Sharer,
    reasons_against_beneficiary,
    reasons_against_sharer,
)
from gongji.domain.errors import Code, Reason
from gongji.domain.person import Beneficiary, PersonalAccount
from gongji.domain.policy import Policy, in_force
from gongji.store.families import Families
from gongji.store.sql import rows

_LIVE_AS_SHARER: Final = """
SELECT count(*) AS live FROM binding
WHERE sharer_id = $1 AND status IN ('ACTIVE', 'PAUSED')
"""


@dataclass(frozen=True, slots=True)
class SharingSide:
    """The sharer, on the locked rows; the region may have no policy."""

    sharer: Sharer
    born_on: date
    policy: Policy | None

    def reasons(self, at: datetime) -> Iterator[Reason]:
        """List what stands against this person's sharing, for the sharer's and staff's eyes.

        Clause: S3.1, G6, G22, G31.
        """
        if self.policy is None:
            yield Reason(Code.REGION_NOT_OPEN)
        else:
            yield from reasons_against_sharer(self.sharer, self.policy, at)


@dataclass(frozen=True, slots=True)
class ReceivingSide:
    """The beneficiary, on the locked rows; the region may have no policy.

    Args:
        sharers: how many active and paused bindings there are as beneficiary.
    """

    beneficiary: Beneficiary
    born_on: date
    own: PersonalAccount | None
    sharers: int
    policy: Policy | None

    def reasons(self, at: datetime) -> Iterator[Reason]:
        """List what stands against sharing with this person, for that person's and staff's eyes.

        Clause: S3.2, G6, G22, G25.
        """
        if self.policy is None:
            yield Reason(Code.REGION_NOT_OPEN)
        else:
            yield from reasons_against_beneficiary(
                self.beneficiary, self.own, sharers=self.sharers, policy=self.policy, at=at
            )


async def sharing_side(
    connection: BaseDBAsyncClient, families: Families, sharer_id: UUID, at: datetime
) -> SharingSide:
    """Return a sharer whose row and account are locked; counts in a new snapshot under the locks.

    Clause: G6, G22.
    """
    row = families.rows[sharer_id]
    (counted,) = await rows(connection, _LIVE_AS_SHARER, sharer_id)
    sharer = Sharer(
        scheme=row.value.scheme,
        status=row.value.status.at(at),
        account=families.account_of(sharer_id),
        bindings=counted["live"],
    )
    return SharingSide(sharer, row.born_on, _policy(families, row.value.region, at))


def receiving_side(families: Families, beneficiary_id: UUID, at: datetime) -> ReceivingSide:
    """Return a beneficiary whose row is locked."""
    row = families.rows[beneficiary_id]
    return ReceivingSide(
        beneficiary=row.value,
        born_on=row.born_on,
        own=families.account_of(beneficiary_id),
        sharers=len(families.live.get(beneficiary_id, ())),
        policy=_policy(families, row.value.region, at),
    )


def _policy(families: Families, region: str, at: datetime) -> Policy | None:
    return in_force(families.policies, region=region, day=business_day(at))
