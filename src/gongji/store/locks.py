"""Claiming keys and locking rows, in the one global order: keys, beneficiaries, accounts.

Statement 1 claims the keys and then, dependent on it, locks the beneficiary rows. Statement 2 is a
new snapshot: it reads what the beneficiary locks protect and locks the accounts. A statement never
reads an unlocked table while it waits for a lock that protects that table: under READ COMMITTED it
would see the new row of the locked table and the old rows of the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.money import Fen
from gongji.domain.person import (
    AccountStatus,
    Beneficiary,
    Dated,
    PersonalAccount,
    PersonStatus,
    Scheme,
)
from gongji.store.request_keys import Key, StoredKey
from gongji.store.sql import id_of, moment, one_json, to_json

_CLAIM_AND_LOCK: Final = """
WITH claimed AS (
    INSERT INTO request_key
        (id, actor_key, request_id, operation, request_hash, actor, claimed_at, answer)
    SELECT id, actor_key, request_id, operation, request_hash, actor, claimed_at, answer
    FROM jsonb_populate_recordset(NULL::request_key, $1::jsonb) AS wanted
    ORDER BY id
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), locked AS (
    SELECT b.* FROM beneficiary AS b
    WHERE b.person_id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($2::jsonb)))
        AND (SELECT count(*) FROM claimed) >= 0
    ORDER BY b.person_id
    FOR UPDATE
)
SELECT json_build_object(
    'claimed', (SELECT COALESCE(json_agg(id), '[]') FROM claimed),
    'locked', (SELECT COALESCE(json_agg(row_to_json(locked)), '[]') FROM locked)
)::text
"""

KEYS: Final = """
SELECT COALESCE(json_object_agg(k.id, json_build_object(
    'operation', k.operation, 'request_hash', k.request_hash, 'answer', k.answer)), '{}')
FROM request_key AS k
"""
"""The beginning of a query for stored keys, each as ``StoredKey`` takes it."""

_STORED_KEYS: Final = f"""
SELECT ({KEYS}
    WHERE k.id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))))::text
"""

_LOCK_ACCOUNTS: Final = """
WITH locked AS (
    SELECT a.* FROM personal_account AS a
    WHERE a.id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
    ORDER BY a.id
    FOR UPDATE
)
SELECT json_build_object(
    'accounts', (SELECT COALESCE(json_agg(row_to_json(locked)), '[]') FROM locked))::text
"""


@dataclass(slots=True)
class LockedBeneficiary:
    """A locked beneficiary row: its value, and the counters that only the lock's holder moves."""

    value: Beneficiary
    born_on: date
    event_no: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """What statement 1 got: the ids of keys that are new, and the locked beneficiaries."""

    new_keys: frozenset[UUID]
    beneficiaries: dict[UUID, LockedBeneficiary]


NO_ANSWERS: Final[Mapping[UUID, Mapping[str, Any]]] = MappingProxyType({})


async def claim_and_lock(
    connection: BaseDBAsyncClient,
    keys: Iterable[Key],
    beneficiary_ids: Iterable[UUID],
    *,
    claimed_at: datetime,
    answers: Mapping[UUID, Mapping[str, Any]] = NO_ANSWERS,
) -> Claimed:
    """Claim keys, then lock beneficiary rows by id: statement 1.

    Args:
        answers: by key, what the answer will be unless something stands against the request; so a
            key that is answered as expected is written once.
    """
    answer = await one_json(
        connection,
        _CLAIM_AND_LOCK,
        to_json([key.row(claimed_at, answers.get(key.id)) for key in keys]),
        to_json(sorted(set(beneficiary_ids))),
    )
    locked = (read_locked_beneficiary(row) for row in answer["locked"])
    return Claimed(frozenset(map(id_of, answer["claimed"])), {row.value.id: row for row in locked})


async def stored_keys(
    connection: BaseDBAsyncClient, key_ids: Iterable[UUID]
) -> dict[UUID, StoredKey]:
    """Read keys that were claimed before, in a new snapshot after statement 1."""
    answer = await one_json(connection, _STORED_KEYS, to_json(list(key_ids)))
    return {id_of(key_id): StoredKey(**stored) for key_id, stored in answer.items()}


async def lock_accounts(
    connection: BaseDBAsyncClient, account_ids: Iterable[UUID]
) -> dict[UUID, PersonalAccount]:
    """Lock personal accounts by id; the beneficiary rows concerned are locked already."""
    answer = await one_json(connection, _LOCK_ACCOUNTS, to_json(sorted(set(account_ids))))
    accounts = (read_account(row) for row in answer["accounts"])
    return {account.id: account for account in accounts}


def read_locked_beneficiary(row: Mapping[str, Any]) -> LockedBeneficiary:
    """Read a beneficiary row out of a JSON answer."""
    value = Beneficiary(
        id=id_of(row["person_id"]),
        status=_dated(PersonStatus, row, "status"),
        region=row["region"],
        scheme=Scheme(row["scheme"]),
        order_version=row["order_version"],
        order_is_set=row["order_is_set"],
    )
    return LockedBeneficiary(value, date.fromisoformat(row["born_on"]), row["event_no"])


def read_account(row: Mapping[str, Any]) -> PersonalAccount:
    """Read an account row out of a JSON answer."""
    return PersonalAccount(
        id=id_of(row["id"]),
        owner_id=id_of(row["owner_id"]),
        balance=Fen(row["balance_fen"]),
        status=_dated(AccountStatus, row, "status"),
        owner_status=_dated(PersonStatus, row, "owner_status"),
        region=row["region"],
        reserve=Fen(row["reserve_fen"]),
        entry_no=row["entry_no"],
    )


def _dated(states: Any, row: Mapping[str, Any], name: str) -> Dated[Any]:
    then = row[f"{name}_then"]
    return Dated(
        states(row[name]),
        None if then is None else states(then),
        moment(row[f"{name}_since"]),
    )
