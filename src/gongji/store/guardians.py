"""Who may act for whom, as the registry recorded it (G19)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
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

MOST_WARDS: Final = 20
_WARDS: Final = f"""
SELECT g.ward_id, w.name, g.capacity, g.until, b.born_on, b.region
FROM guardian AS g
JOIN beneficiary AS b ON b.person_id = g.ward_id
JOIN person AS w ON w.id = g.ward_id
WHERE g.guardian_id = $1
ORDER BY g.id LIMIT {MOST_WARDS}
"""


async def capacity_of(
    connection: BaseDBAsyncClient, guardian_id: UUID, *, ward_id: UUID, at: datetime
) -> Capacity | None:
    """Return as whom somebody may act for a ward at a moment, or None.

    A guardian acts until the child is of the policy's age; a proxy until the registry's date.

    Clause: G19.
    """
    for row in await rows(connection, _GUARDIAN, guardian_id, ward_id):
        if (capacity := await _capacity_now(connection, row, at)) is not None:
            return capacity
    return None


async def _capacity_now(
    connection: BaseDBAsyncClient, row: Mapping[str, Any], at: datetime
) -> Capacity | None:
    today = business_day(at)
    if row["until"] is not None and today >= row["until"]:
        return None
    capacity = Capacity(row["capacity"])
    if capacity is not Capacity.GUARDIAN:
        return capacity
    policy = await policy_of_region(connection, row["region"], at)
    is_child = policy and full_years(row["born_on"], today) < policy.child_until_age
    return capacity if is_child else None


@dataclass(frozen=True, slots=True)
class Ward:
    """Somebody for whom a guardian or proxy may act; the name is not masked yet."""

    id: UUID
    name: str
    capacity: Capacity


async def wards_of(
    connection: BaseDBAsyncClient, guardian_id: UUID, at: datetime
) -> tuple[Ward, ...]:
    """Return for whom somebody may act at a moment, at most ``MOST_WARDS``.

    Clause: G19.
    """
    wards = [
        Ward(row["ward_id"], row["name"], capacity)
        for row in await rows(connection, _WARDS, guardian_id)
        if (capacity := await _capacity_now(connection, row, at)) is not None
    ]
    return tuple(wards)


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
