"""The chat page in a real browser: a family talks, taps and hears of what happens, live."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import APIResponse, Browser, Locator, Route, WebSocketRoute, expect

from tests.e2e import cards
from tests.e2e.demo import (
    DEKYI,
    DROLMA,
    NGAWANG,
    PHUNTSOK,
    PUBU,
    WANG,
    Caller,
    settle_e2,
)
from tests.e2e.gateway import Gateway
from tests.e2e.phones import LOOPBACK, PATIENCE_MS, Opening, Phone

FONTS = ("17", "23.8", "27.5")
PAGE_SIZE = 20
RESTARTING, RESYNCHRONISE, FORBIDDEN = 1012, 4410, 4403
"""Codes with which a gateway closes sockets."""


@pytest.fixture
def open_chat(browser: Browser, gateway: Gateway) -> Iterator[Opening]:
    """Return how to open somebody's chat on a phone; none may show a fault at the end."""
    phones: list[Phone] = []

    def opened(id_number: str, *, font: str = "17", lines: "Lines | None" = None) -> Phone:
        phone = Phone.switched_on(browser, gateway.url, font=font)
        phones.append(phone)
        phone.page.on("websocket", lambda line: _note_line(phone, line.url))
        if lines is not None:
            phone.page.route_web_socket("**/graphql", lines.open)
        phone.log_in(id_number)
        to_tab(phone, "消息")
        expect(phone.shown.get_by_label("说一句话")).to_be_visible()
        phone.wait()
        return phone

    yield opened
    faults = [fault for phone in phones for fault in phone.faults]
    for phone in phones:
        phone.context.close()
    assert faults == []


def _note_line(phone: Phone, url: str) -> None:
    if urlsplit(url).hostname != LOOPBACK:
        phone.faults.append(f"socket: {url}")


class Lines:
    """The lines from a phone to the gateway, which can be cut and mended."""

    def __init__(self, *, are_dead: bool = False) -> None:
        self._open: list[WebSocketRoute] = []
        self._is_cut = are_dead
        self.opened = 0
        self.is_hung_up = False

    def open(self, line: WebSocketRoute) -> None:
        """Let a socket through, or cut it at once."""
        if self._is_cut:
            line.close(code=RESTARTING)
            return
        self.opened += 1
        self._open.append(line)
        gateway = line.connect_to_server()

        def hang_up(_code: int | None, _reason: str | None) -> None:
            self.is_hung_up = True
            gateway.close()

        line.on_close(hang_up)

    def cut(self, code: int) -> None:
        """Cut all of them, and let no other through."""
        self._is_cut = True
        while self._open:
            self._open.pop().close(code=code)

    def mend(self) -> None:
        """Let them through again."""
        self._is_cut = False


def device(gateway: Gateway, id_number: str) -> Caller:
    """Return another device of a person."""
    return Caller(gateway, idNumber=id_number)


def to_tab(phone: Phone, name: str) -> None:
    """Tap a tab."""
    phone.page.locator("nav").get_by_role("button", name=name).click()


def unread(phone: Phone) -> Locator:
    """Find the number beside the tab of the chat."""
    return phone.page.locator("nav button").nth(1).locator("b")


def say(phone: Phone, text: str) -> None:
    """Type something and send it."""
    phone.shown.get_by_label("说一句话").fill(text)
    phone.shown.get_by_role("button", name="发送", exact=True).click()


def card(phone: Phone, *texts: str) -> Locator:
    """Find the newest card that shows these texts."""
    found = phone.shown.locator(".card-place")
    for text in texts:
        found = found.filter(has_text=text)
    return found.last


def press(phone: Phone, button: str, *on: str) -> None:
    """Press a button of the newest card that shows these texts."""
    card(phone, *on).get_by_role("button", name=button, exact=True).click()


def bubbles(phone: Phone, text: str) -> Locator:
    """Find the bubbles that say exactly this."""
    return phone.shown.locator(".bubble").get_by_text(text, exact=True)


def numbers(phone: Phone) -> list[int]:
    """Return the numbers of the messages that are shown, from above."""
    ids: list[str] = phone.shown.locator(".line").evaluate_all("all => all.map(one => one.id)")
    return [int(one.rpartition("row-")[2]) for one in ids]


def until(phone: Phone, holds: Callable[[], bool]) -> None:
    """Let the phone go on until something holds."""
    for _ in range(PATIENCE_MS // 50):
        if holds():
            return
        phone.page.wait_for_timeout(50)
    raise AssertionError("it never came to hold")


def sent(phone: Phone, operation: str) -> list[str]:
    """Listen from now on for requests of an operation; return where they are put."""
    heard: list[str] = []

    def note(body: str | None) -> None:
        if body and f'"operationName":"{operation}"' in body:
            heard.append(body)

    phone.page.on("request", lambda request: note(request.post_data))
    return heard


def test_a_family_does_everything_in_the_chat(open_chat: Opening, gateway: Gateway) -> None:
    drolma, phuntsok, pubu = open_chat(DROLMA), open_chat(PHUNTSOK), open_chat(PUBU)
    loads = sent(pubu, "Conversation")
    pubu.sees("还没有消息", "可以在下面说一句话，或点一个常用问题")

    say(drolma, f"邀请老公普布，身份证号码是{PUBU}")
    press(drolma, "确认", "邀请亲属", "等待确认")
    expect(card(drolma, "邀请亲属")).to_contain_text("已办理")
    press(pubu, "同意承诺书并接受", "卓*邀请您")
    expect(card(pubu, "卓*邀请您")).to_contain_text("共济中")
    expect(card(drolma, "共济邀请")).to_contain_text("共济中")

    say(phuntsok, f"邀请爸爸普布，身份证号码是{PUBU}")
    press(phuntsok, "确认", "邀请亲属", "等待确认")
    press(pubu, "同意承诺书并接受", "平*邀请您")
    expect(card(pubu, "平*邀请您")).to_contain_text("共济中")
    say(pubu, "把儿子排到第一")
    press(pubu, "确认", "调整扣款顺序", "1. 平*")
    expect(card(pubu, "1　平*")).to_contain_text("2　卓*")

    settle_e2(gateway, "CHAT-E2")

    receipt = card(pubu, "结算成功")
    for text in ("普兰孔雀河卫生院", "¥118.63", "¥505.88", "¥126.76", "平*", "卓*"):
        expect(receipt).to_contain_text(text)
    expect(card(drolma, "家人使用您的账户")).to_contain_text("¥300.00")
    expect(card(phuntsok, "家人使用您的账户")).to_contain_text("¥205.88")
    assert "普兰孔雀河卫生院" not in drolma.shown.inner_text()
    assert loads == []
    receipt.get_by_role("button", name="查看结算详情").click()
    pubu.sees("这笔钱是怎么付的", "由第1顺位共济人平*的个人账户支付¥205.88")
    pubu.back()
    expect(card(pubu, "结算成功")).to_be_visible()


def test_own_words_are_on_the_right_and_green(open_chat: Opening) -> None:
    phone = open_chat(WANG)
    say(phone, "我的余额")
    expect(card(phone, "我的个人账户")).to_contain_text("账户余额")

    mine, theirs = bubbles(phone, "我的余额").last, card(phone, "我的个人账户")
    right, left = mine.bounding_box(), theirs.bounding_box()
    assert right
    assert left
    assert right["x"] + right["width"] > 370
    assert left["x"] < 20
    style = "one => getComputedStyle(one).backgroundColor"
    assert mine.evaluate(style) == "rgb(149, 236, 105)"
    assert theirs.locator("[role=group]").evaluate(style) == "rgb(255, 255, 255)"


@pytest.mark.parametrize("code", [RESTARTING, RESYNCHRONISE])
def test_a_cut_line_catches_up_without_gap_or_repeat(
    open_chat: Opening, gateway: Gateway, code: int
) -> None:
    lines = Lines()
    phone, other = open_chat(DEKYI, lines=lines), device(gateway, DEKYI)
    loads = sent(phone, "Conversation")
    other.say(f"断线{code}之前")
    expect(bubbles(phone, f"断线{code}之前")).to_have_count(1)

    lines.cut(code)
    phone.sees("网络已断开，正在重新连接")
    for number in range(3):
        other.say(f"断线{code}之中{number}")
    lines.mend()

    for number in range(3):
        expect(bubbles(phone, f"断线{code}之中{number}")).to_have_count(1)
    expect(phone.shown).not_to_contain_text("正在重新连接")
    other.say(f"断线{code}之后")
    expect(bubbles(phone, f"断线{code}之后")).to_have_count(1)
    shown = numbers(phone)
    assert shown == list(range(shown[0], shown[0] + len(shown)))
    assert shown[-1] >= other.conversation()["lastNumber"] - 1
    assert lines.opened == 2
    assert loads == []


def test_a_cursor_that_is_none_of_this_conversation_loads_it_anew(
    open_chat: Opening, gateway: Gateway
) -> None:
    strange: list[str] = []

    def open_with_a_strange_cursor(line: WebSocketRoute) -> None:
        to_gateway = line.connect_to_server()

        def send(frame: str | bytes) -> None:
            asked = json.loads(frame)
            if asked["type"] == "subscribe" and not strange:
                strange.append(asked["payload"]["variables"]["after"])
                asked["payload"]["variables"]["after"] = "of nobody"
            to_gateway.send(json.dumps(asked))

        line.on_message(send)

    phone, other = open_chat(DEKYI), device(gateway, DEKYI)
    phone.page.route_web_socket("**/graphql", open_with_a_strange_cursor)
    loads = sent(phone, "Conversation")
    phone.page.reload()
    to_tab(phone, "消息")
    other.say("游标不对之后")

    expect(bubbles(phone, "游标不对之后")).to_have_count(1)
    assert len(strange) == 1
    assert len(loads) == 2


def test_a_token_that_has_ended_leads_to_the_login(open_chat: Opening, gateway: Gateway) -> None:
    lines = Lines()
    phone = open_chat(DEKYI, lines=lines)
    device(gateway, DEKYI).say("还能听见")
    expect(bubbles(phone, "还能听见")).to_have_count(1)

    lines.cut(FORBIDDEN)

    phone.sees("选一位演示人物登录")
    assert lines.opened == 1


def test_the_first_page_follows_what_happens(open_chat: Opening, gateway: Gateway) -> None:
    phone, other = open_chat(DEKYI), device(gateway, DEKYI)
    to_tab(phone, "首页")
    phone.sees("证件号码")

    other.ask("mini_program/SetReserve", input={"requestId": str(uuid4()), "reserveFen": 12300})

    phone.sees("共济时至少保留 ¥123.00")


def test_behind_other_programs_it_rests_and_then_catches_up(
    open_chat: Opening, gateway: Gateway
) -> None:
    lines = Lines()
    phone, other = open_chat(DEKYI, lines=lines), device(gateway, DEKYI)
    loads = sent(phone, "Conversation")
    say(phone, "放到后台之前")
    expect(bubbles(phone, "放到后台之前")).to_have_count(1)

    _put(phone, "hidden")
    until(phone, lambda: lines.is_hung_up)
    for number in range(3):
        other.say(f"在后台{number}")
    assert bubbles(phone, "在后台0").count() == 0
    _put(phone, "visible")

    for number in range(3):
        expect(bubbles(phone, f"在后台{number}")).to_have_count(1)
    expect(phone.shown).not_to_contain_text("正在重新连接")
    shown = numbers(phone)
    assert shown == list(range(shown[0], shown[0] + len(shown)))
    assert lines.opened == 2
    assert loads == []


def test_a_phone_whose_thread_stood_still_catches_up(open_chat: Opening, gateway: Gateway) -> None:
    lines = Lines()
    phone, other = open_chat(DEKYI, lines=lines), device(gateway, DEKYI)
    loads = sent(phone, "Conversation")
    say(phone, "停住之前")
    expect(bubbles(phone, "停住之前")).to_have_count(1)
    browser = phone.context.new_cdp_session(phone.page)

    _put(phone, "hidden")
    browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    for number in range(3):
        other.say(f"停住之中{number}")
    browser.send("Page.setWebLifecycleState", {"state": "active"})
    _put(phone, "visible")

    for number in range(3):
        expect(bubbles(phone, f"停住之中{number}")).to_have_count(1)
    shown = numbers(phone)
    assert shown == list(range(shown[0], shown[0] + len(shown)))
    assert loads == []


def _put(phone: Phone, state: str) -> None:
    """Put the program behind others, or in front again."""
    phone.page.evaluate(
        """state => {
          const is = { get: () => state, configurable: true };
          Object.defineProperty(document, "visibilityState", is);
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def test_a_double_tap_confirms_once(open_chat: Opening, gateway: Gateway) -> None:
    phone = open_chat(DEKYI)
    pressed = sent(phone, "PressCardButton")
    say(phone, "账户里至少留50元")

    card(phone, "设置保留金额", "等待确认").get_by_role(
        "button", name="确认", exact=True
    ).dblclick()

    expect(card(phone, "设置保留金额")).to_contain_text("已办理")
    expect(card(phone, "我的个人账户")).to_contain_text("¥50.00")
    assert len(pressed) == 1
    replies = [
        one["text"]
        for one in device(gateway, DEKYI).conversation()["messages"]["nodes"]
        if one["text"] and "保留金额" in one["text"]
    ]
    assert len(replies) == 1, replies


def test_a_card_pressed_on_one_device_shows_its_end_on_another(open_chat: Opening) -> None:
    one, other = open_chat(DEKYI), open_chat(DEKYI)
    say(one, "账户里至少留60元")
    expect(card(other, "¥60.00", "等待确认")).to_be_visible()

    press(other, "取消", "¥60.00", "等待确认")

    for phone in (one, other):
        ended = card(phone, "¥60.00")
        expect(ended).to_contain_text("已取消")
        expect(ended.get_by_role("button", name="确认", exact=True)).to_have_count(0)


def test_the_answer_to_a_press_far_up_comes_into_sight(open_chat: Opening) -> None:
    phone = open_chat(DEKYI)
    say(phone, "账户里至少留65元")
    asks = card(phone, "¥65.00", "等待确认")
    expect(asks).to_be_visible()
    for _ in range(3):
        say(phone, "帮助")
        expect(phone.shown.get_by_text("正在发送")).to_have_count(0)
    asks.scroll_into_view_if_needed()
    expect(phone.shown.get_by_role("button", name="回到最新")).to_be_visible()

    asks.get_by_role("button", name="取消", exact=True).click()

    expect(card(phone, "¥65.00")).to_contain_text("已取消")
    expect(phone.shown.locator(".line").last).to_be_in_viewport()
    expect(phone.shown.get_by_role("button", name="回到最新")).to_have_count(0)


def test_a_press_without_an_answer_is_told_and_pressed_again_is_once(
    open_chat: Opening, gateway: Gateway
) -> None:
    phone = open_chat(DEKYI)
    pressed = sent(phone, "PressCardButton")
    say(phone, "账户里至少留70元")
    asks = card(phone, "¥70.00", "等待确认")
    expect(asks).to_be_visible()
    phone.page.route("**/graphql", lambda route: _abort("PressCardButton", route))

    asks.get_by_role("button", name="确认", exact=True).click()
    expect(asks).to_contain_text("不知道是否已经办成")
    phone.page.unroute("**/graphql")
    asks.get_by_role("button", name="确认", exact=True).click()

    expect(card(phone, "设置保留金额", "¥70.00")).to_contain_text("已办理")
    assert len(pressed) == 2
    assert device(gateway, DEKYI).ask("mini_program/FamilyAccount")["account"]["reserveFen"] == 7000
    phone.forgive("ERR_FAILED")


def _abort(operation: str, route: Route) -> None:
    if operation in (route.request.post_data or ""):
        route.abort()
    else:
        route.continue_()


def _swallow(operation: str, route: Route) -> None:
    """Let the gateway do it, and lose its answer."""
    if operation in (route.request.post_data or ""):
        route.fetch()
        route.abort()
    else:
        route.continue_()


def test_messages_are_sent_in_the_order_in_which_they_were_typed(
    open_chat: Opening, gateway: Gateway
) -> None:
    phone, other = open_chat(DEKYI), device(gateway, DEKYI)
    waiting: list[Route] = []

    def keep(route: Route) -> None:
        is_sending = "SendMessage" in (route.request.post_data or "")
        waiting.append(route) if is_sending else route.continue_()

    phone.page.route("**/graphql", keep)
    say(phone, "先说的")
    say(phone, "后说的")
    expect(phone.shown.get_by_text("正在发送")).to_have_count(2)
    until(phone, lambda: len(waiting) == 1)
    other.say("别处说的")
    waiting[0].continue_()
    until(phone, lambda: len(waiting) == 2)
    assert bubbles(phone, "后说的").count() == 1
    waiting[1].continue_()

    expect(phone.shown.get_by_text("正在发送")).to_have_count(0)
    mine = phone.shown.locator(".green").all_inner_texts()
    assert mine[-3:] == ["别处说的", "先说的", "后说的"]


def test_what_was_not_sent_is_sent_once_when_it_is_tried_again(
    open_chat: Opening, gateway: Gateway
) -> None:
    phone = open_chat(DEKYI)
    tries = sent(phone, "SendMessage")
    phone.page.route("**/graphql", lambda route: _abort("SendMessage", route))
    say(phone, "没有送到的话")
    phone.sees("不知道是否送到")
    phone.page.unroute("**/graphql")

    phone.press("重发")

    expect(phone.shown).not_to_contain_text("不知道是否送到")
    expect(bubbles(phone, "没有送到的话")).to_have_count(1)
    assert len(tries) == 2
    assert tries[0] == tries[1]
    assert _said(gateway, "没有送到的话") == 1
    phone.forgive("ERR_FAILED")


def test_what_was_sent_without_an_answer_shows_once(open_chat: Opening, gateway: Gateway) -> None:
    phone = open_chat(DEKYI)
    phone.page.route("**/graphql", lambda route: _swallow("SendMessage", route))

    say(phone, "没有回应的话")

    expect(phone.shown).not_to_contain_text("正在发送")
    expect(phone.shown).not_to_contain_text("不知道是否送到")
    expect(bubbles(phone, "没有回应的话")).to_have_count(1)
    assert _said(gateway, "没有回应的话") == 1
    phone.forgive("ERR_FAILED")


def test_what_comes_back_by_the_socket_before_its_answer_shows_once(
    open_chat: Opening, gateway: Gateway
) -> None:
    phone, other = open_chat(DEKYI), device(gateway, DEKYI)
    asks = other.say("账户里至少留90元")["reply"]
    expect(card(phone, "¥90.00", "等待确认")).to_be_visible()
    answers: list[tuple[Route, APIResponse]] = []

    def keep_the_answer(route: Route) -> None:
        if "SendMessage" in (route.request.post_data or ""):
            answers.append((route, route.fetch()))
        else:
            route.continue_()

    phone.page.route("**/graphql", keep_the_answer)
    say(phone, "慢慢回应的话")
    until(phone, lambda: len(answers) == 1)
    cancel = {"messageId": asks["id"], "button": asks["card"]["buttons"][1]["name"]}
    other.ask("mini_program/PressCardButton", input=cancel)
    # It came by the socket, and so did what was stored before it.
    expect(card(phone, "¥90.00")).to_contain_text("已取消")
    assert bubbles(phone, "慢慢回应的话").count() == 1

    route, answer = answers[0]
    route.fulfill(response=answer)

    expect(phone.shown.get_by_text("正在发送")).to_have_count(0)
    expect(bubbles(phone, "慢慢回应的话")).to_have_count(1)
    shown = numbers(phone)
    assert shown == list(range(shown[0], shown[0] + len(shown)))


def _said(gateway: Gateway, text: str) -> int:
    nodes = device(gateway, DEKYI).conversation()["messages"]["nodes"]
    return [one["text"] for one in nodes].count(text)


def test_older_messages_come_when_somebody_scrolls_up(open_chat: Opening, gateway: Gateway) -> None:
    other = device(gateway, NGAWANG)
    for number in range(PAGE_SIZE):
        other.say(f"第{number}句")
    phone = open_chat(NGAWANG)
    expect(phone.shown.locator(".line")).to_have_count(PAGE_SIZE)
    expect(bubbles(phone, f"第{PAGE_SIZE - 1}句")).to_be_in_viewport()

    first = numbers(phone)[0]

    phone.shown.locator(".log").evaluate("log => log.scrollTo(0, 0)")

    expect(phone.shown.locator(".line")).to_have_count(2 * PAGE_SIZE)
    assert numbers(phone) == list(range(first - PAGE_SIZE, first + PAGE_SIZE))
    expect(phone.shown.locator(f'[id$="row-{first}"]')).to_be_in_viewport()
    other.say("最新的一句")
    phone.shown.get_by_role("button", name="条新消息").click()
    expect(bubbles(phone, "最新的一句")).to_be_in_viewport()
    expect(phone.shown.get_by_role("button", name="条新消息")).to_have_count(0)


def test_the_tab_tells_how_many_are_unread_until_they_are_read(
    open_chat: Opening, gateway: Gateway
) -> None:
    phone, other = open_chat(NGAWANG), device(gateway, NGAWANG)
    expect(unread(phone)).to_have_text("")
    to_tab(phone, "首页")
    phone.sees("证件号码")

    other.say("余额")
    other.say("余额")

    expect(unread(phone)).to_have_text("2")
    with phone.page.expect_response(lambda answer: "markRead" in answer.text()):
        to_tab(phone, "消息")
    expect(unread(phone)).to_have_text("")
    phone.page.reload()
    phone.sees("证件号码")
    expect(unread(phone)).to_have_text("")
    assert other.conversation()["unread"] == 0


def test_what_comes_while_others_are_marked_as_read_is_marked_too(
    open_chat: Opening, gateway: Gateway
) -> None:
    phone, other = open_chat(NGAWANG), device(gateway, NGAWANG)
    waiting: list[Route] = []

    def keep_the_first(route: Route) -> None:
        is_marking = "MarkRead" in (route.request.post_data or "")
        waiting.append(route) if is_marking and not waiting else route.continue_()

    phone.page.route("**/graphql", keep_the_first)
    other.say("余额")
    until(phone, lambda: len(waiting) == 1)
    other.say("余额")
    expect(unread(phone)).to_have_text("1")

    waiting[0].continue_()

    expect(unread(phone)).to_have_text("")


@pytest.mark.parametrize("font", ["17", "27.5"])
def test_every_kind_of_card_is_drawn(open_chat: Opening, font: str) -> None:
    phone = open_chat(WANG, font=font, lines=Lines(are_dead=True))
    phone.page.clock.set_fixed_time(cards.NOW)
    phone.page.route("**/graphql", lambda route: _answer(route, cards.conversation()))
    phone.page.reload()
    to_tab(phone, "消息")
    drawn = phone.shown.locator(".card-place")

    expect(drawn).to_have_count(len(cards.EVERY))
    for place, (_, texts) in enumerate(cards.EVERY):
        for text in texts:
            expect(drawn.nth(place)).to_contain_text(text)
    assert phone.overflow() <= 0
    too_wide = drawn.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth)")
    assert too_wide == []


def _answer(route: Route, told: dict[str, Any]) -> None:
    if '"operationName":"Conversation"' in (route.request.post_data or ""):
        route.fulfill(json=told)
    else:
        route.continue_()


PLACEHOLDER_FITS = """input => {
  const style = getComputedStyle(input);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${style.fontSize} ${style.fontFamily}`;
  const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return pen.measureText(input.placeholder).width <= room;
}"""


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize("version", ["standard", "elder"])
def test_nothing_in_the_chat_is_wider_than_the_phone(
    open_chat: Opening, font: str, version: str
) -> None:
    phone = open_chat(WANG, font=font)
    if version == "elder":
        to_tab(phone, "首页")
        phone.press("切换到长辈版")
        phone.sees("切换到标准版")
        to_tab(phone, "消息")
    for text in ("帮助", "谁给我共济", "账户里至少留1,234,567.89元", "一" * 60, "x" * 60):
        say(phone, text)
        expect(phone.shown).not_to_contain_text("正在发送")

    log = phone.shown.locator(".log")
    assert phone.overflow() <= 0
    assert log.evaluate("log => log.scrollWidth - log.clientWidth") <= 0
    bar = phone.shown.locator(".bar")
    assert bar.evaluate("bar => bar.scrollWidth - bar.clientWidth") <= 0
    draft = phone.shown.get_by_label("说一句话").bounding_box()
    assert draft
    assert draft["width"] > 150
    assert phone.shown.get_by_label("说一句话").evaluate(PLACEHOLDER_FITS)
    lowest = 60 if version == "elder" else 44
    heights = phone.shown.get_by_role("button").evaluate_all(
        "all => all.map(one => [one.innerText, one.getBoundingClientRect().height])"
    )
    assert [one for one in heights if one[1] < lowest] == []


def test_the_keyboard_sends_and_presses(open_chat: Opening) -> None:
    phone = open_chat(DEKYI)
    keyboard = phone.page.keyboard
    phone.shown.get_by_label("说一句话").focus()
    keyboard.type("账户里至少留80元")
    keyboard.press("Enter")
    expect(card(phone, "¥80.00", "等待确认")).to_be_visible()
    for _ in range(60):
        keyboard.press("Shift+Tab")
        if phone.page.evaluate("document.activeElement.innerText") == "确认":
            break
    keyboard.press("Enter")

    expect(card(phone, "设置保留金额", "¥80.00")).to_contain_text("已办理")


def test_a_quick_reply_and_an_example_are_said(open_chat: Opening) -> None:
    phone = open_chat(DEKYI)

    phone.shown.get_by_role("button", name="帮助", exact=True).click()
    card(phone, "您可以直接说").get_by_role("button", name="我的余额").click()

    expect(card(phone, "我的个人账户")).to_contain_text("账户余额")
    expect(bubbles(phone, "我的余额")).to_have_count(1)


def test_the_chat_speaks_tibetan_and_is_understood(open_chat: Opening) -> None:
    phone = open_chat(DEKYI)
    phone.page.locator("nav button").nth(2).click()
    phone.press("བོད་ཡིག")
    phone.page.locator("nav button").nth(1).click()

    phone.shown.locator(".quick").get_by_role("button").first.click()

    expect(card(phone, "¥")).to_contain_text("རྩིས་ཐོའི་ལྷག་དངུལ།")
    assert phone.overflow() <= 0


def test_a_guardian_talks_for_a_ward(open_chat: Opening, gateway: Gateway) -> None:
    phone, other = open_chat(DEKYI), device(gateway, DEKYI)
    ward = other.ask("mini_program/Me")["wards"][0]
    to_tab(phone, "我的")
    phone.press(ward["name"])
    expect(phone.page).to_have_title(f"我的 · 代{ward['name']}")
    to_tab(phone, "消息")
    expect(phone.page).to_have_title(f"消息 · 代{ward['name']}")

    say(phone, "替孩子问余额")

    expect(bubbles(phone, "替孩子问余额")).to_have_count(1)
    expect(phone.shown).not_to_contain_text("正在发送")
    nodes = other.ask("mini_program/Conversation", onBehalfOf=ward["id"])["messages"]["nodes"]
    assert [one["text"] for one in nodes].count("替孩子问余额") == 1
    assert _said(gateway, "替孩子问余额") == 0
    wanted = {"requestId": str(uuid4()), "text": "孩子的另一台", "onBehalfOf": ward["id"]}
    other.ask("mini_program/SendMessage", input=wanted)
    expect(bubbles(phone, "孩子的另一台")).to_have_count(1)


def test_a_chat_that_cannot_be_loaded_says_so_and_goes_on(
    open_chat: Opening, gateway: Gateway
) -> None:
    phone = open_chat(DEKYI)
    phone.page.route("**/graphql", lambda route: _abort("Conversation", route))
    phone.page.reload()
    to_tab(phone, "消息")
    phone.sees("网络已断开")
    phone.page.unroute("**/graphql")

    phone.press("重新加载")

    expect(phone.shown.locator(".trouble")).to_have_count(0)
    phone.forgive("ERR_FAILED")
