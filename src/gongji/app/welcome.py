"""What a newcomer gets: demo families in an empty database, tokens, and a first request."""

import json
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from gongji.app.development_tokens import (
    TokenMaker,
    TokenRefused,
    demo_person,
    institution_of,
)
from gongji.app.settings import Settings
from gongji.domain.actor import Role
from gongji.domain.binding import BindingStatus
from gongji.domain.business_day import business_day
from gongji.domain.records import BindingRecord, InstitutionRecord
from gongji.store.insurance_centre import id_number_digest
from gongji.store.rows import BindingRow, InstitutionRow, PersonRow
from gongji.usecases.load import load, mark_as_demonstration, read_lines
from gongji.usecases.ports import Ports

LASTING: Final = timedelta(days=1)
"""How long the tokens hold that are printed at the start."""

STAFF_REGION: Final = "542500"
ALL_ROLES: Final = tuple(Role)
_CLERK: Final = "01"
FAMILIES: Final = "demo_families.jsonl"
"""The file of the demo families, beside this module."""
_FIRST_QUERY: Final = (
    "{ familyAccount { __typename ... on FamilyAccount { person { name } account { balanceFen } "
    "sharers { rank sharerName kinshipName availability } } } }"
)


@dataclass(frozen=True, slots=True)
class Held:
    """A ready-made token, and whose it is."""

    holder: str
    token: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """One ready-made token for each kind of actor.

    Attributes:
        till_code: the institution of the till.
        is_story: the demo families are here, whom the pages know; a seeded town has none of them.
    """

    sharer: Held
    beneficiary: Held
    till: Held
    staff: Held
    till_code: str
    is_story: bool

    def first_request(self, base_url: str) -> str:
        """Return a command line that asks for the beneficiary's family account."""
        body = json.dumps({"query": _FIRST_QUERY})
        return (
            f"curl -s {base_url}/graphql -H 'content-type: application/json' "
            f"-H 'authorization: Bearer {self.beneficiary.token}' -d '{body}'"
        )


async def load_families(ports: Ports) -> None:
    """Bring the demo families into an empty database; do nothing where they are there.

    Raises:
        NotADemonstration: there are other people in it.
    """
    await mark_as_demonstration(ports)
    if not await PersonRow.exists():
        with as_file(files("gongji.app") / FAMILIES) as file:
            await load(file, ports)


async def welcome(settings: Settings, ports: Ports) -> Welcome:
    """Make the tokens of a bound pair, an institution and a member of staff.

    They are the first ones of the demo families, or of a seeded town.

    Raises:
        TokenRefused: nobody is bound, or this is not development.
    """
    now = ports.clock.now()
    maker = TokenMaker(settings, now=now, lasting=LASTING)
    with as_file(files("gongji.app") / FAMILIES) as file:
        pair, place = _first(file, ports)
    digest = id_number_digest(ports.key_ring, pair.sharer)
    is_story = await PersonRow.exists(id_number_digest=digest)
    story = _Cast(pair.sharer, pair.beneficiary, place.code)
    cast = story if is_story else await _cast_of_a_town(ports)

    async def person(id_number: str) -> Held:
        found = await PersonRow.get(id=await demo_person(ports, id_number))
        return Held(found.name, maker.person(found.id))

    institution = await InstitutionRow.get(id=await institution_of(cast.institution_code))
    return Welcome(
        sharer=await person(cast.sharer),
        beneficiary=await person(cast.beneficiary),
        till=Held(f"{institution.name} {institution.code}", maker.till(institution.id, _CLERK)),
        staff=Held(STAFF_REGION, maker.staff(STAFF_REGION, ALL_ROLES)),
        till_code=institution.code,
        is_story=is_story,
    )


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who gets tokens: two ID numbers, and the code of an institution."""

    sharer: str
    beneficiary: str
    institution_code: str


async def _cast_of_a_town(ports: Ports) -> _Cast:
    """Find the first binding and the first institution of the database."""
    binding = await BindingRow.filter(status=BindingStatus.ACTIVE).order_by("id").first()
    place = await InstitutionRow.all().order_by("code").first()
    if binding is None or place is None:
        raise TokenRefused("nobody is bound in this demonstration; `gongji load` brings people")
    sealed = {
        row.id: row.id_number_cipher
        for row in await PersonRow.filter(id__in=[binding.sharer_id, binding.beneficiary_id])
    }
    sharer, beneficiary = (
        ports.key_ring.open(bytes(sealed[one]))
        for one in (binding.sharer_id, binding.beneficiary_id)
    )
    return _Cast(sharer, beneficiary, place.code)


def _first(file: Path, ports: Ports) -> tuple[BindingRecord, InstitutionRecord]:
    """Return the first active binding and the first institution of a file."""
    today = business_day(ports.clock.now())
    records = [record for _, record in read_lines(file, today=today)]
    pair = next(
        record
        for record in records
        if isinstance(record, BindingRecord) and record.status is BindingStatus.ACTIVE
    )
    place = next(record for record in records if isinstance(record, InstitutionRecord))
    return pair, place
