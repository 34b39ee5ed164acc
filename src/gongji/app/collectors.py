"""What is counted below the web server, shown as metrics: retries, the desk, the chat.

Nothing below ``app`` knows of metrics. It counts for itself, and is read when somebody asks.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gongji.chat.answerer import Answerer
from gongji.chat.feed import Feed
from gongji.chat.notifier import Notifier
from gongji.chat.reminders import Reminders
from gongji.desk.desk import Desk, Kind
from gongji.usecases.retrying import RETRY_COUNTS, RetryCause


class Retries(Collector):
    """What this process has counted about transactions that were run again."""

    def collect(self) -> Iterator[Metric]:
        """Read the counts, every cause among them."""
        for name, text, counts in (
            ("gongji_retries", "Transactions that were run again.", RETRY_COUNTS.retries),
            ("gongji_given_up", "Transactions that failed every time.", RETRY_COUNTS.given_up),
        ):
            family = CounterMetricFamily(name, text, labels=["cause"])
            for cause in RetryCause:
                family.add_metric([cause], counts[cause])
            yield family


class AtTheDesk(Collector):
    """What waits at a desk, and what it has done: requests by transactions is the mean batch."""

    def __init__(self, desk: Desk) -> None:
        self._desk: Final = desk

    def collect(self) -> Iterator[Metric]:
        """Read the counts, every kind among them."""
        counts = self._desk.counts
        yield GaugeMetricFamily(
            "gongji_desk_waiting", "Requests that wait to be taken.", self._desk.waiting
        )
        yield _by_kind(
            "gongji_desk_requests", "Requests that were taken, by kind.", counts.requests
        )
        yield _by_kind(
            "gongji_desk_transactions",
            "Transactions that they were done in, by kind.",
            counts.transactions,
        )
        for name, text, counted in (
            ("split", "Transactions that broke and were done one by one.", counts.split),
            ("turned_away", "Requests that found no place.", counts.turned_away),
            ("late", "Requests whose client was told to ask again.", counts.late),
        ):
            yield CounterMetricFamily(f"gongji_desk_{name}", text, counted)


class InTheChat(Collector):
    """What this process has told of events, and who follows conversations here."""

    def __init__(
        self, notifier: Notifier, answerer: Answerer, reminders: Reminders, feed: Feed
    ) -> None:
        self._notifier: Final = notifier
        self._answerer: Final = answerer
        self._reminders: Final = reminders
        self._feed: Final = feed

    def collect(self) -> Iterator[Metric]:
        """Read the counts."""
        told, answered = self._notifier.counts, self._answerer.counts
        for name, text, counted in (
            ("events_told", "Events that were relayed.", told.events),
            ("messages_told", "Messages that told of them.", told.messages),
            ("events_split", "Transactions that broke and were told one by one.", told.split),
            ("events_not_told", "Attempts to tell of an event that failed.", told.failures),
            ("events_set_aside", "Events that their followers left behind.", told.set_aside),
            ("messages_answered_late", "Messages that a kill had left.", answered.answered),
            ("messages_not_answered", "Attempts to answer that failed.", answered.failures),
            ("messages_given_up", "Messages answered with an apology.", answered.given_up),
            (
                "messages_reminding",
                "Messages due by the calendar.",
                self._reminders.counts.messages,
            ),
            ("feed_lost", "Times without a connection to listen on.", self._feed.lost),
        ):
            yield CounterMetricFamily(f"gongji_{name}", text, counted)
        yield GaugeMetricFamily(
            "gongji_feed_followers", "Subscriptions to conversations.", self._feed.followers
        )


def _by_kind(name: str, text: str, counts: Counter[Kind]) -> Metric:
    family = CounterMetricFamily(name, text, labels=["kind"])
    for kind in Kind:
        family.add_metric([kind], counts[kind])
    return family
