"""What news makes of a dated state: which news is new, which is old, which replaces another.

Clause: G15, G22.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from gongji.domain.person import Dated

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Statement(Generic[S]):
    """Somebody's state as the registry states it; without a moment it holds from now on."""

    state: S
    since: datetime | None = None


def is_pending(known: Dated[S], now: datetime) -> bool:
    """Tell whether a change is announced and still to come."""
    return known.then is not None and known.since is not None and known.since > now


def is_due(known: Dated[S], now: datetime) -> bool:
    """Tell whether an announced change has come, and nobody has drawn its consequences yet."""
    return known.then is not None and known.since is not None and known.since <= now


def after_news(known: Dated[S], news: Statement[S], *, now: datetime) -> Dated[S] | None:
    """Return the fact after news, or None where the news is old or says nothing new.

    The fact remembers the moment from which it holds, so that news of earlier moments, told again
    or told late, changes nothing. A change that is still to come is replaced by any dated news.
    """
    if news.since is not None and news.since > now:
        return _announced(known, news, now)
    pending = is_pending(known, now)
    if known.at(now) is news.state and (news.since is None or not pending):
        return None
    if news.since is not None and not pending and _is_older(news.since, known):
        return None
    return Dated(news.state, None, news.since or now)


def _announced(known: Dated[S], news: Statement[S], now: datetime) -> Dated[S] | None:
    if is_pending(known, now):
        same = known.then is news.state and known.since == news.since
    else:
        same = known.at(now) is news.state
    return None if same else Dated(known.at(now), news.state, news.since)


def _is_older(since: datetime, known: Dated[S]) -> bool:
    return known.since is not None and since < known.since


def collapsed(known: Dated[S], now: datetime) -> Dated[S]:
    """Return a fact whose announced change has come as the plain fact that it is now."""
    return Dated(known.at(now), None, known.since) if is_due(known, now) else known
