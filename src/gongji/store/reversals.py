"""Reversals as values."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.money import Fen
from gongji.store.sql import rows


@dataclass(frozen=True, slots=True)
class Reversal:
    """The one reversal of a settlement.

    Args:
        suspended: fen that went to suspense, because an account was closed (G13).
    """

    id: UUID
    settlement_id: UUID
    reversed_at: datetime
    business_day: date
    reason: str | None
    suspended: Fen


_BY_ID: Final = """
SELECT id, settlement_id, reversed_at, business_day, reason, suspended_fen
FROM reversal WHERE id = $1
"""


async def reversal_by_id(connection: BaseDBAsyncClient, reversal_id: UUID) -> Reversal:
    """Read a reversal whose id is known to exist."""
    (row,) = await rows(connection, _BY_ID, reversal_id)
    return _read(row)


def _read(row: dict[str, Any]) -> Reversal:
    return Reversal(suspended=Fen(row.pop("suspended_fen")), **row)
