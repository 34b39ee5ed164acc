"""Who may act for whom, as the registry recorded it (G19)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor, ActorKind
from gongji.domain.binding import Capacity
from gongji.domain.business_day import business_day, full_years
from gongji.domain.errors import Forbidden, not_found
from gongji.domain.policy import in_force
from gongji.store.policies import read_policy
from gongji.store.sql import day_of, rows

GUARDIANSHIP: Final = """
SELECT json_build_object(
    'capacity', g.capacity, 'until', g.until, 'born_on', b.born_on, 'region', b.region,
    'policies', (
        SELECT COALESCE(json_agg(json_build_object('region', p.region,
            'in_force_from', p.in_force_from, 'version', p.version, 'rules', p.rules::text)), '[]')
        FROM policy AS p
        WHERE p.region IN (b.region, left(b.region, 4) || '00', left(b.region, 2) || '0000')))
FROM guardian AS g JOIN beneficiary AS b ON b.person_id = g.ward_id
"""
"""The beginning of a query for what ``capacity_at`` reads."""

_GUARDIAN: Final = f"""
SELECT ({GUARDIANSHIP} WHERE g.guardian_id = $1 AND g.ward_id = $2)::text AS guardianship
"""

MOST_WARDS: Final = 20
_WARDS: Final = f"""
SELECT w.id, w.name,
    ({GUARDIANSHIP} WHERE g.id = mine.id)::text AS guardianship
FROM guardian AS mine JOIN person AS w ON w.id = mine.ward_id
WHERE mine.guardian_id = $1
ORDER BY mine.id LIMIT {MOST_WARDS}
"""


def capacity_at(guardianship: str | None, at: datetime) -> Capacity | None:
    """Tell as whom somebody may act for a ward at a moment, or None.

    A guardian acts until the child is of the policy's age; a proxy until the registry's date.

    Args:
        guardianship: what ``GUARDIANSHIP`` answered; None: nothing is recorded.

    Clause: G19, G22.
    """
    if guardianship is None:
        return None
    recorded, today = orjson.loads(guardianship), business_day(at)
    until = day_of(recorded["until"])
    if until is not None and today >= until:
        return None
    capacity = Capacity(recorded["capacity"])
    if capacity is not Capacity.GUARDIAN:
        return capacity
    policies = [read_policy(**policy) for policy in recorded["policies"]]
    policy = in_force(policies, region=recorded["region"], day=today)
    age = full_years(date.fromisoformat(recorded["born_on"]), today)
    return capacity if policy and age < policy.child_until_age else None


async def capacity_of(
    connection: BaseDBAsyncClient, guardian_id: UUID, *, ward_id: UUID, at: datetime
) -> Capacity | None:
    """Return as whom somebody may act for a ward at a moment, or None.

    Clause: G19.
    """
    (row,) = await rows(connection, _GUARDIAN, guardian_id, ward_id)
    return capacity_at(row["guardianship"], at)


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
    return tuple(
        Ward(row["id"], row["name"], capacity)
        for row in await rows(connection, _WARDS, guardian_id)
        if (capacity := capacity_at(row["guardianship"], at)) is not None
    )


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
