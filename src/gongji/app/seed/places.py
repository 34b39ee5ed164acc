"""Where bills are made: sixty institutions over seven counties; the policy and the tariffs."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from gongji.app.seed.chance import Chance, Ids
from gongji.app.seed.people import COUNTIES
from gongji.domain.institution import Institution, InstitutionKind, Period
from gongji.domain.money import Fen
from gongji.domain.policy import Policy
from gongji.domain.premium import Tariff
from gongji.domain.region import region_name

NGARI: Final = "542500"
INSTITUTIONS: Final = 60
_HOSPITAL_EVERY: Final = 3
_AMOUNTS: Final = {"ADULT": Fen(400_00), "CHILD": Fen(380_00), "SUPPORTED": Fen(100_00)}


def policy_from(first: date) -> Policy:
    """Return Ngari's policy, in force from the first year on: demonstration values."""
    return Policy(region=NGARI, in_force_from=date(first.year, 1, 1), version="ngari-seed-1")


def tariffs_between(first: date, last: date) -> list[Tariff]:
    """Return the tariffs of the benefit years that are paid between two days, and a year more."""
    return [
        Tariff(
            region=NGARI,
            year=year + 1,
            category=category,
            amount=amount,
            opens_on=date(year, 9, 1),
            closes_on=date(year, 12, 31),
        )
        for year in range(first.year, last.year + 2)
        for category, amount in _AMOUNTS.items()
    ]


def institutions(chance: Chance, ids: Ids, first: date, last: date) -> list[Institution]:
    """Make the institutions; one pharmacy loses its designation within the year."""
    made = list(_institutions(chance, ids, first))
    lost = made[-1]
    half = first + (last - first) / 2
    made[-1] = Institution(
        lost.id, lost.code, lost.name, lost.kind, lost.region, Period(first, half)
    )
    return made


def _institutions(chance: Chance, ids: Ids, first: date) -> Iterator[Institution]:
    for number in range(INSTITUTIONS):
        region, _ = COUNTIES[number % len(COUNTIES)]
        within = number // len(COUNTIES) + 1
        is_hospital = within % _HOSPITAL_EVERY == 1
        kind = InstitutionKind.HOSPITAL if is_hospital else InstitutionKind.PHARMACY
        yield Institution(
            id=ids(),
            code=f"{kind[0]}{region}{number + 1:05d}",
            name=f"{region_name(region)}第{within}示范{'医院' if is_hospital else '药店'}",
            kind=kind,
            region=region,
            designated=Period(first),
            offsite_sharing=Period(first) if chance.happens(0.2) else None,
        )
