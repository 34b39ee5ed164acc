"""Everything that a transaction writes, collected and written as one statement.

The rows of all tables go as one JSON parameter; the server turns them into rows by the names of the
columns. Counters (event numbers, order versions) come from the locked beneficiary rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.domain.events import Event
from gongji.domain.ledger import Transfer
from gongji.domain.person import PersonalAccount
from gongji.store.ids import new_id
from gongji.store.locks import LockedBeneficiary
from gongji.store.request_keys import Key
from gongji.store.sql import rows, to_json


class Table(StrEnum):
    """Tables into which a transaction of the money path inserts."""

    SETTLEMENT = "settlement"
    SETTLEMENT_LEG = "settlement_leg"
    REVERSAL = "reversal"
    PREMIUM = "premium"
    PREMIUM_LEG = "premium_leg"
    CONTRIBUTION = "contribution"
    TRANSFER = "transfer"
    EVENT = "event"
    ORDER_VERSION = "order_version"
    CASE = "bureau_case"


class Update(StrEnum):
    """Updates by id, each a set of rows of the same columns."""

    ACCOUNT = "account"
    BENEFICIARY = "beneficiary"
    ANSWER = "answer"
    POSITION = "position"
    REVERSED = "reversed"


_UPDATED: Final[dict[Update, tuple[str, str, dict[str, str]]]] = {
    Update.ACCOUNT: (
        "personal_account",
        "id",
        {"balance_fen": "bigint", "entry_no": "bigint", "reserve_fen": "bigint"},
    ),
    Update.BENEFICIARY: (
        "beneficiary",
        "person_id",
        {"event_no": "bigint", "order_version": "int", "order_is_set": "boolean"},
    ),
    Update.ANSWER: ("request_key", "id", {"answer": "jsonb"}),
    Update.POSITION: ("binding", "id", {"position": "int"}),
    Update.REVERSED: ("settlement", "id", {"reversal_id": "uuid"}),
}
"""For each update its table, the column of its ids, and the columns that it sets."""


@lru_cache(maxsize=128)
def _statement(parts: tuple[Table | Update, ...]) -> str:
    """Compose the one statement; its text depends only on which parts have rows."""
    written = (f"part_{number} AS ({_part(part)})" for number, part in enumerate(parts))
    return f"WITH {', '.join(written)} SELECT 1"


def _part(part: Table | Update) -> str:
    if isinstance(part, Update):
        return _update(part)
    return (
        f"INSERT INTO {part} SELECT * FROM"
        f" jsonb_populate_recordset(NULL::{part}, $1::jsonb -> '{part}')"
    )


def _update(part: Update) -> str:
    """Write an update; its ids are named twice, as ``sql`` says why."""
    table, key, columns = _UPDATED[part]
    assignments = ", ".join(f"{column} = n.{column}" for column in columns)
    typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    return (
        f"UPDATE {table} AS t SET {assignments}"
        f" FROM jsonb_to_recordset($1::jsonb -> '{part}') AS n({key} uuid, {typed})"
        f" WHERE t.{key} = n.{key} AND t.{key} = ANY (ARRAY("
        f"SELECT (value ->> '{key}')::uuid FROM jsonb_array_elements($1::jsonb -> '{part}')))"
    )


@dataclass(slots=True)
class Changes:
    """The rows to write. Every method only collects; ``write`` sends them.

    Args:
        at: when it happens.
        make_id: makes the ids of rows.
    """

    at: datetime
    make_id: Callable[[], UUID] = new_id
    _rows: dict[Table | Update, dict[UUID, dict[str, Any]]] = field(default_factory=dict)

    def insert(self, table: Table, row: dict[str, Any]) -> None:
        """Insert a row; what it does not name is null."""
        self._rows.setdefault(table, {})[row["id"]] = row

    def _update(self, update: Update, key: UUID, row: dict[str, Any]) -> None:
        self._rows.setdefault(update, {})[key] = row

    def account(self, account: PersonalAccount) -> None:
        """Store an account as it stands after its transfers, or with another reserve."""
        self._update(
            Update.ACCOUNT,
            account.id,
            {
                "id": account.id,
                "balance_fen": account.balance,
                "entry_no": account.entry_no,
                "reserve_fen": account.reserve,
            },
        )

    def transfers(self, *transfers: Transfer) -> None:
        """Book transfers."""
        for transfer in transfers:
            self.insert(
                Table.TRANSFER,
                {
                    "id": self.make_id(),
                    "debit_account_id": transfer.debit_id,
                    "credit_account_id": transfer.credit_id,
                    "amount_fen": transfer.amount,
                    "cause_kind": transfer.cause.kind,
                    "cause_id": transfer.cause.id,
                    "business_day": transfer.cause.day,
                    "booked_at": self.at,
                    "account_id": transfer.account_id,
                    "entry_no": transfer.entry_no,
                    "balance_after_fen": transfer.balance_after,
                },
            )

    def event(self, event: Event, locked: LockedBeneficiary, *, by: Actor) -> None:
        """Record a fact, numbered on the locked row of its subject."""
        if locked.value.id != event.subject_id:
            raise ValueError("an event is numbered on its subject's row")
        locked.event_no += 1
        self.insert(
            Table.EVENT,
            {
                "id": self.make_id(),
                "subject_id": event.subject_id,
                "number": locked.event_no,
                "kind": event.kind,
                "happened_at": self.at,
                "ids": {role: str(value) for role, value in event.ids.items()},
                "actor": by.record(),
            },
        )
        self.beneficiary(locked)

    def beneficiary(self, locked: LockedBeneficiary) -> None:
        """Store the counters and the order's state of a locked beneficiary row."""
        self._update(
            Update.BENEFICIARY,
            locked.value.id,
            {
                "person_id": locked.value.id,
                "event_no": locked.event_no,
                "order_version": locked.value.order_version,
                "order_is_set": locked.value.order_is_set,
            },
        )

    def position(self, binding_id: UUID, position: int | None) -> None:
        """Store a binding's place in the beneficiary's own order."""
        self._update(Update.POSITION, binding_id, {"id": binding_id, "position": position})

    def reversed(self, settlement_id: UUID, reversal_id: UUID) -> None:
        """Point a settlement at its reversal."""
        row = {"id": settlement_id, "reversal_id": reversal_id}
        self._update(Update.REVERSED, settlement_id, row)

    def answer(self, key: Key, answer: dict[str, Any]) -> None:
        """Store the answer under the key that was claimed."""
        self._update(Update.ANSWER, key.id, {"id": key.id, "answer": answer})

    async def write(self, connection: BaseDBAsyncClient) -> None:
        """Write everything in one statement and forget it."""
        if not self._rows:
            return
        parts = tuple(sorted(self._rows, key=str))
        document = {str(part): collected for part, collected in self.take().items()}
        await rows(connection, _statement(parts), to_json(document))

    def take(self) -> dict[Table | Update, list[dict[str, Any]]]:
        """Return everything that was collected, by table or update, and forget it."""
        taken = {part: list(collected.values()) for part, collected in self._rows.items()}
        self._rows.clear()
        return taken
