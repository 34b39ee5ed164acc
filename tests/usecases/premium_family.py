"""A resident father, two sharers, a tariff, tax bureaus that do as told, and the books' sums."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from gongji.domain.errors import Unavailable
from gongji.domain.kinship import Kinship
from gongji.domain.person import Scheme
from gongji.store.rows import (
    EventRow,
    PersonalAccountRow,
    PremiumLegRow,
    PremiumRow,
    RequestKeyRow,
    TariffRow,
    TransferRow,
)
from gongji.usecases.pay_premium import PayPremium
from gongji.usecases.ports import Ports, PremiumOrder, TaxAnswer
from gongji.usecases.transaction import Done
from tests.bills import pay_premium
from tests.world import NGARI, Person, World, key

CONFIRMED = TaxAnswer("TAX-1")
FAILED = TaxAnswer(None)


@dataclass
class Bureau:
    """A tax bureau that answers what a test told it; None is silence."""

    answer: TaxAnswer | None = CONFIRMED
    asked: list[PremiumOrder] = field(default_factory=list)

    async def pay(self, order: PremiumOrder) -> TaxAnswer:
        self.asked.append(order)
        await asyncio.sleep(0)
        if self.answer is None:
            raise Unavailable
        return self.answer


@dataclass
class PremiumFamily:
    """A resident who is insured for himself, and the sharers A and B who may pay for him."""

    world: World
    insured: Person
    a: Person
    b: Person
    binding: UUID
    other_binding: UUID
    bureau: Bureau

    @property
    def ports(self) -> Ports:
        return replace(self.world.ports, tax_bureau=self.bureau)

    def request(self, **changed: Any) -> PayPremium:
        return replace(PayPremium(key(), self.binding, 2027), **changed)

    async def pay(self, request: PayPremium | None = None, *, by: Person | None = None) -> Done:
        return await pay_premium(request or self.request(), (by or self.a).actor, self.ports)

    async def balances(self) -> tuple[int, int]:
        return await self.world.balance(self.a), await self.world.balance(self.b)


async def tariff(region: str = NGARI, year: int = 2027, amount: int = 400_00, **c: Any) -> None:
    """Make a tariff of adults, whose window is open in the last four months of 2026."""
    default = {
        "region": region,
        "year": year,
        "category": "ADULT",
        "amount_fen": amount,
        "opens_on": date(2026, 9, 1),
        "closes_on": date(2026, 12, 31),
    }
    await TariffRow.create(**{**default, **c})


async def make_premium_family(
    world: World,
    *,
    a: int = 500_00,
    b: int = 300_00,
    tariffs: bool = True,
    has_policy: bool = False,
    **rules: Any,
) -> PremiumFamily:
    """Make the family; A comes first in the order.

    Args:
        has_policy: the region has a policy already.
    """
    if not has_policy:
        await world.policy(**rules)
    if tariffs:
        await tariff()
    insured = await world.person("扎西", scheme=Scheme.RESIDENT)
    sharer_a = await world.person("次仁", balance=a)
    sharer_b = await world.person("卓玛", balance=b)
    return PremiumFamily(
        world,
        insured,
        sharer_a,
        sharer_b,
        await world.bind(sharer_a, insured, kinship=Kinship.PARENT, position=1),
        await world.bind(sharer_b, insured, kinship=Kinship.PARENT, position=2),
        Bureau(),
    )


async def everything() -> dict[str, Any]:
    """Return all that a refused request must leave as it was; request keys do change."""
    return {
        "accounts": sorted(
            await PersonalAccountRow.all().values_list("id", "balance_fen", "entry_no")
        ),
        "transfers": await TransferRow.all().count(),
        "premiums": sorted(await PremiumRow.all().values_list("id", "status")),
        "legs": await PremiumLegRow.all().count(),
        "events": await EventRow.all().count(),
    }


async def keys() -> int:
    """Count the keys that were used up."""
    return await RequestKeyRow.all().count()


async def books_balance() -> bool:
    """Tell whether every personal account is its credits less its debits, entry by entry."""
    for account in await PersonalAccountRow.all():
        entries = await TransferRow.filter(account_id=account.id).order_by("entry_no")
        balance = 0
        for number, entry in enumerate(entries, start=1):
            is_credit = entry.credit_account_id == account.id
            balance += entry.amount_fen if is_credit else -entry.amount_fen
            if (entry.entry_no, entry.balance_after_fen) != (number, balance):
                return False
        if (account.entry_no, account.balance_fen) != (len(entries), balance):
            return False
    return True


async def owed(account_id: UUID) -> int:
    """Return what a control account holds: credits less debits."""
    came = await TransferRow.filter(credit_account_id=account_id)
    went = await TransferRow.filter(debit_account_id=account_id)
    return sum(t.amount_fen for t in came) - sum(t.amount_fen for t in went)


async def events(person: Person) -> list[str]:
    """Return the kinds of the events about a person, in the order of their numbers."""
    found = await EventRow.filter(subject_id=person.id).order_by("number")
    return [str(event.kind) for event in found]
