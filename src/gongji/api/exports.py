"""The movements as a file: the mutation that gives a link, and what the link answers."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Final
from urllib.parse import quote

import orjson
import strawberry
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from gongji.api import ids
from gongji.api.context import Info
from gongji.api.faults import Publisher, fault, status_of
from gongji.api.mutations import Payload, PersonInput
from gongji.api.problems import KNOWN, Refusal, RequestIdReused, RequestVoided
from gongji.api.spreadsheets import MARK, line, text_cell
from gongji.domain import errors
from gongji.domain.business_day import SHANGHAI, Days, business_day
from gongji.domain.money import decimal_yuan
from gongji.domain.movement import MOVEMENT_NAMES, Movement
from gongji.store.export_links import Link
from gongji.usecases.export_movements import ExportMovements, export_movements
from gongji.usecases.fetch_export import Export, fetch_export
from gongji.usecases.ports import Ports

PLACE: Final = "/exports"
"""Where links lead to, followed by the secret."""

HEADS: Final = (
    "序号",
    "姓名",
    "类别",
    "金额（元）",
    "余额（元）",
    "业务日期",
    "记账时间（北京时间）",
    "结算编号",
)

_STATUS: Final = {errors.Code.LINK_NOT_VALID.name: 404, errors.Code.EXPORT_TOO_LONG.name: 409}
"""The HTTP status of a link that leads to no file."""


@strawberry.input
class ExportMovementsInput(PersonInput):
    """导出共济明细的请求。The movements of some days as a file."""

    from_day: date | None = strawberry.field(
        description="从这一业务日起。From this business day on.", default=None
    )
    to_day: date | None = strawberry.field(
        description="到这一业务日止（含）。Up to and including this business day.", default=None
    )


@strawberry.type
class ExportLink:
    """一次性的下载链接。A link that works once, for whoever holds it."""

    path: str = strawberry.field(
        description="本网关上的路径，以 GET 取一次；内容与 movements 所示相同，为 CSV 文件。"
        "Path on this gateway, to be fetched once with GET: a CSV file of what movements shows."
    )
    expires_at: datetime = strawberry.field(
        description="失效时间（不含）。The first moment at which it no longer works."
    )

    @classmethod
    def of(cls, link: Link) -> "ExportLink":
        """Show a link."""
        return cls(path=f"{PLACE}/{link.secret}", expires_at=link.expires_at)


@strawberry.type
class ExportMovementsPayload(Payload):
    """导出结果；同一请求再次发送得到新的链接，旧的随即失效。
    The link; the same request again gives a new one, and the one before works no more.
    """

    link: ExportLink = strawberry.field(description="下载链接。The link.")


ExportMovementsResult = Annotated[
    ExportMovementsPayload | Refusal | RequestIdReused | RequestVoided,
    strawberry.union("ExportMovementsResult"),
]


@strawberry.type
class ExportMutations:
    """Mutations that give links to files."""

    @strawberry.mutation
    async def export_movements(
        self, info: Info, input: ExportMovementsInput
    ) -> ExportMovementsResult:
        """导出共济明细，最多10000笔。Movements as a CSV file of at most 10000 entries."""
        actor = info.context.acting(input.on_behalf_of)
        request = ExportMovements(input.request_id, Days(input.from_day, input.to_day))
        exported = await export_movements(request, actor, info.context.ports)
        return ExportMovementsPayload(link=ExportLink.of(exported.link), replayed=exported.replayed)


class ExportView:
    """Answers links, an ASGI application; the secret is the path's parameter ``secret``.

    Only GET uses a link up: whoever merely looks whether it is there finds no such method.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._publisher = Publisher(KNOWN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method != "GET":
            return _fault(fault("METHOD_NOT_ALLOWED"), allow="GET")
        try:
            export = await fetch_export(request.path_params["secret"], self._ports)
        except errors.Refusal as refusal:
            told = fault(refusal.code, message=f"{refusal.message}{refusal.remedy}")
            return _fault(told, _STATUS[refusal.code])
        except Exception as error:  # noqa: BLE001 - the outermost edge: nothing leaves uncoded
            return _fault(self._publisher.of_exception(error))
        return _file(export, business_day(self._ports.clock.now()))


def _fault(error: GraphQLError, status: int | None = None, **headers: str) -> Response:
    """Answer like GraphQL does where nothing was executed."""
    return Response(
        orjson.dumps({"errors": [error.formatted]}),
        status_code=status or status_of(error),
        headers={"cache-control": "no-store", **headers},
        media_type="application/json; charset=utf-8",
    )


def _file(export: Export, today: date) -> Response:
    named = quote(f"共济明细-{today:%Y%m%d}.csv")
    return StreamingResponse(
        _text(export),
        headers={
            "cache-control": "no-store",
            "content-disposition": (
                f"attachment; filename=\"movements-{today:%Y%m%d}.csv\"; filename*=UTF-8''{named}"
            ),
        },
        media_type="text/csv; charset=utf-8; header=present",
    )


async def _text(export: Export) -> AsyncIterator[str]:
    """Write the file, page by page."""
    yield MARK + line(*HEADS)
    async for page in export.pages:
        yield "".join(_line(export.owner, movement) for movement in page)


def _line(owner: str, movement: Movement) -> str:
    bill = movement.settlement_id
    return line(
        str(movement.entry_no),
        text_cell(owner),
        MOVEMENT_NAMES[movement.kind],
        decimal_yuan(movement.amount),
        decimal_yuan(movement.balance_after),
        movement.business_day.isoformat(),
        f"{movement.booked_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        "" if bill is None else ids.encode(ids.SETTLEMENT, bill),
    )
