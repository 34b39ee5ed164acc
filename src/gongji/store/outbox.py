"""The outbox: events that nobody has been told of yet, leased in the order of each subject.

Whoever locks the first unrelayed event of a subject has that subject's events to itself until its
transaction ends, however it ends: that lock is the lease. Commit order is not id order, so nothing
here remembers an id and goes on from it; a subject's numbers have no gaps, so an event is the first
one where the number before it was relayed. However many wait, only those that are taken are looked
up: the number before is asked for by a subquery, and ids are named twice, as ``sql`` says why.

An event that cannot be told keeps its followers waiting for a while, and is then set aside: it
counts as relayed, so that they go on in their order, and is tried again by itself now and then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.business_day import business_day
from gongji.domain.events import Event, EventKind, LowBalance, RecordedEvent
from gongji.domain.money import NOTHING
from gongji.domain.policy import Policy, has_become_low, in_force, waits_for_order
from gongji.store.policies import read_policy
from gongji.store.sql import id_of, rows, to_json

MOST_OF_ONE_SUBJECT: Final = 20
"""Events of one subject that are taken at once."""

_KNOWN: Final = frozenset(kind.value for kind in EventKind)
_LEASE: Final = """
SELECT e.id AS event_id, e.subject_id, e.number FROM event AS e
WHERE e.relayed_at IS NULL
    AND COALESCE((
        SELECT before.relayed_at IS NOT NULL FROM event AS before
        WHERE before.subject_id = e.subject_id AND before.number = e.number - 1), true)
    AND COALESCE((
        SELECT f.try_at <= $3::timestamptz FROM event_failure AS f WHERE f.event_id = e.id), true)
    AND e.kind = ANY (ARRAY(SELECT jsonb_array_elements_text($2::jsonb)))
ORDER BY e.id
LIMIT $1
FOR UPDATE SKIP LOCKED
"""
_LEASE_SET_ASIDE: Final = """
SELECT f.event_id, e.subject_id, e.number
FROM event_failure AS f JOIN event AS e ON e.id = f.event_id
WHERE f.set_aside_at IS NOT NULL AND f.try_at <= $1
ORDER BY f.try_at, f.event_id
LIMIT 1
FOR UPDATE OF f SKIP LOCKED
"""
_POLICIES_OF: Final = """(
    SELECT json_agg(json_build_object('region', p.region, 'in_force_from', p.in_force_from,
        'version', p.version, 'rules', p.rules::text))
    FROM policy AS p WHERE p.region IN ({0}, left({0}, 4) || '00', left({0}, 2) || '0000'))"""
_LOAD: Final = f"""
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
        END, 'falls', CASE WHEN e.kind IN ('BILL_SETTLED', 'PREMIUM_DEBITED') THEN (
            SELECT json_agg(json_build_object('owner_id', a.owner_id, 'day', t.business_day,
                'before', t.balance_after_fen + t.amount_fen, 'after', t.balance_after_fen,
                'is_shared_with', EXISTS (
                    SELECT FROM binding AS b WHERE b.beneficiary_id = a.owner_id
                        AND b.status IN ('ACTIVE', 'PAUSED')),
                'region', a.region, 'policies', {_POLICIES_OF.format("a.region")}))
            FROM transfer AS t JOIN personal_account AS a ON a.id = t.account_id
            WHERE t.cause_id = COALESCE(e.ids ->> 'settlement', e.ids ->> 'premium')::uuid
                AND t.debit_account_id = t.account_id)
        END, 'order', CASE WHEN e.kind IN ('INVITATION_ACCEPTED', 'KINSHIP_CONFIRMED') THEN (
            SELECT json_build_object('is_set', s.order_is_set, 'region', s.region, 'sharers', (
                    SELECT count(*) FROM binding AS b
                    WHERE b.beneficiary_id = s.person_id AND b.status IN ('ACTIVE', 'PAUSED')),
                'happened_at', e.happened_at, 'policies', {_POLICIES_OF.format("s.region")})
            FROM beneficiary AS s WHERE s.person_id = e.subject_id)
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
WITH told AS (
    SELECT value::uuid AS id FROM jsonb_array_elements_text($1::jsonb)
), over AS (
    DELETE FROM event_failure WHERE event_id = ANY (ARRAY(SELECT id FROM told))
)
UPDATE event SET relayed_at = COALESCE(relayed_at, $2) WHERE id = ANY (ARRAY(SELECT id FROM told))
"""
_FAILED: Final = """
INSERT INTO event_failure AS f (event_id, attempts, error, try_at)
VALUES ($1, 1, $2, $3::timestamptz + $4::interval)
ON CONFLICT (event_id) DO UPDATE SET attempts = f.attempts + 1, error = $2,
    try_at = $3::timestamptz + LEAST($4::interval * 2 ^ LEAST(f.attempts, 12), $5::interval)
RETURNING attempts
"""
_SET_ASIDE: Final = """
WITH aside AS (
    UPDATE event_failure SET set_aside_at = COALESCE(set_aside_at, $2) WHERE event_id = $1
)
UPDATE event SET relayed_at = $2 WHERE id = $1 AND relayed_at IS NULL RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """The first event of a subject that is to be told, held by a transaction."""

    event_id: UUID
    subject_id: UUID
    number: int


async def lease_events(
    connection: BaseDBAsyncClient, *, most_subjects: int, at: datetime
) -> list[Lease]:
    """Lease unrelayed events for this transaction, of each subject the first.

    Those of subjects that another transaction has are left to it; those that failed a moment ago
    wait. So does, with all that follows it, an event of a kind that only a newer program knows.
    """
    known = to_json(sorted(_KNOWN))
    return [Lease(**row) for row in await rows(connection, _LEASE, most_subjects, known, at)]


async def lease_set_aside(connection: BaseDBAsyncClient, *, at: datetime) -> list[Lease]:
    """Lease one event that was set aside and is to be tried again; none: an empty list."""
    return [Lease(**row) for row in await rows(connection, _LEASE_SET_ASIDE, at)]


async def load_events(
    connection: BaseDBAsyncClient, leases: Sequence[Lease], *, most_of_one: int
) -> list[RecordedEvent]:
    """Load leased events with those that follow them, each subject's in their order.

    Args:
        most_of_one: events of one subject.
    """
    if not leases:
        return []
    # A new statement sees what was committed while leasing waited for nobody.
    wanted = to_json([{"subject_id": one.subject_id, "number": one.number} for one in leases])
    found = await rows(connection, _LOAD, wanted, most_of_one)
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


def _lows(falls: Iterable[dict[str, Any]]) -> Iterator[LowBalance]:
    """Give the balances that crossed what their region calls low (G22)."""
    for fall in falls:
        policy = _policy(fall, date.fromisoformat(fall["day"]))
        if policy and has_become_low(policy, before=fall["before"], after=fall["after"]):
            yield LowBalance(
                owner_id=id_of(fall["owner_id"]),
                below=policy.low_balance_below,
                is_used_up=fall["after"] == NOTHING,
                is_shared_with=fall["is_shared_with"],
            )


def _waits(order: dict[str, Any] | None) -> bool:
    """Tell whether sharing waits for an order (G1)."""
    if order is None:
        return False
    policy = _policy(order, business_day(datetime.fromisoformat(order["happened_at"])))
    return policy is not None and waits_for_order(
        policy, is_set=order["is_set"], sharers=order["sharers"]
    )


def _policy(of: dict[str, Any], day: date) -> Policy | None:
    policies = [read_policy(**policy) for policy in of["policies"] or ()]
    return in_force(policies, region=of["region"], day=day)


def _read(row: dict[str, Any]) -> RecordedEvent:
    ids = {role: id_of(value) for role, value in row["ids"].items()}
    return RecordedEvent(
        id=id_of(row["id"]),
        number=row["number"],
        event=Event(EventKind(row["kind"]), id_of(row["subject_id"]), ids),
        sharers=tuple(id_of(sharer) for sharer in row["sharers"] or ()),
        low=tuple(_lows(row["falls"] or ())),
        waits_for_order=_waits(row["order"]),
    )


_TO_TELL: Final = """
SELECT e.id AS event_id, e.subject_id, e.number FROM event AS e
WHERE e.subject_id = ANY (ARRAY(
        SELECT $1::uuid
        UNION SELECT b.beneficiary_id FROM binding AS b WHERE b.id = ($2::jsonb ->> 'binding')::uuid
        UNION SELECT p.insured_id FROM premium AS p WHERE p.id = ($2::jsonb ->> 'premium')::uuid))
    AND e.relayed_at IS NULL AND e.ids @> $2::jsonb
    AND e.kind = ANY (ARRAY(SELECT jsonb_array_elements_text($3::jsonb)))
    AND NOT EXISTS (SELECT FROM message AS m WHERE m.event_id = e.id AND m.person_id = $1::uuid)
    AND COALESCE((
        SELECT before.relayed_at IS NOT NULL OR EXISTS (
            SELECT FROM message AS m WHERE m.event_id = before.id AND m.person_id = $1::uuid)
        FROM event AS before
        WHERE before.subject_id = e.subject_id AND before.number = e.number - 1), true)
ORDER BY e.id LIMIT 1
"""


async def event_to_tell(
    connection: BaseDBAsyncClient,
    person_id: UUID,
    kinds: Iterable[EventKind],
    ids: Mapping[str, UUID],
) -> RecordedEvent | None:
    """Return an event of which a person in a locked conversation is to be told next; mostly one.

    Nothing is leased: whoever relays it waits for the conversation, and finds it told.

    Args:
        kinds: of these kinds.
        ids: about all of these.

    Returns:
        None where it was relayed, or told to this person by an earlier reply, or where earlier
        ones of its subject are to be told before.
    """
    wanted = to_json(dict(ids)), to_json(sorted(kinds))
    leases = [Lease(**row) for row in await rows(connection, _TO_TELL, person_id, *wanted)]
    return next(iter(await load_events(connection, leases, most_of_one=1)), None)


async def mark_relayed(
    connection: BaseDBAsyncClient, event_ids: Iterable[UUID], at: datetime
) -> None:
    """Mark events as relayed, in the transaction that tells of them."""
    await rows(connection, _MARK, to_json(list(event_ids)), at)


FIRST_PAUSE: Final = timedelta(seconds=1)
"""How long an event that failed waits; after each further failure twice as long."""
LONGEST_PAUSE: Final = timedelta(hours=1)
MOST_ATTEMPTS: Final = 5
"""Attempts after which an event that fails is set aside: its followers have waited 15 seconds."""


async def record_failure(
    connection: BaseDBAsyncClient, event_id: UUID, error: str, at: datetime
) -> tuple[int, bool]:
    """Record that telling of an event failed, and set it aside after ``MOST_ATTEMPTS``.

    Args:
        error: the name of what was raised; nothing of what it says.

    Returns:
        How often it has failed, and whether it was set aside now.
    """
    pauses = (FIRST_PAUSE, LONGEST_PAUSE)
    (failed,) = await rows(connection, _FAILED, event_id, error[:100], at, *pauses)
    attempts: int = failed["attempts"]
    if attempts < MOST_ATTEMPTS:
        return attempts, False
    return attempts, bool(await rows(connection, _SET_ASIDE, event_id, at))
