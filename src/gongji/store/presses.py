"""Buttons that were pressed: one press of a card at a time, each done once.

A press is stored, under the conversation's lock, before anything is done, and concluded together
with its reply. One that a kill has left open is found, and done again under the same key.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.domain.conversation import Press, PressOutcome
from gongji.store.sql import id_of, rows, to_json

_PUT: Final = """
INSERT INTO card_press (id, message_id, person_id, attempt, button, actor, pressed_at)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7)
"""
_CONCLUDE: Final = """
UPDATE card_press SET outcome = $2 WHERE id = $1 AND outcome IS NULL RETURNING id
"""
_LATEST: Final = """
SELECT row_to_json(found)::text AS press FROM (
    SELECT DISTINCT ON (p.message_id) p.* FROM card_press AS p
    WHERE p.message_id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
    ORDER BY p.message_id, p.attempt DESC) AS found
"""
_OPEN: Final = """
SELECT row_to_json(p)::text AS press FROM card_press AS p
WHERE p.outcome IS NULL AND p.pressed_at < $1 AND p.pressed_at >= $2
    AND ($3::timestamptz IS NULL OR (p.pressed_at, p.id) > ($3::timestamptz, $4::uuid))
ORDER BY p.pressed_at, p.id LIMIT $5
"""


async def put_press(connection: BaseDBAsyncClient, press: Press) -> None:
    """Store a press, in a locked conversation."""
    actor = to_json(press.actor.record())
    where = (press.id, press.message_id, press.person_id, press.attempt)
    await rows(connection, _PUT, *where, press.button, actor, press.pressed_at)


async def conclude_press(
    connection: BaseDBAsyncClient, press_id: UUID, outcome: PressOutcome
) -> bool:
    """Write what became of a press; tell whether nobody had, in a locked conversation."""
    return bool(await rows(connection, _CONCLUDE, press_id, str(outcome)))


async def latest_presses(
    connection: BaseDBAsyncClient, message_ids: Iterable[UUID]
) -> dict[UUID, Press]:
    """Read the latest press of each of some messages, by message; none for most."""
    found = await rows(connection, _LATEST, to_json(list(message_ids)))
    presses = (_read(orjson.loads(row["press"])) for row in found)
    return {press.message_id: press for press in presses}


async def open_presses(
    connection: BaseDBAsyncClient,
    *,
    pressed_before: datetime,
    pressed_since: datetime,
    beyond: Press | None,
    limit: int,
) -> list[Press]:
    """Read presses that nobody has concluded, the oldest first.

    Args:
        beyond: the last one that was read before; None: from the beginning.
    """
    place = (None, None) if beyond is None else (beyond.pressed_at, beyond.id)
    found = await rows(connection, _OPEN, pressed_before, pressed_since, *place, limit)
    return [_read(orjson.loads(row["press"])) for row in found]


def _read(row: dict[str, Any]) -> Press:
    return Press(
        id=id_of(row["id"]),
        message_id=id_of(row["message_id"]),
        person_id=id_of(row["person_id"]),
        attempt=row["attempt"],
        button=row["button"],
        actor=Actor.recorded(row["actor"]),
        pressed_at=datetime.fromisoformat(row["pressed_at"]),
        outcome=None if row["outcome"] is None else PressOutcome(row["outcome"]),
    )
