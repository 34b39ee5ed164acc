"""Reversals as values."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from gongji.domain.money import Fen


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
