"""An independent model of a family: what every settlement of a serial history must have drawn.

It shares no code with the core. It knows balances, reserves, orders, pauses, endings, monthly
limits and premiums, and is told the facts of a history one by one.
"""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

Month = tuple[int, int]
"""A year and a month of it."""


@dataclass
class Shared:
    """A binding as the model knows it; what a limit let through is counted by month."""

    account: UUID
    is_paused: bool = False
    limit: int | None = None
    used: Counter[Month] = field(default_factory=Counter)


@dataclass
class Drawn:
    """What one settlement or premium took: fen by account, and by binding in its month."""

    month: Month
    paid: dict[UUID, int] = field(default_factory=dict)
    by_binding: dict[UUID, int] = field(default_factory=dict)


@dataclass
class Model:
    """Balances by account, own account by person, bindings, each person's order, and reserves."""

    balances: dict[UUID, int]
    own: dict[UUID, UUID | None]
    shared: dict[UUID, Shared]
    order: dict[UUID, list[UUID]]
    reserves: dict[UUID, int] = field(default_factory=dict)
    drawn: dict[UUID, Drawn] = field(default_factory=dict)

    def settle(self, settlement: UUID, person: UUID, due: int, month: Month) -> dict[UUID, int]:
        """Draw and return fen by account, without accounts that pay nothing."""
        drawn = self.drawn[settlement] = Drawn(month)
        own = self.own[person]
        if own is not None:
            due -= self._draw(own, min(due, self.balances[own]), drawn)
        for binding_id in self.order[person]:
            binding = self.shared[binding_id]
            if binding.is_paused:
                continue
            most = min(due, self.balances[binding.account] - self.reserves.get(binding.account, 0))
            if binding.limit is not None:
                most = min(most, binding.limit - binding.used[month])
            taken = self._draw(binding.account, most, drawn)
            binding.used[month] += taken
            drawn.by_binding[binding_id] = taken
            due -= taken
        return drawn.paid

    def pay_premium(
        self, premium: UUID, binding_id: UUID, amount: int, month: Month
    ) -> dict[UUID, int]:
        """Debit the whole premium from the payer, whom neither limit nor reserve binds."""
        drawn = self.drawn[premium] = Drawn(month)
        self._draw(self.shared[binding_id].account, amount, drawn)
        return drawn.paid

    def give_back(self, cause: UUID) -> dict[UUID, int]:
        """Undo a settlement or premium, once: every account gets back what it paid."""
        drawn = self.drawn.pop(cause)
        for account, amount in drawn.paid.items():
            self.balances[account] += amount
        for binding_id, amount in drawn.by_binding.items():
            self.shared[binding_id].used[drawn.month] -= amount
        return drawn.paid

    def _draw(self, account: UUID, amount: int, drawn: Drawn) -> int:
        if amount <= 0:
            return 0
        self.balances[account] -= amount
        drawn.paid[account] = amount
        return amount

    def pay_in(self, account: UUID, amount: int) -> None:
        """Book a contribution."""
        self.balances[account] += amount
