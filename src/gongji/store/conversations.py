"""Conversations: messages appended under the conversation's lock, read in pages, counted.

The conversation's row is locked last of all rows but a count of quotes, by what raises its counts;
what is appended in one transaction gets its numbers there, so that numbers have no gaps and two
devices that write at once lose nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.domain.conversation import (
    Author,
    Card,
    CardKind,
    Conversation,
    Draft,
    Likeness,
    Message,
)
from gongji.domain.page import PageOf, PageRequest
from gongji.store.ids import new_id
from gongji.store.sql import id_of, rows, to_json

# Not by NOT EXISTS, for which the planner would read all messages rather than look each one up.
_APPEND: Final = """
WITH drafts AS (
    SELECT d.*, row_number() OVER (PARTITION BY d.person_id ORDER BY d.place) AS nth
    FROM jsonb_to_recordset($1::jsonb) AS d(place int, id uuid, person_id uuid, author text,
        text text, card jsonb, replies_to uuid, event_id uuid, actor jsonb)
    WHERE (SELECT m.id FROM message AS m WHERE m.replies_to = d.replies_to) IS NULL
        AND (SELECT m.id FROM message AS m
            WHERE m.event_id = d.event_id AND m.person_id = d.person_id) IS NULL
), counts AS (
    SELECT d.person_id, count(*) AS new FROM drafts AS d GROUP BY d.person_id
), counted AS (
    UPDATE conversation AS c SET last_number = c.last_number + n.new,
        last_change = c.last_change + n.new
    FROM counts AS n WHERE c.person_id = n.person_id
    RETURNING c.person_id, c.last_number - n.new AS number, c.last_change - n.new AS change
)
INSERT INTO message
    (id, person_id, number, change, author, text, card, replies_to, event_id, sent_at, actor)
SELECT d.id, d.person_id, c.number + d.nth, c.change + d.nth, d.author, d.text, d.card,
    d.replies_to, d.event_id, $2::timestamptz, d.actor
FROM drafts AS d JOIN counted AS c ON c.person_id = d.person_id
RETURNING row_to_json(message)::text AS message
"""
_WANTED: Final = "ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))"
_OPEN: Final = """
INSERT INTO conversation (person_id, last_number, last_change, read_number)
SELECT value::uuid, 0, 0, 0 FROM jsonb_array_elements_text($1::jsonb) ORDER BY value::uuid
ON CONFLICT (person_id) DO NOTHING
"""
_LOCK: Final = f"""
SELECT person_id FROM conversation WHERE person_id = ANY ({_WANTED}) ORDER BY person_id FOR UPDATE
"""


async def lock_conversation(connection: BaseDBAsyncClient, person_id: UUID) -> None:
    """Open a person's conversation where there is none, and lock it; no other row after it."""
    await lock_conversations(connection, [person_id])


async def lock_conversations(
    connection: BaseDBAsyncClient, person_ids: Iterable[UUID], *, beside: Iterable[UUID] = ()
) -> None:
    """Open and lock the conversations of several persons, by id; no other row after them.

    Args:
        beside: persons whose conversation is locked where there is one, and not opened.
    """
    opened = set(person_ids)
    if opened:
        await rows(connection, _OPEN, to_json(sorted(opened)))
    await rows(connection, _LOCK, to_json(sorted({*opened, *beside})))


async def append(
    connection: BaseDBAsyncClient, person_id: UUID, drafts: Sequence[Draft], at: datetime
) -> list[Message]:
    """Append messages to a locked conversation, in their order; returns those that are new.

    Within one call no two answer the same message, or tell of the same event.

    A reply to a message that was answered, and what an event has already told this person, is
    left out: each is said once, however often the work is done again.
    """
    return await append_each(connection, [(person_id, draft) for draft in drafts], at)


async def append_each(
    connection: BaseDBAsyncClient, drafts: Sequence[tuple[UUID, Draft]], at: datetime
) -> list[Message]:
    """Append messages to several locked conversations, as ``append`` does to one.

    Args:
        drafts: each with the person in whose conversation it goes.
    """
    written = [
        {
            "place": place,
            "id": new_id(),
            "person_id": person_id,
            "author": draft.author,
            "text": draft.text,
            "card": None if draft.card is None else write_card(draft.card),
            "replies_to": draft.replies_to,
            "event_id": draft.event_id,
            "actor": None if draft.actor is None else draft.actor.record(),
        }
        for place, (person_id, draft) in enumerate(drafts)
    ]
    found = await rows(connection, _APPEND, to_json(written), at)
    messages = [read_message(orjson.loads(row["message"])) for row in found]
    await _tell_listeners(connection, {message.person_id for message in messages})
    return sorted(messages, key=lambda message: (message.person_id, message.number))


MOST_TOUCHED: Final = 50
"""Of a person's cards that show something else the newest ones are told of; a client that shows
older ones reads them anew."""
MOST_LOOKED_AT: Final = 500
"""Of a person's messages the newest ones among which such cards are looked for."""
_TOUCH: Final = """
WITH found AS (
    SELECT m.id, m.person_id, m.number,
        row_number() OVER (PARTITION BY m.person_id ORDER BY m.number DESC) AS place
    FROM (
        SELECT DISTINCT (value ->> 'person_id')::uuid AS person_id
        FROM jsonb_array_elements($1::jsonb)
    ) AS p
    CROSS JOIN LATERAL (
        SELECT * FROM message AS one WHERE one.person_id = p.person_id
        ORDER BY one.number DESC LIMIT $3
    ) AS m
    WHERE EXISTS (
        SELECT FROM jsonb_to_recordset($1::jsonb) AS w(person_id uuid, card jsonb)
        WHERE w.person_id = m.person_id AND m.card @> w.card)
), touched AS (
    SELECT f.id, f.person_id, row_number() OVER (PARTITION BY f.person_id ORDER BY f.number) AS nth
    FROM found AS f WHERE f.place <= $2
), counts AS (
    SELECT t.person_id, count(*) AS new FROM touched AS t GROUP BY t.person_id
), counted AS (
    UPDATE conversation AS c SET last_change = c.last_change + n.new
    FROM counts AS n WHERE c.person_id = n.person_id
    RETURNING c.person_id, c.last_change - n.new AS change
)
UPDATE message AS m SET change = c.change + t.nth
FROM touched AS t JOIN counted AS c ON c.person_id = t.person_id WHERE m.id = t.id
RETURNING m.person_id, m.number
"""


async def touch_each(
    connection: BaseDBAsyncClient, wanted: Iterable[tuple[UUID, Likeness]]
) -> list[tuple[UUID, int]]:
    """Mark cards as changed in several locked conversations, at most ``MOST_TOUCHED`` in each.

    They are looked for among the newest ``MOST_LOOKED_AT`` messages of each.

    Returns:
        Person and number of each message that was marked.
    """
    written = [{"person_id": person_id, "card": _pattern(like)} for person_id, like in wanted]
    found = await rows(connection, _TOUCH, to_json(written), MOST_TOUCHED, MOST_LOOKED_AT)
    await _tell_listeners(connection, {row["person_id"] for row in found})
    return sorted((row["person_id"], row["number"]) for row in found)


def _pattern(like: Likeness) -> dict[str, Any]:
    kind = {} if like.kind is None else {"kind": like.kind}
    return {**kind, "ids": dict(like.ids)}


CHANNEL: Final = "gongji_conversation"
"""Where each change of a conversation is told, as the person's id and nothing else."""
_TELL: Final = f"SELECT pg_notify('{CHANNEL}', value) FROM jsonb_array_elements_text($1::jsonb)"


async def _tell_listeners(connection: BaseDBAsyncClient, person_ids: set[UUID]) -> None:
    """Let every server process hear of changed conversations, if and when this is committed.

    A commit that tells something waits for others that do. No money moves in one that writes to
    a conversation.
    """
    if person_ids:
        await rows(connection, _TELL, to_json(sorted(person_ids)))


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
SELECT w.place, row_to_json(m)::text AS message
FROM jsonb_to_recordset($1::jsonb) AS w(place int, person_id uuid, change bigint)
CROSS JOIN LATERAL (
    SELECT * FROM message AS one WHERE one.person_id = w.person_id AND one.change > w.change
    ORDER BY one.change LIMIT $2
) AS m
ORDER BY w.place, m.change
"""


async def messages_changed(
    connection: BaseDBAsyncClient, wanted: Sequence[tuple[UUID, int]], *, limit: int
) -> list[list[Message]]:
    """Read messages that came or changed after changes of some conversations.

    Args:
        wanted: a person and the change after which to begin, each.
        limit: of one conversation.

    Returns:
        What is new in each, in the order of its last change.
    """
    asked = [
        {"place": place, "person_id": person_id, "change": change}
        for place, (person_id, change) in enumerate(wanted)
    ]
    answers: list[list[Message]] = [[] for _ in wanted]
    for row in await rows(connection, _CHANGED, to_json(asked), limit):
        answers[row["place"]].append(read_message(orjson.loads(row["message"])))
    return answers


_UNANSWERED: Final = """
SELECT row_to_json(m)::text AS message FROM message AS m
WHERE m.author = 'PERSON' AND m.sent_at < $1 AND m.sent_at >= $2
    AND ($3::uuid IS NULL OR m.id > $3::uuid)
    AND NOT EXISTS (SELECT FROM message AS r WHERE r.replies_to = m.id)
ORDER BY m.id
LIMIT $4
"""


async def unanswered_messages(
    connection: BaseDBAsyncClient,
    *,
    sent_before: datetime,
    sent_since: datetime,
    beyond: UUID | None,
    limit: int,
) -> list[Message]:
    """Read messages of persons that nobody has answered, the oldest first.

    Args:
        beyond: id of the last one that was read before; None: from the beginning.
    """
    found = await rows(connection, _UNANSWERED, sent_before, sent_since, beyond, limit)
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
    await _tell_listeners(connection, {person_id})


_KNOWN_KINDS: Final = frozenset(CardKind)


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
    """Read a card; of a kind that only a newer program knows there is nothing to show here."""
    if stored["kind"] not in _KNOWN_KINDS:
        return Card(CardKind.NOTICE, {}, notice="NOT_SHOWN")
    ids = {role: id_of(value) for role, value in stored["ids"].items()}
    return Card(CardKind(stored["kind"]), ids, stored["notice"], stored.get("terms", {}))
