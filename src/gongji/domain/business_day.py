"""Which day a moment belongs to: the business day of Asia/Shanghai.

China has kept one offset, without summer time, since 1991; a fixed offset needs no time-zone file.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Days:
    """Business days from one to another, both included; None: no bound on that side."""

    first: date | None = None
    last: date | None = None

    @property
    def is_reversed(self) -> bool:
        """Tell whether the last day comes before the first."""
        return self.first is not None and self.last is not None and self.last < self.first


def business_day(at: datetime) -> date:
    """Return the day that ``at`` (aware) falls on in Asia/Shanghai.

    Clause: G22.
    """
    return at.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """Return 00:00 of ``day`` in Asia/Shanghai, as an aware UTC time.

    Clause: G22.
    """
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def full_years(since: date, day: date) -> int:
    """Count the birthdays from ``since`` up to and including ``day``.

    Somebody born on 29 February turns a year older on 1 March of a common year.
    """
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))
