"""What a person sees of the own account and order, right after changing them.

Neither needs a policy: what was done can be shown in every region.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gongji.domain.actor import Actor
from gongji.domain.business_day import business_day
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, PersonalAccount
from gongji.store.database import pool
from gongji.store.families import Families, load_families
from gongji.store.guardians import acting_capacity
from gongji.store.orders import live_order
from gongji.usecases.ports import Ports


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The person's own account, fen."""

    balance: Fen
    reserve: Fen
    status: AccountStatus

    @classmethod
    def of(cls, account: PersonalAccount | None, at: datetime) -> "OwnAccount | None":
        """Show an account to its owner; None for a person without one."""
        if account is None:
            return None
        return cls(account.balance, account.reserve, account.status.at(at))


@dataclass(frozen=True, slots=True)
class Order:
    """The person's deduction order as it stands: live bindings, the first to be drawn first."""

    version: int
    binding_ids: tuple[UUID, ...]


async def see_own_account(actor: Actor, ports: Ports) -> OwnAccount | None:
    """Return the own account of the actor or the actor's ward; None without one.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G18.
    """
    families = await _own(actor, ports)
    return OwnAccount.of(families.account_of(actor.person_id), ports.clock.now())


async def see_own_order(actor: Actor, ports: Ports) -> Order:
    """Return the order of the actor's sharers, or of the actor's ward's; empty without any.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G18, S2.2.
    """
    families = await _own(actor, ports)
    row = families.rows.get(actor.person_id)
    version = 0 if row is None else row.value.order_version
    return Order(version, tuple(live_order(families, actor.person_id)))


async def _own(actor: Actor, ports: Ports) -> Families:
    at = ports.clock.now()
    await acting_capacity(pool(), actor, at)
    return await load_families(pool(), [actor.person_id], day=business_day(at), locking=False)
