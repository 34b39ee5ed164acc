"""Settlements in pages: a beneficiary's own, or those of one institution."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.page import PageOf, PageRequest
from gongji.domain.settlement import Settlement, SettlementStatus
from gongji.store.settlements import read_settlement
from gongji.store.sql import rows


class Whose(StrEnum):
    """By whom settlements are listed."""

    BENEFICIARY = "beneficiary"
    INSTITUTION = "institution"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which settlements are wanted.

    Args:
        from_day: first business day; None: no bound.
        to_day: last business day; None: no bound.
        status: None: any.
    """

    from_day: date | None = None
    to_day: date | None = None
    status: SettlementStatus | None = None


_PAGE: Final = """
SELECT row_to_json(s)::text AS settlement FROM settlement AS s
WHERE s.{whose}_id = $1
    AND ($2::uuid IS NULL OR s.id {beyond} $2::uuid)
    AND ($3::date IS NULL OR s.business_day >= $3::date)
    AND ($4::date IS NULL OR s.business_day <= $4::date)
    AND ($5::text IS NULL OR (s.reversal_id IS NULL) = ($5::text = 'SETTLED'))
ORDER BY s.id {direction}
LIMIT $6
"""
_PAGES: Final = {
    (whose, is_backward): _PAGE.format(
        whose=whose,
        beyond=">" if is_backward else "<",
        direction="ASC" if is_backward else "DESC",
    )
    for whose in Whose
    for is_backward in (False, True)
}


async def page_of_settlements(
    connection: BaseDBAsyncClient, whose: Whose, subject_id: UUID, chosen: Chosen, page: PageRequest
) -> PageOf[Settlement]:
    """Read one page of settlements, the newest first; the key is the settlement's id."""
    found = await rows(
        connection,
        _PAGES[whose, page.is_backward],
        subject_id,
        page.beyond[0] if page.beyond else None,
        chosen.from_day,
        chosen.to_day,
        chosen.status,
        page.fetch,
    )
    settlements = [read_settlement(orjson.loads(row["settlement"])) for row in found]
    return PageOf.cut(settlements, page)
