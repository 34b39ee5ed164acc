"""The mini-program in a real browser: two people and a till, a payment without an answer, looks."""

from pathlib import Path

import pytest
from playwright.sync_api import Route, WebSocketRoute, expect

from tests.e2e.demo import DEKYI, DROLMA, NGAWANG, PHUNTSOK, PUBU, WANG, settle_e2
from tests.e2e.gateway import Gateway
from tests.e2e.phones import PATIENCE_MS, Opening, Phone

WARD = "李*增"
RESTARTING = 1012
"""The code with which a gateway that restarts closes sockets."""


def invite(phone: Phone, *, name: str, id_number: str, kinship: str) -> None:
    """Invite a relative, as a person does."""
    phone.press("邀请成员加入")
    phone.shown.get_by_label("家人的姓名").fill(name)
    phone.shown.get_by_label("家人的证件号码").fill(id_number)
    phone.shown.get_by_role("button", name=kinship, exact=True).click()
    phone.press("我已阅读并同意承诺书", "发出邀请")
    phone.sees("等待答复")


def accept(phone: Phone, sharer: str) -> None:
    """Accept the invitation of a sharer, whose masked name is given."""
    phone.page.reload()
    phone.press(f"{sharer}邀请您")
    phone.press("接受", "确定 · 接受")
    phone.sees("已接受", "共济中")
    phone.back()


def test_two_people_and_a_till(open_phone: Opening, gateway: Gateway) -> None:
    drolma, phuntsok = open_phone(DROLMA), open_phone(PHUNTSOK)
    invite(drolma, name="普布", id_number=PUBU, kinship="配偶")
    invite(phuntsok, name="普布", id_number=PUBU, kinship="父母")

    pubu = open_phone(PUBU)
    accept(pubu, "卓*")
    accept(pubu, "平*")
    pubu.press("扣款顺序")
    pubu.sees("不会改变您要付的现金")
    pubu.press("把平*上移一位", "保存顺序")
    pubu.sees("顺序已保存")
    pubu.back()
    settle_e2(gateway, "BROWSER-E2")

    pubu.press("共济明细", "普兰孔雀河卫生院")
    pubu.sees("¥118.63", "¥205.88", "¥300.00", "¥126.76")
    pubu.sees("由第1顺位共济人平*的个人账户支付¥205.88", "其余¥126.76由个人现金支付")
    pubu.back()
    pubu.back()
    pubu.sees("已用完", "¥0.00")
    drolma.press("共济明细", "家人使用我的账户")
    drolma.sees("普*", "¥300.00")
    assert "普兰孔雀河卫生院" not in drolma.shown.inner_text()


def test_an_order_changed_elsewhere_is_shown_beside_ones_own(open_phone: Opening) -> None:
    one, other = open_phone(WANG), open_phone(WANG)
    one.press("扣款顺序", "把扎*上移一位")
    other.press("扣款顺序", "把王*兰下移一位", "保存顺序")
    other.sees("顺序已保存")
    other.press("把王*兰上移一位", "保存顺序")
    other.sees("顺序已保存")

    one.press("保存顺序")

    one.sees("顺序刚才已在别处改变", "现在的顺序：王*兰 → 扎*", "我想要的顺序：扎* → 王*兰")
    one.press("仍保存我的顺序")
    one.sees("顺序已保存", "1　扎*")


def test_a_payment_without_an_answer_is_asked_for_and_never_made_twice(
    open_phone: Opening,
) -> None:
    dekyi = open_phone(DEKYI)
    invite(dekyi, name="阿旺次仁", id_number=NGAWANG, kinship="父母")
    accept(open_phone(NGAWANG), "德**宗")
    sent: list[str] = []

    def swallow(route: Route) -> None:
        if "PayPremium" not in (route.request.post_data or ""):
            return route.continue_()
        sent.append(route.request.post_data or "")
        route.fetch()
        return route.abort()

    dekyi.page.route("**/graphql", swallow)
    dekyi.press("代缴居民医保", "缴费 ¥400.00")
    dekyi.sees("从您的个人账户扣 ¥400.00")
    dekyi.button("确定 · 缴费").dblclick()
    dekyi.sees("不知道是否已经扣款")
    dekyi.press("查询结果")

    dekyi.sees("已扣款，税务确认后生效", "缴费记录", "¥400.00")
    assert len(sent) == 1
    dekyi.back()
    dekyi.sees("¥4,600.00")

    dekyi.press("代缴居民医保", "申请退费", "确定 · 申请退费")
    dekyi.sees("已退费，钱已退回原账户", "已退费")
    dekyi.back()
    dekyi.sees("¥5,000.00")
    dekyi.forgive("ERR_FAILED")


PAGES = ("邀请成员加入", "扣款顺序", "共济明细", "代缴居民医保")


@pytest.mark.parametrize("font", ["17", "23.8", "27.5"])
def test_nothing_is_wider_than_the_phone(open_phone: Opening, font: str) -> None:
    phone = open_phone(font=font)
    widths = {"登录": phone.overflow()}
    phone.log_in(WANG)
    phone.press("切换到长辈版")
    phone.sees("切换到标准版")
    widths["首页"] = phone.overflow()
    for page in PAGES:
        phone.press(page)
        phone.wait()
        widths[page] = phone.overflow()
        phone.back()
    phone.page.get_by_role("button", name="我的").click()
    phone.sees("语言")
    widths["我的"] = phone.overflow()

    assert {page: wider for page, wider in widths.items() if wider > 0} == {}


def test_every_button_of_the_elder_version_is_large_enough(open_phone: Opening) -> None:
    phone = open_phone(WANG)
    phone.press("切换到长辈版")
    phone.sees("切换到标准版")

    heights = phone.shown.get_by_role("button").evaluate_all(
        "all => all.map(one => [one.innerText, one.getBoundingClientRect().height])"
    )

    assert heights
    assert [one for one in heights if one[1] < 60] == []


def test_the_bars_grow_with_the_elder_version(open_phone: Opening) -> None:
    phone = open_phone(WANG)
    bars = phone.page.locator(".host-bar h1, .host-tabs button")
    size = "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
    before = bars.evaluate_all(size)

    phone.press("切换到长辈版")
    phone.sees("切换到标准版")

    after = bars.evaluate_all(size)
    assert len(after) == 4
    assert all(large >= small * 1.29 for small, large in zip(before, after, strict=True))


def test_what_ends_something_is_red(open_phone: Opening) -> None:
    phone = open_phone(WANG)
    phone.press("王*兰", "解除绑定")

    confirm = phone.button("确定 · 解除绑定")

    colour = "one => getComputedStyle(one).backgroundColor"
    assert confirm.evaluate(colour) == "rgb(179, 38, 30)"
    phone.press("取消")


def test_a_phone_speaks_tibetan_and_chinese(open_phone: Opening) -> None:
    phone = open_phone(WANG)
    phone.page.get_by_role("button", name="我的").click()
    phone.press("བོད་ཡིག")
    phone.page.get_by_role("button", name="གཙོ་ངོས།").click()
    phone.sees("སུས་ང་ལ་རོགས་རམ་བྱེད་པ།")
    assert phone.overflow() <= 0
    phone.page.get_by_role("button", name="ངའི།", exact=True).click()
    phone.press("中文")

    phone.page.get_by_role("button", name="首页").click()
    phone.sees("谁的账户给我用")


def test_movements_are_taken_away_as_a_file(open_phone: Opening) -> None:
    phone = open_phone(WANG)
    phone.press("共济明细", "账户流水", "导出这些流水")
    phone.sees("表格已经准备好")

    with phone.page.expect_download() as taken:
        phone.press("保存表格")

    assert taken.value.suggested_filename == "共济明细.csv"
    lines = Path(taken.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith('"序号","姓名","类别"')
    assert any("期初余额" in line for line in lines[1:])


def test_a_guardian_acts_for_a_child_on_every_page(open_phone: Opening) -> None:
    dekyi = open_phone(DEKYI)
    dekyi.page.get_by_role("button", name="我的").click()
    dekyi.press(WARD)
    expect(dekyi.page).to_have_title(f"我的 · 代{WARD}")
    dekyi.page.get_by_role("button", name="首页").click()

    dekyi.sees("居民医保", "没有个人账户")
    expect(dekyi.page).to_have_title(f"家庭共济 · 代{WARD}")
    dekyi.press("扣款顺序")
    dekyi.sees("先用您本人的账户")
    expect(dekyi.page).to_have_title(f"扣款顺序 · 代{WARD}")

    dekyi.back()
    dekyi.page.get_by_role("button", name="我的").click()
    dekyi.press("我自己")
    dekyi.page.get_by_role("button", name="首页").click()
    dekyi.sees("账户余额")


def test_a_phone_without_a_network_says_so_and_goes_on(open_phone: Opening) -> None:
    phone = open_phone(WANG)
    phone.context.set_offline(True)
    phone.press("共济明细")
    phone.sees("网络已断开")

    phone.context.set_offline(False)
    phone.press("重新加载")

    phone.sees("这段时间没有记录")
    phone.forgive("ERR_INTERNET_DISCONNECTED")


def test_the_first_page_comes_back_with_the_network(open_phone: Opening) -> None:
    phone = open_phone(WANG)
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="消息").click()
    phone.page.get_by_role("button", name="首页").click()
    phone.sees("网络已断开")

    phone.context.set_offline(False)

    phone.sees("证件号码")
    phone.forgive("ERR_INTERNET_DISCONNECTED")


def test_the_first_page_comes_back_with_the_gateway(open_phone: Opening) -> None:
    phone = open_phone(WANG)
    lines: list[WebSocketRoute] = []
    phone.page.route_web_socket("**/graphql", lambda line: _through(line, lines))
    phone.page.reload()
    phone.sees("证件号码")
    until_open(phone, lines)
    phone.page.route("**/graphql", lambda route: route.abort())
    phone.page.get_by_role("button", name="消息").click()
    phone.page.get_by_role("button", name="首页").click()
    phone.sees("网络已断开")

    phone.page.unroute("**/graphql")
    lines[0].close(code=RESTARTING)

    phone.sees("证件号码")
    phone.forgive("ERR_FAILED")


def _through(line: WebSocketRoute, lines: list[WebSocketRoute]) -> None:
    line.connect_to_server()
    lines.append(line)


def until_open(phone: Phone, lines: list[WebSocketRoute]) -> None:
    """Wait until the phone has a line to the gateway."""
    for _ in range(PATIENCE_MS // 50):
        if lines:
            return
        phone.page.wait_for_timeout(50)
    raise AssertionError("the phone opens no line")
