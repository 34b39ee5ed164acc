"""Problems as data: what stands against a request, as types of the answer's union.

A use case raises; one handler per problem turns what was raised into the member of the union, after
the transaction was rolled back. What is not in a field's union leaves as a top-level error.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from gongji.api import ids
from gongji.api.ids import BINDING, REVERSAL, SETTLEMENT
from gongji.api.limits import ListSize
from gongji.domain import errors
from gongji.domain.money import Fen


@strawberry.interface
class Problem:
    """与请求相抵触的情况。Something that stands against the request."""

    code: str = strawberry.field(description="稳定的代码，不会改名。Stable, never renamed.")
    message: str = strawberry.field(description="给人看的中文说明。A Chinese sentence.")
    remedy: str | None = strawberry.field(
        description="可以怎么办。What the reader can do about it, in Chinese."
    )
    path: list[str] = strawberry.field(
        description="所指的输入字段，最多8段。The input field that it is about, 8 parts at most.",
        directives=[ListSize(assumed_size=8)],
    )


@strawberry.type
class Reason:
    """拒绝的一个理由。One reason of a refusal."""

    code: str = strawberry.field(description="稳定的代码。Stable code.")
    message: str = strawberry.field(description="中文说明。A Chinese sentence.")
    clause: str = strawberry.field(description="依据的条款编号。Id of the rule, such as S3.1.")
    path: list[str] = strawberry.field(
        description="所指的输入字段，最多8段。The field it is about, 8 parts at most.",
        directives=[ListSize(assumed_size=8)],
    )

    @classmethod
    def of(cls, reason: errors.Reason) -> "Reason":
        """Show a reason."""
        return cls(
            code=reason.code.name,
            message=reason.code.message,
            clause=reason.code.clause,
            path=list(reason.path),
        )


@strawberry.type
class Refusal(Problem):
    """按规定不能办理；列出全部理由。The rules say no; all reasons are listed."""

    reasons: list[Reason] = strawberry.field(
        description="全部理由，最多912条（300行明细各3条）。All reasons, 912 at most.",
        directives=[ListSize(assumed_size=912)],
    )


@strawberry.type
class RequestIdReused(Problem):
    """请求编号已用于另一个请求。The key belongs to another request or operation."""


@strawberry.type
class RequestVoided(Problem):
    """请求编号已冲正，永远不会办理。The key was voided, and nothing is ever done under it (G34)."""

    voided_at: datetime = strawberry.field(description="冲正时间。When it was voided.")


@strawberry.type
class DeductionOrder:
    """扣款顺序的一个版本。One version of the deduction order."""

    version: int = strawberry.field(description="版本号。Version, raised by every change.")
    binding_ids: list[strawberry.ID] = strawberry.field(
        description="按顺序列出的共济关系，最多100个。Live bindings in order, 100 at most.",
        directives=[ListSize(assumed_size=100)],
    )

    @classmethod
    def of(cls, version: int, binding_ids: Iterable[UUID]) -> "DeductionOrder":
        """Show an order."""
        return cls(version=version, binding_ids=[ids.encode(BINDING, one) for one in binding_ids])


@strawberry.type
class StaleOrder(Problem):
    """扣款顺序已有变化。The order was changed since it was read."""

    current: DeductionOrder = strawberry.field(description="最新的顺序。The order as it is now.")


@strawberry.type
class Plan:
    """此刻会如何支付。What would be paid now."""

    plan: str = strawberry.field(
        description="方案摘要，可作为 ifPlan 送回。Send it back as ifPlan."
    )
    eligible_fen: Fen = strawberry.field(
        description="可由个人账户支付的金额（分）。Fen that accounts may pay."
    )
    own_fen: Fen = strawberry.field(description="本人账户支付（分），acct_pay。Own account, fen.")
    shared_fen: Fen = strawberry.field(
        description="共济账户支付合计（分），acct_mulaid_pay。All sharers in one sum, fen."
    )
    cash_fen: Fen = strawberry.field(description="个人现金（分），psn_cash_pay。Cash, fen.")

    @classmethod
    def of(cls, fresh: errors.FreshPlan) -> "Plan":
        """Show a plan."""
        return cls(
            plan=fresh.plan,
            eligible_fen=fresh.eligible,
            own_fen=fresh.own,
            shared_fen=fresh.shared,
            cash_fen=fresh.cash,
        )


@strawberry.type
class PlanChanged(Problem):
    """与先前显示的方案不同。The plan that was shown no longer holds."""

    fresh: Plan = strawberry.field(description="最新的方案。The plan as it is now.")


@strawberry.type
class AlreadySettled(Problem):
    """该单据号已经结算且未撤销。The bill number is settled and not reversed."""

    settlement_id: strawberry.ID = strawberry.field(description="已有的结算。The settlement.")


@strawberry.type
class AlreadyReversed(Problem):
    """该笔结算已经撤销。The settlement was reversed before."""

    reversal_id: strawberry.ID = strawberry.field(description="第一次撤销。The first reversal.")


def _common(problem: errors.Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "message": problem.message,
        "remedy": problem.remedy,
        "path": [],
    }


class ShowRefusal(strawberry.ExceptionHandler[errors.Refusal, Refusal]):
    """Shows a refusal with all its reasons."""

    def handle(self, exception: errors.Refusal, **_: Any) -> Refusal:
        """Return the union's member."""
        reasons = [Reason.of(reason) for reason in exception.reasons]
        return Refusal(**_common(exception) | {"path": reasons[0].path}, reasons=reasons)


class ShowRequestIdReused(strawberry.ExceptionHandler[errors.RequestIdReused, RequestIdReused]):
    """Shows a key that belongs to another request."""

    def handle(self, exception: errors.RequestIdReused, **_: Any) -> RequestIdReused:
        """Return the union's member."""
        return RequestIdReused(**_common(exception) | {"path": ["requestId"]})


class ShowRequestVoided(strawberry.ExceptionHandler[errors.RequestVoided, RequestVoided]):
    """Shows a key that is barred."""

    def handle(self, exception: errors.RequestVoided, **_: Any) -> RequestVoided:
        """Return the union's member."""
        return RequestVoided(
            **_common(exception) | {"path": ["requestId"]}, voided_at=exception.voided_at
        )


class ShowStaleOrder(strawberry.ExceptionHandler[errors.StaleOrder, StaleOrder]):
    """Shows the order as it is now."""

    def handle(self, exception: errors.StaleOrder, **_: Any) -> StaleOrder:
        """Return the union's member."""
        current = DeductionOrder.of(exception.version, exception.binding_ids)
        return StaleOrder(**_common(exception) | {"path": ["expectedVersion"]}, current=current)


class ShowPlanChanged(strawberry.ExceptionHandler[errors.PlanChanged, PlanChanged]):
    """Shows the plan as it is now."""

    def handle(self, exception: errors.PlanChanged, **_: Any) -> PlanChanged:
        """Return the union's member."""
        fresh = Plan.of(exception.fresh)
        return PlanChanged(**_common(exception) | {"path": ["ifPlan"]}, fresh=fresh)


class ShowAlreadySettled(strawberry.ExceptionHandler[errors.AlreadySettled, AlreadySettled]):
    """Shows the settlement that the bill number belongs to."""

    def handle(self, exception: errors.AlreadySettled, **_: Any) -> AlreadySettled:
        """Return the union's member."""
        return AlreadySettled(
            **_common(exception) | {"path": ["bill", "institutionBillNo"]},
            settlement_id=ids.encode(SETTLEMENT, exception.settlement_id),
        )


class ShowAlreadyReversed(strawberry.ExceptionHandler[errors.AlreadyReversed, AlreadyReversed]):
    """Shows the first reversal."""

    def handle(self, exception: errors.AlreadyReversed, **_: Any) -> AlreadyReversed:
        """Return the union's member."""
        return AlreadyReversed(
            **_common(exception) | {"path": ["settlementId"]},
            reversal_id=ids.encode(REVERSAL, exception.reversal_id),
        )


_SHOWN: dict[type[errors.Problem], Any] = {
    errors.Refusal: ShowRefusal(),
    errors.RequestIdReused: ShowRequestIdReused(),
    errors.RequestVoided: ShowRequestVoided(),
    errors.StaleOrder: ShowStaleOrder(),
    errors.PlanChanged: ShowPlanChanged(),
    errors.AlreadySettled: ShowAlreadySettled(),
    errors.AlreadyReversed: ShowAlreadyReversed(),
}


def show_problem(problem: errors.Problem) -> Problem:
    """Show a problem that was stored, as it was shown when it arose."""
    shown: Problem = _SHOWN[type(problem)].handle(problem)
    return shown


HANDLERS = tuple(_SHOWN.values())
KNOWN = (
    errors.Unauthenticated,
    errors.Forbidden,
    errors.Malformed,
    errors.Unavailable,
    errors.Refusal,
)
"""What is told as a top-level error, with its code. A refusal is one only where the field has no
union to hold it: a guardian may be removed while a list is being read."""
