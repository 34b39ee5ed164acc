"""Set how much of the own personal account no sharing may touch (设置保留金额)."""

from dataclasses import dataclass, replace
from uuid import UUID

from gongji.domain.errors import Code, PlanChanged, not_found, refuse
from gongji.domain.events import EventKind
from gongji.domain.money import Fen
from gongji.domain.plan import reserve_plan
from gongji.store.locks import lock_accounts
from gongji.store.plans import plain_plan
from gongji.store.rows import PersonalAccountRow
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class SetReserve:
    """An account owner's request.

    Args:
        reserve: fen; 0 keeps nothing back.
        if_was: the reserve that was shown; it is replaced only if it still holds.
    """

    request_id: UUID
    reserve: Fen
    if_was: Fen | None = None


@command("setReserve")
async def set_reserve(tx: Transaction, request: SetReserve) -> UUID:
    """Set the reserve of the acting person's own account; returns the account's id.

    Raises:
        Forbidden: the actor is no person.
        Refusal: there is no such account, or the amount is negative.
        PlanChanged: the reserve is no longer as it was shown.

    Clause: G8.
    """
    person_id, _ = await tx.acting_person()
    await tx.claim(person_id)
    if person_id not in tx.locked:
        raise not_found()
    if request.reserve < 0:
        raise refuse(Code.AMOUNT_NEGATIVE, "reserveFen")
    row = await PersonalAccountRow.get_or_none(owner_id=person_id, using_db=tx.connection)
    if row is None:
        raise refuse(Code.SHARER_WITHOUT_ACCOUNT)
    account = (await lock_accounts(tx.connection, [row.id]))[row.id]
    if request.if_was not in {None, account.reserve}:
        raise PlanChanged(plain_plan(reserve_plan(account.id, account.reserve), tx.ports.key_ring))
    tx.changes.account(replace(account, reserve=request.reserve))
    tx.record(EventKind.RESERVE_SET, person_id, account=account.id)
    return account.id
