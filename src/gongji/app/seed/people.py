"""The people: households of three generations, invented names, ID numbers of a county of nobody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import permutations
from typing import Final
from uuid import UUID

from gongji.app.seed.chance import Chance, Ids
from gongji.app.seed.names import name_of
from gongji.domain.business_day import full_years
from gongji.domain.identity import DEMO_REGION_PREFIX, check_digit
from gongji.domain.kinship import Kinship
from gongji.domain.person import Scheme

COUNTIES: Final = (
    ("542521", 12),
    ("542522", 8),
    ("542523", 24),
    ("542524", 12),
    ("542525", 18),
    ("542526", 28),
    ("542527", 18),
)
"""The counties of Ngari by the number of their people, in thousands."""

ACCOUNTS_PER_PERSON: Final = 0.15
_WITHOUT_ACCOUNT: Final = 0.01
"""Employees without a personal account (单建统筹), of those who could have one."""
_WORKING_AGE: Final = range(20, 75)
_CHILD_BELOW: Final = 18
_YEAR: Final = 365.25


class Role(StrEnum):
    """Who somebody is in a household; its head's brothers and sisters live in it too."""

    ELDER = "ELDER"
    HEAD = "HEAD"
    PARTNER = "PARTNER"
    SIBLING = "SIBLING"
    CHILD = "CHILD"


_KINSHIPS: Final = {
    (Role.ELDER, Role.ELDER): Kinship.SPOUSE,
    (Role.HEAD, Role.PARTNER): Kinship.SPOUSE,
    (Role.HEAD, Role.ELDER): Kinship.PARENT,
    (Role.SIBLING, Role.ELDER): Kinship.PARENT,
    (Role.CHILD, Role.ELDER): Kinship.GRANDPARENT,
    (Role.CHILD, Role.HEAD): Kinship.PARENT,
    (Role.CHILD, Role.PARTNER): Kinship.PARENT,
    (Role.CHILD, Role.CHILD): Kinship.SIBLING,
    (Role.HEAD, Role.SIBLING): Kinship.SIBLING,
    (Role.SIBLING, Role.SIBLING): Kinship.SIBLING,
}
_ALL_KINSHIPS: Final = _KINSHIPS | {(b, a): k.inverse for (a, b), k in _KINSHIPS.items()}
"""What the second is to the first; pairs of roles that are missing are no near relatives."""


@dataclass(slots=True, repr=False)
class Citizen:
    """Somebody of Ngari.

    Args:
        region: six digits of the county.
        account_id: the personal account, of some employees.
        guardian: who acts for a child.
        card_number: the social-security card, of some.
    """

    id: UUID
    name: str
    id_number: str
    born_on: date
    region: str
    role: Role
    scheme: Scheme = Scheme.RESIDENT
    premium_category: str = "ADULT"
    account_id: UUID | None = None
    guardian: "Citizen | None" = None
    card_number: str | None = None


Household = list[Citizen]


@dataclass(frozen=True, slots=True)
class Pair:
    """A sharer with an account and a near relative, who is the sharer's ``kinship``."""

    sharer: Citizen
    beneficiary: Citizen
    kinship: Kinship


class Census:
    """Makes households; ID numbers are given once.

    Args:
        today: the day on which they are as old as they are.
    """

    def __init__(self, chance: Chance, ids: Ids, today: date) -> None:
        self._chance: Final = chance
        self._ids: Final = ids
        self._today: Final = today
        self._born: dict[tuple[date, bool], int] = {}

    def households(self, people: int) -> list[Household]:
        """Make households with so many people in all, some of them with personal accounts."""
        households, made = [], 0
        while made < people:
            household = list(self._household())[: people - made]
            made += len(household)
            households.append(household)
        self._employ([one for household in households for one in household], people)
        return households

    def _household(self) -> Iterator[Citizen]:
        chance, county = self._chance, self._chance.one_of(COUNTIES)
        age = chance.uniform(24, 62)
        head = self._citizen(Role.HEAD, county, age, is_male=chance.happens(0.5))
        yield head
        if chance.happens(0.85):
            yield self._citizen(
                Role.PARTNER, county, age + chance.uniform(-5, 5), is_male=not _is_male(head)
            )
        for _ in range(chance.choice((0, 1, 2, 2, 3, 4))):
            child_age = age - chance.uniform(20, 38)
            if child_age > 0:
                child = self._citizen(Role.CHILD, county, child_age, is_male=chance.happens(0.5))
                child.guardian = head
                yield child
        for is_male in (True, False):
            elder_age = age + chance.uniform(19, 32)
            if chance.happens(0.6 if elder_age < 75 else 0.25):
                yield self._citizen(Role.ELDER, county, elder_age, is_male=is_male)
        for _ in range(chance.choice((0, 0, 1, 2))):
            sibling_age = max(19.0, age + chance.uniform(-8, 8))
            yield self._citizen(Role.SIBLING, county, sibling_age, is_male=chance.happens(0.5))

    def _citizen(self, role: Role, county: str, age: float, *, is_male: bool) -> Citizen:
        born_on = self._today - timedelta(days=1 + int(age * _YEAR))
        years = full_years(born_on, self._today)
        category = "CHILD" if years < _CHILD_BELOW else "ADULT"
        if role is Role.ELDER and self._chance.happens(0.2):
            category = "SUPPORTED"
        return Citizen(
            id=self._ids(),
            name=name_of(self._chance, is_male=is_male),
            id_number=self._id_number(born_on, is_male=is_male),
            born_on=born_on,
            region=county,
            role=role,
            premium_category=category,
        )

    def _id_number(self, born_on: date, *, is_male: bool) -> str:
        """Give the next ID number of a day; an odd serial is male (GB 11643-1999)."""
        before = self._born.get((born_on, is_male), 0)
        self._born[born_on, is_male] = before + 1
        first = f"{DEMO_REGION_PREFIX}{born_on:%Y%m%d}{2 * before + (1 if is_male else 2):03d}"
        return first + check_digit(first)

    def _employ(self, people: list[Citizen], wanted: int) -> None:
        """Make employees, most of them with accounts, and give some people a card."""
        of_age = [one for one in people if full_years(one.born_on, self._today) in _WORKING_AGE]
        accounts = min(len(of_age), round(wanted * ACCOUNTS_PER_PERSON))
        for one in self._chance.sample(of_age, accounts):
            one.scheme, one.account_id = Scheme.EMPLOYEE, self._ids()
        for one in of_age:
            if one.account_id is None and self._chance.happens(_WITHOUT_ACCOUNT):
                one.scheme = Scheme.EMPLOYEE
        for number, one in enumerate(people):
            if self._chance.happens(0.3):
                one.card_number = f"Z{DEMO_REGION_PREFIX}{number:07d}"


def _is_male(citizen: Citizen) -> bool:
    return int(citizen.id_number[16]) % 2 == 1


def pairs_of(
    households: Iterable[Household], chance: Chance, *, wanted: int, most_by: int, most_for: int
) -> list[Pair]:
    """Choose who invites whom, in no order: near relatives of one household.

    Args:
        wanted: how many pairs, if there are so many.
        most_by: pairs of one sharer, at most (G6).
        most_for: pairs of one beneficiary, at most (G6).
    """
    possible = [
        Pair(sharer, relative, kinship)
        for household in households
        for sharer, relative in permutations(household, 2)
        if sharer.account_id is not None
        and (kinship := _ALL_KINSHIPS.get((sharer.role, relative.role))) is not None
    ]
    chance.shuffle(possible)
    by: dict[UUID, int] = {}
    shared_with: dict[UUID, int] = {}
    chosen: list[Pair] = []
    for pair in possible:
        sharer_id, beneficiary_id = pair.sharer.id, pair.beneficiary.id
        is_full = by.get(sharer_id, 0) == most_by or shared_with.get(beneficiary_id, 0) == most_for
        if is_full or len(chosen) == wanted:
            continue
        by[sharer_id] = by.get(sharer_id, 0) + 1
        shared_with[beneficiary_id] = shared_with.get(beneficiary_id, 0) + 1
        chosen.append(pair)
    return chosen
