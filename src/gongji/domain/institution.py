"""Designated hospitals and pharmacies: since when, until when, and who may share there."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from gongji.domain.region import in_same_prefecture


class InstitutionKind(StrEnum):
    """Hospital (定点医疗机构, code ``H...``) or pharmacy (定点零售药店, code ``P...``)."""

    HOSPITAL = "HOSPITAL"
    PHARMACY = "PHARMACY"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` up to, not including, ``until``; None means open on that side."""

    first: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether ``day`` lies in the period. Changes take effect at 00:00 (G22)."""
        return (self.first is None or day >= self.first) and (
            self.until is None or day < self.until
        )


@dataclass(frozen=True, slots=True)
class Institution:
    """A hospital or pharmacy.

    Args:
        code: ``H`` or ``P`` and 11 digits (``fixmedins_code``).
        region: six digits of its county (``mdtrtarea_admvs``).
        designated: the days on which it is designated (G16).
        offsite_sharing: the days on which off-site sharing is open here (G21); None: never.
    """

    id: UUID
    code: str
    name: str
    kind: InstitutionKind
    region: str
    designated: Period = Period()
    offsite_sharing: Period | None = None

    def is_offsite_for(self, insured_region: str) -> bool:
        """Tell whether the place lies in another prefecture than the insurance (G21)."""
        return not in_same_prefecture(self.region, insured_region)

    def sharing_is_open(self, insured_region: str, day: date) -> bool:
        """Tell whether sharers may pay here on ``day`` for somebody insured in that region.

        Clause: S1.1, G21.
        """
        if not self.is_offsite_for(insured_region):
            return True
        return self.offsite_sharing is not None and self.offsite_sharing.covers(day)
