"""What must be true once the kills are over: of every errand, and of the books as a whole."""

import asyncio
import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from tortoise.context import TortoiseContext
from typeid import TypeID

from gongji.store.database import tortoise_config
from tests.e2e.errands import Errand, Line
from tests.explained import expect_explained
from tests.history import History
from tests.model import Model, Shared

_TOGETHER = 12
_BINDINGS = """
SELECT id, account_id, beneficiary_id, limit_month_fen FROM binding ORDER BY position
"""
_EFFECTS = """
SELECT request_id, id, reversal_id IS NOT NULL AS is_undone, 'settleBill' AS operation
FROM settlement
UNION ALL
SELECT request_id, id, status IN ('FAILED', 'REFUNDED'), 'payPremium' FROM premium
UNION ALL
SELECT request_id, id, false, 'reverseSettlement' FROM reversal
"""
_MAKES_A_ROW = {"settleBill", "reverseSettlement", "payPremium"}
_HALF_DONE = {
    "a key without an answer": "SELECT id FROM request_key WHERE answer IS NULL",
    "a settlement without its event": """
        SELECT id FROM settlement AS s WHERE NOT EXISTS (
            SELECT FROM event AS e WHERE e.ids ->> 'settlement' = s.id::text
                AND e.kind = 'BILL_SETTLED')""",
    "a settlement whose legs are not what it says": """
        SELECT id FROM settlement AS s WHERE own_fen + shared_fen <> (
            SELECT COALESCE(sum(amount_fen), 0) FROM settlement_leg AS l
            WHERE l.settlement_id = s.id)""",
    "a settlement whose transfers are not what it says": """
        SELECT id FROM settlement AS s WHERE own_fen + shared_fen <> (
            SELECT COALESCE(sum(amount_fen), 0) FROM transfer AS t
            WHERE t.cause_kind = 'SETTLEMENT' AND t.cause_id = s.id)""",
    "a reversal that its settlement does not know": """
        SELECT r.id FROM reversal AS r LEFT JOIN settlement AS s ON s.reversal_id = r.id
        WHERE s.id IS DISTINCT FROM r.settlement_id""",
    "a premium that hangs": "SELECT id FROM premium WHERE status = 'DEBITED'",
}
"""What half of a thing would look like, each a statement that must find nothing."""


@dataclass(frozen=True)
class Beginning:
    """The families before the first request: what the model starts from."""

    model: Model
    events: dict[UUID, int]
    orders: dict[UUID, int]

    @classmethod
    async def read(cls, connection: asyncpg.Connection) -> "Beginning":
        """Read the families as they were loaded."""
        people = await connection.fetch(
            "SELECT person_id, event_no, order_version FROM beneficiary"
        )
        accounts = await connection.fetch(
            "SELECT id, owner_id, balance_fen, reserve_fen FROM personal_account"
        )
        bindings = await connection.fetch(_BINDINGS)
        own = {account["owner_id"]: account["id"] for account in accounts}
        order: dict[UUID, list[UUID]] = {person["person_id"]: [] for person in people}
        for binding in bindings:
            order[binding["beneficiary_id"]].append(binding["id"])
        model = Model(
            balances={account["id"]: account["balance_fen"] for account in accounts},
            reserves={account["id"]: account["reserve_fen"] for account in accounts},
            own={person["person_id"]: own.get(person["person_id"]) for person in people},
            shared={b["id"]: Shared(b["account_id"], limit=b["limit_month_fen"]) for b in bindings},
            order=order,
        )
        events = {person["person_id"]: person["event_no"] for person in people}
        orders = {person["person_id"]: person["order_version"] for person in people}
        return cls(model, events, orders)


async def send_everything_again(line: Line, errands: Sequence[Errand]) -> None:
    """Send every errand once more: each is answered, those that never arrived for the first time.

    In the order in which they were thought of, so that a void comes after what it voids.
    """
    for some in _dozens(errands):
        answers = await asyncio.gather(*(line.send(errand) for errand in some))
        assert all(answers), answers


async def expect_one_answer_for_ever(line: Line, errands: Sequence[Errand]) -> None:
    """Expect that a key never told two things, and that ``outcome`` tells the same."""
    for some in _dozens(errands):
        for errand in some:
            assert len(set(errand.answers)) == 1, errand
        await asyncio.gather(*(_expect_outcome(line, errand) for errand in some))


async def _expect_outcome(line: Line, errand: Errand) -> None:
    told = await line.ask_outcome(errand)
    assert told is not None
    kind, kept = errand.answers[0]
    if errand.is_voided or kind == "RequestVoided":
        assert told["status"] == "VOIDED", (errand, told)
    elif kind.endswith("Payload"):
        assert told["status"] in {"DONE", "VOIDED"}, (errand, told)
    else:
        assert (told["status"], told["problem"]["code"]) == ("REFUSED", json.loads(kept)["code"])
    if errand.result is not None:
        assert told["answer"]["id"] == errand.result, (errand, told)


async def expect_whole_effects(connection: asyncpg.Connection, errands: Sequence[Errand]) -> None:
    """Expect one effect for each key that told of one, none for the others, and no halves."""
    for half, statement in _HALF_DONE.items():
        assert await connection.fetch(statement) == [], half
    effects: dict[str, asyncpg.Record] = {}
    for effect in await connection.fetch(_EFFECTS):
        assert effects.setdefault(str(effect["request_id"]), effect) is effect, effect
    undone = {effect["id"] for effect in effects.values() if effect["is_undone"]}
    for errand in errands:
        _expect_undone(errand, undone)
        if errand.operation in _MAKES_A_ROW:
            _expect_effect(errand, effects.pop(errand.key, None))
    # What is left was made by voids, under their own keys.
    assert {effect["operation"] for effect in effects.values()} <= {"reverseSettlement"}


def _expect_effect(errand: Errand, effect: asyncpg.Record | None) -> None:
    """Expect what an errand told: this effect, or none; and of what was voided nothing stays."""
    if errand.result is None:
        assert effect is None, errand
        return
    assert effect is not None, errand
    assert effect["id"] == _uuid(errand.result), errand
    assert effect["is_undone"] or not errand.is_voided, errand


def _expect_undone(errand: Errand, undone: Set[UUID]) -> None:
    """Expect that what an errand said it gave back is given back."""
    undoes = errand.input.get("settlementId") or errand.input.get("premiumId")
    if undoes is not None and errand.result is not None:
        assert _uuid(undoes) in undone, errand


def _uuid(shown: str) -> UUID:
    return UUID(str(TypeID.from_string(shown).uuid))


async def expect_serial_order(url: str, beginning: Beginning) -> None:
    """Expect a serial order of all that happened, which the independent model explains."""
    # Without the fallback for other tasks, which belongs to the pool of the whole run.
    async with TortoiseContext() as pool:
        await pool.init(config=tortoise_config(url, most_connections=2))
        history = await History.read(events_before=beginning.events, orders_before=beginning.orders)
    expect_explained(history, beginning.model)


def _dozens(errands: Sequence[Errand]) -> Iterator[Sequence[Errand]]:
    """Yield as many errands as are sent at the same time."""
    for begun in range(0, len(errands), _TOGETHER):
        yield errands[begun : begun + _TOGETHER]
