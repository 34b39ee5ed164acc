"""The family account (共济账户) of a person: own account, sharers, beneficiaries, invitations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gongji.domain.actor import Actor, ActorKind
from gongji.domain.binding import Used
from gongji.domain.disclosure import OrderSource, order_source
from gongji.domain.errors import Forbidden, not_found
from gongji.domain.family import Family
from gongji.domain.identity import mask_digits, mask_name
from gongji.domain.person import PersonStatus, Scheme
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity
from gongji.store.personal_data import KeyRing
from gongji.store.reading.family import Household, read_household
from gongji.usecases.ports import Ports
from gongji.usecases.views.bindings import (
    BindingAsBeneficiary,
    BindingAsSharer,
    as_beneficiary,
    as_sharer,
    sharers_of,
)
from gongji.usecases.views.own import OwnAccount
from gongji.usecases.views.staff_reading import open_to_staff


@dataclass(frozen=True, slots=True)
class SeenPerson:
    """A person: masked name, ID number masked for the viewer, and the state of the insurance."""

    id: UUID
    name: str
    id_number: str
    region: str
    scheme: Scheme
    status: PersonStatus


@dataclass(frozen=True, slots=True)
class FamilyAccount:
    """What a person, or the guardian, or staff sees of one family account.

    Args:
        account: None for a person without one.
        sharers: who shares with this person, in the order that may be told.
        beneficiaries: with whom this person shares, oldest first.
        received: invitations to this person, newest first; also those in review.
        sent: this person's invitations, likewise.
    """

    person: SeenPerson
    account: OwnAccount | None
    order_version: int
    order_source: OrderSource
    sharers: tuple[BindingAsBeneficiary, ...]
    beneficiaries: tuple[BindingAsSharer, ...]
    received: tuple[BindingAsBeneficiary, ...]
    sent: tuple[BindingAsSharer, ...]


@dataclass(frozen=True, slots=True)
class _Masking:
    """How much of an ID number a viewer reads."""

    first: int
    last: int


_FAMILY: Final = _Masking(1, 1)
_STAFF: Final = _Masking(6, 4)


async def see_family_account(
    actor: Actor, ports: Ports, *, person_id: UUID | None = None, reason: str | None = None
) -> FamilyAccount:
    """Return the family account of the actor, the actor's ward, or, for staff, of somebody.

    Args:
        actor: a person, or a guardian for a ward; staff who read in the person's region.
        person_id: whose account staff wants to read.
        reason: why; it is recorded with the reading.

    Raises:
        Forbidden: a till; staff who may not read; a person who names another.
        Refusal: no guardian of that ward, unknown or out of the region, no reason, or the region
            has no policy.

    Clause: G18, G19, G22.
    """
    at = ports.clock.now()
    if actor.kind is ActorKind.STAFF:
        return await _see_as_staff(person_id, reason, actor, ports, at)
    if person_id is not None or reason is not None:
        raise Forbidden
    await acting_capacity(pool(), actor, at)
    household = await read_household(pool(), actor.person_id, at)
    if household is None:
        raise not_found()
    return _show(household, actor.person_id, _FAMILY, ports.key_ring, at)


async def _see_as_staff(
    person_id: UUID | None, reason: str | None, actor: Actor, ports: Ports, at: datetime
) -> FamilyAccount:
    wanted = await open_to_staff(actor, person_id, reason, at)
    household = await read_household(pool(), wanted, at)
    if household is None:
        raise not_found("personId")
    return _show(household, wanted, _STAFF, ports.key_ring, at)


def _show(
    household: Household, person_id: UUID, masking: _Masking, key_ring: KeyRing, at: datetime
) -> FamilyAccount:
    family = household.families.family(person_id, at)
    id_number = key_ring.open(household.id_number)
    return FamilyAccount(
        person=SeenPerson(
            id=person_id,
            name=mask_name(household.names[person_id]),
            id_number=mask_digits(id_number, first=masking.first, last=masking.last),
            region=family.beneficiary.region,
            scheme=family.beneficiary.scheme,
            status=family.beneficiary.status.at(at),
        ),
        account=OwnAccount.of(family.own, at),
        order_version=family.beneficiary.order_version,
        order_source=order_source(family),
        sharers=tuple(sharers_of(family, household, at)),
        beneficiaries=_shared(household, family, at),
        received=tuple(
            as_beneficiary(one, household.names[one.sharer_id], at) for one in household.received
        ),
        sent=tuple(
            as_sharer(
                one, household.names[one.beneficiary_id], used=Used(), account=family.own, at=at
            )
            for one in household.sent
        ),
    )


def _shared(household: Household, family: Family, at: datetime) -> tuple[BindingAsSharer, ...]:
    return tuple(
        as_sharer(
            binding,
            household.names[binding.beneficiary_id],
            used=household.used.get(binding.id, Used()),
            account=family.own,
            at=at,
        )
        for binding in household.shared
    )
