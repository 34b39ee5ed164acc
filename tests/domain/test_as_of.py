"""The order of a moment: by what was set, else by acceptance, with ranks where they may be told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from gongji.domain.as_of import STATE_AFTER, BindingAsOf, OrderAsOf
from gongji.domain.binding import BindingStatus
from gongji.domain.disclosure import OrderSource
from gongji.domain.kinship import Kinship
from gongji.domain.policy import Policy, UnsetOrder

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
POLICY = Policy(region="542500", in_force_from=date(2025, 1, 1), version="test-1")


def binding(number: int, minutes: int) -> BindingAsOf:
    return BindingAsOf(
        id=UUID(int=number),
        kinship=Kinship.SPOUSE,
        other_name="王小兰",
        status=BindingStatus.ACTIVE,
        accepted_at=NOON + timedelta(minutes=minutes),
    )


LATE, FIRST, TIED = binding(1, minutes=9), binding(2, minutes=0), binding(3, minutes=0)
WRITTEN = (LATE.id, TIED.id, FIRST.id)


def under(unset_order: UnsetOrder) -> Policy:
    return replace(POLICY, unset_order=unset_order)


def ranked(order: OrderAsOf, policy: Policy | None) -> list[tuple[int | None, int]]:
    return [(rank, one.id.int) for rank, one in order.ranked([LATE, FIRST, TIED], policy)]


def test_an_order_that_was_set_is_kept_whatever_the_policy() -> None:
    order = OrderAsOf(7, is_set=True, binding_ids=WRITTEN)

    for policy in (None, *map(under, UnsetOrder)):
        assert ranked(order, policy) == [(1, 1), (2, 3), (3, 2)]


def test_an_order_that_was_not_set_is_by_acceptance_then_id() -> None:
    order = OrderAsOf(7, is_set=False, binding_ids=WRITTEN)

    assert ranked(order, under(UnsetOrder.BINDING_TIME)) == [(1, 2), (2, 3), (3, 1)]
    assert ranked(order, under(UnsetOrder.HIGHEST_BALANCE)) == [(None, 2), (None, 3), (None, 1)]


@pytest.mark.parametrize(
    ("is_set", "sharers", "policy", "source"),
    [
        (True, 2, None, OrderSource.BENEFICIARY),
        (True, 2, under(UnsetOrder.NO_SHARING), OrderSource.BENEFICIARY),
        (False, 0, under(UnsetOrder.BINDING_TIME), OrderSource.BUREAU),
        (False, 2, under(UnsetOrder.HIGHEST_BALANCE), OrderSource.BUREAU),
        (False, 1, under(UnsetOrder.NO_SHARING), OrderSource.BUREAU),
        (False, 2, under(UnsetOrder.NO_SHARING), OrderSource.NONE_YET),
        (False, 0, None, OrderSource.NONE_YET),
    ],
)
def test_who_decided_the_order(
    is_set: bool, sharers: int, policy: Policy | None, source: OrderSource
) -> None:
    order = OrderAsOf(7, is_set=is_set, binding_ids=WRITTEN[:sharers])

    assert order.source(policy) is source


def test_every_state_of_a_binding_is_told_by_some_event() -> None:
    assert set(STATE_AFTER.values()) == set(BindingStatus)
