"""Cases in pages, as staff of a region work on them."""

from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.case import Case, CaseKind, CaseStatus
from gongji.domain.money import Fen
from gongji.domain.page import PageOf, PageRequest
from gongji.domain.region import prefix_of_region
from gongji.store.sql import rows

_PAGE: Final = """
SELECT c.id, c.kind, c.subject_id, c.person_id, c.region, c.amount_fen, c.opened_at, c.closed_at
FROM bureau_case AS c
WHERE starts_with(c.region, $1)
    AND ($2::text IS NULL OR (c.closed_at IS NULL) = ($2::text = 'OPEN'))
    AND ($3::int IS NULL OR {later} OR (
        (c.closed_at IS NOT NULL)::int = $3::int AND c.id {beyond} $4::uuid))
ORDER BY (c.closed_at IS NOT NULL)::int {state}, c.id {direction}
LIMIT $5
"""
_PAGES: Final = {
    False: _PAGE.format(
        later="(c.closed_at IS NOT NULL)::int > $3::int", beyond="<", state="ASC", direction="DESC"
    ),
    True: _PAGE.format(
        later="(c.closed_at IS NOT NULL)::int < $3::int", beyond=">", state="DESC", direction="ASC"
    ),
}


async def page_of_cases(
    connection: BaseDBAsyncClient, region: str, status: CaseStatus | None, page: PageRequest
) -> PageOf[Case]:
    """Read one page of the cases of a region and all within it: the open ones first, then by age.

    Args:
        region: six digits; a prefecture or province stands for all of its counties.
        status: None: any.
        page: within a state the newest first; the key is ``case_key``.
    """
    is_closed, case_id = page.beyond or (None, None)
    found = await rows(
        connection,
        _PAGES[page.is_backward],
        prefix_of_region(region),
        status,
        is_closed,
        case_id,
        page.fetch,
    )
    return PageOf.cut([_read(row) for row in found], page)


def case_key(case: Case) -> tuple[int, UUID]:
    """Return a case's place in the list: open before closed."""
    return int(case.status is CaseStatus.CLOSED), case.id


def _read(row: dict[str, Any]) -> Case:
    kind = CaseKind(row.pop("kind"))
    return Case(kind=kind, amount=Fen(row.pop("amount_fen")), **row)
