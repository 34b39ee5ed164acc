"""Reversals: what is to be undone, found without a lock, and booked under the locks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.domain.business_day import business_day
from gongji.domain.case import CaseKind
from gongji.domain.events import Event, EventKind
from gongji.domain.ledger import Cause, CauseKind, ControlKind, control_account_id
from gongji.domain.money import total
from gongji.domain.person import PersonalAccount
from gongji.domain.settlement import Leg, Reversal, Settlement, give_back, suspended_legs
from gongji.store.cases import open_suspended
from gongji.store.changes import Changes, Table
from gongji.store.locks import LockedBeneficiary
from gongji.store.settlements import read_leg, read_settlement
from gongji.store.sql import rows, to_json

_WHOLE: Final = """
SELECT row_to_json(s)::text AS settlement,
    (SELECT b.region FROM beneficiary AS b WHERE b.person_id = s.beneficiary_id) AS region,
    (SELECT i.code FROM institution AS i WHERE i.id = s.institution_id) AS institution_code,
    (SELECT COALESCE(json_agg(row_to_json(l) ORDER BY l.rank), '[]') FROM settlement_leg AS l
        WHERE l.settlement_id = s.id)::text AS legs
FROM settlement AS s
WHERE s.id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
"""


@dataclass(frozen=True, slots=True)
class WholeSettlement:
    """A settlement with all that a reversal needs of it, none of which ever changes.

    Args:
        settlement: its ``reversal_id`` is that of the moment of reading.
        legs: in the order of drawing.
        region: insured region of the beneficiary.
        institution_code: of the institution that settled it.
    """

    settlement: Settlement
    legs: tuple[Leg, ...]
    region: str
    institution_code: str

    @property
    def account_ids(self) -> tuple[UUID, ...]:
        """Return the accounts that paid."""
        return tuple(leg.account_id for leg in self.legs)


async def whole_settlements(
    connection: BaseDBAsyncClient, ids: Iterable[UUID]
) -> dict[UUID, WholeSettlement]:
    """Read settlements with their legs by id; an unknown id is left out."""
    if not (wanted := list(ids)):
        return {}
    found = map(_read, await rows(connection, _WHOLE, to_json(wanted)))
    return {whole.settlement.id: whole for whole in found}


def _read(row: Mapping[str, Any]) -> WholeSettlement:
    return WholeSettlement(
        settlement=read_settlement(orjson.loads(row["settlement"])),
        legs=tuple(map(read_leg, orjson.loads(row["legs"]))),
        region=row["region"],
        institution_code=row["institution_code"],
    )


def book_reversal(
    changes: Changes,
    whole: WholeSettlement,
    accounts: Mapping[UUID, PersonalAccount],
    *,
    beneficiary: LockedBeneficiary,
    reversal_id: UUID,
    by: Actor,
    request_id: UUID,
    reason: str | None = None,
) -> tuple[Reversal, dict[UUID, PersonalAccount]]:
    """Collect everything that a reversal writes, every leg back to its account.

    Args:
        whole: not reversed yet, as read under the lock of its beneficiary.
        accounts: those of the legs, locked.

    Returns:
        The reversal, and the accounts as they stand afterwards.

    Clause: G13, law 7.
    """
    settlement, at = whole.settlement, changes.at
    held = suspended_legs(whole.legs, accounts, at)
    reversal = Reversal(
        id=reversal_id,
        settlement_id=settlement.id,
        reversed_at=at,
        business_day=business_day(at),
        reason=reason,
        suspended=total(*(leg.amount for leg in held)),
    )
    after, transfers = give_back(
        whole.legs,
        accounts,
        payable=control_account_id(ControlKind.PAYABLE, whole.institution_code),
        cause=Cause(CauseKind.REVERSAL, reversal.id, reversal.business_day),
        at=at,
    )
    _insert(changes, reversal, by, request_id)
    changes.reversed(settlement.id, reversal.id)
    changes.transfers(*transfers)
    for account in after.values():
        changes.account(account)
    open_suspended(changes, CaseKind.REVERSAL_SUSPENDED, settlement.id, held, accounts)
    ids = {"settlement": settlement.id, "reversal": reversal.id}
    changes.event(
        Event(EventKind.SETTLEMENT_REVERSED, settlement.beneficiary_id, ids), beneficiary, by=by
    )
    return reversal, after


def _insert(changes: Changes, reversal: Reversal, by: Actor, request_id: UUID) -> None:
    changes.insert(
        Table.REVERSAL,
        {
            "id": reversal.id,
            "settlement_id": reversal.settlement_id,
            "reversed_at": reversal.reversed_at,
            "business_day": reversal.business_day,
            "reason": reversal.reason,
            "suspended_fen": reversal.suspended,
            "actor": by.record(),
            "request_id": request_id,
        },
    )
