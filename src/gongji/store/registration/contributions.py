"""Monthly contributions: each batch is booked once per account."""

from collections.abc import Sequence
from typing import Final

from gongji.domain.events import EventKind
from gongji.domain.ledger import Cause, CauseKind, ControlKind, control_account_id, pay_in
from gongji.domain.person import PersonalAccount
from gongji.domain.record_fields import Flaw
from gongji.domain.records import ContributionRecord
from gongji.store.changes import Table
from gongji.store.ids import new_id
from gongji.store.registration.registry import KnownPerson, People, Registry
from gongji.store.sql import rows, to_json

_BOOKED: Final = """
SELECT c.batch, c.account_id, c.amount_fen FROM contribution AS c
JOIN jsonb_to_recordset($1::jsonb) AS w(batch text, account_id uuid)
    ON w.batch = c.batch AND w.account_id = c.account_id
"""


async def register_contributions(
    registry: Registry, batch: Sequence[tuple[int, ContributionRecord]]
) -> None:
    """Book contributions, each with its transfer and event; a booked one is not booked again."""
    people = await registry.know(record.owner for _, record in batch)
    wanted = [
        {"batch": record.batch, "account_id": person.account_id}
        for _, record in batch
        if (person := people.found.get(record.owner)) and person.account_id
    ]
    found = await rows(registry.connection, _BOOKED, to_json(wanted))
    booked = {(row["batch"], row["account_id"]): row["amount_fen"] for row in found}
    for line, record in batch:
        person = people.found.get(record.owner)
        account = None if person is None else people.account_of(person.id)
        if person is None:
            registry.fault(line, "owner", Flaw.NOT_LOADED)
        elif account is None:
            registry.fault(line, "owner", Flaw.WITHOUT_ACCOUNT)
        elif (amount := booked.get((record.batch, account.id))) is None:
            _book(registry, people, person, account, record)
        elif amount != record.amount:
            registry.fault(line, "amount_fen", Flaw.ALREADY_BOOKED)


def _book(
    registry: Registry,
    people: People,
    owner: KnownPerson,
    account: PersonalAccount,
    record: ContributionRecord,
) -> None:
    contribution_id = new_id()
    paid, transfer = pay_in(
        account,
        record.amount,
        source=control_account_id(ControlKind.CONTRIBUTIONS, account.region),
        cause=Cause(CauseKind.CONTRIBUTION, contribution_id, registry.today),
    )
    people.accounts[account.id] = paid
    registry.changes.insert(
        Table.CONTRIBUTION,
        {
            "id": contribution_id,
            "batch": record.batch,
            "account_id": account.id,
            "amount_fen": record.amount,
            "business_day": registry.today,
        },
    )
    registry.changes.transfers(transfer)
    registry.changes.account(paid)
    registry.record(
        EventKind.CONTRIBUTION_BOOKED,
        people.beneficiaries[owner.id],
        contribution=contribution_id,
        account=account.id,
    )
