"""A toy schema without any domain: what the protocol layer is tried out on."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import strawberry
from starlette.requests import HTTPConnection
from strawberry.schema.config import StrawberryConfig

from gongji.api.connections import After, Before, Connection, Cursors, First, Last, connect
from gongji.api.gateway import GatewaySchema
from gongji.api.limits import ListSize
from gongji.api.scalars import SCALARS
from gongji.domain.money import Fen
from gongji.domain.page import Key, PageOf, PageRequest


class Unauthenticated(Exception):
    code = "UNAUTHENTICATED"
    message = "请先登录。"


class Forbidden(Exception):
    code = "FORBIDDEN"
    message = "没有权限进行此操作。"


class Unavailable(Exception):
    code = "UNAVAILABLE"
    message = "系统暂时不可用，这次没有得到办理结果。请用同一个请求编号重试。"


KNOWN = (Unauthenticated, Forbidden, Unavailable)
SECRET = "542599199001011234"


@dataclass
class Context:
    connection: HTTPConnection
    connection_params: dict[str, Any] = field(default_factory=dict)


async def context_of(connection: HTTPConnection) -> Context:
    if connection.headers.get("authorization") == "Bearer expired":
        raise Unauthenticated
    if connection.headers.get("authorization") == "Bearer bug":
        raise LookupError(SECRET)
    return Context(connection)


async def admit(context: Context) -> None:
    if context.connection_params.get("token") == "expired":
        raise Unauthenticated


@strawberry.type
class Child:
    name: str

    @strawberry.field(directives=[ListSize(assumed_size=5)])  # type: ignore[untyped-decorator]
    def children(self) -> list["Child"]:
        return [Child(name="幼")]

    @strawberry.field(directives=[ListSize(assumed_size=1000)])  # type: ignore[untyped-decorator]
    def crowd(self) -> list["Child"]:
        return []


LETTERS = Cursors("letters", (datetime, UUID))


@dataclass(frozen=True)
class Letter:
    at: datetime
    id: UUID
    is_open: bool

    @property
    def key(self) -> Key:
        return (self.at, self.id)


ALL_LETTERS = [
    Letter(datetime(2025, 3, 1, 8, n // 3, tzinfo=UTC), UUID(int=n), is_open=n % 2 == 0)
    for n in range(50)
]


def read_letters(request: PageRequest, *, open_only: bool) -> PageOf[Letter]:
    """Do in a list what a store does in SQL: filter, walk, then limit."""
    ordered = [letter for letter in ALL_LETTERS if letter.is_open or not open_only]
    if request.is_backward:
        ordered.reverse()
    if request.beyond is not None:
        beyond = request.beyond
        ordered = [
            letter
            for letter in ordered
            if (letter.key < beyond if request.is_backward else letter.key > beyond)
        ]
    return PageOf.cut(ordered[: request.fetch], request)


@strawberry.type(name="Letter")
class LetterType:
    number: int


@strawberry.input
class Payment:
    amount_fen: Fen
    note: str | None = None


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "你好") -> str:
        return name

    @strawberry.field
    def child(self) -> Child:
        return Child(name="子")

    @strawberry.field
    def pay(self, amount_fen: Fen) -> Fen:
        return amount_fen

    @strawberry.field
    def settle(self, input: Payment) -> Fen:
        return input.amount_fen

    @strawberry.field
    def instant(self, at: datetime) -> datetime:
        return at

    @strawberry.field
    def day(self, on: date) -> date:
        return on

    @strawberry.field
    def key(self, request_id: UUID) -> UUID:
        return request_id

    @strawberry.field
    def whole(self, n: int) -> int:
        return n

    @strawberry.field
    def letters(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        open_only: bool = False,
    ) -> Connection[LetterType]:
        request = LETTERS.request(first=first, after=after, last=last, before=before)
        page = read_letters(request, open_only=open_only)
        return connect(
            page,
            cursors=LETTERS,
            key=lambda letter: letter.key,
            node=lambda letter: LetterType(number=letter.id.int),
        )

    @strawberry.field
    async def refused(self) -> str | None:
        raise Forbidden

    @strawberry.field
    async def away(self) -> str | None:
        raise Unavailable

    @strawberry.field
    async def cut(self) -> str | None:
        raise ConnectionResetError(SECRET)

    @strawberry.field
    async def bug(self) -> str | None:
        raise LookupError(SECRET)

    @strawberry.field
    def bugs(self) -> list[str | None]:
        return [None]

    @strawberry.field
    def broken(self) -> list["Broken"]:
        return [Broken() for _ in range(30)]


@strawberry.type
class Broken:
    @strawberry.field
    def part(self) -> str | None:
        raise LookupError(SECRET)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def write(self) -> bool:
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def forever(self) -> AsyncGenerator[int, None]:
        yield 0
        await asyncio.Event().wait()

    @strawberry.subscription
    async def breaks(self) -> AsyncGenerator[int, None]:
        yield 0
        raise LookupError(SECRET)


def make_schema(**options: Any) -> GatewaySchema:
    return GatewaySchema(
        Query,
        mutation=Mutation,
        subscription=Subscription,
        known=KNOWN,
        config=StrawberryConfig(scalar_map=SCALARS),
        **options,
    )
