"""The family account as it stood at a moment, for its owner, a guardian, and staff."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gongji.domain.actor import Actor, ActorKind
from gongji.domain.as_of import AccountAsOf, BindingAsOf
from gongji.domain.disclosure import OrderSource
from gongji.domain.errors import Code, Forbidden, not_found, refuse
from gongji.domain.identity import mask_name
from gongji.domain.kinship import Kinship
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity
from gongji.store.policies import policy_of_region
from gongji.store.reading.as_of import read_household_as_of
from gongji.usecases.ports import Ports
from gongji.usecases.views.staff_reading import open_to_staff


@dataclass(frozen=True, slots=True)
class SharerAsOf:
    """Who shared with the person: never a state, which would tell of a pause (G18).

    Args:
        name: masked.
        rank: None where ranks are not told (G1).
    """

    binding_id: UUID
    kinship: Kinship
    name: str
    rank: int | None
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class FamilyAccountAsOf:
    """What a person, or the guardian, or staff sees of a family account at a moment.

    Args:
        account: None for a person without one.
        sharers: in the order that may be told.
        beneficiaries: the bindings in which the person shared, with their exact states.
    """

    person_id: UUID
    at: datetime
    account: AccountAsOf | None
    order_version: int
    order_source: OrderSource
    sharers: tuple[SharerAsOf, ...]
    beneficiaries: tuple[BindingAsOf, ...]


async def see_family_account_as_of(
    actor: Actor,
    ports: Ports,
    at: datetime,
    *,
    person_id: UUID | None = None,
    reason: str | None = None,
) -> FamilyAccountAsOf:
    """Return how the account of the actor, the ward, or, for staff, of somebody stood at ``at``.

    Who may see it is decided by today's rights.

    Args:
        at: what happened exactly then counts.
        person_id: whose account staff wants to read.
        reason: why; it is recorded with the reading.

    Raises:
        Forbidden: a till; staff who may not read; a person who names another.
        Refusal: ``at`` has not come yet; no guardian of that ward; unknown or out of the region;
            no reason.

    Clause: G1, G18, G19, G22.
    """
    now = ports.clock.now()
    if actor.kind not in {ActorKind.PERSON, ActorKind.STAFF}:
        raise Forbidden
    if at > now:
        raise refuse(Code.MOMENT_IN_FUTURE, "at")
    if actor.kind is ActorKind.STAFF:
        return await _read(await open_to_staff(actor, person_id, reason, now), at)
    if person_id is not None or reason is not None:
        raise Forbidden
    await acting_capacity(pool(), actor, now)
    return await _read(actor.person_id, at)


async def _read(person_id: UUID, at: datetime) -> FamilyAccountAsOf:
    household = await read_household_as_of(pool(), person_id, at)
    if household is None:
        raise not_found()
    policy = await policy_of_region(pool(), household.region, at)
    order = household.order
    return FamilyAccountAsOf(
        person_id=person_id,
        at=at,
        account=household.account,
        order_version=order.version,
        order_source=order.source(policy),
        sharers=tuple(
            SharerAsOf(
                binding_id=binding.id,
                kinship=binding.kinship,
                name=mask_name(binding.other_name),
                rank=rank,
                accepted_at=binding.accepted_at,
            )
            for rank, binding in order.ranked(household.received, policy)
        ),
        beneficiaries=household.shared,
    )
