"""Doing what was confirmed: the use cases that the plain mutations call, under a derived key."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from gongji.chat.announcements import card_for
from gongji.chat.proposals import Act, Proposal, read_limit
from gongji.chat.talk import Talk
from gongji.domain.events import EventKind
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.usecases.accept import AcceptInvitation, accept_invitation
from gongji.usecases.decline import DeclineInvitation, decline_invitation
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.invite import InviteRelative, invite_relative
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.pay_premium import PayPremium
from gongji.usecases.ports import Ports
from gongji.usecases.press_button import Telling
from gongji.usecases.refund_premium import RefundPremium, refund_premium
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from gongji.usecases.resume import ResumeBinding, resume_binding
from gongji.usecases.set_limit import SetBindingLimit, set_binding_limit
from gongji.usecases.set_reserve import SetReserve, set_reserve
from gongji.usecases.transaction import Done
from gongji.usecases.withdraw import WithdrawInvitation, withdraw_invitation


async def do(proposal: Proposal, key: UUID, talk: Talk) -> Done:
    """Do what was confirmed, bound to what was shown.

    Args:
        key: made of the press, so that doing it again gives the same answer.

    Raises:
        Refusal: the rules say no.
        PlanChanged, StaleOrder: it is not as it was shown.
        Unavailable: to be done again, under the same key.
    """
    terms, actor, ports = proposal.terms, talk.actor, talk.ports
    match proposal.act:
        case Act.INVITE:
            return await invite_relative(_invitation(proposal, key, ports), actor, ports)
        case Act.RESERVE:
            setting = SetReserve(key, Fen(terms["amount"]), if_was=Fen(terms["was"]))
            return await set_reserve(setting, actor, ports)
        case Act.ORDER:
            order = tuple(map(UUID, terms["order"]))
            return await reorder_sharers(ReorderSharers(key, order, terms["version"]), actor, ports)
        case Act.REFUND:
            refunding = RefundPremium(key, UUID(terms["premium"]))
            return await refund_premium(refunding, actor, ports)
    return await _do_to_binding(proposal, key, talk)


_CAUSED: Final[Mapping[Act, frozenset[EventKind]]] = {
    Act.INVITE: frozenset({EventKind.RELATIVE_INVITED}),
    Act.ACCEPT: frozenset(
        {
            EventKind.INVITATION_ACCEPTED,
            EventKind.INVITATION_SENT_TO_REVIEW,
            EventKind.CONSENT_RENEWED,
        }
    ),
    Act.DECLINE: frozenset({EventKind.INVITATION_DECLINED}),
    Act.WITHDRAW: frozenset({EventKind.INVITATION_WITHDRAWN}),
    Act.ORDER: frozenset({EventKind.ORDER_CHANGED}),
    Act.END: frozenset({EventKind.BINDING_ENDED}),
    Act.PAUSE: frozenset({EventKind.BINDING_PAUSED}),
    Act.RESUME: frozenset({EventKind.BINDING_RESUMED}),
    Act.LIMIT: frozenset({EventKind.LIMIT_SET}),
    Act.RESERVE: frozenset({EventKind.RESERVE_SET}),
    Act.PAY: frozenset({EventKind.PREMIUM_DEBITED}),
    Act.REFUND: frozenset({EventKind.PREMIUM_REFUNDED}),
}
"""What happens when an act is done."""
_ROLES: Final[Mapping[Act, str | None]] = {
    Act.ORDER: None,
    Act.RESERVE: "account",
    Act.PAY: "premium",
    Act.REFUND: "premium",
}
"""What the id is that an act gives back, where it is no binding's."""


def telling(act: Act, done: Done) -> Telling:
    """Return the event that the reply to an act tells of."""
    role = _ROLES.get(act, "binding")
    return Telling(_CAUSED[act], {} if role is None else {role: done.id}, card_for)


def _invitation(proposal: Proposal, key: UUID, ports: Ports) -> InviteRelative:
    terms = proposal.terms
    name, id_number = (
        ports.key_ring.open(bytes.fromhex(terms[sealed])) for sealed in ("name", "id_number")
    )
    kinship = Kinship(terms["kinship"])
    return InviteRelative(key, name, id_number, kinship, terms["declaration"])


async def _do_to_binding(proposal: Proposal, key: UUID, talk: Talk) -> Done:
    terms, binding_id = proposal.terms, proposal.binding_id
    actor, ports = talk.actor, talk.ports
    if binding_id is None:
        raise ValueError("all else is about one binding")
    match proposal.act:
        case Act.ACCEPT:
            accepting = AcceptInvitation(
                key, binding_id, terms["declaration"], terms.get("position")
            )
            return await accept_invitation(accepting, actor, ports)
        case Act.DECLINE:
            return await decline_invitation(DeclineInvitation(key, binding_id), actor, ports)
        case Act.WITHDRAW:
            return await withdraw_invitation(WithdrawInvitation(key, binding_id), actor, ports)
        case Act.PAUSE:
            return await pause_binding(PauseBinding(key, binding_id), actor, ports)
        case Act.RESUME:
            return await resume_binding(ResumeBinding(key, binding_id), actor, ports)
        case Act.END:
            ending = EndBinding(key, binding_id, if_plan=terms["plan"])
            return await end_binding(ending, actor, ports)
        case Act.LIMIT:
            limit = read_limit(terms["limit"])
            setting = SetBindingLimit(
                key,
                binding_id,
                limit.per_settlement,
                limit.per_month,
                limit.per_year,
                if_was=read_limit(terms["was"]),
            )
            return await set_binding_limit(setting, actor, ports)
        case Act.PAY:
            paying = PayPremium(key, binding_id, terms["year"], terms["plan"])
            return await talk.desk.pay_premium(paying, actor)
        case act:
            raise ValueError(act)
