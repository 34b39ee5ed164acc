"""Bills as a till sends them, with the credential of the person who came."""

from typing import Any
from uuid import UUID

from gongji.domain.actor import Actor
from gongji.domain.bill import Bill
from gongji.domain.errors import Problem
from gongji.domain.money import Fen
from gongji.domain.policy import CredentialKind
from gongji.usecases.ports import Ports
from gongji.usecases.settle import SettleBill, Settled, settle
from tests import builders
from tests.world import Person, key


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
    (answer,) = await settle([(request, actor)], ports)
    if isinstance(answer, Problem):
        raise answer
    return answer
