"""What members of staff may do, and in which region."""

from gongji.domain.actor import Actor, ActorKind


def may_act_in(actor: Actor, region: str, *, role: str) -> bool:
    """Tell whether a member of staff with ``role`` works for a region.

    ``540000`` is a province and covers ``54....``; ``542500`` is a prefecture.
    """
    if actor.kind is not ActorKind.STAFF or role not in actor.roles or not actor.region:
        return False
    covered = actor.region
    while covered.endswith("00"):
        covered = covered[:-2]
    return region.startswith(covered)
