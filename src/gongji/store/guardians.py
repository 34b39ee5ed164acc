"""Who may act for whom, as the registry recorded it (G19)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor, ActorKind
from gongji.domain.binding import Capacity
from gongji.domain.business_day import business_day, full_years
from gongji.domain.errors import Forbidden, not_found
from gongji.store.policies import policy_of_region
from gongji.store.sql import rows

_GUARDIAN: Final = """
SELECT g.capacity, g.until, b.born_on, b.region
FROM guardian AS g JOIN beneficiary AS b ON b.person_id = g.ward_id
WHERE g.guardian_id = $1 AND g.ward_id = $2
"""


async def capacity_of(
    connection: BaseDBAsyncClient, guardian_id: UUID, *, ward_id: UUID, at: datetime
) -> Capacity | None:
    """Return as whom somebody may act for a ward at a moment, or None.

    A guardian acts until the child is of the policy's age; a proxy until the registry's date.

    Clause: G19.
    """
    today = business_day(at)
    for row in await rows(connection, _GUARDIAN, guardian_id, ward_id):
        if row["until"] is not None and today >= row["until"]:
            continue
        capacity = Capacity(row["capacity"])
        if capacity is not Capacity.GUARDIAN:
            return capacity
        policy = await policy_of_region(connection, row["region"], at)
        if policy and full_years(row["born_on"], today) < policy.child_until_age:
            return capacity
    return None


async def acting_capacity(connection: BaseDBAsyncClient, actor: Actor, at: datetime) -> Capacity:
    """Return as whom a person acts: for the own account, or for a ward.

    Raises:
        Forbidden: the actor is not a person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G19.
    """
    if actor.kind is not ActorKind.PERSON:
        raise Forbidden
    if actor.acting_for is None:
        return Capacity.SELF
    ward_id = actor.acting_for
    capacity = await capacity_of(connection, actor.subject, ward_id=ward_id, at=at)
    if capacity is None:
        raise not_found("onBehalfOf")
    return capacity
