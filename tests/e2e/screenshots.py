"""The pictures of the README, taken from the real thing: ``make screenshots``."""

from playwright.sync_api import Browser, FrameLocator, expect

from tests import readme
from tests.e2e.demo import WANG, serving_the_demonstration
from tests.e2e.phones import Phone, Screen, running_browser
from tests.e2e.pictures import small

FOLDER = readme.ROOT / "frontend_stub" / "screenshots"


def main() -> None:
    """Play E2 on the stage and take the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with running_browser() as browser, serving_the_demonstration() as gateway:
        _stage(browser, gateway.url)
        _phone(browser, gateway.url)


def _stage(browser: Browser, url: str) -> None:
    stage = Screen.opened(browser, url + "/", width=1440, height=900)
    sharer, beneficiary, till = (
        stage.page.frame_locator(f'iframe[title*="{title}"]')
        for title in ("王小兰", "次仁", "收费端")
    )
    _opens_chat(sharer)
    _opens_chat(beneficiary)
    till.get_by_role("button", name="预结算").click()
    till.get_by_role("button", name="确认结算").click()
    expect(till.get_by_role("article", name="结算单")).to_contain_text("¥505.88")
    for phone, amount in ((sharer, "¥300.00"), (beneficiary, "¥126.76")):
        expect(phone.locator("body")).to_contain_text(amount)
    stage.page.evaluate("scrollTo(0, 0)")
    _take(stage, "stage.png")


def _opens_chat(phone: FrameLocator) -> None:
    phone.get_by_role("button", name="消息").click()


def _phone(browser: Browser, url: str) -> None:
    phone = Phone.switched_on(browser, url)
    phone.log_in(WANG)
    phone.page.get_by_role("button", name="消息").click()
    phone.sees("¥126.76")
    _take(phone, "chat.png")
    phone.page.get_by_role("button", name="首页").click()
    phone.press("共济明细", "狮泉河雪山医院")
    phone.sees("其余¥126.76由个人现金支付")
    _take(phone, "receipt.png")
    phone.back()
    phone.back()
    phone.press("切换到长辈版")
    phone.sees("切换到标准版")
    _take(phone, "elder.png")


def _take(screen: Screen, name: str) -> None:
    taken = screen.page.screenshot(animations="disabled")
    small(screen.context, taken, FOLDER / name)


if __name__ == "__main__":
    main()
