"""What the bench is to show."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of one run, or a ratio of two, and what it is to be.

    Args:
        reached: what was measured; None where it was not.
        bound: what it must reach; with ``is_most`` what it must not pass.
    """

    text: str
    reached: float | None
    bound: float
    is_most: bool

    @property
    def is_met(self) -> bool:
        """Tell whether it was measured and reached."""
        if self.reached is None:
            return False
        return self.reached <= self.bound if self.is_most else self.reached >= self.bound
