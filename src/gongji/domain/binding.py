"""The binding (共济关系) between a sharer and a beneficiary: its states, moves, limits, consent.

An invitation is a binding's face before acceptance. *Suspended* is never stored: it is how an
active binding shows while its sharer cannot share.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from gongji.domain.business_day import business_day, full_years
from gongji.domain.deduction import Skip
from gongji.domain.errors import Code, refuse
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen


class BindingStatus(StrEnum):
    """State of a binding; the last five are final."""

    INVITED = "INVITED"
    IN_REVIEW = "IN_REVIEW"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    REFUSED = "REFUSED"
    ENDED = "ENDED"


OPEN: Final = frozenset(
    {
        BindingStatus.INVITED,
        BindingStatus.IN_REVIEW,
        BindingStatus.ACTIVE,
        BindingStatus.PAUSED,
    }
)
"""Not final: at most one of these per pair (G9)."""
LIVE: Final = frozenset({BindingStatus.ACTIVE, BindingStatus.PAUSED})
"""Counted by G6, and listed in the order."""


class Move(StrEnum):
    """What can be done to a binding."""

    ACCEPT = "ACCEPT"
    ACCEPT_FOR_REVIEW = "ACCEPT_FOR_REVIEW"
    CONFIRM_KINSHIP = "CONFIRM_KINSHIP"
    REFUSE_KINSHIP = "REFUSE_KINSHIP"
    DECLINE = "DECLINE"
    WITHDRAW = "WITHDRAW"
    EXPIRE = "EXPIRE"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    END = "END"
    END_BY_NEWS = "END_BY_NEWS"


MOVES: Final[dict[tuple[BindingStatus, Move], BindingStatus]] = {
    (BindingStatus.INVITED, Move.ACCEPT): BindingStatus.ACTIVE,
    (BindingStatus.INVITED, Move.ACCEPT_FOR_REVIEW): BindingStatus.IN_REVIEW,
    (BindingStatus.INVITED, Move.DECLINE): BindingStatus.DECLINED,
    (BindingStatus.INVITED, Move.WITHDRAW): BindingStatus.WITHDRAWN,
    (BindingStatus.INVITED, Move.EXPIRE): BindingStatus.EXPIRED,
    (BindingStatus.INVITED, Move.END_BY_NEWS): BindingStatus.ENDED,
    (BindingStatus.IN_REVIEW, Move.CONFIRM_KINSHIP): BindingStatus.ACTIVE,
    (BindingStatus.IN_REVIEW, Move.REFUSE_KINSHIP): BindingStatus.REFUSED,
    (BindingStatus.IN_REVIEW, Move.END): BindingStatus.ENDED,
    (BindingStatus.IN_REVIEW, Move.END_BY_NEWS): BindingStatus.ENDED,
    (BindingStatus.ACTIVE, Move.PAUSE): BindingStatus.PAUSED,
    (BindingStatus.ACTIVE, Move.END): BindingStatus.ENDED,
    (BindingStatus.ACTIVE, Move.END_BY_NEWS): BindingStatus.ENDED,
    (BindingStatus.PAUSED, Move.RESUME): BindingStatus.ACTIVE,
    (BindingStatus.PAUSED, Move.END): BindingStatus.ENDED,
    (BindingStatus.PAUSED, Move.END_BY_NEWS): BindingStatus.ENDED,
}
"""Every legal move; what is not here is refused."""


class Capacity(StrEnum):
    """As whom somebody consented: for themselves, as guardian of a child, as an elder's proxy."""

    SELF = "SELF"
    GUARDIAN = "GUARDIAN"
    PROXY = "PROXY"


@dataclass(frozen=True, slots=True)
class Consent:
    """An authorisation or acceptance as it was given (G26)."""

    by: UUID
    capacity: Capacity
    channel: str
    declaration_version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """A sharer's limits for one binding, fen; None: none (G8)."""

    per_settlement: Fen | None = None
    per_month: Fen | None = None
    per_year: Fen | None = None

    @property
    def is_set(self) -> bool:
        """Tell whether there is any limit at all."""
        return any(x is not None for x in (self.per_settlement, self.per_month, self.per_year))

    def left(self, used: "Used") -> Fen | None:
        """Return what the tightest limit still allows, not below zero; None without limits.

        Clause: G8.
        """
        allowed = [
            bound - spent
            for bound, spent in (
                (self.per_settlement, 0),
                (self.per_month, used.in_month),
                (self.per_year, used.in_year),
            )
            if bound is not None
        ]
        return Fen(max(0, min(allowed))) if allowed else None


@dataclass(frozen=True, slots=True)
class Used:
    """Draws minus reversals over a binding, fen, in the business day's month and year (G8)."""

    in_month: Fen = Fen(0)
    in_year: Fen = Fen(0)

    def plus(self, drawn: Fen) -> "Used":
        """Return what is used after one more draw on the same business day."""
        return Used(Fen(self.in_month + drawn), Fen(self.in_year + drawn))


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding, from invitation to end.

    Args:
        kinship: the beneficiary is the sharer's ...
        position: the beneficiary's own order; None: not set by the beneficiary.
        accepted_at: when it became live; decides ties of the order.
        sharer_consent: the sharer's authorisation (G26).
        beneficiary_consent: the beneficiary's acceptance (G26).
    """

    id: UUID
    sharer_id: UUID
    beneficiary_id: UUID
    kinship: Kinship
    status: BindingStatus
    invited_at: datetime
    expires_at: datetime
    sharer_consent: Consent
    accepted_at: datetime | None = None
    beneficiary_consent: Consent | None = None
    position: int | None = None
    limit: Limit = Limit()
    ended_at: datetime | None = None

    def is_party(self, person_id: UUID) -> bool:
        """Tell whether somebody is one of the two."""
        return person_id in {self.sharer_id, self.beneficiary_id}

    def has_expired(self, at: datetime) -> bool:
        """Tell whether an open invitation's time is over; the last moment no longer counts (G9)."""
        return self.status is BindingStatus.INVITED and at >= self.expires_at

    def status_at(self, at: datetime) -> BindingStatus:
        """Return the state as it must show at ``at``, before any sweep."""
        return BindingStatus.EXPIRED if self.has_expired(at) else self.status

    def after(self, move: Move, *, at: datetime) -> "Binding":
        """Make a legal move; becoming live for the first time sets ``accepted_at``.

        Raises:
            Refusal: the move is not in the table, or the invitation has expired.

        Clause: G9, G10, and the table ``MOVES``.
        """
        to = self._state_after(move, at)
        accepted_at = at if to in LIVE and self.accepted_at is None else self.accepted_at
        ended_at = at if to not in OPEN else None
        return replace(self, status=to, accepted_at=accepted_at, ended_at=ended_at)

    def _state_after(self, move: Move, at: datetime) -> BindingStatus:
        if self.has_expired(at):
            # What shows as expired stays expired, also where the sweep comes after the news.
            if move not in {Move.EXPIRE, Move.END_BY_NEWS}:
                raise refuse(Code.INVITATION_EXPIRED)
            return BindingStatus.EXPIRED
        to = MOVES.get((self.status, move))
        if to is None or move is Move.EXPIRE:
            raise refuse(Code.MOVE_NOT_ALLOWED)
        return to

    def accepted(self, consent: Consent, *, for_review: bool) -> "Binding":
        """Accept the invitation, at the consent's time; live at once unless it goes to review.

        Raises:
            Refusal: it cannot be accepted any more.

        Clause: S3.5, G9, G20, G26.
        """
        move = Move.ACCEPT_FOR_REVIEW if for_review else Move.ACCEPT
        return replace(self.after(move, at=consent.at), beneficiary_consent=consent)

    def awaits_own_consent(self, *, birth: date, adult_at: int, at: datetime) -> bool:
        """Tell whether a child for whom a guardian accepted is of age and must confirm anew.

        Clause: G19.
        """
        given = self.beneficiary_consent
        if given is None or given.capacity is not Capacity.GUARDIAN or self.status not in LIVE:
            return False
        return full_years(birth, business_day(at)) >= adult_at


def expiry(invited_at: datetime, *, hours: int) -> datetime:
    """Return the exclusive end of an invitation's life (G9)."""
    return invited_at + timedelta(hours=hours)


def acceptance_key(binding: Binding) -> tuple[datetime, UUID]:
    """Sort bindings by acceptance time, then id (G1)."""
    return (binding.accepted_at or binding.invited_at, binding.id)


def rank_key(binding: Binding) -> tuple[bool, int, datetime, UUID]:
    """Sort bindings by position, then acceptance time, then id: stable under ties (G1, G2)."""
    return (binding.position is None, binding.position or 0, *acceptance_key(binding))


def barred_by_binding(binding: Binding, *, awaits_consent: bool) -> Skip | None:
    """Tell whether the binding itself bars a draw: paused, or awaiting the child's own consent."""
    if binding.status is BindingStatus.PAUSED or awaits_consent:
        return Skip.PAUSED
    return None


def order_with(order: list[UUID], new: UUID, *, position: int | None) -> list[UUID]:
    """Return an order with a new binding at a position, counted from 1; None appends (G2).

    Raises:
        Refusal: the position is not within 1 and one more than there are.
    """
    place = len(order) + 1 if position is None else position
    if not 1 <= place <= len(order) + 1:
        raise refuse(Code.POSITION_OUT_OF_RANGE, "position")
    return [*order[: place - 1], new, *order[place - 1 :]]


def check_order(wished: tuple[UUID, ...], live: frozenset[UUID]) -> None:
    """Check that an order lists every live binding exactly once.

    Raises:
        Refusal: ``ORDER_INCOMPLETE``.

    Clause: S2.2.
    """
    if len(wished) != len(live) or set(wished) != live:
        raise refuse(Code.ORDER_INCOMPLETE, "bindingIds")
