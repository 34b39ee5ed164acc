"""Bindings with both of their sides, for whoever may look at it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.binding import Binding
from gongji.store.families import read_binding
from gongji.store.sql import one_json, rows, to_json

_SIDE: Final = """(
    SELECT jsonb_build_object('id', p.id, 'name', p.name, 'region', r.region,
        'id_number', encode(p.id_number_cipher, 'hex'))
    FROM person AS p JOIN beneficiary AS r ON r.person_id = p.id
    WHERE p.id = b.{side}_id)"""
_PAIRS: Final = f"""
SELECT jsonb_build_object('found', COALESCE(jsonb_agg(jsonb_build_object(
    'binding', to_jsonb(b),
    'sharer', {_SIDE.format(side="sharer")},
    'beneficiary', {_SIDE.format(side="beneficiary")})), '[]'))::text
FROM binding AS b
WHERE b.id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
"""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two persons of a binding; nothing is masked yet."""

    id: UUID
    name: str
    region: str
    id_number: bytes


@dataclass(frozen=True, slots=True)
class Pair:
    """A binding and its two sides."""

    binding: Binding
    sharer: Side
    beneficiary: Side


async def read_pairs(connection: BaseDBAsyncClient, binding_ids: Iterable[UUID]) -> list[Pair]:
    """Read bindings, whosever they are; an unknown id is left out."""
    answer = await one_json(connection, _PAIRS, to_json(list(binding_ids)))
    return [
        Pair(read_binding(row["binding"]), _side(row["sharer"]), _side(row["beneficiary"]))
        for row in answer["found"]
    ]


def _side(row: Mapping[str, Any]) -> Side:
    return Side(UUID(row["id"]), row["name"], row["region"], bytes.fromhex(row["id_number"]))


_OPEN_OF: Final = """
SELECT b.id FROM binding AS b
WHERE b.{side}_id = $1 AND b.status IN ('INVITED', 'IN_REVIEW', 'ACTIVE', 'PAUSED')
"""
_OPEN_OF_EITHER: Final = " UNION ".join(
    _OPEN_OF.format(side=side) for side in ("sharer", "beneficiary")
)


async def open_bindings_of(connection: BaseDBAsyncClient, person_id: UUID) -> list[UUID]:
    """List a person's bindings that are not over, on either side."""
    return [row["id"] for row in await rows(connection, _OPEN_OF_EITHER, person_id)]
