"""The signals that end a program, so that what it started is always stopped.

Python runs no ``finally`` on SIGTERM and SIGHUP, and an exception in the middle of starting or
stopping a child would leave that child behind. Only the main thread may set signal handlers;
elsewhere both blocks below change nothing.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SILENT_BY_DEFAULT = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended_by_exception() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as an exception does, with its ``finally`` clauses.

    A signal that somebody ignores (``nohup``) or handles already keeps its meaning.

    Raises:
        SystemExit: a signal arrived; the exit status is 128 and its number.
    """
    chosen = [number for number in _SILENT_BY_DEFAULT if _meaning(number) is signal.SIG_DFL]
    with _handled_by(_exit, chosen):
        yield


@contextmanager
def endings_postponed() -> Iterator[None]:
    """Let the signals that would end the program wait until the block is over."""
    arrived: list[int] = []
    chosen = [number for number in ENDING if _meaning(number) is not signal.SIG_IGN]
    try:
        with _handled_by(lambda number, _: arrived.append(number), chosen):
            yield
    finally:
        for number in arrived[:1]:
            signal.raise_signal(number)


@contextmanager
def _handled_by(
    handler: Callable[[int, FrameType | None], None], numbers: list[signal.Signals]
) -> Iterator[None]:
    """Set a handler for the block, and the earlier ones again after it."""
    if threading.current_thread() is not threading.main_thread():
        numbers = []
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _meaning(number: signal.Signals) -> object:
    """Return what a signal does now."""
    return signal.getsignal(number)


def _exit(number: int, _frame: FrameType | None) -> None:
    """End the program with the status that a shell shows for a signal."""
    raise SystemExit(128 + number)
