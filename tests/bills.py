"""Bills as a till sends them, and single requests done by themselves, without a desk."""

from typing import Any, TypeVar
from uuid import UUID

from gongji.domain.actor import Actor
from gongji.domain.bill import Bill
from gongji.domain.errors import Problem
from gongji.domain.money import Fen
from gongji.domain.policy import CredentialKind
from gongji.usecases.pay_premium import PayPremium, ask_tax_bureau, debit
from gongji.usecases.ports import Ports
from gongji.usecases.reverse import Reversed, ReverseSettlement, reverse
from gongji.usecases.settle import SettleBill, Settled, settle
from gongji.usecases.transaction import Done
from tests import builders
from tests.world import Person, key

D = TypeVar("D")


def bill(number: str = "B1", share: int = 100_00, **changed: Any) -> Bill:
    """Make a bill with its own number, ``share`` fen in scope and paid by the person alone."""
    return builders.bill(Fen(share), institution_bill_no=number, **changed)


def settling(
    person: Person, of: Bill, *, request_id: UUID | None = None, if_plan: str | None = None
) -> SettleBill:
    """Make a till's request for a person who shows the ID card."""
    return SettleBill(request_id or key(), CredentialKind.ID_CARD, person.id_number, of, if_plan)


async def settle_bill(request: SettleBill, actor: Actor, ports: Ports) -> Settled:
    """Settle one bill by itself, or raise its problem."""
    return _done(*await settle([(request, actor)], ports))


async def reverse_settlement(request: ReverseSettlement, actor: Actor, ports: Ports) -> Reversed:
    """Reverse one settlement by itself, or raise its problem."""
    return _done(*await reverse([(request, actor)], ports))


async def pay_premium(request: PayPremium, actor: Actor, ports: Ports) -> Done:
    """Debit one premium by itself and ask the tax bureau, or raise its problem."""
    done = _done(*await debit([(request, actor)], ports))
    await ask_tax_bureau(done.id, ports)
    return done


def _done(answer: D | Problem) -> D:
    if isinstance(answer, Problem):
        raise answer
    return answer
