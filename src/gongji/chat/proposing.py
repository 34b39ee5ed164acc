"""From what a person wants done to a card that asks: whom it is about, what it does, if it may.

Nothing is done here. Where several relatives are meant, the answer is a card that asks back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final
from uuid import UUID

from gongji.chat import texts
from gongji.chat.intents import (
    Accept,
    Decline,
    EndBinding,
    Invite,
    LimitPeriod,
    Pause,
    PayPremium,
    Place,
    RefundPremium,
    Reorder,
    Resume,
    SetLimit,
    SetReserve,
    Whom,
    Wish,
    Withdraw,
)
from gongji.chat.live import family_of, places_to_choose, policy_of
from gongji.chat.paying import why_not_paid, worth_asking
from gongji.chat.proposals import (
    ENDABLE,
    MOST_CHOICES,
    Act,
    Proposal,
    choice_card,
    confirm_card,
    may_still,
    pay_terms,
    refund_terms,
    write_limit,
)
from gongji.chat.relatives import fitting
from gongji.chat.said import Said, nobody, refused
from gongji.domain.actor import Actor
from gongji.domain.binding import LIVE, OPEN, BindingStatus, Limit
from gongji.domain.errors import Code, Refusal, refuse, refuse_any
from gongji.domain.identity import mask_digits, mask_name
from gongji.domain.page import PageRequest
from gongji.domain.premium import STANDING, PremiumSide, reasons_against_refund
from gongji.usecases.end import quote_end
from gongji.usecases.ports import Ports
from gongji.usecases.views.bindings import BindingAsSharer, BindingView, see_binding, see_bindings
from gongji.usecases.views.own import see_own_account
from gongji.usecases.views.premiums import (
    PayablePremium,
    list_payable_premiums,
    list_premiums,
    see_premiums,
)
from gongji.usecases.views.relatives import Relative, RelativeSide, list_relatives

_SHARER, _BENEFICIARY = RelativeSide.SHARER, RelativeSide.BENEFICIARY
_INVITED: Final = frozenset({BindingStatus.INVITED})
_ACTIVE: Final = frozenset({BindingStatus.ACTIVE})
_PAUSED: Final = frozenset({BindingStatus.PAUSED})
_MOST_PREMIUMS: Final = 100
"""Premiums, the newest, among which one that is to be refunded is looked for."""


async def propose(readings: Sequence[Wish], actor: Actor, ports: Ports) -> Said:
    """Ask to confirm what is wanted, or which of several things is wanted.

    Args:
        readings: what the sentence may mean; one, mostly.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.
    """
    relatives = await list_relatives(actor, ports)
    proposals: dict[str, Proposal] = {}
    for reading in readings:
        for proposal in await _proposals(reading, relatives, actor, ports):
            proposals.setdefault(repr(proposal.written()), proposal)
    match tuple(proposals.values()):
        case ():
            return nobody(_word(readings[0]))
        case (proposal,):
            return await ask_to_confirm(proposal, actor, ports)
        case several:
            text = texts.MORE_CHOICES if len(several) > MOST_CHOICES else None
            return Said(text, choice_card(several[:MOST_CHOICES]))


def _word(wish: Wish) -> Act:
    return _ACTS[type(wish)]


_ACTS: Final[Mapping[type, Act]] = {
    Invite: Act.INVITE,
    Accept: Act.ACCEPT,
    Decline: Act.DECLINE,
    Withdraw: Act.WITHDRAW,
    Reorder: Act.ORDER,
    PayPremium: Act.PAY,
    RefundPremium: Act.REFUND,
    EndBinding: Act.END,
    Pause: Act.PAUSE,
    Resume: Act.RESUME,
    SetLimit: Act.LIMIT,
    SetReserve: Act.RESERVE,
}


async def _proposals(
    wish: Wish, relatives: Sequence[Relative], actor: Actor, ports: Ports
) -> list[Proposal]:
    """Return what a wish may be about; its terms are filled in when it is asked to confirm."""
    match wish:
        case Invite():
            return _invitations(wish, ports)
        case SetReserve():
            return [Proposal(Act.RESERVE, None, {"amount": wish.amount})]
        case Reorder():
            return await _orders(wish, relatives, actor, ports)
        case PayPremium():
            return await _premiums(wish, relatives, actor, ports)
        case RefundPremium():
            return await _refunds(wish, relatives, actor, ports)
        case SetLimit():
            limits = {"period": wish.period and str(wish.period), "amount": wish.amount}
            meant = fitting(relatives, wish.whom, side=_BENEFICIARY, among=OPEN)
            return [Proposal(Act.LIMIT, one.binding_id, limits) for one in meant]
        case Accept():
            invited = fitting(relatives, wish.whom, side=_SHARER, among=_INVITED)
            renewing = await _awaiting_consent(wish.whom, relatives, actor, ports)
            accepting = await _acceptances(invited, actor, ports)
            return [*accepting, *_about(Act.ACCEPT, renewing)]
        case Decline() | Withdraw() | EndBinding() | Pause() | Resume():
            side, states = _MEANT[type(wish)]
            return _about(_word(wish), fitting(relatives, wish.whom, side=side, among=states))


_MEANT: Final[Mapping[type, tuple[RelativeSide | None, frozenset[BindingStatus]]]] = {
    Decline: (_SHARER, _INVITED),
    Withdraw: (_BENEFICIARY, _INVITED),
    EndBinding: (None, ENDABLE),
    Pause: (_BENEFICIARY, _ACTIVE),
    Resume: (_BENEFICIARY, _PAUSED),
}
"""On which side whom a wish is about stands, and in which states."""


def _about(act: Act, meant: Iterable[Relative]) -> list[Proposal]:
    return [Proposal(act, one.binding_id) for one in meant]


def _invitations(wish: Invite, ports: Ports) -> list[Proposal]:
    """Keep who is invited sealed: the card shows what was typed masked, to be checked.

    Nothing of it comes out of the registry (G18).
    """
    number = wish.id_number.text
    sealed = {
        "name": ports.key_ring.seal(wish.name).hex(),
        "id_number": ports.key_ring.seal(number).hex(),
        "masked": mask_digits(number, first=1, last=1),
        "masked_name": mask_name(wish.name),
    }
    return [
        Proposal(Act.INVITE, None, {"kinship": str(kinship), **sealed})
        for kinship in sorted(wish.relation.kinships)
    ]


async def _acceptances(invited: Sequence[Relative], actor: Actor, ports: Ports) -> list[Proposal]:
    """Return what accepting may be: where the region wants a place, one for each place (G1)."""
    places: tuple[int, ...] = ()
    if invited:
        places = places_to_choose(await family_of(actor, ports), await policy_of(actor, ports))
    if not places:
        return _about(Act.ACCEPT, invited)
    return [
        Proposal(Act.ACCEPT, one.binding_id, {"position": place})
        for one, place in product(invited, places)
    ]


async def _awaiting_consent(
    whom: Whom | None, relatives: Sequence[Relative], actor: Actor, ports: Ports
) -> list[Relative]:
    """Return the sharers whose binding a child who came of age has to confirm anew (G19)."""
    live = fitting(relatives, whom, side=_SHARER, among=_ACTIVE)
    seen = await see_bindings([one.binding_id for one in live], actor, ports)
    consent = Proposal(Act.ACCEPT)
    return [one for one in live if may_still(consent, seen.get(one.binding_id))]


async def _orders(
    wish: Reorder, relatives: Sequence[Relative], actor: Actor, ports: Ports
) -> list[Proposal]:
    family = await family_of(actor, ports)
    if family is None:
        return []
    now = [one.id for one in family.sharers]
    moved = fitting(relatives, wish.whom, side=_SHARER, among=LIVE)
    others: Sequence[Relative | None] = (None,)
    if wish.other is not None:
        others = fitting(relatives, wish.other, side=_SHARER, among=LIVE)
    return [
        Proposal(
            Act.ORDER,
            one.binding_id,
            {
                "order": [str(x) for x in _moved(now, one.binding_id, wish.place, other)],
                "version": family.order_version,
            },
        )
        for one, other in product(moved, others)
        if one is not other and one.binding_id in now
    ]


def _moved(now: list[UUID], one: UUID, place: Place, other: Relative | None) -> list[UUID]:
    rest = [binding_id for binding_id in now if binding_id != one]
    at = 0 if place is Place.FIRST else len(rest)
    if other is not None and other.binding_id in rest:
        at = rest.index(other.binding_id)
    return [*rest[:at], one, *rest[at:]]


async def _premiums(
    wish: PayPremium, relatives: Sequence[Relative], actor: Actor, ports: Ports
) -> list[Proposal]:
    """Return the premiums that are meant: of the year that was said, or those worth asking."""
    meant = {x.binding_id for x in fitting(relatives, wish.whom, side=_BENEFICIARY, among=LIVE)}
    found = [one for one in await list_payable_premiums(actor, ports) if one.binding_id in meant]
    named = [one for one in found if wish.year in {None, one.tariff.year}]
    return [
        Proposal(
            Act.PAY,
            one.binding_id,
            pay_terms(one.tariff, from_own=one.from_own, plan=one.plan),
        )
        for one in worth_asking(named)
    ]


async def _refunds(
    wish: RefundPremium, relatives: Sequence[Relative], actor: Actor, ports: Ports
) -> list[Proposal]:
    """Return the premiums that are meant: those that can be refunded, else those that stand."""
    page = await list_premiums(actor, ports, PremiumSide.PAYER, PageRequest(_MOST_PREMIUMS))
    standing = [x for x in page.rows if x.status in STANDING and wish.year in {None, x.year}]
    if wish.whom is not None:
        meant = {one.person_id for one in fitting(relatives, wish.whom, side=_BENEFICIARY)}
        standing = [one for one in standing if one.insured_id in meant]
    at = ports.clock.now()
    refundable = [x for x in standing if not any(reasons_against_refund(x.status, x.year, at))]
    return [
        Proposal(Act.REFUND, one.binding_id, refund_terms(one)) for one in refundable or standing
    ]


async def ask_to_confirm(proposal: Proposal, actor: Actor, ports: Ports) -> Said:
    """Ask to confirm one proposal as it stands now, or say why it cannot be done."""
    try:
        if proposal.act is Act.PAY and (one := await _unpayable(proposal, actor, ports)):
            return await why_not_paid(one, actor, ports)
        shown = await refreshed(proposal, actor, ports)
    except Refusal as refusal:
        return refused(refusal)
    return Said(card=confirm_card(shown))


async def refreshed(proposal: Proposal, actor: Actor, ports: Ports) -> Proposal:
    """Return a proposal with the terms that hold now.

    Raises:
        Refusal: it cannot be done any more.
    """
    terms = proposal.terms
    match proposal.act:
        case Act.INVITE:
            return replace(
                proposal, terms={**terms, "declaration": await _declaration(actor, ports)}
            )
        case Act.RESERVE:
            account = await see_own_account(actor, ports)
            if account is None:
                raise refuse(Code.SHARER_WITHOUT_ACCOUNT)
            return replace(proposal, terms={**terms, "was": account.reserve})
        case Act.PAY:
            return await _payable(proposal, actor, ports)
        case Act.REFUND:
            return await _refunded(proposal, actor, ports)
        case Act.ORDER:
            return await _reordered(proposal, actor, ports)
    return await _of_binding(proposal, actor, ports)


async def _declaration(actor: Actor, ports: Ports) -> str:
    policy = await policy_of(actor, ports)
    if policy is None:
        raise refuse(Code.REGION_NOT_OPEN)
    return policy.declaration_version


async def _of_binding(proposal: Proposal, actor: Actor, ports: Ports) -> Proposal:
    """Refresh what is about one binding, if that may still be done to it."""
    binding = await _binding(proposal, actor, ports)
    terms = dict(proposal.terms)
    if proposal.act is Act.LIMIT and isinstance(binding, BindingAsSharer):
        terms = _limited(terms, binding.limit)
    if not may_still(replace(proposal, terms=terms), binding):
        raise refuse(Code.MOVE_NOT_ALLOWED)
    if proposal.act is Act.ACCEPT:
        terms["declaration"] = await _declaration(actor, ports)
    if proposal.act is Act.END:
        terms["plan"] = (await quote_end(binding.id, actor, ports)).plan
    return replace(proposal, terms=terms)


async def _binding(proposal: Proposal, actor: Actor, ports: Ports) -> BindingView:
    found = proposal.binding_id and await see_binding(proposal.binding_id, actor, ports)
    if not found:
        raise refuse(Code.NOT_FOUND, "bindingId")
    return found


def _limited(terms: Mapping[str, object], was: Limit) -> dict[str, object]:
    """Return the three limits as they will be: one is set, the others stay as they are."""
    amount = terms["amount"]
    if terms["period"] is None:
        limits: list[int | None] = [None] * len(LimitPeriod)
    else:
        place = list(LimitPeriod).index(LimitPeriod(str(terms["period"])))
        limits = write_limit(was)
        limits[place] = None if amount is None else int(str(amount))
    return {**terms, "limit": limits, "was": write_limit(was)}


async def _payable(proposal: Proposal, actor: Actor, ports: Ports) -> Proposal:
    one = await _premium_of(proposal, actor, ports)
    if one.reasons:
        raise Refusal(*one.reasons)
    return replace(proposal, terms=pay_terms(one.tariff, from_own=one.from_own, plan=one.plan))


async def _unpayable(proposal: Proposal, actor: Actor, ports: Ports) -> PayablePremium | None:
    one = await _premium_of(proposal, actor, ports)
    return one if one.reasons else None


async def _premium_of(proposal: Proposal, actor: Actor, ports: Ports) -> PayablePremium:
    about = (proposal.binding_id, proposal.terms["year"])
    for one in await list_payable_premiums(actor, ports):
        if (one.binding_id, one.tariff.year) == about:
            return one
    raise refuse(Code.PREMIUM_NOT_PAYABLE)


async def _refunded(proposal: Proposal, actor: Actor, ports: Ports) -> Proposal:
    premium_id = proposal.premium_id
    found = {} if premium_id is None else await see_premiums([premium_id], actor, ports)
    premium = None if premium_id is None else found.get(premium_id)
    if premium is None or premium.payer_id != actor.person_id:
        raise refuse(Code.NOT_FOUND, "premiumId")
    refuse_any(reasons_against_refund(premium.status, premium.year, ports.clock.now()))
    return replace(proposal, terms=refund_terms(premium))


async def _reordered(proposal: Proposal, actor: Actor, ports: Ports) -> Proposal:
    """Refresh an order: who came since is last, who left is left out."""
    family = await family_of(actor, ports)
    if family is None:
        raise refuse(Code.REGION_NOT_OPEN)
    live = [str(one.id) for one in family.sharers]
    if str(proposal.binding_id) not in live:
        raise refuse(Code.MOVE_NOT_ALLOWED)
    wished = [one for one in proposal.terms["order"] if one in live]
    order = [*wished, *(one for one in live if one not in wished)]
    return replace(proposal, terms={"order": order, "version": family.order_version})
