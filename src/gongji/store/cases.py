"""Cases as values: opened in the transaction of what they are about, and closed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.case import Case, CaseKind
from gongji.domain.person import PersonalAccount
from gongji.domain.premium import Premium
from gongji.domain.settlement import Leg
from gongji.store.changes import Changes, Table
from gongji.store.ids import new_id
from gongji.store.rows import CaseRow
from gongji.store.sql import rows


def open_suspended(
    changes: Changes,
    kind: CaseKind,
    subject_id: UUID,
    legs: Iterable[Leg],
    accounts: Mapping[UUID, PersonalAccount],
) -> None:
    """Collect a case for each leg whose account is closed, beside its transfer to suspense.

    Clause: G13.
    """
    for leg in legs:
        account = accounts[leg.account_id]
        case = Case(
            id=new_id(),
            kind=kind,
            subject_id=subject_id,
            person_id=account.owner_id,
            region=account.region,
            amount=leg.amount,
            opened_at=changes.at,
        )
        _insert(changes, case)


def open_unconfirmed(changes: Changes, premium: Premium) -> None:
    """Collect the case of a premium that the tax bureau has not answered; it has none yet.

    Clause: G14.
    """
    case = Case(
        id=new_id(),
        kind=CaseKind.PREMIUM_UNCONFIRMED,
        subject_id=premium.id,
        person_id=premium.payer_id,
        region=premium.region,
        amount=premium.amount,
        opened_at=changes.at,
    )
    _insert(changes, case)


def _insert(changes: Changes, case: Case) -> None:
    changes.insert(
        Table.CASE,
        {
            "id": case.id,
            "kind": case.kind,
            "subject_id": case.subject_id,
            "person_id": case.person_id,
            "region": case.region,
            "amount_fen": case.amount,
            "opened_at": case.opened_at,
        },
    )


async def has_case(connection: BaseDBAsyncClient, kind: CaseKind, subject_id: UUID) -> bool:
    """Tell whether a case of this kind was ever opened about something."""
    return await CaseRow.filter(kind=kind, subject_id=subject_id).using_db(connection).exists()


async def close_unconfirmed(connection: BaseDBAsyncClient, premium_id: UUID, at: datetime) -> None:
    """Close the case of a premium that was concluded, if there is one."""
    its = CaseRow.filter(kind=CaseKind.PREMIUM_UNCONFIRMED, subject_id=premium_id, closed_at=None)
    await its.using_db(connection).update(closed_at=at)


_OVERDUE: Final = """
SELECT p.id, p.insured_id FROM premium AS p
WHERE p.status = 'DEBITED' AND p.debited_at <= $1
    AND NOT EXISTS (
        SELECT FROM bureau_case AS c
        WHERE c.kind = 'PREMIUM_UNCONFIRMED' AND c.subject_id = p.id)
ORDER BY p.debited_at, p.id
LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class Overdue:
    """A premium that waits too long and has no case."""

    premium_id: UUID
    insured_id: UUID


async def overdue_premiums(
    connection: BaseDBAsyncClient, *, debited_until: datetime, limit: int
) -> list[Overdue]:
    """Read unconfirmed premiums without a case, those that wait longest first."""
    found = await rows(connection, _OVERDUE, debited_until, limit)
    return [Overdue(row["id"], row["insured_id"]) for row in found]
