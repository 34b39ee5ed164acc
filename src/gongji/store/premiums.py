"""Premiums as values: debited, concluded by the tax bureau's answer or a refund, read back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.domain.binding import LIVE
from gongji.domain.business_day import business_day
from gongji.domain.case import CaseKind
from gongji.domain.deduction import LegType
from gongji.domain.events import Event, EventKind
from gongji.domain.ledger import Cause, CauseKind, ControlKind, control_account_id
from gongji.domain.money import Fen
from gongji.domain.page import PageOf, PageRequest
from gongji.domain.premium import (
    Premium,
    PremiumMove,
    PremiumSide,
    PremiumStatus,
    premium_after,
)
from gongji.domain.settlement import Leg, give_back, suspended_legs
from gongji.store.cases import open_suspended
from gongji.store.changes import Changes, Table
from gongji.store.guardians import GUARDIANSHIP
from gongji.store.locks import LockedBeneficiary, lock_accounts
from gongji.store.rows import BindingRow, PremiumRow
from gongji.store.sql import rows, to_json

_COLUMNS: Final = """p.id, p.binding_id, p.payer_id, p.insured_id, p.year, p.category, p.region,
    p.amount_fen, p.status, p.business_day, p.debited_at, p.confirmed_at, p.failed_at,
    p.refunded_at, p.tax_reference"""
_BY_ID: Final = f"""
SELECT {_COLUMNS} FROM premium AS p
WHERE p.id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
"""
_LEGS: Final = """
SELECT premium_id, account_id, rank, amount_fen, binding_id FROM premium_leg
WHERE premium_id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
ORDER BY premium_id, rank
"""


def insert_premium(
    changes: Changes,
    premium: Premium,
    legs: Iterable[Leg],
    *,
    explanation: Mapping[str, Any],
    actor: Actor,
    request_id: UUID,
) -> None:
    """Collect the rows of a premium and its legs."""
    changes.insert(
        Table.PREMIUM,
        {
            "id": premium.id,
            "binding_id": premium.binding_id,
            "payer_id": premium.payer_id,
            "insured_id": premium.insured_id,
            "year": premium.year,
            "category": premium.category,
            "region": premium.region,
            "amount_fen": premium.amount,
            "status": premium.status,
            "business_day": premium.business_day,
            "debited_at": premium.debited_at,
            "explanation": explanation,
            "actor": actor.record(),
            "request_id": request_id,
        },
    )
    for leg in legs:
        changes.insert(
            Table.PREMIUM_LEG,
            {
                "id": changes.make_id(),
                "premium_id": premium.id,
                "account_id": leg.account_id,
                "binding_id": leg.binding_id,
                "rank": leg.rank,
                "amount_fen": leg.amount,
                "business_day": premium.business_day,
            },
        )


async def return_legs(
    connection: BaseDBAsyncClient, changes: Changes, premium: Premium, at: datetime
) -> None:
    """Return every leg of a premium to the account that it came from; a closed one has a case.

    The insured person's beneficiary row is locked; the accounts are locked here.

    Clause: G13, G14.
    """
    legs = (await legs_of_premiums(connection, [premium.id]))[premium.id]
    accounts = await lock_accounts(connection, (leg.account_id for leg in legs))
    after, transfers = give_back(
        legs,
        accounts,
        payable=premium_payable(premium.region),
        cause=Cause(CauseKind.PREMIUM_REFUND, premium.id, business_day(at)),
        at=at,
    )
    changes.transfers(*transfers)
    for account in after.values():
        changes.account(account)
    held = suspended_legs(legs, accounts, at)
    open_suspended(changes, CaseKind.REFUND_SUSPENDED, premium.id, held, accounts)


async def book_refund(
    connection: BaseDBAsyncClient,
    changes: Changes,
    premium: Premium,
    *,
    insured: LockedBeneficiary,
    by: Actor,
    reason: str | None = None,
) -> None:
    """Give a confirmed premium back, every leg to its account.

    Args:
        premium: as read under the lock of its insured person, and refundable.

    Clause: G14.
    """
    await return_legs(connection, changes, premium, changes.at)
    status = premium_after(premium.status, PremiumMove.REFUND)
    await move_premium(connection, premium.id, status, changes.at, refund_reason=reason)
    ids = {"premium": premium.id, "binding": premium.binding_id}
    changes.event(Event(EventKind.PREMIUM_REFUNDED, premium.insured_id, ids), insured, by=by)


def premium_payable(region: str) -> UUID:
    """Return the control account that owes a region's premiums to the tax bureau."""
    return control_account_id(ControlKind.PREMIUM_PAYABLE, region)


_MOMENTS: Final = {
    PremiumStatus.CONFIRMED: "confirmed_at",
    PremiumStatus.FAILED: "failed_at",
    PremiumStatus.REFUNDED: "refunded_at",
}


async def move_premium(
    connection: BaseDBAsyncClient,
    premium_id: UUID,
    status: PremiumStatus,
    at: datetime,
    **columns: str | None,
) -> None:
    """Store a premium's new state and its moment; the insured's beneficiary row is locked.

    Args:
        columns: what comes with it: ``tax_reference`` or ``refund_reason``.
    """
    moment = {_MOMENTS[status]: at}
    changed: dict[str, Any] = {"status": status, **moment, **columns}
    await PremiumRow.filter(id=premium_id).using_db(connection).update(**changed)


async def premiums_by_id(connection: BaseDBAsyncClient, ids: Iterable[UUID]) -> dict[UUID, Premium]:
    """Read premiums by id; an unknown id is left out."""
    return {row["id"]: _read(row) for row in await rows(connection, _BY_ID, to_json(list(ids)))}


async def legs_of_premiums(
    connection: BaseDBAsyncClient, ids: Iterable[UUID]
) -> dict[UUID, tuple[Leg, ...]]:
    """Read the legs of premiums, the payer's first."""
    legs: dict[UUID, tuple[Leg, ...]] = {}
    for row in await rows(connection, _LEGS, to_json(list(ids))):
        leg = Leg(
            account_id=row["account_id"],
            type=LegType.SHARED,
            rank=row["rank"],
            amount=Fen(row["amount_fen"]),
            binding_id=row["binding_id"],
        )
        legs[row["premium_id"]] = (*legs.get(row["premium_id"], ()), leg)
    return legs


def _read(row: dict[str, Any]) -> Premium:
    status = PremiumStatus(row.pop("status"))
    return Premium(amount=Fen(row.pop("amount_fen")), status=status, **row)


_PAGES: Final = {
    (side, is_backward): f"""
SELECT {_COLUMNS} FROM premium AS p
WHERE p.{side.value.lower()}_id = $1 AND ($2::uuid IS NULL OR p.id {">" if is_backward else "<"} $2)
ORDER BY p.id {"ASC" if is_backward else "DESC"}
LIMIT $3
"""
    for side in PremiumSide
    for is_backward in (False, True)
}


async def page_of_premiums(
    connection: BaseDBAsyncClient, person_id: UUID, side: PremiumSide, page: PageRequest
) -> PageOf[Premium]:
    """Read one page of the premiums that a person paid or is insured by, the newest first.

    Args:
        page: its key is the id of a premium alone.
    """
    beyond = page.beyond[0] if page.beyond else None
    statement = _PAGES[side, page.is_backward]
    found = await rows(connection, statement, person_id, beyond, page.fetch)
    return PageOf.cut([_read(row) for row in found], page)


_UNCONFIRMED: Final = f"""
SELECT {_COLUMNS} FROM premium AS p
WHERE p.status = 'DEBITED' AND ($1::uuid IS NULL OR p.id > $1)
ORDER BY p.id
LIMIT $2
"""


async def unconfirmed_premiums(
    connection: BaseDBAsyncClient, *, after: UUID | None, limit: int
) -> list[Premium]:
    """Read premiums that are debited and not answered by the tax bureau, the oldest first."""
    return [_read(row) for row in await rows(connection, _UNCONFIRMED, after, limit)]


@dataclass(frozen=True, slots=True)
class PayersSide:
    """What is known, without a lock, of a premium that somebody wants to pay.

    Args:
        payer_id: the sharer who would pay.
        acting_id: the guardian or proxy who asks for the sharer; None: the sharer asks.
    """

    binding_id: UUID
    payer_id: UUID
    acting_id: UUID | None


@dataclass(frozen=True, slots=True)
class InsuredSide:
    """Whom a premium is for.

    Args:
        insured_id: the beneficiary of the payer's binding, whatever its state; None: no such one.
        guardianship: what ``guardians.capacity_at`` reads; None: nothing is recorded.
    """

    insured_id: UUID | None
    guardianship: str | None


_INSURED: Final = f"""
SELECT (SELECT b.beneficiary_id FROM binding AS b
        WHERE b.id = w.binding_id AND b.sharer_id = w.payer_id) AS insured_id,
    ({GUARDIANSHIP} WHERE g.guardian_id = w.acting_id AND g.ward_id = w.payer_id)::text
        AS guardianship
FROM jsonb_to_recordset($1::jsonb)
    AS w(place int, binding_id uuid, payer_id uuid, acting_id uuid)
ORDER BY w.place
"""


async def insured_sides(
    connection: BaseDBAsyncClient, sides: Sequence[PayersSide]
) -> list[InsuredSide]:
    """Return whom premiums are for, in the order of the payers' sides."""
    wanted = [{"place": place, **asdict(side)} for place, side in enumerate(sides)]
    return [InsuredSide(**row) for row in await rows(connection, _INSURED, to_json(wanted))]


async def insured_by_sharer(connection: BaseDBAsyncClient, sharer_id: UUID) -> list[UUID]:
    """Return the beneficiaries of a sharer's live bindings, in the order of acceptance."""
    live = BindingRow.filter(sharer_id=sharer_id, status__in=LIVE).using_db(connection)
    return [row.beneficiary_id for row in await live.order_by("accepted_at", "id")]
