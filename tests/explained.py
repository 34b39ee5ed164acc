"""A history that the independent model explains: event by event, and at the end every balance."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from gongji.domain.events import EventKind
from gongji.store.rows import EventRow
from tests.history import History, cause_of
from tests.model import Model, Month


def expect_explained(
    history: History, model: Model, *, limits: Mapping[UUID, int] | None = None
) -> None:
    """Let the model follow a history in a serial order, and compare all that was moved.

    Args:
        model: as the families were before the history.
        limits: the limit that each binding got in it.

    Raises:
        graphlib.CycleError: the history has no serial order.
    """
    for event in history.serial():
        moved = _moved(model, event, history, limits or {})
        cause = cause_of(event)
        found = history.moved.get(cause, {}) if cause else {}
        assert found == moved, (event.kind, event.subject_id, event.number)
    for account, fen in model.balances.items():
        assert history.balance(account) == fen


def _moved(
    model: Model, event: EventRow, history: History, limits: Mapping[UUID, int]
) -> dict[UUID, int]:
    """Let the model follow one event; return fen by account that it must have moved."""
    match event.kind:
        case EventKind.BILL_SETTLED:
            row = history.settlements[UUID(event.ids["settlement"])]
            month = _month(row.business_day)
            return model.settle(row.id, row.beneficiary_id, row.eligible_fen, month)
        case EventKind.SETTLEMENT_REVERSED:
            return model.give_back(UUID(event.ids["settlement"]))
        case EventKind.PREMIUM_DEBITED:
            paid = history.premiums[UUID(event.ids["premium"])]
            month = _month(paid.business_day)
            return model.pay_premium(paid.id, paid.binding_id, paid.amount_fen, month)
        case EventKind.PREMIUM_REFUNDED | EventKind.PREMIUM_FAILED:
            return model.give_back(UUID(event.ids["premium"]))
        case EventKind.CONTRIBUTION_BOOKED:
            cause = cause_of(event)
            assert cause is not None
            for account, amount in history.moved[cause].items():
                model.pay_in(account, amount)
            return history.moved[cause]
        case _:
            _follow_family(model, event, history, limits)
            return {}


def _follow_family(
    model: Model, event: EventRow, history: History, limits: Mapping[UUID, int]
) -> None:
    """Let the model follow an event that moves no money."""
    match event.kind:
        case EventKind.ORDER_CHANGED | EventKind.BINDING_ENDED:
            model.order[event.subject_id] = history.orders[event.subject_id].pop(0)
        case EventKind.BINDING_PAUSED:
            model.shared[UUID(event.ids["binding"])].is_paused = True
        case EventKind.BINDING_RESUMED:
            model.shared[UUID(event.ids["binding"])].is_paused = False
        case EventKind.LIMIT_SET:
            binding = UUID(event.ids["binding"])
            model.shared[binding].limit = limits[binding]
        case EventKind.PREMIUM_CONFIRMED:
            pass
        case other:
            raise AssertionError(other)


def _month(day: date) -> Month:
    return day.year, day.month
