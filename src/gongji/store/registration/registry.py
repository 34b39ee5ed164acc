"""The session in which records are registered: its locks, what it knows of the people, its faults.

All beneficiary rows that the records may touch are locked first, by id, then all their accounts, by
id: the one global order, however the records are ordered. After that the records are taken in
batches; every batch reads what is known anew, and writes in a few statements.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from asyncpg.exceptions import SerializationError
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import REGISTRY
from gongji.domain.binding import Binding
from gongji.domain.business_day import business_day
from gongji.domain.errors import Code
from gongji.domain.events import Event, EventKind
from gongji.domain.ledger import ControlKind, control_account_id
from gongji.domain.news import Statement, is_pending
from gongji.domain.person import Dated, PersonalAccount
from gongji.domain.record_fields import Flaw
from gongji.domain.records import LineFault, Subject
from gongji.store.changes import Changes
from gongji.store.families import read_binding
from gongji.store.insurance_centre import id_number_digest
from gongji.store.locks import LockedBeneficiary, claim_and_lock, lock_accounts
from gongji.store.personal_data import KeyRing
from gongji.store.sql import one_json, rows, to_json

_PEOPLE: Final = """
SELECT p.id_number_digest AS digest, p.id, p.name, p.premium_category, p.phone_digest,
    a.id AS account_id, a.opening_fen
FROM person AS p LEFT JOIN personal_account AS a ON a.owner_id = p.id
WHERE p.id_number_digest IN (SELECT jsonb_array_elements_text($1::jsonb))
"""

_CONCERNED: Final = """
WITH named AS (
    SELECT p.id, p.id_number_digest AS digest FROM person AS p
    WHERE p.id_number_digest IN (SELECT jsonb_array_elements_text($1::jsonb))
), told AS (
    SELECT n.id FROM named AS n
    WHERE n.digest IN (SELECT jsonb_array_elements_text($2::jsonb))
), shared AS (
    SELECT b.beneficiary_id, b.account_id FROM binding AS b
    WHERE b.status IN ('INVITED', 'IN_REVIEW', 'ACTIVE', 'PAUSED')
        AND (b.sharer_id IN (SELECT id FROM told) OR b.beneficiary_id IN (SELECT id FROM told))
)
SELECT jsonb_build_object(
    'people', (SELECT COALESCE(jsonb_agg(id), '[]') FROM (
        SELECT id FROM named UNION SELECT beneficiary_id FROM shared) AS p),
    'accounts', (SELECT COALESCE(jsonb_agg(id), '[]') FROM (
        SELECT id FROM personal_account WHERE owner_id IN (SELECT id FROM named)
        UNION SELECT account_id FROM shared) AS a)
)::text
"""

_OPEN_BINDINGS: Final = """
WITH families AS (
    SELECT value::uuid AS id FROM jsonb_array_elements_text($1::jsonb)
    UNION SELECT b.beneficiary_id FROM binding AS b
    WHERE b.sharer_id IN (SELECT value::uuid FROM jsonb_array_elements_text($2::jsonb))
        AND b.status IN ('INVITED', 'IN_REVIEW', 'ACTIVE', 'PAUSED')
)
SELECT jsonb_build_object('bindings', (
    SELECT COALESCE(jsonb_agg(to_jsonb(b)), '[]') FROM binding AS b
    WHERE b.beneficiary_id IN (SELECT id FROM families)
        AND b.status IN ('INVITED', 'IN_REVIEW', 'ACTIVE', 'PAUSED')))::text
"""

_OWNED: Final = """
SELECT id FROM personal_account
WHERE owner_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))
"""

_CONTROLS: Final = """
INSERT INTO control_account (id, kind, holder)
SELECT id, kind, holder FROM jsonb_populate_recordset(NULL::control_account, $1::jsonb)
ON CONFLICT DO NOTHING
"""

_STATES: Final = """
UPDATE beneficiary AS b
SET status = n.status, status_then = n.status_then, status_since = n.status_since,
    region = n.region, scheme = n.scheme
FROM jsonb_populate_recordset(NULL::beneficiary, $1::jsonb) AS n
WHERE b.person_id = n.person_id
"""

_ACCOUNT_STATES: Final = """
UPDATE personal_account AS a
SET status = n.status, status_then = n.status_then, status_since = n.status_since,
    owner_status = n.owner_status, owner_status_then = n.owner_status_then,
    owner_status_since = n.owner_status_since, region = n.region
FROM jsonb_populate_recordset(NULL::personal_account, $1::jsonb) AS n
WHERE a.id = n.id
"""

MOST_FAULTS: Final = 1000
REGIONAL_KINDS: Final = (
    ControlKind.CONTRIBUTIONS,
    ControlKind.PREMIUM_PAYABLE,
    ControlKind.SUSPENSE,
)


@dataclass(slots=True, repr=False)
class KnownPerson:
    """A person whom the database has, with the id and opening of the own account."""

    id: UUID
    id_number: str
    name: str
    premium_category: str
    phone_digest: str | None
    account_id: UUID | None
    opening_fen: int | None


@dataclass(slots=True, repr=False)
class People:
    """What is known of the people of one batch, by ID number; their rows are locked."""

    found: dict[str, KnownPerson]
    beneficiaries: dict[UUID, LockedBeneficiary]
    accounts: dict[UUID, PersonalAccount]

    _own: dict[UUID, UUID] = field(init=False)

    def __post_init__(self) -> None:
        """Note whose accounts they are."""
        self._own = {account.owner_id: account.id for account in self.accounts.values()}

    def account_of(self, person_id: UUID) -> PersonalAccount | None:
        """Return somebody's own account, if there is one."""
        account_id = self._own.get(person_id)
        return None if account_id is None else self.accounts[account_id]


@dataclass(slots=True)
class Told:
    """A statement that nothing later in the same file replaces, and its line."""

    line: int
    statement: Statement[Any]


@dataclass(slots=True)
class Registry:
    """The open session.

    Args:
        at: the server's time once all rows are locked.
        told: what is stated of each subject in the whole file, the moments rising.
        faults: the lines that cannot be loaded.
    """

    connection: BaseDBAsyncClient
    key_ring: KeyRing
    at: datetime
    changes: Changes
    told: dict[Subject, list[Told]] = field(default_factory=dict)
    faults: list[LineFault] = field(default_factory=list)
    faults_counted: int = 0
    _locked: set[UUID] = field(default_factory=set)
    _controls: set[tuple[ControlKind, str]] = field(default_factory=set)
    _states: dict[UUID, LockedBeneficiary] = field(default_factory=dict)
    _account_states: dict[UUID, PersonalAccount] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Return the business day."""
        return business_day(self.at)

    def digest(self, id_number: str) -> str:
        """Return the keyed digest of a person's ID number."""
        return id_number_digest(self.key_ring, id_number)

    def fault(self, line: int, field_name: str, flaw: Flaw | Code) -> None:
        """Count a line that cannot be loaded, and remember the first ``MOST_FAULTS``."""
        self.faults_counted += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(LineFault(line, field_name, flaw))

    def holds(self, line: int, subject: Subject) -> bool:
        """Tell whether no later line of the file replaces what this one states."""
        told = self.told.get(subject)
        return told is None or any(one.line == line for one in told)

    def is_told(self, subject: Subject, known: Dated[Any]) -> bool:
        """Tell whether the file's last announcement is known; then all before it was told too."""
        if subject not in self.told or not is_pending(known, self.at):
            return False
        last = self.told[subject][-1].statement
        return last.state is known.then and last.since == known.since

    def record(self, kind: EventKind, locked: LockedBeneficiary, **ids: UUID) -> None:
        """Record a fact about a person whose row is locked, in the registry's voice."""
        self.changes.event(Event(kind, locked.value.id, ids), locked, by=REGISTRY)

    async def know(self, id_numbers: Iterable[str]) -> People:
        """Return what is known of people, their rows and accounts locked.

        Raises:
            SerializationError: somebody else has just registered one of them; it is tried again.
        """
        digests = {self.digest(number): number for number in set(id_numbers)}
        found = await rows(self.connection, _PEOPLE, to_json(list(digests)))
        known = [KnownPerson(id_number=digests[row.pop("digest")], **row) for row in found]
        return People(
            found={person.id_number: person for person in known},
            beneficiaries=await self._lock({person.id for person in known}),
            accounts=await self._lock_accounts(
                person.account_id for person in known if person.account_id is not None
            ),
        )

    async def know_ids(self, ids: Iterable[UUID]) -> People:
        """Return the locked rows and accounts of people by id."""
        wanted = set(ids)
        owned = await rows(self.connection, _OWNED, to_json(list(wanted)))
        accounts = await self._lock_accounts(row["id"] for row in owned)
        return People({}, await self._lock(wanted), accounts)

    async def open_bindings(
        self, people: People, of: Iterable[UUID], *, sharers: Iterable[UUID] = ()
    ) -> dict[UUID, Binding]:
        """Return every open binding of beneficiaries, and of the families of ``sharers``.

        The families' rows join ``people``.

        Raises:
            SerializationError: a family has grown since its rows were locked; it is tried again.
        """
        answer = await one_json(
            self.connection, _OPEN_BINDINGS, to_json(list(of)), to_json(list(sharers))
        )
        found = [read_binding(row) for row in answer["bindings"]]
        families = {binding.beneficiary_id for binding in found} - people.beneficiaries.keys()
        people.beneficiaries |= await self._lock(families)
        return {binding.id: binding for binding in found}

    async def _lock(self, ids: set[UUID]) -> dict[UUID, LockedBeneficiary]:
        """Read rows that are locked already: in this session rows are locked only at its start."""
        if not ids <= self._locked:
            raise SerializationError("there is more to lock than at the start")
        claimed = await claim_and_lock(self.connection, (), ids, claimed_at=self.at)
        return claimed.beneficiaries

    async def _lock_accounts(self, ids: Iterable[UUID]) -> dict[UUID, PersonalAccount]:
        return await lock_accounts(self.connection, ids)

    def made(self, person_id: UUID) -> None:
        """Remember a person whom this session has made, and nobody else sees."""
        self._locked.add(person_id)

    async def lock_all(self, named: Iterable[str], told: Iterable[str]) -> None:
        """Lock the rows of everybody named, and of the families of those of whom there is news.

        Args:
            named: digests of ID numbers.
            told: those of whom the news may end bindings.
        """
        answer = await one_json(
            self.connection, _CONCERNED, to_json(list(named)), to_json(list(told))
        )
        self._locked |= set(map(UUID, answer["people"]))
        await self._lock(self._locked)
        await self._lock_accounts(map(UUID, answer["accounts"]))

    def state(self, locked: LockedBeneficiary) -> None:
        """Store a person's status, region and scheme at the end of the batch."""
        self._states[locked.value.id] = locked

    def account_state(self, people: People, account: PersonalAccount) -> None:
        """Store an account's status and the copies of its owner's at the end of the batch."""
        people.accounts[account.id] = account
        self._account_states[account.id] = account

    async def controls(self, *named: tuple[ControlKind, str]) -> None:
        """Write the names of control accounts that are not known yet."""
        new = set(named) - self._controls
        if not new:
            return
        wanted = [
            {"id": control_account_id(kind, holder), "kind": kind, "holder": holder}
            for kind, holder in sorted(new)
        ]
        await rows(self.connection, _CONTROLS, to_json(wanted))
        self._controls |= new

    async def regions(self, regions: Iterable[str]) -> None:
        """Write the names of the control accounts of regions."""
        await self.controls(*((kind, region) for region in regions for kind in REGIONAL_KINDS))

    async def write(self) -> None:
        """Write what the batch has changed."""
        if self._states:
            states = [_state_row(locked) for locked in self._states.values()]
            await rows(self.connection, _STATES, to_json(states))
            self._states.clear()
        if self._account_states:
            accounts = [_account_row(account) for account in self._account_states.values()]
            await rows(self.connection, _ACCOUNT_STATES, to_json(accounts))
            self._account_states.clear()
        await self.changes.write(self.connection)


def _state_row(locked: LockedBeneficiary) -> dict[str, Any]:
    value = locked.value
    return {
        "person_id": value.id,
        "region": value.region,
        "scheme": value.scheme,
        **dated_columns("status", value.status),
    }


def _account_row(account: PersonalAccount) -> dict[str, Any]:
    return {
        "id": account.id,
        "region": account.region,
        **dated_columns("status", account.status),
        **dated_columns("owner_status", account.owner_status),
    }


def dated_columns(name: str, dated: Dated[Any]) -> dict[str, Any]:
    """Return the three columns of a dated state."""
    return {name: dated.state, f"{name}_then": dated.then, f"{name}_since": dated.since}
