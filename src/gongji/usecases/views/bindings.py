"""A binding as its sharer, its beneficiary or a member of staff sees it (G18)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gongji.domain.actor import Actor, ActorKind, Role
from gongji.domain.binding import Binding, BindingStatus, Capacity, Consent, Limit, Used
from gongji.domain.business_day import business_day
from gongji.domain.disclosure import Availability, availability, shown_order, shown_to_beneficiary
from gongji.domain.family import Family
from gongji.domain.identity import mask_digits, mask_name
from gongji.domain.kinship import Kinship
from gongji.domain.person import PersonalAccount
from gongji.domain.policy import in_force
from gongji.store.accesses import record_readings
from gongji.store.database import pool
from gongji.store.reading.bindings import Pair, read_pairs
from gongji.store.reading.family import Household, read_household
from gongji.store.staff import may_act_in
from gongji.usecases.ports import Ports
from gongji.usecases.views.acting import may_ask

READERS: Final = (Role.REVIEWER, Role.READER)
"""Roles of staff who may read a binding of their region."""


@dataclass(frozen=True, slots=True)
class SeenBinding:
    """What both sides see alike.

    Args:
        name: masked name of the other side.
        kinship: the beneficiary is the sharer's ...
        status: as this viewer may know it.
        accepted_at: time from which it was live.
        ended_at: time of the final state.
    """

    id: UUID
    name: str
    kinship: Kinship
    status: BindingStatus
    invited_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class BindingAsSharer(SeenBinding):
    """A binding as its sharer sees it.

    Args:
        used: what it let through in this month and this year.
        is_suspended: active, but the sharer's own account or insurance is not in normal status.
    """

    limit: Limit
    used: Used
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class BindingAsBeneficiary(SeenBinding):
    """A binding as its beneficiary sees it.

    Args:
        rank: place in the order; None while it is not live, and where ranks are not told (G1).
        availability: how far the sharer's account reaches, never why.
        awaits_own_consent: the viewer came of age and has to confirm anew (G19).
    """

    rank: int | None
    availability: Availability
    awaits_own_consent: bool


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a binding as staff sees it: masked name and ID number (6 + 4)."""

    id: UUID
    name: str
    id_number: str
    region: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A consent as staff sees it (G26)."""

    capacity: Capacity
    channel: str
    declaration_version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BindingAsStaff:
    """A binding as staff of the region sees it, to confirm or refuse the kinship."""

    id: UUID
    kinship: Kinship
    status: BindingStatus
    invited_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    sharer: Party
    beneficiary: Party
    sharer_consent: Declared
    beneficiary_consent: Declared | None


BindingView = BindingAsSharer | BindingAsBeneficiary | BindingAsStaff


def as_sharer(
    binding: Binding, name: str, *, used: Used, account: PersonalAccount | None, at: datetime
) -> BindingAsSharer:
    """Show a binding to its sharer.

    Args:
        name: the beneficiary's registered name.
        used: what the binding let through.
        account: the sharer's own.
    """
    status = binding.status_at(at)
    may_share = account is not None and account.may_share(at)
    return BindingAsSharer(
        id=binding.id,
        name=mask_name(name),
        kinship=binding.kinship,
        status=status,
        invited_at=binding.invited_at,
        expires_at=binding.expires_at,
        accepted_at=binding.accepted_at,
        ended_at=binding.ended_at,
        limit=binding.limit,
        used=used,
        is_suspended=status is BindingStatus.ACTIVE and not may_share,
    )


def as_beneficiary(
    binding: Binding,
    name: str,
    at: datetime,
    *,
    rank: int | None = None,
    available: Availability = Availability.UNAVAILABLE,
    awaits_own_consent: bool = False,
) -> BindingAsBeneficiary:
    """Show a binding to its beneficiary; one that is not live lets nothing through.

    Args:
        name: the sharer's registered name.
    """
    return BindingAsBeneficiary(
        id=binding.id,
        name=mask_name(name),
        kinship=binding.kinship,
        status=shown_to_beneficiary(binding, at),
        invited_at=binding.invited_at,
        expires_at=binding.expires_at,
        accepted_at=binding.accepted_at,
        ended_at=binding.ended_at,
        rank=rank,
        availability=available,
        awaits_own_consent=awaits_own_consent,
    )


def sharers_of(family: Family, household: Household, at: datetime) -> list[BindingAsBeneficiary]:
    """Show a beneficiary the live bindings, in the order that may be told (G1, G18)."""
    purses = {purse.binding_id: purse for purse in family.shared_purses(at)}
    return [
        as_beneficiary(
            sharing.binding,
            household.names[sharing.binding.sharer_id],
            at,
            rank=rank,
            available=availability(purses[sharing.binding.id], low_below=family.policy.low_below),
            awaits_own_consent=sharing.awaits_consent,
        )
        for rank, sharing in shown_order(family)
    ]


async def see_bindings(ids: Iterable[UUID], actor: Actor, ports: Ports) -> dict[UUID, BindingView]:
    """Return those bindings that the actor may see, each as this actor sees it.

    Unknown ones and those of strangers are left out alike. What staff reads is recorded.

    Clause: G18, G19.
    """
    at = ports.clock.now()
    if actor.kind not in {ActorKind.PERSON, ActorKind.STAFF}:
        return {}
    pairs = await read_pairs(pool(), ids)
    if actor.kind is ActorKind.STAFF:
        return await _seen_by_staff([x for x in pairs if _is_readable(x, actor)], actor, ports, at)
    theirs = [pair for pair in pairs if pair.binding.is_party(actor.person_id)]
    if not theirs or not await may_ask(actor, ports):
        return {}
    return await _as_party(theirs, actor.person_id, at)


async def see_binding(binding_id: UUID, actor: Actor, ports: Ports) -> BindingView | None:
    """Return a binding as this actor sees it; None for an unknown one and for a stranger.

    Clause: G18, G19.
    """
    return (await see_bindings([binding_id], actor, ports)).get(binding_id)


async def _as_party(
    pairs: Iterable[Pair], person_id: UUID, at: datetime
) -> dict[UUID, BindingView]:
    household = await read_household(pool(), person_id, at)
    if household is None:
        return {}
    live = _live(household, person_id, at)
    account = household.families.account_of(person_id)
    seen: dict[UUID, BindingView] = {}
    for pair in pairs:
        binding = pair.binding
        if binding.sharer_id == person_id:
            used = household.used.get(binding.id, Used())
            seen[binding.id] = as_sharer(
                binding, pair.beneficiary.name, used=used, account=account, at=at
            )
        else:
            seen[binding.id] = live.get(binding.id) or as_beneficiary(binding, pair.sharer.name, at)
    return seen


def _live(household: Household, person_id: UUID, at: datetime) -> dict[UUID, BindingAsBeneficiary]:
    """Return a beneficiary's live bindings; where the region has no policy there are none."""
    row = household.families.rows[person_id].value
    if in_force(household.families.policies, region=row.region, day=business_day(at)) is None:
        return {}
    family = household.families.family(person_id, at)
    return {one.id: one for one in sharers_of(family, household, at)}


def _is_readable(pair: Pair, actor: Actor) -> bool:
    """Tell whether staff works for the region of either side."""
    regions = (pair.sharer.region, pair.beneficiary.region)
    return any(may_act_in(actor, region, *READERS) for region in regions)


async def _seen_by_staff(
    pairs: Sequence[Pair], actor: Actor, ports: Ports, at: datetime
) -> dict[UUID, BindingView]:
    seen: dict[UUID, BindingView] = {p.binding.id: _as_staff(p, at, ports) for p in pairs}
    read = {p.binding.id: [p.binding.sharer_id, p.binding.beneficiary_id] for p in pairs}
    await record_readings(pool(), read, actor, at)
    return seen


def _as_staff(pair: Pair, at: datetime, ports: Ports) -> BindingAsStaff:
    binding = pair.binding
    sharer, beneficiary = (
        Party(
            id=one.id,
            name=mask_name(one.name),
            id_number=mask_digits(ports.key_ring.open(one.id_number), first=6, last=4),
            region=one.region,
        )
        for one in (pair.sharer, pair.beneficiary)
    )
    consent = binding.beneficiary_consent
    return BindingAsStaff(
        id=binding.id,
        kinship=binding.kinship,
        status=binding.status_at(at),
        invited_at=binding.invited_at,
        expires_at=binding.expires_at,
        accepted_at=binding.accepted_at,
        ended_at=binding.ended_at,
        sharer=sharer,
        beneficiary=beneficiary,
        sharer_consent=_declared(binding.sharer_consent),
        beneficiary_consent=None if consent is None else _declared(consent),
    )


def _declared(consent: Consent) -> Declared:
    return Declared(consent.capacity, consent.channel, consent.declaration_version, consent.at)
