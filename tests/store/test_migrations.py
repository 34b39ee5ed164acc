"""The schema: every step applies to an empty database and leaves exactly what we mean to have."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from gongji.store.database import pending_migrations, tortoise_config

CHECKS = {
    "binding_limits",
    "binding_position",
    "binding_two_persons",
    "bureau_case_amount",
    "contribution_amount",
    "installation_one_row",
    "personal_account_balance",
    "personal_account_opening",
    "personal_account_reserve",
    "premium_amount",
    "premium_leg_amount",
    "settlement_leg_amount",
    "settlement_parts_close",
    "settlement_payers_close",
    "settlement_split_closes",
    "settlement_split_positive",
    "tariff_amount",
    "tariff_window",
    "transfer_amount",
    "transfer_entry",
    "transfer_two_accounts",
}
REFERENCES = {
    "beneficiary_person_id_fkey",
    "binding_account_id_fkey",
    "binding_beneficiary_id_fkey",
    "binding_sharer_id_fkey",
    "block_beneficiary_id_fkey",
    "block_sharer_id_fkey",
    "card_person_id_fkey",
    "guardian_guardian_id_fkey",
    "guardian_ward_id_fkey",
    "kinship_person_id_fkey",
    "kinship_relative_id_fkey",
    "personal_account_owner_id_fkey",
}
UNIQUE = {
    ("binding_one_open_per_pair", True),
    ("premium_one_per_year", True),
    ("settlement_one_per_bill_number", True),
}
"""Unique indexes that hold a rule, and whether they are partial."""

_CONSTRAINTS = """
SELECT conname FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype = $1
"""
_UNCOMMENTED = """
SELECT c.relname || COALESCE('.' || a.attname, '') AS thing
FROM pg_class AS c
LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    AND c.relname <> 'tortoise_migrations'
    AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)
"""


@pytest.fixture
async def session(migrated_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(migrated_database)
    yield connection
    await connection.close()


async def test_an_empty_database_comes_to_the_newest_step(
    opened_database: TortoiseContext,
) -> None:
    assert await pending_migrations(opened_database) == []


async def test_the_rows_have_no_change_without_a_migration(
    opened_database: TortoiseContext,
) -> None:
    assert opened_database.apps is not None
    detector = MigrationAutodetector(opened_database.apps, tortoise_config("")["apps"])

    assert await detector.changes() == []


@pytest.mark.parametrize(("kind", "meant"), [(b"c", CHECKS), (b"f", REFERENCES)])
async def test_the_database_holds_exactly_the_constraints_we_mean(
    session: asyncpg.Connection, kind: bytes, meant: set[str]
) -> None:
    found = await session.fetch(_CONSTRAINTS, kind)

    assert {row["conname"] for row in found} == meant


async def test_the_partial_unique_indexes_hold_their_rules(session: asyncpg.Connection) -> None:
    found = await session.fetch(
        "SELECT indexrelid::regclass::text AS name, indpred IS NOT NULL AS is_partial"
        " FROM pg_index WHERE indisunique AND indpred IS NOT NULL"
    )

    assert {(row["name"], row["is_partial"]) for row in found} == UNIQUE


async def test_every_table_and_column_says_what_it_holds(session: asyncpg.Connection) -> None:
    assert [row["thing"] for row in await session.fetch(_UNCOMMENTED)] == []
