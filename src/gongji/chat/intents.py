"""What a person can mean: one frozen value for each intent.

An intent says what was asked for, never whether it is allowed: whom a relation or a name means, and
what the rules say, is found out by the conversation with the family at hand.

    Intent
    ├── Wish            what the person wants done; shown on a card before anything happens
    ├── Ask             what the person wants to know
    ├── Ambiguous       the sentence itself can be read in several ways: ask back
    └── NotUnderstood   not in the language: suggest
"""

from dataclasses import dataclass, field
from enum import StrEnum

from gongji.domain.errors import Code
from gongji.domain.identity import IdNumber
from gongji.domain.institution import InstitutionKind
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen


@dataclass(frozen=True, slots=True)
class Relation:
    """A relative by an everyday word, seen from the person who speaks.

    Args:
        word: the plain word for it, such as 妈妈 for 母亲 and 老妈.
        kinships: what the relative may be to the speaker; 媳妇 is a wife here, a daughter-in-law
            there. Where the relative is the sharer, the binding's kinship is the inverse.
        is_male: the sex that the word says, or None.
        rank: of brothers and sisters by age, 1 the eldest, -1 the youngest; None: not said.
        is_older: whether older than the speaker, as 哥哥 is; None: not said.
    """

    word: str
    kinships: frozenset[Kinship]
    is_male: bool | None = None
    rank: int | None = None
    is_older: bool | None = None


@dataclass(frozen=True, slots=True)
class Whom:
    """A relative by relation, by name as typed, or by both, and then both must fit."""

    relation: Relation | None = None
    name: str | None = None


class Place(StrEnum):
    """Where in the deduction order somebody is put."""

    FIRST = "FIRST"
    LAST = "LAST"
    BEFORE = "BEFORE"


class LimitPeriod(StrEnum):
    """What a limit counts over (G8)."""

    SETTLEMENT = "SETTLEMENT"
    MONTH = "MONTH"
    YEAR = "YEAR"


class Topic(StrEnum):
    """What can be talked about, for help and suggestions."""

    BALANCE = "BALANCE"
    SHARERS = "SHARERS"
    BENEFICIARIES = "BENEFICIARIES"
    INVITE = "INVITE"
    ANSWER = "ANSWER"
    ORDER = "ORDER"
    QUOTE = "QUOTE"
    LAST_BILL = "LAST_BILL"
    WHY_NOT_USED = "WHY_NOT_USED"
    STATEMENT = "STATEMENT"
    PREMIUM = "PREMIUM"
    REFUND = "REFUND"
    WITHDRAW = "WITHDRAW"
    END = "END"
    PAUSE = "PAUSE"
    LIMIT = "LIMIT"
    RESERVE = "RESERVE"


@dataclass(frozen=True, slots=True)
class Balance:
    """The own balance (余额)."""


@dataclass(frozen=True, slots=True)
class Sharers:
    """Who shares with me (谁给我共济)."""


@dataclass(frozen=True, slots=True)
class Beneficiaries:
    """Whom I share with (我给谁共济)."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Whether an amount would be covered at a kind of place; place None: not said."""

    amount: Fen
    place: InstitutionKind | None = None


@dataclass(frozen=True, slots=True)
class LastBill:
    """How the last bill was paid (上次怎么扣的)."""


@dataclass(frozen=True, slots=True)
class WhyNotUsed:
    """Why a sharer's account was not used (为什么没用某人的账户)."""

    whom: Whom


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement of one calendar month (某月的账单)."""

    year: int
    month: int


@dataclass(frozen=True, slots=True)
class Thanks:
    """Thanks, and nothing asked (谢谢)."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Where there is a person to talk to, or to complain to (人工客服、投诉)."""


@dataclass(frozen=True, slots=True)
class Help:
    """What can be done here, or how one thing is done."""

    topic: Topic | None = None


@dataclass(frozen=True, slots=True)
class Invite:
    """Invite a relative (邀请). The number shows in no ``repr``."""

    relation: Relation
    name: str
    id_number: IdNumber = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accept:
    """Accept an invitation (接受); whom None: the one that waits."""

    whom: Whom | None = None


@dataclass(frozen=True, slots=True)
class Decline:
    """Decline an invitation (拒绝); whom None: the one that waits."""

    whom: Whom | None = None


@dataclass(frozen=True, slots=True)
class Reorder:
    """Put a sharer first, last, or before another one (扣款顺序); other only with BEFORE."""

    whom: Whom
    place: Place
    other: Whom | None = None


@dataclass(frozen=True, slots=True)
class PayPremium:
    """Pay a relative's resident premium (代缴居民医保费); year None: the one that is open."""

    whom: Whom | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class RefundPremium:
    """Give a premium back that was paid (退保费); year None: not said."""

    whom: Whom | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Withdraw an invitation (撤回邀请); whom None: the one that waits."""

    whom: Whom | None = None


@dataclass(frozen=True, slots=True)
class EndBinding:
    """End a binding (解绑); whom None: not said."""

    whom: Whom | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause sharing with somebody (暂停); whom None: not said."""

    whom: Whom | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Resume sharing with somebody (恢复); whom None: not said."""

    whom: Whom | None = None


@dataclass(frozen=True, slots=True)
class SetLimit:
    """Set one limit of a binding (限额); amount None: no such limit, period None: of any kind."""

    whom: Whom | None
    period: LimitPeriod | None
    amount: Fen | None


@dataclass(frozen=True, slots=True)
class SetReserve:
    """Keep at least an amount in the own account (保留金额); 0 keeps nothing back."""

    amount: Fen


Ask = (
    Balance
    | Sharers
    | Beneficiaries
    | Quote
    | LastBill
    | WhyNotUsed
    | Statement
    | Thanks
    | Contact
    | Help
)
Wish = (
    Invite
    | Accept
    | Decline
    | Reorder
    | PayPremium
    | RefundPremium
    | Withdraw
    | EndBinding
    | Pause
    | Resume
    | SetLimit
    | SetReserve
)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A sentence that wants one of several things, in a fixed order; one has to be chosen."""

    readings: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A sentence outside the language.

    Args:
        suggestions: what it may have been about, the likeliest first.
        why: what is wrong with the ID number of an otherwise good invitation.
    """

    suggestions: tuple[Topic, ...] = ()
    why: Code | None = None


Intent = Wish | Ask | Ambiguous | NotUnderstood
