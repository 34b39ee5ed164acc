"""Who may share, who may be shared with: every reason against it, all at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gongji.domain.binding import Capacity
from gongji.domain.business_day import business_day, full_years
from gongji.domain.errors import Code, Reason
from gongji.domain.kinship import Kinship
from gongji.domain.money import NOTHING
from gongji.domain.person import (
    AccountStatus,
    Beneficiary,
    PersonalAccount,
    PersonStatus,
    Scheme,
)
from gongji.domain.policy import Policy, UnsetOrder


@dataclass(frozen=True, slots=True)
class Sharer:
    """Somebody who wants to share, as the locked account row says.

    Args:
        bindings: how many active and paused bindings there are as sharer (G6).
    """

    scheme: Scheme
    status: PersonStatus
    account: PersonalAccount | None
    bindings: int


def reasons_against_sharer(sharer: Sharer, policy: Policy, at: datetime) -> Iterator[Reason]:
    """List what stands against this person's sharing, for the sharer's own eyes.

    Args:
        sharer: the sharer.
        policy: that of the sharer's insured region (G22).
        at: the server's time on the locked rows.

    Clause: S3.1, G6, G31.
    """
    if sharer.scheme is not Scheme.EMPLOYEE:
        yield Reason(Code.SHARER_NOT_EMPLOYEE)
    if sharer.status is not PersonStatus.NORMAL:
        yield Reason(Code.SHARER_NOT_NORMAL)
    if sharer.account is None:
        yield Reason(Code.SHARER_WITHOUT_ACCOUNT)
    else:
        yield from _reasons_against_account(sharer.account, at)
    if _is_full(sharer.bindings, policy.most_beneficiaries):
        yield Reason(Code.TOO_MANY_BENEFICIARIES)


def _reasons_against_account(account: PersonalAccount, at: datetime) -> Iterator[Reason]:
    if account.status.at(at) is not AccountStatus.NORMAL:
        yield Reason(Code.SHARER_ACCOUNT_NOT_NORMAL)
    if account.balance <= NOTHING:
        yield Reason(Code.SHARER_ACCOUNT_EMPTY)


def reasons_against_kinship(kinship: Kinship, policy: Policy) -> Iterator[Reason]:
    """Refuse who is no near relative in the region's list.

    Clause: S3.2, G5.
    """
    if kinship not in policy.near_kin:
        yield Reason(Code.KINSHIP_NOT_NEAR, ("kinship",))


def reasons_against_beneficiary(
    beneficiary: Beneficiary,
    own: PersonalAccount | None,
    *,
    sharers: int,
    policy: Policy,
    at: datetime,
) -> Iterator[Reason]:
    """List what stands against this person's being shared with, for the beneficiary's own eyes.

    Args:
        sharers: how many active and paused bindings there are as beneficiary (G6).
        policy: that of the beneficiary's insured region (G22).

    Clause: S3.2, G6, G25.
    """
    if beneficiary.status.at(at) is not PersonStatus.NORMAL:
        yield Reason(Code.BENEFICIARY_NOT_NORMAL)
    if own is not None and own.status.at(at) is not AccountStatus.NORMAL:
        yield Reason(Code.OWN_ACCOUNT_NOT_NORMAL)
    if _is_full(sharers, policy.most_sharers):
        yield Reason(Code.TOO_MANY_SHARERS)


def reasons_against_no_position(
    position: int | None, *, sharers: int, policy: Policy
) -> Iterator[Reason]:
    """Ask for a place in the order when accepting, where the region requires it.

    Args:
        position: the place that the beneficiary gave.
        sharers: how many active and paused bindings there are without this one.

    Clause: S2.3, G1 (``REQUIRED_ON_ACCEPT``).
    """
    required = policy.unset_order is UnsetOrder.REQUIRED_ON_ACCEPT
    if required and sharers > 0 and position is None:
        yield Reason(Code.ORDER_REQUIRED, ("position",))


def _is_full(count: int, most: int) -> bool:
    """Tell whether one more would be too many; 0 means unlimited (G6)."""
    return most > 0 and count >= most


@dataclass(frozen=True, slots=True)
class PairHistory:
    """What happened before between a sharer and a beneficiary.

    Args:
        declined_at: times of the declines, any order.
        invited_at: times of all earlier invitations, any order.
        ended_on: business day of the last ending.
        is_blocked: the beneficiary does not want invitations from this sharer.
    """

    declined_at: tuple[datetime, ...] = ()
    invited_at: tuple[datetime, ...] = ()
    ended_on: date | None = None
    is_blocked: bool = False


def reasons_against_inviting_again(
    history: PairHistory, policy: Policy, at: datetime
) -> Iterator[Reason]:
    """List what the earlier history of a pair says against another invitation.

    A block shows as ``RELATIVE_NOT_VERIFIED`` alone, as for somebody who is not known: the inviter
    learns only that one thing.

    Clause: G9, G10, G18.
    """
    if history.is_blocked:
        yield Reason(Code.RELATIVE_NOT_VERIFIED)
        return
    if _invited_too_often(history, policy, at):
        yield Reason(Code.INVITED_TOO_OFTEN)
    wait = timedelta(days=policy.days_before_rebinding)
    if history.ended_on is not None and business_day(at) < history.ended_on + wait:
        yield Reason(Code.BOUND_TOO_RECENTLY)


def _invited_too_often(history: PairHistory, policy: Policy, at: datetime) -> bool:
    """After a decline at most so many more invitations within so many days (G9)."""
    since = at - timedelta(days=policy.decline_days)
    declines = [moment for moment in history.declined_at if moment > since]
    if not declines:
        return False
    first = min(declines)
    again = [moment for moment in history.invited_at if moment > first]
    return len(again) >= policy.invitations_after_decline


def reasons_against_consent(
    declaration_version: str, capacity: Capacity, born_on: date, *, policy: Policy, at: datetime
) -> Iterator[Reason]:
    """List what stands against a consent as it is given: an old declaration, a child alone.

    Args:
        capacity: as whom the acting person consents.
        born_on: birth of the person for whom it is given.
        policy: that of this person's insured region.

    Clause: G19, G26.
    """
    if declaration_version != policy.declaration_version:
        yield Reason(Code.DECLARATION_OUTDATED, ("declarationVersion",))
    is_child = full_years(born_on, business_day(at)) < policy.child_until_age
    if is_child and capacity is Capacity.SELF:
        yield Reason(Code.GUARDIAN_REQUIRED)
