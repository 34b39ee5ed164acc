"""What decides about persons' premiums beside their families: categories, tariffs, what is paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from gongji.domain.money import Fen
from gongji.domain.person import Beneficiary
from gongji.domain.premium import Tariff, tariff_for
from gongji.store.sql import id_of

PREMIUM_FACTS: Final = """(
    WITH insured AS (
        SELECT p.id, p.premium_category AS category, b.region
        FROM person AS p JOIN beneficiary AS b ON b.person_id = p.id
        WHERE p.id = ANY (ARRAY(
            SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb -> 'premiums_of')))
    )
    SELECT json_build_object(
        'categories', (SELECT COALESCE(json_object_agg(id, category), '{}') FROM insured),
        'tariffs', (
            SELECT COALESCE(json_agg(row_to_json(t)), '[]') FROM tariff AS t
            WHERE EXISTS (
                SELECT FROM insured AS i WHERE i.category = t.category AND t.region IN
                    (i.region, left(i.region, 4) || '00', left(i.region, 2) || '0000'))),
        'paid', (
            SELECT COALESCE(json_agg(json_build_object('id', p.insured_id, 'year', p.year)), '[]')
            FROM premium AS p
            WHERE p.insured_id IN (SELECT id FROM insured)
                AND p.status IN ('DEBITED', 'CONFIRMED'))))"""
"""A subquery about the persons whose ids are the list ``premiums_of`` of the parameter ``$1``."""


NO_PREMIUMS: Final[Mapping[str, Any]] = {"categories": {}, "tariffs": [], "paid": []}
"""What ``PREMIUM_FACTS`` answers about nobody."""


@dataclass(frozen=True, slots=True)
class PremiumFacts:
    """What decides about the premiums of some persons, beside their families.

    Args:
        categories: the registry's category of each person.
        tariffs: every tariff that may hold for one of them.
        paid: persons and years of which the premium is paid and not refunded.
    """

    categories: Mapping[UUID, str]
    tariffs: tuple[Tariff, ...]
    paid: set[tuple[UUID, int]]

    def tariff_of(self, insured: Beneficiary, year: int) -> Tariff | None:
        """Return what an insured person's premium of a year costs, and when it may be paid."""
        category = self.categories[insured.id]
        return tariff_for(self.tariffs, region=insured.region, year=year, category=category)

    def tariffs_of(self, insured: Beneficiary, *, not_closed_on: date) -> list[Tariff]:
        """Return an insured person's tariffs whose windows are open or still to come, by year."""
        years = sorted({tariff.year for tariff in self.tariffs})
        found = (self.tariff_of(insured, year) for year in years)
        return [tariff for tariff in found if tariff and not_closed_on <= tariff.closes_on]

    def is_paid(self, insured_id: UUID, year: int) -> bool:
        """Tell whether a year's premium is paid and not refunded (G14)."""
        return (insured_id, year) in self.paid


def read_premium_facts(answer: Mapping[str, Any]) -> PremiumFacts:
    """Read what ``PREMIUM_FACTS`` answered."""
    return PremiumFacts(
        categories={id_of(person): category for person, category in answer["categories"].items()},
        tariffs=tuple(map(_read_tariff, answer["tariffs"])),
        paid={(id_of(row["id"]), row["year"]) for row in answer["paid"]},
    )


def _read_tariff(row: Mapping[str, Any]) -> Tariff:
    return Tariff(
        region=row["region"],
        year=row["year"],
        category=row["category"],
        amount=Fen(row["amount_fen"]),
        opens_on=date.fromisoformat(row["opens_on"]),
        closes_on=date.fromisoformat(row["closes_on"]),
    )
