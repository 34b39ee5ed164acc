"""Occasions: what the calendar makes due, of which persons are told once.

A month is over, the window of a resident premium opens or is about to close. Nobody is woken: an
occasion is told from the morning on; and one that is long past is told no more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from gongji.domain.business_day import SHANGHAI, business_day
from gongji.domain.policy import Policy, in_force
from gongji.domain.premium import Tariff
from gongji.domain.region import regions_covering

TOLD_FROM: Final = time(8)
"""When the telling of a day's occasions begins, in Asia/Shanghai."""
MOST_LATE: Final = timedelta(days=14)
"""How long after its first day an occasion may still be told for the first time."""

_NAMESPACE: Final = UUID("9d6b6a3e-5f0c-5e0e-9a53-6b1a3c1f7a10")


class OccasionKind(StrEnum):
    """What is due. Values are only ever added."""

    MONTH_ENDED = "MONTH_ENDED"
    PREMIUM_OPENED = "PREMIUM_OPENED"
    PREMIUM_CLOSES = "PREMIUM_CLOSES"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One occasion.

    Args:
        on: the first day of the month that ended; of a window the day on which it opens, or the
            last day on which it is open.
        year: the benefit year of the window; of a month its own year.
        region: whose tariff has the window; empty for a month.
    """

    kind: OccasionKind
    on: date
    year: int
    region: str = ""

    @property
    def name(self) -> str:
        """Return its name, by which it is found again."""
        return "/".join(filter(None, (self.kind, self.region, str(self.year), str(self.on))))

    @property
    def id(self) -> UUID:
        """Return its id: it stands in a message where an event's id would."""
        return uuid5(_NAMESPACE, self.name)


def months_due(at: datetime) -> Iterator[Occasion]:
    """Give the month that ended, if it may be told of now."""
    today = business_day(at)
    first = today.replace(day=1)
    if _may_begin(at) and today < first + MOST_LATE:
        ended = (first - timedelta(days=1)).replace(day=1)
        yield Occasion(OccasionKind.MONTH_ENDED, ended, ended.year)


def windows_due(
    tariffs: Iterable[Tariff], policies: Iterable[Policy], at: datetime
) -> Iterator[Occasion]:
    """Give the windows that have opened or are about to close, each once.

    Where a tariff's region has no policy, nor any region within it, nobody shares, and nobody is
    told.

    Clause: G14.
    """
    if _may_begin(at):
        known = tuple(policies)
        yield from dict.fromkeys(x for one in tariffs for x in _of_tariff(one, known, at))


def _may_begin(at: datetime) -> bool:
    return at.astimezone(SHANGHAI).time() >= TOLD_FROM


def _of_tariff(tariff: Tariff, policies: Iterable[Policy], at: datetime) -> Iterator[Occasion]:
    today = business_day(at)
    reminding = _most_reminder_days(tariff.region, policies, today)
    if reminding is None or not tariff.is_open(today):
        return
    if today < tariff.opens_on + MOST_LATE:
        yield Occasion(OccasionKind.PREMIUM_OPENED, tariff.opens_on, tariff.year, tariff.region)
    if today > tariff.closes_on - timedelta(days=reminding):
        yield Occasion(OccasionKind.PREMIUM_CLOSES, tariff.closes_on, tariff.year, tariff.region)


def _most_reminder_days(region: str, policies: Iterable[Policy], day: date) -> int | None:
    """Return for how many days payers are reminded of a tariff's end; None: no policy holds there.

    A province's tariff may hold in prefectures each of which has a policy of its own; then all are
    reminded as early as the earliest of them.

    Clause: G14, G22.
    """
    known = tuple(policies)
    within = {one.region for one in known if region in regions_covering(one.region)}
    found = (in_force(known, region=one, day=day) for one in sorted({region, *within}))
    return max((one.premium_reminder_days for one in found if one is not None), default=None)
