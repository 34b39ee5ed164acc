"""An independent model of a family: what every settlement of a serial history must have drawn.

It shares no code with the core. It knows balances, orders, pauses, endings and monthly limits, and
is told the facts of a history one by one.
"""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class Shared:
    """A binding as the model knows it."""

    account: UUID
    is_paused: bool = False
    limit: int | None = None
    used: int = 0


@dataclass
class Model:
    """Balances by account, own account by person, bindings, and each person's order."""

    balances: dict[UUID, int]
    own: dict[UUID, UUID | None]
    shared: dict[UUID, Shared]
    order: dict[UUID, list[UUID]]
    drawn: dict[UUID, dict[UUID, int]] = field(default_factory=dict)

    def settle(self, settlement: UUID, person: UUID, due: int) -> dict[UUID, int]:
        """Draw and return fen by account, without accounts that pay nothing."""
        paid: dict[UUID, int] = {}
        own = self.own[person]
        if own is not None:
            due -= self._draw(own, min(due, self.balances[own]), paid)
        for binding_id in self.order[person]:
            binding = self.shared[binding_id]
            if binding.is_paused:
                continue
            most = min(due, self.balances[binding.account])
            if binding.limit is not None:
                most = min(most, max(0, binding.limit - binding.used))
            binding.used += most
            due -= self._draw(binding.account, most, paid)
        self.drawn[settlement] = paid
        return paid

    def _draw(self, account: UUID, amount: int, paid: dict[UUID, int]) -> int:
        if amount > 0:
            self.balances[account] -= amount
            paid[account] = amount
        return max(0, amount)

    def pay_in(self, account: UUID, amount: int) -> None:
        """Book a contribution."""
        self.balances[account] += amount
