"""The year: who does what on which day, drawn by chance, then lived act by act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from gongji.app.seed.agenda import Act, Agenda
from gongji.app.seed.people import Citizen, Pair, Role
from gongji.app.seed.premiums import Premiums
from gongji.app.seed.registry import RegistryNews
from gongji.app.seed.sharing import Sharings
from gongji.app.seed.tills import Tills
from gongji.app.seed.town import Town
from gongji.domain.binding import LIVE, Binding
from gongji.domain.business_day import start_of
from gongji.domain.person import PersonStatus

DAYS: Final = 365
_CONTRIBUTED_ON: Final = 10
"""Day of the month on which contributions come."""
_CONTRIBUTED_AT: Final = timedelta(hours=2)
_SETTLING_BEGINS: Final = 15
"""Days until the first bindings are there to be used."""
_MOST_BIND_WITHIN: Final = 100
_BIND_EARLY: Final = 0.75
_LAST_INVITATION: Final = 1
_PREMIUM_MONTHS: Final = range(9, 13)
_SHARED_BILLS: Final = 0.85
_OFTEN_ILL: Final = 3
_TRIES: Final = 10

_REORDERS_PER_BINDING: Final = 0.06
_PAUSES_PER_BINDING: Final = 0.03
_ENDS_PER_BINDING: Final = 0.03
_PREMIUMS_PER_BINDING: Final = 0.12
_RESERVES_PER_ACCOUNT: Final = 0.05
_STOPPED_PER_PERSON: Final = 0.002
_DEATHS_PER_ELDER: Final = 0.01
_FREEZES_PER_ACCOUNT: Final = 0.003


@dataclass(frozen=True, slots=True)
class Year:
    """Twelve months of a town.

    Args:
        everybody: all who may fall ill.
        first: the first business day; the last one is ``DAYS`` later, itself not counted.
    """

    town: Town
    agenda: Agenda
    registry: RegistryNews
    sharings: Sharings
    tills: Tills
    premiums: Premiums
    everybody: Sequence[Citizen]
    first: date

    def plan(self, pairs: Sequence[Pair], *, settlements: int) -> None:
        """Put everything on the agenda.

        Args:
            pairs: who invites whom.
            settlements: how many bills are settled.
        """
        self._plan_contributions()
        self._plan_invitations(pairs)
        self._plan_families(len(pairs))
        self._plan_news()
        days = self._days()[_SETTLING_BEGINS:]
        for _ in range(settlements):
            self._on_some_day(days, self._settle)

    def _plan_contributions(self) -> None:
        for day in self._days():
            if day.day == _CONTRIBUTED_ON:
                at = start_of(day) + _CONTRIBUTED_AT
                self.agenda.add(at, partial(self.registry.contribute, day))

    def _days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(DAYS)]

    def _on_some_day(self, days: Sequence[date], act: Act) -> None:
        self.agenda.add(self.town.chance.by_day(self.town.chance.choice(days)), act)

    def _plan_invitations(self, pairs: Sequence[Pair]) -> None:
        """Most bind in the first months, as soon as they hear of it; the others all the year."""
        early, all_year = self._days()[1:_MOST_BIND_WITHIN], self._days()[1:-_LAST_INVITATION]
        for pair in pairs:
            days = early if self.town.chance.happens(_BIND_EARLY) else all_year
            self._on_some_day(days, partial(self.sharings.invite, pair))

    def _plan_families(self, bindings: int) -> None:
        """Plan what families do with their bindings; with which, is seen on the day."""
        days = self._days()[_SETTLING_BEGINS:]
        premium_days = [day for day in days if day.month in _PREMIUM_MONTHS]
        for share, act, when in (
            (_REORDERS_PER_BINDING, self._reorder, days),
            (_PAUSES_PER_BINDING, self._pause, days),
            (_ENDS_PER_BINDING, self._end, days),
            (_PREMIUMS_PER_BINDING, self._pay_premium, premium_days),
        ):
            for _ in range(round(bindings * share)):
                self._on_some_day(when, act)

    def _reorder(self) -> None:
        if (binding := self._some_live()) is not None:
            self.sharings.reorder(binding.beneficiary_id)

    def _pause(self) -> None:
        if (binding := self._some_live()) is not None:
            self.sharings.pause(binding.id)

    def _end(self) -> None:
        if (binding := self._some_live()) is not None:
            self.sharings.end(binding.id)

    def _pay_premium(self) -> None:
        if (binding := self._some_live()) is not None:
            self.premiums.pay(binding.id)

    def _some_live(self, *, skew: int = 1) -> Binding | None:
        """Return a live binding of this moment, if one is found by a few tries.

        Args:
            skew: the greater, the more often it is one of the same few.
        """
        town = self.town
        for _ in range(_TRIES):
            place = int(len(town.invited) * town.chance.random() ** skew)
            binding = town.bound[town.invited[place]].value if town.invited else None
            if binding is not None and binding.status in LIVE:
                return binding
        return None

    def _plan_news(self) -> None:
        """Plan news of a few people and accounts, and the reserves that some owners keep."""
        chance, days = self.town.chance, self._days()[_SETTLING_BEGINS:]
        people = list(self.town.citizens.values())
        owners = [one for one in people if one.account_id is not None]
        elders = [one for one in people if one.role is Role.ELDER]
        for whom, share, act in (
            (people, _STOPPED_PER_PERSON, self._stop),
            (elders, _DEATHS_PER_ELDER, self._die),
            (owners, _FREEZES_PER_ACCOUNT, self.registry.freeze),
            (owners, _RESERVES_PER_ACCOUNT, self.sharings.reserve),
        ):
            for one in chance.sample(whom, round(len(whom) * share)):
                self._on_some_day(days, partial(act, one.id))

    def _stop(self, person_id: UUID) -> None:
        self.registry.tell_person(person_id, PersonStatus.STOPPED)

    def _die(self, person_id: UUID) -> None:
        self.registry.tell_person(person_id, PersonStatus.DECEASED)

    def _settle(self) -> None:
        """Settle a bill, mostly of somebody with whom an account is shared, often of the same."""
        town, binding = self.town, None
        if town.chance.happens(_SHARED_BILLS):
            binding = self._some_live(skew=_OFTEN_ILL)
        ill = town.chance.choice(self.everybody)
        self.tills.settle(ill if binding is None else town.citizens[binding.beneficiary_id])

    def months(self) -> list[date]:
        """Return the days before which the months of the year are over."""
        starts = [day for day in self._days()[1:] if day.day == 1]
        return [*starts, self.first + timedelta(days=DAYS)]

    def live(self, until: date) -> None:
        """Live on to the beginning of a day, one act after the other."""
        for at, act in self.agenda.before(start_of(until)):
            self.town.move_to(at)
            act()
