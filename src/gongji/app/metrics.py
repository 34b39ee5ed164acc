"""What the gateway counts about itself: operations, durations, sweeps, retries, the books.

Labels are names of the schema and codes of ours, never what a client sent: their number is bounded,
and no person is in them. A settlement is an operation ``settleBill`` with the outcome
``SettleBillPayload``; an answer in which nobody asked for ``__typename`` counts as ``answered``.
"""

import math
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
)
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from starlette.requests import Request
from starlette.responses import Response
from strawberry.types.execution import ExecutionResult

from gongji.api.context import Context
from gongji.api.documents import KEPT_DOCUMENTS, Library, Unfit
from gongji.api.faults import code_of
from gongji.api.gateway import GatewaySchema
from gongji.api.view import GatewayView
from gongji.api.wire import Asked
from gongji.app.collectors import AtTheDesk, InTheChat, Retries
from gongji.chat.answerer import Answerer
from gongji.chat.feed import Feed
from gongji.chat.notifier import Notifier
from gongji.chat.reminders import Reminders
from gongji.desk.desk import Desk
from gongji.usecases.ports import Ports
from gongji.usecases.view_books import last_books_check

SEVERAL: Final = "several"
"""The operation of a document with more than one root field, as durations name it."""

NONE: Final = "none"
"""The operation of a request in which nothing was executed."""

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Roots = Mapping[str, str]
"""Names of root fields by the keys under which the answer holds them."""


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self.answers: Final = Counter(
            "gongji_answers",
            "Answers over HTTP by status.",
            ["status"],
            registry=self.registry,
        )
        self.operations: Final = Counter(
            "gongji_operations",
            "Root fields that were asked for, by outcome: a type of the schema or a code.",
            ["operation", "outcome"],
            registry=self.registry,
        )
        self.seconds: Final = Histogram(
            "gongji_operation_seconds",
            "Seconds from a request's arrival to its answer.",
            ["operation"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.sweep_failures: Final = Counter(
            "gongji_sweep_failures",
            "Runs of a sweep that failed.",
            ["sweep"],
            registry=self.registry,
        )
        self.books_differences: Final = Gauge(
            "gongji_books_differences",
            "Differences that the last check of the books found; no number before the first.",
            registry=self.registry,
        )
        self.books_checked: Final = Gauge(
            "gongji_books_checked_timestamp_seconds",
            "When the books were last checked; no number before the first time.",
            registry=self.registry,
        )
        for gauge in (self.books_differences, self.books_checked):
            gauge.set(math.nan)
        self.registry.register(Retries())

    def watch_desk(self, desk: Desk) -> None:
        """Show what a desk counts."""
        self.registry.register(AtTheDesk(desk))

    def watch_chat(
        self, notifier: Notifier, answerer: Answerer, reminders: Reminders, feed: Feed
    ) -> None:
        """Show what is told, and who follows."""
        self.registry.register(InTheChat(notifier, answerer, reminders, feed))

    async def watch_books(self, _ports: Ports) -> None:
        """Take over what the last check of the books found, whoever ran it."""
        check = await last_books_check()
        if check is not None:
            self.books_differences.set(check.differences_counted)
            self.books_checked.set(check.checked_at.timestamp())

    def count(self, roots: Roots, result: ExecutionResult, library: Library) -> None:
        """Count what became of each root field."""
        codes = {error.path[0]: code_of(error) for error in result.errors or () if error.path}
        for key, member in (result.data or {}).items():
            outcome = codes.pop(key, None) or _outcome(member, library)
            self.operations.labels(roots.get(key, NONE), outcome).inc()
        for rest, code in codes.items():
            self.operations.labels(roots.get(str(rest), NONE), code).inc()
        for error in _unplaced(result):
            self.operations.labels(NONE, code_of(error)).inc()

    async def page(self, _request: Request) -> Response:
        """Answer a scrape."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


def _outcome(member: object, library: Library) -> str:
    """Name the type of a union's member where the client asked for it.

    Any field may come under that name, by an alias; then it is no type of the schema.
    """
    kind = member.get("__typename") if isinstance(member, dict) else None
    return kind if isinstance(kind, str) and library.has_type(kind) else "answered"


def _unplaced(result: ExecutionResult) -> list[GraphQLError]:
    return [error for error in result.errors or () if not error.path]


def mutations_of(schema: GatewaySchema) -> frozenset[str]:
    """Return the names of the mutations of a schema."""
    mutation = schema._schema.mutation_type  # noqa: SLF001 - there is no public way to it
    return frozenset(mutation.fields) if mutation else frozenset()


class MeasuredView(GatewayView[Context]):
    """The GraphQL endpoint, measured."""

    def __init__(
        self, *arguments: Any, metrics: Metrics, written: Callable[[], None], **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self._metrics = metrics
        self._written = written
        self._writing = mutations_of(self._gateway)
        self._roots: Callable[[str, str | None], Roots] = lru_cache(KEPT_DOCUMENTS)(
            lambda text, name: roots_of(self._gateway.library, text, name)
        )

    async def _answer(self, request: Request) -> Response:
        response = await super()._answer(request)
        self._metrics.answers.labels(str(response.status_code)).inc()
        return response

    async def _execute(self, request: Request, text: str, asked: Asked) -> ExecutionResult:
        begun = time.perf_counter()
        result = await super()._execute(request, text, asked)
        took = time.perf_counter() - begun
        roots = self._roots(text, asked.operation_name)
        self._metrics.count(roots, result, self._gateway.library)
        names = set(roots.values())
        name = (next(iter(names)) if len(names) == 1 else SEVERAL) if names else NONE
        self._metrics.seconds.labels(name).observe(took)
        if not names.isdisjoint(self._writing):
            self._written()
        return result


def roots_of(library: Library, text: str, operation_name: str | None) -> Roots:
    """Return the root fields of an operation; none where it is not executed."""
    try:
        prepared = library.open(text)
        prepared.type_of(operation_name)
    except Unfit:
        return {}
    return _root_fields(prepared.document, operation_name)


def _root_fields(document: DocumentNode, operation_name: str | None) -> Roots:
    fragments = {
        definition.name.value: definition.selection_set.selections
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    waiting: list[SelectionNode] = [
        selection
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
        and (operation_name is None or _name_of(definition) == operation_name)
        for selection in definition.selection_set.selections
    ]
    found: dict[str, str] = {}
    while waiting:
        selection = waiting.pop()
        if isinstance(selection, FieldNode):
            name = selection.name.value
            found[selection.alias.value if selection.alias else name] = name
        elif isinstance(selection, FragmentSpreadNode):
            # Each fragment is opened once, however often it is spread.
            waiting.extend(fragments.pop(selection.name.value, ()))
        elif isinstance(selection, InlineFragmentNode):
            waiting.extend(selection.selection_set.selections)
    return found


def _name_of(definition: OperationDefinitionNode) -> str:
    return definition.name.value if definition.name else ""
