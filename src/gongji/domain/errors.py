"""Problems: everything that can stand against a request, and who hears of it how.

    Problem
    ├── Refusal            the rules say no, or a person typed something wrong   -> data
    ├── Conflict           the state moved                                       -> data
    │   ├── RequestIdReused    the key belongs to another request
    │   ├── RequestVoided      the key was voided before anything was done
    │   ├── StaleOrder         the order was changed meanwhile
    │   ├── PlanChanged        the split would no longer be the one that was shown
    │   ├── AlreadySettled     the institution's bill number is settled
    │   └── AlreadyReversed    the settlement is reversed
    ├── Unauthenticated    nobody, or an invalid token                           -> top level
    ├── Forbidden          this kind of actor never may                          -> top level
    ├── Malformed          a program sent something that means nothing           -> top level
    └── Unavailable        an outside system is silent, a queue is full          -> top level

Refusals and conflicts are answers: they are stored under the request's key. The others are not,
nor are the first two conflicts, which are about the key itself.
A code is never renamed. Its Chinese message and remedy stand in ``texts``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID

from gongji.domain import texts
from gongji.domain.money import Fen


class Code(Enum):
    """Every reason for a refusal, with the clause of ``rules.md`` that it stands on."""

    clause: str

    def __new__(cls, clause: str) -> "Code":
        """Make a member that carries its clause."""
        # Several reasons stand on one clause, and members of equal value would be aliases.
        member = object.__new__(cls)
        member._value_ = len(cls.__members__) + 1
        member.clause = clause
        return member

    NOT_FOUND = "G18"
    REASON_REQUIRED = "G18"
    REASON_TOO_LONG = "G18"
    REGION_NOT_OPEN = "G22"
    QUOTES_USED_UP = "G18"
    QUOTED_AMOUNT_OUT_OF_RANGE = "G18"
    PERIOD_ENDS_BEFORE_IT_BEGINS = "G18"
    MOMENT_IN_FUTURE = "G18"
    EXPORT_TOO_LONG = "G18"
    LINK_NOT_VALID = "G18"
    MESSAGE_EMPTY = "G18"
    MESSAGE_TOO_LONG = "G18"

    ID_NUMBER_FORM = "S3.3"
    ID_NUMBER_DATE = "S3.3"
    ID_NUMBER_CHECK_DIGIT = "S3.3"
    DOCUMENT_NOT_SUPPORTED = "S3.3"
    NAME_FORM = "S3.3"

    SHARER_NOT_EMPLOYEE = "S3.1"
    SHARER_NOT_NORMAL = "S3.1"
    SHARER_WITHOUT_ACCOUNT = "S3.1"
    SHARER_ACCOUNT_NOT_NORMAL = "S3.1"
    SHARER_ACCOUNT_EMPTY = "G31"
    SHARER_CANNOT_SHARE = "S3.1"
    SELF_INVITATION = "G9"
    KINSHIP_NOT_NEAR = "G5"
    RELATIVE_NOT_VERIFIED = "S3.3"
    TOO_MANY_BENEFICIARIES = "G6"
    TOO_MANY_SHARERS = "G6"
    INVITED_TOO_OFTEN = "G9"
    BOUND_TOO_RECENTLY = "G10"
    DECLARATION_OUTDATED = "G26"
    GUARDIAN_REQUIRED = "G19"

    INVITATION_EXPIRED = "G9"
    MOVE_NOT_ALLOWED = "G10"
    BENEFICIARY_NOT_NORMAL = "S3.2"
    OWN_ACCOUNT_NOT_NORMAL = "S3.2"
    ORDER_REQUIRED = "S2.3"
    POSITION_OUT_OF_RANGE = "S2.2"
    ORDER_INCOMPLETE = "S2.2"
    AMOUNT_NEGATIVE = "G8"

    BILL_NUMBER_FORM = "G32"
    BILL_AMOUNT_NEGATIVE = "G32"
    BILL_TOTAL_NOT_POSITIVE = "G32"
    BILL_PARTS_DO_NOT_CLOSE = "G32"
    BILL_PAYERS_DO_NOT_CLOSE = "G32"
    BILL_LINES_DO_NOT_CLOSE = "G32"
    BILL_LINES_MISSING = "G32"
    BILL_TOO_MANY_LINES = "G32"
    BILL_TEXT_FORM = "G32"
    CREDENTIAL_NOT_RECOGNISED = "G33"
    REVERSAL_TOO_LATE = "G13"
    VOID_NOT_POSSIBLE = "G34"
    VOID_OF_ITSELF = "G34"

    PREMIUM_NOT_PAYABLE = "G14"
    PREMIUM_WINDOW_CLOSED = "G14"
    PREMIUM_ALREADY_PAID = "G14"
    PREMIUM_INSURED_NOT_NORMAL = "G14"
    PREMIUM_INSURED_NOT_RESIDENT = "G14"
    PREMIUM_PAYER_CANNOT_PAY = "G14"
    PREMIUM_BALANCE_SHORT = "G14"
    PREMIUM_NOT_REFUNDABLE = "G14"
    PREMIUM_REFUND_TOO_LATE = "G14"

    @property
    def message(self) -> str:
        """Return the Chinese sentence."""
        return texts.REASONS[self.name][0]

    @property
    def remedy(self) -> str | None:
        """Return what the reader can do about it, in Chinese."""
        return texts.REASONS[self.name][1]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a refusal, and the input field that it is about."""

    code: Code
    path: tuple[str, ...] = ()


class Problem(Exception):
    """Anything that stands against a request."""

    code: str

    @property
    def message(self) -> str:
        """Return the Chinese sentence."""
        return texts.PROBLEMS[self.code][0]

    @property
    def remedy(self) -> str | None:
        """Return what the reader can do about it, in Chinese."""
        return texts.PROBLEMS[self.code][1]


class Refusal(Problem):
    """The rules say no. All reasons are listed, the first one speaks for the whole."""

    def __init__(self, *reasons: Reason) -> None:
        if not reasons:
            raise ValueError("a refusal needs a reason")
        super().__init__(*(reason.code.name for reason in reasons))
        self.reasons: Final = reasons
        self.code = reasons[0].code.name

    @property
    def message(self) -> str:
        """Return the first reason's sentence."""
        return self.reasons[0].code.message

    @property
    def remedy(self) -> str | None:
        """Return what can be done about the first reason."""
        return self.reasons[0].code.remedy


def refuse(code: Code, *path: str) -> Refusal:
    """Make a refusal for one reason."""
    return Refusal(Reason(code, path))


def refuse_any(reasons: Iterable[Reason]) -> None:
    """Raise one refusal with all ``reasons``; do nothing where there are none.

    Raises:
        Refusal: there is at least one reason.
    """
    if listed := tuple(reasons):
        raise Refusal(*listed)


def not_found(*path: str) -> Refusal:
    """Refuse what does not exist and what is not theirs, in the same words.

    Clause: G18.
    """
    return refuse(Code.NOT_FOUND, *path)


class Conflict(Problem):
    """The state moved between the client's last look and its request."""


class RequestIdReused(Conflict):
    """The same key came with another request or operation."""

    code = "REQUEST_ID_REUSED"


class RequestVoided(Conflict):
    """The key was voided before anything was done under it, and is barred for ever (G34)."""

    code = "REQUEST_VOIDED"

    def __init__(self, voided_at: datetime) -> None:
        super().__init__(voided_at)
        self.voided_at: Final = voided_at


class StaleOrder(Conflict):
    """The order changed since the client read it."""

    code = "STALE_ORDER"

    def __init__(self, version: int, binding_ids: tuple[UUID, ...]) -> None:
        super().__init__(version)
        self.version: Final = version
        self.binding_ids: Final = binding_ids


@dataclass(frozen=True, slots=True)
class FreshPlan:
    """What would be paid now, in the sums that every viewer may know."""

    plan: str
    eligible: Fen
    own: Fen
    shared: Fen
    cash: Fen


class PlanChanged(Conflict):
    """The split, the refund or the consequence is no longer the one that was shown."""

    code = "PLAN_CHANGED"

    def __init__(self, fresh: FreshPlan) -> None:
        super().__init__()
        self.fresh: Final = fresh


class AlreadySettled(Conflict):
    """The institution's bill number belongs to a settlement that is not reversed."""

    code = "ALREADY_SETTLED"

    def __init__(self, settlement_id: UUID) -> None:
        super().__init__(settlement_id)
        self.settlement_id: Final = settlement_id


class AlreadyReversed(Conflict):
    """The settlement was reversed before, under another key."""

    code = "ALREADY_REVERSED"

    def __init__(self, reversal_id: UUID) -> None:
        super().__init__(reversal_id)
        self.reversal_id: Final = reversal_id


class Unauthenticated(Problem):
    """Nobody is logged in, or the token is not valid."""

    code = "UNAUTHENTICATED"


class Forbidden(Problem):
    """This kind of actor never may do this, whatever the arguments."""

    code = "FORBIDDEN"


class Malformed(Problem):
    """A program sent something that cannot be read; ``path`` names the field, never the value."""

    code = "MALFORMED"

    def __init__(self, *path: str) -> None:
        super().__init__(*path)
        self.path: Final = path


class Unavailable(Problem):
    """Something outside is silent or a queue is full; the same request may be sent again."""

    code = "UNAVAILABLE"
