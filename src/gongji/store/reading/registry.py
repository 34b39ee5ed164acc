"""The registry as it is looked at: institutions in pages, a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.institution import Institution
from gongji.domain.page import PageOf, PageRequest
from gongji.domain.person import Beneficiary
from gongji.store.families import read_institution
from gongji.store.locks import read_locked_beneficiary
from gongji.store.sql import one_json

_INSTITUTIONS: Final = """
SELECT jsonb_build_object('found', COALESCE(
    jsonb_agg(to_jsonb(i) ORDER BY i.code {direction}), '[]'))::text
FROM (
    SELECT i.* FROM institution AS i
    WHERE ($1::text IS NULL OR starts_with(i.name, $1::text)
            OR starts_with(i.code, upper($1::text)))
        AND ($2::text IS NULL OR starts_with(i.region, $2::text))
        AND ($3::text IS NULL OR i.code {beyond} $3::text)
    ORDER BY i.code {direction}
    LIMIT $4
) AS i
"""
_PAGES: Final = {
    False: _INSTITUTIONS.format(beyond=">", direction="ASC"),
    True: _INSTITUTIONS.format(beyond="<", direction="DESC"),
}
_PERSON: Final = """
SELECT COALESCE((
    SELECT jsonb_build_object('row', to_jsonb(b), 'name', p.name,
        'id_number', encode(p.id_number_cipher, 'hex'))
    FROM person AS p JOIN beneficiary AS b ON b.person_id = p.id WHERE p.id = $1
), '{}')::text
"""


async def page_of_institutions(
    connection: BaseDBAsyncClient,
    page: PageRequest,
    *,
    beginning: str | None,
    region_prefix: str | None,
) -> PageOf[Institution]:
    """Read one page of institutions by code; the key is the code.

    Args:
        beginning: how the name or the code begins.
        region_prefix: first digits of the region.
    """
    beyond = page.beyond[0] if page.beyond else None
    statement = _PAGES[page.is_backward]
    answer = await one_json(connection, statement, beginning, region_prefix, beyond, page.fetch)
    return PageOf.cut([read_institution(row) for row in answer["found"]], page)


@dataclass(frozen=True, slots=True)
class Registered:
    """A person of the registry; nothing is masked yet."""

    beneficiary: Beneficiary
    name: str
    id_number: bytes


async def read_person(connection: BaseDBAsyncClient, person_id: UUID) -> Registered | None:
    """Read a person; None for an unknown one."""
    answer: Mapping[str, Any] = await one_json(connection, _PERSON, person_id)
    if not answer:
        return None
    return Registered(
        beneficiary=read_locked_beneficiary(answer["row"]).value,
        name=answer["name"],
        id_number=bytes.fromhex(answer["id_number"]),
    )
