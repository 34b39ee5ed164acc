"""Bills as the systems of hospitals and pharmacies price them; every sum closes."""

from collections.abc import Sequence
from typing import Final

from gongji.app.seed.chance import Chance
from gongji.app.seed.names import MEDICINES, TONICS, TREATMENTS
from gongji.domain.bill import Bill, Line, VisitKind
from gongji.domain.institution import Institution, InstitutionKind
from gongji.domain.money import NOTHING, Fen, total
from gongji.domain.policy import ItemKind

_VISITS: Final = (
    (VisitKind.OUTPATIENT, 70),
    (VisitKind.CHRONIC, 15),
    (VisitKind.EMERGENCY, 9),
    (VisitKind.INPATIENT, 6),
)
_MEDIAN: Final = {
    VisitKind.OUTPATIENT: Fen(260_00),
    VisitKind.CHRONIC: Fen(330_00),
    VisitKind.EMERGENCY: Fen(450_00),
    VisitKind.INPATIENT: Fen(5_200_00),
}
_MEDIAN_LINE: Final = Fen(38_00)
_FUND_PAYS: Final = {
    VisitKind.OUTPATIENT: (0.40, 0.60),
    VisitKind.CHRONIC: (0.60, 0.75),
    VisitKind.EMERGENCY: (0.40, 0.60),
    VisitKind.INPATIENT: (0.65, 0.85),
}
"""What the pooled fund pays of what is in scope, lowest and highest."""


def priced_bill(chance: Chance, number: str, place: Institution) -> Bill:
    """Price a bill of a place.

    Args:
        number: the institution's own.
    """
    if place.kind is InstitutionKind.PHARMACY:
        return _of_pharmacy(chance, number)
    return _of_hospital(chance, number)


def _of_pharmacy(chance: Chance, number: str) -> Bill:
    """Price a basket; nothing of it is the fund's, and a tonic is the person's own."""
    lines = [_line(chance, MEDICINES) for _ in range(chance.choice((1, 1, 2, 2, 3, 5)))]
    tonics = [_line(chance, TONICS)] if chance.happens(0.15) else []
    whole = total(*(line.amount for line in (*lines, *tonics)))
    self_paid = total(*(line.amount for line in tonics))
    return Bill(
        institution_bill_no=number,
        visit=VisitKind.PHARMACY,
        total=whole,
        self_paid=self_paid,
        over_limit=NOTHING,
        first_pay=NOTHING,
        in_scope=Fen(whole - self_paid),
        fund_paid=NOTHING,
        hospital_paid=NOTHING,
        personal_share=whole,
        lines=(*lines, *tonics),
    )


def _line(chance: Chance, shelf: Sequence[tuple[str, str, ItemKind]]) -> Line:
    code, name, kind = chance.choice(shelf)
    return Line(code, name, kind, chance.amount(_MEDIAN_LINE, spread=0.8, least=Fen(2_00)))


def _of_hospital(chance: Chance, number: str) -> Bill:
    """Price a visit: the fund pays a part of what is in scope, the person what is left."""
    visit = chance.one_of(_VISITS)
    whole = chance.amount(_MEDIAN[visit], spread=0.7, least=Fen(10_00))
    self_paid = chance.part(whole, 0.0, 0.12)
    over_limit = chance.part(whole, 0.0, 0.03)
    first_pay = chance.part(whole, 0.0, 0.08)
    in_scope = Fen(whole - self_paid - over_limit - first_pay)
    fund_paid = chance.part(in_scope, *_FUND_PAYS[visit])
    return Bill(
        institution_bill_no=number,
        visit=visit,
        total=whole,
        self_paid=self_paid,
        over_limit=over_limit,
        first_pay=first_pay,
        in_scope=in_scope,
        fund_paid=fund_paid,
        hospital_paid=NOTHING,
        personal_share=Fen(whole - fund_paid),
        lines=_itemised(chance, whole) if chance.happens(0.3) else (),
    )


def _itemised(chance: Chance, whole: Fen) -> tuple[Line, ...]:
    """Split a total into a treatment and a medicine."""
    treatment, medicine = chance.choice(TREATMENTS), chance.choice(MEDICINES)
    of_treatment = chance.part(whole, 0.2, 0.8)
    return (
        Line(*treatment, of_treatment),
        Line(*medicine, Fen(whole - of_treatment)),
    )
