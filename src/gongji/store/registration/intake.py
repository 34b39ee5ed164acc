"""Taking records in, line by line as they stand: surveyed once for the locks, then registered.

Consecutive lines of one kind are registered together; the effect is that of one line after another.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.news import Statement
from gongji.domain.records import (
    AccountRecord,
    AccountStatusRecord,
    BindingRecord,
    CardRecord,
    ContributionRecord,
    GuardianRecord,
    InstitutionRecord,
    KinshipEndedRecord,
    KinshipRecord,
    LimitRecord,
    LineFault,
    PersonRecord,
    PersonStatusRecord,
    PolicyRecord,
    Record,
    ReserveRecord,
    Subject,
    TariffRecord,
)
from gongji.store.changes import Changes
from gongji.store.personal_data import KeyRing
from gongji.store.registration.bindings import (
    register_bindings,
    register_limits,
    register_reserves,
)
from gongji.store.registration.contributions import register_contributions
from gongji.store.registration.kinships import register_kinship_endings, register_kinships
from gongji.store.registration.news import register_account_news, register_person_news
from gongji.store.registration.people import (
    register_accounts,
    register_cards,
    register_guardians,
    register_persons,
)
from gongji.store.registration.places import (
    register_institutions,
    register_policies,
    register_tariffs,
)
from gongji.store.registration.registry import Registry, Told

MOST_IN_BATCH: Final = 2000

Line = tuple[int, Record | LineFault]
"""The number of a line, and what it says, or what is wrong with it."""
Progress = Callable[[int], None]
"""Told how many lines are done."""

_REGISTER: Final[dict[type, Callable[[Registry, Any], Awaitable[None]]]] = {
    InstitutionRecord: register_institutions,
    PolicyRecord: register_policies,
    TariffRecord: register_tariffs,
    PersonRecord: register_persons,
    AccountRecord: register_accounts,
    CardRecord: register_cards,
    GuardianRecord: register_guardians,
    KinshipRecord: register_kinships,
    KinshipEndedRecord: register_kinship_endings,
    ContributionRecord: register_contributions,
    PersonStatusRecord: register_person_news,
    AccountStatusRecord: register_account_news,
    BindingRecord: register_bindings,
    LimitRecord: register_limits,
    ReserveRecord: register_reserves,
}
_MAY_END_BINDINGS: Final = (PersonRecord, PersonStatusRecord, KinshipRecord, KinshipEndedRecord)


class RecordsRefused(Exception):
    """Some lines cannot be loaded, so nothing was.

    Args:
        faults: the first of them.
        counted: how many there are.
    """

    def __init__(self, faults: list[LineFault], counted: int) -> None:
        super().__init__(counted)
        self.faults: Final = tuple(faults)
        self.counted: Final = counted


async def take_in(
    lines: Callable[[], Iterable[Line]],
    connection: BaseDBAsyncClient,
    key_ring: KeyRing,
    *,
    now: Callable[[], datetime],
    progress: Progress = lambda _: None,
) -> Registry:
    """Register lines within an open transaction; the faults are in what is returned.

    Args:
        lines: gives all lines, each time that it is called.
        now: tells the time; asked again once everything is locked.

    Raises:
        SerializationError: families have grown meanwhile; the transaction is to be tried again.
    """
    registry = Registry(connection, key_ring, now(), Changes(now()))
    await _survey(registry, lines())
    registry.at = registry.changes.at = now()
    for batch in _batches(registry, lines()):
        await _REGISTER[type(batch[0][1])](registry, batch)
        await registry.write()
        progress(batch[-1][0])
    return registry


async def _survey(registry: Registry, lines: Iterable[Line]) -> None:
    """Find out who is named and what is stated of whom, and lock all rows concerned."""
    named: dict[str, bool] = {}
    for line, record in lines:
        if isinstance(record, LineFault):
            continue
        may_end_bindings = isinstance(record, _MAY_END_BINDINGS)
        for number in record.people:
            named[number] = named.get(number, False) or may_end_bindings
        if (statement := _statement(record)) is not None:
            _state(registry, line, record.subject, statement)
    digests = {registry.digest(number): may_end for number, may_end in named.items()}
    await registry.lock_all(digests, (digest for digest, may_end in digests.items() if may_end))


def _statement(record: Record) -> Statement[Any] | None:
    """Return what a record states of a state that later lines may state otherwise."""
    match record:
        case PersonStatusRecord() | AccountStatusRecord():
            return Statement(record.status, record.since)
        case PersonRecord() | AccountRecord():
            return None if record.status is None else Statement(record.status)
        case KinshipRecord() | KinshipEndedRecord():
            return Statement(record.subject)
        case _:
            return None


def _state(registry: Registry, line: int, subject: Subject, statement: Statement[Any]) -> None:
    """Keep a statement; it replaces those before it that do not hold earlier than itself."""
    told = registry.told.setdefault(subject, [])
    while told and _moment(registry, told[-1].statement) >= _moment(registry, statement):
        told.pop()
    told.append(Told(line, statement))


def _moment(registry: Registry, statement: Statement[Any]) -> datetime:
    return statement.since or registry.at


def _batches(registry: Registry, lines: Iterable[Line]) -> Iterator[list[tuple[int, Record]]]:
    """Cut lines into runs of one kind without a natural key twice; note those with faults."""
    batch: list[tuple[int, Record]] = []
    subjects: set[Subject] = set()
    for line, record in lines:
        if isinstance(record, LineFault):
            registry.fault(record.line, record.field, record.flaw)
            continue
        if batch and (
            type(record) is not type(batch[0][1])
            or record.subject in subjects
            or len(batch) == MOST_IN_BATCH
        ):
            yield batch
            batch, subjects = [], set()
        batch.append((line, record))
        subjects.add(record.subject)
    if batch:
        yield batch
