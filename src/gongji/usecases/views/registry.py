"""Who the actor is, what holds in the person's region, and which institutions there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gongji.domain.actor import Actor, ActorKind
from gongji.domain.binding import Capacity
from gongji.domain.errors import Code, Forbidden, Unauthenticated, refuse
from gongji.domain.identity import has_invisible, mask_digits, mask_name
from gongji.domain.institution import Institution
from gongji.domain.page import PageOf, PageRequest
from gongji.domain.person import PersonStatus, Scheme
from gongji.domain.policy import Policy
from gongji.domain.region import prefix_of_region
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity, wards_of
from gongji.store.policies import policy_of_person
from gongji.store.reading.lookups import institutions_by_id
from gongji.store.reading.registry import page_of_institutions, read_person
from gongji.usecases.ports import Ports

MOST_SEARCHED_CHARACTERS: Final = 50


@dataclass(frozen=True, slots=True)
class SeenWard:
    """Somebody for whom the person may act: masked name, and as whom."""

    id: UUID
    name: str
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class MyPerson:
    """The person who is logged in: masked name and ID number (1 + 1), and the wards (G19)."""

    id: UUID
    name: str
    id_number: str
    region: str
    scheme: Scheme
    status: PersonStatus
    wards: tuple[SeenWard, ...]


async def see_myself(actor: Actor, ports: Ports) -> MyPerson:
    """Return the person who is logged in, never the ward.

    Raises:
        Unauthenticated: the registry knows no such person.

    Clause: G18, G19.
    """
    at = ports.clock.now()
    person = await read_person(pool(), actor.subject)
    if person is None:
        raise Unauthenticated
    return MyPerson(
        id=actor.subject,
        name=mask_name(person.name),
        id_number=mask_digits(ports.key_ring.open(person.id_number), first=1, last=1),
        region=person.beneficiary.region,
        scheme=person.beneficiary.scheme,
        status=person.beneficiary.status.at(at),
        wards=tuple(
            SeenWard(ward.id, mask_name(ward.name), ward.capacity)
            for ward in await wards_of(pool(), actor.subject, at)
        ),
    )


async def see_my_institution(actor: Actor) -> Institution:
    """Return the institution of the till.

    Raises:
        Unauthenticated: the registry knows no such institution.
    """
    place = (await institutions_by_id([actor.subject])).get(actor.subject)
    if place is None:
        raise Unauthenticated
    return place


async def see_institutions(ids: Iterable[UUID]) -> Mapping[UUID, Institution]:
    """Return institutions by id, which everybody who is logged in may know."""
    return await institutions_by_id(ids)


async def see_policy(actor: Actor, ports: Ports) -> Policy:
    """Return the policy of the person's insured region on this business day.

    Raises:
        Forbidden: the actor is no person.
        Refusal: no guardian or proxy of that ward, an unknown person, or a region that is not open.

    Clause: G22.
    """
    at = ports.clock.now()
    await acting_capacity(pool(), actor, at)
    policy = await policy_of_person(pool(), actor.person_id, at)
    if policy is None:
        raise refuse(Code.REGION_NOT_OPEN)
    return policy


async def list_institutions(
    actor: Actor, page: PageRequest, *, beginning: str | None, region: str | None
) -> PageOf[Institution]:
    """List institutions by code, for whoever is logged in.

    Args:
        beginning: how the name or code begins; what nothing can be called finds nothing.
        region: six digits; a prefecture or province stands for all of its counties.

    Raises:
        Forbidden: the system itself.
    """
    if actor.kind is ActorKind.SYSTEM:
        raise Forbidden
    if not _is_searchable(beginning) or not _is_searchable(region):
        return PageOf((), has_next=False, has_previous=False)
    return await page_of_institutions(
        pool(),
        page,
        beginning=beginning,
        region_prefix=None if region is None else prefix_of_region(region),
    )


def _is_searchable(text: str | None) -> bool:
    return text is None or (len(text) <= MOST_SEARCHED_CHARACTERS and not has_invisible(text))
