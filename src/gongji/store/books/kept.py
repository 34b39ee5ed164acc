"""What checks of the books found, kept for staff and for the metrics."""

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.books import BooksCheck, Wrong
from gongji.store.rows import BooksCheckRow


async def keep_check(connection: BaseDBAsyncClient, check: BooksCheck) -> None:
    """Remember what a check found."""
    await BooksCheckRow.create(
        using_db=connection,
        checked_at=check.checked_at,
        settlements=check.settlements,
        premiums=check.premiums,
        transfers=check.transfers,
        differences={str(wrong): counted for wrong, counted in check.differences.items()},
    )


async def last_check(connection: BaseDBAsyncClient) -> BooksCheck | None:
    """Return what the last check found; None before the first."""
    newest = BooksCheckRow.all(using_db=connection).order_by("-checked_at", "-id")
    row = await newest.first()
    if row is None:
        return None
    return BooksCheck(
        checked_at=row.checked_at,
        settlements=row.settlements,
        premiums=row.premiums,
        transfers=row.transfers,
        differences={Wrong(wrong): counted for wrong, counted in row.differences.items()},
    )
