"""What every step of a conversation needs."""

from dataclasses import dataclass

from gongji.desk.desk import Desk
from gongji.domain.actor import Actor
from gongji.usecases.ports import Ports


@dataclass(frozen=True, slots=True)
class Talk:
    """Who talks, the outside world, and the desk for what moves money."""

    actor: Actor
    ports: Ports
    desk: Desk
