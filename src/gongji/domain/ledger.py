"""The ledger: every movement of money is one transfer from one account to another, for ever.

A transfer is never changed; a mistake gets another transfer. Personal accounts number their entries
and carry the balance after each. Control accounts (contributions, payable, premium, suspense) have
neither, so that no busy hospital becomes a hot row.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

from gongji.domain.money import Fen
from gongji.domain.person import PersonalAccount

_CONTROL_ACCOUNTS: Final = UUID("0199f2a0-6000-7000-8000-676f6e676a69")


class ControlKind(StrEnum):
    """What a control account stands for; its holder is a region, or an institution's code."""

    CONTRIBUTIONS = "CONTRIBUTIONS"
    PAYABLE = "PAYABLE"
    PREMIUM_PAYABLE = "PREMIUM_PAYABLE"
    SUSPENSE = "SUSPENSE"


@lru_cache(maxsize=1024)
def control_account_id(kind: ControlKind, holder: str) -> UUID:
    """Return the id of a control account: the same for ever, so that no look-up is needed.

    Args:
        kind: what it stands for.
        holder: six digits of the region, or the institution's code for ``PAYABLE``.
    """
    return uuid5(_CONTROL_ACCOUNTS, f"{kind}/{holder}")


class CauseKind(StrEnum):
    """What made a transfer necessary."""

    OPENING = "OPENING"
    CONTRIBUTION = "CONTRIBUTION"
    SETTLEMENT = "SETTLEMENT"
    REVERSAL = "REVERSAL"
    PREMIUM = "PREMIUM"
    PREMIUM_REFUND = "PREMIUM_REFUND"


@dataclass(frozen=True, slots=True)
class Cause:
    """The fact behind a transfer: what, which one, on which business day."""

    kind: CauseKind
    id: UUID
    day: date


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement.

    Args:
        amount: fen, more than zero.
        account_id: the personal account that it touches, if any.
        entry_no: number of the entry on that account.
        balance_after: fen on that account afterwards.
    """

    debit_id: UUID
    credit_id: UUID
    amount: Fen
    cause: Cause
    account_id: UUID | None = None
    entry_no: int | None = None
    balance_after: Fen | None = None

    def __post_init__(self) -> None:
        """Refuse to exist without an amount: a bug above.

        Raises:
            ValueError: the amount is not more than zero, or the balance would become negative.
        """
        if self.amount <= 0:
            raise ValueError("a transfer moves more than nothing")
        if self.balance_after is not None and self.balance_after < 0:
            raise ValueError("a personal account is never negative")


def draw(
    account: PersonalAccount, amount: Fen, *, to: UUID, cause: Cause
) -> tuple[PersonalAccount, Transfer]:
    """Take money from a personal account to a control account."""
    after = _booked(account, Fen(-amount))
    return after, Transfer(account.id, to, amount, cause, after.id, after.entry_no, after.balance)


def pay_in(
    account: PersonalAccount, amount: Fen, *, source: UUID, cause: Cause
) -> tuple[PersonalAccount, Transfer]:
    """Bring money from a control account to a personal account."""
    after = _booked(account, amount)
    return after, Transfer(
        source, account.id, amount, cause, after.id, after.entry_no, after.balance
    )


def _booked(account: PersonalAccount, change: Fen) -> PersonalAccount:
    return replace(account, balance=Fen(account.balance + change), entry_no=account.entry_no + 1)


def between_controls(amount: Fen, *, source: UUID, to: UUID, cause: Cause) -> Transfer:
    """Move money between two control accounts: a leg that returns to suspense (G13)."""
    return Transfer(source, to, amount, cause)


def balance_of(account_id: UUID, transfers: Iterable[Transfer]) -> Fen:
    """Recompute a balance: credits minus debits."""
    return Fen(
        sum(
            (t.amount if t.credit_id == account_id else 0)
            - (t.amount if t.debit_id == account_id else 0)
            for t in transfers
        )
    )
