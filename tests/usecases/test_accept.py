"""Accepting an invitation, renewing a consent, and what stands against it."""

from gongji.domain.binding import BindingStatus
from gongji.domain.kinship import Kinship
from gongji.store.rows import BeneficiaryRow, BindingRow, EventRow, OrderVersionRow
from gongji.usecases.accept import AcceptInvitation, accept_invitation
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.invite import InviteRelative, invite_relative
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from tests.world import World, key


async def test_a_binding_lives_from_invitation_to_end(world: World) -> None:
    await world.policy()
    a = await world.person("王小兰", balance=300_00)
    b = await world.person("次仁")
    await world.kin(a, b, Kinship.SPOUSE)

    invited = await invite_relative(
        InviteRelative(key(), b.name, b.id_number, Kinship.SPOUSE, "2025-01"), a.actor, world.ports
    )
    accepted = await accept_invitation(
        AcceptInvitation(key(), invited.id, "2025-01"), b.actor, world.ports
    )
    await reorder_sharers(ReorderSharers(key(), (invited.id,), 1), b.actor, world.ports)
    await end_binding(EndBinding(key(), invited.id), a.actor, world.ports)

    row = await BindingRow.get(id=invited.id)
    assert accepted.id == invited.id
    assert (row.status, row.position) == (BindingStatus.ENDED, None)
    family = await BeneficiaryRow.get(person_id=b.id)
    assert (family.order_version, family.order_is_set, family.event_no) == (3, False, 4)
    assert await EventRow.filter(subject_id=b.id).count() == 4
    assert await OrderVersionRow.filter(beneficiary_id=b.id).count() == 3
