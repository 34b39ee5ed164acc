"""Strategies for the laws: purses, families, bills and places, poor and rich, tied and barred.

Amounts are small where ties, limits and reserves should meet at the same fen, and large where a
32-bit number would break.
"""

from datetime import timedelta
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from gongji.domain.bill import Bill, Line
from gongji.domain.binding import BindingStatus, Limit, Used
from gongji.domain.deduction import Purse, Skip
from gongji.domain.family import Family, Sharing
from gongji.domain.institution import Institution, Period
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, Dated, PersonalAccount, PersonStatus
from gongji.domain.policy import ItemKind, OwnAccountUnusable, UnsetOrder
from tests.builders import (
    CHENGDU,
    GAR,
    LHASA,
    NOW,
    TODAY,
    account,
    beneficiary,
    bill,
    institution,
    named_id,
    pharmacy,
    policy,
    sharing,
)
from tests.soak import short_or_long

LAW: Final = settings(
    max_examples=short_or_long(500, 5000),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

fens: Final = st.one_of(
    st.integers(0, 5),
    st.sampled_from([100, 300_00, 205_88]),
    st.integers(2**31, 2**34),
).map(Fen)
maybe_fens: Final = st.none() | fens


@st.composite
def purse_lists(draw: st.DrawFn, *, bounded: bool = True) -> tuple[Purse, ...]:
    """Draw an own purse or none, and up to five sharers' purses in order.

    Args:
        bounded: whether limits and reserves are drawn too.
    """
    own = Purse(named_id("account/own"), 0, draw(fens), barred=draw(_own_bars))
    sharers = [_shared_purse(draw, rank, bounded) for rank in range(1, draw(st.integers(0, 5)) + 1)]
    return (own, *sharers) if draw(st.booleans()) else tuple(sharers)


_own_bars: Final = st.sampled_from([None, None, None, Skip.STATUS])
_bars: Final = st.sampled_from([None] * 4 + [Skip.STATUS, Skip.PAUSED, Skip.REGION, Skip.ORDER])


def _shared_purse(draw: st.DrawFn, rank: int, bounded: bool) -> Purse:
    return Purse(
        account_id=named_id(f"account/{rank}"),
        rank=rank,
        balance=draw(fens),
        limit_left=draw(maybe_fens) if bounded else None,
        reserve=draw(fens) if bounded else Fen(0),
        barred=draw(_bars),
        binding_id=named_id(f"binding/{rank}"),
    )


account_states: Final = st.sampled_from([AccountStatus.NORMAL] * 5 + list(AccountStatus))
person_states: Final = st.sampled_from([PersonStatus.NORMAL] * 8 + list(PersonStatus))


@st.composite
def accounts(draw: st.DrawFn, name: str) -> PersonalAccount:
    """Draw somebody's account in any state, with or without a reserve."""
    return account(
        name,
        draw(fens),
        status=Dated(draw(account_states)),
        owner_status=Dated(draw(person_states)),
        reserve=draw(fens),
        region=draw(st.sampled_from([GAR, GAR, LHASA, CHENGDU])),
    )


@st.composite
def sharings(draw: st.DrawFn, name: str) -> Sharing:
    """Draw a live binding, its sharer's account and what is used of its limits."""
    bound = sharing(
        name,
        account=draw(accounts(name)),
        position=draw(st.none() | st.integers(1, 5)),
        status=draw(st.sampled_from([BindingStatus.ACTIVE] * 3 + [BindingStatus.PAUSED])),
        accepted_at=NOW - timedelta(days=draw(st.integers(1, 3))),
        limit=Limit(draw(maybe_fens), draw(maybe_fens), draw(maybe_fens)),
    )
    used = Used(draw(fens), draw(fens))
    return Sharing(bound.binding, bound.account, used, draw(st.booleans()) and draw(st.booleans()))


@st.composite
def families(draw: st.DrawFn) -> Family:
    """Draw a family under any policy that touches the drawing."""
    return Family(
        beneficiary(status=Dated(draw(person_states)), order_is_set=draw(st.booleans())),
        draw(st.none() | accounts("own")),
        tuple(draw(sharings(name)) for name in "ABCDE"[: draw(st.integers(0, 5))]),
        policy(
            unset_order=draw(st.sampled_from(UnsetOrder)),
            self_paid_counts=draw(st.booleans()),
            own_account_unusable=draw(st.sampled_from(OwnAccountUnusable)),
        ),
    )


@st.composite
def places(draw: st.DrawFn) -> Institution:
    """Draw a hospital or pharmacy near or far, mostly designated."""
    changed: dict[str, Any] = {
        "region": draw(st.sampled_from([GAR, GAR, LHASA, CHENGDU])),
        "designated": draw(st.sampled_from([Period(), Period(), Period(until=TODAY)])),
        "offsite_sharing": draw(st.sampled_from([None, Period()])),
    }
    return institution(**changed) if draw(st.booleans()) else pharmacy(**changed)


_codes: Final = st.sampled_from(["XA02BCA001", "T000100002", "B00000001", "001101", "?", "C0101"])


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    """Draw a bill that closes, with or without lines."""
    lines = tuple(
        Line(draw(_codes), "项目", draw(st.sampled_from(ItemKind)), draw(fens))
        for _ in range(draw(st.integers(0, 4)))
    )
    amount = sum(x.amount for x in lines) if lines else draw(fens)
    self_paid = draw(st.integers(0, amount))
    fund_paid = draw(st.integers(0, amount))
    return bill(
        Fen(amount - fund_paid),
        total=Fen(amount),
        self_paid=Fen(self_paid),
        in_scope=Fen(amount - self_paid),
        fund_paid=Fen(fund_paid),
        lines=lines,
    )
