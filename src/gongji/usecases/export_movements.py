"""Ask for the movements as a file (导出共济明细): a link that works once, and not for long.

A link moves nothing, so that asking again under the same key is harmless: it gives a new link to
the same export, and the one before works no more. The secret is told, never stored.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gongji.domain.actor import Actor
from gongji.domain.business_day import Days
from gongji.domain.errors import Code, not_found, refuse
from gongji.store.database import pool
from gongji.store.export_links import Link, Wanted, give_link
from gongji.store.reading.accounts import extent_of_movements
from gongji.store.rows import PersonRow
from gongji.usecases.ports import Ports
from gongji.usecases.transaction import Transaction, command

OPERATION: Final = "exportMovements"


@dataclass(frozen=True, slots=True)
class ExportMovements:
    """An account owner's request, or that of a guardian."""

    request_id: UUID
    days: Days


@dataclass(frozen=True, slots=True)
class Exported:
    """The link to an export."""

    link: Link
    replayed: bool


async def export_movements(request: ExportMovements, actor: Actor, ports: Ports) -> Exported:
    """Give a link to the movements of the acting person's own account.

    Raises:
        Forbidden: the actor is no person.
        Refusal: no guardian or proxy of that ward, days in the wrong order, or more movements
            than one file holds.
        RequestIdReused, RequestVoided: the key is another request's, or barred.

    Clause: G18, G19.
    """
    done = await _allow(request, actor, ports)
    wanted = Wanted(actor, request.days)
    link = await give_link(pool(), done.id, wanted, ports.key_ring, ports.clock.now())
    return Exported(link, done.replayed)


@command(OPERATION)
async def _allow(tx: Transaction, request: ExportMovements) -> UUID:
    """Claim the key for an export; returns the export's id."""
    person_id, _ = await tx.acting_person()
    if not await PersonRow.filter(id=person_id).using_db(tx.connection).exists():
        raise not_found()
    await tx.claim()
    if request.days.is_reversed:
        raise refuse(Code.PERIOD_ENDS_BEFORE_IT_BEGINS, "toDay")
    extent = await extent_of_movements(tx.connection, person_id, request.days)
    if extent.is_too_long:
        raise refuse(Code.EXPORT_TOO_LONG, "fromDay")
    return tx.changes.make_id()
