"""Press a button of a card: stored first, done under the press's own key, concluded with a reply.

One press of a card is open at a time. Whoever presses meanwhile, on whatever device, waits for that
one; what a kill has left open is found and done again under the same key.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from gongji.domain.actor import Actor
from gongji.domain.conversation import Card, Draft, Message, Press, PressOutcome, press_id
from gongji.domain.events import EventKind, RecordedEvent
from gongji.store.conversations import append, lock_conversation, replies_to, touch_message
from gongji.store.database import pool
from gongji.store.ids import request_key_id
from gongji.store.locks import stored_keys
from gongji.store.outbox import event_to_tell
from gongji.store.presses import conclude_press, latest_presses, put_press
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import retried


@dataclass(frozen=True, slots=True)
class PressButton:
    """A button to be pressed, as the card showed it a moment ago.

    Args:
        is_shown: whether the card showed that button.
        is_single_use: whether one press is all that the card takes, of whatever button.
        seen_attempt: attempt of the card's latest press that was seen then; 0: none.
    """

    message: Message
    button: str
    is_shown: bool
    is_single_use: bool
    seen_attempt: int


async def press_button(asked: PressButton, actor: Actor, ports: Ports) -> Press | None:
    """Store a press, or return the one to wait for, or to hear the answer of.

    Args:
        actor: the person whose conversation it is, or who acts for the person.

    Returns:
        None where there is no such button any more, and it was not the one pressed last.

    Raises:
        Unavailable: the database is silent.
    """
    return await retried(lambda: _press(asked, actor, ports))


async def _press(asked: PressButton, actor: Actor, ports: Ports) -> Press | None:
    message = asked.message
    async with in_transaction() as connection:
        await lock_conversation(connection, message.person_id)
        latest = (await latest_presses(connection, [message.id])).get(message.id)
        if latest is not None and latest.outcome is None:
            return latest
        attempt = 0 if latest is None else latest.attempt
        if not asked.is_shown or attempt != asked.seen_attempt:
            return latest if latest is not None and _is_answered_by(latest, asked) else None
        press = Press(
            id=press_id(message.id, attempt=attempt + 1, button=asked.button),
            message_id=message.id,
            person_id=message.person_id,
            attempt=attempt + 1,
            button=asked.button,
            actor=actor,
            pressed_at=ports.clock.now(),
        )
        await put_press(connection, press)
        await touch_message(connection, message.person_id, message.id)
        return press


def _is_answered_by(latest: Press, asked: PressButton) -> bool:
    return asked.is_single_use or latest.button == asked.button


async def was_done(press: Press) -> bool:
    """Tell whether what a press stands for was done or refused under its key, and is answered."""
    return bool(await stored_keys(pool(), [request_key_id(press.actor.subject, press.id)]))


@dataclass(frozen=True, slots=True)
class Telling:
    """The event that a press has caused: its reply tells of it, so that no second message does.

    Args:
        kinds: what may have happened.
        ids: what it is about.
        card_of: the card by which this person hears of it; None: not at all.
    """

    kinds: frozenset[EventKind]
    ids: Mapping[str, UUID]
    card_of: Callable[[RecordedEvent, UUID], Card | None]


async def conclude(
    press: Press,
    outcome: PressOutcome,
    draft: Draft,
    ports: Ports,
    telling: Telling | None = None,
) -> Message:
    """Conclude a press with its reply; returns the reply that came first.

    Args:
        telling: what the reply tells of, if nobody has told this person of it yet.

    Raises:
        Unavailable: the database is silent; the press stays open and is found again.
    """
    return await retried(lambda: _conclude(press, outcome, draft, ports, telling))


async def _conclude(
    press: Press, outcome: PressOutcome, draft: Draft, ports: Ports, telling: Telling | None
) -> Message:
    async with in_transaction() as connection:
        await lock_conversation(connection, press.person_id)
        if await conclude_press(connection, press.id, outcome):
            answer = replace(draft, replies_to=press.id)
            if telling is not None:
                answer = await _telling_of(connection, answer, telling, press.person_id)
            # A press without its reply would stay so for ever: rather is it not concluded.
            (_,) = await append(connection, press.person_id, [answer], ports.clock.now())
            await touch_message(connection, press.person_id, press.message_id)
    return (await replies_to(pool(), [press.id]))[press.id]


async def _telling_of(
    connection: BaseDBAsyncClient, answer: Draft, telling: Telling, person_id: UUID
) -> Draft:
    event = await event_to_tell(connection, person_id, telling.kinds, telling.ids)
    card = None if event is None else telling.card_of(event, person_id)
    return (
        answer if event is None or card is None else replace(answer, card=card, event_id=event.id)
    )
