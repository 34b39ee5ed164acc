"""Kinships, each in both directions; where one is denied or over, the pair's bindings end (G15)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from gongji.domain.kinship import Kinship
from gongji.domain.record_fields import Flaw
from gongji.domain.records import KinshipEndedRecord, KinshipRecord
from gongji.store.ids import new_id
from gongji.store.registration.news import Endings, end_bindings
from gongji.store.registration.registry import People, Registry
from gongji.store.sql import rows, to_json

Pair = tuple[UUID, UUID]
"""The ids of a person and a relative."""

_KNOWN: Final = """
SELECT k.person_id, k.relative_id FROM kinship AS k
JOIN jsonb_to_recordset($1::jsonb) AS w(person_id uuid, relative_id uuid)
    ON w.person_id = k.person_id AND w.relative_id = k.relative_id
"""
_KINSHIPS: Final = """
INSERT INTO kinship AS k SELECT * FROM jsonb_populate_recordset(NULL::kinship, $1::jsonb)
ON CONFLICT (person_id, relative_id) DO UPDATE
SET kinship = excluded.kinship, is_confirmed = excluded.is_confirmed
WHERE (k.kinship, k.is_confirmed) <> (excluded.kinship, excluded.is_confirmed)
"""
_END: Final = """
UPDATE kinship AS k SET is_confirmed = false
FROM jsonb_to_recordset($1::jsonb) AS w(person_id uuid, relative_id uuid)
WHERE k.is_confirmed AND (
    (k.person_id = w.person_id AND k.relative_id = w.relative_id)
    OR (k.person_id = w.relative_id AND k.relative_id = w.person_id))
"""


async def register_kinships(registry: Registry, batch: Sequence[tuple[int, KinshipRecord]]) -> None:
    """Register kinships as confirmed or denied; a new one also where a later line ends it."""
    people = await registry.know(number for _, record in batch for number in record.people)
    pairs = _pairs(registry, people, batch)
    known = await _known(registry, pairs)
    endings = Endings()
    wanted: list[dict[str, Any]] = []
    for line, record in batch:
        if line not in pairs or (pairs[line] in known and not registry.holds(line, record.subject)):
            continue
        wanted += _directions(*pairs[line], record.kinship, is_confirmed=record.is_confirmed)
        if not record.is_confirmed:
            endings.pairs.add(frozenset(pairs[line]))
    await rows(registry.connection, _KINSHIPS, to_json(wanted))
    await end_bindings(registry, people, endings)


def _pairs(
    registry: Registry,
    people: People,
    batch: Sequence[tuple[int, KinshipRecord | KinshipEndedRecord]],
) -> dict[int, Pair]:
    """Return the ids of the two persons of each line; a line with somebody unknown is faulty."""
    pairs = {}
    for line, record in batch:
        person, relative = people.found.get(record.person), people.found.get(record.relative)
        if person is None or relative is None:
            registry.fault(line, "person" if person is None else "relative", Flaw.NOT_LOADED)
        else:
            pairs[line] = (person.id, relative.id)
    return pairs


async def _known(registry: Registry, pairs: dict[int, Pair]) -> set[Pair]:
    """Return the pairs of which the registry knows something."""
    found = await rows(registry.connection, _KNOWN, to_json(_columns(pairs.values())))
    return {(row["person_id"], row["relative_id"]) for row in found}


def _columns(pairs: Iterable[Pair]) -> list[dict[str, UUID]]:
    return [{"person_id": person, "relative_id": relative} for person, relative in pairs]


def _directions(
    person_id: UUID, relative_id: UUID, kinship: Kinship, *, is_confirmed: bool
) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(),
            "person_id": one,
            "relative_id": other,
            "kinship": what,
            "is_confirmed": is_confirmed,
        }
        for one, other, what in (
            (person_id, relative_id, kinship),
            (relative_id, person_id, kinship.inverse),
        )
    ]


async def register_kinship_endings(
    registry: Registry, batch: Sequence[tuple[int, KinshipEndedRecord]]
) -> None:
    """Register that kinships are over: divorce, adoption."""
    people = await registry.know(number for _, record in batch for number in record.people)
    pairs = _pairs(registry, people, batch)
    known = await _known(registry, pairs)
    ended = []
    for line, record in batch:
        if line not in pairs:
            continue
        if pairs[line] not in known:
            registry.fault(line, "relative", Flaw.NOT_BOUND)
        elif registry.holds(line, record.subject):
            ended.append(pairs[line])
    await rows(registry.connection, _END, to_json(_columns(ended)))
    await end_bindings(registry, people, Endings(pairs=set(map(frozenset, ended))))
