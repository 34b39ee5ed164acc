"""Movements (共济明细): the entries of one personal account as its owner reads them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from gongji.domain.ledger import CauseKind
from gongji.domain.money import Fen


class MovementKind(StrEnum):
    """What an entry is to the owner of the account."""

    OPENING = "OPENING"
    CONTRIBUTION = "CONTRIBUTION"
    OWN = "OWN"
    SHARED = "SHARED"
    OWN_REVERSED = "OWN_REVERSED"
    SHARED_REVERSED = "SHARED_REVERSED"
    PREMIUM = "PREMIUM"
    PREMIUM_REFUNDED = "PREMIUM_REFUNDED"


MOVEMENT_NAMES: Final = {
    MovementKind.OPENING: "期初余额",
    MovementKind.CONTRIBUTION: "个人账户划入",
    MovementKind.OWN: "本人结算支出",
    MovementKind.SHARED: "共济支出",
    MovementKind.OWN_REVERSED: "本人结算撤销退回",
    MovementKind.SHARED_REVERSED: "共济支出撤销退回",
    MovementKind.PREMIUM: "代缴居民医保费",
    MovementKind.PREMIUM_REFUNDED: "居民医保费退回",
}
_SIMPLE: Final = {
    CauseKind.OPENING: MovementKind.OPENING,
    CauseKind.CONTRIBUTION: MovementKind.CONTRIBUTION,
    CauseKind.PREMIUM: MovementKind.PREMIUM,
    CauseKind.PREMIUM_REFUND: MovementKind.PREMIUM_REFUNDED,
}
_OWN: Final = {
    CauseKind.SETTLEMENT: MovementKind.OWN,
    CauseKind.REVERSAL: MovementKind.OWN_REVERSED,
}
_SHARED: Final = {
    CauseKind.SETTLEMENT: MovementKind.SHARED,
    CauseKind.REVERSAL: MovementKind.SHARED_REVERSED,
}


def movement_kind(cause: CauseKind, *, is_own_bill: bool) -> MovementKind:
    """Tell what an entry is; a bill is the owner's own or that of somebody who is shared with."""
    return _SIMPLE.get(cause) or (_OWN if is_own_bill else _SHARED)[cause]


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of a personal account.

    Args:
        entry_no: counts from 1 on the account.
        amount: fen, negative where money left.
        settlement_id: the owner's own bill behind it; None for all else.
    """

    entry_no: int
    kind: MovementKind
    amount: Fen
    balance_after: Fen
    business_day: date
    booked_at: datetime
    settlement_id: UUID | None
