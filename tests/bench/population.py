"""The people of the bench, loaded with COPY: households of ten with accounts, bindings and a past.

Five of a household are employees with accounts, who share in a ring; five are residents with one
to five sharers. Everybody has one settled bill, so that no table is empty, and the books close.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.deduction import LegType
from gongji.domain.events import EventKind
from gongji.domain.identity import check_digit
from gongji.domain.institution import InstitutionKind
from gongji.domain.kinship import Kinship
from gongji.domain.ledger import CauseKind, ControlKind, control_account_id
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.domain.policy import CredentialKind, Policy, rules_of
from gongji.store.ids import new_id, request_key_id
from gongji.store.insurance_centre import id_number_digest
from gongji.store.personal_data import KeyRing
from gongji.store.sql import to_json

NGARI: Final = "542500"
COUNTIES: Final = ("542521", "542522", "542523", "542524", "542525", "542526", "542527")
INSTITUTIONS: Final = 60
HOUSEHOLD: Final = 10
BALANCES_FEN: Final = (20_00, 80_00, 900_00, 5_000_00, 20_000_00)
"""What a household's employees have: many a bill takes a second or a third account."""

PAST_BILL_FEN: Final = 130_00
MONTH_LIMIT_FEN: Final = 100_000_00
LIMITED_EVERY: Final = 3
"""Every third binding has a limit per month, whose use must be summed up."""

_FIRST_BIRTH: Final = date(1950, 1, 1)
_BORN_A_DAY: Final = 450
_BOUND_AT_DAYS: Final = 200
_PAST_DAYS: Final = 3
_TABLES: Final = (
    "policy",
    "institution",
    "person",
    "beneficiary",
    "personal_account",
    "binding",
    "settlement",
    "settlement_leg",
    "transfer",
    "event",
    "request_key",
)
Record = dict[str, Any]


@dataclass(slots=True)
class Account:
    """A personal account while its rows are made.

    Args:
        balance_fen: what is left after ``draws``.
        draws: the past settlements that it paid, each with the institution's code.
    """

    id: UUID
    owner_id: UUID
    county: str
    balance_fen: int
    draws: list[tuple[UUID, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the bench."""

    id: UUID
    id_number: str
    county: str
    account: Account | None


@dataclass(slots=True)
class Population:
    """Whom the load generator may name."""

    people: list[Person] = field(default_factory=list)
    institution_ids: list[UUID] = field(default_factory=list)


async def load(
    connection: asyncpg.Connection,
    people: int,
    *,
    key_ring: KeyRing,
    now: datetime,
) -> Population:
    """Fill an empty database that has the tables, and gather its statistics.

    Args:
        people: how many, rounded up to whole households.
    """
    loading = Loading(key_ring, now)
    loading.region()
    for number in range(-(-people // HOUSEHOLD)):
        loading.household(number)
    for table in _TABLES:
        records = loading.tables.pop(table)
        columns = tuple(records[0])
        await connection.copy_records_to_table(
            table, records=[tuple(record.values()) for record in records], columns=columns
        )
    await connection.execute("VACUUM ANALYZE")
    return loading.population


class Loading:
    """Collects the rows of every table; rows of a table name the same columns in one order."""

    def __init__(self, key_ring: KeyRing, now: datetime) -> None:
        self.key_ring = key_ring
        self.now = now
        self.past = now - timedelta(days=_PAST_DAYS)
        self.population = Population()
        self.tables: dict[str, list[Record]] = {table: [] for table in _TABLES}
        self.serials = count()

    def add(self, table: str, **record: Any) -> None:
        """Collect one row."""
        self.tables[table].append(record)

    def region(self) -> None:
        """Add the policy and the institutions of Ngari."""
        policy = Policy(region=NGARI, in_force_from=date(2025, 1, 1), version="bench-1")
        self.add(
            "policy",
            id=new_id(),
            region=NGARI,
            in_force_from=policy.in_force_from,
            version=policy.version,
            rules=to_json(rules_of(policy)),
        )
        for number in range(INSTITUTIONS):
            institution_id = new_id()
            self.population.institution_ids.append(institution_id)
            self.add(
                "institution",
                id=institution_id,
                code=_institution_code(number),
                name=f"定点医院{number:02d}",
                kind=InstitutionKind.HOSPITAL,
                region=COUNTIES[number % len(COUNTIES)],
                offsite_is_open=False,
            )

    def household(self, number: int) -> None:
        """Add ten people with their accounts, bindings and past bills."""
        county = COUNTIES[number % len(COUNTIES)]
        employees = [self.person(county, balance) for balance in BALANCES_FEN]
        residents = [self.person(county) for _ in employees]
        for place, resident in enumerate(residents):
            sharers = employees[-1 - place :]
            bindings = [self.bind(sharer, resident, Kinship.PARENT) for sharer in sharers]
            self.past_bill(resident, _account(sharers[0]), binding_id=bindings[0])
        for place, employee in enumerate(employees):
            self.bind(employees[place - 1], employee, Kinship.SPOUSE)
            self.past_bill(employee, _account(employee), binding_id=None)
        for employee in employees:
            self.account(_account(employee))

    def person(self, county: str, balance_fen: int | None = None) -> Person:
        """Add a person; with ``balance_fen`` an employee who has that much now."""
        serial = next(self.serials)
        born_on = _FIRST_BIRTH + timedelta(days=serial // _BORN_A_DAY)
        first = f"542599{born_on:%Y%m%d}{serial % _BORN_A_DAY:03d}"
        number = first + check_digit(first)
        account = None
        if balance_fen is not None:
            account = Account(new_id(), new_id(), county, balance_fen)
        person = Person(account.owner_id if account else new_id(), number, county, account)
        self.population.people.append(person)
        self.add(
            "person",
            id=person.id,
            name=f"次仁{serial}",
            id_number_digest=id_number_digest(self.key_ring, number),
            id_number_cipher=self.key_ring.seal(number),
            premium_category="ADULT",
        )
        self.add(
            "beneficiary",
            person_id=person.id,
            region=county,
            scheme=Scheme.RESIDENT if account is None else Scheme.EMPLOYEE,
            born_on=born_on,
            status=PersonStatus.NORMAL,
            order_version=1,
            order_is_set=False,
            event_no=1,
        )
        return person

    def bind(self, sharer: Person, beneficiary: Person, kinship: Kinship) -> UUID:
        """Add a binding, accepted after all that were added before."""
        binding_id = new_id()
        bound = len(self.tables["binding"])
        at = self.now - timedelta(days=_BOUND_AT_DAYS) + timedelta(seconds=bound)
        self.add(
            "binding",
            id=binding_id,
            sharer_id=sharer.id,
            beneficiary_id=beneficiary.id,
            account_id=_account(sharer).id,
            kinship=kinship,
            status=BindingStatus.ACTIVE,
            invited_at=at,
            expires_at=at + timedelta(days=7),
            accepted_at=at,
            limit_month_fen=None if bound % LIMITED_EVERY else MONTH_LIMIT_FEN,
            sharer_consent=_consent(sharer, at),
            beneficiary_consent=_consent(beneficiary, at),
            actor=to_json(_actor(beneficiary).record()),
        )
        return binding_id

    def past_bill(self, beneficiary: Person, account: Account, *, binding_id: UUID | None) -> None:
        """Add a settled bill that one account paid, after all that were added before."""
        number = len(self.tables["settlement"])
        institution_id = self.population.institution_ids[number % INSTITUTIONS]
        till = Actor(ActorKind.TILL, institution_id, Channel.TILL, operator="收费员01")
        day, settlement_id, request_id = self.past.date(), new_id(), uuid4()
        own_fen = 0 if binding_id else PAST_BILL_FEN
        self.add(
            "settlement",
            id=settlement_id,
            institution_id=institution_id,
            institution_bill_no=f"PAST{number}",
            beneficiary_id=beneficiary.id,
            business_day=day,
            settled_at=self.past,
            visit="OUTPATIENT",
            total_fen=PAST_BILL_FEN,
            self_paid_fen=0,
            over_limit_fen=0,
            first_pay_fen=0,
            in_scope_fen=PAST_BILL_FEN,
            fund_paid_fen=0,
            hospital_paid_fen=0,
            personal_share_fen=PAST_BILL_FEN,
            eligible_fen=PAST_BILL_FEN,
            own_fen=own_fen,
            shared_fen=PAST_BILL_FEN - own_fen,
            cash_fen=0,
            own_balance_after_fen=None if binding_id else account.balance_fen,
            lines="[]",
            credential_kind=CredentialKind.ID_CARD,
            credential_digest=id_number_digest(self.key_ring, beneficiary.id_number),
            policy_version="bench-1",
            order_version=1,
            explanation='{"cash_reason": null, "steps": []}',
            actor=to_json(till.record()),
            request_id=request_id,
        )
        self.add(
            "settlement_leg",
            id=new_id(),
            settlement_id=settlement_id,
            account_id=account.id,
            binding_id=binding_id,
            type=LegType.SHARED if binding_id else LegType.OWN,
            rank=1 if binding_id else 0,
            amount_fen=PAST_BILL_FEN,
            business_day=day,
        )
        account.draws.append((settlement_id, _institution_code(number % INSTITUTIONS)))
        self.add(
            "event",
            id=new_id(),
            subject_id=beneficiary.id,
            number=1,
            kind=EventKind.BILL_SETTLED,
            happened_at=self.past,
            ids=to_json({"settlement": settlement_id}),
            actor=to_json(till.record()),
            relayed_at=self.past,
        )
        self.add(
            "request_key",
            id=request_key_id(institution_id, request_id),
            actor_key=till.key,
            request_id=request_id,
            operation="settleBill",
            request_hash="0" * 64,
            answer=to_json({"id": settlement_id}),
            actor=to_json(till.record()),
            claimed_at=self.past,
        )

    def account(self, account: Account) -> None:
        """Add an account with the transfers that led to its balance."""
        opening = account.balance_fen + PAST_BILL_FEN * len(account.draws)
        self.add(
            "personal_account",
            id=account.id,
            owner_id=account.owner_id,
            region=account.county,
            status=AccountStatus.NORMAL,
            owner_status=PersonStatus.NORMAL,
            balance_fen=account.balance_fen,
            opening_fen=opening,
            entry_no=1 + len(account.draws),
            reserve_fen=0,
        )
        holder = account.county
        self.transfer(account, opening, 1, opening, CauseKind.OPENING, account.id, holder)
        left = opening
        for entry_no, (settlement_id, code) in enumerate(account.draws, start=2):
            left -= PAST_BILL_FEN
            cause = CauseKind.SETTLEMENT
            self.transfer(account, PAST_BILL_FEN, entry_no, left, cause, settlement_id, code)

    def transfer(
        self,
        account: Account,
        amount_fen: int,
        entry_no: int,
        balance_after_fen: int,
        cause: CauseKind,
        cause_id: UUID,
        holder: str,
    ) -> None:
        """Add one movement between an account and a control account."""
        is_opening = cause is CauseKind.OPENING
        kind = ControlKind.CONTRIBUTIONS if is_opening else ControlKind.PAYABLE
        control = _control(kind, holder)
        self.add(
            "transfer",
            id=new_id(),
            debit_account_id=control if is_opening else account.id,
            credit_account_id=account.id if is_opening else control,
            amount_fen=amount_fen,
            cause_kind=cause,
            cause_id=cause_id,
            business_day=self.past.date(),
            booked_at=self.past,
            account_id=account.id,
            entry_no=entry_no,
            balance_after_fen=balance_after_fen,
        )


_control = lru_cache(control_account_id)


def _account(person: Person) -> Account:
    if person.account is None:
        raise ValueError("a resident has no account")
    return person.account


def _actor(person: Person) -> Actor:
    return Actor(ActorKind.PERSON, person.id, Channel.MINI_PROGRAM)


def _consent(person: Person, at: datetime) -> str:
    return to_json(
        {
            "by": person.id,
            "capacity": Capacity.SELF,
            "channel": Channel.MINI_PROGRAM,
            "declaration_version": "2025-01",
            "at": at,
        }
    )


def _institution_code(number: int) -> str:
    return f"H542599{number:05d}"
