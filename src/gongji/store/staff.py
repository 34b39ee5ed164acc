"""What members of staff may do, and in which region."""

from typing import Final

from gongji.domain.actor import Actor, ActorKind, Role
from gongji.domain.errors import Code, refuse
from gongji.domain.identity import visible_text, without_numbers
from gongji.domain.region import prefix_of_region

MOST_REASON_CHARACTERS: Final = 200


def may_act_in(actor: Actor, region: str, *roles: Role) -> bool:
    """Tell whether a member of staff with one of ``roles`` works for a region.

    ``540000`` is a province and covers ``54....``; ``542500`` is a prefecture.
    """
    if actor.kind is not ActorKind.STAFF or actor.roles.isdisjoint(roles) or not actor.region:
        return False
    return region.startswith(prefix_of_region(actor.region))


def stated_reason(actor: Actor, reason: str | None) -> str | None:
    """Return the reason that staff gave, in characters that show something, without numbers.

    What a person writes is not kept: it may be personal.

    Raises:
        Refusal: staff gave none, or a longer one than is kept.
    """
    if actor.kind is not ActorKind.STAFF:
        return None
    given = visible_text(reason or "")
    if not given:
        raise refuse(Code.REASON_REQUIRED, "reason")
    if len(given) > MOST_REASON_CHARACTERS:
        raise refuse(Code.REASON_TOO_LONG, "reason")
    return without_numbers(given)
