"""Insured persons, their personal accounts, and facts that change at a known moment."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from gongji.domain.money import Fen


class PersonStatus(StrEnum):
    """State of a person's insurance."""

    NORMAL = "NORMAL"
    STOPPED = "STOPPED"
    MOVED_OUT = "MOVED_OUT"
    DECEASED = "DECEASED"

    @property
    def ends_bindings(self) -> bool:
        """Tell whether bindings of both roles end with this news (G15)."""
        return self in {PersonStatus.MOVED_OUT, PersonStatus.DECEASED}


class AccountStatus(StrEnum):
    """State of a personal account."""

    NORMAL = "NORMAL"
    FROZEN = "FROZEN"
    CLOSED = "CLOSED"


class Scheme(StrEnum):
    """Insurance scheme: 310 employee, 390 resident."""

    EMPLOYEE = "EMPLOYEE"
    RESIDENT = "RESIDENT"


S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Dated(Generic[S]):
    """A state and, where it is known, the next one and the moment from which it holds.

    Clause: G22 (news may be dated ahead; late news never changes an earlier settlement).
    """

    state: S
    then: S | None = None
    since: datetime | None = None

    def at(self, moment: datetime) -> S:
        """Return the state that holds at ``moment``."""
        if self.then is not None and self.since is not None and moment >= self.since:
            return self.then
        return self.state


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """What the locked row of a person says about the person as somebody who settles bills."""

    id: UUID
    status: Dated[PersonStatus]
    region: str
    scheme: Scheme
    order_version: int = 0
    order_is_set: bool = False


@dataclass(frozen=True, slots=True)
class PersonalAccount:
    """A personal account (个人账户) with all that a draw needs to know about its owner.

    Args:
        balance: fen, never negative.
        reserve: fen that a sharer's draw leaves (G8); the owner's own bills ignore it.
        entry_no: number of the last entry booked on the account.
    """

    id: UUID
    owner_id: UUID
    balance: Fen
    status: Dated[AccountStatus]
    owner_status: Dated[PersonStatus]
    region: str
    reserve: Fen = Fen(0)
    entry_no: int = 0

    def may_share(self, moment: datetime) -> bool:
        """Tell whether account and owner are both in normal status (S3.1)."""
        return (
            self.status.at(moment) is AccountStatus.NORMAL
            and self.owner_status.at(moment) is PersonStatus.NORMAL
        )
