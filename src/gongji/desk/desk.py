"""The desk in front of what moves money: natural batching, a bounded queue, a fair share for each.

Bills, reversals and premiums are done together with what waits of their kind at the same moment.
There is no timer: a clerk of the desk takes what waits, at most ``MOST_TOGETHER`` requests of one
kind, one of each sender in turn, and does them in one transaction; meanwhile the next ones gather.
A lone request goes at once. A client that goes away changes nothing: its request is done, its key
tells later.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Final, Generic, Self, TypeVar
from uuid import UUID

import structlog

from gongji.domain.actor import Actor
from gongji.domain.errors import Problem, Unavailable
from gongji.usecases.pay_premium import PayPremium, ask_tax_bureau, debit
from gongji.usecases.ports import Ports
from gongji.usecases.retrying import is_silence
from gongji.usecases.reverse import Reversed, ReverseSettlement, reverse
from gongji.usecases.settle import SettleBill, Settled, settle
from gongji.usecases.transaction import Done

MOST_TOGETHER: Final = 64
"""Requests of one transaction, at most."""
MOST_WAITING: Final = 2048
"""Requests in the queue, at most; then the answer is ``UNAVAILABLE``."""
MOST_OF_ONE_SENDER: Final = 256
"""Requests of one till, person or member of staff in the queue, at most."""
CLERKS: Final = 2
"""Transactions at once: while one waits for the disk, the other decides."""
DEADLINE_S: Final = 5.0
"""How long a client is kept waiting; its request may be done all the same."""

_log = structlog.get_logger("gongji.desk")

R = TypeVar("R")
D = TypeVar("D")
Together = Callable[[Sequence[tuple[R, Actor]]], Awaitable[list[D | Problem]]]
"""Does requests in one transaction; an answer for each, in their order."""


@dataclass(frozen=True, slots=True)
class Acts:
    """What the clerks of a desk can do; each for many at once."""

    settle: Together[SettleBill, Settled]
    reverse: Together[ReverseSettlement, Reversed]
    debit: Together[PayPremium, Done]
    ask_tax_bureau: Callable[[UUID], Awaitable[None]]

    @classmethod
    def of(cls, ports: Ports) -> "Acts":
        """Return the use cases themselves."""
        return cls(
            settle=partial(settle, ports=ports),
            reverse=partial(reverse, ports=ports),
            debit=partial(debit, ports=ports),
            ask_tax_bureau=partial(ask_tax_bureau, ports=ports),
        )


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[R, D]):
    """A request in the queue, and where its answer goes."""

    request: R
    actor: Actor
    answer: "asyncio.Future[D | Problem]"


class Kind(StrEnum):
    """What is done at a desk."""

    BILLS = "bills"
    REVERSALS = "reversals"
    PREMIUMS = "premiums"


@dataclass(slots=True)
class DeskCounts:
    """What happened at a desk since it opened.

    Args:
        requests: how many were taken by a clerk, by kind.
        transactions: how many they were done in, by kind; those of split ones not counted.
        split: transactions that broke and were done one by one.
        turned_away: requests that found no place.
        late: requests whose client was told to ask again, after ``DEADLINE_S``.
    """

    requests: Counter[Kind] = field(default_factory=Counter)
    transactions: Counter[Kind] = field(default_factory=Counter)
    split: int = 0
    turned_away: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class _Line(Generic[R, D]):
    """What waits of one kind, by sender; the sender whose turn it is comes first."""

    kind: Kind
    together: Together[R, D]
    queues: OrderedDict[UUID, deque[_Waiting[R, D]]] = field(default_factory=OrderedDict)

    def put(self, waiting: _Waiting[R, D]) -> None:
        """Put a request behind those of its sender."""
        self.queues.setdefault(waiting.actor.subject, deque()).append(waiting)

    def take(self) -> Iterator[_Waiting[R, D]]:
        """Take one request of each sender in turn, until there are none or enough."""
        for _ in range(MOST_TOGETHER):
            if not self.queues:
                return
            sender, queue = self.queues.popitem(last=False)
            yield queue.popleft()
            if queue:
                self.queues[sender] = queue


class Desk:
    """Takes single requests, does them together, gives each its own answer.

    Args:
        acts: what is done.
        clerks: transactions at once.
        most_waiting: requests in the queue, at most.
        most_of_one_sender: requests of one sender in the queue, at most.
        deadline_s: seconds that a client is kept waiting.
    """

    def __init__(
        self,
        acts: Acts,
        *,
        clerks: int = CLERKS,
        most_waiting: int = MOST_WAITING,
        most_of_one_sender: int = MOST_OF_ONE_SENDER,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._bills: Final = _Line(Kind.BILLS, acts.settle)
        self._reversals: Final = _Line(Kind.REVERSALS, acts.reverse)
        self._premiums: Final = _Line(Kind.PREMIUMS, acts.debit)
        self._ask_tax_bureau: Final = acts.ask_tax_bureau
        self.counts: Final = DeskCounts()
        self._clerks: Final = clerks
        self._most_waiting: Final = most_waiting
        self._most_of_one_sender: Final = most_of_one_sender
        self._deadline_s: Final = deadline_s
        self._turns: Final[deque[_Line[Any, Any]]] = deque(
            (self._bills, self._reversals, self._premiums)
        )
        self._waiting = 0
        self._waiting_of: Final[Counter[UUID]] = Counter()
        self._at_work: Final[set[asyncio.Task[None]]] = set()
        self._is_open = True

    @property
    def waiting(self) -> int:
        """Return how many requests wait to be taken."""
        return self._waiting

    async def settle(self, request: SettleBill, actor: Actor) -> Settled:
        """Settle a bill together with those that wait at the same moment.

        Raises:
            Unavailable: the queue or the sender's share of it is full, the desk has closed, or the
                answer takes too long; the same key may be sent again, and tells what happened.
            Problem: the bill's own answer, where it was not settled.

        Clause: as ``usecases.settle``.
        """
        return await self._done(self._bills, request, actor)

    async def reverse(self, request: ReverseSettlement, actor: Actor) -> Reversed:
        """Reverse a settlement together with what waits at the same moment.

        Raises:
            Unavailable, Problem: as ``settle``.

        Clause: as ``usecases.reverse``.
        """
        return await self._done(self._reversals, request, actor)

    async def pay_premium(self, request: PayPremium, actor: Actor) -> Done:
        """Debit a premium together with what waits at the same moment, then ask the tax bureau.

        The bureau has its own time to answer (``pay_premium.MOST_ASKED_S``), after the deadline of
        the desk; until it does, the premium stays debited.

        Returns:
            The premium's id; its state is to be read afterwards: debited, confirmed, or failed and
            given back.

        Raises:
            Unavailable, Problem: as ``settle``.

        Clause: as ``usecases.pay_premium``.
        """
        done = await self._done(self._premiums, request, actor)
        await self._ask_tax_bureau(done.id)
        return done

    async def _done(self, line: _Line[R, D], request: R, actor: Actor) -> D:
        answer = self._enqueue(line, request, actor)
        self._call_a_clerk()
        try:
            async with asyncio.timeout(self._deadline_s):
                told = await asyncio.shield(answer)
        except TimeoutError:
            self.counts.late += 1
            raise Unavailable from None
        if isinstance(told, Problem):
            raise told
        return told

    def _enqueue(
        self, line: _Line[R, D], request: R, actor: Actor
    ) -> "asyncio.Future[D | Problem]":
        is_full = (
            self._waiting >= self._most_waiting
            or self._waiting_of[actor.subject] >= self._most_of_one_sender
        )
        if is_full or not self._is_open:
            self.counts.turned_away += 1
            raise Unavailable
        answer: asyncio.Future[D | Problem] = asyncio.get_running_loop().create_future()
        # A client that went away leaves a failed answer unread, which is no one's error.
        answer.add_done_callback(_read)
        line.put(_Waiting(request, actor, answer))
        self._waiting += 1
        self._waiting_of[actor.subject] += 1
        return answer

    def _call_a_clerk(self) -> None:
        # A clerk that has found nothing more is done at once, but leaves the set a moment later:
        # counted as at work meanwhile, it would leave what has just come without anybody.
        if sum(not clerk.done() for clerk in self._at_work) < self._clerks:
            clerk = asyncio.create_task(self._work())
            self._at_work.add(clerk)
            clerk.add_done_callback(self._at_work.discard)

    async def _work(self) -> None:
        while (line := self._next_line()) is not None:
            batch = list(line.take())
            self._forget(batch)
            self.counts.requests[line.kind] += len(batch)
            self.counts.transactions[line.kind] += 1
            await self._serve(line.together, batch)

    def _forget(self, taken: Sequence[_Waiting[Any, Any]]) -> None:
        """Count no longer who was taken."""
        self._waiting -= len(taken)
        for waiting in taken:
            sender = waiting.actor.subject
            self._waiting_of[sender] -= 1
            if not self._waiting_of[sender]:
                del self._waiting_of[sender]

    def _next_line(self) -> _Line[Any, Any] | None:
        """Return the next kind of which something waits; the kinds take turns."""
        for _ in range(len(self._turns)):
            self._turns.rotate(-1)
            if self._turns[-1].queues:
                return self._turns[-1]
        return None

    async def _serve(self, together: Together[R, D], batch: Sequence[_Waiting[R, D]]) -> None:
        try:
            answers = await together([(waiting.request, waiting.actor) for waiting in batch])
        except Exception as failure:  # noqa: BLE001 - the edge of a batch: each is answered
            await self._serve_broken(together, batch, failure)
            return
        for waiting, answer in zip(batch, answers, strict=True):
            _tell(waiting, answer)

    async def _serve_broken(
        self, together: Together[R, D], batch: Sequence[_Waiting[R, D]], failure: Exception
    ) -> None:
        """Keep what breaks a transaction from breaking its neighbours."""
        if len(batch) == 1 or is_silence(failure):
            for waiting in batch:
                _fail(waiting, failure)
            return
        self.counts.split += 1
        _log.warning("batch_split", requests=len(batch), error=type(failure).__qualname__)
        for waiting in batch:
            await self._serve(together, [waiting])

    async def __aenter__(self) -> Self:
        """Open for as long as the block runs."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close at the end of the block."""
        await self.close()

    async def close(self) -> None:
        """Take no more requests, and finish those that wait."""
        self._is_open = False
        while self._at_work:
            await asyncio.gather(*self._at_work, return_exceptions=True)


def _tell(waiting: _Waiting[R, D], answer: D | Problem) -> None:
    with suppress(asyncio.InvalidStateError):
        waiting.answer.set_result(answer)


def _fail(waiting: _Waiting[Any, Any], failure: Exception) -> None:
    with suppress(asyncio.InvalidStateError):
        waiting.answer.set_exception(failure)


def _read(answer: "asyncio.Future[Any]") -> None:
    if not answer.cancelled():
        answer.exception()
