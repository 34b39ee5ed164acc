"""Top-level errors: every code, its Chinese sentence, and the one door they leave through.

A fault says that a request could not be served as sent. What the rules refuse is data and is
none of this module's business. Values that a client sent never appear in a message.
"""

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import structlog
from graphql import GraphQLError

from gongji.domain.errors import Unavailable
from gongji.store.outages import is_broken_off, is_outage

MAX_ERRORS: Final = 20
"""Most errors in one answer; what is left out is announced by the last one."""

_log = structlog.get_logger("gongji.api")


@dataclass(frozen=True, slots=True)
class Fault:
    """What a code means to people and to HTTP."""

    message: str
    status: int = 400
    retryable: bool = False


FAULTS: Final = {
    "BAD_CURSOR": Fault("翻页游标无效，请从第一页重新查询。"),
    "BAD_PAGE": Fault("分页参数不正确。"),
    "BAD_USER_INPUT": Fault("参数不正确。"),
    "DOCUMENT_TOO_AMBIGUOUS": Fault("查询语句中同名字段过多。"),
    "DOCUMENT_TOO_COSTLY": Fault("查询的数据量过大，请减少字段或缩小分页。"),
    "DOCUMENT_TOO_DEEP": Fault("查询嵌套过深。"),
    "DOCUMENT_TOO_LONG": Fault("查询语句过长。"),
    "DOCUMENT_TOO_MANY_ALIASES": Fault("查询中的别名过多。"),
    "DOCUMENT_TOO_MANY_DIRECTIVES": Fault("查询中的指令过多。"),
    "DOCUMENT_TOO_MANY_OPERATIONS": Fault("一份查询文档中的操作过多。"),
    "DOCUMENT_TOO_MANY_ROOT_FIELDS": Fault("一次请求的顶层字段过多。"),
    "FORBIDDEN": Fault("没有权限进行此操作。", status=403),
    "FRAGMENT_CYCLE": Fault("查询片段循环引用。"),
    "GRAPHQL_PARSE_FAILED": Fault("查询语句有语法错误。"),
    "GRAPHQL_VALIDATION_FAILED": Fault("查询语句与接口定义不符。"),
    "INTERNAL": Fault("系统内部错误，请稍后再试；如需协助，请提供追踪号。", status=500),
    "MALFORMED": Fault("请求格式不正确。"),
    "METHOD_NOT_ALLOWED": Fault("不支持此请求方法。", status=405),
    "NOT_ACCEPTABLE": Fault("只能以 JSON 格式应答。", status=406),
    "METHOD_MUST_BE_POST": Fault("此类操作只能以 POST 方法请求。", status=405),
    "OPERATION_NAME_REQUIRED": Fault("查询文档含多个操作，请用 operationName 指明其一。"),
    "OPERATION_NOT_ALLOWED": Fault("此连接方式不支持该类操作。"),
    "OPERATION_NOT_FOUND": Fault("查询文档中没有所指明的操作。"),
    "PAYLOAD_TOO_LARGE": Fault("请求内容过大。", status=413),
    "PERSISTED_QUERY_NOT_FOUND": Fault("没有登记过的查询文档。"),
    "QUERY_MISSING": Fault("请求中没有查询语句。"),
    "TOO_MANY_ERRORS": Fault("错误过多，其余已省略。"),
    "TOO_MANY_SUBSCRIPTIONS": Fault("同一连接上的订阅过多。", status=429),
    "TRUSTED_DOCUMENTS_ONLY": Fault("只接受登记过的查询文档。", status=403),
    "UNAUTHENTICATED": Fault("请先登录。", status=401),
    "UNAVAILABLE": Fault(
        "系统暂时不可用，这次没有得到办理结果。请用同一个请求编号重试。", status=503, retryable=True
    ),
    "UNSUPPORTED_MEDIA_TYPE": Fault("只接受 application/json 格式的请求。", status=415),
}


def fault(
    code: str,
    detail: str = "",
    *,
    message: str | None = None,
    like: GraphQLError | None = None,
    **extensions: object,
) -> GraphQLError:
    """Make a coded error: a Chinese sentence, then an optional English detail.

    Args:
        code: a key of ``FAULTS``, or another code when ``message`` is given.
        detail: for developers; it holds names and numbers, never values.
        like: where the error happened is taken from here.
    """
    known = FAULTS.get(code) or Fault(message or "")
    sentence = known.message if message is None else message
    retryable = {"retryable": True} if known.retryable else {}
    return GraphQLError(
        f"{sentence} {detail}" if detail else sentence,
        nodes=like.nodes if like else None,
        source=like.source if like else None,
        positions=like.positions if like else None,
        path=like.path if like else None,
        extensions={"code": code, **retryable, **extensions},
    )


def status_of(error: GraphQLError) -> int:
    """Tell the HTTP status of an error that kept a request from being executed."""
    known = FAULTS.get(code_of(error))
    return known.status if known else 400


def code_of(error: GraphQLError) -> str:
    """Tell the code of an error, empty when it has none."""
    return str((error.extensions or {}).get("code", ""))


_TYPE = r"'[A-Za-z0-9_!\[\]]{1,80}'"
_HARMLESS = re.compile(
    rf"Expected (?:a )?value of (?:non-null )?type {_TYPE}"
    r"(?: to be provided| not to be None| to be an object"
    r"| (?:to include required|not to include unknown) field '[A-Za-z_][A-Za-z0-9_]{0,63}')?"
    rf"|Within OneOf Input Object type {_TYPE}, exactly one field must be specified"
    r"|(?:Int|Float|String|Boolean|ID|Enum '\w+') cannot represent [a-z0-9 -]+",
    re.ASCII,
)
_VARIABLE = re.compile(
    r"Variable '\$\w+' has invalid (?:default )?value(?: at [\w.\[\]]+)?(?=: )", re.ASCII
)


def bad_input(error: GraphQLError) -> GraphQLError:
    """Tell what is wrong with an input value, without the value.

    A scalar of ours has said it already in Chinese; of graphql-core's English sentences only
    the part before the offending value is kept.
    """
    place = _VARIABLE.match(error.message)
    cause = error.original_error if isinstance(error.original_error, GraphQLError) else error
    harmless = _HARMLESS.search(error.message)
    coded = code_of(cause) == "BAD_USER_INPUT"
    detail = ": ".join(
        part
        for part in (place and place[0], None if coded else harmless and harmless[0])
        if part is not None
    )
    return fault("BAD_USER_INPUT", detail, message=cause.message if coded else None, like=error)


_VALUE = re.compile(r"\b(Int|Float|String|BlockString) '.*'", re.DOTALL)
_LONG_NUMBER = re.compile(r"\d{9,}")


def without_values(message: str) -> str:
    """Leave of what graphql-core says about a document what is no value and no long number.

    A name that a client made up stays, for the sake of its developer; digits in it do not.
    """
    return _LONG_NUMBER.sub("***", _VALUE.sub(r"\1", message))


class Publisher:
    """Turns every error that leaves the schema into a coded one, in place.

    Args:
        known: exception classes with ``code`` and ``message`` that may be shown as they are.
        trace: makes the id that ties a masked error to its log line.
    """

    def __init__(
        self,
        known: tuple[type[Exception], ...] = (),
        trace: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        self.known = known
        self._trace = trace

    def publish(self, errors: list[GraphQLError]) -> None:
        """Replace ``errors`` by what the client may see, at most ``MAX_ERRORS`` of them."""
        kept = errors[: MAX_ERRORS - 1] if len(errors) > MAX_ERRORS else errors
        published = [self.published(error) for error in kept]
        if len(kept) < len(errors):
            published.append(fault("TOO_MANY_ERRORS"))
        errors[:] = published

    def published(self, error: GraphQLError) -> GraphQLError:
        """Give the coded form of one error."""
        if error.path is None and _VARIABLE.match(error.message):
            return bad_input(error)
        cause = error.original_error
        if isinstance(cause, self.known):
            return self._shown(cause, error)
        if cause is None or isinstance(cause, GraphQLError):
            return error if code_of(error) else bad_input(error)
        if is_outage(cause) or is_broken_off(cause):
            _log.warning("database_unavailable", error=type(cause).__qualname__)
            return self._shown(Unavailable(), error)
        return self._masked(cause, error)

    def of_exception(self, exception: Exception) -> GraphQLError:
        """Give the coded form of an exception raised outside of any field."""
        return self.published(GraphQLError("", original_error=exception))

    def _shown(self, cause: Any, error: GraphQLError) -> GraphQLError:
        return fault(cause.code, message=cause.message, like=error)

    def _masked(self, cause: Exception, error: GraphQLError) -> GraphQLError:
        trace = self._trace()
        _log.error(
            "unexpected_error",
            trace_id=trace,
            error=type(cause).__qualname__,
            field=".".join(part for part in error.path or () if isinstance(part, str)),
            where=[
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(cause.__traceback__)[-8:]
            ],
        )
        return fault("INTERNAL", like=error, traceId=trace)
