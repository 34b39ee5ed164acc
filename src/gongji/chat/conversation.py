"""A conversation goes on: a message is answered, a button pressed.

Nothing is remembered here: everything is in the messages, their cards and the presses.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gongji.chat import texts
from gongji.chat.asking import answer_question
from gongji.chat.cards import (
    CANCEL,
    CONFIRM,
    OPTION,
    REFRESH,
    ConfirmShown,
    ConfirmState,
    ShownCard,
    show_card,
)
from gongji.chat.doing import do, telling
from gongji.chat.intents import Ambiguous, Ask, Intent, NotUnderstood
from gongji.chat.live import load_live
from gongji.chat.proposals import (
    CONFIRM_WITHIN,
    Act,
    Proposal,
    confirm_card,
    read_options,
)
from gongji.chat.proposing import ask_to_confirm, propose, refreshed
from gongji.chat.said import Said, refused
from gongji.chat.suggesting import suggest
from gongji.chat.talk import Talk
from gongji.chat.typed import masked
from gongji.chat.understanding import understand
from gongji.chat.wards import invited_ward
from gongji.domain.business_day import business_day
from gongji.domain.conversation import (
    MOST_TYPED_CHARACTERS,
    Card,
    CardKind,
    Message,
    Press,
    PressOutcome,
)
from gongji.domain.errors import PlanChanged, Refusal, StaleOrder, not_found
from gongji.store.conversations import replies_to
from gongji.store.database import pool
from gongji.usecases.press_button import PressButton, conclude, press_button, was_done
from gongji.usecases.reply import reply
from gongji.usecases.send_message import SendMessage, send_message
from gongji.usecases.views.conversations import see_conversation, see_messages


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent, and its reply."""

    message: Message
    reply: Message
    replayed: bool


async def send(request_id: UUID, text: str, talk: Talk) -> Sent:
    """Store a message, then answer it.

    Raises:
        Forbidden: the actor is no person.
        Refusal: no guardian or proxy of that ward, nothing to be read in it, or too long.
        RequestIdReused, RequestVoided: the key is another request's, or barred.
        Unavailable: the same key may be sent again.

    Clause: G18, G19.
    """
    request = SendMessage(request_id, text, masked(text[:MOST_TYPED_CHARACTERS]))
    done = await send_message(request, talk.actor, talk.ports)
    message = await _seen(done.id, talk, "onBehalfOf")
    return Sent(message, await answer(message, text, talk), done.replayed)


async def _seen(message_id: UUID, talk: Talk, *path: str) -> Message:
    """Return a message of theirs, now: a guardian may have been removed a moment ago."""
    found = await see_messages([message_id], talk.actor, talk.ports)
    if message_id not in found:
        raise not_found(*path)
    return found[message_id]


async def answer(message: Message, text: str, talk: Talk) -> Message:
    """Return the reply to a message; the first one that was stored.

    Args:
        text: as it was typed, or what was kept of that.
    """
    if (answered := (await replies_to(pool(), [message.id])).get(message.id)) is not None:
        return answered
    said = await _respond(text, talk)
    return await reply(message, said.counted or said.draft, talk.ports)


_READING: Final = ThreadPoolExecutor(1, thread_name_prefix="understanding")
"""Where sentences are understood, one after the other: a hard one takes a quarter of a second, and
neither a settlement nor a socket waits for it."""


async def _understood(text: str, talk: Talk) -> Intent:
    today = business_day(talk.ports.clock.now())
    return await asyncio.get_running_loop().run_in_executor(_READING, understand, text, today)


async def _respond(text: str, talk: Talk) -> Said:
    """Understand a text and say what there is to say; nothing is done without a confirmation."""
    intent = await _understood(text, talk)
    try:
        match intent:
            case NotUnderstood():
                return await _not_understood(intent, talk)
            case Ambiguous():
                return await propose(intent.readings, talk.actor, talk.ports)
            case _ if isinstance(intent, Ask):
                return await answer_question(intent, talk.actor, talk.ports)
            case act:
                return await propose([act], talk.actor, talk.ports)
    except Refusal as refusal:
        return refused(refusal)


async def _not_understood(intent: NotUnderstood, talk: Talk) -> Said:
    if intent.why is None:
        return await suggest("NOT_UNDERSTOOD", intent.suggestions, talk.actor, talk.ports)
    wrong = intent.why
    return Said(texts.ID_NUMBER_WRONG.format(message=wrong.message, remedy=wrong.remedy or ""))


@dataclass(frozen=True, slots=True)
class Pressed:
    """The card whose button was pressed, as it is now, and the reply.

    Args:
        reply: None where there was no such button any more.
    """

    message: Message
    reply: Message | None


async def press(message_id: UUID, button: str, talk: Talk) -> Pressed:
    """Press a button of a card; twice, late or on another device is harmless.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no such message of this person, or no guardian of that ward.
        Unavailable: the button may be pressed again.

    Clause: G18, G19.
    """
    message = await _theirs(message_id, talk)
    asked = await _as_shown(message, button, talk)
    pressed = await press_button(asked, talk.actor, talk.ports)
    told = None if pressed is None else await do_and_conclude(pressed, message, talk)
    return Pressed(await _theirs(message_id, talk), told)


async def _theirs(message_id: UUID, talk: Talk) -> Message:
    # Asked first, so that a till is forbidden and a stranger to the ward is told so.
    await see_conversation(talk.actor, talk.ports)
    return await _seen(message_id, talk, "messageId")


async def _as_shown(message: Message, button: str, talk: Talk) -> PressButton:
    """Find out whether a card shows a button now; one whose question still stands is not asked."""
    live = await load_live([message], talk.actor, talk.ports)
    card = show_card(message, live)
    latest = live.presses.get(message.id)
    is_shown = card is not None and any(one.name == button for one in card.buttons)
    if is_shown and latest is not None and latest.button == button and latest.outcome is not None:
        is_shown = not await _still_asks(latest, talk)
    if button == CONFIRM and latest is None and _is_overtaken(card):
        button, is_shown = REFRESH, True
    return PressButton(
        message,
        button,
        is_shown=is_shown,
        is_single_use=message.card is not None and message.card.kind in _SINGLE_USE,
        seen_attempt=0 if latest is None else latest.attempt,
    )


_SINGLE_USE: Final = {CardKind.CONFIRM, CardKind.CHOICE}


def _is_overtaken(card: ShownCard | None) -> bool:
    """Tell whether a card asked for what is no longer as it showed it: a fresh one is due."""
    return isinstance(card, ConfirmShown) and card.state is ConfirmState.OVERTAKEN


async def _still_asks(pressed: Press, talk: Talk) -> bool:
    """Tell whether the reply to a press is a card that still waits to be confirmed."""
    told = (await replies_to(pool(), [pressed.id])).get(pressed.id)
    if told is None or told.card is None or told.card.kind is not CardKind.CONFIRM:
        return False
    card = show_card(told, await load_live([told], talk.actor, talk.ports))
    return card is not None and bool(card.buttons)


async def do_and_conclude(pressed: Press, message: Message, talk: Talk) -> Message:
    """Do a press under its own key, as whoever pressed first, and return its reply."""
    if pressed.outcome is not None:
        return (await replies_to(pool(), [pressed.id]))[pressed.id]
    theirs = Talk(pressed.actor, talk.ports, talk.desk)
    outcome, said = await _act(pressed, message, theirs)
    return await conclude(pressed, outcome, said.draft, talk.ports, said.telling)


async def _act(pressed: Press, message: Message, talk: Talk) -> tuple[PressOutcome, Said]:
    """Do what a button stands for: it is the server that knows, from the card alone."""
    if message.card is None:
        raise ValueError("only a card has buttons")
    name, _, argument = pressed.button.partition(":")
    match name:
        case _ if name == CANCEL:
            return PressOutcome.DONE, Said(texts.CANCELLED)
        case _ if name == CONFIRM:
            return await _carry_out(Proposal.read(message.card.terms), pressed, talk)
        case _ if name == REFRESH:
            asked = Proposal.read(message.card.terms)
            return PressOutcome.OVERTAKEN, await _asked_again(asked, talk)
        case _ if name == OPTION:
            chosen = read_options(message.card)[int(argument) - 1]
            return PressOutcome.DONE, await ask_to_confirm(chosen, talk.actor, talk.ports)
    return await _act_on_event(name, argument, message.card, pressed, talk)


_AT_ONCE: Final = {Act.ACCEPT, Act.DECLINE, Act.WITHDRAW}
"""Neither moves money nor ends a binding; the card itself has shown what it does."""


async def _act_on_event(
    name: str, argument: str, card: Card, pressed: Press, talk: Talk
) -> tuple[PressOutcome, Said]:
    proposal = _meant(name, argument, card)
    if proposal.act in _AT_ONCE:
        return await _carry_out(proposal, pressed, talk)
    return PressOutcome.DONE, await ask_to_confirm(proposal, talk.actor, talk.ports)


def _meant(name: str, argument: str, card: Card) -> Proposal:
    """Return what a button stands for: ``ACCEPT@2:2025-01``, ``PAY:<binding>``, ``END``."""
    word, _, place = name.partition("@")
    act = Act(word)
    match act:
        case Act.ACCEPT:
            position = {"position": int(place)} if place else {}
            return Proposal(act, card.ids["binding"], {"declaration": argument, **position})
        case Act.PAY:
            binding_id = UUID(argument) if argument else card.ids["binding"]
            return Proposal(act, binding_id, {"year": card.terms["year"]})
        case Act.REFUND:
            return Proposal(act, card.ids["binding"], {"premium": str(card.ids["premium"])})
    return Proposal(act, card.ids["binding"])


async def _carry_out(proposal: Proposal, pressed: Press, talk: Talk) -> tuple[PressOutcome, Said]:
    """Do it, say why not, or ask again where it is no longer as it was shown.

    A press that was left for so long that its card could not be confirmed any more is asked again
    too, unless it was done before: whoever pressed it may have gone on otherwise.
    """
    is_late = pressed.pressed_at + CONFIRM_WITHIN <= talk.ports.clock.now()
    if is_late and not await was_done(pressed):
        return PressOutcome.OVERTAKEN, await _asked_again(proposal, talk)
    try:
        done = await do(proposal, pressed.id, talk)
    except (PlanChanged, StaleOrder):
        return PressOutcome.OVERTAKEN, await _asked_again(proposal, talk)
    except Refusal as refusal:
        return PressOutcome.REFUSED, refused(refusal)
    text = await _done(proposal, done.id, talk)
    return PressOutcome.DONE, Said(text, telling=telling(proposal.act, done))


async def _done(proposal: Proposal, done_id: UUID, talk: Talk) -> str:
    """Say what was done; to who invited a ward, that it is they who accept (G19)."""
    if proposal.act is Act.INVITE:
        name = await invited_ward(done_id, talk.actor, talk.ports)
        if name is not None:
            return texts.INVITED_WARD.format(name=name)
    return texts.DONE[proposal.act]


async def _asked_again(proposal: Proposal, talk: Talk) -> Said:
    try:
        fresh = await refreshed(proposal, talk.actor, talk.ports)
    except Refusal as refusal:
        return refused(refusal)
    return Said(texts.CHANGED, confirm_card(fresh))
