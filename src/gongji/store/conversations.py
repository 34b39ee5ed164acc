"""Conversations: messages appended under the conversation's lock, read in pages, counted.

The conversation's row is locked last of all rows, by the statement that raises its counters; what
is appended in one transaction gets its numbers there, so that numbers have no gaps and two devices
that write at once lose nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.domain.conversation import Author, Card, CardKind, Conversation, Draft, Message
from gongji.domain.page import PageOf, PageRequest
from gongji.store.ids import new_id
from gongji.store.sql import id_of, rows, to_json

_APPEND: Final = """
WITH drafts AS (
    SELECT d.*, row_number() OVER (ORDER BY d.place) AS nth
    FROM jsonb_to_recordset($2::jsonb) AS d(place int, id uuid, author text, text text,
        card jsonb, replies_to uuid, event_id uuid, actor jsonb)
    WHERE NOT EXISTS (SELECT FROM message AS m WHERE m.replies_to = d.replies_to)
        AND NOT EXISTS (
            SELECT FROM message AS m WHERE m.event_id = d.event_id AND m.person_id = $1)
), counted AS (
    UPDATE conversation AS c SET last_number = c.last_number + (SELECT count(*) FROM drafts),
        last_change = c.last_change + (SELECT count(*) FROM drafts)
    WHERE c.person_id = $1
    RETURNING c.last_number - (SELECT count(*) FROM drafts) AS number,
        c.last_change - (SELECT count(*) FROM drafts) AS change
)
INSERT INTO message
    (id, person_id, number, change, author, text, card, replies_to, event_id, sent_at, actor)
SELECT d.id, $1, counted.number + d.nth, counted.change + d.nth, d.author, d.text, d.card,
    d.replies_to, d.event_id, $3::timestamptz, d.actor
FROM drafts AS d CROSS JOIN counted
RETURNING row_to_json(message)::text AS message
"""
_OPEN_AND_LOCK: Final = """
WITH opened AS (
    INSERT INTO conversation (person_id, last_number, last_change, read_number)
    VALUES ($1, 0, 0, 0) ON CONFLICT (person_id) DO NOTHING
)
SELECT 1
"""
_LOCK: Final = "SELECT person_id FROM conversation WHERE person_id = $1 FOR UPDATE"


async def lock_conversation(connection: BaseDBAsyncClient, person_id: UUID) -> None:
    """Open a person's conversation where there is none, and lock it; no other row after it."""
    await rows(connection, _OPEN_AND_LOCK, person_id)
    await rows(connection, _LOCK, person_id)


async def append(
    connection: BaseDBAsyncClient, person_id: UUID, drafts: Sequence[Draft], at: datetime
) -> list[Message]:
    """Append messages to a locked conversation, in their order; returns those that are new.

    Within one call no two answer the same message, or tell of the same event.

    A reply to a message that was answered, and what an event has already told this person, is
    left out: each is said once, however often the work is done again.
    """
    written = [
        {
            "place": place,
            "id": new_id(),
            "author": draft.author,
            "text": draft.text,
            "card": None if draft.card is None else write_card(draft.card),
            "replies_to": draft.replies_to,
            "event_id": draft.event_id,
            "actor": None if draft.actor is None else draft.actor.record(),
        }
        for place, draft in enumerate(drafts)
    ]
    found = await rows(connection, _APPEND, person_id, to_json(written), at)
    messages = (read_message(orjson.loads(row["message"])) for row in found)
    return sorted(messages, key=lambda message: message.number)


_TOUCH: Final = """
WITH touched AS (
    SELECT m.id, row_number() OVER (ORDER BY m.number) AS nth FROM message AS m
    WHERE m.person_id = $1 AND m.card -> 'ids' @> $2::jsonb
), counted AS (
    UPDATE conversation AS c SET last_change = c.last_change + (SELECT count(*) FROM touched)
    WHERE c.person_id = $1 RETURNING c.last_change - (SELECT count(*) FROM touched) AS change
)
UPDATE message AS m SET change = counted.change + touched.nth
FROM touched CROSS JOIN counted WHERE m.id = touched.id
RETURNING m.number
"""


async def touch_cards(
    connection: BaseDBAsyncClient, person_id: UUID, ids: Mapping[str, UUID]
) -> list[int]:
    """Mark the cards about something as changed, in a locked conversation; returns their numbers.

    Args:
        ids: ids by role, all of which the card must have.
    """
    found = await rows(connection, _TOUCH, person_id, to_json(ids))
    return sorted(row["number"] for row in found)


_CONVERSATION: Final = """
SELECT c.person_id, c.last_number, c.last_change, c.read_number, (
    SELECT count(*) FROM message AS m WHERE m.person_id = c.person_id
        AND m.number > c.read_number AND m.author = 'SERVICE') AS unread
FROM conversation AS c WHERE c.person_id = $1
"""


async def read_conversation(connection: BaseDBAsyncClient, person_id: UUID) -> Conversation:
    """Read a person's conversation; one that was never opened is empty."""
    for row in await rows(connection, _CONVERSATION, person_id):
        return Conversation(**row)
    return Conversation(person_id, last_number=0, last_change=0, read_number=0, unread=0)


_MARK: Final = """
UPDATE conversation AS c SET read_number = $2
WHERE c.person_id = $1 AND c.read_number < $2 AND c.last_number >= $2
RETURNING c.read_number
"""


async def mark_read(connection: BaseDBAsyncClient, person_id: UUID, number: int) -> bool:
    """Mark messages as read up to a number; tell whether that was news.

    It never goes back, nor beyond the newest message.
    """
    return bool(await rows(connection, _MARK, person_id, number))


_PAGE: Final = """
SELECT row_to_json(m)::text AS message FROM message AS m
WHERE m.person_id = $1 AND ($2::bigint IS NULL OR m.number {beyond} $2::bigint)
ORDER BY m.number {direction}
LIMIT $3
"""
_PAGES: Final = {
    False: _PAGE.format(beyond="<", direction="DESC"),
    True: _PAGE.format(beyond=">", direction="ASC"),
}


async def page_of_messages(
    connection: BaseDBAsyncClient, person_id: UUID, page: PageRequest
) -> PageOf[Message]:
    """Read one page of a conversation, the newest first; the key is the message's number."""
    beyond = page.beyond[0] if page.beyond else None
    found = await rows(connection, _PAGES[page.is_backward], person_id, beyond, page.fetch)
    return PageOf.cut([read_message(orjson.loads(row["message"])) for row in found], page)


_CHANGED: Final = """
SELECT row_to_json(m)::text AS message FROM message AS m
WHERE m.person_id = $1 AND m.change > $2
ORDER BY m.change
LIMIT $3
"""


async def messages_changed(
    connection: BaseDBAsyncClient, person_id: UUID, *, after: int, limit: int
) -> list[Message]:
    """Read messages that came or changed after a change, in the order of their last change."""
    found = await rows(connection, _CHANGED, person_id, after, limit)
    return [read_message(orjson.loads(row["message"])) for row in found]


_UNANSWERED: Final = """
SELECT row_to_json(m)::text AS message FROM message AS m
WHERE m.author = 'PERSON' AND m.sent_at < $1 AND m.sent_at >= $2
    AND NOT EXISTS (SELECT FROM message AS r WHERE r.replies_to = m.id)
ORDER BY m.id
LIMIT $3
"""


async def unanswered_messages(
    connection: BaseDBAsyncClient, *, sent_before: datetime, sent_since: datetime, limit: int
) -> list[Message]:
    """Read messages of persons that nobody has answered, the oldest first."""
    found = await rows(connection, _UNANSWERED, sent_before, sent_since, limit)
    return [read_message(orjson.loads(row["message"])) for row in found]


_BY_ID: Final = """
SELECT row_to_json(m)::text AS message FROM message AS m
WHERE m.id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
"""


async def messages_by_id(connection: BaseDBAsyncClient, ids: Iterable[UUID]) -> dict[UUID, Message]:
    """Read messages by id; an unknown id is left out."""
    found = await rows(connection, _BY_ID, to_json(list(ids)))
    messages = (read_message(orjson.loads(row["message"])) for row in found)
    return {message.id: message for message in messages}


_REPLIES: Final = """
SELECT m.replies_to, row_to_json(m)::text AS message FROM message AS m
WHERE m.replies_to = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))
"""


async def replies_to(connection: BaseDBAsyncClient, ids: Iterable[UUID]) -> dict[UUID, Message]:
    """Read the replies to messages and presses, by what they answer."""
    found = await rows(connection, _REPLIES, to_json(list(ids)))
    return {row["replies_to"]: read_message(orjson.loads(row["message"])) for row in found}


_TOUCH_ONE: Final = """
WITH counted AS (
    UPDATE conversation AS c SET last_change = c.last_change + 1
    WHERE c.person_id = $1 RETURNING c.last_change AS change
)
UPDATE message AS m SET change = counted.change FROM counted WHERE m.id = $2 AND m.person_id = $1
RETURNING m.number
"""


async def touch_message(connection: BaseDBAsyncClient, person_id: UUID, message_id: UUID) -> None:
    """Mark one message of a locked conversation as changed."""
    await rows(connection, _TOUCH_ONE, person_id, message_id)


def write_card(card: Card) -> dict[str, Any]:
    """Write what a card is about as it is stored."""
    ids = {role: str(value) for role, value in card.ids.items()}
    return {"kind": card.kind, "ids": ids, "notice": card.notice, "terms": dict(card.terms)}


def read_message(row: Mapping[str, Any]) -> Message:
    """Read a message row out of a JSON answer."""
    return Message(
        id=id_of(row["id"]),
        person_id=id_of(row["person_id"]),
        number=row["number"],
        change=row["change"],
        author=Author(row["author"]),
        text=row["text"],
        card=None if row["card"] is None else _read_card(row["card"]),
        sent_at=datetime.fromisoformat(row["sent_at"]),
        actor=None if row["actor"] is None else Actor.recorded(row["actor"]),
    )


def _read_card(stored: Mapping[str, Any]) -> Card:
    ids = {role: id_of(value) for role, value in stored["ids"].items()}
    return Card(CardKind(stored["kind"]), ids, stored["notice"], stored.get("terms", {}))
