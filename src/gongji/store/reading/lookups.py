"""Look-ups by many ids at once, for lists; each in one statement, read only."""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from gongji.domain.identity import mask_name
from gongji.domain.institution import Institution
from gongji.domain.money import Fen
from gongji.domain.settlement import Reversal
from gongji.store.database import pool
from gongji.store.families import read_institution
from gongji.store.settlements import read_reversal
from gongji.store.sql import one_json, rows, to_json

_WANTED: Final = "ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))"
_INSTITUTIONS: Final = f"""
SELECT COALESCE(json_object_agg(i.id, row_to_json(i)), '{{}}')::text
FROM institution AS i WHERE i.id = {_WANTED}
"""
_SHARERS: Final = f"""
SELECT b.id, p.name FROM binding AS b JOIN person AS p ON p.id = b.sharer_id
WHERE b.id = {_WANTED}
"""
_NAMES: Final = f"SELECT id, name FROM person WHERE id = {_WANTED}"
_REGIONS: Final = f"SELECT person_id, region FROM beneficiary WHERE person_id = {_WANTED}"
_PAYER_PARTS: Final = f"""
SELECT premium_id, amount_fen FROM premium_leg WHERE premium_id = {_WANTED} AND rank = 1
"""
_REVERSALS: Final = f"""
SELECT COALESCE(json_object_agg(r.id, row_to_json(r)), '{{}}')::text
FROM reversal AS r WHERE r.id = {_WANTED}
"""


async def institutions_by_id(ids: Iterable[UUID]) -> Mapping[UUID, Institution]:
    """Return institutions by id; an unknown id is left out."""
    found = await one_json(pool(), _INSTITUTIONS, to_json(list(ids)))
    return {UUID(one): read_institution(row) for one, row in found.items()}


async def masked_sharer_names(binding_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return the sharer's masked name by binding id; an unknown id is left out."""
    found = await rows(pool(), _SHARERS, to_json(list(binding_ids)))
    return {row["id"]: mask_name(row["name"]) for row in found}


async def masked_names(person_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return masked names by person id; an unknown id is left out."""
    found = await rows(pool(), _NAMES, to_json(list(person_ids)))
    return {row["id"]: mask_name(row["name"]) for row in found}


async def regions_of(person_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return insured regions by person id; an unknown id is left out."""
    found = await rows(pool(), _REGIONS, to_json(list(person_ids)))
    return {row["person_id"]: row["region"] for row in found}


async def payer_parts(premium_ids: Iterable[UUID]) -> Mapping[UUID, Fen]:
    """Return what each premium took from its payer's own account; an unknown id is left out."""
    found = await rows(pool(), _PAYER_PARTS, to_json(list(premium_ids)))
    return {row["premium_id"]: Fen(row["amount_fen"]) for row in found}


async def reversals_by_id(ids: Iterable[UUID]) -> Mapping[UUID, Reversal]:
    """Return reversals by id; an unknown id is left out."""
    found = await one_json(pool(), _REVERSALS, to_json(list(ids)))
    return {UUID(one): read_reversal(row) for one, row in found.items()}
