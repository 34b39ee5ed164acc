"""Every page for everybody: for screen readers, in the elder version, by keyboard, in Tibetan.

The pages are those of ``app.json``: a new one is looked at without being named here, unless it
shows something that has an id.
"""

import json
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import expect

from tests import readme
from tests.documents import document
from tests.e2e.axe import bring_axe, needs_axe, serious_findings
from tests.e2e.gateway import PATIENCE_S, Gateway
from tests.e2e.phones import Opening, Phone

TSERING = "54259919700308013X"
HOSPITAL = "H54252100005"
FRONT = readme.ROOT / "frontend_stub"
PAGES = json.loads((FRONT / "miniprogram" / "app.json").read_text("utf-8"))["pages"]
LOOKS = [(language, is_elder) for language in ("zh", "bo") for is_elder in (False, True)]
IDS = """{
  settlements(first: 1) { ... on SettlementConnection { nodes { id } } }
  familyAccount { ... on FamilyAccount { sharers { id } } }
}"""


def ask(gateway: Gateway, query: str, *, token: str, **variables: Any) -> Any:
    """Ask the gateway, as whoever the token is for."""
    answer = httpx2.post(
        gateway.url + "/graphql",
        json={"query": query, "variables": variables},
        headers={"authorization": f"Bearer {token}"},
        timeout=PATIENCE_S,
    ).json()
    assert "errors" not in answer, answer
    return answer["data"]


def token(gateway: Gateway, **who: str) -> str:
    """Return the token of a demo person or institution."""
    answer = httpx2.post(gateway.url + "/development/tokens", json=who, timeout=PATIENCE_S)
    made: str = answer.json()["token"]
    return made


@pytest.fixture(scope="module")
def urls(gateway: Gateway) -> list[str]:
    """Return every page, with something to show on each."""
    settled = {
        "requestId": str(uuid4()),
        "credential": {"kind": "ID_CARD", "number": TSERING},
        "bill": {
            "institutionBillNo": "EVERYBODY-1",
            "visit": "OUTPATIENT",
            "totalFen": 5000,
            "selfPaidFen": 0,
            "overLimitFen": 0,
            "firstPayFen": 0,
            "inScopeFen": 5000,
            "fundPaidFen": 0,
            "personalShareFen": 5000,
        },
    }
    till = token(gateway, institutionCode=HOSPITAL)
    ask(gateway, document("till/SettleBill"), token=till, input=settled)
    found = ask(gateway, IDS, token=token(gateway, idNumber=TSERING))
    shown = {
        "pages/binding/index": found["familyAccount"]["sharers"][0]["id"],
        "pages/receipt/index": found["settlements"]["nodes"][0]["id"],
    }
    return [f"{page}?id={shown[page]}" if page in shown else page for page in PAGES]


@needs_axe
@pytest.mark.parametrize(("language", "is_elder"), LOOKS)
def test_no_page_shuts_anybody_out(
    open_phone: Opening, urls: list[str], language: str, is_elder: bool
) -> None:
    phone = open_phone(TSERING)
    phone.choose(language=language, is_elder=is_elder)
    bring_axe(phone.page)

    found = {}
    for url in urls:
        phone.go_to(url)
        if serious := serious_findings(phone.page):
            found[url] = serious

    assert found == {}


@pytest.mark.parametrize("is_elder", [False, True])
def test_no_page_is_wider_than_the_phone_in_tibetan(
    open_phone: Opening, urls: list[str], is_elder: bool
) -> None:
    phone = open_phone(TSERING, font="27.5")
    phone.choose(language="bo", is_elder=is_elder)

    wider = {}
    for url in urls:
        phone.go_to(url)
        if (by := phone.overflow()) > 0:
            wider[url] = by

    assert wider == {}


TIBETAN_LINES = """() => {
  const lines = [];
  for (const one of document.querySelectorAll(".wx-page:not([hidden]) *")) {
    const own = [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const text = own.map((node) => node.data).join("").trim();
    if (!/[\\u0f40-\\u0fbc]/.test(text) || one.getClientRects().length === 0) continue;
    const style = getComputedStyle(one);
    lines.push([text, parseFloat(style.lineHeight) / parseFloat(style.fontSize)]);
  }
  return lines;
}"""


def test_tibetan_has_the_room_that_it_needs(open_phone: Opening, urls: list[str]) -> None:
    phone = open_phone(TSERING)
    phone.choose(language="bo", is_elder=False)

    lines = []
    for url in urls:
        phone.go_to(url)
        lines += phone.page.evaluate(TIBETAN_LINES)

    assert len({text for text, _ in lines}) > 20
    assert [line for line in lines if not line[1] >= 1.899] == []


class Keyboard:
    """Somebody who has a keyboard and nothing else."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._keys = phone.page.keyboard

    def to(self, name: str) -> None:
        """Go on to what has a name, by tabulator alone; what is reached must be seen to be."""
        for _ in range(60):
            self._keys.press("Tab")
            here, outline = self._phone.page.evaluate(FOCUSED)
            if name in here:
                assert outline != "none", name
                return
        raise AssertionError(f"the keyboard does not reach {name}")

    def press(self, *names: str, key: str = "Enter") -> None:
        """Press one after the other."""
        for name in names:
            self.to(name)
            self._keys.press(key)

    def type(self, name: str, text: str) -> None:
        """Fill a field in."""
        self.to(name)
        self._keys.press("Control+A")
        self._keys.type(text)


FOCUSED = """() => {
  const one = document.activeElement;
  const labels = [...(one.labels || [])].map((label) => label.innerText);
  const own = one.getAttribute("aria-label") || one.innerText || "";
  const name = one.matches("button, input, textarea") ? [own, ...labels].join(" ") : "";
  return [name, getComputedStyle(one).outlineStyle];
}"""


def test_the_keyboard_alone_does_everything(open_phone: Opening) -> None:
    phone = open_phone()
    keyboard = Keyboard(phone)
    keyboard.press(TSERING)
    phone.sees("谁的账户给我用")

    keyboard.press("切换到长辈版")
    phone.sees("切换到标准版")
    keyboard.press("扣款顺序")
    phone.sees("先用您本人的账户")
    keyboard.press("把扎*上移一位", "保存顺序")
    phone.sees("顺序已保存")
    keyboard.press("返回")
    phone.sees("谁的账户给我用")

    keyboard.press("邀请成员加入")
    phone.sees("承诺书")
    keyboard.type("家人的姓名", "卓玛")
    keyboard.type("家人的证件号码", "542599197012010221")
    keyboard.press("配偶", "我已阅读并同意承诺书", "发出邀请", key="Space")
    phone.sees("等待答复")

    keyboard.press("共济明细")
    phone.sees("我的就医")
    keyboard.press("账户流水")
    expect(phone.button("账户流水")).to_have_attribute("aria-pressed", "true")
    keyboard.press("返回", "代缴居民医保")
    phone.sees("用您的个人账户")
    keyboard.press("返回", "王*兰")
    phone.sees("解除绑定")
    keyboard.press("解除绑定")
    phone.sees("解除后")
    keyboard.press("取消", "返回")

    keyboard.press("我的")
    phone.sees("至少保留（元）")
    keyboard.type("至少保留（元）", "20.50")
    keyboard.press("保存")
    phone.sees("已保存")
    keyboard.press("退出登录")
    phone.sees("选一位演示人物登录")
