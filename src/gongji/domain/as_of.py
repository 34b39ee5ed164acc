"""A family account as it stood at a moment, as far as rows tell that are never changed.

Entries of the account, versions of the order and events are only ever added; out of them come the
balance, the bindings with their states, and the order. Limits, the reserve, the states of accounts
and of insurance, and regions are overwritten: nothing here speaks of them.

Something that happened exactly at the moment counts, and of several things at one moment the last.
What was loaded with a day in the past counts from when it was loaded: nobody knew of it before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gongji.domain.binding import BindingStatus
from gongji.domain.disclosure import OrderSource
from gongji.domain.events import EventKind
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.domain.policy import Policy, UnsetOrder

STATE_AFTER: Final = {
    EventKind.RELATIVE_INVITED: BindingStatus.INVITED,
    EventKind.INVITATION_ACCEPTED: BindingStatus.ACTIVE,
    EventKind.INVITATION_SENT_TO_REVIEW: BindingStatus.IN_REVIEW,
    EventKind.INVITATION_DECLINED: BindingStatus.DECLINED,
    EventKind.INVITATION_WITHDRAWN: BindingStatus.WITHDRAWN,
    EventKind.INVITATION_EXPIRED: BindingStatus.EXPIRED,
    EventKind.KINSHIP_CONFIRMED: BindingStatus.ACTIVE,
    EventKind.KINSHIP_REFUSED: BindingStatus.REFUSED,
    EventKind.BINDING_PAUSED: BindingStatus.PAUSED,
    EventKind.BINDING_RESUMED: BindingStatus.ACTIVE,
    EventKind.BINDING_ENDED: BindingStatus.ENDED,
}
"""The state in which each event leaves its binding; other events leave it as it was."""


@dataclass(frozen=True, slots=True)
class AccountAsOf:
    """A personal account at a moment.

    Args:
        balance: fen; 0 before anything was booked.
        entry_no: number of the last entry by then; 0: there was none, and whether the account had
            been opened is not known.
    """

    balance: Fen
    entry_no: int


@dataclass(frozen=True, slots=True)
class BindingAsOf:
    """A binding that was live at a moment.

    Args:
        other_name: registered name of the other side, as it is now.
        status: exactly; a beneficiary is not told of a pause.
        accepted_at: when it became live.
    """

    id: UUID
    kinship: Kinship
    other_name: str
    status: BindingStatus
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class OrderAsOf:
    """The order of a beneficiary at a moment: version 0 and unset before the first one."""

    version: int = 0
    is_set: bool = False
    binding_ids: tuple[UUID, ...] = ()

    def source(self, policy: Policy | None) -> OrderSource:
        """Tell who decided the order, under the policy of that day; without one, nobody did.

        Clause: S2.2, S2.3, G1.
        """
        if self.is_set:
            return OrderSource.BENEFICIARY
        waits = policy is not None and policy.unset_order is UnsetOrder.NO_SHARING
        if policy is None or (waits and len(self.binding_ids) > 1):
            return OrderSource.NONE_YET
        return OrderSource.BUREAU

    def ranked(
        self, bindings: Iterable[BindingAsOf], policy: Policy | None
    ) -> tuple[tuple[int | None, BindingAsOf], ...]:
        """Return the beneficiary's bindings in the order that may be told, each with its rank.

        An order that was not set is by acceptance time; there are no ranks where the bureau drew
        the highest balance first.

        Clause: S2.2, G1, G18.
        """
        if self.is_set:
            place = {binding_id: number for number, binding_id in enumerate(self.binding_ids)}
            return tuple(enumerate(sorted(bindings, key=lambda b: place[b.id]), start=1))
        by_time = sorted(bindings, key=lambda b: (b.accepted_at, b.id))
        if policy is not None and policy.unset_order is UnsetOrder.HIGHEST_BALANCE:
            return tuple((None, binding) for binding in by_time)
        return tuple(enumerate(by_time, start=1))
