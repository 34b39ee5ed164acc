"""A serial order of what happened, rebuilt from entry numbers and event numbers alone.

Events of one beneficiary are numbered on the locked row; entries of one account likewise; and every
settlement recorded the last entry that it saw of each account. Together they say what came before
what. A circle among them would mean that no serial order explains the run.
"""

from dataclasses import dataclass
from graphlib import TopologicalSorter
from uuid import UUID

from gongji.domain.events import EventKind
from gongji.store.rows import EventRow, SettlementRow, TransferRow

Node = tuple[UUID, int]
"""An event: its subject and its number."""


@dataclass
class History:
    """What the database remembers of a run."""

    events: dict[Node, EventRow]
    entries: dict[tuple[UUID, int], TransferRow]
    settlements: dict[UUID, SettlementRow]

    @classmethod
    async def read(cls) -> "History":
        """Read everything that happened."""
        events = await EventRow.all()
        transfers = await TransferRow.exclude(account_id=None)
        settlements = await SettlementRow.all()
        return cls(
            {(e.subject_id, e.number): e for e in events},
            {(t.account_id, t.entry_no): t for t in transfers if t.account_id and t.entry_no},
            {s.id: s for s in settlements},
        )

    def serial(self) -> list[EventRow]:
        """Return the events in an order that respects every number.

        Raises:
            graphlib.CycleError: there is no such order.
        """
        before: TopologicalSorter[Node] = TopologicalSorter()
        for subject, number in self.events:
            before.add((subject, number))
            if number > 1:
                before.add((subject, number), (subject, number - 1))
        causes = self._nodes_by_cause()
        for (account, entry_no), transfer in self.entries.items():
            earlier = self.entries.get((account, entry_no - 1))
            if earlier and transfer.cause_id in causes and earlier.cause_id in causes:
                before.add(causes[transfer.cause_id], causes[earlier.cause_id])
        for settlement in self.settlements.values():
            self._place(settlement, before, causes)
        return [self.events[node] for node in before.static_order()]

    def _place(
        self, settlement: SettlementRow, before: TopologicalSorter[Node], causes: dict[UUID, Node]
    ) -> None:
        """Put a settlement between the entry that it saw and the one that followed."""
        here = causes[settlement.id]
        for step in settlement.explanation["steps"]:
            account, seen = UUID(step["account"]), step["entry_no"]
            last = self.entries.get((account, seen))
            following = self.entries.get((account, seen + 1))
            if last and last.cause_id in causes:
                before.add(here, causes[last.cause_id])
            if following and following.cause_id != settlement.id:
                before.add(causes[following.cause_id], here)

    def _nodes_by_cause(self) -> dict[UUID, Node]:
        roles = {
            EventKind.BILL_SETTLED: "settlement",
            EventKind.SETTLEMENT_REVERSED: "reversal",
            EventKind.CONTRIBUTION_BOOKED: "contribution",
        }
        return {
            UUID(event.ids[roles[event.kind]]): node
            for node, event in self.events.items()
            if event.kind in roles
        }
