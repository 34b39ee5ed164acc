"""The answerer: answers the messages, and does the presses, that a kill has left.

Several processes may look at once. What cannot be answered is logged and counted, keeps nothing
else waiting, and is told so to whoever waits for it once it has failed for a while.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import structlog

from gongji.chat import texts
from gongji.chat.conversation import answer, do_and_conclude
from gongji.chat.said import Said
from gongji.chat.talk import Talk
from gongji.desk.desk import Desk
from gongji.domain.conversation import Message, Press, PressOutcome
from gongji.domain.errors import Unavailable
from gongji.store.conversations import messages_by_id, unanswered_messages
from gongji.store.database import pool
from gongji.store.outages import is_outage
from gongji.store.presses import open_presses
from gongji.usecases.ports import Ports
from gongji.usecases.press_button import conclude
from gongji.usecases.reply import reply

ANSWERED_WITHIN: Final = timedelta(seconds=30)
"""How long whoever took a message may take to answer it, before it is answered here."""
GIVEN_UP_AFTER: Final = timedelta(minutes=5)
"""How old a message is that is answered with an apology if it cannot be answered otherwise."""
SWEPT_FOR: Final = timedelta(days=2)
"""How old a message may be that is still answered."""
MOST_AT_ONCE: Final = 50
"""Messages, or presses, that are read at once; all that wait are gone through."""

T = TypeVar("T", Message, Press)
_log = structlog.get_logger("gongji.answerer")


@dataclass(slots=True)
class AnswererCounts:
    """What one answerer has done; every count only ever grows.

    Args:
        answered: messages and presses that a kill had left.
        failures: attempts that failed.
        given_up: messages and presses that were answered with an apology.
    """

    answered: int = 0
    failures: int = 0
    given_up: int = 0


class Answerer:
    """Goes through what was left, now and then."""

    def __init__(self, desk: Desk) -> None:
        self.counts: Final = AnswererCounts()
        self._desk: Final = desk

    async def answer_what_was_left(self, ports: Ports) -> int:
        """Answer messages, and do presses, that a kill left; returns how many.

        Of a message only what was kept of it is read: an invitation has lost its number, and is
        asked to be sent again.

        Raises:
            Unavailable: the database is silent.
        """
        now, before = ports.clock.now(), self.counts.answered
        await self._messages(ports, now)
        await self._presses(ports, now)
        return self.counts.answered - before

    async def _messages(self, ports: Ports, now: datetime) -> None:
        beyond: UUID | None = None
        while found := await unanswered_messages(
            pool(),
            sent_before=now - ANSWERED_WITHIN,
            sent_since=now - SWEPT_FOR,
            beyond=beyond,
            limit=MOST_AT_ONCE,
        ):
            for one in found:
                is_old = one.sent_at < now - GIVEN_UP_AFTER
                await self._try(one, ports, _answered, _apologise if is_old else None)
            beyond = found[-1].id

    async def _presses(self, ports: Ports, now: datetime) -> None:
        beyond: Press | None = None
        while found := await open_presses(
            pool(),
            pressed_before=now - ANSWERED_WITHIN,
            pressed_since=now - SWEPT_FOR,
            beyond=beyond,
            limit=MOST_AT_ONCE,
        ):
            for one in found:
                is_old = one.pressed_at < now - GIVEN_UP_AFTER
                await self._try(one, ports, _done, _conclude if is_old else None)
            beyond = found[-1]

    async def _try(
        self,
        one: T,
        ports: Ports,
        act: Callable[[T, Talk], Awaitable[object]],
        give_up: Callable[[T, Ports], Awaitable[object]] | None,
    ) -> None:
        """Do what was left; where that fails, say so, and go on with the next."""
        try:
            await act(one, self._talk(one, ports))
        except Exception as failure:
            # Whatever it is: told and counted, it must not keep the next one waiting for ever.
            if _is_outage(failure):
                raise
            self._tell(one, failure, is_given_up=give_up is not None)
            if give_up is None or isinstance(failure, Unavailable):
                return
            await give_up(one, ports)
            self.counts.given_up += 1
        else:
            self.counts.answered += 1

    def _talk(self, one: Message | Press, ports: Ports) -> Talk:
        if one.actor is None:
            raise ValueError("only what somebody has sent or pressed waits for an answer")
        return Talk(one.actor, ports, self._desk)

    def _tell(self, one: Message | Press, failure: Exception, *, is_given_up: bool) -> None:
        self.counts.failures += 1
        _log.error(
            "not_answered",
            id=str(one.id),
            kind=type(one).__name__.lower(),
            is_given_up=is_given_up,
            exc_info=failure,
        )


def _is_outage(failure: Exception) -> bool:
    """Tell whether it is the database that is silent, so that all others would fail too."""
    cause = failure.__cause__ if isinstance(failure, Unavailable) else failure
    return isinstance(cause, Exception) and is_outage(cause)


async def _answered(message: Message, talk: Talk) -> None:
    await answer(message, message.text or "", talk)


async def _apologise(message: Message, ports: Ports) -> None:
    await reply(message, Said(texts.CANNOT_ANSWER).draft, ports)


async def _done(press: Press, talk: Talk) -> None:
    found = await messages_by_id(pool(), [press.message_id])
    await do_and_conclude(press, found[press.message_id], talk)


async def _conclude(press: Press, ports: Ports) -> None:
    """Conclude a press of which nobody knows how far it came: what it does is done once, or not."""
    await conclude(press, PressOutcome.FAILED, Said(texts.CANNOT_TELL).draft, ports)
