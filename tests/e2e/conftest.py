"""A browser, a gateway with the demo families and the built pages, and phones to look at them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.demo import serving_the_demonstration
from tests.e2e.gateway import Gateway
from tests.e2e.phones import Opening, Phone, running_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the browser."""
    with running_browser() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(browser: Browser) -> Iterator[Gateway]:
    """Return a gateway with the demo families and the built pages."""
    with serving_the_demonstration() as started:
        yield started


@pytest.fixture
def open_phone(browser: Browser, gateway: Gateway) -> Iterator[Opening]:
    """Return how to switch a phone on; none may show a fault at the end."""
    phones: list[Phone] = []

    def opened(id_number: str | None = None, *, font: str = "17") -> Phone:
        phone = Phone.switched_on(browser, gateway.url, font=font)
        phones.append(phone)
        if id_number is not None:
            phone.log_in(id_number)
        return phone

    yield opened
    faults = [fault for phone in phones for fault in phone.faults]
    for phone in phones:
        phone.context.close()
    assert faults == []
