"""Figures of a snapshot that must agree over whole tables, and names of control accounts."""

from collections.abc import AsyncIterator
from typing import Any, Final

from asyncpg import Connection

from gongji.domain.books import Difference, Wrong
from gongji.domain.ledger import ControlKind, control_account_id
from gongji.domain.region import NAMES
from gongji.store.books.figures import FIGURES
from gongji.store.books.snapshot import streamed
from gongji.store.sql import to_json

_HOLDERS: Final = """
SELECT c.id, c.kind, c.holder FROM control_account AS c
UNION ALL SELECT NULL, 'PAYABLE', i.code FROM institution AS i
UNION ALL SELECT DISTINCT NULL::uuid, 'REGION', r.region FROM (
    SELECT a.region FROM personal_account AS a
    UNION SELECT b.region FROM beneficiary AS b
    UNION SELECT p.region FROM premium AS p
) AS r
"""
_REGIONAL: Final = (
    ControlKind.CONTRIBUTIONS,
    ControlKind.PREMIUM_PAYABLE,
    ControlKind.SUSPENSE,
)
_COUNTS: Final = """
SELECT (SELECT count(*) FROM settlement) AS settlements,
    (SELECT count(*) FROM premium) AS premiums,
    (SELECT count(*) FROM transfer) AS transfers
"""


async def counted_rows(session: Connection) -> dict[str, int]:
    """Count what is going to be checked: settlements, premiums, transfers."""
    (counted,) = await session.fetch(_COUNTS)
    return dict(counted)


async def named_controls(session: Connection) -> tuple[list[dict[str, Any]], list[Difference]]:
    """Return the control accounts that may exist, and those whose id is not that of their name."""
    names = {(kind, region) for kind in _REGIONAL for region in NAMES}
    differences = []
    for found_id, kind, holder in await session.fetch(_HOLDERS):
        kinds = _REGIONAL if kind == "REGION" else (ControlKind(kind),)
        names |= {(kind, holder) for kind in kinds}
        if found_id is not None and found_id != control_account_id(kinds[0], holder):
            subject = f"control_account {found_id}"
            differences.append(Difference(Wrong.CONTROL_NAME, subject, None, None))
    controls = [
        {"id": control_account_id(kind, holder), "kind": kind, "holder": holder}
        for kind, holder in sorted(names)
    ]
    return controls, differences


async def compared_sums(session: Connection) -> AsyncIterator[tuple[int, list[Difference]]]:
    """Compare figure after figure; each step tells how many are done, and what it found."""
    controls, misnamed = await named_controls(session)
    yield 0, misnamed
    names = to_json(controls)
    for number, figure in enumerate(FIGURES, start=1):
        async for found in streamed(session, figure, names):
            yield number - 1, [Difference(Wrong(row["wrong"]), *list(row)[1:]) for row in found]
        yield number, []
