"""Regional policies and premium tariffs, read from their rows."""

from datetime import date, datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.business_day import business_day
from gongji.domain.policy import Policy, in_force, policy_from_rules
from gongji.store.sql import rows

_POLICIES: Final = """
SELECT p.region, p.in_force_from::text, p.version, p.rules::text
FROM policy AS p
WHERE p.region IN ($1::text, left($1::text, 4) || '00', left($1::text, 2) || '0000')
"""
_REGION_OF: Final = "SELECT region FROM beneficiary WHERE person_id = $1"


@lru_cache(maxsize=512)
def read_policy(region: str, in_force_from: str, version: str, rules: str) -> Policy:
    """Read a policy; the text of its rules is part of the key, so a change is seen at once."""
    return policy_from_rules(
        orjson.loads(rules),
        region=region,
        in_force_from=date.fromisoformat(in_force_from),
        version=version,
    )


async def policy_of_region(
    connection: BaseDBAsyncClient, region: str, at: datetime
) -> Policy | None:
    """Return the policy of an insured region on the business day of ``at`` (G22), or None."""
    policies = [read_policy(**row) for row in await rows(connection, _POLICIES, region)]
    return in_force(policies, region=region, day=business_day(at))


async def policy_of_person(
    connection: BaseDBAsyncClient, person_id: UUID, at: datetime
) -> Policy | None:
    """Return the policy of a person's insured region (G22), or None."""
    found = await rows(connection, _REGION_OF, person_id)
    return await policy_of_region(connection, found[0]["region"], at) if found else None
