"""One-use links to exports: whoever holds the secret fetches once, and soon.

Only a keyed digest of the secret is stored. A row is a link that may still be used: using it
deletes it, so that of two at once one wins, whichever process they reach.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.actor import Actor
from gongji.domain.business_day import Days
from gongji.store.personal_data import KeyRing
from gongji.store.sql import rows, to_json

LIVES: Final = timedelta(seconds=90)
"""How long a link may be used; its last moment no longer counts."""

_SECRET_BYTES: Final = 32
_PURPOSE: Final = "EXPORT_LINK"

_GIVE: Final = """
INSERT INTO export_link (id, digest, expires_at, from_day, to_day, actor)
VALUES ($1, $2, $3, $4, $5, $6::jsonb)
ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at
"""
_TAKE: Final = """
DELETE FROM export_link WHERE digest = $1 AND expires_at > $2
RETURNING from_day, to_day, actor::text AS actor
"""
_FORGET: Final = "DELETE FROM export_link WHERE expires_at <= $1 RETURNING id"


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is told, once, to whoever asked.

    Args:
        expires_at: the first moment at which it no longer works.
    """

    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a link leads to: whose movements of which days, as their owner or guardian."""

    actor: Actor
    days: Days


async def give_link(
    connection: BaseDBAsyncClient,
    export_id: UUID,
    wanted: Wanted,
    key_ring: KeyRing,
    at: datetime,
) -> Link:
    """Make the link of an export; one that the export had before works no more."""
    link = Link(token_urlsafe(_SECRET_BYTES), at + LIVES)
    await rows(
        connection,
        _GIVE,
        export_id,
        key_ring.digest(_PURPOSE, link.secret),
        link.expires_at,
        wanted.days.first,
        wanted.days.last,
        to_json(wanted.actor.record()),
    )
    return link


async def take_link(
    connection: BaseDBAsyncClient, secret: str, key_ring: KeyRing, at: datetime
) -> Wanted | None:
    """Use a link up; None where it was used before, has expired, or never was."""
    for row in await rows(connection, _TAKE, key_ring.digest(_PURPOSE, secret), at):
        return _read(row)
    return None


def _read(row: Mapping[str, Any]) -> Wanted:
    actor = Actor.recorded(orjson.loads(row["actor"]))
    return Wanted(actor, Days(row["from_day"], row["to_day"]))


async def forget_expired(connection: BaseDBAsyncClient, at: datetime) -> int:
    """Delete links that nobody used in time; returns how many."""
    return len(await rows(connection, _FORGET, at))
