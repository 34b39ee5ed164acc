"""Bills that are settled together: one that cannot even be looked up disturbs no neighbour."""

import pytest

from gongji.domain.errors import Code, Refusal
from gongji.usecases.settle import Settled, settle
from tests.bills import bill, settling
from tests.usecases.e2 import make_family
from tests.world import World

pytestmark = pytest.mark.usefixtures("books_are_right")


async def test_a_number_that_no_bill_can_have_is_refused_alone(world: World) -> None:
    family = await make_family(world)
    till = family.hospital.actor
    odd = settling(family.me, bill("1\x00"))
    good = settling(family.me, bill("2", 100_00))

    refused, settled = await settle([(odd, till), (good, till)], world.ports)

    assert isinstance(refused, Refusal)
    assert [reason.code for reason in refused.reasons] == [Code.BILL_NUMBER_FORM]
    assert isinstance(settled, Settled)
    assert await world.balance(family.me) == 18_63
