"""The people of the bench: households of ten with accounts, bindings and a past, made in seconds.

Five of a household are employees with accounts, from poor to rich; each has one of the two richest
as sharer. Five are residents with one to five sharers, the poorest first; every sharer but the last
pays at most a part of a bill, so that a bill takes as many accounts as it has sharers. Everybody
has one settled bill, so that no table is empty, and every balance is the sum of its transfers.

The ID numbers and their ciphertexts come by COPY; all other rows the database makes by itself, from
a number: ``made`` gives the same id for a kind and a number for ever.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, overload
from uuid import UUID

import asyncpg

from gongji.domain.identity import check_digit
from gongji.domain.ledger import ControlKind, control_account_id
from gongji.domain.policy import Policy, rules_of
from gongji.store.ids import new_id
from gongji.store.insurance_centre import id_number_digest
from gongji.store.personal_data import KeyRing
from gongji.store.sql import to_json

NGARI: Final = "542500"
COUNTIES: Final = ("542521", "542522", "542523", "542524", "542525", "542526", "542527")
INSTITUTIONS: Final = 60
HOUSEHOLD: Final = 10
EMPLOYEES: Final = 5
BALANCES_FEN: Final = (20_00, 500_00, 20_000_00, 200_000_00, 2_000_000_00)
"""What a household's employees have: the rich ones last for a whole run, also in a hot family."""

PAST_BILL_FEN: Final = 130_00
BILL_LIMIT_FEN: Final = 30_00
MONTH_LIMIT_FEN: Final = 1_000_000_00
LIMITED_EVERY: Final = 3
"""Every third binding has a limit per month, whose use must be summed up."""

_FIRST_BIRTH: Final = date(1950, 1, 1)
_BORN_A_DAY: Final = 450
_BOUND_AT_DAYS: Final = 200
_PAST_DAYS: Final = 3
_PERSON: Final = 1
_INSTITUTION: Final = 0
_SETTLEMENT: Final = 4

# Who shares with whom in a household, by place: residents are 5 to 9, the poorest sharer first.
_SHARERS: Final = (
    *(((4, 3, 4, 4, 3)[place], place, True) for place in range(EMPLOYEES)),
    *(
        (sharer, EMPLOYEES + place, sharer == EMPLOYEES - 1)
        for place in range(EMPLOYEES)
        for sharer in range(EMPLOYEES - 1 - place, EMPLOYEES)
    ),
)

_MADE: Final = """
CREATE FUNCTION pg_temp.made(kind int, n bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('0190000' || kind || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
CREATE TEMP TABLE county (number int PRIMARY KEY, region text, contributions uuid);
CREATE TEMP TABLE place (number int PRIMARY KEY, code text, region text, payable uuid, till jsonb);
CREATE TEMP TABLE sharer (number int PRIMARY KEY, sharer int, beneficiary int, is_last boolean);
"""
_PEOPLE: Final = """
SELECT n, n / {household} AS household, n % {household} AS place
FROM generate_series(0, {people}::bigint - 1) AS n
"""
_ROWS: Final = (
    """
INSERT INTO institution (id, code, name, kind, region, offsite_is_open)
SELECT pg_temp.made(0, number), code, '定点医院' || number, 'HOSPITAL', region, false FROM place
""",
    """
INSERT INTO beneficiary
    (person_id, region, scheme, born_on, status, order_version, order_is_set, event_no)
SELECT pg_temp.made(1, n), c.region, CASE WHEN place < {employees} THEN 'EMPLOYEE' ELSE 'RESIDENT'
    END, '{first_birth}'::date + (n / {born_a_day})::int, 'NORMAL', 1, false, 1
FROM ({people_rows}) AS p JOIN county AS c ON c.number = household % {counties}
""",
    """
INSERT INTO personal_account (id, owner_id, region, status, owner_status, balance_fen, reserve_fen,
    entry_no, opening_fen)
SELECT pg_temp.made(2, n), pg_temp.made(1, n), c.region, 'NORMAL', 'NORMAL',
    ('{balances}'::bigint[])[place + 1], 0, 3,
    ('{balances}'::bigint[])[place + 1] + 2 * {past_bill}
FROM ({people_rows}) AS p JOIN county AS c ON c.number = household % {counties}
WHERE place < {employees}
""",
    """
INSERT INTO binding (id, sharer_id, beneficiary_id, account_id, kinship, status, invited_at,
    expires_at, accepted_at, limit_settlement_fen, limit_month_fen, sharer_consent,
    beneficiary_consent, actor)
SELECT pg_temp.made(3, b), sharer_id, beneficiary_id, pg_temp.made(2, h * {household} + s.sharer),
    CASE WHEN s.beneficiary < {employees} THEN 'SPOUSE' ELSE 'PARENT' END, 'ACTIVE', at,
    at + interval '7 days', at, CASE WHEN NOT s.is_last THEN {bill_limit} END,
    CASE WHEN b % {limited_every} = 0 THEN {month_limit} END,
    jsonb_build_object('by', sharer_id, 'at', at) || '{consent}',
    jsonb_build_object('by', beneficiary_id, 'at', at) || '{consent}',
    jsonb_build_object('kind', 'PERSON', 'subject', beneficiary_id, 'channel', 'MINI_PROGRAM')
FROM generate_series(0, {people} / {household} - 1) AS h CROSS JOIN sharer AS s
CROSS JOIN LATERAL (SELECT h::bigint * {sharings} + s.number AS b,
    pg_temp.made(1, h * {household} + s.sharer) AS sharer_id,
    pg_temp.made(1, h * {household} + s.beneficiary) AS beneficiary_id) AS ids
CROSS JOIN LATERAL (SELECT '{bound_at}'::timestamptz + b * interval '1 second' AS at) AS moment
""",
    """
INSERT INTO settlement (id, institution_id, institution_bill_no, beneficiary_id, business_day,
    settled_at, visit, total_fen, self_paid_fen, over_limit_fen, first_pay_fen, in_scope_fen,
    fund_paid_fen, hospital_paid_fen, personal_share_fen, eligible_fen, own_fen, shared_fen,
    cash_fen, own_balance_after_fen, lines, credential_kind, credential_digest, policy_version,
    order_version, explanation, actor, request_id)
SELECT pg_temp.made(4, n), pg_temp.made(0, i.number), 'PAST' || n, pg_temp.made(1, n), '{past}',
    '{past}', 'OUTPATIENT', {past_bill}, 0, 0, 0, {past_bill}, 0, 0, {past_bill}, {past_bill},
    CASE WHEN place < {employees} THEN {past_bill} ELSE 0 END,
    CASE WHEN place < {employees} THEN 0 ELSE {past_bill} END, 0,
    ('{balances}'::bigint[])[place + 1], '[]', 'ID_CARD', repeat('0', 64), 'bench-1', 1,
    '{{"form": 1, "policy": "bench-1", "personal_share": {past_bill}, "eligible": {past_bill},
    "cash": 0, "cash_reason": null, "sharing_is_open": true, "ranks_are_shown": true,
    "steps": []}}', i.till, pg_temp.made(7, n)
FROM ({people_rows}) AS p JOIN place AS i ON i.number = n % {institutions}
""",
    """
INSERT INTO settlement_leg
    (id, settlement_id, account_id, binding_id, type, rank, amount_fen, business_day)
SELECT pg_temp.made(5, n), pg_temp.made(4, n), pg_temp.made(2, household * {household} + payer),
    CASE WHEN place >= {employees} THEN pg_temp.made(3, household * {sharings} + s.number) END,
    CASE WHEN place < {employees} THEN 'OWN' ELSE 'SHARED' END, (place >= {employees})::int,
    {past_bill}, '{past}'
FROM ({people_rows}) AS p
CROSS JOIN LATERAL (SELECT CASE WHEN place < {employees} THEN place
    ELSE 2 * {employees} - 1 - place END AS payer) AS who
JOIN sharer AS s ON s.beneficiary = place AND (s.sharer = payer OR place < {employees})
""",
    """
INSERT INTO transfer (id, debit_account_id, credit_account_id, amount_fen, cause_kind, cause_id,
    business_day, booked_at, account_id, entry_no, balance_after_fen)
SELECT pg_temp.made(5 + entry, n), CASE entry WHEN 1 THEN c.contributions ELSE account_id END,
    CASE entry WHEN 1 THEN account_id ELSE i.payable END,
    CASE entry WHEN 1 THEN left_fen ELSE {past_bill} END,
    CASE entry WHEN 1 THEN 'OPENING' ELSE 'SETTLEMENT' END,
    CASE entry WHEN 1 THEN account_id ELSE pg_temp.made(4, bill) END,
    '{past}', '{past}', account_id, entry, left_fen
FROM ({people_rows}) AS p CROSS JOIN generate_series(1, 3) AS entry
CROSS JOIN LATERAL (SELECT pg_temp.made(2, n) AS account_id,
    ('{balances}'::bigint[])[place + 1] + (3 - entry) * {past_bill} AS left_fen,
    CASE entry WHEN 3 THEN household * {household} + 2 * {employees} - 1 - place ELSE n END AS bill
) AS booked
JOIN county AS c ON c.number = household % {counties}
JOIN place AS i ON i.number = bill % {institutions}
WHERE place < {employees}
""",
    """
INSERT INTO event (id, subject_id, number, kind, happened_at, ids, actor, relayed_at)
SELECT pg_temp.made(6, n), pg_temp.made(1, n), 1, 'BILL_SETTLED', '{past}',
    jsonb_build_object('settlement', pg_temp.made(4, n)), i.till, '{past}'
FROM ({people_rows}) AS p JOIN place AS i ON i.number = n % {institutions}
""",
    """
INSERT INTO request_key
    (id, actor_key, request_id, operation, request_hash, answer, actor, claimed_at)
SELECT gen_random_uuid(), 'TILL/' || (i.till ->> 'subject'), pg_temp.made(7, n), 'settleBill',
    repeat('0', 64), jsonb_build_object('id', pg_temp.made(4, n)), i.till, '{past}'
FROM ({people_rows}) AS p JOIN place AS i ON i.number = n % {institutions}
""",
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the bench."""

    id: UUID
    id_number: str


class People(Sequence[Person]):
    """The people by number: members of one household follow one another."""

    def __init__(self, number: int) -> None:
        self._numbers: Final = range(number)

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Person: ...
    @overload
    def __getitem__(self, place: slice) -> list[Person]: ...
    def __getitem__(self, place: int | slice) -> Person | list[Person]:
        """Return the person, or the people, of a number."""
        if isinstance(place, slice):
            return [_person(number) for number in self._numbers[place]]
        return _person(self._numbers[place])


@dataclass(frozen=True, slots=True)
class Population:
    """Whom the load generators may name."""

    people: People
    institution_ids: tuple[UUID, ...]


async def load(
    connection: asyncpg.Connection, people: int, *, key_ring: KeyRing, now: datetime
) -> Population:
    """Fill an empty database that has the tables, and gather its statistics.

    Args:
        people: how many, rounded up to whole households.
    """
    everybody = People(-(-people // HOUSEHOLD) * HOUSEHOLD)
    await _load_region(connection)
    await connection.copy_records_to_table(
        "person",
        columns=("id", "name", "id_number_digest", "id_number_cipher", "premium_category"),
        records=_person_rows(everybody, key_ring),
    )
    values = _values(len(everybody), now)
    for statement in _ROWS:
        await connection.execute(statement.format(**values))
    await connection.execute("VACUUM ANALYZE")
    return Population(everybody, tuple(_made(_INSTITUTION, n) for n in range(INSTITUTIONS)))


def _person(number: int) -> Person:
    born_on = _FIRST_BIRTH + timedelta(days=number // _BORN_A_DAY)
    first = f"542599{born_on:%Y%m%d}{number % _BORN_A_DAY:03d}"
    return Person(_made(_PERSON, number), first + check_digit(first))


def _made(kind: int, number: int) -> UUID:
    """Do what ``made`` does in the database."""
    return UUID(f"0190000{kind}-0000-7000-8000-{number:012x}")


def past_settlement_id(number: int) -> UUID:
    """Return the id of the one bill that a person has settled, by the person's number."""
    return _made(_SETTLEMENT, number)


def _person_rows(people: People, key_ring: KeyRing) -> Iterator[tuple[UUID, str, str, bytes, str]]:
    for number, person in enumerate(people):
        digest = id_number_digest(key_ring, person.id_number)
        cipher = key_ring.seal(person.id_number)
        yield person.id, f"次仁{number}", digest, cipher, "ADULT"


async def _load_region(connection: asyncpg.Connection) -> None:
    """Add the policy, and write down what the rows are made from."""
    policy = Policy(region=NGARI, in_force_from=date(2025, 1, 1), version="bench-1")
    await connection.execute(
        "INSERT INTO policy (id, region, in_force_from, version, rules)"
        " VALUES ($1, $2, $3, $4, $5)",
        *(new_id(), policy.region, policy.in_force_from, policy.version),
        to_json(rules_of(policy)),
    )
    await connection.execute(_MADE)
    await connection.copy_records_to_table(
        "county",
        records=[
            (number, region, control_account_id(ControlKind.CONTRIBUTIONS, region))
            for number, region in enumerate(COUNTIES)
        ],
    )
    await connection.copy_records_to_table(
        "place", records=[_place(number) for number in range(INSTITUTIONS)]
    )
    await connection.copy_records_to_table(
        "sharer", records=[(number, *sharing) for number, sharing in enumerate(_SHARERS)]
    )


def _place(number: int) -> tuple[int, str, str, UUID, str]:
    code = f"H542599{number:05d}"
    till = {
        "kind": "TILL",
        "subject": _made(_INSTITUTION, number),
        "channel": "TILL",
        "operator": "收费员01",
    }
    payable = control_account_id(ControlKind.PAYABLE, code)
    return number, code, COUNTIES[number % len(COUNTIES)], payable, to_json(till)


def _values(people: int, now: datetime) -> dict[str, Any]:
    past = now - timedelta(days=_PAST_DAYS)
    return {
        "people": people,
        "people_rows": _PEOPLE.format(household=HOUSEHOLD, people=people),
        "household": HOUSEHOLD,
        "employees": EMPLOYEES,
        "sharings": len(_SHARERS),
        "counties": len(COUNTIES),
        "institutions": INSTITUTIONS,
        "first_birth": _FIRST_BIRTH,
        "born_a_day": _BORN_A_DAY,
        "balances": "{" + ",".join(map(str, BALANCES_FEN)) + "}",
        "past_bill": PAST_BILL_FEN,
        "bill_limit": BILL_LIMIT_FEN,
        "month_limit": MONTH_LIMIT_FEN,
        "limited_every": LIMITED_EVERY,
        "bound_at": now - timedelta(days=_BOUND_AT_DAYS),
        "past": past.isoformat(),
        "consent": to_json(
            {"capacity": "SELF", "channel": "MINI_PROGRAM", "declaration_version": "2025-01"}
        ),
    }
