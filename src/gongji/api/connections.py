"""Relay connections over keys: a cursor is the sort key of its row, sealed for one list."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

import orjson
import strawberry
from graphql import GraphQLError

from gongji.api.faults import fault
from gongji.api.scalars import parse_day, parse_instant, parse_uuid, write_instant
from gongji.domain.money import LIMIT_FEN
from gongji.domain.page import DEFAULT_PAGE, MAX_PAGE, Key, KeyPart, PageOf, PageRequest

T = TypeVar("T")
R = TypeVar("R")

_VERSION: Final = 1
_MAX_CURSOR: Final = 512

First = Annotated[
    int | None, strawberry.argument(description="从前往后取的条数，1 至 100。First n, 1 to 100.")
]
After = Annotated[
    str | None, strawberry.argument(description="从此游标之后取。Only what follows this cursor.")
]
Last = Annotated[
    int | None, strawberry.argument(description="从后往前取的条数，1 至 100。Last n, 1 to 100.")
]
Before = Annotated[
    str | None, strawberry.argument(description="取到此游标之前。Only what precedes this cursor.")
]
FromDay = Annotated[
    date | None,
    strawberry.argument(description="从这一业务日起。From this business day on."),
]
ToDay = Annotated[
    date | None,
    strawberry.argument(description="到这一业务日止（含）。Up to and including this business day."),
]


@dataclass(frozen=True, slots=True)
class Cursors:
    """Writes and reads the cursors of one list.

    Args:
        name: the list's name; a cursor of another list is refused.
        parts: the type of each part of the sort key.
    """

    name: str
    parts: tuple[type[KeyPart], ...]

    def write(self, key: Key) -> str:
        """Write the cursor of the row with this key.

        Raises:
            ValueError: a key of another shape: a bug of ours.
        """
        if tuple(map(_kind, key)) != self.parts:
            raise ValueError("a key has the parts that its list was declared with")
        written = [_written(part) for part in key]
        return urlsafe_b64encode(orjson.dumps([_VERSION, self.name, *written])).decode()

    def read(self, cursor: str) -> Key:
        """Read a cursor back.

        Raises:
            GraphQLError: ``BAD_CURSOR`` for anything that ``write`` did not make for this list.
        """
        try:
            key = self._key(orjson.loads(_unsealed(cursor)))
        except (binascii.Error, ValueError, TypeError, GraphQLError):
            raise fault("BAD_CURSOR") from None
        return key

    def _key(self, parts: object) -> Key:
        if not isinstance(parts, list) or parts[:2] != [_VERSION, self.name]:
            raise ValueError("another list or version")
        return tuple(_READERS[kind](part) for kind, part in zip(self.parts, parts[2:], strict=True))

    def request(
        self,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> PageRequest:
        """Understand the four paging arguments; none given means the first page.

        Raises:
            GraphQLError: ``BAD_PAGE`` for sizes out of range and for mixed directions,
                ``BAD_CURSOR`` for a cursor that is not of this list.
        """
        is_backward = last is not None or before is not None
        if is_backward and (first is not None or after is not None):
            raise fault("BAD_PAGE", "Use first/after or last/before, not both.")
        size = last if is_backward else first
        if size is not None and not 1 <= size <= MAX_PAGE:
            raise fault("BAD_PAGE", f"A page has 1 to {MAX_PAGE} items.")
        cursor = before if is_backward else after
        return PageRequest(
            size=DEFAULT_PAGE if size is None else size,
            beyond=None if cursor is None else self.read(cursor),
            is_backward=is_backward,
        )


def _kind(part: KeyPart) -> type[KeyPart]:
    """Tell the declared type of a part; the database's driver has a UUID class of its own."""
    return UUID if isinstance(part, UUID) else type(part)


def _written(part: KeyPart) -> object:
    if isinstance(part, datetime):
        return write_instant(part)
    return str(part) if isinstance(part, UUID) else part


def _unsealed(cursor: str) -> bytes:
    if len(cursor) > _MAX_CURSOR:
        raise ValueError("too long")
    opened = urlsafe_b64decode(cursor.encode("ascii"))
    if urlsafe_b64encode(opened).decode() != cursor:
        raise ValueError("not canonical")
    return opened


def _whole(part: object) -> int:
    if type(part) is not int or abs(part) >= LIMIT_FEN:
        raise TypeError("not a whole number that JSON carries exactly")
    return part


def _text(part: object) -> str:
    # The database knows no null character.
    if not isinstance(part, str) or "\0" in part:
        raise TypeError("not a text")
    return part


_READERS: Final[dict[type[KeyPart], Callable[[object], KeyPart]]] = {
    int: _whole,
    str: _text,
    date: parse_day,
    datetime: parse_instant,
    UUID: parse_uuid,
}


@strawberry.type(description="翻页信息。Where a page lies in its list.")
class PageInfo:
    """Where a page lies in its list; the name is the Relay specification's."""

    has_next_page: bool = strawberry.field(description="后面还有。More follows.")
    has_previous_page: bool = strawberry.field(description="前面还有。More precedes.")
    start_cursor: str | None = strawberry.field(description="首条的游标。Cursor of the first item.")
    end_cursor: str | None = strawberry.field(description="末条的游标。Cursor of the last item.")


@strawberry.type(description="一条及其游标。An item with its cursor.")
class Edge(Generic[T]):
    """An item with its cursor."""

    cursor: str = strawberry.field(description="此条的游标。The item's cursor.")
    node: T = strawberry.field(description="此条内容。The item.")


@strawberry.type(description="一页。A page of a list.")
class Connection(Generic[T]):
    """A page of a list, shown as ``<Item>Connection``."""

    edges: list[Edge[T]] = strawberry.field(description="各条及游标。The items with cursors.")
    nodes: list[T] = strawberry.field(description="各条。The items alone.")
    page_info: PageInfo = strawberry.field(description="翻页信息。Where this page lies.")


def connect(
    page: PageOf[R], *, cursors: Cursors, key: Callable[[R], Key], node: Callable[[R], T]
) -> Connection[T]:
    """Show a page as a connection.

    Args:
        key: the sort key of a row, as ``cursors`` was declared.
        node: the row as its viewer sees it.
    """
    edges = [Edge(cursor=cursors.write(key(row)), node=node(row)) for row in page.rows]
    return Connection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )
