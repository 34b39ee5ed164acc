"""Institutions, policies and tariffs: whole rows by natural key, which nobody has to lock."""

from collections.abc import Sequence
from typing import Any, Final

from gongji.domain.ledger import ControlKind
from gongji.domain.policy import rules_of
from gongji.domain.record_fields import Flaw
from gongji.domain.records import InstitutionRecord, PolicyRecord, TariffRecord
from gongji.store.ids import new_id
from gongji.store.policies import read_policy
from gongji.store.registration.registry import Registry
from gongji.store.sql import rows, to_json

_INSTITUTIONS: Final = """
INSERT INTO institution AS i
SELECT * FROM jsonb_populate_recordset(NULL::institution, $1::jsonb)
ON CONFLICT (code) DO UPDATE
SET name = excluded.name, region = excluded.region,
    designated_from = excluded.designated_from, designated_until = excluded.designated_until,
    offsite_is_open = excluded.offsite_is_open, offsite_from = excluded.offsite_from,
    offsite_until = excluded.offsite_until
"""

_POLICIES: Final = """
SELECT p.region, p.in_force_from::text, p.version, p.rules::text
FROM policy AS p
JOIN jsonb_to_recordset($1::jsonb) AS w(region text, in_force_from date)
    ON w.region = p.region AND w.in_force_from = p.in_force_from
"""

_WRITE_POLICIES: Final = """
INSERT INTO policy SELECT * FROM jsonb_populate_recordset(NULL::policy, $1::jsonb)
ON CONFLICT (region, in_force_from) DO UPDATE
SET version = excluded.version, rules = excluded.rules
"""

_TARIFFS: Final = """
INSERT INTO tariff SELECT * FROM jsonb_populate_recordset(NULL::tariff, $1::jsonb)
ON CONFLICT (region, year, category) DO UPDATE
SET amount_fen = excluded.amount_fen, opens_on = excluded.opens_on, closes_on = excluded.closes_on
"""


async def register_institutions(
    registry: Registry, batch: Sequence[tuple[int, InstitutionRecord]]
) -> None:
    """Register institutions; a later record replaces all but the code."""
    wanted = [_institution_row(record) for _, record in batch]
    await rows(registry.connection, _INSTITUTIONS, to_json(wanted))
    await registry.controls(*((ControlKind.PAYABLE, record.code) for _, record in batch))
    await registry.regions({record.region for _, record in batch})


def _institution_row(record: InstitutionRecord) -> dict[str, Any]:
    offsite = record.offsite_sharing
    return {
        "id": new_id(),
        "code": record.code,
        "name": record.name,
        "kind": record.kind,
        "region": record.region,
        "designated_from": record.designated.first,
        "designated_until": record.designated.until,
        "offsite_is_open": offsite is not None,
        "offsite_from": offsite and offsite.first,
        "offsite_until": offsite and offsite.until,
    }


async def register_policies(registry: Registry, batch: Sequence[tuple[int, PolicyRecord]]) -> None:
    """Register policies, every rule explicit; one that is in force is never changed."""
    keys = [{"region": r.policy.region, "in_force_from": r.policy.in_force_from} for _, r in batch]
    found = await rows(registry.connection, _POLICIES, to_json(keys))
    policies = [read_policy(**row) for row in found]
    known = {(policy.region, policy.in_force_from): policy for policy in policies}
    wanted = []
    for line, record in batch:
        policy = record.policy
        before = known.get((policy.region, policy.in_force_from))
        if before == policy:
            continue
        if before is not None and policy.in_force_from <= registry.today:
            registry.fault(line, "rules", Flaw.POLICY_IN_FORCE)
            continue
        wanted.append(
            {
                "id": new_id(),
                "region": policy.region,
                "in_force_from": policy.in_force_from,
                "version": policy.version,
                "rules": rules_of(policy),
            }
        )
    await rows(registry.connection, _WRITE_POLICIES, to_json(wanted))
    await registry.regions({record.policy.region for _, record in batch})


async def register_tariffs(registry: Registry, batch: Sequence[tuple[int, TariffRecord]]) -> None:
    """Register tariffs; a later record replaces amount and window."""
    wanted = [
        {
            "id": new_id(),
            "region": record.tariff.region,
            "year": record.tariff.year,
            "category": record.tariff.category,
            "amount_fen": record.tariff.amount,
            "opens_on": record.tariff.opens_on,
            "closes_on": record.tariff.closes_on,
        }
        for _, record in batch
    ]
    await rows(registry.connection, _TARIFFS, to_json(wanted))
