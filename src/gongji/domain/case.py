"""Cases (待办案件): what cannot end by itself, so that staff must look at it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from gongji.domain.money import Fen

UNCONFIRMED_FOR: Final = timedelta(minutes=30)
"""How long a premium may wait for the tax bureau's answer before a case is opened (G14)."""


class CaseKind(StrEnum):
    """Why a case was opened. Values are only ever added."""

    PREMIUM_UNCONFIRMED = "PREMIUM_UNCONFIRMED"
    REVERSAL_SUSPENDED = "REVERSAL_SUSPENDED"
    REFUND_SUSPENDED = "REFUND_SUSPENDED"


class CaseStatus(StrEnum):
    """State of a case."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Case:
    """One case; there is at most one of a kind per subject and person.

    Args:
        subject_id: the premium, or the settlement that was reversed.
        person_id: whose money waits: the premium's payer, or the owner of the closed account.
        region: six digits; its staff work on the case.
        amount: fen that wait.
    """

    id: UUID
    kind: CaseKind
    subject_id: UUID
    person_id: UUID
    region: str
    amount: Fen
    opened_at: datetime
    closed_at: datetime | None = None

    @property
    def status(self) -> CaseStatus:
        """Whether staff still has to look at it."""
        return CaseStatus.OPEN if self.closed_at is None else CaseStatus.CLOSED
