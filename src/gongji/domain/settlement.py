"""A settlement: its facts and legs, its booking, and its reversal to the accounts it came from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from gongji.domain.bill import Bill
from gongji.domain.deduction import LegType, Split
from gongji.domain.errors import Code, Reason
from gongji.domain.ledger import (
    Cause,
    ControlKind,
    Transfer,
    between_controls,
    control_account_id,
    draw,
    pay_in,
)
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, PersonalAccount
from gongji.domain.policy import CredentialKind


class SettlementStatus(StrEnum):
    """State of a settlement: it stands, or it was reversed."""

    SETTLED = "SETTLED"
    REVERSED = "REVERSED"


@dataclass(frozen=True, slots=True)
class Leg:
    """What one account paid of a settlement or premium; the own account has rank 0."""

    account_id: UUID
    type: LegType
    rank: int
    amount: Fen
    binding_id: UUID | None = None


def legs_of(split: Split) -> tuple[Leg, ...]:
    """Return the legs of a split, in order; accounts that pay nothing have none."""
    return tuple(
        Leg(
            account_id=step.purse.account_id,
            type=step.purse.type,
            rank=step.purse.rank,
            amount=step.drawn,
            binding_id=step.purse.binding_id,
        )
        for step in split.legs
    )


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settled bill: the same facts for ever, but for ``reversal_id``, which shows now.

    Args:
        own_balance_after: fen on the own account afterwards; None without one.
        explanation: what ``explanation.record`` wrote.
    """

    id: UUID
    institution_id: UUID
    beneficiary_id: UUID
    business_day: date
    settled_at: datetime
    bill: Bill
    eligible: Fen
    own: Fen
    shared: Fen
    cash: Fen
    own_balance_after: Fen | None
    credential_kind: CredentialKind
    credential_digest: str
    policy_version: str
    order_version: int
    explanation: Mapping[str, Any]
    request_id: UUID
    actor: Mapping[str, str]
    reversal_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reversal:
    """The one reversal of a settlement.

    Args:
        suspended: fen that went to suspense, because an account was closed (G13).
    """

    id: UUID
    settlement_id: UUID
    reversed_at: datetime
    business_day: date
    reason: str | None
    suspended: Fen


Accounts = dict[UUID, PersonalAccount]


def book(
    legs: Iterable[Leg], accounts: Mapping[UUID, PersonalAccount], *, payable: UUID, cause: Cause
) -> tuple[Accounts, tuple[Transfer, ...]]:
    """Draw every leg from its account to a payable account.

    Returns:
        The accounts as they stand afterwards, and the transfers in the order of the legs.
    """
    after: Accounts = {}
    transfers = []
    for leg in legs:
        account = after.get(leg.account_id, accounts[leg.account_id])
        after[leg.account_id], transfer = draw(account, leg.amount, to=payable, cause=cause)
        transfers.append(transfer)
    return after, tuple(transfers)


def give_back(
    legs: Iterable[Leg],
    accounts: Mapping[UUID, PersonalAccount],
    *,
    payable: UUID,
    cause: Cause,
    at: datetime,
) -> tuple[Accounts, tuple[Transfer, ...]]:
    """Return every leg to the account that it came from; a closed account's leg goes to suspense.

    Neither an ending, a reorder, a pause nor a freeze of an account hinders it.

    Clause: G13.
    """
    after: Accounts = {}
    transfers = []
    for leg in legs:
        account = after.get(leg.account_id, accounts[leg.account_id])
        if account.status.at(at) is AccountStatus.CLOSED:
            suspense = control_account_id(ControlKind.SUSPENSE, account.region)
            transfers.append(between_controls(leg.amount, source=payable, to=suspense, cause=cause))
            continue
        after[leg.account_id], transfer = pay_in(account, leg.amount, source=payable, cause=cause)
        transfers.append(transfer)
    return after, tuple(transfers)


def reasons_against_reversal(
    settled_on: date, *, today: date, within_days: int
) -> tuple[Reason, ...]:
    """List what stands against reversing a settlement that is not reversed yet.

    Clause: G13.
    """
    if today > settled_on + timedelta(days=within_days):
        return (Reason(Code.REVERSAL_TOO_LATE, ("settlementId",)),)
    return ()
