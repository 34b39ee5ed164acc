"""Check the books: every balance, settlement, reversal and premium recomputed on one snapshot.

Sums over whole tables are compared by the database in one session, while settlements and premiums
are replayed one by one from another; together they use two cores, and no memory that grows.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from tortoise.connection import get_connection

from gongji.domain.books import (
    BooksCheck,
    Difference,
    Wrong,
    compare_premium,
    compare_settlement,
)
from gongji.store.books.figures import FIGURES
from gongji.store.books.kept import keep_check
from gongji.store.books.records import booked_premiums, booked_settlements
from gongji.store.books.snapshot import Snapshot, one_snapshot
from gongji.store.books.sums import compared_sums, counted_rows
from gongji.store.database import CONNECTION

Tell = Callable[[Difference], None]
Progress = Callable[[int, int, int, int], None]
"""Told how many of how many records are replayed, and of how many sums compared."""


async def check_books(
    *, tell: Tell, progress: Progress = lambda _records, _of, _sums, _in_all: None
) -> BooksCheck:
    """Check all books, keep what was found, and return it.

    Args:
        tell: hears of every difference as soon as it is found.
        progress: told how far the check is.

    Clause: laws 2, 7 and 10, and the promises of the ledger.
    """
    async with one_snapshot() as snapshot:
        counted = await counted_rows(snapshot.records)
        check = _Check(tell, progress, counted["settlements"] + counted["premiums"])
        async with asyncio.TaskGroup() as together:
            together.create_task(check.sums(snapshot))
            together.create_task(check.records(snapshot))
        done = BooksCheck(snapshot.taken_at, **counted, differences=check.counts)
    await keep_check(get_connection(CONNECTION), done)
    return done


class _Check:
    """One check on its way."""

    def __init__(self, tell: Tell, progress: Progress, records: int) -> None:
        self.counts: Final[Counter[Wrong]] = Counter()
        self._tell, self._progress = tell, progress
        self._records, self._records_done, self._sums_done = records, 0, 0

    async def sums(self, snapshot: Snapshot) -> None:
        """Compare the sums over whole tables."""
        async for number, found in compared_sums(snapshot.sums):
            self._hear(found)
            self._sums_done = number
            self._report()

    async def records(self, snapshot: Snapshot) -> None:
        """Compare settlements and premiums one by one."""
        async for settlements in booked_settlements(snapshot.records):
            for one in settlements:
                self._hear((one,) if isinstance(one, Difference) else compare_settlement(one))
            self._replayed(len(settlements))
        async for premiums in booked_premiums(snapshot.records):
            for premium in premiums:
                self._hear(compare_premium(premium))
            self._replayed(len(premiums))

    def _hear(self, differences: Iterable[Difference]) -> None:
        for difference in differences:
            self.counts[difference.wrong] += 1
            self._tell(difference)

    def _replayed(self, records: int) -> None:
        self._records_done += records
        self._report()

    def _report(self) -> None:
        self._progress(self._records_done, self._records, self._sums_done, len(FIGURES))
