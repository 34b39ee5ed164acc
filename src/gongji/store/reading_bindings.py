"""One binding with both of its sides, for whoever may look at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.binding import Binding
from gongji.store.families import read_binding
from gongji.store.sql import one_json

_SIDE: Final = """(
    SELECT jsonb_build_object('id', p.id, 'name', p.name, 'region', r.region,
        'id_number', encode(p.id_number_cipher, 'hex'))
    FROM person AS p JOIN beneficiary AS r ON r.person_id = p.id
    WHERE p.id = b.{side}_id)"""
_PAIR: Final = f"""
SELECT COALESCE((
    SELECT jsonb_build_object('binding', to_jsonb(b),
        'sharer', {_SIDE.format(side="sharer")},
        'beneficiary', {_SIDE.format(side="beneficiary")})
    FROM binding AS b WHERE b.id = $1
), '{{}}')::text
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


async def read_pair(connection: BaseDBAsyncClient, binding_id: UUID) -> Pair | None:
    """Read a binding, whosever it is; None for an unknown id."""
    answer = await one_json(connection, _PAIR, binding_id)
    if not answer:
        return None
    return Pair(
        read_binding(answer["binding"]), _side(answer["sharer"]), _side(answer["beneficiary"])
    )


def _side(row: Mapping[str, Any]) -> Side:
    return Side(UUID(row["id"]), row["name"], row["region"], bytes.fromhex(row["id_number"]))
