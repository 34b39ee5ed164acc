"""A proposal: one thing that a person may be about to do, before it is confirmed.

It is kept on the card that asks, as plain JSON: what was shown, and what the use case will be told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from gongji.domain.binding import OPEN, BindingStatus, Limit
from gongji.domain.conversation import Card, CardKind
from gongji.domain.money import Fen
from gongji.domain.premium import Premium, Tariff
from gongji.usecases.views.bindings import BindingAsBeneficiary, BindingAsSharer, BindingView

CONFIRM_WITHIN: Final = timedelta(minutes=10)
"""How long a card that asks may be confirmed."""
MOST_CHOICES: Final = 12
"""Options of one card that asks back; more are meant only by who names nobody."""


class Act(StrEnum):
    """What can be proposed."""

    INVITE = "INVITE"
    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"
    WITHDRAW = "WITHDRAW"
    ORDER = "ORDER"
    END = "END"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    LIMIT = "LIMIT"
    RESERVE = "RESERVE"
    PAY = "PAY"
    REFUND = "REFUND"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something to be confirmed.

    Args:
        binding_id: what it is about, where it is about one binding.
        terms: plain JSON by name, as the act needs it; no personal data in clear.
    """

    act: Act
    binding_id: UUID | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        """Return it as a card keeps it."""
        binding = None if self.binding_id is None else str(self.binding_id)
        return {"act": str(self.act), "binding": binding, **self.terms}

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "Proposal":
        """Return what was written."""
        terms = {name: value for name, value in written.items() if name not in {"act", "binding"}}
        binding = written["binding"]
        return cls(Act(written["act"]), None if binding is None else UUID(binding), terms)

    @property
    def ids(self) -> dict[str, UUID]:
        """Return the ids by which a card about it is found."""
        ids = {} if self.binding_id is None else {"binding": self.binding_id}
        return ids if self.premium_id is None else {**ids, "premium": self.premium_id}

    @property
    def premium_id(self) -> UUID | None:
        """Return the premium that it is about, if it is about one that was paid."""
        premium = self.terms.get("premium")
        return None if premium is None else UUID(premium)


def confirm_card(proposal: Proposal) -> Card:
    """Return the card that asks to confirm a proposal."""
    return Card(CardKind.CONFIRM, proposal.ids, terms=proposal.written())


def choice_card(proposals: tuple[Proposal, ...]) -> Card:
    """Return the card that asks which of several proposals is meant."""
    return Card(CardKind.CHOICE, {}, terms={"options": [one.written() for one in proposals]})


def read_options(card: Card) -> tuple[Proposal, ...]:
    """Return the proposals of a card that asks which is meant."""
    return tuple(map(Proposal.read, card.terms["options"]))


def write_limit(limit: Limit) -> list[int | None]:
    """Return limits as plain JSON: per settlement, month, year."""
    return [limit.per_settlement, limit.per_month, limit.per_year]


def read_limit(written: list[int | None]) -> Limit:
    """Return what ``write_limit`` wrote."""
    return Limit(*(None if amount is None else Fen(amount) for amount in written))


ENDABLE: Final = OPEN - {BindingStatus.INVITED}
"""States of a binding that can be ended; an invitation is declined or withdrawn."""


def may_still(proposal: Proposal, binding: BindingView | None) -> bool:
    """Tell whether what was proposed about a binding can still be done, as it stands now."""
    match proposal.act, binding:
        case Act.ACCEPT, BindingAsBeneficiary():
            return binding.status is BindingStatus.INVITED or binding.awaits_own_consent
        case Act.DECLINE, BindingAsBeneficiary():
            return binding.status is BindingStatus.INVITED
        case Act.WITHDRAW, BindingAsSharer():
            return binding.status is BindingStatus.INVITED
        case Act.END, BindingAsSharer() | BindingAsBeneficiary():
            return binding.status in ENDABLE
        case Act.PAUSE, BindingAsSharer():
            return binding.status is BindingStatus.ACTIVE
        case Act.RESUME, BindingAsSharer():
            return binding.status is BindingStatus.PAUSED
        case Act.LIMIT, BindingAsSharer():
            is_open = binding.status in OPEN
            return is_open and write_limit(binding.limit) == proposal.terms["was"]
        case Act.ORDER, BindingAsBeneficiary():
            return binding.status is BindingStatus.ACTIVE
        case Act.PAY, BindingAsSharer():
            return binding.status is BindingStatus.ACTIVE
        case _:
            return False


def refund_terms(premium: Premium) -> dict[str, Any]:
    """Return the terms of giving a premium back."""
    return {"premium": str(premium.id), "year": premium.year, "amount": premium.amount}


def pay_terms(tariff: Tariff, *, from_own: Fen, plan: str) -> dict[str, Any]:
    """Return the terms of paying a premium as it could be paid now."""
    return {
        "year": tariff.year,
        "amount": tariff.amount,
        "from_own": from_own,
        "plan": plan,
    }
