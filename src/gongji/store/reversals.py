"""Reversals, booked under the locks of the beneficiary and the accounts."""

from collections.abc import Mapping
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.domain.business_day import business_day
from gongji.domain.case import CaseKind
from gongji.domain.events import Event, EventKind
from gongji.domain.ledger import Cause, CauseKind, ControlKind, control_account_id
from gongji.domain.money import total
from gongji.domain.person import PersonalAccount
from gongji.domain.settlement import Leg, Settlement, give_back, suspended_legs
from gongji.store.cases import open_suspended
from gongji.store.changes import Changes, Table
from gongji.store.ids import new_id
from gongji.store.locks import LockedBeneficiary
from gongji.store.rows import InstitutionRow


async def book_reversal(
    connection: BaseDBAsyncClient,
    changes: Changes,
    settlement: Settlement,
    legs: list[Leg],
    accounts: Mapping[UUID, PersonalAccount],
    *,
    beneficiary: LockedBeneficiary,
    by: Actor,
    request_id: UUID,
    reason: str | None = None,
) -> UUID:
    """Collect everything that a reversal writes, every leg back to its account; returns its id.

    Args:
        settlement: not reversed yet, as read under the lock of its beneficiary.
        accounts: those of the legs, locked.

    Clause: G13, law 7.
    """
    reversal_id, today = new_id(), business_day(changes.at)
    held = suspended_legs(legs, accounts, changes.at)
    place = await InstitutionRow.get(id=settlement.institution_id, using_db=connection)
    after, transfers = give_back(
        legs,
        accounts,
        payable=control_account_id(ControlKind.PAYABLE, place.code),
        cause=Cause(CauseKind.REVERSAL, reversal_id, today),
        at=changes.at,
    )
    changes.insert(
        Table.REVERSAL,
        {
            "id": reversal_id,
            "settlement_id": settlement.id,
            "reversed_at": changes.at,
            "business_day": today,
            "reason": reason,
            "suspended_fen": total(*(leg.amount for leg in held)),
            "actor": by.record(),
            "request_id": request_id,
        },
    )
    changes.reversed(settlement.id, reversal_id)
    changes.transfers(*transfers)
    for account in after.values():
        changes.account(account)
    open_suspended(changes, CaseKind.REVERSAL_SUSPENDED, settlement.id, held, accounts)
    ids = {"settlement": settlement.id, "reversal": reversal_id}
    changes.event(
        Event(EventKind.SETTLEMENT_REVERSED, settlement.beneficiary_id, ids), beneficiary, by=by
    )
    return reversal_id
