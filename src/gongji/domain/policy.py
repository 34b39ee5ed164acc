"""A region's policy: every decision of ours that a bureau may take otherwise, as one frozen value.

Nothing in the code holds one of these as a constant. The values here are demonstration values until
a bureau confirms them (``rules.md`` section 3).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from gongji.domain.kinship import CIVIL_CODE_NEAR_KIN, Kinship
from gongji.domain.money import Fen
from gongji.domain.region import regions_covering


class UnsetOrder(StrEnum):
    """What happens while the beneficiary has set no order (G1)."""

    BINDING_TIME = "BINDING_TIME"
    HIGHEST_BALANCE = "HIGHEST_BALANCE"
    NO_SHARING = "NO_SHARING"
    REQUIRED_ON_ACCEPT = "REQUIRED_ON_ACCEPT"


class UnknownKinship(StrEnum):
    """What happens where the registry neither confirms nor denies a kinship (G20)."""

    REVIEW = "REVIEW"
    DECLARED = "DECLARED"


class OwnAccountUnusable(StrEnum):
    """What happens where the own account is frozen or closed (G25)."""

    NO_ACCOUNT_MONEY = "NO_ACCOUNT_MONEY"
    SKIP_OWN = "SKIP_OWN"


class PremiumPayers(StrEnum):
    """Whether other sharers help out with a premium (G14)."""

    ONE = "ONE"
    CASCADE = "CASCADE"


class ItemKind(StrEnum):
    """Kind of a line of a bill."""

    DRUG = "DRUG"
    HERBAL_PIECE = "HERBAL_PIECE"
    PREPARATION = "PREPARATION"
    TREATMENT = "TREATMENT"
    CONSUMABLE = "CONSUMABLE"
    OTHER = "OTHER"


class CredentialKind(StrEnum):
    """What the beneficiary shows at a till: e-voucher 01, ID card 02, social-security card 03."""

    E_VOUCHER = "E_VOUCHER"
    ID_CARD = "ID_CARD"
    SOCIAL_SECURITY_CARD = "SOCIAL_SECURITY_CARD"


MEDICAL_ITEMS: Final = frozenset(ItemKind) - {ItemKind.OTHER}


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What the items are whose national code begins with ``prefix`` (G12)."""

    prefix: str
    kind: ItemKind


NATIONAL_CATALOGUE: Final = (
    CatalogueEntry("X", ItemKind.DRUG),
    CatalogueEntry("Z", ItemKind.DRUG),
    CatalogueEntry("T", ItemKind.HERBAL_PIECE),
    CatalogueEntry("J", ItemKind.PREPARATION),
    CatalogueEntry("0", ItemKind.TREATMENT),
    CatalogueEntry("C", ItemKind.CONSUMABLE),
    CatalogueEntry("B", ItemKind.OTHER),
)
"""First characters of the national codes: western and Chinese patent drugs X and Z, herbal
pieces T, hospital preparations J, treatments 0, consumables C; health products (保健品) B."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one region from one day on.

    Args:
        region: six digits of the prefecture.
        in_force_from: the first business day.
        version: named on every settlement.
        unset_order: G1.
        near_kin: G5.
        most_beneficiaries: bindings per sharer, 0 = unlimited (G6).
        most_sharers: sharers per beneficiary, 0 = unlimited (G6).
        invitation_hours: life of an invitation (G9).
        invitations_after_decline: how many more within ``decline_days`` (G9).
        days_before_rebinding: G10.
        self_paid_counts: whether self-paid cost (全自费) is eligible (G11).
        eligible_items: G12.
        catalogue: G12; the longest prefix decides.
        reversal_days: days after the settlement on which it may be reversed (G13).
        premium_payers: G14.
        child_until_age: G19.
        unknown_kinship: G20.
        own_account_unusable: G25.
        declaration_version: version of the declaration text (承诺书) in force (G26).
        credentials: G33.
        quotes_per_day: quotes of a person a day (G18).
        low_below: drawable fen below which a sharer shows as low (G18).
        low_balance_below: fen below which the owner of an account is told that it runs low.
        premium_reminder_days: days, the last one among them, in which payers are reminded that the
            window of a premium closes (G14).
    """

    region: str
    in_force_from: date
    version: str
    unset_order: UnsetOrder = UnsetOrder.BINDING_TIME
    near_kin: frozenset[Kinship] = CIVIL_CODE_NEAR_KIN
    most_beneficiaries: int = 7
    most_sharers: int = 5
    invitation_hours: int = 7 * 24
    invitations_after_decline: int = 3
    decline_days: int = 30
    days_before_rebinding: int = 0
    self_paid_counts: bool = True
    eligible_items: frozenset[ItemKind] = MEDICAL_ITEMS
    catalogue: tuple[CatalogueEntry, ...] = NATIONAL_CATALOGUE
    reversal_days: int = 90
    premium_payers: PremiumPayers = PremiumPayers.ONE
    child_until_age: int = 16
    unknown_kinship: UnknownKinship = UnknownKinship.REVIEW
    own_account_unusable: OwnAccountUnusable = OwnAccountUnusable.NO_ACCOUNT_MONEY
    declaration_version: str = "2025-01"
    credentials: frozenset[CredentialKind] = field(
        default_factory=lambda: frozenset(
            {CredentialKind.ID_CARD, CredentialKind.SOCIAL_SECURITY_CARD}
        )
    )
    quotes_per_day: int = 20
    low_below: Fen = Fen(100_00)
    low_balance_below: Fen = Fen(100_00)
    premium_reminder_days: int = 7

    def kind_of(self, code: str) -> ItemKind | None:
        """Return what the catalogue says an item is, or None for an unknown code."""
        known = [entry for entry in self.catalogue if code.startswith(entry.prefix)]
        return max(known, key=lambda entry: len(entry.prefix)).kind if known else None


def waits_for_order(policy: Policy, *, is_set: bool, sharers: int) -> bool:
    """Tell whether sharing waits until the beneficiary sets an order (G1, ``NO_SHARING``).

    Args:
        is_set: whether the beneficiary has set one.
        sharers: how many active and paused bindings there are; of a single one there is no order.
    """
    return policy.unset_order is UnsetOrder.NO_SHARING and not is_set and sharers > 1


def has_become_low(policy: Policy, *, before: Fen, after: Fen) -> bool:
    """Tell whether a draw took a balance below what the region calls low (G22)."""
    return after < policy.low_balance_below <= before


def in_force(policies: Iterable[Policy], *, region: str, day: date) -> Policy | None:
    """Return the policy of a person's insured region on a business day.

    Policies belong to prefectures; a county's people fall under the policy of the longest matching
    region (six digits, then prefecture ``xxxx00``, then province ``xx0000``).

    Clause: G22.
    """
    regions = regions_covering(region)
    candidates = [p for p in policies if p.region in regions and p.in_force_from <= day]
    if not candidates:
        return None
    return max(candidates, key=lambda p: (-regions.index(p.region), p.in_force_from))


_SETS: Final[dict[str, type[StrEnum]]] = {
    "near_kin": Kinship,
    "eligible_items": ItemKind,
    "credentials": CredentialKind,
}
_CHOICES: Final[dict[str, type[StrEnum]]] = {
    "unset_order": UnsetOrder,
    "premium_payers": PremiumPayers,
    "unknown_kinship": UnknownKinship,
    "own_account_unusable": OwnAccountUnusable,
}
_IDENTIFYING: Final = ("region", "in_force_from", "version")
RULE_NAMES: Final = tuple(name for name in Policy.__dataclass_fields__ if name not in _IDENTIFYING)


def policy_from_rules(
    rules: dict[str, Any], *, region: str, in_force_from: date, version: str
) -> Policy:
    """Build a policy from its stored or loaded rules; what is not named keeps its default.

    Raises:
        ValueError: an unknown rule or alternative; the message is the rule's name.
    """
    read: dict[str, Any] = {}
    for name, value in rules.items():
        if name not in RULE_NAMES:
            raise ValueError(name)
        try:
            read[name] = _read_rule(name, value)
        except (ValueError, TypeError, KeyError) as unreadable:
            raise ValueError(name) from unreadable
    return Policy(region=region, in_force_from=in_force_from, version=version, **read)


def _read_rule(name: str, value: Any) -> Any:
    if name in _SETS:
        return frozenset(_SETS[name](member) for member in value)
    if name in _CHOICES:
        return _CHOICES[name](value)
    if name == "catalogue":
        return tuple(CatalogueEntry(str(e["prefix"]), ItemKind(e["kind"])) for e in value)
    expected: type = type(Policy.__dataclass_fields__[name].default)
    if type(value) is not expected or (isinstance(value, int) and value < 0):
        raise TypeError(name)
    return value


def rules_of(policy: Policy) -> dict[str, Any]:
    """Return a policy's rules as they are stored, the inverse of ``policy_from_rules``."""
    return {name: _write_rule(getattr(policy, name)) for name in RULE_NAMES}


def _write_rule(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(str(member) for member in value)
    if isinstance(value, tuple):
        return [{"prefix": entry.prefix, "kind": str(entry.kind)} for entry in value]
    return str(value) if isinstance(value, StrEnum) else value
