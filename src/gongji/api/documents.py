"""Documents: the trusted ones of our own clients, and the way every document takes.

A document is parsed, measured against the limits and validated once, in that order; what has
passed is kept. Strawberry's own parser and validation caches are not used beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

import orjson
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    ObjectFieldNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    parse,
    print_ast,
    separate_operations,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types.graphql import OperationType

from gongji.api.faults import MAX_ERRORS, bad_input, code_of, fault, without_values
from gongji.api.limits import DocumentMeter, Limits
from gongji.api.plain import PlainExecutor, Readers

__all__ = ["Library", "Manifest", "Prepared", "Unfit", "manifest_of", "written_documents"]

KEPT_DOCUMENTS: Final = 256
_RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The trusted documents: texts by SHA-256, and hashes by client and operation."""

    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    clients: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))


def manifest_of(folder: Path) -> Manifest:
    """Read the trusted documents of every client, each a folder of ``*.graphql`` files.

    The files of one client share their fragments. Each operation becomes a document of its
    own, printed in one canonical form, and is known by the SHA-256 of that.

    Raises:
        ValueError: an operation without a name, or one name twice in one client.
    """
    clients = {
        client.name: _operations(sorted(client.glob("*.graphql")))
        for client in sorted(folder.iterdir())
        if client.is_dir()
    }
    return Manifest(
        texts={_digest(text): text for texts in clients.values() for text in texts.values()},
        clients={
            client: {name: _digest(text) for name, text in texts.items()}
            for client, texts in clients.items()
        },
    )


def written_documents(manifest: Manifest) -> dict[str, str]:
    """Write each client's documents as its programs read them: JSON, by operation.

    Every operation has its ``sha256``, which a client may send instead of the ``text``.
    """
    return {
        client: _to_json(
            {
                name: {"sha256": digest, "text": manifest.texts[digest]}
                for name, digest in sorted(operations.items())
            }
        )
        for client, operations in manifest.clients.items()
    }


def _to_json(documents: Mapping[str, Mapping[str, str]]) -> str:
    return orjson.dumps(documents, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _operations(files: Iterable[Path]) -> dict[str, str]:
    whole = parse("\n".join(file.read_text(encoding="utf-8") for file in files))
    names = [
        definition.name.value if definition.name else ""
        for definition in whole.definitions
        if isinstance(definition, OperationDefinitionNode)
    ]
    if "" in names or len(set(names)) < len(names):
        raise ValueError("each operation of a client needs a name of its own")
    return {name: print_ast(part) for name, part in separate_operations(whole).items()}


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


class Unfit(Exception):
    """A document that is not executed, with every coded reason."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__()
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may be executed.

    Args:
        operations: its operations by name, anonymous as empty.
        readers: those of its plain parts; None where directives may change what is selected.
        executor: executes it with its readers.
    """

    document: DocumentNode
    operations: Mapping[str, OperationType]
    readers: Readers | None
    executor: type[PlainExecutor]

    def type_of(self, operation: str | None) -> OperationType:
        """Tell the type of the operation that was asked for.

        Raises:
            Unfit: no such operation, or several and none named.
        """
        if operation is not None:
            if operation not in self.operations:
                raise Unfit(fault("OPERATION_NOT_FOUND"))
            return self.operations[operation]
        if len(self.operations) > 1:
            raise Unfit(fault("OPERATION_NAME_REQUIRED"))
        return next(iter(self.operations.values()))


class Library:
    """All documents that one schema may be asked to execute.

    Args:
        is_closed: nothing but the manifest's documents is executed.
    Raises:
        ValueError: a trusted document does not fit the schema or the limits.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        manifest: Manifest,
        *,
        is_closed: bool = False,
        kept: int = KEPT_DOCUMENTS,
    ) -> None:
        self._schema = schema
        self._meter = DocumentMeter(schema, limits)
        self._manifest = manifest
        self._is_closed = is_closed
        self._trusted = {text: self._trust(text) for text in manifest.texts.values()}
        # What fails is raised, and so never takes the place of a good document here.
        self._kept = lru_cache(maxsize=kept)(self._prepare)

    def text_of(self, query: str | None, extensions: Mapping[str, object] | None) -> str:
        """Find the text of a request: its query, or the trusted document that it names.

        Raises:
            GraphQLError: ``QUERY_MISSING`` or ``PERSISTED_QUERY_NOT_FOUND``.
        """
        if query:
            return query
        named = (extensions or {}).get("persistedQuery")
        if not isinstance(named, Mapping):
            raise fault("QUERY_MISSING")
        text = self._manifest.texts.get(str(named.get("sha256Hash")))
        if text is None:
            raise fault("PERSISTED_QUERY_NOT_FOUND")
        return text

    def has_type(self, name: object) -> bool:
        """Tell whether something is the name of a type of the schema."""
        return name in self._schema.type_map

    def open(self, text: str) -> Prepared:
        """Give the document of a text, ready to be executed.

        Raises:
            Unfit: every reason why it is not executed.
        """
        if not text:
            raise Unfit(fault("QUERY_MISSING"))
        trusted = self._trusted.get(text)
        if trusted is not None:
            return trusted
        if self._is_closed:
            raise Unfit(fault("TRUSTED_DOCUMENTS_ONLY"))
        return self._kept(text)

    def _trust(self, text: str) -> Prepared:
        try:
            return self._prepare(text)
        except Unfit as unfit:
            reasons = "; ".join(error.message for error in unfit.errors)
            raise ValueError(f"a trusted document does not fit: {reasons}") from None

    def _prepare(self, text: str) -> Prepared:
        document = self._parsed(text)
        refused: Sequence[GraphQLError] = self._meter.excesses(document) or [
            _coded(error)
            for error in validate(
                self._schema, document, _RULES, max_errors=MAX_ERRORS, hide_suggestions=True
            )
        ]
        if refused:
            raise Unfit(*refused)
        readers = None if "@" in text else Readers()
        return Prepared(document, _types(document), readers, PlainExecutor.reading(readers))

    def _parsed(self, text: str) -> DocumentNode:
        most = self._meter.limits.tokens
        try:
            return parse(text, max_lexical_tokens=most, max_comments=most)
        except GraphQLSyntaxError as error:
            raise Unfit(_syntax_fault(error)) from None


def _types(document: DocumentNode) -> dict[str, OperationType]:
    return {
        definition.name.value if definition.name else "": OperationType(definition.operation.value)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    }


def _syntax_fault(error: GraphQLSyntaxError) -> GraphQLError:
    if not error.message.endswith("Parsing aborted."):
        return fault("GRAPHQL_PARSE_FAILED", without_values(error.message), like=error)
    is_deep = "nested too deeply" in error.message
    return fault("DOCUMENT_TOO_DEEP" if is_deep else "DOCUMENT_TOO_LONG")


def _coded(error: GraphQLError) -> GraphQLError:
    """Give a validation error its code; complaints about a value lose the value."""
    if code_of(error):
        return error
    blamed = error.nodes[0] if error.nodes else None
    if isinstance(blamed, ValueNode | ObjectFieldNode) and not isinstance(blamed, VariableNode):
        return bad_input(error)
    return fault("GRAPHQL_VALIDATION_FAILED", without_values(error.message), like=error)
