"""Persons, accounts, cards and guardians; every personal number as digest and ciphertext."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from gongji.domain.ledger import Cause, CauseKind, ControlKind, control_account_id, pay_in
from gongji.domain.money import Fen
from gongji.domain.news import Statement
from gongji.domain.person import AccountStatus, Dated, PersonalAccount, PersonStatus
from gongji.domain.record_fields import Flaw
from gongji.domain.records import AccountRecord, CardRecord, GuardianRecord, PersonRecord
from gongji.store.ids import new_id
from gongji.store.insurance_centre import credential_digest
from gongji.store.registration.news import Endings, end_bindings, tell_account, tell_person
from gongji.store.registration.registry import KnownPerson, People, Registry, dated_columns
from gongji.store.sql import rows, to_json

PHONE: Final = "PHONE"
DEFAULT_CATEGORY: Final = "ADULT"

_PERSONS: Final = """
INSERT INTO person SELECT * FROM jsonb_populate_recordset(NULL::person, $1::jsonb)
"""
_BENEFICIARIES: Final = """
INSERT INTO beneficiary SELECT * FROM jsonb_populate_recordset(NULL::beneficiary, $1::jsonb)
"""
_CHANGED_PERSONS: Final = """
UPDATE person AS p
SET name = n.name, premium_category = n.premium_category,
    phone_digest = CASE WHEN n.phone_is_given THEN n.phone_digest ELSE p.phone_digest END,
    phone_cipher = CASE WHEN n.phone_is_given THEN n.phone_cipher ELSE p.phone_cipher END
FROM jsonb_to_recordset($1::jsonb) AS n(id uuid, name text, premium_category text,
    phone_is_given boolean, phone_digest text, phone_cipher bytea)
WHERE p.id = n.id
"""
_ACCOUNTS: Final = """
INSERT INTO personal_account
SELECT * FROM jsonb_populate_recordset(NULL::personal_account, $1::jsonb)
"""
_HOLDERS: Final = """
SELECT c.digest, c.person_id FROM card AS c
WHERE c.digest IN (SELECT jsonb_array_elements_text($1::jsonb))
"""
_CARDS: Final = """
INSERT INTO card SELECT * FROM jsonb_populate_recordset(NULL::card, $1::jsonb)
"""
_GUARDIANS: Final = """
INSERT INTO guardian AS g SELECT * FROM jsonb_populate_recordset(NULL::guardian, $1::jsonb)
ON CONFLICT (guardian_id, ward_id) DO UPDATE
SET capacity = excluded.capacity, until = excluded.until
"""


def _sealed(registry: Registry, number: str) -> str:
    """Return a ciphertext as PostgreSQL reads bytes out of JSON."""
    return "\\x" + registry.key_ring.seal(number).hex()


async def register_persons(registry: Registry, batch: Sequence[tuple[int, PersonRecord]]) -> None:
    """Register persons: new ones whole; of known ones what has changed, under their locks."""
    people = await registry.know(record.id_number for _, record in batch)
    endings = Endings()
    new: list[PersonRecord] = []
    changed: list[dict[str, Any]] = []
    for line, record in batch:
        person = people.found.get(record.id_number)
        if person is None:
            new.append(record)
            continue
        changed += _identity_changes(registry, person, record)
        _move(registry, people, person, record)
        if record.status is not None and registry.holds(line, record.subject):
            tell_person(registry, people, person, Statement(record.status), endings)
    await _insert_persons(registry, new)
    await rows(registry.connection, _CHANGED_PERSONS, to_json(changed))
    await registry.regions({record.region for _, record in batch})
    await end_bindings(registry, people, endings)


async def _insert_persons(registry: Registry, new: Sequence[PersonRecord]) -> None:
    persons, beneficiaries = [], []
    for record in new:
        person_id = new_id()
        registry.made(person_id)
        persons.append(
            {
                "id": person_id,
                "name": record.name,
                "id_number_digest": registry.digest(record.id_number),
                "id_number_cipher": _sealed(registry, record.id_number),
                "premium_category": record.premium_category or DEFAULT_CATEGORY,
                **_phone_columns(registry, record.phone),
            }
        )
        beneficiaries.append(
            {
                "person_id": person_id,
                "region": record.region,
                "scheme": record.scheme,
                "born_on": record.born_on,
                "status": record.status or PersonStatus.NORMAL,
                "order_version": 0,
                "order_is_set": False,
                "event_no": 0,
            }
        )
    await rows(registry.connection, _PERSONS, to_json(persons))
    await rows(registry.connection, _BENEFICIARIES, to_json(beneficiaries))


def _phone_columns(registry: Registry, phone: str | None) -> dict[str, str | None]:
    if phone is None:
        return {"phone_digest": None, "phone_cipher": None}
    digest = registry.key_ring.digest(PHONE, phone)
    return {"phone_digest": digest, "phone_cipher": _sealed(registry, phone)}


def _identity_changes(
    registry: Registry, person: KnownPerson, record: PersonRecord
) -> list[dict[str, Any]]:
    """Return the row that changes somebody's identity, if anything in it has changed."""
    category = record.premium_category or person.premium_category
    phone = _phone_columns(registry, record.phone)
    same_phone = not record.phone_is_given or phone["phone_digest"] == person.phone_digest
    if same_phone and (record.name, category) == (person.name, person.premium_category):
        return []
    row = {
        "id": person.id,
        "name": record.name,
        "premium_category": category,
        "phone_is_given": not same_phone,
    }
    return [row | phone]


def _move(registry: Registry, people: People, person: KnownPerson, record: PersonRecord) -> None:
    """Change region and scheme on the locked row, and the region on the own account."""
    locked = people.beneficiaries[person.id]
    if (locked.value.region, locked.value.scheme) == (record.region, record.scheme):
        return
    locked.value = replace(locked.value, region=record.region, scheme=record.scheme)
    registry.state(locked)
    account = people.account_of(person.id)
    if account is not None:
        registry.account_state(people, replace(account, region=record.region))


async def register_accounts(registry: Registry, batch: Sequence[tuple[int, AccountRecord]]) -> None:
    """Register personal accounts with what they held at the opening, which never changes."""
    people = await registry.know(record.owner for _, record in batch)
    opened = []
    for line, record in batch:
        person = people.found.get(record.owner)
        if person is None:
            registry.fault(line, "owner", Flaw.NOT_LOADED)
        elif (account := people.account_of(person.id)) is None:
            opened.append(_open_account(registry, people, person, record))
        elif person.opening_fen != record.opening:
            registry.fault(line, "opening_balance_fen", Flaw.OPENING_CHANGED)
        elif record.status is not None and registry.holds(line, record.subject):
            news = Statement(record.status)
            tell_account(registry, people, account, news, subject=record.subject)
    await rows(registry.connection, _ACCOUNTS, to_json(opened))


def _open_account(
    registry: Registry, people: People, owner: KnownPerson, record: AccountRecord
) -> dict[str, Any]:
    """Book the opening, where there is one, as the account's first entry; return its row."""
    beneficiary = people.beneficiaries[owner.id].value
    account = PersonalAccount(
        id=new_id(),
        owner_id=owner.id,
        balance=Fen(0),
        status=Dated(record.status or AccountStatus.NORMAL),
        owner_status=beneficiary.status,
        region=beneficiary.region,
    )
    if record.opening > 0:
        account, transfer = pay_in(
            account,
            record.opening,
            source=control_account_id(ControlKind.CONTRIBUTIONS, account.region),
            cause=Cause(CauseKind.OPENING, account.id, registry.today),
        )
        registry.changes.transfers(transfer)
    return {
        "id": account.id,
        "owner_id": account.owner_id,
        "region": account.region,
        **dated_columns("status", account.status),
        **dated_columns("owner_status", account.owner_status),
        "balance_fen": account.balance,
        "reserve_fen": 0,
        "entry_no": account.entry_no,
        "opening_fen": record.opening,
    }


async def register_cards(registry: Registry, batch: Sequence[tuple[int, CardRecord]]) -> None:
    """Register cards; a card stays its holder's."""
    people = await registry.know(record.holder for _, record in batch)
    digests = {
        line: credential_digest(registry.key_ring, record.kind, record.number)
        for line, record in batch
    }
    found = await rows(registry.connection, _HOLDERS, to_json(list(digests.values())))
    holders = {row["digest"]: row["person_id"] for row in found}
    wanted = []
    for line, record in batch:
        person = people.found.get(record.holder)
        holder_id = holders.get(digests[line])
        if person is None:
            registry.fault(line, "holder", Flaw.NOT_LOADED)
        elif holder_id is not None and holder_id != person.id:
            registry.fault(line, "number", Flaw.BELONGS_TO_ANOTHER)
        elif holder_id is None:
            wanted.append(
                {
                    "id": new_id(),
                    "person_id": person.id,
                    "kind": record.kind,
                    "digest": digests[line],
                    "cipher": _sealed(registry, record.number),
                }
            )
    await rows(registry.connection, _CARDS, to_json(wanted))


async def register_guardians(
    registry: Registry, batch: Sequence[tuple[int, GuardianRecord]]
) -> None:
    """Register who may act for whom; a later record replaces capacity and end (G19)."""
    people = await registry.know(number for _, record in batch for number in record.people)
    wanted = []
    for line, record in batch:
        guardian, ward = people.found.get(record.guardian), people.found.get(record.ward)
        if guardian is None or ward is None:
            registry.fault(line, "guardian" if guardian is None else "ward", Flaw.NOT_LOADED)
            continue
        wanted.append(
            {
                "id": new_id(),
                "guardian_id": guardian.id,
                "ward_id": ward.id,
                "capacity": record.capacity,
                "until": record.until,
            }
        )
    await rows(registry.connection, _GUARDIANS, to_json(wanted))
