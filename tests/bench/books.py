"""How long the books check takes: a database of its own, filled by the server, then checked.

    python -m tests.bench.books 1000000

A family has a beneficiary with an account, and two sharers, the first with a limit per settlement.
It settles ten bills of 130 yuan: the first drains the own account, the first sharer pays up to the
limit, and the second the rest. Of every fifth family the last bill is reversed.
"""

import asyncio
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Final

import asyncpg
import psutil
from rich.console import Console

from gongji.app.postgres import running_postgres
from gongji.domain.ledger import ControlKind, control_account_id
from gongji.domain.policy import Policy, rules_of
from gongji.store.database import migrate, open_database
from gongji.store.sql import to_json
from gongji.usecases.check_books import check_books

BILLS: Final = 10
"""Bills of one family."""

screen: Final = Console(soft_wrap=True)

_REGION: Final = "542523"
_CODE: Final = "H54259900001"
_CONTRIBUTIONS: Final = control_account_id(ControlKind.CONTRIBUTIONS, _REGION)
_PAYABLE: Final = control_account_id(ControlKind.PAYABLE, _CODE)

_MADE: Final = """
CREATE FUNCTION made(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('0190000' || kind || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
CREATE VIEW bill AS
SELECT f, k, f * 10 + k AS n, k = 9 AND f % 5 = 0 AS is_reversed
FROM generate_series(0, {families} - 1) AS f, generate_series(0, 9) AS k;
CREATE VIEW leg AS
SELECT b.*, l.* FROM bill AS b CROSS JOIN LATERAL (VALUES
    (0, CASE b.k WHEN 0 THEN 3000 ELSE 0 END, 2, 0),
    (1, 10000, b.k + 2, 500000 - (b.k + 1) * 10000),
    (2, CASE b.k WHEN 0 THEN 0 ELSE 3000 END, b.k + 1, 500000 - b.k * 3000)
) AS l(place, fen, entry, left_fen) WHERE l.fen > 0;
"""
_ROWS: Final = """
INSERT INTO institution (id, code, name, kind, region, offsite_is_open)
VALUES (made(0, 1), '{code}', '阿里地区人民医院', 'HOSPITAL', '{region}', false);
INSERT INTO person (id, name, id_number_digest, id_number_cipher, premium_category)
SELECT made(1, n), '次仁', n::text, '', 'ADULT' FROM generate_series(0, 3 * {families} - 1) AS n;
INSERT INTO beneficiary
    (person_id, region, scheme, born_on, status, order_version, order_is_set, event_no)
SELECT made(1, n), '{region}', 'EMPLOYEE', '1980-01-01', 'NORMAL', 0, false,
    CASE n % 3 WHEN 0 THEN 10 + (n / 3 % 5 = 0)::int ELSE 0 END
FROM generate_series(0, 3 * {families} - 1) AS n;
INSERT INTO personal_account
    (id, owner_id, region, status, owner_status, balance_fen, reserve_fen, entry_no, opening_fen)
SELECT made(2, n), made(1, n), '{region}', 'NORMAL', 'NORMAL',
    (ARRAY[0, 400000, 473000])[n % 3 + 1]
        + CASE WHEN n / 3 % 5 = 0 THEN (ARRAY[0, 10000, 3000])[n % 3 + 1] ELSE 0 END,
    0,
    (ARRAY[2, 11, 10])[n % 3 + 1] + (n % 3 > 0 AND n / 3 % 5 = 0)::int,
    (ARRAY[3000, 500000, 500000])[n % 3 + 1]
FROM generate_series(0, 3 * {families} - 1) AS n;
INSERT INTO binding (id, sharer_id, beneficiary_id, account_id, kinship, status, invited_at,
    expires_at, accepted_at, limit_settlement_fen, sharer_consent, actor)
SELECT made(3, n), made(1, n), made(1, n - n % 3), made(2, n), 'SPOUSE', 'ACTIVE', now(), now(),
    now(), CASE n % 3 WHEN 1 THEN 10000 END, '{{}}', '{{}}'
FROM generate_series(0, 3 * {families} - 1) AS n WHERE n % 3 > 0;
INSERT INTO settlement (id, institution_id, institution_bill_no, beneficiary_id, business_day,
    settled_at, visit, total_fen, self_paid_fen, over_limit_fen, first_pay_fen, in_scope_fen,
    fund_paid_fen, hospital_paid_fen, personal_share_fen, eligible_fen, own_fen, shared_fen,
    cash_fen, own_balance_after_fen, lines, credential_kind, credential_digest, policy_version,
    order_version, explanation, actor, request_id, reversal_id)
SELECT made(4, b.n), made(0, 1), b.n::text, made(1, 3 * b.f), '2026-11-20', now(), 'OUTPATIENT',
    13000, 0, 0, 0, 13000, 0, 0, 13000, 13000, s.own, 13000 - s.own, 0, 0, '[]', 'ID_CARD', '',
    'bench-1', 0, jsonb_build_object('form', 1, 'policy', 'bench-1', 'personal_share', 13000,
        'eligible', 13000, 'cash', 0, 'cash_reason', null, 'sharing_is_open', true,
        'ranks_are_shown', true, 'steps', jsonb_build_array(
            jsonb_build_object('account', made(2, 3 * b.f), 'binding', null, 'type', 'OWN',
                'rank', 0, 'balance', s.own, 'entry_no', CASE b.k WHEN 0 THEN 1 ELSE 2 END,
                'limit_left', null, 'reserve', 0, 'barred', null, 'drawn', s.own, 'stop', null,
                'skip', null),
            jsonb_build_object('account', made(2, 3 * b.f + 1), 'binding', made(3, 3 * b.f + 1),
                'type', 'SHARED', 'rank', 1, 'balance', 500000 - b.k * 10000, 'entry_no', b.k + 1,
                'limit_left', 10000, 'reserve', 0, 'barred', null, 'drawn', 10000, 'stop', 'LIMIT',
                'skip', null),
            jsonb_build_object('account', made(2, 3 * b.f + 2), 'binding', made(3, 3 * b.f + 2),
                'type', 'SHARED', 'rank', 2, 'balance', 500000 - greatest(b.k - 1, 0) * 3000,
                'entry_no', greatest(b.k, 1), 'limit_left', null, 'reserve', 0, 'barred', null,
                'drawn', 3000 - s.own, 'stop', null, 'skip', null))),
    '{till}'::jsonb, made(7, b.n), CASE WHEN b.is_reversed THEN made(5, b.n) END
FROM bill AS b CROSS JOIN LATERAL (SELECT CASE b.k WHEN 0 THEN 3000 ELSE 0 END AS own) AS s;
INSERT INTO settlement_leg
    (id, settlement_id, account_id, binding_id, type, rank, amount_fen, business_day)
SELECT made(6, l.n * 3 + l.place), made(4, l.n), made(2, 3 * l.f + l.place),
    CASE WHEN l.place > 0 THEN made(3, 3 * l.f + l.place) END,
    CASE l.place WHEN 0 THEN 'OWN' ELSE 'SHARED' END, l.place, l.fen, '2026-11-20'
FROM leg AS l;
INSERT INTO reversal (id, settlement_id, reversed_at, business_day, suspended_fen, actor,
    request_id)
SELECT made(5, b.n), made(4, b.n), now(), '2026-11-20'::date, 0, '{till}'::jsonb, made(8, b.n)
FROM bill AS b WHERE b.is_reversed;
INSERT INTO transfer (id, debit_account_id, credit_account_id, amount_fen, cause_kind, cause_id,
    business_day, booked_at, account_id, entry_no, balance_after_fen)
SELECT made(1, n), '{contributions}', made(2, n), o.fen, 'OPENING', made(2, n), '2026-01-01', now(),
    made(2, n), 1, o.fen
FROM generate_series(0, 3 * {families} - 1) AS n
CROSS JOIN LATERAL (SELECT (ARRAY[3000, 500000, 500000])[n % 3 + 1] AS fen) AS o;
INSERT INTO transfer (id, debit_account_id, credit_account_id, amount_fen, cause_kind, cause_id,
    business_day, booked_at, account_id, entry_no, balance_after_fen)
SELECT made(2, l.n * 3 + l.place), a.id, '{payable}', l.fen, 'SETTLEMENT', made(4, l.n),
    '2026-11-20'::date, now(), a.id, l.entry, l.left_fen
FROM leg AS l CROSS JOIN LATERAL (SELECT made(2, 3 * l.f + l.place) AS id) AS a;
INSERT INTO transfer (id, debit_account_id, credit_account_id, amount_fen, cause_kind, cause_id,
    business_day, booked_at, account_id, entry_no, balance_after_fen)
SELECT made(3, l.n * 3 + l.place), '{payable}', a.id, l.fen, 'REVERSAL', made(5, l.n),
    '2026-11-20'::date, now(), a.id, l.entry + 1, l.left_fen + l.fen
FROM leg AS l CROSS JOIN LATERAL (SELECT made(2, 3 * l.f + l.place) AS id) AS a
WHERE l.is_reversed;
INSERT INTO event (id, subject_id, number, kind, happened_at, ids, actor)
SELECT made(1, b.n), made(1, 3 * b.f), b.k + 1, 'BILL_SETTLED', now(),
    jsonb_build_object('settlement', made(4, b.n)), '{till}'::jsonb FROM bill AS b
UNION ALL
SELECT made(2, b.n), made(1, 3 * b.f), b.k + 2, 'SETTLEMENT_REVERSED', now(),
    jsonb_build_object('settlement', made(4, b.n), 'reversal', made(5, b.n)), '{till}'::jsonb
FROM bill AS b WHERE b.is_reversed;
INSERT INTO request_key
    (id, actor_key, request_id, operation, request_hash, answer, actor, claimed_at)
SELECT made(1, b.n), '{actor_key}', made(7, b.n), 'settleBill', '',
    jsonb_build_object('id', made(4, b.n)), '{till}'::jsonb, now() FROM bill AS b
UNION ALL
SELECT made(2, b.n), '{actor_key}', made(8, b.n), 'reverseSettlement', '',
    jsonb_build_object('id', made(5, b.n)), '{till}'::jsonb, now()
FROM bill AS b WHERE b.is_reversed;
"""


async def fill(connection: asyncpg.Connection, settlements: int) -> None:
    """Fill an empty database that has the tables with sound books."""
    policy = Policy(region="542500", in_force_from=date(2025, 1, 1), version="bench-1")
    await connection.execute(
        "INSERT INTO policy (id, region, in_force_from, version, rules)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4)",
        *(policy.region, policy.in_force_from, policy.version, to_json(rules_of(policy))),
    )
    families = settlements // BILLS
    await connection.execute(_MADE.format(families=families))
    subject = await connection.fetchval("SELECT made(0, 1)")
    await connection.execute(
        _ROWS.format(
            families=families,
            code=_CODE,
            region=_REGION,
            contributions=_CONTRIBUTIONS,
            payable=_PAYABLE,
            actor_key=f"TILL/{subject}",
            till=to_json({"kind": "TILL", "subject": subject}),
        )
    )
    await connection.execute("VACUUM ANALYZE")


async def measure(url: str, settlements: int) -> int:
    """Fill, check, and tell how long it took; return the number of differences."""
    async with open_database(url, most_connections=2) as database:
        await migrate(database)
        connection = await asyncpg.connect(url)
        begun = time.perf_counter()
        await fill(connection, settlements)
        await connection.close()
        screen.print(f"filled in {time.perf_counter() - begun:.0f} s")
        own = psutil.Process()
        begun, used = time.perf_counter(), (_cpu_s(own), _database_cpu_s())
        checked = await check_books(tell=lambda difference: screen.print(str(difference)))
        screen.print(
            f"{checked.settlements} settlements, {checked.transfers} transfers checked in"
            f" {time.perf_counter() - begun:.0f} s, CPU: {_cpu_s(own) - used[0]:.0f} s our own,"
            f" {_database_cpu_s() - used[1]:.0f} s database;"
            f" {own.memory_info().rss / 2**20:.0f} MiB in use"
        )
        return checked.differences_counted


def _cpu_s(program: psutil.Process) -> float:
    return sum(program.cpu_times()[:2])


def _database_cpu_s() -> float:
    """Add up the sessions of this program, which live as long as its pool."""
    sessions = (one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"])
    ours = [one for one in sessions if one.info["cmdline"][0].startswith("postgres: gongji gongji")]
    return sum(map(_cpu_s, ours))


def main() -> None:
    """Measure the number of settlements on the command line."""
    settlements = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="gongji-books-") as folder:
        Path(folder).chmod(0o755)
        with running_postgres(Path(folder) / "pg", durable=False) as server:
            sys.exit(min(1, asyncio.run(measure(server.url(), settlements))))


if __name__ == "__main__":
    main()
