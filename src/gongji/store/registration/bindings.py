"""Bindings of a trial with their limits, and reserves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from gongji.domain.actor import REGISTRY
from gongji.domain.binding import (
    LIVE,
    Binding,
    BindingStatus,
    Capacity,
    Consent,
    Limit,
    acceptance_key,
    expiry,
    rank_key,
)
from gongji.domain.business_day import business_day, full_years
from gongji.domain.errors import Code
from gongji.domain.events import EventKind
from gongji.domain.policy import Policy, in_force
from gongji.domain.record_fields import Flaw, Flawed
from gongji.domain.records import BindingRecord, LimitRecord, ReserveRecord
from gongji.store.families import write_consent
from gongji.store.ids import new_id
from gongji.store.locks import LockedBeneficiary
from gongji.store.orders import write_order
from gongji.store.policies import read_policy
from gongji.store.registration.registry import KnownPerson, People, Registry
from gongji.store.sql import rows, to_json

_POLICIES: Final = (
    "SELECT p.region, p.in_force_from::text, p.version, p.rules::text FROM policy AS p"
)
_PAIRS: Final = """
SELECT DISTINCT b.sharer_id, b.beneficiary_id FROM binding AS b
JOIN jsonb_to_recordset($1::jsonb) AS w(sharer_id uuid, beneficiary_id uuid)
    ON w.sharer_id = b.sharer_id AND w.beneficiary_id = b.beneficiary_id
"""
_GUARDIANS: Final = """
SELECT g.ward_id, (array_agg(g.guardian_id ORDER BY g.id))[1] AS guardian_id FROM guardian AS g
WHERE g.capacity = 'GUARDIAN'
    AND g.ward_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))
GROUP BY g.ward_id
"""
_BINDINGS: Final = """
INSERT INTO binding SELECT * FROM jsonb_populate_recordset(NULL::binding, $1::jsonb)
"""
_LIMITS: Final = """
UPDATE binding AS b
SET limit_settlement_fen = n.limit_settlement_fen, limit_month_fen = n.limit_month_fen,
    limit_year_fen = n.limit_year_fen
FROM jsonb_populate_recordset(NULL::binding, $1::jsonb) AS n
WHERE b.id = n.id
"""

_EVENTS: Final = {
    BindingStatus.INVITED: EventKind.RELATIVE_INVITED,
    BindingStatus.IN_REVIEW: EventKind.INVITATION_SENT_TO_REVIEW,
    BindingStatus.ACTIVE: EventKind.INVITATION_ACCEPTED,
    BindingStatus.PAUSED: EventKind.INVITATION_ACCEPTED,
}


async def register_bindings(registry: Registry, batch: Sequence[tuple[int, BindingRecord]]) -> None:
    """Register bindings as if they were accepted one after the other, once for each pair.

    A pair that has ever had a binding is left alone: the family has had its own say since then.
    """
    people = await registry.know(number for _, record in batch for number in record.people)
    pairs = {
        line: pair
        for line, record in batch
        if (pair := _pair(registry, people, line, record)) is not None
    }
    trial = await _trial(registry, people, list(pairs.values()))
    new: list[dict[str, Any]] = []
    for line, record in batch:
        if line not in pairs or tuple(person.id for person in pairs[line]) in trial.bound:
            continue
        try:
            new.append(_bind(registry, trial, record, *pairs[line]))
        except Flawed as flawed:
            registry.fault(line, flawed.field, flawed.flaw)
    await rows(registry.connection, _BINDINGS, to_json(new))


@dataclass(slots=True)
class _Trial:
    """What a batch of bindings stands on.

    Args:
        bound: the pairs that have ever had a binding.
        orders: each beneficiary's live bindings in order.
        guardians: a guardian of each child.
    """

    people: People
    bound: set[tuple[UUID, ...]]
    orders: dict[UUID, list[Binding]]
    guardians: dict[UUID, UUID]
    policies: list[Policy]


async def _trial(
    registry: Registry, people: People, pairs: Sequence[tuple[KnownPerson, KnownPerson]]
) -> _Trial:
    wanted = [{"sharer_id": s.id, "beneficiary_id": b.id} for s, b in pairs]
    bound = await rows(registry.connection, _PAIRS, to_json(wanted))
    beneficiary_ids = {beneficiary.id for _, beneficiary in pairs}
    known = await registry.open_bindings(people, beneficiary_ids)
    orders: dict[UUID, list[Binding]] = {}
    for binding in sorted(known.values(), key=rank_key):
        if binding.status in LIVE:
            orders.setdefault(binding.beneficiary_id, []).append(binding)
    guardians = await rows(registry.connection, _GUARDIANS, to_json(list(beneficiary_ids)))
    return _Trial(
        people=people,
        bound={(row["sharer_id"], row["beneficiary_id"]) for row in bound},
        orders=orders,
        guardians={row["ward_id"]: row["guardian_id"] for row in guardians},
        policies=[read_policy(**row) for row in await rows(registry.connection, _POLICIES)],
    )


def _bind(
    registry: Registry,
    trial: _Trial,
    record: BindingRecord,
    sharer: KnownPerson,
    beneficiary: KnownPerson,
) -> dict[str, Any]:
    """Make one binding with its place in the order; return its row.

    Raises:
        Flawed: the region has no policy, or the position is out of range.
    """
    locked = trial.people.beneficiaries[beneficiary.id]
    policy = in_force(trial.policies, region=locked.value.region, day=registry.today)
    if policy is None:
        raise Flawed("beneficiary", Code.REGION_NOT_OPEN)
    order = trial.orders.get(beneficiary.id, [])
    if record.position is not None and record.position > len(order) + 1:
        raise Flawed("position", Code.POSITION_OUT_OF_RANGE)
    guardian_id = trial.guardians.get(beneficiary.id)
    binding = _binding(registry, record, sharer, locked, policy=policy, guardian_id=guardian_id)
    registry.record(_EVENTS[binding.status], locked, binding=binding.id)
    if binding.status is BindingStatus.PAUSED:
        registry.record(EventKind.BINDING_PAUSED, locked, binding=binding.id)
    if binding.status in LIVE:
        is_set = locked.value.order_is_set or record.position is not None
        trial.orders[beneficiary.id] = _placed(order, binding, record.position, is_set=is_set)
        write_order(
            registry.changes,
            locked,
            [b.id for b in trial.orders[beneficiary.id]],
            is_set=is_set,
            cause=_EVENTS[binding.status],
            by=REGISTRY,
        )
    return _row(binding, sharer)


def _placed(
    order: list[Binding], new: Binding, position: int | None, *, is_set: bool
) -> list[Binding]:
    """Return the order with a new binding: at its position or last; unset, by acceptance time."""
    if not is_set:
        return sorted([*order, new], key=acceptance_key)
    place = len(order) if position is None else position - 1
    return [*order[:place], new, *order[place:]]


def _pair(
    registry: Registry, people: People, line: int, record: BindingRecord | LimitRecord
) -> tuple[KnownPerson, KnownPerson] | None:
    """Return sharer, who must have an account, and beneficiary."""
    sharer, beneficiary = people.found.get(record.sharer), people.found.get(record.beneficiary)
    if sharer is None or beneficiary is None:
        missing = "sharer" if sharer is None else "beneficiary"
        registry.fault(line, missing, Flaw.NOT_LOADED)
        return None
    if sharer.account_id is None:
        registry.fault(line, "sharer", Flaw.WITHOUT_ACCOUNT)
        return None
    return sharer, beneficiary


def _binding(
    registry: Registry,
    record: BindingRecord,
    sharer: KnownPerson,
    beneficiary: LockedBeneficiary,
    *,
    policy: Policy,
    guardian_id: UUID | None,
) -> Binding:
    """Make the binding with both consents as loaded (G26); a guardian accepts for a child (G19)."""
    accepted_at = record.accepted_at or registry.at
    was_answered = record.status is not BindingStatus.INVITED
    invited_at = record.invited_at or (accepted_at if was_answered else registry.at)
    given = Consent(
        by=sharer.id,
        capacity=Capacity.SELF,
        channel=REGISTRY.channel,
        declaration_version=policy.declaration_version,
        at=invited_at,
    )
    person_id = beneficiary.value.id
    is_child = full_years(beneficiary.born_on, business_day(accepted_at)) < policy.child_until_age
    answer = replace(given, by=person_id, at=accepted_at)
    if is_child and guardian_id is not None:
        answer = replace(answer, by=guardian_id, capacity=Capacity.GUARDIAN)
    return Binding(
        id=new_id(),
        sharer_id=sharer.id,
        beneficiary_id=person_id,
        kinship=record.kinship,
        status=record.status,
        invited_at=invited_at,
        expires_at=expiry(invited_at, hours=policy.invitation_hours),
        sharer_consent=given,
        accepted_at=accepted_at if record.status in LIVE else None,
        beneficiary_consent=answer if was_answered else None,
    )


def _row(binding: Binding, sharer: KnownPerson) -> dict[str, Any]:
    consent = binding.beneficiary_consent
    return {
        "id": binding.id,
        "sharer_id": binding.sharer_id,
        "beneficiary_id": binding.beneficiary_id,
        "account_id": sharer.account_id,
        "kinship": binding.kinship,
        "status": binding.status,
        "invited_at": binding.invited_at,
        "expires_at": binding.expires_at,
        "accepted_at": binding.accepted_at,
        "sharer_consent": write_consent(binding.sharer_consent),
        "beneficiary_consent": None if consent is None else write_consent(consent),
        "actor": REGISTRY.record(),
    }


async def register_limits(registry: Registry, batch: Sequence[tuple[int, LimitRecord]]) -> None:
    """Register limits of open bindings (G8)."""
    people = await registry.know(number for _, record in batch for number in record.people)
    pairs = {
        line: pair
        for line, record in batch
        if (pair := _pair(registry, people, line, record)) is not None
    }
    known = await registry.open_bindings(people, {b.id for _, b in pairs.values()})
    bindings = {(b.sharer_id, b.beneficiary_id): b for b in known.values()}
    wanted = []
    for line, record in batch:
        if line not in pairs:
            continue
        sharer, beneficiary = pairs[line]
        binding = bindings.get((sharer.id, beneficiary.id))
        if binding is None:
            registry.fault(line, "beneficiary", Flaw.NOT_BOUND)
        elif binding.limit != record.limit:
            wanted.append(_limit_row(binding, record.limit))
            locked = people.beneficiaries[beneficiary.id]
            registry.record(EventKind.LIMIT_SET, locked, binding=binding.id)
    await rows(registry.connection, _LIMITS, to_json(wanted))


def _limit_row(binding: Binding, limit: Limit) -> dict[str, Any]:
    return {
        "id": binding.id,
        "limit_settlement_fen": limit.per_settlement,
        "limit_month_fen": limit.per_month,
        "limit_year_fen": limit.per_year,
    }


async def register_reserves(registry: Registry, batch: Sequence[tuple[int, ReserveRecord]]) -> None:
    """Register what sharers' draws leave on their accounts (G8)."""
    people = await registry.know(record.owner for _, record in batch)
    for line, record in batch:
        person = people.found.get(record.owner)
        account = None if person is None else people.account_of(person.id)
        if person is None:
            registry.fault(line, "owner", Flaw.NOT_LOADED)
        elif account is None:
            registry.fault(line, "owner", Flaw.WITHOUT_ACCOUNT)
        elif account.reserve != record.amount:
            changed = replace(account, reserve=record.amount)
            people.accounts[account.id] = changed
            registry.changes.account(changed)
            locked = people.beneficiaries[person.id]
            registry.record(EventKind.RESERVE_SET, locked, account=account.id)
