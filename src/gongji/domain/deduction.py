"""The deduction resolver: own account first, then the sharers in order, then cash.

This is the only place that decides who pays. Quotes, settlements, premiums, account views and
what-if questions all call ``resolve``. It is pure: the same purses give the same split for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from gongji.domain.money import NOTHING, Fen, total


class LegType(StrEnum):
    """Where a part of the money comes from. The list is open: a wallet may follow."""

    OWN = "OWN"
    SHARED = "SHARED"
    CASH = "CASH"


class Skip(StrEnum):
    """Why a purse paid nothing although money was due, the first that applies (G3, G21)."""

    STATUS = "STATUS"
    PAUSED = "PAUSED"
    REGION = "REGION"
    ORDER = "ORDER"
    EMPTY = "EMPTY"
    LIMIT = "LIMIT"
    RESERVE = "RESERVE"


class Stop(StrEnum):
    """What ended a draw before the due was met, the first that applies."""

    LIMIT = "LIMIT"
    RESERVE = "RESERVE"
    BALANCE = "BALANCE"


class CashReason(StrEnum):
    """Why a whole bill is cash."""

    PLACE = "PLACE"
    PERSON = "PERSON"
    OWN_ACCOUNT = "OWN_ACCOUNT"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"


@dataclass(frozen=True, slots=True)
class Purse:
    """One account as the resolver sees it.

    Args:
        rank: 0 for the own account, then 1, 2, ... in the order of drawing.
        balance: fen on the account.
        limit_left: fen that the binding's limits still allow (G8); None: no limit.
        reserve: fen that must stay in the account (G8); zero for the own account.
        barred: why nothing may be drawn at all.
        binding_id: the binding that lets it pay; None for the own account.
        entry_no: last entry of the account: which moment of its history was seen.
    """

    account_id: UUID
    rank: int
    balance: Fen
    limit_left: Fen | None = None
    reserve: Fen = NOTHING
    barred: Skip | None = None
    binding_id: UUID | None = None
    entry_no: int = 0

    @property
    def type(self) -> LegType:
        """Tell whether this is the own account or a sharer's."""
        return LegType.OWN if self.binding_id is None else LegType.SHARED

    @property
    def drawable(self) -> Fen:
        """Return the fen that may be drawn now."""
        if self.barred is not None:
            return NOTHING
        above_reserve = self.balance - self.reserve
        allowed = above_reserve if self.limit_left is None else min(above_reserve, self.limit_left)
        return Fen(max(0, allowed))

    @property
    def skip(self) -> Skip | None:
        """Tell why nothing can be drawn; None where something can."""
        if self.barred is not None or self.drawable > 0:
            return self.barred
        if self.balance <= 0:
            return Skip.EMPTY
        if self.limit_left is not None and self.limit_left <= 0:
            return Skip.LIMIT
        return Skip.RESERVE

    @property
    def stop(self) -> Stop:
        """Tell what ends a draw of all that is drawable: limit, then reserve, then balance."""
        if self.limit_left is not None and self.drawable == self.limit_left:
            return Stop.LIMIT
        return Stop.RESERVE if self.reserve > 0 else Stop.BALANCE


@dataclass(frozen=True, slots=True)
class Step:
    """What one purse did: it drew, it was skipped, or it was not needed (neither)."""

    purse: Purse
    drawn: Fen = NOTHING
    stop: Stop | None = None
    skip: Skip | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Who pays how much of what was due; ``own + shared + cash == due``."""

    due: Fen
    steps: tuple[Step, ...]

    @property
    def legs(self) -> tuple[Step, ...]:
        """Return the steps that pay."""
        return tuple(step for step in self.steps if step.drawn > 0)

    @property
    def own(self) -> Fen:
        """Return what the own account pays."""
        return total(*(s.drawn for s in self.steps if s.purse.type is LegType.OWN))

    @property
    def shared(self) -> Fen:
        """Return what all sharers pay."""
        return total(*(s.drawn for s in self.steps if s.purse.type is LegType.SHARED))

    @property
    def cash(self) -> Fen:
        """Return what nobody's account pays."""
        return Fen(self.due - self.own - self.shared)


def resolve(due: Fen, purses: Iterable[Purse]) -> Split:
    """Draw ``due`` fen from ``purses`` in order; the rest is cash.

    Args:
        due: the person's eligible share, zero or more.
        purses: own account first, then sharers in the beneficiary's order.

    Raises:
        ValueError: ``due`` is negative: a bug above, not a refusal.

    Clause: S2.1, S2.2, G3, G4.
    """
    if due < 0:
        raise ValueError("due must not be negative")
    steps = []
    remaining = due
    for purse in purses:
        step = _draw(remaining, purse)
        remaining = Fen(remaining - step.drawn)
        steps.append(step)
    return Split(due, tuple(steps))


def _draw(remaining: Fen, purse: Purse) -> Step:
    if remaining == NOTHING:
        return Step(purse)
    if purse.skip is not None:
        return Step(purse, skip=purse.skip)
    drawn = min(remaining, purse.drawable)
    return Step(purse, Fen(drawn), stop=purse.stop if drawn < remaining else None)
