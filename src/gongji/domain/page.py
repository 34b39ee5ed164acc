"""Pages of a list: what is asked for, and what came back. No cursor is known here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Generic, TypeVar
from uuid import UUID

T = TypeVar("T")

KeyPart = int | str | date | datetime | UUID
Key = tuple[KeyPart, ...]
"""The values that a list is sorted by, unique together: the place of one row."""

MAX_PAGE: Final = 100
DEFAULT_PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page of at most ``size`` rows, on one side of a key that is itself not included.

    Args:
        size: rows, 1 to ``MAX_PAGE``.
        beyond: the key to start from; None starts at the list's end on that side.
        is_backward: the page ends before ``beyond`` instead of beginning after it.
    Raises:
        ValueError: a size out of range: a bug above, not a refusal.
    """

    size: int = DEFAULT_PAGE
    beyond: Key | None = None
    is_backward: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.size <= MAX_PAGE:
            raise ValueError("a page has 1 to 100 rows")

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than are shown, to know whether more follow."""
        return self.size + 1


@dataclass(frozen=True, slots=True)
class PageOf(Generic[T]):
    """One page in the list's own order."""

    rows: tuple[T, ...]
    has_next: bool
    has_previous: bool

    @classmethod
    def cut(cls, found: Sequence[T], request: PageRequest) -> "PageOf[T]":
        """Make the page of up to ``request.fetch`` rows, read in the order of walking.

        Args:
            found: rows that passed every filter, nearest to ``request.beyond`` first; when
                walking backward that is the list's order reversed.
        """
        rows = tuple(found[: request.size])
        has_more = len(found) > request.size
        came_from = request.beyond is not None
        if request.is_backward:
            return cls(rows[::-1], has_next=came_from, has_previous=has_more)
        return cls(rows, has_next=has_more, has_previous=came_from)
