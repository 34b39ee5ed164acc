"""ID numbers, names and masks."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongji.domain.errors import Code
from gongji.domain.identity import (
    IdNumber,
    check_digit,
    clean_name,
    is_invisible,
    mask_digits,
    mask_name,
    parse_id_number,
    without_numbers,
)
from tests.builders import CHINESE_NAME, RARE_NAME, TIBETAN_NAME, TODAY, id_number
from tests.domain.strategies import LAW

SAMPLE = "11010519491231002X"


def read(text: str) -> IdNumber | Code:
    return parse_id_number(text, today=TODAY)


class TestIdNumber:
    def test_the_standards_own_sample_passes(self) -> None:
        assert read(SAMPLE) == IdNumber(SAMPLE)
        assert check_digit(SAMPLE[:17]) == "X"

    @pytest.mark.parametrize(
        "typed",
        [
            "11010519491231002x",
            f"  {SAMPLE}\u3000",
            "１１０１０５１９４９１２３１００２Ｘ",
        ],
    )
    def test_what_input_methods_make_of_it_is_read_too(self, typed: str) -> None:
        assert read(typed) == IdNumber(SAMPLE)

    def test_birth_and_sex_are_read(self) -> None:
        sample = IdNumber(SAMPLE)
        assert (sample.birth_date, sample.is_male) == (date(1949, 12, 31), False)
        assert IdNumber(id_number(1)).is_male

    @LAW
    @given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.integers(0, 16))
    def test_every_number_of_nobody_is_valid_and_one_wrong_digit_is_found(
        self, born: date, serial: int, place: int
    ) -> None:
        number = id_number(serial, born=born)
        assert read(number) == IdNumber(number)
        assert IdNumber(number).birth_date == born
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert isinstance(read(wrong), Code)

    @pytest.mark.parametrize("last", "0123456789")
    def test_a_wrong_check_digit_is_named(self, last: str) -> None:
        assert read(SAMPLE[:17] + last) is Code.ID_NUMBER_CHECK_DIGIT

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "1",
            SAMPLE[:17],
            SAMPLE + "1",
            "11010519491231002Y",
            "1101051949123100 X",
            "༡༡༠༡༠༥༡༩༤༩༡༢༣༡༠༠༢X",
            "110105491231002",
            "-1010519491231002X",
            "张" * 18,
            "x" * 18,
        ],
    )
    def test_what_is_not_18_digits_has_the_wrong_form(self, text: str) -> None:
        assert read(text) is Code.ID_NUMBER_FORM

    @pytest.mark.parametrize("born", ["19490230", "19491301", "19490001", "20251112", "00000101"])
    def test_a_birth_that_never_was_or_is_still_to_come_is_refused(self, born: str) -> None:
        first = f"542599{born}001"
        assert read(first + check_digit(first)) is Code.ID_NUMBER_DATE

    def test_a_child_born_today_has_a_number(self) -> None:
        assert isinstance(read(id_number(1, born=TODAY)), IdNumber)

    @pytest.mark.parametrize(
        "text",
        [
            "E12345678",
            "H1234567890",
            "A123456(7)",
            "A123456（A）",
            "CHN110019900101",
            "81000019900101001" + check_digit("81000019900101001"),
            "83000019900101001" + check_digit("83000019900101001"),
            "91100019900101001" + check_digit("91100019900101001"),
        ],
    )
    def test_other_documents_are_not_supported_yet(self, text: str) -> None:
        assert read(text) is Code.DOCUMENT_NOT_SUPPORTED

    def test_a_number_does_not_show_itself(self) -> None:
        assert SAMPLE not in f"{IdNumber(SAMPLE)!r} {IdNumber(SAMPLE)}"


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            CHINESE_NAME,
            TIBETAN_NAME,
            RARE_NAME,
            "扎西·次仁",
            "刘〇",
            "\U00031350",
            "\U000323b0某",
            "\ue863某",
            "Tenzin Gyatso",
            "O'Brien-Smith",
            "名" * 100,
        ],
    )
    def test_names_of_every_script_are_kept(self, name: str) -> None:
        assert clean_name(name) == name

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " \u3000",
            "名" * 101,
            "·",
            "123",
            "张\u200b伟",
            "张\u200d伟",
            "张\ufeff伟",
            "\u202e伟张",
            "张\u2066伟\u2069",
            "张\x00伟",
            "张伟\n",
            "\t张伟",
            "张\u2028伟",
            "张\ud800伟",
            "张\ufe0f伟",
            "葛\U000e0100城",
            "张\u3164",
            "\u2800张",
            "张\uffff",
            "张\U0001fffe",
            "张😀",
            "张👨\u200d👩",
            "张\u2764",
            "张\U0001fae8",
            "张=伟",
            "<张伟>",
            "⼀二",
        ],
    )
    def test_what_is_no_name_is_refused(self, text: str) -> None:
        assert clean_name(text) is None

    def test_outer_spaces_go_and_letters_are_composed(self) -> None:
        assert clean_name("\u3000张伟 ") == "张伟"
        assert clean_name("e\u0301") == "\u00e9"

    @LAW
    @given(st.text(max_size=120))
    def test_a_name_once_cleaned_is_clean_and_shows_what_it_holds(self, text: str) -> None:
        name = clean_name(text)
        if name is not None:
            assert clean_name(name) == name
            assert not any(map(is_invisible, name))
            name.encode()


class TestMasks:
    @pytest.mark.parametrize(
        ("name", "masked"),
        [
            ("张伟", "张*"),
            ("张小伟", "张*伟"),
            ("扎西·次仁", "扎***仁"),
            ("张", "*"),
            ("", "*"),
            (RARE_NAME, "𠮷*𡈽"),
            ("བསོད་ནམས", "བ*****ས"),
            ("རྒྱལ་པོ", "རྒྱ**པོ"),
            ("\u0f72", "*"),
        ],
    )
    def test_a_name_keeps_its_first_and_last_character(self, name: str, masked: str) -> None:
        assert mask_name(name) == masked

    @LAW
    @given(st.text("张王李赵钱孙", min_size=2, max_size=9))
    def test_a_mask_never_shows_the_middle(self, name: str) -> None:
        masked = mask_name(name)
        assert len(masked) == len(name)
        assert set(masked[1:-1]) <= {"*"}
        assert masked != name

    @pytest.mark.parametrize(
        ("first", "last", "masked"),
        [(6, 4, "110105********002X"), (1, 1, "1****************X"), (1, 0, "1" + "*" * 17)],
    )
    def test_digits_keep_what_a_viewer_may_see(self, first: int, last: int, masked: str) -> None:
        assert mask_digits(SAMPLE, first=first, last=last) == masked

    def test_digits_that_are_too_few_show_nothing(self) -> None:
        assert mask_digits("1234567", first=3, last=4) == "*******"
        assert mask_digits("13800001234", first=3, last=4) == "138****1234"


class TestFreeText:
    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            (f"核对{SAMPLE}的账户", "核对***的账户"),
            (f"{SAMPLE.lower()}来电", "***来电"),
            ("１１０１０５１９４９１２３１００２X", "***"),
            ("电话13800001234或0897-2821234", "电话***或0897-2821234"),
            ("卡号Z5425998877665544", "卡号Z***"),
            ("单据20251111-0001重复，2025年11月11日", "单据20251111-0001重复，2025年11月11日"),
        ],
    )
    def test_numbers_of_people_are_blotted_out(self, written: str, kept: str) -> None:
        assert without_numbers(written) == kept
