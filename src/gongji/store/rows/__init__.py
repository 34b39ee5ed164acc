"""The tables. Class names end in ``Row``; every table and column says what it holds."""

from gongji.store.rows.books import (
    BooksCheckRow,
    ContributionRow,
    ControlAccountRow,
    PremiumLegRow,
    PremiumRow,
    ReversalRow,
    SettlementLegRow,
    SettlementRow,
    TransferRow,
)
from gongji.store.rows.cases import CaseRow
from gongji.store.rows.conversations import CardPressRow, ConversationRow, MessageRow
from gongji.store.rows.families import BindingRow, BlockRow, OrderVersionRow
from gongji.store.rows.registry import (
    BeneficiaryRow,
    CardRow,
    GuardianRow,
    InstitutionRow,
    KinshipRow,
    PersonalAccountRow,
    PersonRow,
    PolicyRow,
    TariffRow,
)
from gongji.store.rows.requests import (
    AccessRow,
    EventFailureRow,
    EventRow,
    ExportLinkRow,
    InstallationRow,
    OccasionRow,
    QuoteCountRow,
    RequestKeyRow,
)

__all__ = [
    "AccessRow",
    "BeneficiaryRow",
    "BindingRow",
    "BlockRow",
    "BooksCheckRow",
    "CardPressRow",
    "CardRow",
    "CaseRow",
    "ContributionRow",
    "ControlAccountRow",
    "ConversationRow",
    "EventFailureRow",
    "EventRow",
    "ExportLinkRow",
    "GuardianRow",
    "InstallationRow",
    "InstitutionRow",
    "KinshipRow",
    "MessageRow",
    "OccasionRow",
    "OrderVersionRow",
    "PersonRow",
    "PersonalAccountRow",
    "PolicyRow",
    "PremiumLegRow",
    "PremiumRow",
    "QuoteCountRow",
    "RequestKeyRow",
    "ReversalRow",
    "SettlementLegRow",
    "SettlementRow",
    "TariffRow",
    "TransferRow",
]
