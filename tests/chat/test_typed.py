"""A typed message is kept without tricks and without personal numbers."""

import pytest

from gongji.chat.typed import Typed, clean_message, masked

FULL_WIDTH = str.maketrans("0123456789Xx", "０１２３４５６７８９Ｘｘ")
ID_NUMBER = "54259919600315024X"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("解\u200b除\u202e绑\u2066定\ufeff", "解除绑定"),
        ("a\x00b\x1bc\u00add", "abcd"),
        ("第一行\r\n第二行\u2028第三行", "第一行\n第二行\n第三行"),
        ("  余额\t查询 \n", "余额 查询"),
        ("བཀྲ་ཤིས༌བདེ", "བཀྲ་ཤིས༌བདེ"),
        ("👨\u200d👩\u200d👧 谢谢", "👨\u200d👩\u200d👧 谢谢"),
        ("👩🏽\u200d⚕\ufe0f", "👩🏽\u200d⚕\ufe0f"),
        ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
        ("解\u200d除\ufe0f", "解除"),
        ("é", "é"),
        ("\U000e0041\U000e0042余额", "余额"),
    ],
)
def test_a_message_is_cleaned(text: str, kept: str) -> None:
    assert clean_message(text) == kept


@pytest.mark.parametrize(
    "typed",
    [
        ID_NUMBER,
        ID_NUMBER.lower(),
        ID_NUMBER.translate(FULL_WIDTH),
        "542599 19600315 024X",
        "542599-19600315-024X",
        "5425 9919 6003 1502 4X",
        "5 4 2 5 9 9 1 9 6 0 0 3 1 5 0 2 4 X",
        "542599\u20031960\u20110315\u200b024X",
        "五四二五九九一九六〇〇三一五〇二四X",
        "༥༤༢༥༩༩༡༩༦༠༠༣༡༥༠༢༤X",
        "542599196003150244",
        "54259919600315024",
        "542599600315024",
        "5425991960031502441",
        "542599 - 19600315 - 024X",
        "542599（19600315）024X",
        "542599：19600315：024X",
        "542599~19600315~024X",
        "542599 600315 024",
        "542599-600315-024",
        "542599 19601315 024X",
        "542599 1960315 024X",
        "伍肆貳伍玖玖壹玖陸〇〇參壹伍〇貳肆X",
        "五四两五九九一九六〇〇三一五〇两四X",
        "⑤④②⑤⑨⑨①⑨⑥⓪⓪③①⑤⓪②④④",
    ],
)
def test_an_id_number_is_masked_however_it_is_typed(typed: str) -> None:
    shown = masked(f"邀请妈妈王秀英，身份证{typed}，谢谢")

    before, number, after = shown.partition("*")
    digits = sum(map(str.isalnum, clean_message(typed)))
    assert before == f"邀请妈妈王秀英，身份证{clean_message(typed)[0]}"
    assert number + after == "*" * (digits - 2) + f"{clean_message(typed)[-1]}，谢谢"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("电话13800001111", "电话138****1111"),
        ("电话 138 0000 1111。", "电话 138****1111。"),
        ("138-0000-1111", "138****1111"),
        ("+86 13800001111", "+86 138****1111"),
        ("１３８００００１１１１", "１３８****１１１１"),
        ("0897-2821234", "089****1234"),
        ("幺三八零零零零幺幺幺幺", "幺三八****幺幺幺幺"),
        ("卡号6217000012345678901", "卡号6*****************1"),
        ("6217 0000 1234 5678", "6**************8"),
        ("一三八○○○○幺幺幺幺", "一三八****幺幺幺幺"),
        ("138.0000.1111", "138****1111"),
        ("138 - 0000 - 1111", "138****1111"),
        ("1 3 8 0 0 0 0 1 1 1 1", "138****1111"),
        ("6217.0000.1234.5678", "6**************8"),
        ("6217  0000  1234  5678", "6**************8"),
        ("护照E12345678", "护照E*******8"),
        ("回乡证H1234567890", "回乡证H*********0"),
        ("13800001111 542599196003150244", "138****1111 5****************4"),
        ("王秀英542599196003150244李建国13800001111", "王秀英5****************4李建国138****1111"),
    ],
)
def test_phone_and_card_numbers_are_masked(text: str, kept: str) -> None:
    assert masked(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "给妈妈设每月1,234.50元的限额",
        "药店¥350够吗",
        "2026-11-05 14:30 花了 1234567.89 元",
        "2025-2026年度的医保费380元",
        "壹佰贰拾叁元肆角伍分",
        "一百 二百 三百五十",
        "150 200 30000",
        "1、2、3、4、5、6、7、8、9、10、11",
        "2026.11.05~2026.12.31，380元，400元，100元",
        "二〇二六年十一月五日",
        "第12345678号",
    ],
)
def test_amounts_and_dates_stay_readable(text: str) -> None:
    assert masked(text) == text


def test_what_the_grammar_reads_is_as_long_as_what_was_typed() -> None:
    typed = Typed.of("請　把“歐陽麗”ＡＢＣ１２３￥５０。\u200b")

    assert typed.shown == "請 把“歐陽麗”ＡＢＣ１２３￥５０。"
    assert typed.plain == '请 把"歐陽麗"abc123¥50。'
    assert "歐" not in repr(typed)
