"""One person's family account read in one statement: both roles, invitations, names.

It puts the statement that loads families into its own, so that everything is one snapshot and the
rules see the same values as when a bill is settled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.binding import Binding, Used
from gongji.domain.business_day import business_day
from gongji.store.families import (
    USED,
    Families,
    loading,
    read_binding,
    read_families,
    read_used,
)
from gongji.store.sql import id_of, one_json, to_json

MOST_INVITATIONS: Final = 50
"""Invitations of each direction that are shown, the newest first."""

_WAITING: Final = f"""
    SELECT b.* FROM binding AS b
    WHERE b.{{side}}_id = $3::uuid AND (b.status = 'IN_REVIEW' OR (
        b.status IN ('INVITED', 'EXPIRED') AND b.expires_at > $4::timestamptz - interval '30 days'))
    ORDER BY b.id DESC LIMIT {MOST_INVITATIONS}
"""
_HOUSEHOLD: Final = f"""
WITH shared AS (
    SELECT b.* FROM binding AS b
    WHERE b.sharer_id = $3::uuid AND b.status IN ('ACTIVE', 'PAUSED')
), sent AS ({_WAITING.format(side="sharer")}
), received AS ({_WAITING.format(side="beneficiary")}
), limited AS (SELECT id FROM shared
), {USED}
SELECT json_build_object(
    'families', ({loading()})::json,
    'shared', (SELECT COALESCE(json_agg(row_to_json(shared) ORDER BY id), '[]') FROM shared),
    'sent', (SELECT COALESCE(json_agg(row_to_json(sent) ORDER BY id DESC), '[]') FROM sent),
    'received', (
        SELECT COALESCE(json_agg(row_to_json(received) ORDER BY id DESC), '[]') FROM received),
    'used', (SELECT COALESCE(json_agg(row_to_json(used)), '[]') FROM used),
    'id_number', (SELECT encode(p.id_number_cipher, 'hex') FROM person AS p WHERE p.id = $3::uuid),
    'names', (
        SELECT COALESCE(json_object_agg(p.id, p.name), '{{}}') FROM person AS p
        WHERE p.id IN (
            SELECT $3::uuid
            UNION SELECT beneficiary_id FROM shared
            UNION SELECT beneficiary_id FROM sent
            UNION SELECT sharer_id FROM received
            UNION SELECT b.sharer_id FROM binding AS b
            WHERE b.beneficiary_id = $3::uuid AND b.status IN ('ACTIVE', 'PAUSED')))
)::text
"""


@dataclass(frozen=True, slots=True)
class Household:
    """What one statement brought about a person; nothing of it is masked yet.

    Args:
        families: the person's own family, as a beneficiary; without a row for an unknown person.
        shared: live bindings in which the person is the sharer, oldest first.
        sent: the person's invitations that are open, in review or expired not long ago.
        received: those of others to the person.
        used: what each of ``shared`` let through.
        names: registered names of everybody concerned, by person.
        id_number: the person's sealed ID number.
    """

    families: Families
    shared: tuple[Binding, ...]
    sent: tuple[Binding, ...]
    received: tuple[Binding, ...]
    used: Mapping[UUID, Used]
    names: Mapping[UUID, str]
    id_number: bytes


async def read_household(
    connection: BaseDBAsyncClient, person_id: UUID, at: datetime
) -> Household | None:
    """Read everything about one person's family account; None for an unknown person."""
    people = to_json({"people": [person_id], "accounts": []})
    answer = await one_json(connection, _HOUSEHOLD, people, business_day(at), person_id, at)
    return _read(answer) if answer["families"]["families"] else None


def _read(answer: Mapping[str, Any]) -> Household:
    return Household(
        families=read_families(answer["families"]),
        shared=tuple(map(read_binding, answer["shared"])),
        sent=tuple(map(read_binding, answer["sent"])),
        received=tuple(map(read_binding, answer["received"])),
        used={id_of(row["binding_id"]): read_used(row) for row in answer["used"]},
        names={id_of(person): name for person, name in answer["names"].items()},
        id_number=bytes.fromhex(answer["id_number"]),
    )
