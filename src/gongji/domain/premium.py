"""The yearly resident premium (居民医保费): what it costs, when it may be paid, its states."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from gongji.domain.binding import BindingStatus
from gongji.domain.business_day import business_day
from gongji.domain.deduction import Purse, Split, resolve
from gongji.domain.errors import Code, FreshPlan, Reason, Refusal, refuse
from gongji.domain.explanation import record
from gongji.domain.family import BillSplit, Family, Sharing
from gongji.domain.money import NOTHING, Fen, total
from gongji.domain.person import Beneficiary, PersonStatus, Scheme
from gongji.domain.plan import legs_plan
from gongji.domain.policy import PremiumPayers
from gongji.domain.region import in_same_province, regions_covering
from gongji.domain.settlement import Leg, legs_of


class PremiumStatus(StrEnum):
    """State of a premium. Failed and refunded premiums have given everything back."""

    DEBITED = "DEBITED"
    CONFIRMED = "CONFIRMED"
    FAILED = "FAILED"
    REFUNDED = "REFUNDED"


class PremiumMove(StrEnum):
    """What can happen to a premium."""

    CONFIRM = "CONFIRM"
    FAIL = "FAIL"
    REFUND = "REFUND"


_MOVES: Final = {
    (PremiumStatus.DEBITED, PremiumMove.CONFIRM): PremiumStatus.CONFIRMED,
    (PremiumStatus.DEBITED, PremiumMove.FAIL): PremiumStatus.FAILED,
    (PremiumStatus.CONFIRMED, PremiumMove.REFUND): PremiumStatus.REFUNDED,
}


STANDING: Final = frozenset({PremiumStatus.DEBITED, PremiumStatus.CONFIRMED})
"""States in which a premium is paid and not given back."""


def premium_after(status: PremiumStatus, move: PremiumMove) -> PremiumStatus:
    """Make a legal move.

    Raises:
        Refusal: ``PREMIUM_NOT_REFUNDABLE``: the premium is not in a state for it.
    """
    to = _MOVES.get((status, move))
    if to is None:
        raise refuse(Code.PREMIUM_NOT_REFUNDABLE)
    return to


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a category of residents of a region pays for one benefit year, and in which window.

    Args:
        region: six digits; a prefecture's or province's tariff holds for its counties.
        category: the registry's category of the insured person.
        amount: fen.
        opens_on: first day of the window.
        closes_on: last day of the window.
    """

    region: str
    year: int
    category: str
    amount: Fen
    opens_on: date
    closes_on: date

    def is_open(self, day: date) -> bool:
        """Tell whether the premium may be paid on a business day."""
        return self.opens_on <= day <= self.closes_on


def tariff_for(
    tariffs: Iterable[Tariff], *, region: str, year: int, category: str
) -> Tariff | None:
    """Return the tariff of the insured person's region; the nearest region's comes first."""
    regions = regions_covering(region)
    fitting = [
        t for t in tariffs if t.region in regions and t.year == year and t.category == category
    ]
    return min(fitting, key=lambda t: regions.index(t.region)) if fitting else None


def reasons_against_insured(insured: Beneficiary, at: datetime) -> Iterator[Reason]:
    """List what stands against paying for this person.

    Clause: G14.
    """
    if insured.status.at(at) is not PersonStatus.NORMAL:
        yield Reason(Code.PREMIUM_INSURED_NOT_NORMAL, ("bindingId",))
    if insured.scheme is not Scheme.RESIDENT:
        yield Reason(Code.PREMIUM_INSURED_NOT_RESIDENT, ("bindingId",))


def reasons_against_payer(payer: Sharing, insured: Beneficiary, at: datetime) -> Iterator[Reason]:
    """List what stands against this sharer's paying: binding active and not paused, account normal.

    Like a draw, it needs a sharer who is insured in the same province.

    Clause: G14, G21, S1.3, S3.1.
    """
    usable = payer.binding.status is BindingStatus.ACTIVE and not payer.awaits_consent
    same_province = in_same_province(payer.account.region, insured.region)
    if not (usable and same_province and payer.account.may_share(at)):
        yield Reason(Code.PREMIUM_PAYER_CANNOT_PAY, ("bindingId",))


def reasons_against_tariff(tariff: Tariff | None, at: datetime) -> Iterator[Reason]:
    """List what stands against paying now.

    Clause: G14.
    """
    if tariff is None:
        yield Reason(Code.PREMIUM_NOT_PAYABLE, ("year",))
    elif not tariff.is_open(business_day(at)):
        yield Reason(Code.PREMIUM_WINDOW_CLOSED, ("year",))


def premium_purses(payer: Sharing, family: Family, at: datetime) -> tuple[Purse, ...]:
    """Return the paying sharer's purse and, where the region lets them help, the other sharers'.

    The payer's limits and reserve do not touch what the payer pays; the others' do.

    Args:
        payer: the sharer who pays, against whom nothing stands.
        family: the insured person's.

    Clause: S1.3, G8, G14.
    """
    paying = payer.account
    first = Purse(
        paying.id, 1, paying.balance, binding_id=payer.binding.id, entry_no=paying.entry_no
    )
    if family.policy.premium_payers is PremiumPayers.ONE:
        return (first,)
    others = (p for p in family.shared_purses(at) if p.binding_id != payer.binding.id)
    return (first, *(replace(purse, rank=rank) for rank, purse in enumerate(others, start=2)))


def reasons_against_split(split: Split) -> Iterator[Reason]:
    """Refuse a part payment: a premium is paid whole or not at all.

    Clause: G14.
    """
    if split.cash > NOTHING:
        yield Reason(Code.PREMIUM_BALANCE_SHORT, ("bindingId",))


@dataclass(frozen=True, slots=True)
class PremiumQuote:
    """What paying a premium would do now, or every reason why it would be refused.

    Args:
        tariff: None where there is none for the insured person and year.
        split: None where there is no tariff, or the payer cannot pay at all.
    """

    payer: Sharing
    year: int
    tariff: Tariff | None
    split: Split | None
    reasons: tuple[Reason, ...]

    def accepted(self) -> tuple[Tariff, Split]:
        """Return what is paid and who pays it.

        Raises:
            Refusal: something stands against it; every reason at once.
        """
        if self.reasons or self.tariff is None or self.split is None:
            raise Refusal(*self.reasons)
        return self.tariff, self.split

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Return what each account would pay, the payer's first."""
        return () if self.split is None else legs_of(self.split)

    @property
    def from_payer(self) -> Fen:
        """Return what would leave the paying sharer's own account."""
        own = self.payer.account.id
        return total(*(leg.amount for leg in self.legs if leg.account_id == own))

    @property
    def plan(self) -> bytes:
        """Write what a client is shown, to be compared later (``ifPlan``)."""
        return legs_plan(f"premium/{self.year}", self.payer.binding.id, self.legs)

    def sealed(self, plan: str) -> FreshPlan:
        """Return the plan with the sums that the payer may know; ``plan`` is its digest."""
        due = NOTHING if self.split is None else self.split.due
        return FreshPlan(plan, eligible=due, own=NOTHING, shared=due, cash=NOTHING)


def quote_premium(
    payer: Sharing,
    family: Family,
    *,
    year: int,
    tariff: Tariff | None,
    is_paid: bool,
    at: datetime,
) -> PremiumQuote:
    """Tell what this sharer's paying for the family's beneficiary would do now.

    Args:
        payer: the sharer who would pay; one of the family's live sharings.
        family: the insured person's.
        year: benefit year.
        tariff: that of the insured person's region, year and category.
        is_paid: whether a premium of this year is paid and not refunded.
        at: the server's time.

    Clause: G14, S1.3.
    """
    against_payer = tuple(reasons_against_payer(payer, family.beneficiary, at))
    split = None
    if tariff is not None and not against_payer:
        split = resolve(tariff.amount, premium_purses(payer, family, at))
    reasons = (
        *against_payer,
        *reasons_against_insured(family.beneficiary, at),
        *reasons_against_tariff(tariff, at),
        *((Reason(Code.PREMIUM_ALREADY_PAID, ("year",)),) if is_paid else ()),
        *(() if split is None else reasons_against_split(split)),
    )
    return PremiumQuote(payer, year, tariff, split, reasons)


def explain(split: Split, family: Family) -> dict[str, Any]:
    """Write a premium's split down, in the form of a settlement's explanation (law 10)."""
    whole = BillSplit(split.due, split, cash_reason=None, sharing_is_open=True)
    return record(
        whole,
        policy_version=family.policy.version,
        ranks_are_shown=not family.order_is_by_balance,
    )


class PremiumSide(StrEnum):
    """On which side of a premium a person stands."""

    PAYER = "PAYER"
    INSURED = "INSURED"


@dataclass(frozen=True, slots=True)
class Premium:
    """A premium that was paid: the same facts for ever, but for its state and its moments.

    Args:
        binding_id: the payer's binding with the insured person.
        region: insured region of the insured person when it was paid; keeps the money.
        amount: fen.
        business_day: day of the debit.
        tax_reference: the tax bureau's, once it confirmed.
    """

    id: UUID
    binding_id: UUID
    payer_id: UUID
    insured_id: UUID
    year: int
    category: str
    region: str
    amount: Fen
    status: PremiumStatus
    business_day: date
    debited_at: datetime
    confirmed_at: datetime | None = None
    failed_at: datetime | None = None
    refunded_at: datetime | None = None
    tax_reference: str | None = None


def reasons_against_refund(status: PremiumStatus, year: int, at: datetime) -> Iterator[Reason]:
    """List what stands against a refund by payer or staff: only confirmed, only before the year.

    Clause: G14.
    """
    if (status, PremiumMove.REFUND) not in _MOVES:
        yield Reason(Code.PREMIUM_NOT_REFUNDABLE, ("premiumId",))
    if business_day(at).year >= year:
        yield Reason(Code.PREMIUM_REFUND_TOO_LATE, ("premiumId",))
