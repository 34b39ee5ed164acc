"""A beneficiary's family as it stands on the locked rows, turned into purses for the resolver."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gongji.domain.bill import Bill, eligible
from gongji.domain.binding import (
    LIVE,
    Binding,
    Used,
    acceptance_key,
    barred_by_binding,
    rank_key,
)
from gongji.domain.business_day import business_day
from gongji.domain.deduction import CashReason, Purse, Skip, Split, resolve
from gongji.domain.institution import Institution
from gongji.domain.money import NOTHING, Fen
from gongji.domain.person import AccountStatus, Beneficiary, PersonalAccount, PersonStatus
from gongji.domain.policy import OwnAccountUnusable, Policy, UnsetOrder, waits_for_order
from gongji.domain.region import in_same_province


@dataclass(frozen=True, slots=True)
class Sharing:
    """One live binding, the sharer's account and what the binding's limits have let through.

    Args:
        awaits_consent: the child for whom a guardian accepted has to confirm anew (G19).
    """

    binding: Binding
    account: PersonalAccount
    used: Used = Used()
    awaits_consent: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """A beneficiary, the own account if there is one, and every live sharing.

    Args:
        policy: that of the beneficiary's insured region on the business day (G22).
    """

    beneficiary: Beneficiary
    own: PersonalAccount | None
    sharings: tuple[Sharing, ...]
    policy: Policy

    def ordered(self) -> tuple[Sharing, ...]:
        """Return the live sharings in the order of drawing.

        Clause: S2.2, S2.3, G1, G2.
        """
        live = [s for s in self.sharings if s.binding.status in LIVE]
        if self.order_is_by_balance:
            return tuple(sorted(live, key=_by_balance))
        return tuple(sorted(live, key=lambda s: rank_key(s.binding)))

    @property
    def order_is_by_balance(self) -> bool:
        """Tell whether the bureau's rule draws the highest balance first (G1)."""
        by_balance = self.policy.unset_order is UnsetOrder.HIGHEST_BALANCE
        return by_balance and not self.beneficiary.order_is_set

    @property
    def order_is_missing(self) -> bool:
        """Tell whether sharing waits until the beneficiary sets an order (G1, ``NO_SHARING``)."""
        is_set = self.beneficiary.order_is_set
        return waits_for_order(self.policy, is_set=is_set, sharers=len(self.ordered()))

    def own_purse(self, at: datetime) -> Purse | None:
        """Return the own account as the first purse (S2.1); the reserve does not bind it (G8)."""
        if self.own is None:
            return None
        usable = self.own.status.at(at) is AccountStatus.NORMAL
        barred = None if usable else Skip.STATUS
        return Purse(self.own.id, 0, self.own.balance, barred=barred, entry_no=self.own.entry_no)

    def shared_purses(self, at: datetime, *, sharing_is_open: bool = True) -> tuple[Purse, ...]:
        """Return the sharers' accounts as purses, in order.

        Args:
            at: the server's time on the locked rows.
            sharing_is_open: whether sharers may pay at the place (G21).

        Clause: S2.2, G3, G7, G8, G21.
        """
        return tuple(
            Purse(
                account_id=sharing.account.id,
                rank=rank,
                balance=sharing.account.balance,
                limit_left=sharing.binding.limit.left(sharing.used),
                reserve=sharing.account.reserve,
                barred=self._barred(sharing, at, sharing_is_open),
                binding_id=sharing.binding.id,
                entry_no=sharing.account.entry_no,
            )
            for rank, sharing in enumerate(self.ordered(), start=1)
        )

    def _barred(self, sharing: Sharing, at: datetime, sharing_is_open: bool) -> Skip | None:
        if not sharing.account.may_share(at):
            return Skip.STATUS
        awaits = sharing.awaits_consent
        if (paused := barred_by_binding(sharing.binding, awaits_consent=awaits)) is not None:
            return paused
        same_province = in_same_province(sharing.account.region, self.beneficiary.region)
        if not sharing_is_open or not same_province:
            return Skip.REGION
        return Skip.ORDER if self.order_is_missing else None

    def cash_reason(self, place: Institution, at: datetime) -> CashReason | None:
        """Tell why no account may pay anything of a bill, or None.

        Clause: S3.2, G16, G25.
        """
        if not place.designated.covers(business_day(at)):
            return CashReason.PLACE
        return self.own_cash_reason(at)

    def own_cash_reason(self, at: datetime) -> CashReason | None:
        """Tell why no account may pay for this person anywhere, or None.

        Clause: S3.2, G16, G25.
        """
        if self.beneficiary.status.at(at) is not PersonStatus.NORMAL:
            return CashReason.PERSON
        own_unusable = self.own is not None and self.own.status.at(at) is not AccountStatus.NORMAL
        if own_unusable and self.policy.own_account_unusable is OwnAccountUnusable.NO_ACCOUNT_MONEY:
            return CashReason.OWN_ACCOUNT
        return None


def _by_balance(sharing: Sharing) -> tuple[Fen, datetime, UUID]:
    """Sort the highest balance first; ties by acceptance time, then id (G1)."""
    return (Fen(-sharing.account.balance), *acceptance_key(sharing.binding))


@dataclass(frozen=True, slots=True)
class BillSplit:
    """A bill's personal share, split: the eligible part by the resolver, the rest cash.

    Args:
        cash_reason: why the whole bill is cash.
        sharing_is_open: whether sharers may pay at the place (G21).
    """

    personal_share: Fen
    split: Split
    cash_reason: CashReason | None
    sharing_is_open: bool

    @property
    def eligible(self) -> Fen:
        """Return what accounts might have paid."""
        return self.split.due

    @property
    def ineligible(self) -> Fen:
        """Return what no account may pay."""
        return Fen(self.personal_share - self.split.due)

    @property
    def cash(self) -> Fen:
        """Return what the person pays at the counter."""
        return Fen(self.personal_share - self.split.own - self.split.shared)


def split_bill(family: Family, bill: Bill, place: Institution, at: datetime) -> BillSplit:
    """Split a sound bill at a place, at the server's time.

    Clause: S1.2, S2.1, S2.2, S3.4, S3.6, G3, G4, G11, G12, G16, G21, G25.
    """
    due = eligible(bill, family.policy, place.kind)
    reason = family.cash_reason(place, at)
    if reason is None and due == NOTHING and bill.personal_share > NOTHING:
        reason = CashReason.NOT_ELIGIBLE
    is_open = place.sharing_is_open(family.beneficiary.region, business_day(at))
    split = resolve(due, () if reason else _purses(family, at, sharing_is_open=is_open))
    return BillSplit(bill.personal_share, split, reason, is_open)


def _purses(family: Family, at: datetime, *, sharing_is_open: bool) -> Iterable[Purse]:
    if (own := family.own_purse(at)) is not None:
        yield own
    yield from family.shared_purses(at, sharing_is_open=sharing_is_open)


def split_at_home(family: Family, amount: Fen, at: datetime) -> Split:
    """Split an eligible amount as any designated place at home would.

    Clause: G18 (what a person may ask beforehand), S2.1, S2.2.
    """
    return resolve(
        amount, () if family.own_cash_reason(at) else _purses(family, at, sharing_is_open=True)
    )
