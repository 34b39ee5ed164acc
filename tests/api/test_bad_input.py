"""Bad input, in a table: each gets a coded answer in Chinese, and changes nothing."""

from typing import Any
from unicodedata import normalize

import pytest

from gongji.domain.bill import Bill, Line
from gongji.domain.identity import check_digit
from gongji.domain.institution import InstitutionKind
from gongji.domain.money import Fen
from gongji.store.rows import BindingRow, RequestKeyRow
from tests import builders
from tests.api.bills import bill_input, id_card
from tests.api.conftest import Answer, Api
from tests.api.mutations.asking import everything, reasons, request
from tests.api.mutations.family import Family, bound, make_family, say
from tests.documents import document
from tests.world import STAFF, Place, World

INVITE = document("mini_program/InviteRelative")
SETTLE = document("till/SettleBill")
MARK = "542599"


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


def in_chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


# Names and numbers that a person types: data, with the field that is wrong.

NAMES = {
    "empty": "",
    "a space": " ",
    "a wide space": "\u3000",
    "101 characters": "王" * 101,
    "a null character": "次仁\x00",
    "a line break": "次\n仁",
    "a tab": "次\t仁",
    "escape": "次\x1b[31m仁",
    "delete": "次仁\x7f",
    "a C1 control": "次\x85仁",
    "right-to-left override": "\u202e次仁",
    "left-to-right mark": "次\u200e仁",
    "isolate": "\u2066次仁\u2069",
    "zero-width space": "次\u200b仁",
    "zero-width joiner": "次\u200d仁",
    "byte-order mark": "\ufeff次仁",
    "soft hyphen": "次\u00ad仁",
    "a filler letter": "次\u3164仁",
    "a variation selector": "次\ufe0f仁",
    "a supplementary selector": "葛\U000e0100城",
    "a noncharacter": "次\uffff仁",
    "an emoji": "次仁😀",
    "symbols alone": "★",
    "digits alone": "12345",
    "a tag character": "次\U000e0041仁",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_what_is_no_name_is_refused(api: Api, family: Family, name: str) -> None:
    before = await everything()

    answer = await say(api, family.wife, "InviteRelative", **family.invitation(name=name))

    assert (reasons(answer), answer["path"]) == (["NAME_FORM"], ["name"])
    assert in_chinese(answer["message"])
    assert in_chinese(answer["remedy"])
    assert await everything() == before


RARE_NAMES = {
    "Chinese": "王小兰",
    "one character": "王",
    "a dot of names": "阿布都热西提·买买提",
    "Tibetan": "བསྟན་འཛིན་རྒྱ་མཚོ།",
    "above U+20000": "𠮷野𡈽",
    "above U+30000": "𰀀𱍊",
    "an ideographic zero": "李〇",
    "private use": "王\ue863",
    "combining marks": "e\u0301va",
    "a hundred characters": "王" * 100,
}


@pytest.mark.parametrize("name", RARE_NAMES.values(), ids=RARE_NAMES)
async def test_every_real_name_is_taken_and_masked(api: Api, world: World, name: str) -> None:
    family = await make_family(world, kin=False)
    relative = await world.person(normalize("NFC", name))
    typed = family.invitation(name=name, idNumber=relative.id_number)

    first = await say(api, family.wife, "InviteRelative", **{**typed, **(asked := request())})
    again = await say(api, family.wife, "InviteRelative", **{**typed, **asked})

    shown = first["binding"]["beneficiaryName"]
    assert "*" in shown
    assert shown != name
    assert again == {**first, "replayed": True}


async def test_outer_spaces_and_composition_do_not_matter(api: Api, world: World) -> None:
    family = await make_family(world, kin=False)
    relative = await world.person("\u00e9va")
    number = (
        f" {relative.id_number.translate(str.maketrans('0123456789', '０１２３４５６７８９'))} "
    )

    typed = family.invitation(name=" e\u0301va\u3000", idNumber=number.lower())
    answer = await say(api, family.wife, "InviteRelative", **typed)

    assert answer["binding"]["status"] == "INVITED"


def numbered(first: str) -> str:
    return first + check_digit(first)


VALID = numbered("54259919800101123")
ID_NUMBERS = {
    "a wrong check digit": (
        VALID[:17] + ("0" if VALID[17] != "0" else "1"),
        "ID_NUMBER_CHECK_DIGIT",
    ),
    "two digits swapped": (
        VALID[:14] + VALID[15] + VALID[14] + VALID[16:],
        "ID_NUMBER_CHECK_DIGIT",
    ),
    "empty": ("", "ID_NUMBER_FORM"),
    "17 digits": (VALID[:17], "ID_NUMBER_FORM"),
    "19 digits": (f"{VALID}0", "ID_NUMBER_FORM"),
    "an x inside": (f"{VALID[:10]}X{VALID[11:]}", "ID_NUMBER_FORM"),
    "letters": ("ABCDEFGHIJKLMNOPQR", "ID_NUMBER_FORM"),
    "other digits": ("٥٤٢٥٩٩١٩٨٠٠١٠١١٢٣٤", "ID_NUMBER_FORM"),
    "a zero-width space": (f"{VALID[:6]}\u200b{VALID[6:]}", "ID_NUMBER_FORM"),
    "a null character": (f"{VALID}\x00", "ID_NUMBER_FORM"),
    "30 February": (numbered("54259919800230123"), "ID_NUMBER_DATE"),
    "month 13": (numbered("54259919801301123"), "ID_NUMBER_DATE"),
    "year 0": (numbered("54259900000101123"), "ID_NUMBER_DATE"),
    "the day after tomorrow": (numbered("54259920261122123"), "ID_NUMBER_DATE"),
    "a passport": ("E12345678", "DOCUMENT_NOT_SUPPORTED"),
    "a permit of Hong Kong": ("H12345678", "DOCUMENT_NOT_SUPPORTED"),
    "a residence permit": (numbered("81000019800101123"), "DOCUMENT_NOT_SUPPORTED"),
    "a very long text": ("5" * 30_000, "ID_NUMBER_FORM"),
}


@pytest.mark.parametrize(("number", "code"), ID_NUMBERS.values(), ids=ID_NUMBERS)
async def test_what_is_no_id_number_is_refused(
    api: Api, family: Family, number: str, code: str
) -> None:
    before = await everything()

    answer = await say(api, family.wife, "InviteRelative", **family.invitation(idNumber=number))

    assert (reasons(answer), answer["path"]) == ([code], ["idNumber"])
    assert in_chinese(answer["message"])
    if number:
        assert number not in str(answer)
    assert await everything() == before


async def test_texts_that_are_only_compared_may_hold_anything(api: Api, family: Family) -> None:
    for version in ("", "\x00", "\u202e", "𠮷" * 1000):
        typed = family.invitation(declarationVersion=version)
        answer = await say(api, family.wife, "InviteRelative", **typed)
        assert reasons(answer) == ["DECLARATION_OUTDATED"]
    assert await BindingRow.all().count() == 0


REASONS = {
    "201 characters": ("因" * 201, ["REASON_TOO_LONG"]),
    "spaces": (" \u3000\n", ["REASON_REQUIRED"]),
    "zero-width alone": ("\u200b\u2060", ["REASON_REQUIRED"]),
    "control characters alone": ("\x00\x1b", ["REASON_REQUIRED"]),
}


@pytest.mark.parametrize(("reason", "codes"), REASONS.values(), ids=REASONS)
async def test_a_reason_of_staff_is_a_readable_text(
    api: Api, family: Family, reason: str, codes: list[str]
) -> None:
    binding_id = await bound(api, family)
    before = await everything()

    answer = await say(api, STAFF, "dashboard/EndBinding", bindingId=binding_id, reason=reason)

    assert (reasons(answer), answer["path"]) == (codes, ["reason"])
    assert await everything() == before


async def test_what_shows_nothing_is_left_out_of_a_reason(api: Api, family: Family) -> None:
    binding_id = await bound(api, family)
    reason = "\u202e本人\x00到窗口\n申请\u200b 𠮷"

    await say(api, STAFF, "dashboard/EndBinding", bindingId=binding_id, reason=reason)

    assert (await BindingRow.get()).end_reason == "本人到窗口 申请 𠮷"


# Bills: what a till's program computes; refused as data with every field named.


@pytest.fixture
async def hospital(world: World) -> Place:
    return await world.institution()


@pytest.fixture
async def pharmacy(world: World) -> Place:
    return await world.institution(InstitutionKind.PHARMACY)


def bill(share: int, **changed: Any) -> Bill:
    return builders.bill(Fen(share), **changed)


def line(amount: int, **changed: Any) -> Line:
    return builders.line(Fen(amount), **changed)


def many_lines(count: int) -> dict[str, Any]:
    return bill_input(bill(count, lines=tuple(line(1) for _ in range(count))))


BILLS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "parts do not close": (
        bill_input(builders.bill_e2(), inScopeFen=1092_01),
        [("BILL_PARTS_DO_NOT_CLOSE", "bill/totalFen")],
    ),
    "payers do not close": (
        bill_input(builders.bill_e2(), fundPaidFen=535_21),
        [("BILL_PAYERS_DO_NOT_CLOSE", "bill/personalShareFen")],
    ),
    "nothing closes": (
        bill_input(builders.bill_e2(), totalFen=1),
        [
            ("BILL_PARTS_DO_NOT_CLOSE", "bill/totalFen"),
            ("BILL_PAYERS_DO_NOT_CLOSE", "bill/personalShareFen"),
        ],
    ),
    "total of zero": (bill_input(bill(0)), [("BILL_TOTAL_NOT_POSITIVE", "bill/totalFen")]),
    "negative": (
        bill_input(bill(-1)),
        [
            ("BILL_AMOUNT_NEGATIVE", "bill/totalFen"),
            ("BILL_AMOUNT_NEGATIVE", "bill/inScopeFen"),
            ("BILL_AMOUNT_NEGATIVE", "bill/personalShareFen"),
            ("BILL_TOTAL_NOT_POSITIVE", "bill/totalFen"),
        ],
    ),
    "negative parts that close": (
        bill_input(bill(100), selfPaidFen=-1, inScopeFen=101),
        [("BILL_AMOUNT_NEGATIVE", "bill/selfPaidFen")],
    ),
    "lines do not close": (
        bill_input(bill(100, lines=(line(99),))),
        [("BILL_LINES_DO_NOT_CLOSE", "bill/lines")],
    ),
    "a negative line": (
        bill_input(bill(100, lines=(line(101), line(-1)))),
        [("BILL_AMOUNT_NEGATIVE", "bill/lines/1/amountFen")],
    ),
    "301 lines": (many_lines(301), [("BILL_TOO_MANY_LINES", "bill/lines")]),
    "lines beyond every amount": (
        bill_input(bill(100, lines=tuple(line(2**53 - 1) for _ in range(300)))),
        [("BILL_LINES_DO_NOT_CLOSE", "bill/lines")],
    ),
    "a line without name and code": (
        bill_input(bill(100, lines=(line(100, code=" ", name=""),))),
        [
            ("BILL_TEXT_FORM", "bill/lines/0/code"),
            ("BILL_TEXT_FORM", "bill/lines/0/name"),
        ],
    ),
    "a line's name with a control character": (
        bill_input(bill(100, lines=(line(100, name="阿莫\x00西林"),))),
        [("BILL_TEXT_FORM", "bill/lines/0/name")],
    ),
    "a line's name of 201 characters": (
        bill_input(bill(100, lines=(line(100, name="药" * 201),))),
        [("BILL_TEXT_FORM", "bill/lines/0/name")],
    ),
    "no number": (
        bill_input(bill(100, institution_bill_no="")),
        [("BILL_NUMBER_FORM", "bill/institutionBillNo")],
    ),
    "a number with outer spaces": (
        bill_input(bill(100, institution_bill_no=" 1")),
        [("BILL_NUMBER_FORM", "bill/institutionBillNo")],
    ),
    "a number with a zero-width space": (
        bill_input(bill(100, institution_bill_no="1\u200b")),
        [("BILL_NUMBER_FORM", "bill/institutionBillNo")],
    ),
    "a number with a null character": (
        bill_input(bill(100, institution_bill_no="1\x00")),
        [("BILL_NUMBER_FORM", "bill/institutionBillNo")],
    ),
    "a number of 65 characters": (
        bill_input(bill(100, institution_bill_no="1" * 65)),
        [("BILL_NUMBER_FORM", "bill/institutionBillNo")],
    ),
}


@pytest.mark.parametrize(("sent", "told"), BILLS.values(), ids=BILLS)
async def test_a_bill_that_is_not_sound_is_refused_by_name(
    api: Api,
    family: Family,
    hospital: Place,
    sent: dict[str, Any],
    told: list[tuple[str, str]],
) -> None:
    before = await everything()
    asked = request(credential=id_card(family.husband), bill=sent)

    first = await settled(api, hospital, asked)
    again = await settled(api, hospital, asked)

    assert [(r["code"], "/".join(r["path"])) for r in first["reasons"]] == told
    assert first["message"] == first["reasons"][0]["message"]
    assert all(in_chinese(r["message"]) and r["clause"] == "G32" for r in first["reasons"])
    assert again == first
    assert await everything() == before


async def settled(api: Api, place: Place, asked: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.as_(place.actor).query(SETTLE, input=asked))["settleBill"]
    return answer


async def test_a_pharmacy_must_send_lines(api: Api, family: Family, pharmacy: Place) -> None:
    asked = request(
        credential=id_card(family.husband), bill=bill_input(builders.bill_e3(), lines=[])
    )

    assert reasons(await settled(api, pharmacy, asked)) == ["BILL_LINES_MISSING"]


async def test_300_lines_are_settled(api: Api, family: Family, hospital: Place) -> None:
    asked = request(credential=id_card(family.husband), bill=many_lines(300))

    receipt = (await settled(api, hospital, asked))["receipt"]

    assert (receipt["personalShareFen"], receipt["ownFen"]) == (300, 300)


async def test_the_largest_bill_is_settled(api: Api, family: Family, hospital: Place) -> None:
    most = 2**53 - 1
    asked = request(credential=id_card(family.husband), bill=bill_input(bill(most)))

    receipt = (await settled(api, hospital, asked))["receipt"]

    assert (receipt["totalFen"], receipt["ownFen"]) == (most, 118_63)
    assert receipt["cashFen"] == most - 118_63


async def test_300_bad_lines_are_all_named(api: Api, family: Family, hospital: Place) -> None:
    bad = tuple(line(-1, code="", name="") for _ in range(300))
    asked = request(credential=id_card(family.husband), bill=bill_input(bill(-300, lines=bad)))

    told = reasons(await settled(api, hospital, asked))

    assert len(told) == 3 + 1 + 900
    assert len(told) <= 912


# Wrong types and broken JSON: top-level errors.

AMOUNTS = {
    "a fraction": 1.5,
    "a whole fraction": 100.0,
    "a text": "10000",
    "true": True,
    "2^53": 2**53,
    "-2^53": -(2**53),
    "2^63": 2**63,
    "2^64": 2**64,
    "null": None,
    "a list": [1, 2],
    "an object": {"fen": 1},
}


@pytest.mark.parametrize("amount", AMOUNTS.values(), ids=AMOUNTS)
async def test_what_is_no_amount_is_malformed(
    api: Api, family: Family, hospital: Place, amount: object
) -> None:
    before = await everything()
    sent = bill_input(builders.bill_e2(), totalFen=amount)

    answer = await api.as_(hospital.actor).query(
        SETTLE, input=request(credential=id_card(family.husband), bill=sent)
    )

    assert_malformed(answer)
    assert await everything() == before
    assert await RequestKeyRow.all().count() == 0


LITERALS = {
    "a fraction": "1.5",
    "an exponent": "1e3",
    "a text": '"1"',
    "a boolean": "true",
    "2^53": str(2**53),
    "a thousand digits": "9" * 1000,
    "an enumeration": "ALL",
}


@pytest.mark.parametrize("written", LITERALS.values(), ids=LITERALS)
async def test_what_is_no_amount_is_malformed_in_a_document_too(
    api: Api, family: Family, written: str
) -> None:
    before = await everything()
    sent = 'mutation { setReserve(input: {requestId: "%s", reserveFen: %s}) { __typename } }'

    answer = await api.as_(family.wife.actor).query(sent % (request()["requestId"], written))

    assert set(answer.codes) <= {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
    assert answer.codes
    assert all(in_chinese(error["message"]) for error in answer.body["errors"])
    assert await everything() == before


def assert_malformed(answer: Answer) -> None:
    assert set(answer.codes) == {"BAD_USER_INPUT"}, answer.text
    assert all(in_chinese(error["message"]) for error in answer.body["errors"])
    assert MARK not in answer.text
    assert answer.body.get("data") is None


TEXTS = {
    "a number": 1,
    "true": True,
    "null": None,
    "a list": ["次仁", "多吉"],
    "an object": {"name": "次仁"},
}


@pytest.mark.parametrize("field", ["name", "idNumber", "kinship", "declarationVersion"])
@pytest.mark.parametrize("value", TEXTS.values(), ids=TEXTS)
async def test_what_is_no_text_is_malformed(
    api: Api, family: Family, field: str, value: object
) -> None:
    before = await everything()

    answer = await api.as_(family.wife.actor).query(
        INVITE, input=request(**family.invitation(**{field: value}))
    )

    assert_malformed(answer)
    assert await everything() == before


async def test_a_lone_surrogate_is_no_text(api: Api, family: Family) -> None:
    before = await everything()
    document_ = (
        'mutation { inviteRelative(input: {requestId: "%s", name: "\\ud800", idNumber: "",'
        ' kinship: SPOUSE, declarationVersion: ""}) { __typename } }'
    )

    answer = await api.as_(family.wife.actor).query(document_ % request()["requestId"])

    assert answer.codes == ["GRAPHQL_PARSE_FAILED"]
    assert await everything() == before
