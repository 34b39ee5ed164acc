"""What a request carries through the schema: who asks, the outside world, its loaders."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, Any

import strawberry
from strawberry.types import Info as StrawberryInfo

from gongji.api import ids
from gongji.api.loaders import Loaders
from gongji.chat.feed import Feed
from gongji.desk.desk import Desk
from gongji.domain.actor import Actor, ActorKind
from gongji.domain.errors import Forbidden, Unauthenticated
from gongji.usecases.ports import Ports


@dataclass
class Context:
    """One request, or one socket.

    Args:
        who: the actor of a valid token; None for nobody.
        desk: settles bills that wait at the same moment together.
        feed: wakes who follows a conversation.
        connection_params: the payload of a socket's ``connection_init``.
        vouch: looks at the token again and returns its actor; None: ``who`` stays who it is.
    """

    who: Actor | None
    ports: Ports
    desk: Desk
    feed: Feed = field(default_factory=Feed)
    connection_params: dict[str, Any] = field(default_factory=dict)
    vouch: Callable[[], Actor | None] | None = None

    @property
    def actor(self) -> Actor:
        """Return who asks.

        Raises:
            Unauthenticated: nobody is logged in.
        """
        if self.who is None:
            raise Unauthenticated
        return self.who

    def acting(self, on_behalf_of: str | None) -> Actor:
        """Return who asks, for a ward where one is named; the use case checks the guardian.

        Raises:
            Unauthenticated: nobody is logged in.
            Forbidden: only a person acts for a ward.
        """
        if on_behalf_of is None:
            return self.actor
        if self.actor.kind is not ActorKind.PERSON:
            raise Forbidden
        return replace(self.actor, acting_for=ids.decode(ids.PERSON, on_behalf_of))

    def expect_token(self) -> None:
        """Make sure that the token still holds; a subscription lasts longer than a request.

        Raises:
            Unauthenticated: it has ended.
        """
        if self.vouch is not None and self.vouch() != self.who:
            raise Unauthenticated

    def forget(self) -> None:
        """Forget what was read: what a subscription shows next is read anew."""
        self.__dict__.pop("loaders", None)

    @cached_property
    def loaders(self) -> Loaders:
        """Return the loaders of this request."""
        return Loaders()


Info = StrawberryInfo[Context, None]

OnBehalfOf = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="代被监护人或委托人查询。The ward for whom a guardian or proxy asks (G19)."
    ),
]
ReadPerson = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="要查询的人，仅限经办人员。Whose; staff only."),
]
ReadReason = Annotated[
    str | None,
    strawberry.argument(
        description="查询原因，经办人员必填并留痕，最多200字。Why; staff only, recorded."
    ),
]
