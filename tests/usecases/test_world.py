"""The test world itself stands on the real schema."""

from gongji.domain.policy import CredentialKind
from tests.world import World


async def test_the_world_can_be_peopled(world: World) -> None:
    await world.policy()
    a = await world.person("王小兰", balance=300_00)
    b = await world.person("次仁", balance=118_63)
    await world.bind(a, b)

    found = await world.ports.insurance_centre.holders(
        [(CredentialKind.ID_CARD, a.id_number), (CredentialKind.ID_CARD, "nobody")]
    )

    assert found == [a.id, None]
    assert await world.balance(b) == 118_63
