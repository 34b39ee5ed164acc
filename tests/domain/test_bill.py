"""Bills: sums that close, lines, and what of them accounts may pay."""

import pytest

from gongji.domain.bill import Bill, eligible, faults, ineligible_lines, line_is_eligible
from gongji.domain.errors import Code
from gongji.domain.institution import InstitutionKind
from gongji.domain.money import Fen
from gongji.domain.policy import ItemKind
from tests.builders import (
    RARE_NAME,
    TIBETAN_NAME,
    bill,
    bill_e2,
    bill_e3,
    bill_of_lines,
    fen,
    line,
    policy,
    tonic,
)

HOSPITAL, PHARMACY = InstitutionKind.HOSPITAL, InstitutionKind.PHARMACY


def found(of: Bill, at: InstitutionKind = HOSPITAL) -> list[tuple[Code, str]]:
    return [(reason.code, ".".join(reason.path)) for reason in faults(of, at)]


def test_a_sound_bill_has_no_faults() -> None:
    assert found(bill()) == []
    assert found(bill_of_lines(line(Fen(0)), line(Fen(5))), PHARMACY) == []


def test_a_bill_whose_parts_do_not_close_names_the_total() -> None:
    assert found(bill_e2(in_scope=fen("1092.01"))) == [
        (Code.BILL_PARTS_DO_NOT_CLOSE, "bill.totalFen")
    ]


@pytest.mark.parametrize("part", ["fund_paid", "hospital_paid", "personal_share"])
def test_a_bill_whose_payers_do_not_close_names_the_share(part: str) -> None:
    off = bill_e2(**{part: Fen(getattr(bill_e2(), part) + 1)})
    assert found(off) == [(Code.BILL_PAYERS_DO_NOT_CLOSE, "bill.personalShareFen")]


def test_a_total_of_zero_is_no_bill() -> None:
    assert found(bill(Fen(0))) == [(Code.BILL_TOTAL_NOT_POSITIVE, "bill.totalFen")]


def test_every_negative_amount_is_named() -> None:
    negative = bill(
        Fen(10), self_paid=Fen(-1), in_scope=Fen(11), fund_paid=Fen(-1), hospital_paid=Fen(1)
    )
    assert found(negative) == [
        (Code.BILL_AMOUNT_NEGATIVE, "bill.selfPaidFen"),
        (Code.BILL_AMOUNT_NEGATIVE, "bill.fundPaidFen"),
    ]


def test_all_that_is_wrong_is_listed_at_once() -> None:
    wrong = bill(Fen(0), institution_bill_no="", in_scope=Fen(1), hospital_paid=Fen(1))
    assert [code for code, _ in found(wrong, PHARMACY)] == [
        Code.BILL_NUMBER_FORM,
        Code.BILL_TOTAL_NOT_POSITIVE,
        Code.BILL_PARTS_DO_NOT_CLOSE,
        Code.BILL_PAYERS_DO_NOT_CLOSE,
        Code.BILL_LINES_MISSING,
    ]


@pytest.mark.parametrize(
    "number", ["", " ", "\u3000", "1\u200b", "1\n2", "1\x00", "\u202e1", " 1", "1 ", "9" * 65]
)
def test_a_bill_number_is_1_to_64_visible_characters(number: str) -> None:
    assert found(bill(institution_bill_no=number)) == [
        (Code.BILL_NUMBER_FORM, "bill.institutionBillNo")
    ]


def test_a_bill_number_has_one_form() -> None:
    """One number in two spellings that look alike would let the same bill come twice."""
    composed, decomposed = "N\u00e9-1", "Ne\u0301-1"

    assert found(bill(institution_bill_no=composed)) == []
    assert found(bill(institution_bill_no=decomposed)) == [
        (Code.BILL_NUMBER_FORM, "bill.institutionBillNo")
    ]


@pytest.mark.parametrize("number", ["1", "9" * 64, "门诊 2025-1"])
def test_any_visible_bill_number_will_do(number: str) -> None:
    assert found(bill(institution_bill_no=number)) == []


class TestLines:
    def test_a_pharmacys_bill_must_have_lines(self) -> None:
        assert found(bill(), PHARMACY) == [(Code.BILL_LINES_MISSING, "bill.lines")]
        assert found(bill(), HOSPITAL) == []

    @pytest.mark.parametrize("at", InstitutionKind)
    def test_lines_that_are_given_sum_to_the_total(self, at: InstitutionKind) -> None:
        off = bill(Fen(10), lines=(line(Fen(4)), line(Fen(5))))
        assert found(off, at) == [(Code.BILL_LINES_DO_NOT_CLOSE, "bill.lines")]

    def test_three_hundred_lines_are_read_and_one_more_is_not(self) -> None:
        assert found(bill_of_lines(*[line(Fen(1))] * 300), PHARMACY) == []
        too_many = bill_of_lines(*[line(Fen(1), name="")] * 301)
        assert found(too_many, PHARMACY) == [(Code.BILL_TOO_MANY_LINES, "bill.lines")]

    def test_a_line_that_cannot_be_read_is_named_by_its_number(self) -> None:
        lines = (line(Fen(6)), line(Fen(-1), "", name="\u200b"))
        assert found(bill_of_lines(*lines), PHARMACY) == [
            (Code.BILL_AMOUNT_NEGATIVE, "bill.lines.1.amountFen"),
            (Code.BILL_TEXT_FORM, "bill.lines.1.code"),
            (Code.BILL_TEXT_FORM, "bill.lines.1.name"),
        ]

    @pytest.mark.parametrize("name", [TIBETAN_NAME, RARE_NAME, "维C®泡腾片 ", "药" * 200])
    def test_names_of_items_may_be_in_any_script(self, name: str) -> None:
        assert found(bill_of_lines(line(Fen(1), name=name)), PHARMACY) == []

    def test_a_name_of_201_characters_is_too_long(self) -> None:
        too_long = bill_of_lines(line(Fen(1), name="药" * 201))
        assert found(too_long, PHARMACY) == [(Code.BILL_TEXT_FORM, "bill.lines.0.name")]


class TestEligible:
    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("XA02BCA001", ItemKind.DRUG),
            ("ZA01AAA0001", ItemKind.DRUG),
            ("T000100002", ItemKind.HERBAL_PIECE),
            ("J000001", ItemKind.PREPARATION),
            ("001101", ItemKind.TREATMENT),
            ("C0101", ItemKind.CONSUMABLE),
        ],
    )
    @pytest.mark.parametrize("at", InstitutionKind)
    def test_the_catalogues_items_are_eligible_whatever_the_till_calls_them(
        self, code: str, kind: ItemKind, at: InstitutionKind
    ) -> None:
        assert policy().kind_of(code) is kind
        assert line_is_eligible(line(Fen(1), code, kind=ItemKind.OTHER), policy(), at)

    @pytest.mark.parametrize("at", InstitutionKind)
    def test_a_tonic_that_the_till_calls_a_drug_stays_a_tonic(self, at: InstitutionKind) -> None:
        assert not line_is_eligible(tonic(Fen(1), kind=ItemKind.DRUG), policy(), at)

    def test_an_unknown_code_counts_by_the_tills_word_at_a_hospital_only(self) -> None:
        unknown = line(Fen(1), "?1")
        assert line_is_eligible(unknown, policy(), HOSPITAL)
        assert not line_is_eligible(unknown, policy(), PHARMACY)
        assert not line_is_eligible(line(Fen(1), "?1", kind=ItemKind.OTHER), policy(), HOSPITAL)

    def test_ineligible_lines_are_taken_from_the_share(self) -> None:
        assert ineligible_lines(bill_e3(), policy(), PHARMACY) == fen("58.00")
        assert eligible(bill_e3(), policy(), PHARMACY) == fen("129.35")

    def test_ineligible_lines_are_not_taken_twice_where_self_paid_is_excluded(self) -> None:
        excluding = policy(self_paid_counts=False)
        assert eligible(bill_e3(), excluding, PHARMACY) == fen("129.35")
        more = bill_e3(self_paid=fen("60.00"), in_scope=fen("127.35"))
        assert eligible(more, excluding, PHARMACY) == fen("127.35")

    def test_eligible_is_never_below_zero(self) -> None:
        funded = bill(Fen(1), total=Fen(10), in_scope=Fen(0), self_paid=Fen(10), fund_paid=Fen(9))
        assert eligible(funded, policy(self_paid_counts=False), HOSPITAL) == 0
