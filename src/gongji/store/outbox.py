"""The outbox: events that nobody has been told of yet, taken in the order of each subject.

Whoever locks the first unrelayed event of a subject has that subject's events to itself until its
transaction ends, however it ends: that lock is the lease. Commit order is not id order, so nothing
here remembers an id and goes on from it; a subject's numbers have no gaps, so an event is the first
one where the number before it was relayed. However many wait, only those that are taken are looked
up: the number before is asked for by a subquery, and ids are named twice, as ``sql`` says why.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.events import Event, EventKind, RecordedEvent
from gongji.store.sql import id_of, rows, to_json

MOST_OF_ONE_SUBJECT: Final = 20
"""Events of one subject that are taken at once."""

_KNOWN: Final = frozenset(kind.value for kind in EventKind)
_LEASE: Final = """
SELECT e.subject_id, e.number FROM event AS e
WHERE e.relayed_at IS NULL
    AND COALESCE((
        SELECT before.relayed_at IS NOT NULL FROM event AS before
        WHERE before.subject_id = e.subject_id AND before.number = e.number - 1), true)
    AND e.kind = ANY (ARRAY(SELECT jsonb_array_elements_text($2::jsonb)))
ORDER BY e.id
LIMIT $1
FOR UPDATE SKIP LOCKED
"""
_LOAD: Final = """
SELECT json_build_object('id', e.id, 'number', e.number, 'kind', e.kind,
    'subject_id', e.subject_id, 'ids', e.ids::json, 'sharers', CASE
        WHEN e.ids ? 'settlement' THEN (
            SELECT json_agg(a.owner_id ORDER BY l.rank)
            FROM settlement_leg AS l JOIN personal_account AS a ON a.id = l.account_id
            WHERE l.settlement_id = (e.ids ->> 'settlement')::uuid AND l.type = 'SHARED')
        WHEN e.ids ? 'premium' THEN (
            SELECT json_agg(a.owner_id ORDER BY l.rank)
            FROM premium_leg AS l JOIN personal_account AS a ON a.id = l.account_id
            WHERE l.premium_id = (e.ids ->> 'premium')::uuid)
        WHEN e.ids ? 'binding' THEN (
            SELECT json_agg(b.sharer_id) FROM binding AS b
            WHERE b.id = (e.ids ->> 'binding')::uuid)
        END)::text AS event
FROM jsonb_to_recordset($1::jsonb) AS w(subject_id uuid, number bigint)
CROSS JOIN LATERAL (
    SELECT * FROM event AS one WHERE one.subject_id = w.subject_id
        AND one.subject_id = ANY (ARRAY(
            SELECT (value ->> 'subject_id')::uuid FROM jsonb_array_elements($1::jsonb)))
        AND one.number BETWEEN w.number AND w.number + $2 - 1
) AS e
ORDER BY e.subject_id, e.number
"""
_MARK: Final = """
UPDATE event SET relayed_at = $2
WHERE id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
"""


async def take_events(connection: BaseDBAsyncClient, *, most_subjects: int) -> list[RecordedEvent]:
    """Take unrelayed events for this transaction, each subject's in the order of their numbers.

    Those of subjects that another transaction has are left to it. So is, with all that follows it,
    an event of a kind that only a newer program knows.
    """
    leases = await rows(connection, _LEASE, most_subjects, to_json(sorted(_KNOWN)))
    if not leases:
        return []
    # A new statement sees what was committed while this one waited for nobody.
    found = await rows(connection, _LOAD, to_json(leases), MOST_OF_ONE_SUBJECT)
    return _known([orjson.loads(row["event"]) for row in found])


def _known(found: Sequence[dict[str, Any]]) -> list[RecordedEvent]:
    """Read events up to each subject's first of an unknown kind."""
    barred: set[str] = set()
    events = []
    for row in found:
        if row["kind"] not in _KNOWN:
            barred.add(row["subject_id"])
        if row["subject_id"] not in barred:
            events.append(_read(row))
    return events


def _read(row: dict[str, Any]) -> RecordedEvent:
    ids = {role: id_of(value) for role, value in row["ids"].items()}
    return RecordedEvent(
        id=id_of(row["id"]),
        number=row["number"],
        event=Event(EventKind(row["kind"]), id_of(row["subject_id"]), ids),
        sharers=tuple(id_of(sharer) for sharer in row["sharers"] or ()),
    )


async def mark_relayed(
    connection: BaseDBAsyncClient, event_ids: Iterable[UUID], at: datetime
) -> None:
    """Mark events as relayed, in the transaction that tells of them."""
    await rows(connection, _MARK, to_json(list(event_ids)), at)
