"""The family of worked example E2, with its hospital."""

from dataclasses import dataclass
from uuid import UUID

from tests.world import Person, Place, World


@dataclass
class Family:
    """卓玛, her sharers in order, and the bindings."""

    me: Person
    a: Person
    b: Person
    bindings: list[UUID]
    hospital: Place


async def make_family(world: World) -> Family:
    """Make the family of E2: own 118.63, A 300.00, then B 205.88."""
    await world.policy()
    me = await world.person("卓玛", balance=118_63)
    a = await world.person("王小兰", balance=300_00)
    b = await world.person("扎西", balance=205_88)
    bindings = [await world.bind(a, me), await world.bind(b, me)]
    return Family(me, a, b, bindings, await world.institution())
