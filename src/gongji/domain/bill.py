"""A bill as the hospital's or pharmacy's own system has priced it, and what of it is eligible.

    total          = self-paid + over limit + first-pay + in scope
    total          = fund paid + personal share + hospital's part
    eligible       = personal share - ineligible lines - (the rest of self-paid, where excluded)

Field names of the national interface stand in the schema's descriptions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from unicodedata import is_normalized

from gongji.domain.errors import Code, Reason
from gongji.domain.identity import has_invisible
from gongji.domain.institution import InstitutionKind
from gongji.domain.money import Fen, total
from gongji.domain.policy import ItemKind, Policy

MOST_LINES: Final = 300
MOST_BILL_NUMBER_CHARACTERS: Final = 64
MOST_ITEM_NAME_CHARACTERS: Final = 200
MOST_ITEM_CODE_CHARACTERS: Final = 64


class VisitKind(StrEnum):
    """Kind of visit (医疗类别, ``med_type``): 11, 13, 14, 21, 41."""

    OUTPATIENT = "OUTPATIENT"
    EMERGENCY = "EMERGENCY"
    CHRONIC = "CHRONIC"
    INPATIENT = "INPATIENT"
    PHARMACY = "PHARMACY"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: an item's national code, its name, what the till calls it, and fen."""

    code: str
    name: str
    kind: ItemKind
    amount: Fen


@dataclass(frozen=True, slots=True)
class Bill:
    """A priced bill; all amounts in fen."""

    institution_bill_no: str
    visit: VisitKind
    total: Fen
    self_paid: Fen
    over_limit: Fen
    first_pay: Fen
    in_scope: Fen
    fund_paid: Fen
    hospital_paid: Fen
    personal_share: Fen
    lines: tuple[Line, ...] = ()

    @property
    def has_number(self) -> bool:
        """Tell whether the institution's number can be one; only such a number is looked up."""
        return _is_number(self.institution_bill_no)


_AMOUNTS: Final = {
    "totalFen": "total",
    "selfPaidFen": "self_paid",
    "overLimitFen": "over_limit",
    "firstPayFen": "first_pay",
    "inScopeFen": "in_scope",
    "fundPaidFen": "fund_paid",
    "hospitalPaidFen": "hospital_paid",
    "personalShareFen": "personal_share",
}


def faults(bill: Bill, at: InstitutionKind) -> tuple[Reason, ...]:
    """List everything that is wrong with a bill, each with the field that it is about.

    Clause: G32, and the sums of ``rules.md`` section 4.
    """
    return tuple(_faults(bill, at))


def _faults(bill: Bill, at: InstitutionKind) -> Iterator[Reason]:
    if not bill.has_number:
        yield Reason(Code.BILL_NUMBER_FORM, ("bill", "institutionBillNo"))
    for field, name in _AMOUNTS.items():
        if getattr(bill, name) < 0:
            yield Reason(Code.BILL_AMOUNT_NEGATIVE, ("bill", field))
    if bill.total <= 0:
        yield Reason(Code.BILL_TOTAL_NOT_POSITIVE, ("bill", "totalFen"))
    if bill.total != total(bill.self_paid, bill.over_limit, bill.first_pay, bill.in_scope):
        yield Reason(Code.BILL_PARTS_DO_NOT_CLOSE, ("bill", "totalFen"))
    if bill.total != total(bill.fund_paid, bill.personal_share, bill.hospital_paid):
        yield Reason(Code.BILL_PAYERS_DO_NOT_CLOSE, ("bill", "personalShareFen"))
    yield from _line_faults(bill, at)


def _line_faults(bill: Bill, at: InstitutionKind) -> Iterator[Reason]:
    if len(bill.lines) > MOST_LINES:
        yield Reason(Code.BILL_TOO_MANY_LINES, ("bill", "lines"))
        return
    if not bill.lines:
        if at is InstitutionKind.PHARMACY:
            yield Reason(Code.BILL_LINES_MISSING, ("bill", "lines"))
        return
    for number, line in enumerate(bill.lines):
        path = ("bill", "lines", str(number))
        if line.amount < 0:
            yield Reason(Code.BILL_AMOUNT_NEGATIVE, (*path, "amountFen"))
        if not _is_text(line.code, MOST_ITEM_CODE_CHARACTERS):
            yield Reason(Code.BILL_TEXT_FORM, (*path, "code"))
        if not _is_text(line.name, MOST_ITEM_NAME_CHARACTERS):
            yield Reason(Code.BILL_TEXT_FORM, (*path, "name"))
    if total(*(line.amount for line in bill.lines)) != bill.total:
        yield Reason(Code.BILL_LINES_DO_NOT_CLOSE, ("bill", "lines"))


def _is_number(text: str) -> bool:
    """Refuse outer spaces and what is not NFC: a bill must not come twice under two numbers."""
    is_plain = text == text.strip() and is_normalized("NFC", text)
    return is_plain and _is_text(text, MOST_BILL_NUMBER_CHARACTERS)


def _is_text(text: str, most: int) -> bool:
    return 0 < len(text.strip()) <= len(text) <= most and not has_invisible(text)


def line_is_eligible(line: Line, policy: Policy, at: InstitutionKind) -> bool:
    """Tell whether an account may pay a line.

    The catalogue's word comes before the till's. A code that the catalogue does not know counts by
    the till's word at a hospital, and not at all at a pharmacy.

    Clause: S3.4, G12.
    """
    kind = policy.kind_of(line.code)
    if kind is None:
        if at is InstitutionKind.PHARMACY:
            return False
        kind = line.kind
    return kind in policy.eligible_items


def ineligible_lines(bill: Bill, policy: Policy, at: InstitutionKind) -> Fen:
    """Add up the lines that no account may pay."""
    return total(*(x.amount for x in bill.lines if not line_is_eligible(x, policy, at)))


def eligible(bill: Bill, policy: Policy, at: InstitutionKind) -> Fen:
    """Return how much of the personal share accounts may pay, in fen, not below zero.

    Clause: S3.4, G11, G12.
    """
    ineligible = ineligible_lines(bill, policy, at)
    excluded = 0 if policy.self_paid_counts else max(0, bill.self_paid - ineligible)
    return Fen(max(0, bill.personal_share - ineligible - excluded))
