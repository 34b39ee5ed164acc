"""The one schema for all four kinds of client, put together from what each of them asks."""

from typing import Any

from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

import gongji.api.enums  # noqa: F401 - describes the core's enumerations
from gongji.api.as_of import AsOfQueries
from gongji.api.binding_types import BINDING_TYPES
from gongji.api.bindings import BindingMutations
from gongji.api.books import BooksQueries
from gongji.api.cases import CaseQueries
from gongji.api.conversation_events import ConversationSubscriptions
from gongji.api.conversations import ConversationMutations, ConversationQueries
from gongji.api.descriptions import describe
from gongji.api.documents import Manifest
from gongji.api.exports import ExportMutations
from gongji.api.families import FamilyQueries
from gongji.api.fetching import NODE_TYPES, FetchingQueries
from gongji.api.gateway import GatewaySchema
from gongji.api.institutions import InstitutionQueries
from gongji.api.invitations import InvitationMutations
from gongji.api.me import MeQueries
from gongji.api.movements import MovementQueries
from gongji.api.outcomes import OutcomeMutations, OutcomeQueries
from gongji.api.policies import RegionalQueries
from gongji.api.premiums import PREMIUM_TYPES, PremiumMutations, PremiumQueries
from gongji.api.problems import HANDLERS, KNOWN
from gongji.api.quotes import QuoteQueries
from gongji.api.scalars import SCALARS
from gongji.api.settlements import SettlementQueries
from gongji.api.tills import TillMutations, TillQueries

QUERIES: tuple[type, ...] = (
    MeQueries,
    FamilyQueries,
    AsOfQueries,
    RegionalQueries,
    SettlementQueries,
    MovementQueries,
    PremiumQueries,
    InstitutionQueries,
    TillQueries,
    OutcomeQueries,
    QuoteQueries,
    CaseQueries,
    BooksQueries,
    ConversationQueries,
    FetchingQueries,
)
MUTATIONS: tuple[type, ...] = (
    InvitationMutations,
    BindingMutations,
    PremiumMutations,
    TillMutations,
    OutcomeMutations,
    ExportMutations,
    ConversationMutations,
)
SUBSCRIPTIONS: tuple[type, ...] = (ConversationSubscriptions,)
TYPES: tuple[type, ...] = (*PREMIUM_TYPES, *BINDING_TYPES, *NODE_TYPES)
"""Types that only an interface leads to."""


def build_schema(
    *, manifest: Manifest | None = None, trusted_only: bool = False, **options: Any
) -> GatewaySchema:
    """Build the schema.

    Args:
        manifest: the trusted documents.
        trusted_only: answer listed documents only.
    """
    schema = GatewaySchema(
        merge_types("Query", QUERIES),
        mutation=merge_types("Mutation", MUTATIONS),
        subscription=merge_types("Subscription", SUBSCRIPTIONS),
        types=TYPES,
        known=KNOWN,
        exception_handlers=HANDLERS,
        config=StrawberryConfig(scalar_map=SCALARS),
        manifest=manifest,
        trusted_only=trusted_only,
        **options,
    )
    describe(schema._schema)  # noqa: SLF001 - Strawberry has no public way to its core schema
    return schema


def schema_text() -> str:
    """Return the schema in GraphQL's own language, as ``schema/schema.graphql`` holds it."""
    return f"{build_schema().as_str()}\n"
