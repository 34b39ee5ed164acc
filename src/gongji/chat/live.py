"""What the cards of some messages stand for now, as this person may see it, read in a few look-ups.

Everything comes out of the views, which hold what a person may not know (G18).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from gongji.chat.proposals import Act, Proposal, read_options
from gongji.domain.actor import Actor
from gongji.domain.conversation import Card, CardKind, Message, Press
from gongji.domain.errors import Refusal
from gongji.domain.policy import Policy, UnsetOrder
from gongji.domain.premium import Premium
from gongji.store.database import pool
from gongji.store.presses import latest_presses
from gongji.store.reading.accounts import SharedDraw
from gongji.store.reading.months import Month
from gongji.usecases.ports import Ports
from gongji.usecases.views.accounts import see_draws
from gongji.usecases.views.bindings import BindingView, see_bindings
from gongji.usecases.views.families import FamilyAccount, see_family_account
from gongji.usecases.views.months import sum_up_month
from gongji.usecases.views.own import OwnAccount, see_own_account
from gongji.usecases.views.premiums import PayablePremium, list_payable_premiums, see_premiums
from gongji.usecases.views.registry import see_policy
from gongji.usecases.views.settlements import SeenSettlement, see_settlements

MOST_PLACES: Final = 9
"""Places in the order that are offered on a card; further ones are set afterwards."""


@dataclass(frozen=True, slots=True)
class Live:
    """What cards stand for, at one moment, for one person.

    Args:
        person_id: whose conversation it is; None where no card needs it.
        months: summed up, by their first day; none without an account.
        draws: on this person's account, by settlement.
        family: None where no card needs it, and in a region without a policy; ``policy`` likewise.
        presses: the latest of each message.
    """

    at: datetime
    person_id: UUID | None = None
    bindings: Mapping[UUID, BindingView] = field(default_factory=dict)
    settlements: Mapping[UUID, SeenSettlement] = field(default_factory=dict)
    draws: Mapping[UUID, SharedDraw] = field(default_factory=dict)
    premiums: Mapping[UUID, Premium] = field(default_factory=dict)
    payable: tuple[PayablePremium, ...] = ()
    family: FamilyAccount | None = None
    account: OwnAccount | None = None
    policy: Policy | None = None
    presses: Mapping[UUID, Press] = field(default_factory=dict)
    months: Mapping[date, Month] = field(default_factory=dict)

    @property
    def places(self) -> tuple[int, ...]:
        """Return the places of which one must be chosen when accepting; mostly there are none.

        Clause: S2.3, G1.
        """
        return places_to_choose(self.family, self.policy)

    def payable_of(self, binding_id: UUID | None, year: int) -> PayablePremium | None:
        """Return a premium that could be paid over a binding for a year."""
        fitting = (x for x in self.payable if (x.binding_id, x.tariff.year) == (binding_id, year))
        return next(fitting, None)


_OF_OWN_BILLS: Final = {CardKind.RECEIPT, CardKind.REVERSAL}
_OF_DRAWS: Final = {CardKind.DRAW, CardKind.REVERSAL}


async def load_live(messages: Iterable[Message], actor: Actor, ports: Ports) -> Live:
    """Read what the cards of some messages stand for.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.
    """
    carded = [one for one in messages if one.card is not None]
    cards = [one.card for one in carded if one.card is not None]
    if not cards:
        return Live(ports.clock.now())
    kinds = {card.kind for card in cards}
    proposals = [proposal for card in cards for proposal in proposals_of(card)]
    acts = {proposal.act for proposal in proposals}
    bound = {one.binding_id for one in proposals if one.binding_id is not None}
    billed = _ids((card for card in cards if card.kind in _OF_OWN_BILLS), "settlement")
    drawn = _ids((card for card in cards if card.kind in _OF_DRAWS), "settlement")
    paid = {one.premium_id for one in proposals if one.premium_id is not None}
    paid |= _ids(cards, "premium")
    bound |= _ids(cards, "binding")
    payable: tuple[PayablePremium, ...] = ()
    if Act.PAY in acts or any(map(_is_about_paying, cards)):
        payable = await _payable(actor, ports)
    if CardKind.PREMIUM_WINDOW in kinds:
        bound |= {one.binding_id for one in payable}
    policy = None
    if acts & {Act.INVITE, Act.ACCEPT} or kinds & {CardKind.INVITATION, CardKind.BINDING}:
        policy = await policy_of(actor, ports)
    shows_family = Act.ORDER in acts or kinds & {CardKind.ORDER, CardKind.BENEFICIARIES}
    return Live(
        at=ports.clock.now(),
        person_id=actor.person_id,
        bindings=await see_bindings(bound, actor, ports) if bound else {},
        settlements=await see_settlements(billed, actor, ports) if billed else {},
        draws=await see_draws(drawn, actor, ports) if drawn else {},
        premiums=await see_premiums(paid, actor, ports) if paid else {},
        payable=payable,
        family=(
            await family_of(actor, ports)
            if shows_family or (_wants_place(policy) and CardKind.INVITATION in kinds)
            else None
        ),
        account=(
            await see_own_account(actor, ports)
            if Act.RESERVE in acts or CardKind.BALANCE in kinds
            else None
        ),
        policy=policy,
        presses=await latest_presses(pool(), [one.id for one in carded]),
        months=await _months(cards, actor, ports),
    )


async def _months(cards: Iterable[Card], actor: Actor, ports: Ports) -> dict[date, Month]:
    wanted = {first_of_month(card) for card in cards if card.kind is CardKind.STATEMENT}
    found = {first: await sum_up_month(actor, ports, first) for first in sorted(wanted)}
    return {first: month for first, month in found.items() if month is not None}


def first_of_month(card: Card) -> date:
    """Return the first day of the month that a card sums up."""
    return date(card.terms["year"], card.terms["month"], 1)


def _wants_place(policy: Policy | None) -> bool:
    return policy is not None and policy.unset_order is UnsetOrder.REQUIRED_ON_ACCEPT


def places_to_choose(family: FamilyAccount | None, policy: Policy | None) -> tuple[int, ...]:
    """Return the places of which one must be chosen when accepting, the first ones.

    Clause: S2.3, G1 (``REQUIRED_ON_ACCEPT``).
    """
    if family is None or not family.sharers or not _wants_place(policy):
        return ()
    return tuple(range(1, len(family.sharers) + 2))[:MOST_PLACES]


def proposals_of(card: Card) -> tuple[Proposal, ...]:
    """Return what a card proposes; nothing for cards that ask nothing."""
    if card.kind is CardKind.CONFIRM:
        return (Proposal.read(card.terms),)
    return read_options(card) if card.kind is CardKind.CHOICE else ()


def _ids(cards: Iterable[Card], role: str) -> set[UUID]:
    def found() -> Iterator[UUID]:
        for card in cards:
            if role in card.ids:
                yield card.ids[role]

    return set(found())


def _is_about_paying(card: Card) -> bool:
    is_payable = card.kind is CardKind.PREMIUM and "premium" not in card.ids
    return is_payable or card.kind is CardKind.PREMIUM_WINDOW


async def _payable(actor: Actor, ports: Ports) -> tuple[PayablePremium, ...]:
    """Return the premiums that could be paid; none where a relative's region has no policy."""
    try:
        return await list_payable_premiums(actor, ports)
    except Refusal:
        return ()


async def family_of(actor: Actor, ports: Ports) -> FamilyAccount | None:
    """Return the family account; None in a region without a policy, and for a stranger."""
    try:
        return await see_family_account(actor, ports)
    except Refusal:
        return None


async def policy_of(actor: Actor, ports: Ports) -> Policy | None:
    """Return the policy of the person's region; None where there is none, and for a stranger."""
    try:
        return await see_policy(actor, ports)
    except Refusal:
        return None
