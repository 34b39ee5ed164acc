"""The desk in front of ``settle``: natural batching, a bounded queue, a fair share for each till.

There is no timer. A clerk of the desk takes what waits, at most ``MOST_TOGETHER`` bills, one of
each till in turn, and settles it in one transaction; meanwhile the next bills gather. A lone bill
goes at once. A client that goes away changes nothing: its bill is settled, its key tells later.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

import structlog

from gongji.domain.actor import Actor
from gongji.domain.errors import Problem, Unavailable
from gongji.usecases.settle import Answer, SettleBill, Settled

MOST_TOGETHER: Final = 64
"""Bills of one transaction, at most."""
MOST_WAITING: Final = 2048
"""Bills in the queue, at most; then the answer is ``UNAVAILABLE``."""
MOST_OF_ONE_TILL: Final = 256
"""Bills of one institution in the queue, at most."""
CLERKS: Final = 2
"""Transactions at once: while one waits for the disk, the other decides."""
DEADLINE_S: Final = 5.0
"""How long a client is kept waiting; its bill may be settled all the same."""

_log = structlog.get_logger("gongji.desk")

Bill = tuple[SettleBill, Actor]
SettleTogether = Callable[[Sequence[Bill]], Awaitable[list[Answer]]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A bill in the queue, and where its answer goes."""

    bill: Bill
    answer: "asyncio.Future[Answer]"

    @property
    def till(self) -> UUID:
        return self.bill[1].subject


class Desk:
    """Takes single bills, settles them together, gives each its own answer.

    Args:
        settle_together: settles bills in one transaction.
        clerks: transactions at once.
        most_waiting: bills in the queue, at most.
        most_of_one_till: bills of one institution in the queue, at most.
        deadline_s: seconds that a client is kept waiting.
    """

    def __init__(
        self,
        settle_together: SettleTogether,
        *,
        clerks: int = CLERKS,
        most_waiting: int = MOST_WAITING,
        most_of_one_till: int = MOST_OF_ONE_TILL,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._settle_together: Final = settle_together
        self._clerks: Final = clerks
        self._most_waiting: Final = most_waiting
        self._most_of_one_till: Final = most_of_one_till
        self._deadline_s: Final = deadline_s
        self._queues: Final[OrderedDict[UUID, deque[_Waiting]]] = OrderedDict()
        self._waiting = 0
        self._at_work: Final[set[asyncio.Task[None]]] = set()
        self._is_open = True

    @property
    def waiting(self) -> int:
        """Return how many bills wait to be taken."""
        return self._waiting

    async def settle(self, request: SettleBill, actor: Actor) -> Settled:
        """Settle one bill together with those that wait at the same moment.

        Raises:
            Unavailable: the queue or the till's share of it is full, the desk has closed, or the
                answer takes too long; the same key may be sent again, and tells what happened.
            Problem: the bill's own answer, where it was not settled.

        Clause: as ``usecases.settle``.
        """
        waiting = self._enqueue((request, actor))
        self._call_a_clerk()
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await asyncio.shield(waiting.answer)
        except TimeoutError:
            raise Unavailable from None
        if isinstance(answer, Problem):
            raise answer
        return answer

    def _enqueue(self, bill: Bill) -> _Waiting:
        queue = self._queues.setdefault(bill[1].subject, deque())
        is_full = self._waiting >= self._most_waiting or len(queue) >= self._most_of_one_till
        if is_full or not self._is_open:
            if not queue:
                del self._queues[bill[1].subject]
            raise Unavailable
        waiting = _Waiting(bill, asyncio.get_running_loop().create_future())
        # A client that went away leaves a failed answer unread, which is no one's error.
        waiting.answer.add_done_callback(_read)
        queue.append(waiting)
        self._waiting += 1
        return waiting

    def _call_a_clerk(self) -> None:
        if len(self._at_work) < self._clerks:
            clerk = asyncio.create_task(self._work())
            self._at_work.add(clerk)
            clerk.add_done_callback(self._at_work.discard)

    async def _work(self) -> None:
        while batch := list(self._take()):
            await self._serve(batch)

    def _take(self) -> Iterator[_Waiting]:
        """Take one bill of each till in turn, until there are none or enough."""
        for _ in range(min(self._waiting, MOST_TOGETHER)):
            till, queue = self._queues.popitem(last=False)
            yield queue.popleft()
            self._waiting -= 1
            if queue:
                self._queues[till] = queue

    async def _serve(self, batch: Sequence[_Waiting]) -> None:
        try:
            answers = await self._settle_together([waiting.bill for waiting in batch])
        except Exception as failure:  # noqa: BLE001 - the edge of a batch: each is answered
            await self._serve_one_by_one(batch, failure)
            return
        for waiting, answer in zip(batch, answers, strict=True):
            _tell(waiting, answer)

    async def _serve_one_by_one(self, batch: Sequence[_Waiting], failure: Exception) -> None:
        """Keep what breaks a transaction from breaking its neighbours."""
        if len(batch) == 1:
            _fail(batch[0], failure)
            return
        _log.warning("batch_split", bills=len(batch), error=type(failure).__qualname__)
        for waiting in batch:
            await self._serve([waiting])

    async def __aenter__(self) -> Self:
        """Open for as long as the block runs."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close at the end of the block."""
        await self.close()

    async def close(self) -> None:
        """Take no more bills, and finish those that wait."""
        self._is_open = False
        while self._at_work:
            await asyncio.gather(*self._at_work, return_exceptions=True)


def _tell(waiting: _Waiting, answer: Answer) -> None:
    with suppress(asyncio.InvalidStateError):
        waiting.answer.set_result(answer)


def _fail(waiting: _Waiting, failure: Exception) -> None:
    with suppress(asyncio.InvalidStateError):
        waiting.answer.set_exception(failure)


def _read(answer: "asyncio.Future[Answer]") -> None:
    if not answer.cancelled():
        answer.exception()
