"""Records of the registry: each kind is read, each flaw is named by its field, never by a value."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gongji.domain import texts
from gongji.domain.binding import BindingStatus, Limit
from gongji.domain.errors import Code
from gongji.domain.institution import InstitutionKind, Period
from gongji.domain.person import PersonStatus, Scheme
from gongji.domain.policy import Policy
from gongji.domain.record_fields import Flaw, Flawed
from gongji.domain.records import (
    AccountStatusRecord,
    BindingRecord,
    CardRecord,
    InstitutionRecord,
    KinshipEndedRecord,
    KinshipRecord,
    LimitRecord,
    LineFault,
    PersonRecord,
    PersonStatusRecord,
    PolicyRecord,
    Record,
    ReserveRecord,
    TariffRecord,
    read_record,
)
from tests.builders import RARE_NAME, TIBETAN_NAME, TODAY, id_number

A = id_number(1)
B = id_number(2)
PERSON = {
    "record": "person",
    "id_number": A,
    "name": "次仁",
    "region": "542523",
    "scheme": "EMPLOYEE",
}
BINDING = {"record": "binding", "sharer": A, "beneficiary": B, "kinship": "SPOUSE"}
TARIFF = {
    "record": "tariff",
    "region": "542500",
    "year": 2027,
    "category": "ADULT",
    "amount_fen": 40_000,
    "opens_on": "2026-09-01",
    "closes_on": "2026-12-31",
}
PLACE = {"record": "institution", "code": "P54252300001", "name": "药房", "region": "542523"}
CONTRIBUTION = {"record": "contribution", "batch": "2026-11", "owner": A, "amount_fen": 1}
CARD = {"record": "card", "holder": A, "kind": "E_VOUCHER", "number": "a1"}


def read(line: dict[str, Any]) -> Record:
    return read_record(line, today=TODAY)


def flaw_of(line: dict[str, Any]) -> tuple[str, Flaw | Code]:
    with pytest.raises(Flawed) as flawed:
        read(line)
    return flawed.value.field, flawed.value.flaw


def test_a_person_needs_no_more_than_who_where_and_which_scheme() -> None:
    record = read(PERSON)

    assert isinstance(record, PersonRecord)
    assert (record.name, record.scheme) == ("次仁", Scheme.EMPLOYEE)
    assert (record.status, record.premium_category, record.phone) == (None, None, None)
    assert record.phone_is_given is False
    assert record.born_on == date(1985, 6, 15)
    assert (record.subject, record.people) == (("person", A), (A,))


def test_a_phone_that_is_null_is_given_and_removes_the_number() -> None:
    record = read(PERSON | {"phone": None})

    assert isinstance(record, PersonRecord)
    assert (record.phone_is_given, record.phone) == (True, None)


@pytest.mark.parametrize("name", [TIBETAN_NAME, RARE_NAME, " 次仁 "])
def test_names_of_every_script_are_read(name: str) -> None:
    record = read(PERSON | {"name": name})

    assert isinstance(record, PersonRecord)
    assert record.name == name.strip()


def test_an_id_number_is_kept_in_capitals() -> None:
    number = next(n for n in map(id_number, range(1, 99)) if n.endswith("X"))
    record = read(PERSON | {"id_number": number.lower()})

    assert record.people == (number,)


def test_the_code_of_an_institution_says_what_it_is() -> None:
    pharmacy = read(PLACE)
    hospital = read(PLACE | {"code": "H54252300001", "offsite_sharing": True})

    assert isinstance(pharmacy, InstitutionRecord)
    assert isinstance(hospital, InstitutionRecord)
    assert (pharmacy.kind, hospital.kind) == (InstitutionKind.PHARMACY, InstitutionKind.HOSPITAL)
    assert (pharmacy.designated, pharmacy.offsite_sharing) == (Period(), None)
    assert hospital.offsite_sharing == Period()
    assert (pharmacy.subject, pharmacy.people) == (("institution", "P54252300001"), ())


def test_off_site_days_mean_nothing_where_sharing_is_not_open() -> None:
    record = read(PLACE | {"offsite_sharing": False, "offsite_from": "2026-01-01"})

    assert isinstance(record, InstitutionRecord)
    assert record.offsite_sharing is None


def test_a_kinship_is_one_in_both_directions_and_so_is_its_end() -> None:
    kinship = {"record": "kinship", "kinship": "SPOUSE"}
    there = read(kinship | {"person": A, "relative": B})
    back = read(kinship | {"person": B, "relative": A, "confirmed": False})
    end = read({"record": "kinship_ended", "person": B, "relative": A})

    assert isinstance(there, KinshipRecord)
    assert isinstance(back, KinshipRecord)
    assert isinstance(end, KinshipEndedRecord)
    assert there.subject == back.subject == end.subject
    assert (there.is_confirmed, back.is_confirmed) == (True, False)


def test_a_policy_keeps_the_defaults_of_what_it_does_not_name() -> None:
    line = {"record": "policy", "region": "542500", "in_force_from": "2027-01-01"}
    named = read(line | {"version": "v2", "rules": {"most_sharers": 3}})
    plain = read(line)

    assert isinstance(named, PolicyRecord)
    assert isinstance(plain, PolicyRecord)
    assert named.policy == Policy("542500", date(2027, 1, 1), "v2", most_sharers=3)
    assert plain.policy == Policy("542500", date(2027, 1, 1), "542500-20270101")
    assert plain.subject == ("policy", "542500", "2027-01-01")
    assert plain.people == ()


def test_a_tariff_is_known_by_region_year_and_category() -> None:
    record = read(TARIFF)

    assert isinstance(record, TariffRecord)
    assert (record.subject, record.people) == (("tariff", "542500", "2027", "ADULT"), ())


@pytest.mark.parametrize(
    ("told", "since"),
    [
        ({}, None),
        ({"from": None}, None),
        ({"from": "2026-03-01"}, datetime(2026, 2, 28, 16, tzinfo=UTC)),
        ({"from": "2026-03-01T08:00:00+08:00"}, datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_news_holds_from_a_day_in_shanghai_or_a_moment(
    told: dict[str, Any], since: datetime | None
) -> None:
    person = read({"record": "status", "person": A, "status": "MOVED_OUT"} | told)
    account = read({"record": "status", "account": A, "status": "FROZEN"} | told)

    assert isinstance(person, PersonStatusRecord)
    assert isinstance(account, AccountStatusRecord)
    assert (person.since, account.since) == (since, since)
    assert person.status is PersonStatus.MOVED_OUT
    assert (person.subject, account.subject) == (("person", A), ("account", A))


def test_a_binding_is_active_where_nothing_else_is_said() -> None:
    record = read(BINDING)

    assert isinstance(record, BindingRecord)
    assert (record.status, record.position) == (BindingStatus.ACTIVE, None)
    assert (record.subject, record.people) == (("binding", A, B), (A, B))


def test_a_limit_that_names_nothing_removes_all() -> None:
    record = read({"record": "limit", "sharer": A, "beneficiary": B, "per_year_fen": None})

    assert isinstance(record, LimitRecord)
    assert record.limit == Limit()


def test_a_reserve_is_its_owners() -> None:
    record = read({"record": "reserve", "owner": A, "amount_fen": 0})

    assert isinstance(record, ReserveRecord)
    assert (record.amount, record.subject, record.people) == (0, ("reserve", A), (A,))


def test_a_card_number_is_kept_in_capitals_and_an_id_card_is_no_card() -> None:
    record = read(CARD)

    assert isinstance(record, CardRecord)
    assert record.number == "A1"
    assert flaw_of(CARD | {"kind": "ID_CARD"}) == ("kind", Flaw.MALFORMED)


@pytest.mark.parametrize(
    ("line", "field", "flaw"),
    [
        ({}, "record", Flaw.UNKNOWN_RECORD),
        ({"record": "persons"}, "record", Flaw.UNKNOWN_RECORD),
        ({"record": None}, "record", Flaw.UNKNOWN_RECORD),
        (PERSON | {"nickname": 1}, "nickname", Flaw.UNKNOWN_FIELD),
        (PERSON | {A: 1}, "", Flaw.UNKNOWN_FIELD),
        ({"record": "person"}, "id_number", Flaw.MISSING),
        (PERSON | {"id_number": 1}, "id_number", Flaw.MALFORMED),
        (PERSON | {"id_number": "5425"}, "id_number", Code.ID_NUMBER_FORM),
        (PERSON | {"id_number": A[:-1] + "?"}, "id_number", Code.ID_NUMBER_FORM),
        (
            PERSON | {"id_number": A[:-1] + ("0" if A[-1] != "0" else "1")},
            "id_number",
            Code.ID_NUMBER_CHECK_DIGIT,
        ),
        (PERSON | {"id_number": id_number(1, born=date(2026, 1, 1))}, "id_number", None),
        (PERSON | {"id_number": "H12345678"}, "id_number", Code.DOCUMENT_NOT_SUPPORTED),
        (PERSON | {"name": "次\u200b仁"}, "name", Code.NAME_FORM),
        (PERSON | {"name": ""}, "name", Code.NAME_FORM),
        (PERSON | {"name": 7}, "name", Flaw.MALFORMED),
        (PERSON | {"region": "42523"}, "region", Flaw.MALFORMED),
        (PERSON | {"region": "542523\u202e"}, "region", Flaw.MALFORMED),
        (PERSON | {"scheme": "SOLDIER"}, "scheme", Flaw.MALFORMED),
        (PERSON | {"status": None}, "status", Flaw.MISSING),
        (PERSON | {"phone": "one"}, "phone", Flaw.MALFORMED),
        (PERSON | {"premium_category": "A" * 41}, "premium_category", Flaw.MALFORMED),
        (PERSON | {"premium_category": " "}, "premium_category", Flaw.MALFORMED),
        (PLACE | {"code": "X54252300001"}, "code", Flaw.MALFORMED),
        (PLACE | {"name": "药" * 201}, "name", Flaw.MALFORMED),
        (PLACE | {"offsite_sharing": 1}, "offsite_sharing", Flaw.MALFORMED),
        (PLACE | {"offsite_sharing": None}, "offsite_sharing", Flaw.MISSING),
        (PLACE | {"designated_from": "2026-1-1"}, "designated_from", Flaw.MALFORMED),
        (PLACE | {"designated_from": "2026-02-30"}, "designated_from", Flaw.MALFORMED),
        (
            PLACE | {"designated_from": "2026-01-02", "designated_until": "2026-01-01"},
            "designated_until",
            Flaw.OUT_OF_RANGE,
        ),
        (CONTRIBUTION | {"amount_fen": 0}, "amount_fen", Flaw.OUT_OF_RANGE),
        (CONTRIBUTION | {"amount_fen": -1}, "amount_fen", Flaw.OUT_OF_RANGE),
        (CONTRIBUTION | {"amount_fen": 2**53}, "amount_fen", Flaw.OUT_OF_RANGE),
        (CONTRIBUTION | {"amount_fen": 1.0}, "amount_fen", Flaw.MALFORMED),
        (CONTRIBUTION | {"amount_fen": "1"}, "amount_fen", Flaw.MALFORMED),
        (CONTRIBUTION | {"amount_fen": True}, "amount_fen", Flaw.MALFORMED),
        (
            {"record": "account", "owner": A, "opening_balance_fen": None},
            "opening_balance_fen",
            Flaw.MISSING,
        ),
        (BINDING | {"beneficiary": A}, "beneficiary", Flaw.ONE_PERSON),
        (BINDING | {"status": "ENDED"}, "status", Flaw.MALFORMED),
        (BINDING | {"position": 0}, "position", Flaw.OUT_OF_RANGE),
        (BINDING | {"position": 1, "status": "INVITED"}, "position", Flaw.OUT_OF_RANGE),
        (BINDING | {"accepted_at": "2026-01-01T00:00:00"}, "accepted_at", Flaw.MALFORMED),
        (TARIFF | {"year": 1999}, "year", Flaw.OUT_OF_RANGE),
        (TARIFF | {"closes_on": "2026-08-31"}, "closes_on", Flaw.OUT_OF_RANGE),
        (
            {"record": "guardian", "guardian": A, "ward": B, "capacity": "SELF"},
            "capacity",
            Flaw.MALFORMED,
        ),
        (
            {
                "record": "policy",
                "region": "542500",
                "in_force_from": "2027-01-01",
                "rules": {"most_sharers": "many"},
            },
            "rules",
            Flaw.MALFORMED,
        ),
        (
            {
                "record": "policy",
                "region": "542500",
                "in_force_from": "2027-01-01",
                "rules": [],
            },
            "rules",
            Flaw.MALFORMED,
        ),
        ({"record": "status", "person": A, "status": "FROZEN"}, "status", Flaw.MALFORMED),
        (
            {"record": "status", "person": A, "account": A, "status": "FROZEN"},
            "person",
            Flaw.UNKNOWN_FIELD,
        ),
    ],
)
def test_a_flaw_names_the_field(line: dict[str, Any], field: str, flaw: Flaw | Code | None) -> None:
    assert flaw_of(line) == (field, flaw or Code.ID_NUMBER_DATE)


def test_a_fault_is_said_in_chinese_with_line_and_field() -> None:
    assert str(LineFault(3, "name", Code.NAME_FORM)).startswith("第3行 name：姓名为空")
    assert str(LineFault(4, "", Flaw.NOT_JSON)) == "第4行：这一行不是一个 JSON 对象。"


def test_flaws_have_texts_one_to_one() -> None:
    assert sorted(texts.FLAWS) == sorted(Flaw.__members__)
    assert all(re.search(r"[\u4e00-\u9fff]", flaw.message) for flaw in Flaw)


def test_no_record_shows_its_values_by_accident() -> None:
    for line in (PERSON, BINDING, CONTRIBUTION, CARD):
        assert A not in repr(read(line))
