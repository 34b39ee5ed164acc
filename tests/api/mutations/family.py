"""A family of the tests, and what its members say to the gateway."""

from dataclasses import dataclass
from typing import Any

from gongji.api.ids import BINDING
from gongji.domain.actor import Actor
from gongji.domain.kinship import Kinship
from gongji.store.rows import BindingRow
from tests.api.conftest import Api
from tests.api.mutations.asking import request, shown
from tests.documents import document
from tests.world import Person, World


async def say(api: Api, who: Person | Actor, operation: str, **fields: Any) -> dict[str, Any]:
    """Send a mutation of a client with a fresh key, and return its answer.

    Args:
        operation: such as ``PauseBinding`` of the mini-program, or ``dashboard/EndBinding``.
    """
    actor = who.actor if isinstance(who, Person) else who
    path = operation if "/" in operation else f"mini_program/{operation}"
    name = path.rpartition("/")[2]
    answer = await api.as_(actor).query(document(path), input=request(**fields))
    said: dict[str, Any] = answer[name[0].lower() + name[1:]]
    return said


@dataclass
class Family:
    """A wife with an account, and her husband, whom the registry knows as married."""

    wife: Person
    husband: Person

    def invitation(self, **fields: Any) -> dict[str, Any]:
        """Return what the wife types to invite her husband."""
        return {
            "name": self.husband.name,
            "idNumber": self.husband.id_number,
            "kinship": "SPOUSE",
            "declarationVersion": "2025-01",
            **fields,
        }


async def make_family(world: World, *, kin: bool = True, **rules: Any) -> Family:
    """Make a couple of Ngari, not bound yet."""
    await world.policy(**rules)
    wife = await world.person("王小兰", balance=300_00)
    husband = await world.person("次仁多吉", balance=118_63)
    if kin:
        await world.kin(wife, husband, Kinship.SPOUSE)
    return Family(wife, husband)


async def invited(api: Api, family: Family) -> str:
    """Let the wife invite her husband; returns the binding's id as clients see it."""
    answer = await say(api, family.wife, "InviteRelative", **family.invitation())
    binding_id: str = answer["binding"]["id"]
    return binding_id


async def bound(api: Api, family: Family) -> str:
    """Let the husband accept as well."""
    binding_id = await invited(api, family)
    accepting = {"bindingId": binding_id, "declarationVersion": "2025-01"}
    await say(api, family.husband, "AcceptInvitation", **accepting)
    return binding_id


async def status_of(binding_id: str) -> str:
    """Return the stored state of a binding."""
    for row in await BindingRow.all():
        if shown(BINDING, row.id) == binding_id:
            return str(row.status)
    raise LookupError(binding_id)
