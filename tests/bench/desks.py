"""The two that the bench compares: the gateway's own desk, and a stand-in that has no queue."""

from typing import Final

from gongji.desk.desk import Acts, Desk
from gongji.domain.actor import Actor
from gongji.domain.errors import Problem
from gongji.usecases.ports import Ports
from gongji.usecases.settle import SettleBill, Settled, settle

DESK: Final = "desk"
ONE_BY_ONE: Final = "one by one"


class OneByOne(Desk):
    """Settles every bill in a transaction of its own, as soon as there is a connection."""

    def __init__(self, ports: Ports) -> None:
        super().__init__(Acts.of(ports))
        self._ports: Final = ports

    async def settle(self, request: SettleBill, actor: Actor) -> Settled:
        """Settle one bill by itself, or raise its problem."""
        (answer,) = await settle([(request, actor)], self._ports)
        if isinstance(answer, Problem):
            raise answer
        return answer


def make_desk(kind: str, ports: Ports) -> Desk:
    """Make the desk of a kind: ``DESK`` or ``ONE_BY_ONE``."""
    return OneByOne(ports) if kind == ONE_BY_ONE else Desk(Acts.of(ports))
