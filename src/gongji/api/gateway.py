"""The Strawberry schema as this gateway runs it: prepared documents in, coded errors out."""

from collections.abc import Callable
from typing import Any

import strawberry
from graphql import GraphQLError, MiddlewareManager
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema._graphql_core import GraphQLExecutionContext, ResultType
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.schema.schema import StreamResult
from strawberry.types.execution import ExecutionContext, PreExecutionError

from gongji.api.documents import KEPT_DOCUMENTS, Library, Manifest, Unfit
from gongji.api.faults import Publisher
from gongji.api.inputs import read_inputs
from gongji.api.limits import Limits
from gongji.api.plain import PlainExecutor


class GatewaySchema(strawberry.Schema):
    """A schema whose every transport takes documents from one library.

    Args:
        known: exception classes with ``code`` and ``message`` that clients may see; any other
            exception is masked.
        limits: what one document may ask for.
        manifest: the trusted documents.
        trusted_only: refuse every other document.
        kept_documents: how many documents of others are kept prepared.
    """

    def __init__(
        self,
        query: type,
        *,
        known: tuple[type[Exception], ...] = (),
        limits: Limits | None = None,
        manifest: Manifest | None = None,
        trusted_only: bool = False,
        kept_documents: int = KEPT_DOCUMENTS,
        **options: Any,
    ) -> None:
        super().__init__(query, execution_context_class=PlainExecutor, **options)
        read_inputs(self)
        self.publisher = Publisher(known)
        self.library = Library(
            self._schema,
            limits or Limits(),
            manifest or Manifest(),
            is_closed=trusted_only,
            kept=kept_documents,
        )

    async def _prepare_operation_async(
        self,
        context: ExecutionContext,
        extensions_runner: SchemaExtensionsRunner,  # noqa: ARG002
    ) -> PreExecutionError | None:
        """Take the document from the library, where Strawberry would parse and validate it.

        An extension cannot do this: what it raises is lost on a WebSocket.
        """
        try:
            prepared = self.library.open(context.query or "")
            operation_type = prepared.type_of(context._provided_operation_name)  # noqa: SLF001
        except Unfit as unfit:
            return PreExecutionError(data=None, errors=list(unfit.errors))
        context.graphql_document = prepared.document
        if operation_type not in context.allowed_operations:
            raise InvalidOperationTypeError(operation_type)
        return None

    async def _execute_operation(
        self,
        execution_context: ExecutionContext,
        extensions_runner: SchemaExtensionsRunner,
        middleware_manager: MiddlewareManager,
        execute_function: Callable[..., Any],
        custom_context_kwargs: dict[str, Any],
    ) -> ResultType:
        """Execute a document with the readers that are kept with it."""
        prepared = self.library.open(execution_context.query or "")
        return await super()._execute_operation(
            execution_context,
            extensions_runner,
            middleware_manager,
            execute_function,
            {**custom_context_kwargs, "readers": prepared.readers},
        )

    def _stream(
        self,
        execution_context: ExecutionContext,
        extensions_runner: SchemaExtensionsRunner,
        middleware_manager: MiddlewareManager,
        execution_context_class: type[GraphQLExecutionContext[Any]] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> StreamResult:
        """Stream the answers of a document with the readers that are kept with it."""
        try:
            prepared = self.library.open(execution_context.query or "")
        except Unfit:
            # What is wrong with it is said where it is prepared.
            executor = execution_context_class
        else:
            executor = prepared.executor
        return super()._stream(
            execution_context, extensions_runner, middleware_manager, executor, operation_extensions
        )

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,  # noqa: ARG002
    ) -> None:
        """Publish errors in place: every transport sends what this list then holds."""
        self.publisher.publish(errors)
