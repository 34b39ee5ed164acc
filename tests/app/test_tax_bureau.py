"""The tax bureau over real HTTP: what it confirms, refuses, leaves open, and answers too late."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from pydantic import SecretStr

from gongji.app.asgi import make_ports
from gongji.app.settings import NamedKey, Settings
from gongji.app.tax_bureau import MOST_ANSWERED, HttpTaxBureau
from gongji.domain.case import UNCONFIRMED_FOR
from gongji.domain.errors import Refusal, Unavailable
from gongji.domain.money import Fen
from gongji.domain.premium import PremiumStatus
from gongji.store.rows import CaseRow, PersonRow, PremiumRow
from gongji.usecases.open_cases import open_cases
from gongji.usecases.pay_premium import PayPremium, confirm_premiums
from gongji.usecases.ports import ConfirmingTaxBureau, Ports, PremiumOrder, TaxAnswer
from gongji.usecases.refund_premium import RefundPremium, refund_premium
from gongji.usecases.transaction import Done
from gongji.usecases.void import VoidRequest, void_request
from tests.bills import pay_premium
from tests.books import expect_right_books
from tests.tax_bureau import Conduct, FakeTaxBureau, response, running_bureau
from tests.usecases.premium_family import PremiumFamily, books_balance, events, make_premium_family
from tests.world import GAR, KEY_RING, World, key

TOKEN = "a-token-of-this-test"
UNANSWERING = [conduct for conduct in Conduct if conduct is not Conduct.ANSWERS]


@dataclass
class Office:
    """A family, and the bureau that its premiums go to."""

    family: PremiumFamily
    bureau: FakeTaxBureau

    @property
    def port(self) -> HttpTaxBureau:
        return HttpTaxBureau(self.bureau.url, TOKEN, KEY_RING, timeout_s=0.3)

    @property
    def ports(self) -> Ports:
        return replace(self.family.ports, tax_bureau=self.port)

    def order(self) -> PremiumOrder:
        return PremiumOrder(key(), self.family.insured.id, GAR, 2027, "ADULT", Fen(400_00))

    async def pay(self, request: PayPremium | None = None) -> Done:
        request = request or self.family.request()
        return await pay_premium(request, self.family.a.actor, self.ports)

    async def status(self, done: Done) -> PremiumStatus:
        return (await PremiumRow.get(id=done.id)).status


@pytest.fixture
async def office(world: World) -> AsyncIterator[Office]:
    async with running_bureau() as bureau:
        yield Office(await make_premium_family(world), bureau)


class TestExchange:
    async def test_an_order_names_the_insured_person_and_its_key(self, office: Office) -> None:
        order = office.order()

        answer = await office.port.pay(order)

        assert answer == TaxAnswer("TAX-1")
        (asked,) = office.bureau.asked
        assert asked.body == {
            "premium_id": str(order.premium_id),
            "id_number": office.family.insured.id_number,
            "year": 2027,
            "category": "ADULT",
            "region": GAR,
            "amount_fen": 400_00,
        }
        assert asked.headers["idempotency-key"] == str(order.premium_id)
        assert asked.headers["authorization"] == f"bearer {TOKEN}"

    async def test_a_refusal_is_an_answer(self, office: Office) -> None:
        office.bureau.refuses = True

        assert await office.port.pay(office.order()) == TaxAnswer(None)

    async def test_the_same_order_again_has_the_same_answer(self, office: Office) -> None:
        order = office.order()

        answers = [await office.port.pay(order) for _ in range(3)]

        assert answers == [TaxAnswer("TAX-1")] * 3
        assert len(office.bureau.taken) == 1

    async def test_another_order_under_the_key_is_not_answered(self, office: Office) -> None:
        order = office.order()
        await office.port.pay(order)

        with pytest.raises(Unavailable):
            await office.port.pay(replace(order, amount=Fen(1)))

    @pytest.mark.parametrize("conduct", UNANSWERING)
    async def test_what_is_no_answer_leaves_it_open(self, office: Office, conduct: Conduct) -> None:
        office.bureau.conduct = conduct

        with pytest.raises(Unavailable):
            await office.port.pay(office.order())

        assert len(office.bureau.asked) == 1

    async def test_nobody_at_the_address_is_silence(self, office: Office) -> None:
        closed = replace(office.port, url="http://127.0.0.1:9/orders")

        with pytest.raises(Unavailable):
            await closed.pay(office.order())

    @pytest.mark.parametrize(
        "said",
        [
            {"status": "PENDING"},
            {"status": "confirmed", "reference": "TAX-1"},
            {"status": "CONFIRMED"},
            {"status": "CONFIRMED", "reference": None},
            {"status": "CONFIRMED", "reference": ""},
            {"status": "CONFIRMED", "reference": "x" * 101},
            {"status": "CONFIRMED", "reference": "TAX 1\n"},
            {"status": "CONFIRMED", "reference": 1},
            {"status": ["REFUSED"]},
            {"status": None},
            {},
        ],
    )
    async def test_half_an_answer_is_none(self, office: Office, said: dict[str, object]) -> None:
        order = office.order()
        office.bureau.conduct = Conduct.RAMBLES
        whole = {"premium_id": str(order.premium_id), **said}
        office.bureau.raw = response(200, json.dumps(whole).encode())

        with pytest.raises(Unavailable):
            await office.port.pay(order)

    @pytest.mark.parametrize(
        "raw",
        [
            response(200, b""),
            response(200, b"<html>REFUSED</html>"),
            response(200, b"\xff\xfe"),
            response(200, b"null"),
            response(200, b'["REFUSED"]'),
            response(200, b'{"status": "REFUSED"}'),
            response(200, b'{"premium_id": "another", "status": "REFUSED"}'),
            response(200, b"[" * 5000),
            response(200, b" " * (MOST_ANSWERED + 1)),
            response(202, b'{"status": "REFUSED"}'),
            response(400, b'{"status": "REFUSED"}'),
            response(401, b""),
            response(409, b""),
            response(500, b'{"status": "REFUSED"}'),
            b"HTTP/1.1 302 X\r\nlocation: /orders\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 200 X\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}",
            b"nonsense\r\n\r\n",
        ],
    )
    async def test_rambling_is_no_answer(self, office: Office, raw: bytes) -> None:
        office.bureau.conduct, office.bureau.raw = Conduct.RAMBLES, raw

        with pytest.raises(Unavailable):
            await office.port.pay(office.order())

    async def test_what_is_logged_names_the_premium_and_nobody(
        self, office: Office, capsys: pytest.CaptureFixture[str]
    ) -> None:
        office.bureau.conduct = Conduct.IS_BROKEN
        order = office.order()

        with pytest.raises(Unavailable):
            await office.port.pay(order)

        printed = "".join(capsys.readouterr())
        assert str(order.premium_id) in printed
        assert "HTTP 503" in printed
        assert office.family.insured.id_number not in printed
        assert TOKEN not in printed + repr(office.port)


class TestPremiums:
    async def test_a_premium_is_confirmed(self, office: Office) -> None:
        done = await office.pay()

        assert await office.status(done) is PremiumStatus.CONFIRMED
        assert (await PremiumRow.get(id=done.id)).tax_reference == "TAX-1"
        assert await office.family.balances() == (100_00, 300_00)

    async def test_a_refused_premium_refunds_itself_once(self, office: Office) -> None:
        office.bureau.refuses = True
        request = office.family.request()

        done = await office.pay(request)
        await asyncio.gather(office.pay(request), confirm_premiums(office.ports))

        assert await office.status(done) is PremiumStatus.FAILED
        assert await office.family.balances() == (500_00, 300_00)
        assert await books_balance()
        assert len(office.bureau.asked) == 1

    @pytest.mark.parametrize("refuses", [False, True])
    @pytest.mark.parametrize("conduct", UNANSWERING)
    async def test_a_premium_never_hangs_without_a_case_and_the_late_answer_counts(
        self, office: Office, conduct: Conduct, refuses: bool
    ) -> None:
        bureau, family = office.bureau, office.family
        bureau.conduct, bureau.refuses = conduct, refuses
        done = await office.pay()
        assert await office.status(done) is PremiumStatus.DEBITED
        family.world.clock.at += UNCONFIRMED_FOR
        await confirm_premiums(office.ports)
        assert await open_cases(office.ports) == 1

        bureau.conduct = Conduct.ANSWERS
        await asyncio.gather(*(confirm_premiums(office.ports) for _ in range(3)))

        expected = PremiumStatus.FAILED if refuses else PremiumStatus.CONFIRMED
        assert await office.status(done) is expected
        assert await family.balances() == (500_00 if refuses else 100_00, 300_00)
        assert len(await events(family.insured)) == 2
        assert [case.closed_at for case in await CaseRow.all()] == [family.world.clock.at]
        assert {asked.headers["idempotency-key"] for asked in bureau.asked} == {str(done.id)}
        assert len({json.dumps(asked.body) for asked in bureau.asked}) == 1
        assert len(bureau.taken) == 1
        assert await books_balance()

    @pytest.mark.parametrize("refuses", [False, True])
    async def test_what_was_tried_while_it_hung_disturbs_no_late_answer(
        self, office: Office, *, refuses: bool
    ) -> None:
        bureau, family, a = office.bureau, office.family, office.family.a.actor
        bureau.conduct, bureau.refuses = Conduct.TAKES_AND_CUTS, refuses
        request = family.request()
        done = await office.pay(request)
        refund, void = RefundPremium(key(), done.id), VoidRequest(key(), request.request_id)
        for early in (refund_premium(refund, a, office.ports), void_request(void, a, office.ports)):
            with pytest.raises(Refusal, match="PREMIUM_NOT_REFUNDABLE"):
                await early
        assert await office.status(done) is PremiumStatus.DEBITED
        assert await family.balances() == (100_00, 300_00)

        bureau.conduct = Conduct.ANSWERS
        late = VoidRequest(key(), request.request_id)
        for _ in range(2):
            await asyncio.gather(*(confirm_premiums(office.ports) for _ in range(3)))
            await void_request(late, a, office.ports)

        expected = PremiumStatus.FAILED if refuses else PremiumStatus.REFUNDED
        assert await office.status(done) is expected
        assert await family.balances() == (500_00, 300_00)
        assert len(bureau.taken) == 1
        with pytest.raises(Refusal, match="PREMIUM_NOT_REFUNDABLE"):
            await refund_premium(refund, a, office.ports)
        await expect_right_books()

    async def test_a_person_who_gets_another_name_has_the_same_order(self, office: Office) -> None:
        office.bureau.conduct = Conduct.TAKES_AND_CUTS
        done = await office.pay()
        await rename(office)
        office.bureau.conduct = Conduct.ANSWERS

        await confirm_premiums(office.ports)

        assert await office.status(done) is PremiumStatus.CONFIRMED


async def rename(office: Office) -> None:
    """Correct the insured person's name in the registry."""
    await PersonRow.filter(id=office.family.insured.id).update(name="扎西次仁")


SETTINGS = Settings(personal_data_keys=(NamedKey("a", b"p" * 32),), digest_key=b"d" * 32)


def test_without_a_url_every_premium_is_confirmed_at_once() -> None:
    assert isinstance(make_ports(SETTINGS).tax_bureau, ConfirmingTaxBureau)


def test_the_settings_name_the_bureau() -> None:
    url, token = "https://tax.example/orders", SecretStr(TOKEN)
    chosen = SETTINGS.model_copy(update={"tax_bureau_url": url, "tax_bureau_token": token})

    bureau = make_ports(chosen).tax_bureau

    assert isinstance(bureau, HttpTaxBureau)
    assert (bureau.url, bureau.token) == (url, TOKEN)
