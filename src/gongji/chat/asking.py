"""Replies to what a person wants to know. Nothing here changes anything."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from gongji.chat import texts
from gongji.chat.intents import (
    Ask,
    Balance,
    Beneficiaries,
    Contact,
    Help,
    LastBill,
    Quote,
    Sharers,
    Statement,
    Thanks,
    Topic,
    WhyNotUsed,
)
from gongji.chat.live import family_of
from gongji.chat.relatives import fitting
from gongji.chat.reminders import statement_card
from gongji.chat.said import Said, nobody, refused
from gongji.chat.suggesting import suggest
from gongji.chat.wards import addressed
from gongji.domain.actor import Actor
from gongji.domain.binding import LIVE, BindingStatus
from gongji.domain.conversation import Card, CardKind, Draft
from gongji.domain.errors import Refusal
from gongji.domain.explanation import Outcome, ToldStep, Viewer, tell, told_order
from gongji.domain.money import NOTHING, yuan
from gongji.domain.page import PageRequest
from gongji.domain.settlement import Settlement
from gongji.store.reading.lookups import masked_sharer_names
from gongji.store.reading.settlements import Chosen
from gongji.usecases.ports import Ports
from gongji.usecases.quote import UncountedQuote, quote_uncounted
from gongji.usecases.reply import Counted
from gongji.usecases.views.bindings import BindingAsBeneficiary, BindingAsSharer, see_bindings
from gongji.usecases.views.months import sum_up_month
from gongji.usecases.views.own import OwnAccount, see_own_account
from gongji.usecases.views.relatives import list_relatives
from gongji.usecases.views.settlements import list_settlements

_HELPED: Final = (
    Topic.BALANCE,
    Topic.SHARERS,
    Topic.BENEFICIARIES,
    Topic.LAST_BILL,
    Topic.STATEMENT,
    Topic.QUOTE,
    Topic.INVITE,
    Topic.ORDER,
    Topic.PREMIUM,
    Topic.LIMIT,
    Topic.PAUSE,
    Topic.END,
)


async def answer_question(asked: Ask, actor: Actor, ports: Ports) -> Said:
    """Answer a question of the actor, or for the ward.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.

    Clause: G18.
    """
    match asked:
        case Balance():
            return await _balance(actor, ports)
        case Sharers():
            return await _sharers(actor, ports)
        case Beneficiaries():
            return await _beneficiaries(actor, ports)
        case Quote():
            return await _quote(asked, actor, ports)
        case LastBill():
            return await _last_receipt(actor, ports)
        case WhyNotUsed():
            return await _why_not_used(asked, actor, ports)
        case Statement():
            return await _statement(asked, actor, ports)
        case Thanks() | Contact():
            return Said(texts.WELCOME if isinstance(asked, Thanks) else texts.CONTACT)
        case Help():
            return await _help_about(asked.topic, actor, ports)


async def _help_about(topic: Topic | None, actor: Actor, ports: Ports) -> Said:
    """Say what can be said, in general or about one thing."""
    if topic is Topic.INVITE:
        return Said(texts.HELP_INVITE)
    if topic is None:
        return await suggest("HELP", _HELPED, actor, ports)
    return await suggest("HELP_ABOUT", (topic,), actor, ports)


async def _none(text: str, actor: Actor, ports: Ports, **terms: int) -> Said:
    """Say that there is nothing of what was asked for, of the actor or of the ward (G19)."""
    return Said(text.format(who=await addressed(actor, ports), **terms))


async def _balance(actor: Actor, ports: Ports) -> Said:
    if await see_own_account(actor, ports) is None:
        return await _none(texts.NO_ACCOUNT, actor, ports)
    return Said(card=Card(CardKind.BALANCE, {}))


async def _sharers(actor: Actor, ports: Ports) -> Said:
    family = await family_of(actor, ports)
    if family is None:
        return Said(texts.REGION_NOT_OPEN)
    if not family.sharers:
        return await _none(texts.NO_SHARERS, actor, ports)
    return Said(card=Card(CardKind.ORDER, {}))


async def _beneficiaries(actor: Actor, ports: Ports) -> Said:
    family = await family_of(actor, ports)
    if family is None:
        return Said(texts.REGION_NOT_OPEN)
    if not family.beneficiaries:
        return await _none(texts.NO_BENEFICIARIES, actor, ports)
    return Said(card=Card(CardKind.BENEFICIARIES, {}))


async def _quote(asked: Quote, actor: Actor, ports: Ports) -> Said:
    """Quote; it is counted together with the reply that is kept, however often it is tried."""
    try:
        quote = await quote_uncounted(asked.amount, actor, ports)
    except Refusal as refusal:
        return refused(refusal)
    draft_of = partial(_draft_of_quote, asked, quote)
    return Said(counted=Counted(quote.counted_of, quote.asked_on, draft_of))


def _draft_of_quote(asked: Quote, uncounted: UncountedQuote, number: int) -> Draft:
    try:
        quote = uncounted.counted(number)
    except Refusal as refusal:
        return refused(refusal).draft
    terms = {
        "amount": asked.amount,
        "place": asked.place and str(asked.place),
        "own": quote.own,
        "rest": str(quote.rest),
        "left": quote.left_today,
    }
    return Said(card=Card(CardKind.QUOTE, {}, terms=terms)).draft


async def _last_receipt(actor: Actor, ports: Ports) -> Said:
    last = await _last_bill(actor, ports)
    if last is None:
        return await _none(texts.NO_BILL, actor, ports)
    return Said(card=Card(CardKind.RECEIPT, {"settlement": last.id}))


async def _last_bill(actor: Actor, ports: Ports) -> Settlement | None:
    page = await list_settlements(actor, ports, Chosen(), PageRequest(1))
    return page.rows[0] if page.rows else None


async def _why_not_used(asked: WhyNotUsed, actor: Actor, ports: Ports) -> Said:
    """Tell a beneficiary no more than empty or not available; the exact reason to its sharer."""
    meant = fitting(await list_relatives(actor, ports), asked.whom)
    if not meant:
        return nobody("WHY")
    told = await _told_of_last_bill(actor, ports)
    seen = await see_bindings([one.binding_id for one in meant], actor, ports)
    account = await see_own_account(actor, ports)
    sentences = []
    for one in meant:
        match seen.get(one.binding_id):
            case BindingAsSharer() as binding:
                sentences.append(_why_mine_is_not_used(binding, account))
            case BindingAsBeneficiary() as binding:
                sentences.append(_why_theirs_is_not_used(binding, told.get(binding.id)))
    return Said("\n".join(sentences))


async def _told_of_last_bill(actor: Actor, ports: Ports) -> Mapping[UUID, ToldStep]:
    """Return what the last bill's explanation tells its beneficiary of each binding."""
    last = await _last_bill(actor, ports)
    if last is None or last.explanation["cash_reason"]:
        return {}
    order = told_order(last.explanation, Viewer.BENEFICIARY)
    bindings = [None if s["binding"] is None else UUID(s["binding"]) for s in order]
    names = await masked_sharer_names([one for one in bindings if one is not None])
    told = tell(last.explanation, names, Viewer.BENEFICIARY)
    # After the accounts comes what was cash.
    steps = told[: len(bindings)]
    return {one: step for one, step in zip(bindings, steps, strict=True) if one is not None}


def _why_theirs_is_not_used(binding: BindingAsBeneficiary, told: ToldStep | None) -> str:
    if told is not None and told.outcome in {Outcome.SKIPPED, Outcome.NOT_NEEDED}:
        return texts.WHY_ON_LAST_BILL.format(sentence=told.sentence)
    return texts.WHY_NOW[binding.availability].format(name=binding.name)


def _why_mine_is_not_used(binding: BindingAsSharer, account: OwnAccount | None) -> str:
    reason = _reason(binding, account)
    reserve = NOTHING if account is None else account.reserve
    return texts.WHY_OF_MINE[reason].format(name=binding.name, reserve=yuan(reserve))


def _reason(binding: BindingAsSharer, account: OwnAccount | None) -> str:
    """Name what stops draws over a binding now, as its sharer may know it (G3, G8)."""
    if binding.status not in LIVE:
        return "NOT_LIVE"
    if binding.status is BindingStatus.PAUSED:
        return "PAUSED"
    if account is None or binding.is_suspended:
        return "STATUS"
    if account.balance == NOTHING:
        return "BALANCE"
    if binding.limit.left(binding.used) == NOTHING:
        return "LIMIT"
    return "RESERVE" if account.balance <= account.reserve else "USABLE"


async def _statement(asked: Statement, actor: Actor, ports: Ports) -> Said:
    """Sum a month of the own account up."""
    month = await sum_up_month(actor, ports, date(asked.year, asked.month, 1))
    if month is None:
        return await _none(texts.NO_ACCOUNT, actor, ports)
    if not month.entries:
        return await _none(texts.NO_STATEMENT, actor, ports, year=asked.year, month=asked.month)
    return Said(card=statement_card(asked.year, asked.month))
