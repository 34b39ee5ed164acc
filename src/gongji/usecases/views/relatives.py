"""Whom a person can mean: everybody on the other side of an open binding of that person.

Names here are the registered ones, to be compared with what somebody typed; they are shown masked.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from gongji.domain.actor import Actor
from gongji.domain.binding import BindingStatus
from gongji.domain.business_day import business_day
from gongji.domain.disclosure import shown_to_beneficiary
from gongji.domain.identity import IdNumber, mask_name, parse_id_number
from gongji.domain.kinship import Kinship
from gongji.store.database import pool
from gongji.store.guardians import acting_capacity
from gongji.store.reading.bindings import Pair, Side, open_bindings_of, read_pairs
from gongji.usecases.ports import Ports


class RelativeSide(StrEnum):
    """What the relative is to the person."""

    SHARER = "SHARER"
    BENEFICIARY = "BENEFICIARY"


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody with whom the person has an open binding.

    Args:
        name: registered; only compared, never shown.
        kinship: what the relative is to the person.
        status: as the person may know it.
        is_older: than the person.
    """

    binding_id: UUID
    person_id: UUID
    side: RelativeSide
    name: str = field(repr=False)
    kinship: Kinship
    status: BindingStatus
    is_male: bool
    born_on: date
    is_older: bool

    @property
    def masked(self) -> str:
        """Return the name as it is shown."""
        return mask_name(self.name)


async def list_relatives(actor: Actor, ports: Ports) -> tuple[Relative, ...]:
    """List the relatives of the actor or the ward, in the order of their bindings.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G18, G19.
    """
    at = ports.clock.now()
    await acting_capacity(pool(), actor, at)
    pairs = await read_pairs(pool(), await open_bindings_of(pool(), actor.person_id))
    relatives = (_relative(pair, actor.person_id, ports, at) for pair in pairs)
    return tuple(sorted(relatives, key=lambda one: one.binding_id))


def _relative(pair: Pair, person_id: UUID, ports: Ports, at: datetime) -> Relative:
    binding, person_shares = pair.binding, pair.binding.sharer_id == person_id
    me, other = pair.sharer, pair.beneficiary
    if not person_shares:
        me, other = other, me
    mine, theirs = (_number(side, ports, at) for side in (me, other))
    return Relative(
        binding_id=binding.id,
        person_id=other.id,
        side=RelativeSide.BENEFICIARY if person_shares else RelativeSide.SHARER,
        name=other.name,
        kinship=binding.kinship if person_shares else binding.kinship.inverse,
        status=binding.status_at(at) if person_shares else shown_to_beneficiary(binding, at),
        is_male=theirs.is_male,
        born_on=theirs.birth_date,
        is_older=theirs.birth_date < mine.birth_date,
    )


def _number(side: Side, ports: Ports, at: datetime) -> IdNumber:
    """Read a registered ID number, of which birth and sex are asked.

    Raises:
        TypeError: the registry took what is no ID number: a bug of ours.
    """
    number = parse_id_number(ports.key_ring.open(side.id_number), today=business_day(at))
    if not isinstance(number, IdNumber):
        raise TypeError("the registry holds ID numbers only")
    return number
