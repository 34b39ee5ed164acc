"""The till page and the stage in a real browser: bills, unknown outcomes, reversals, looks."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.e2e.axe import bring_axe, needs_axe, serious_findings
from tests.e2e.gateway import Gateway
from tests.e2e.phones import Screen
from tests.e2e.tills import CUT, LOST, PASSES, Till

WANGDUI = "542599199111050092"
"""He has 860.50 of his own, and nobody who shares."""

Opening = Callable[..., Till]


@pytest.fixture
def screens() -> Iterator[list[Screen]]:
    """Return the windows of a test; none may show a fault at the end."""
    opened: list[Screen] = []
    yield opened
    faults = [fault for screen in opened for fault in screen.faults]
    for screen in opened:
        screen.context.close()
    assert faults == []


@pytest.fixture
def open_till(browser: Browser, gateway: Gateway, screens: list[Screen]) -> Opening:
    """Return how to open a till."""

    def opened(**options: Any) -> Till:
        till = Till.of(browser, gateway.url, **options)
        screens.append(till)
        return till

    return opened


def settled(till: Till, yuan: str = "10.00") -> str:
    """Settle a plain bill; return its number."""
    number = till.plain_bill(WANGDUI, yuan)
    till.press("预结算", "确认结算")
    till.sees("结算编号", number)
    return number


def test_an_institution_is_chosen(
    browser: Browser, gateway: Gateway, screens: list[Screen]
) -> None:
    screen = Screen.opened(browser, f"{gateway.url}/till/", width=1440, height=900)
    screens.append(screen)

    screen.page.get_by_role("link", name="噶尔藏医院").click()

    expect(screen.page.get_by_role("banner")).to_contain_text("噶尔藏医院 H54252300002")
    expect(screen.page.get_by_role("button", name="预结算")).to_be_visible()
    screen.page.get_by_role("link", name="换一家机构").click()
    expect(screen.page.get_by_role("link", name="狮泉河雪山医院")).to_be_visible()


def test_e2_is_quoted_settled_and_reversed(open_till: Opening) -> None:
    till = open_till(example="E2")

    till.press("预结算")
    till.sees("个人账户支付¥118.63", "账户共济支付¥505.88", "个人现金支付¥126.76")
    till.press("确认结算")
    till.sees("狮泉河雪山医院", "医疗费总额¥1,286.47", "基金支付¥535.20")
    till.sees("个人账户支付¥118.63", "账户共济支付¥505.88", "个人现金支付¥126.76", "余额¥0.00")
    number = till.page.get_by_label("单据号").input_value()
    expect(till.day(number)).to_contain_text("已结算")

    till.press("撤销")
    till.sees("退回本人账户¥118.63", "退回共济账户¥505.88", "退还现金¥126.76")
    till.write("撤销原因", "金额录错")
    till.press("确认撤销")
    till.sees("请把收过的现金退还", "已撤销")
    expect(till.day(number)).to_contain_text("已撤销")


def test_a_child_pays_at_a_pharmacy_what_is_eligible(open_till: Opening) -> None:
    till = open_till(institution="P54252300003", example="E3")

    till.press("预结算")

    till.sees("其中可由个人账户支付¥129.35", "账户共济支付¥90.10", "个人现金支付¥97.25")
    till.sees("没有个人账户")
    line = till.page.get_by_role("group", name="第2行")
    expect(line.get_by_label("名称")).to_have_value("某某口服液（保健品）")
    line.get_by_role("button", name="删除这一行").click()
    expect(till.page.get_by_role("form", name="账单")).to_contain_text("明细之和与总额相差¥58.00")


@pytest.mark.parametrize(
    ("institution", "offered"), [("H54252300001", ["E1", "E2"]), ("P54252300003", ["E3"])]
)
def test_a_till_offers_the_examples_that_it_can_settle(
    open_till: Opening, institution: str, offered: list[str]
) -> None:
    till = open_till(institution=institution)

    options = till.page.get_by_label("例题").locator("option")

    assert options.evaluate_all("all => all.map(one => one.value)") == ["", *offered]


def test_only_the_receipt_is_printed(open_till: Opening) -> None:
    till = open_till()
    settled(till)

    till.page.emulate_media(media="print")

    expect(till.page.get_by_role("article", name="结算单")).to_be_visible()
    expect(till.page.get_by_role("button")).to_have_count(0)
    expect(till.page.get_by_role("form")).to_have_count(0)


def test_a_lost_answer_is_asked_for_and_nothing_is_paid_twice(open_till: Opening) -> None:
    till = open_till()
    number = till.plain_bill(WANGDUI, "11.00")
    till.press("预结算")

    with till.line("SettleBill", LOST) as line:
        till.press("确认结算")
        till.sees("结算编号", "个人账户支付¥11.00")

    assert len(line.inputs) == 1
    expect(till.day(number)).to_have_count(1)


def test_what_did_not_arrive_is_sent_again_under_its_key(open_till: Opening) -> None:
    till = open_till()
    number = till.plain_bill(WANGDUI, "12.00")
    till.press("预结算")
    with till.line("SettleBill", CUT) as line:
        till.press("确认结算")
        till.sees("结果未知", "还没有收到这个请求", number)

        till.page.reload()
        till.sees("结果未知", "还没有收到这个请求", number)
        till.plain_bill(WANGDUI, "13.00")
        till.press("预结算")
        till.sees("结果未知", number)
        line.fate = PASSES
        till.press("用同一编号重发")
        till.sees("结算编号", "个人账户支付¥12.00")

    first, again = line.inputs
    assert again == first
    expect(till.day(number)).to_have_count(1)


def test_a_request_that_was_given_up_is_never_done(open_till: Opening) -> None:
    till = open_till()
    number = till.plain_bill(WANGDUI, "14.00")
    till.press("预结算")
    with ExitStack() as lines:
        bills = lines.enter_context(till.line("SettleBill", CUT))
        till.press("确认结算")
        till.sees("结果未知")
        voids = lines.enter_context(till.line("VoidRequest", LOST))
        till.press("放弃并冲正")
        till.sees("再次冲正，直到有答复")
        expect(till.result.get_by_role("button")).to_have_text(["再次冲正"])

        voids.fate = PASSES
        till.press("再次冲正")
        till.sees("已冲正", "可以收现金")

        first, again = voids.inputs
        assert again == first
        expect(till.day(number)).to_have_count(0)
        bills.fate = PASSES
        till.press("预结算", "确认结算")
        till.sees("结算编号", number)

    assert bills.inputs[1]["requestId"] != bills.inputs[0]["requestId"]


def test_what_is_not_known_survives_a_reload_and_is_found(open_till: Opening) -> None:
    till = open_till()
    number = till.plain_bill(WANGDUI, "15.00")
    till.press("预结算")
    with till.line("SettleBill", LOST) as line, till.line("Outcome", CUT):
        till.press("确认结算")
        till.sees("结果未知", "不知道是否已经办理", number)
        till.press("查询结果")
        till.sees("不知道是否已经办理")

    till.page.reload()

    till.sees("结算编号", number)
    assert len(line.inputs) == 1


def test_a_settled_bill_that_was_given_up_is_undone(open_till: Opening) -> None:
    till = open_till()
    number = till.plain_bill(WANGDUI, "18.00")
    till.press("预结算")
    with till.line("SettleBill", LOST), till.line("Outcome", CUT):
        till.press("确认结算")
        till.sees("不知道是否已经办理")

        till.press("放弃并冲正")

    till.sees("已冲正", "可以收现金")
    expect(till.day(number)).to_contain_text("已撤销")


def refused_void(code: str) -> dict[str, Any]:
    """Return how a gateway answers a void that the rules do not allow."""
    reason = {"code": code, "message": "不能冲正。", "clause": "G34", "path": []}
    refusal = {
        "__typename": "Refusal",
        "code": "REFUSED",
        "message": "不能冲正。",
        "remedy": None,
        "path": [],
        "reasons": [reason],
    }
    return {"voidRequest": refusal}


def test_what_can_no_longer_be_undone_stands(open_till: Opening) -> None:
    till = open_till()
    till.plain_bill(WANGDUI, "21.00")
    till.press("预结算")
    with (
        till.line("SettleBill", LOST),
        till.line("Outcome", CUT),
        till.line("VoidRequest") as voids,
    ):
        till.press("确认结算")
        till.sees("不知道是否已经办理")

        voids.answer = refused_void("VOID_OF_ITSELF")
        till.press("放弃并冲正")
        till.sees("再次冲正，直到有答复")
        voids.answer = refused_void("REVERSAL_TOO_LATE")
        till.press("再次冲正")
        till.sees("原来的办理仍然有效", "不要再收现金", "REVERSAL_TOO_LATE")

    first, again = voids.inputs
    assert again["voids"] == first["voids"]
    assert again["requestId"] != first["requestId"]


def test_a_reversal_without_an_answer_is_asked_for(open_till: Opening) -> None:
    till = open_till()
    number = settled(till)
    with till.line("ReverseSettlement", LOST) as line:
        till.press("撤销", "确认撤销")
        till.sees("请把收过的现金退还", "已撤销")

    assert len(line.inputs) == 1
    expect(till.day(number)).to_contain_text("已撤销")


def test_what_was_not_accepted_keeps_its_key(open_till: Opening) -> None:
    till = open_till()
    number = till.plain_bill(WANGDUI, "19.00")
    with till.line("SettleBill", "UNAUTHENTICATED") as line:
        till.press("预结算", "确认结算")
        till.sees("没有办理", "什么都没有改变", "UNAUTHENTICATED")
        line.fate = CUT
        till.press("预结算", "确认结算")
        till.sees("还没有收到这个请求")
        line.fate = "UNAUTHENTICATED"
        till.press("用同一编号重发")
        till.sees("结果未知", "先前发出的可能已经办理")
        line.fate = PASSES
        till.press("用同一编号重发")
        till.sees("结算编号", number)

    assert len({sent["requestId"] for sent in line.inputs}) == 1


@pytest.mark.parametrize("operation", ["SettleBill", "ReverseSettlement"])
def test_a_double_click_moves_money_once(open_till: Opening, operation: str) -> None:
    till = open_till()
    number = till.plain_bill(WANGDUI, "16.00")
    with till.line(operation) as line:
        till.page.get_by_role("button", name="预结算").dblclick()
        till.page.get_by_role("button", name="确认结算").dblclick()
        till.sees("结算编号")
        till.page.get_by_role("button", name="撤销", exact=True).dblclick()
        till.sees("退回本人账户¥16.00")
        till.page.get_by_role("button", name="确认撤销").dblclick()
        till.sees("已撤销")

    assert len(line.inputs) == 1
    expect(till.day(number)).to_have_count(1)


def test_a_bill_number_is_settled_once(open_till: Opening) -> None:
    till = open_till()
    number = settled(till)
    till.press("下一张单据")
    till.plain_bill(WANGDUI, "17.00")
    till.write("单据号", number)

    till.press("预结算", "确认结算")

    till.sees("已经结算过", "不要重复收费", "个人账户支付¥10.00")
    expect(till.day(number)).to_have_count(1)


def test_a_plan_that_changed_is_shown_before_anything_is_paid(open_till: Opening) -> None:
    till, other = open_till(), open_till(institution="H54252300002")
    till.plain_bill("542599197508150113", "20.00")
    till.press("预结算")
    till.sees("本人账户余额¥240.00")
    other.plain_bill("542599197508150113", "250.00")
    other.press("预结算", "确认结算")
    other.sees("余额¥10.00")

    till.press("确认结算")

    till.sees("情况有变化", "个人账户支付¥10.00", "个人现金支付¥10.00")
    till.press("确认结算")
    till.sees("结算编号", "个人账户支付¥10.00", "个人现金支付¥10.00")


def test_what_is_typed_wrong_is_told_in_chinese_before_it_is_sent(open_till: Opening) -> None:
    till = open_till()
    form = till.page.get_by_role("form", name="账单")
    with till.line("QuoteSettlement") as line:
        till.press("预结算")
        expect(form).to_contain_text("请填写使用人本人的凭证号码。")
        expect(till.page.get_by_label("凭证号码")).to_be_focused()

        till.plain_bill(WANGDUI, "20.00")
        for wrong in ("12,5", "1.005", "-1", "1e3", "二十"):
            till.write("基金支付", wrong)
            till.press("预结算")
            expect(till.page.get_by_label("基金支付")).to_have_attribute("aria-invalid", "true")
        till.write("基金支付", "0.01")
        till.press("预结算")
        told = form.get_by_text("基金支付、医院负担、个人负担之和与总额相差-¥0.01。")
        expect(told).to_have_count(1)
        expect(till.page.get_by_label("个人负担", exact=True)).to_have_accessible_description(
            re.compile("个人负担之和与总额相差-¥0.01。")
        )

    assert line.variables == []


def test_what_the_gateway_refuses_is_told_with_its_code(open_till: Opening) -> None:
    till, pharmacy = open_till(), open_till(institution="P54252300003")
    till.plain_bill("542599199001010014", "20.00")
    till.press("预结算")
    till.sees("没有办理", "未能识别该凭证", "CREDENTIAL_NOT_RECOGNISED")
    till.page.get_by_label("凭证类型").select_option("E_VOUCHER")
    till.press("预结算")
    till.sees("请本人出示身份证或社保卡")

    pharmacy.plain_bill(WANGDUI, "20.00")
    pharmacy.press("预结算")

    pharmacy.sees("药店的账单必须有明细", "BILL_LINES_MISSING · G32")


def test_the_keyboard_is_enough(open_till: Opening) -> None:
    till = open_till(example="E1")
    till.page.get_by_role("button", name="预结算").focus()
    till.page.keyboard.press("Enter")
    till.sees("个人账户支付")
    expect(till.page.get_by_role("heading", name="预结算")).to_be_focused()

    till.page.keyboard.press("Tab")
    expect(till.page.get_by_role("button", name="确认结算")).to_be_focused()


@needs_axe
@pytest.mark.parametrize("width", [390, 1440])
def test_the_till_page_shuts_nobody_out(open_till: Opening, width: int) -> None:
    till = open_till(institution="P54252300003", width=width)
    bring_axe(till.page)
    found = {"form": serious_findings(till.page)}
    till.press("预结算")
    found["faults"] = serious_findings(till.page)
    till.page.get_by_label("例题").select_option("E3")
    till.plain_bill("542599199001010014", "187.35")
    till.press("预结算")
    till.sees("CREDENTIAL_NOT_RECOGNISED")
    found["refusal"] = serious_findings(till.page)
    till.write("凭证号码", WANGDUI)
    till.press("预结算")
    till.sees("个人现金支付")
    found["quote"] = serious_findings(till.page)
    with till.line("SettleBill", CUT) as line:
        till.press("确认结算")
        till.sees("结果未知")
        found["open"] = serious_findings(till.page)
        line.fate = PASSES
        till.press("用同一编号重发")
    till.sees("结算编号")
    found["receipt"] = serious_findings(till.page)
    till.press("撤销")
    till.sees("退还现金")
    found["reversal"] = serious_findings(till.page)
    till.press("确认撤销")
    till.sees("已撤销")
    found["reversed"] = serious_findings(till.page)

    assert {state: serious for state, serious in found.items() if serious} == {}


@needs_axe
def test_the_stage_shuts_nobody_out(
    browser: Browser, gateway: Gateway, screens: list[Screen]
) -> None:
    stage = Screen.opened(browser, gateway.url + "/", width=1440, height=900)
    screens.append(stage)
    expect(frame(stage, "收费端").get_by_role("button", name="预结算")).to_be_visible()
    for person in ("王小兰", "次仁"):
        expect(frame(stage, person).locator("body")).to_contain_text("证件号码")
    bring_axe(stage.page)

    assert serious_findings(stage.page) == []


@pytest.mark.parametrize("width", [390, 580, 1440])
def test_nothing_is_wider_than_the_window(open_till: Opening, width: int) -> None:
    till = open_till(width=width)
    settled(till)
    till.press("增加一行")

    assert overflow(till.page) <= 0


def test_an_institution_that_is_not_there_is_told(
    browser: Browser, gateway: Gateway, screens: list[Screen]
) -> None:
    address = f"{gateway.url}/till/?institution=H54259900099"
    screen = Screen.opened(browser, address, width=1440, height=900)
    screens.append(screen)

    expect(screen.page.get_by_role("heading", name="没有这家机构")).to_be_visible()
    screen.page.get_by_role("link", name="换一家机构").click()
    expect(screen.page.get_by_role("link", name="噶尔藏医院")).to_be_visible()
    screen.forgive("404")


def test_where_there_is_no_demonstration_it_says_so(
    browser: Browser, gateway: Gateway, screens: list[Screen]
) -> None:
    screen = without_demonstration(browser, gateway, screens, "/till/")

    expect(screen.page.get_by_role("main")).to_contain_text("这里没有收费端演示")
    screen.forgive("404")


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def without_demonstration(
    browser: Browser, gateway: Gateway, screens: list[Screen], path: str
) -> Screen:
    """Open a page of a gateway that has no demo people, as production has none."""
    screen = Screen.opened(browser, gateway.url + "/livez", width=1440, height=900)
    screens.append(screen)
    screen.page.route("**/development/*", lambda route: route.fulfill(status=404, body="{}"))
    screen.page.goto(gateway.url + path)
    return screen


def frame(screen: Screen, title: str) -> FrameLocator:
    """Find a part of the stage."""
    return screen.page.frame_locator(f'iframe[title*="{title}"]')


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_the_stage_shows_two_phones_and_a_till(
    browser: Browser, gateway: Gateway, screens: list[Screen], width: int, height: int
) -> None:
    stage = Screen.opened(browser, gateway.url + "/", width=width, height=height)
    screens.append(stage)
    sharer, beneficiary = frame(stage, "王小兰"), frame(stage, "次仁")
    till = frame(stage, "收费端")
    expect(sharer.locator("body")).to_contain_text("¥300.00")
    expect(beneficiary.locator("body")).to_contain_text("¥118.63")

    till.get_by_role("button", name="预结算").click()
    till.get_by_role("button", name="确认结算").click()
    expect(till.get_by_role("article", name="结算单")).to_contain_text("账户共济支付¥505.88")

    for phone, told in ((sharer, "次*看病买药，使用了您的个人账户"), (beneficiary, "结算成功")):
        expect(phone.locator("body")).to_contain_text("¥0.00")
        phone.get_by_role("button", name="消息").click()
        expect(phone.locator("body")).to_contain_text(told)
    assert overflow(stage.page) <= 0
    stage.page.reload()
    expect(beneficiary.locator("body")).to_contain_text("次*")
    till.get_by_role("button", name="查看").first.click()
    till.get_by_role("button", name="撤销", exact=True).click()
    till.get_by_role("button", name="确认撤销").click()
    expect(till.get_by_role("article", name="结算单")).to_contain_text("已撤销")


def test_the_steps_of_the_stage_lead_on_in_their_order(
    browser: Browser, gateway: Gateway, screens: list[Screen]
) -> None:
    stage = Screen.opened(browser, gateway.url + "/", width=1440, height=900)
    screens.append(stage)
    sharer, till = frame(stage, "王小兰"), frame(stage, "收费端")
    receipt = till.get_by_role("article", name="结算单")
    expect(till.get_by_role("heading", name="今天的结算")).to_be_visible()
    _press(till, "预结算", "确认结算")
    expect(receipt).to_contain_text("个人现金支付¥126.76")

    _press(till, "撤销", "确认撤销")
    expect(receipt).to_contain_text("已撤销")
    sharer.get_by_role("button", name="消息").click()
    _say_and_confirm(sharer, "暂停给次仁的共济")
    _press(till, "下一张单据")
    till.get_by_label("例题").select_option("E2")
    _press(till, "预结算", "确认结算")

    expect(receipt).to_contain_text("个人现金支付¥426.76")
    _press(till, "撤销", "确认撤销")
    expect(receipt).to_contain_text("已撤销")
    _say_and_confirm(sharer, "恢复给次仁的共济")


def _press(place: FrameLocator, *names: str) -> None:
    """Press buttons of a part of the stage, one after the other."""
    for name in names:
        place.get_by_role("button", name=name, exact=True).click()


def _say_and_confirm(phone: FrameLocator, text: str) -> None:
    """Say something in the chat that changes something, and confirm it."""
    phone.get_by_label("说一句话").fill(text)
    _press(phone, "发送")
    asks = phone.locator(".card-place", has_text="等待确认")
    asks.get_by_role("button", name="确认", exact=True).click()
    expect(phone.locator(".card-place", has_text="已办理").last).to_be_visible()
    expect(asks).to_have_count(0)


def test_a_phone_of_the_stage_opens_alone_as_it_is(
    browser: Browser, gateway: Gateway, screens: list[Screen]
) -> None:
    stage = Screen.opened(browser, gateway.url + "/", width=1440, height=900)
    screens.append(stage)

    with stage.page.expect_popup() as alone:
        stage.page.get_by_role("link", name="单独打开 次仁的手机").click()

    expect(alone.value.locator("body")).to_contain_text("次*")


def test_where_there_is_no_demonstration_the_stage_is_a_plain_page(
    browser: Browser, gateway: Gateway, screens: list[Screen]
) -> None:
    screen = without_demonstration(browser, gateway, screens, "/")

    expect(screen.page.get_by_role("heading", name="家庭共济网关")).to_be_visible()
    expect(screen.page.get_by_role("link", name="是否就绪")).to_be_visible()
    screen.page.wait_for_load_state("networkidle")
    expect(screen.page.locator("iframe")).to_have_count(0)
    screen.forgive("404")


@pytest.mark.parametrize(
    ("path", "told"), [("/", "这个网关上有什么"), ("/till/", "这里没有演示机构")]
)
def test_a_town_without_demo_people_is_told(
    browser: Browser, gateway: Gateway, screens: list[Screen], path: str, told: str
) -> None:
    nobody: dict[str, list[str]] = {"people": [], "institutions": []}
    screen = Screen.opened(browser, gateway.url + "/livez", width=1440, height=900)
    screens.append(screen)
    screen.page.route("**/development/people", lambda route: route.fulfill(json=nobody))

    screen.page.goto(gateway.url + path, wait_until="networkidle")

    expect(screen.page.get_by_role("heading", name=told)).to_be_visible()
    expect(screen.page.locator("iframe")).to_have_count(0)
