"""The recorded explanation of a split: written once with the settlement, read for ever.

The record is plain JSON with everything that the decision saw, also what was drawable; ``replay``
computes the legs from it by other means. Sentences are made on reading, for one kind of viewer:
a beneficiary hears that a sharer's account was empty or not available, never why (G18).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from gongji.domain import texts
from gongji.domain.deduction import LegType, Skip, Step
from gongji.domain.family import BillSplit
from gongji.domain.money import Fen, yuan

FORM: Final = 1
"""Version of the record's form."""


def record(split: BillSplit, *, policy_version: str, ranks_are_shown: bool) -> dict[str, Any]:
    """Write a split down with all that it was decided from.

    Args:
        ranks_are_shown: False where the bureau's rule ordered by balance (G1).
    """
    return {
        "form": FORM,
        "policy": policy_version,
        "personal_share": split.personal_share,
        "eligible": split.eligible,
        "cash": split.cash,
        "cash_reason": split.cash_reason and str(split.cash_reason),
        "sharing_is_open": split.sharing_is_open,
        "ranks_are_shown": ranks_are_shown,
        "steps": [_record_step(step) for step in split.split.steps],
    }


def _record_step(step: Step) -> dict[str, Any]:
    purse = step.purse
    return {
        "account": str(purse.account_id),
        "binding": purse.binding_id and str(purse.binding_id),
        "type": str(purse.type),
        "rank": purse.rank,
        "balance": purse.balance,
        "entry_no": purse.entry_no,
        "limit_left": purse.limit_left,
        "reserve": purse.reserve,
        "barred": purse.barred and str(purse.barred),
        "drawn": step.drawn,
        "stop": step.stop and str(step.stop),
        "skip": step.skip and str(step.skip),
    }


class Viewer(StrEnum):
    """For whom an explanation is told."""

    BENEFICIARY = "BENEFICIARY"
    STAFF = "STAFF"


class Outcome(StrEnum):
    """What became of one account, as far as every viewer may know."""

    PAID = "PAID"
    PAID_ALL_AVAILABLE = "PAID_ALL_AVAILABLE"
    SKIPPED = "SKIPPED"
    NOT_NEEDED = "NOT_NEEDED"
    CASH = "CASH"


UNAVAILABLE: Final = "UNAVAILABLE"
_DRAWABLE_IS_NOTHING: Final = {Skip.EMPTY, Skip.LIMIT, Skip.RESERVE}


@dataclass(frozen=True, slots=True)
class ToldStep:
    """One step as told to one viewer.

    Args:
        rank: place in the order; None for the own account, for cash, and where ranks are not shown.
        reason: code of the stop or skip as far as the viewer may know; None where there is none.
    """

    type: LegType
    rank: int | None
    name: str | None
    drawn: Fen
    outcome: Outcome
    reason: str | None
    clause: str
    sentence: str


def tell(
    recorded: Mapping[str, Any], names: Mapping[UUID, str], viewer: Viewer
) -> tuple[ToldStep, ...]:
    """Tell a recorded explanation to one kind of viewer.

    Args:
        recorded: what ``record`` wrote.
        names: masked name of the sharer, by binding id.
        viewer: who reads it; decides how much of a sharer's reasons is said.

    Clause: G18, S2.1, S2.2, G4, G12.
    """
    return tuple(_tell(recorded, names, viewer))


def _tell(
    recorded: Mapping[str, Any], names: Mapping[UUID, str], viewer: Viewer
) -> Iterator[ToldStep]:
    if recorded["cash_reason"]:
        yield _tell_all_cash(recorded)
        return
    for step in told_order(recorded, viewer):
        yield _tell_account(step, recorded, names, viewer)
    yield from _tell_cash(recorded)


def told_order(recorded: Mapping[str, Any], viewer: Viewer) -> list[Mapping[str, Any]]:
    """Return the recorded steps in the order in which a viewer may see them.

    Where the bureau's rule drew the highest balance first, the order would tell a beneficiary who
    had more: then the sharers stand in the order of their bindings' ids.

    Clause: G1, G18.
    """
    steps: list[Mapping[str, Any]] = recorded["steps"]
    if recorded["ranks_are_shown"] or viewer is Viewer.STAFF:
        return steps
    return sorted(steps, key=lambda step: step["binding"] or "")


def cash_cause(recorded: Mapping[str, Any]) -> str | None:
    """Name why something was cash, as far as the beneficiary may know and can do something.

    Returns:
        A reason for the whole bill, ``NOT_ELIGIBLE``, ``NO_SHARERS``, ``ORDER``, ``REGION``, or
        ``SHORT`` for all else that kept a sharer from paying; None where nothing was cash.

    Clause: G4, G18.
    """
    if not recorded["cash"]:
        return None
    if recorded["cash_reason"]:
        return str(recorded["cash_reason"])
    if recorded["cash"] == recorded["personal_share"] - recorded["eligible"]:
        return "NOT_ELIGIBLE"
    shared = [step for step in recorded["steps"] if step["type"] == LegType.SHARED]
    reasons = {_reason_for(step, recorded, Viewer.BENEFICIARY) for step in shared}
    told = (one for one in (Skip.ORDER, Skip.REGION) if one in reasons)
    return str(next(told, "SHORT")) if shared else "NO_SHARERS"


_CASH_CLAUSES: Final = {
    "PLACE": "G16",
    "PERSON": "G16",
    "OWN_ACCOUNT": "G25",
    "NOT_ELIGIBLE": "G12",
}


def _tell_all_cash(recorded: Mapping[str, Any]) -> ToldStep:
    reason = recorded["cash_reason"]
    sentence = texts.CASH_REASONS[reason] if recorded["cash"] else texts.NO_CASH
    return _cash_step(recorded["cash"], reason, _CASH_CLAUSES[reason], sentence)


def _tell_cash(recorded: Mapping[str, Any]) -> Iterator[ToldStep]:
    ineligible = Fen(recorded["personal_share"] - recorded["eligible"])
    rest = Fen(recorded["cash"] - ineligible)
    if rest > 0:
        yield _cash_step(rest, None, "G4", texts.CASH_PAID.format(amount=yuan(rest)))
    if ineligible > 0:
        sentence = texts.CASH_NOT_ELIGIBLE.format(amount=yuan(ineligible))
        yield _cash_step(ineligible, "NOT_ELIGIBLE", "G12", sentence)
    if recorded["cash"] == 0:
        yield _cash_step(Fen(0), None, "G4", texts.NO_CASH)


def _cash_step(amount: Fen, reason: str | None, clause: str, sentence: str) -> ToldStep:
    return ToldStep(LegType.CASH, None, None, amount, Outcome.CASH, reason, clause, sentence)


def _tell_account(
    step: Mapping[str, Any],
    recorded: Mapping[str, Any],
    names: Mapping[UUID, str],
    viewer: Viewer,
) -> ToldStep:
    kind = LegType(step["type"])
    shows_rank = kind is LegType.SHARED and recorded["ranks_are_shown"]
    told = _Told(
        rank=step["rank"] if shows_rank else None,
        name=names[UUID(step["binding"])] if kind is LegType.SHARED else None,
        drawn=Fen(step["drawn"]),
    )
    reason = _reason_for(step, recorded, viewer)
    outcome = _outcome(step)
    return ToldStep(
        type=kind,
        rank=told.rank,
        name=told.name,
        drawn=told.drawn,
        outcome=outcome,
        reason=reason,
        clause=_clause(kind, outcome, reason),
        sentence=_sentence(told, outcome, reason),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """Whom a sentence is about, and how much the account paid."""

    rank: int | None
    name: str | None
    drawn: Fen

    @property
    def who(self) -> str:
        if self.name is None:
            return texts.OWN_WHO
        if self.rank is None:
            return texts.SHARER_WHO_UNRANKED.format(name=self.name)
        return texts.SHARER_WHO.format(rank=self.rank, name=self.name)


def _outcome(step: Mapping[str, Any]) -> Outcome:
    if step["drawn"]:
        return Outcome.PAID_ALL_AVAILABLE if step["stop"] else Outcome.PAID
    return Outcome.SKIPPED if step["skip"] else Outcome.NOT_NEEDED


def _reason_for(step: Mapping[str, Any], recorded: Mapping[str, Any], viewer: Viewer) -> str | None:
    if viewer is Viewer.STAFF or step["type"] == LegType.OWN:
        exact: str | None = step["stop"] or step["skip"]
        return exact
    if step["skip"] is None:
        return None
    skip = Skip(step["skip"])
    if skip in _DRAWABLE_IS_NOTHING:
        return str(Skip.EMPTY)
    if skip is Skip.ORDER or (skip is Skip.REGION and not recorded["sharing_is_open"]):
        return str(skip)
    return UNAVAILABLE


_SKIP_CLAUSES: Final = {"REGION": "G21", "ORDER": "G1", "LIMIT": "G8", "RESERVE": "G8"}
_OWN_SKIP_CLAUSES: Final = {"EMPTY": "S1.2", "STATUS": "G25"}


def _clause(kind: LegType, outcome: Outcome, reason: str | None) -> str:
    """Name the clause of what was said, so that it betrays no more than the reason does."""
    if kind is LegType.OWN:
        return _OWN_SKIP_CLAUSES[reason] if reason and outcome is Outcome.SKIPPED else "S2.1"
    if outcome is Outcome.SKIPPED:
        return _SKIP_CLAUSES.get(reason or UNAVAILABLE, "G3")
    return "S2.2"


def _sentence(told: _Told, outcome: Outcome, reason: str | None) -> str:
    match outcome:
        case Outcome.NOT_NEEDED:
            return texts.NOT_NEEDED.format(who=told.who)
        case Outcome.SKIPPED:
            return texts.SKIPPED[reason or UNAVAILABLE].format(who=told.who)
        case Outcome.PAID:
            return texts.PAID.format(who=told.who, amount=yuan(told.drawn))
        case _:
            why = texts.STOPPED[reason or "ANY"]
            return texts.PAID_ALL.format(who=told.who, amount=yuan(told.drawn), why=why)
