"""News of persons, accounts and kinships: states change, and with them bindings end (G15).

Late news never changes an earlier settlement: a binding ends when the news is told, or when an
announced change has come, never before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from gongji.domain.actor import REGISTRY
from gongji.domain.binding import LIVE, Binding, BindingStatus, Move, rank_key
from gongji.domain.events import EventKind
from gongji.domain.news import Statement, after_news, collapsed, is_due
from gongji.domain.person import AccountStatus, Dated, PersonalAccount, PersonStatus
from gongji.domain.record_fields import Flaw
from gongji.domain.records import AccountStatusRecord, PersonStatusRecord, Subject
from gongji.store.locks import LockedBeneficiary
from gongji.store.orders import write_order
from gongji.store.registration.registry import KnownPerson, People, Registry
from gongji.store.sql import rows, to_json

KINSHIP_ENDED: Final = "KINSHIP_ENDED"

_END: Final = """
UPDATE binding AS b
SET status = n.status, ended_at = n.ended_at, end_reason = n.end_reason, position = NULL,
    actor = n.actor
FROM jsonb_populate_recordset(NULL::binding, $1::jsonb) AS n
WHERE b.id = n.id
"""


@dataclass(slots=True)
class Endings:
    """Which bindings end, and why: all of a person's, or those of a pair."""

    people: dict[UUID, str] = field(default_factory=dict)
    pairs: set[frozenset[UUID]] = field(default_factory=set)

    def reason(self, binding: Binding) -> str | None:
        """Return why a binding ends, or None where it does not."""
        if frozenset({binding.sharer_id, binding.beneficiary_id}) in self.pairs:
            return KINSHIP_ENDED
        return self.people.get(binding.sharer_id) or self.people.get(binding.beneficiary_id)

    def concerned(self) -> set[UUID]:
        """Return the people whose bindings are to be looked at."""
        return self.people.keys() | {person for pair in self.pairs for person in pair}


async def register_person_news(
    registry: Registry, batch: Sequence[tuple[int, PersonStatusRecord]]
) -> None:
    """Register news of persons."""
    people = await registry.know(record.person for _, record in batch)
    endings = Endings()
    for line, record in batch:
        person = people.found.get(record.person)
        if person is None:
            registry.fault(line, "person", Flaw.NOT_LOADED)
        elif registry.holds(line, record.subject):
            news = Statement(record.status, record.since)
            tell_person(registry, people, person, news, endings)
    await end_bindings(registry, people, endings)


async def register_account_news(
    registry: Registry, batch: Sequence[tuple[int, AccountStatusRecord]]
) -> None:
    """Register news of personal accounts."""
    people = await registry.know(record.account for _, record in batch)
    for line, record in batch:
        person = people.found.get(record.account)
        if person is None:
            registry.fault(line, "account", Flaw.NOT_LOADED)
        elif (account := people.account_of(person.id)) is None:
            registry.fault(line, "account", Flaw.WITHOUT_ACCOUNT)
        elif registry.holds(line, record.subject):
            news = Statement(record.status, record.since)
            tell_account(registry, people, account, news, subject=record.subject)


def tell_person(
    registry: Registry,
    people: People,
    person: KnownPerson,
    news: Statement[PersonStatus],
    endings: Endings,
) -> None:
    """Change a person's state as the news says; what has come meanwhile is drawn first."""
    locked = people.beneficiaries[person.id]
    draw_due(registry, people, locked, endings)
    known = locked.value.status
    if registry.is_told(("person", person.id_number), known):
        return
    changed = after_news(known, news, now=registry.at)
    if changed is not None:
        _become(registry, people, locked, changed, endings)


def draw_due(
    registry: Registry,
    people: People,
    locked: LockedBeneficiary,
    endings: Endings,
) -> None:
    """Draw the consequences of an announced change of a person's that has come."""
    known = locked.value.status
    if is_due(known, registry.at):
        # The state before the change is what it changes from.
        locked.value = replace(locked.value, status=Dated(known.state))
        _become(registry, people, locked, collapsed(known, registry.at), endings)


def _become(
    registry: Registry,
    people: People,
    locked: LockedBeneficiary,
    status: Dated[PersonStatus],
    endings: Endings,
) -> None:
    before = locked.value.status.at(registry.at)
    now = status.at(registry.at)
    locked.value = replace(locked.value, status=status)
    registry.state(locked)
    if now is not before:
        registry.record(EventKind.PERSON_STATUS_CHANGED, locked, person=locked.value.id)
        if now.ends_bindings:
            endings.people[locked.value.id] = now
    account = people.account_of(locked.value.id)
    if account is not None:
        account = replace(account, owner_status=status)
        registry.account_state(people, account)
        if now is PersonStatus.DECEASED and account.status.at(registry.at) is AccountStatus.NORMAL:
            _freeze(registry, people, account, locked, status)


def _freeze(
    registry: Registry,
    people: People,
    account: PersonalAccount,
    locked: LockedBeneficiary,
    death: Dated[PersonStatus],
) -> None:
    """Freeze a deceased person's own account for the heirs (G15)."""
    frozen = Dated(AccountStatus.FROZEN, None, death.since)
    registry.account_state(people, replace(account, status=frozen))
    registry.record(EventKind.ACCOUNT_STATUS_CHANGED, locked, account=account.id)


def tell_account(
    registry: Registry,
    people: People,
    account: PersonalAccount,
    news: Statement[AccountStatus],
    *,
    subject: Subject,
) -> None:
    """Change an account's state as the news says; what has come meanwhile is drawn first."""
    account = draw_due_account(registry, people, account)
    if registry.is_told(subject, account.status):
        return
    changed = after_news(account.status, news, now=registry.at)
    if changed is None:
        return
    before = account.status.at(registry.at)
    registry.account_state(people, replace(account, status=changed))
    if changed.at(registry.at) is not before:
        locked = people.beneficiaries[account.owner_id]
        registry.record(EventKind.ACCOUNT_STATUS_CHANGED, locked, account=account.id)


def draw_due_account(
    registry: Registry, people: People, account: PersonalAccount
) -> PersonalAccount:
    """Draw the consequences of an announced change of an account that has come."""
    if not is_due(account.status, registry.at):
        return account
    changed = replace(account, status=collapsed(account.status, registry.at))
    registry.account_state(people, changed)
    owner = people.beneficiaries[account.owner_id]
    registry.record(EventKind.ACCOUNT_STATUS_CHANGED, owner, account=account.id)
    return changed


async def end_bindings(registry: Registry, people: People, endings: Endings) -> None:
    """End what the news ends, live or still open, each with its event and the new order.

    Clause: G15, G2.
    """
    concerned = endings.concerned()
    if not concerned:
        return
    bindings = await registry.open_bindings(people, concerned, sharers=concerned)
    ending = [
        (binding, reason)
        for binding in sorted(bindings.values(), key=lambda b: b.id)
        if (reason := endings.reason(binding)) is not None
    ]
    if not ending:
        return
    ended = [_ended(registry, binding, reason) for binding, reason in ending]
    await rows(registry.connection, _END, to_json(ended))
    for binding, _ in ending:
        del bindings[binding.id]
        _leave(registry, people.beneficiaries[binding.beneficiary_id], binding, bindings.values())


def _ended(registry: Registry, binding: Binding, reason: str) -> dict[str, Any]:
    after = binding.after(Move.END_BY_NEWS, at=registry.at)
    return {
        "id": binding.id,
        "status": after.status,
        "ended_at": after.ended_at,
        "end_reason": reason,
        "actor": REGISTRY.record(),
    }


def _leave(
    registry: Registry,
    locked: LockedBeneficiary,
    binding: Binding,
    remaining: Iterable[Binding],
) -> None:
    """Record that a binding has ended, and the order without it."""
    if binding.status_at(registry.at) is BindingStatus.EXPIRED:
        registry.record(EventKind.INVITATION_EXPIRED, locked, binding=binding.id)
        return
    registry.record(EventKind.BINDING_ENDED, locked, binding=binding.id)
    if binding.status not in LIVE:
        return
    live = [b for b in remaining if b.beneficiary_id == locked.value.id and b.status in LIVE]
    write_order(
        registry.changes,
        locked,
        [b.id for b in sorted(live, key=rank_key)],
        is_set=locked.value.order_is_set,
        cause=EventKind.BINDING_ENDED,
        by=REGISTRY,
    )
    # An earlier ending of the same news may have numbered this one among the remaining.
    registry.changes.position(binding.id, None)


_DUE: Final = """
SELECT p.id, p.id_number_digest AS digest
FROM person AS p JOIN beneficiary AS b ON b.person_id = p.id
LEFT JOIN personal_account AS a ON a.owner_id = p.id
WHERE (b.status_then IS NOT NULL AND b.status_since <= $1)
    OR (a.status_then IS NOT NULL AND a.status_since <= $1)
ORDER BY p.id
LIMIT $2
"""


async def draw_all_due(registry: Registry, *, most: int) -> int:
    """Draw the consequences of announced changes that have come, for at most ``most`` persons.

    Returns: the number of persons.
    """
    found = await rows(registry.connection, _DUE, registry.at, most)
    digests = [row["digest"] for row in found]
    await registry.lock_all(digests, digests)
    people = await registry.know_ids(row["id"] for row in found)
    endings = Endings()
    for row in found:
        draw_due(registry, people, people.beneficiaries[row["id"]], endings)
    for account in list(people.accounts.values()):
        draw_due_account(registry, people, account)
    await end_bindings(registry, people, endings)
    await registry.write()
    return len(found)
