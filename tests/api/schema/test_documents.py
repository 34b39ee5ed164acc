"""The clients' documents fit the schema, and every mutation has one where somebody sends it."""

import hashlib
import json

from graphql import (
    FieldNode,
    OperationDefinitionNode,
    OperationType,
    parse,
)

from gongji.api.documents import written_documents
from gongji.api.schema import build_schema
from tests.documents import OPERATIONS, manifest

APPS = frozenset({"mini_program", "national_app"})
SENT_BY = {
    "inviteRelative": APPS,
    "acceptInvitation": APPS,
    "declineInvitation": APPS,
    "withdrawInvitation": APPS,
    "reviewKinship": frozenset({"dashboard"}),
    "endBinding": APPS | {"dashboard"},
    "pauseBinding": APPS,
    "resumeBinding": APPS,
    "setBindingLimit": APPS,
    "setReserve": APPS,
    "reorderSharers": APPS,
    "settleBill": frozenset({"till"}),
    "reverseSettlement": frozenset({"till", "dashboard"}),
    "payPremium": APPS,
    "voidRequest": APPS | {"till", "dashboard"},
    "refundPremium": APPS | {"dashboard"},
    "exportMovements": APPS,
    "sendMessage": APPS,
    "pressCardButton": APPS,
    "markRead": APPS,
}


def test_every_document_fits_the_schema_and_the_limits() -> None:
    schema = build_schema(manifest=manifest(), trusted_only=True)

    assert manifest().clients.keys() == {"dashboard", "mini_program", "national_app", "till"}
    for text in manifest().texts.values():
        assert len(schema.library.open(text).operations) == 1


def test_the_manifest_names_every_operation_of_every_client() -> None:
    listed = {client: set(hashes) for client, hashes in manifest().clients.items()}

    for folder in OPERATIONS.iterdir():
        written = {
            definition.name.value
            for file in folder.glob("*.graphql")
            for definition in parse(file.read_text(encoding="utf-8")).definitions
            if isinstance(definition, OperationDefinitionNode) and definition.name
        }
        assert listed[folder.name] == written


def test_every_mutation_has_a_document_of_each_client_that_sends_it() -> None:
    sent: dict[str, set[str]] = {}
    for client, hashes in manifest().clients.items():
        for digest in hashes.values():
            for definition in parse(manifest().texts[digest]).definitions:
                if (
                    isinstance(definition, OperationDefinitionNode)
                    and definition.operation is OperationType.MUTATION
                ):
                    for node in definition.selection_set.selections:
                        assert isinstance(node, FieldNode)
                        sent.setdefault(node.name.value, set()).add(client)
    mutation = build_schema()._schema.mutation_type

    assert mutation is not None
    assert sent.keys() == mutation.fields.keys()
    assert sent == {name: set(clients) for name, clients in SENT_BY.items()}


def test_the_committed_documents_are_those_of_the_folder() -> None:
    for client, text in written_documents(manifest()).items():
        file = OPERATIONS.parent / "documents" / f"{client}.json"
        assert file.read_text(encoding="utf-8") == text, "run: gongji export-documents"


def test_a_written_document_is_known_by_its_hash() -> None:
    schema = build_schema(manifest=manifest(), trusted_only=True)
    written = json.loads(written_documents(manifest())["till"])["SettleBill"]

    by_hash = schema.library.text_of(
        None, {"persistedQuery": {"version": 1, "sha256Hash": written["sha256"]}}
    )

    assert by_hash == written["text"]
    assert hashlib.sha256(written["text"].encode()).hexdigest() == written["sha256"]
