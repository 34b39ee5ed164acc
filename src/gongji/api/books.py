"""The last check of the books, as staff of a province sees it."""

from datetime import datetime
from typing import Annotated

import strawberry

from gongji.api.context import Info
from gongji.api.limits import ListSize
from gongji.api.problems import Refusal
from gongji.domain.books import BooksCheck, Wrong
from gongji.domain.texts import BOOKS
from gongji.usecases.view_books import see_books_check


@strawberry.type
class BooksDifferences:
    """一类账目差异。One kind of difference in the books."""

    code: str = strawberry.field(description="类别代码，以后可能增加。Code; codes may be added.")
    message: str = strawberry.field(description="含义。What does not agree, in Chinese.")
    counted: int = strawberry.field(description="差异的数量。How many there are.")


@strawberry.type(name="BooksCheck")
class BooksCheckType:
    """最近一次账目核对的结果，不含个人信息。What the last check of the books found; counts only."""

    checked_at: datetime = strawberry.field(
        description="所核对的数据快照的时间。Moment of the snapshot that was checked."
    )
    is_right: bool = strawberry.field(description="账目是否全部相符。Whether everything agrees.")
    settlements: int = strawberry.field(description="核对的结算数。Settlements checked.")
    premiums: int = strawberry.field(description="核对的代缴保费数。Premiums checked.")
    transfers: int = strawberry.field(description="核对的记账笔数。Transfers checked.")
    differences: list[BooksDifferences] = strawberry.field(
        description="各类差异，按代码排列；全部相符时为空。Differences by code; empty when right.",
        directives=[ListSize(assumed_size=len(Wrong))],
    )

    @classmethod
    def of(cls, check: BooksCheck) -> "BooksCheckType":
        """Show a check."""
        return cls(
            checked_at=check.checked_at,
            is_right=check.is_right,
            settlements=check.settlements,
            premiums=check.premiums,
            transfers=check.transfers,
            differences=[
                BooksDifferences(code=str(wrong), message=BOOKS[wrong], counted=counted)
                for wrong, counted in sorted(check.differences.items())
            ],
        )


BooksCheckResult = Annotated[
    BooksCheckType | Refusal,
    strawberry.union(
        "BooksCheckResult",
        description="核对结果，或拒绝的理由。The last check, or why it is refused.",
    ),
]


@strawberry.type
class BooksQueries:
    """Queries about the books."""

    @strawberry.field
    async def books_check(self, info: Info) -> BooksCheckResult:
        """最近一次账目核对，仅限全省（区）的查询人员。The last check, for readers of a province."""
        return BooksCheckType.of(await see_books_check(info.context.actor))
