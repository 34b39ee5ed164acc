"""Clients that never rest: tills, beneficiaries and sharers, each with a chance of its own.

What they do when nobody answers is what the README tells a till's developer: ask ``outcome``, send
the same key again, or void it; some errands they leave lying until the end.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from gongji.domain.money import Fen
from tests.bills_sent import bill_to_settle
from tests.builders import bill
from tests.documents import document
from tests.e2e.errands import Errand, Line, Told
from tests.world import key

_PAUSE_S = 0.05
"""How long a client waits before it tries again."""
_ALLOWED = {
    "settleBill": {"SettleBillPayload"},
    "reverseSettlement": {"ReverseSettlementPayload", "AlreadyReversed"},
    "voidRequest": {"VoidRequestPayload", "Refusal"},
    "reorderSharers": {"ReorderSharersPayload", "StaleOrder"},
    "pauseBinding": {"PauseBindingPayload", "Refusal"},
    "resumeBinding": {"ResumeBindingPayload", "Refusal"},
    "payPremium": {"PayPremiumPayload", "Refusal"},
    "refundPremium": {"RefundPremiumPayload", "Refusal"},
}
"""What may be answered; and ``RequestVoided``, where the sender has given the errand up."""


class Sender:
    """One client.

    Args:
        folder: of its documents, ``till`` or ``mini_program``.
        errands: all that anybody sends in this run.
        over: set when nothing new is to be begun.
    """

    folder = "mini_program"

    def __init__(
        self, line: Line, token: str, seed: str, errands: list[Errand], over: asyncio.Event
    ) -> None:
        self.line, self.token, self.errands, self.over = line, token, errands, over
        self.random = random.Random(seed)

    async def work(self) -> None:
        """Send one thing after the other until it is over."""
        while not self.over.is_set():
            await self.one_thing()

    async def one_thing(self) -> None:
        """Do the next thing, whatever chance says."""
        raise NotImplementedError

    def errand(self, operation: str, **given: Any) -> Errand:
        """Think of something to be done, under a new key."""
        made = Errand(self.token, self.folder, operation, {"requestId": str(key())} | given)
        self.errands.append(made)
        return made

    async def send(self, errand: Errand) -> Told | None:
        """Send an errand; expect an answer of its kind, or none."""
        told = await self.line.send(errand)
        if told is None:
            return None
        allowed = _ALLOWED[errand.operation] | ({"RequestVoided"} if errand.is_given_up else set())
        assert told["__typename"] in allowed, (errand, told)
        return told

    async def send_until_answered(self, errand: Errand) -> Told:
        """Send the same key again and again until there is an answer."""
        while (told := await self.send(errand)) is None:  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(_PAUSE_S)
        return told

    async def see_through(self, errand: Errand) -> Told | None:
        """Send an errand; where nobody answers, ask, repeat, void, or leave it lying."""
        told = await self.send(errand)
        while told is None:
            await asyncio.sleep(_PAUSE_S)
            match self.random.randrange(8):
                case 0 | 1 | 2:
                    await self.ask_outcome(errand)
                case 3 | 4 | 5:
                    told = await self.send(errand)
                case 6:
                    return None if await self.void(errand) else await self.send(errand)
                case _:
                    return None
        return told

    async def ask_outcome(self, errand: Errand) -> None:
        """Ask what became of an errand: it is nothing that contradicts what is known."""
        told = await self.line.ask_outcome(errand)
        if told is not None and errand.answers:
            assert told["status"] in {"DONE", "REFUSED", "VOIDED"}, (errand, told)

    async def void(self, errand: Errand) -> bool:
        """Void an errand, under one key, until there is an answer; tell whether it is undone."""
        errand.is_given_up = True
        told = await self.send_until_answered(self.errand("voidRequest", voids=errand.key))
        if told["__typename"] == "VoidRequestPayload":
            errand.is_voided = True
        else:
            assert errand.operation != "settleBill", (errand, told)
        return errand.is_voided


class Till(Sender):
    """Settles, reverses, voids, repeats, hangs up, and races its own late requests."""

    folder = "till"

    def __init__(self, *given: Any, people: Sequence[str]) -> None:
        super().__init__(*given)
        self.people = people
        self.done: list[Errand] = []
        self.reversals = 0

    async def one_thing(self) -> None:
        """Mostly settle; where accounts run dry, give money back."""
        chosen: Callable[[], Awaitable[None]] = self.random.choices(
            [self.settle, self.hang_up, self.race, self.repeat, self.reverse, self.reuse],
            [10, 2, 4, 2, 3, 1],
        )[0]
        await chosen()

    def a_bill(self) -> Errand:
        """Think of a bill of somebody, under a number of its own."""
        share = Fen(self.random.randrange(1, 60_00))
        made = bill(share, institution_bill_no=str(key()))
        return self.errand("settleBill", **_but_key(made, self.random.choice(self.people)))

    async def settle(self) -> None:
        """Settle a bill; where something was left to be cash, reverse two others."""
        errand = self.a_bill()
        told = await self.see_through(errand)
        if told is None or "receipt" not in told:
            return
        self.done.append(errand)
        if told["receipt"]["cashFen"]:
            await self.reverse()
            await self.reverse()

    async def hang_up(self) -> None:
        """Send a bill, listen to nothing, and find out later."""
        errand = self.a_bill()
        await self.line.send_and_hang_up(errand)
        await asyncio.sleep(self.random.random() * _PAUSE_S)
        await self.ask_outcome(errand)
        if self.random.random() < 0.5:
            await self.void(errand)
        else:
            await self.see_through(errand)

    async def race(self) -> None:
        """Give a bill up and take cash while its own late request is still on its way."""
        errand = self.a_bill()
        first, second = self.random.sample([self.send(errand), self.void(errand)], 2)
        await asyncio.gather(first, self._later(second))
        assert errand.is_voided
        late = await self.send(errand)
        assert late is None or late["__typename"] == "RequestVoided" or late["receipt"]["reversal"]

    async def _later(self, sending: Awaitable[Any]) -> None:
        await asyncio.sleep(self.random.random() * 0.02)
        await sending

    async def repeat(self) -> None:
        """Send something of earlier again."""
        if self.done:
            await self.send(self.random.choice(self.done))

    async def reverse(self) -> None:
        """Reverse a bill that was settled; the first, and every third, once more by another key."""
        if not self.done:
            return
        of = self.random.choice(self.done)
        self.done.remove(of)
        told = await self.see_through(self.errand("reverseSettlement", settlementId=of.result))
        self.reversals += 1
        if told is not None and self.reversals % 3 == 1:
            again = self.errand("reverseSettlement", settlementId=of.result)
            told = await self.see_through(again)
            assert told is None or told["__typename"] == "AlreadyReversed", told

    async def reuse(self) -> None:
        """Send another bill under a key of earlier: it is told so, and nothing happens."""
        if not self.done:
            return
        used = self.random.choice(self.done)
        other = {**used.input, **_but_key(bill(institution_bill_no=str(key())), self.people[0])}
        told = await self.line.ask(self.token, used.document, {"input": other})
        assert told is None or told["__typename"] == "RequestIdReused", told


def _but_key(bill: Any, person: str) -> dict[str, Any]:
    asked = bill_to_settle(bill, person)
    del asked["requestId"]
    return asked


class Beneficiary(Sender):
    """Sets the order of the sharers anew, again and again."""

    async def one_thing(self) -> None:
        """Read the order, shuffle it, store it."""
        family = await self.line.ask(self.token, document("mini_program/FamilyAccount"), {})
        if family is None:
            await asyncio.sleep(_PAUSE_S)
            return
        order = [sharer["id"] for sharer in family["sharers"]]
        self.random.shuffle(order)
        await self.see_through(
            self.errand("reorderSharers", bindingIds=order, expectedVersion=family["orderVersion"])
        )
        await asyncio.sleep(self.random.random() * _PAUSE_S)


class Sharer(Sender):
    """Pauses, resumes, pays premiums and takes some of them back."""

    def __init__(self, *given: Any, bindings: Sequence[str], insured: Sequence[str]) -> None:
        super().__init__(*given)
        self.bindings, self.insured = bindings, insured
        self.paid: list[Errand] = []

    async def one_thing(self) -> None:
        """Pause for a moment, or pay a premium and perhaps undo it."""
        if self.random.random() < 0.5:
            await self.pause()
        else:
            await self.pay()

    async def pause(self) -> None:
        """Pause a binding and resume it."""
        binding = self.random.choice(self.bindings)
        await self.see_through(self.errand("pauseBinding", bindingId=binding))
        await asyncio.sleep(self.random.random() * _PAUSE_S)
        resuming = self.errand("resumeBinding", bindingId=binding)
        await self.send_until_answered(resuming)

    async def pay(self) -> None:
        """Pay a premium of some year; of those that are paid, void one or have one refunded."""
        year, binding = self.random.choice(YEARS), self.random.choice(self.insured)
        errand = self.errand("payPremium", bindingId=binding, year=year)
        told = await self.see_through(errand)
        if told is not None and "premium" in told:
            self.paid.append(errand)
        if len(self.paid) > 2:
            undone = self.paid.pop(self.random.randrange(3))
            if self.random.random() < 0.5:
                await self.void(undone)
            else:
                refund = self.errand("refundPremium", premiumId=undone.result)
                await self.see_through(refund)


YEARS = range(2080, 2090)
"""The benefit years for which premiums are paid."""
