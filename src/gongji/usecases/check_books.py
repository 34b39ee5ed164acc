"""Check the books: every balance, settlement, reversal and premium recomputed on one snapshot.

Sums over whole tables are compared by the database in one session, while settlements and premiums
are read from another, a page ahead of those that are replayed one by one; together they use two
cores, and no memory that grows.
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
    compare_record,
)
from gongji.store.books.figures import FIGURES
from gongji.store.books.kept import keep_check
from gongji.store.books.records import Page, booked_records
from gongji.store.books.snapshot import FETCHED_AT_ONCE, Snapshot, one_snapshot
from gongji.store.books.sums import compared_sums, counted_rows
from gongji.store.database import CONNECTION

Tell = Callable[[Difference], None]
Progress = Callable[[int, int, int, int], None]
"""Told how many of how many records are replayed, and of how many sums compared."""

_REPLAYED_AT_ONCE: Final = 50
"""Records that are replayed before what the database sends meanwhile is taken in; it must not wait
for room."""


async def check_books(
    *,
    tell: Tell,
    progress: Progress = lambda _records, _of, _sums, _in_all: None,
    page_size: int = FETCHED_AT_ONCE,
) -> BooksCheck:
    """Check all books, keep what was found, and return it.

    Args:
        tell: hears of every difference as soon as it is found.
        progress: told how far the check is.
        page_size: settlements and premiums that are read at a time.

    Clause: laws 2, 7 and 10, and the promises of the ledger.
    """
    async with one_snapshot() as snapshot:
        counted = await counted_rows(snapshot.records)
        check = _Check(tell, progress, counted["settlements"] + counted["premiums"])
        async with asyncio.TaskGroup() as together:
            together.create_task(check.sums(snapshot))
            together.create_task(check.read(snapshot, page_size))
            together.create_task(check.replay())
        done = BooksCheck(snapshot.taken_at, **counted, differences=check.counts)
    await keep_check(get_connection(CONNECTION), done)
    return done


class _Check:
    """One check on its way."""

    def __init__(self, tell: Tell, progress: Progress, records: int) -> None:
        self.counts: Final[Counter[Wrong]] = Counter()
        self._tell, self._progress = tell, progress
        self._records, self._records_done, self._sums_done = records, 0, 0
        self._pages: Final[asyncio.Queue[Page | None]] = asyncio.Queue(maxsize=1)

    async def sums(self, snapshot: Snapshot) -> None:
        """Compare the sums over whole tables."""
        async for number, found in compared_sums(snapshot.sums):
            self._hear(found)
            self._sums_done = number
            self._report()

    async def read(self, snapshot: Snapshot, page_size: int) -> None:
        """Read settlements and premiums, a page ahead of those that are replayed."""
        async for page in booked_records(snapshot.records, page_size=page_size):
            await self._pages.put(page)
        await self._pages.put(None)

    async def replay(self) -> None:
        """Compare settlements and premiums one by one."""
        while (page := await self._pages.get()) is not None:
            for number, record in enumerate(page.records):
                if number % _REPLAYED_AT_ONCE == 0:
                    await asyncio.sleep(0)
                self._hear(compare_record(record))
            self._records_done += page.counted
            self._report()

    def _hear(self, differences: Iterable[Difference]) -> None:
        for difference in differences:
            self.counts[difference.wrong] += 1
            self._tell(difference)

    def _report(self) -> None:
        self._progress(self._records_done, self._records, self._sums_done, len(FIGURES))
