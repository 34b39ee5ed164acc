"""A serial order of what happened, rebuilt from entry numbers and event numbers alone.

Events of one beneficiary are numbered on the locked row; entries of one account likewise; and every
settlement recorded the last entry that it saw of each account. Together they say what came before
what. A circle among them would mean that no serial order explains the run.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from uuid import UUID

from gongji.domain.events import EventKind
from gongji.domain.ledger import CauseKind
from gongji.store.rows import (
    EventRow,
    OrderVersionRow,
    PremiumRow,
    SettlementRow,
    TransferRow,
)

Node = tuple[UUID, int]
"""An event: its subject and its number."""
Cause = tuple[CauseKind, UUID]
"""What moved money: its kind and its id."""

_CAUSES = {
    EventKind.BILL_SETTLED: (CauseKind.SETTLEMENT, "settlement"),
    EventKind.SETTLEMENT_REVERSED: (CauseKind.REVERSAL, "reversal"),
    EventKind.PREMIUM_DEBITED: (CauseKind.PREMIUM, "premium"),
    EventKind.PREMIUM_FAILED: (CauseKind.PREMIUM_REFUND, "premium"),
    EventKind.PREMIUM_REFUNDED: (CauseKind.PREMIUM_REFUND, "premium"),
    EventKind.CONTRIBUTION_BOOKED: (CauseKind.CONTRIBUTION, "contribution"),
}
"""The events that move money, with the role in which they name what caused it."""


def cause_of(event: EventRow) -> Cause | None:
    """Return what an event's transfers name as their cause; None where it moves no money."""
    if event.kind not in _CAUSES:
        return None
    kind, role = _CAUSES[event.kind]
    return kind, UUID(event.ids[role])


@dataclass
class History:
    """What the database remembers of a run.

    Args:
        moved: fen by personal account, by what caused it.
        orders: every order that a beneficiary ever got in the run, the oldest first.
    """

    events: dict[Node, EventRow]
    entries: dict[Node, TransferRow]
    settlements: dict[UUID, SettlementRow]
    premiums: dict[UUID, PremiumRow]
    moved: dict[Cause, dict[UUID, int]]
    orders: dict[UUID, list[list[UUID]]]

    @classmethod
    async def read(
        cls,
        *,
        events_before: Mapping[UUID, int] | None = None,
        orders_before: Mapping[UUID, int] | None = None,
    ) -> "History":
        """Read everything that happened.

        Args:
            events_before: the number of each subject's last event before the run.
            orders_before: the version of each beneficiary's order before the run.
        """
        events = await EventRow.all()
        transfers = await TransferRow.exclude(account_id=None)
        versions = await OrderVersionRow.all().order_by("version")
        seen, old = events_before or {}, orders_before or {}
        moved: dict[Cause, dict[UUID, int]] = defaultdict(dict)
        orders: dict[UUID, list[list[UUID]]] = defaultdict(list)
        for transfer in transfers:
            moved[transfer.cause_kind, transfer.cause_id][account_of(transfer)] = (
                transfer.amount_fen
            )
        for row in versions:
            if row.version > old.get(row.beneficiary_id, 0):
                orders[row.beneficiary_id].append(list(map(UUID, row.binding_ids)))
        return cls(
            {(e.subject_id, e.number): e for e in events if e.number > seen.get(e.subject_id, 0)},
            {(account_of(t), t.entry_no): t for t in transfers if t.entry_no},
            {s.id: s for s in await SettlementRow.all()},
            {p.id: p for p in await PremiumRow.all()},
            moved,
            orders,
        )

    def balance(self, account: UUID) -> int | None:
        """Return an account's balance after its last entry."""
        last = max(number for owner, number in self.entries if owner == account)
        return self.entries[account, last].balance_after_fen

    def serial(self) -> list[EventRow]:
        """Return the events in an order that respects every number.

        Raises:
            graphlib.CycleError: there is no such order.
        """
        before: TopologicalSorter[Node] = TopologicalSorter()
        for subject, number in self.events:
            before.add((subject, number))
            if (subject, number - 1) in self.events:
                before.add((subject, number), (subject, number - 1))
        causes = self._nodes_by_cause()
        for (account, entry_no), transfer in self.entries.items():
            earlier = self.entries.get((account, entry_no - 1))
            here, there = causes.get(_cause(transfer)), earlier and causes.get(_cause(earlier))
            if here and there and here != there:
                before.add(here, there)
        for settlement in self.settlements.values():
            self._place(settlement, before, causes)
        return [self.events[node] for node in before.static_order()]

    def _place(
        self, settlement: SettlementRow, before: TopologicalSorter[Node], causes: dict[Cause, Node]
    ) -> None:
        """Put a settlement between the entry that it saw and the one that followed."""
        here = causes[CauseKind.SETTLEMENT, settlement.id]
        for step in settlement.explanation["steps"]:
            account, seen = UUID(step["account"]), step["entry_no"]
            last = self.entries.get((account, seen))
            following = self.entries.get((account, seen + 1))
            if last and _cause(last) in causes:
                before.add(here, causes[_cause(last)])
            if following and following.cause_id != settlement.id:
                before.add(causes[_cause(following)], here)

    def _nodes_by_cause(self) -> dict[Cause, Node]:
        nodes = ((cause_of(event), node) for node, event in self.events.items())
        return {cause: node for cause, node in nodes if cause is not None}


def account_of(transfer: TransferRow) -> UUID:
    """Return the personal account that a transfer touches."""
    assert transfer.account_id is not None
    return transfer.account_id


def _cause(transfer: TransferRow) -> Cause:
    return transfer.cause_kind, transfer.cause_id
