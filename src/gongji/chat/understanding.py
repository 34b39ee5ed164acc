"""Understanding: a typed sentence becomes an intent, or is not understood.

``sentences.lark`` is the whole language and ``words.toml`` are its words. A sentence fits as a
whole or not at all: no word by itself ever starts anything. Every way to read a sentence is looked
at, so that one with two meanings is asked about and never decided by chance.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeVar

from lark import Lark, Token, Transformer, Tree, UnexpectedInput, v_args
from lark.exceptions import VisitError
from lark.visitors import CollapseAmbiguities

from gongji.chat.intents import (
    Accept,
    Ambiguous,
    Ask,
    Balance,
    Beneficiaries,
    Contact,
    Decline,
    EndBinding,
    Help,
    Intent,
    Invite,
    LastBill,
    LimitPeriod,
    NotUnderstood,
    Pause,
    PayPremium,
    Place,
    Quote,
    RefundPremium,
    Relation,
    Reorder,
    Resume,
    SetLimit,
    SetReserve,
    Sharers,
    Statement,
    Thanks,
    Topic,
    Whom,
    WhyNotUsed,
    Wish,
    Withdraw,
)
from gongji.chat.numerals import AMOUNT_CHARACTERS, parse_amount, parse_month, parse_year
from gongji.chat.typed import Typed
from gongji.chat.words import words
from gongji.domain.conversation import MOST_MESSAGE_CHARACTERS
from gongji.domain.errors import Code
from gongji.domain.identity import clean_name, parse_id_number
from gongji.domain.institution import InstitutionKind
from gongji.domain.money import NOTHING, Fen

LONGEST_SENTENCE: Final = 120
"""Characters of the longest sentence that is read; the longest of the language is shorter."""
MOST_NAME_CHARACTERS: Final = 30

_Found = TypeVar("_Found")
_NAME_CHARACTERS: Final = (
    "\u3007\u3400-\u9fff\ue000-\ufaff\U00020000-\U0003ffff"  # Chinese, private and rare ones
    "\u0f00-\u0fff"  # Tibetan
    "\u00b7\u2022\u2027\u30fb"  # between the parts of a name
)
_WITH_OTHERS: Final = re.compile(r"[和与同].*|.{2,}[和与及].{2,}")
"""``和王秀英``, ``王秀英和李建国``: no name; 李和平 is one."""


def understand(text: str, today: date) -> Intent:
    """Return what a sentence means; it never raises, whatever the text.

    Args:
        text: as typed.
        today: the business day, for months, years and dates of birth.
    """
    if len(text) > MOST_MESSAGE_CHARACTERS:
        return NotUnderstood(words().suggestions(""))
    typed = Typed.of(text)
    return decide(typed, *_readings(typed, today))


def decide(typed: Typed, readings: tuple[Wish | Ask, ...], why: Code | None = None) -> Intent:
    """Return the one meaning of a sentence, ask about several, or suggest.

    Args:
        typed: the sentence.
        readings: what the grammar makes of it.
        why: what is wrong with its ID number, if that is all that is wrong.
    """
    acts = any(isinstance(reading, Wish) for reading in readings)
    if not readings or (acts and _is_turned(typed)):
        return NotUnderstood(words().suggestions(typed.plain), why)
    if len(readings) == 1:
        return readings[0]
    several = tuple(reading for reading in readings if isinstance(reading, Wish))
    # A card offers things to do; a question among them is asked for in other words.
    if len(several) < len(readings):
        return NotUnderstood(words().suggestions(typed.plain))
    return Ambiguous(several)


def _is_turned(typed: Typed) -> bool:
    """Tell whether a sentence denies, supposes, asks or quotes: then it never acts.

    No such sentence is in the language anyway; this holds when somebody edits the language.
    """
    return any(word in typed.plain for word in words().never_acts)


def derivations(typed: Typed) -> list[Tree[Token]]:
    """Return every way in which the grammar derives a sentence; none outside the language."""
    if not 0 < len(typed.plain) <= LONGEST_SENTENCE:
        return []
    try:
        forest = _parser().parse(typed.plain)
    except UnexpectedInput:
        return []
    trees: list[Tree[Token]] = CollapseAmbiguities().transform(forest)
    return trees


@cache
def _parser() -> Lark:
    grammar = files("gongji.chat").joinpath("sentences.lark").read_text(encoding="utf-8")
    return Lark(
        f"{grammar}\n{_generated_terminals()}",
        parser="earley",
        lexer="dynamic",
        ambiguity="explicit",
    )


def _generated_terminals() -> str:
    """Return the terminals that are made from the word lists."""
    lists = words()
    free = [word for word in lists.relations if word not in lists.only_mine]
    never = _any_of(sorted(lists.never_in_names))
    return "\n".join(
        (
            f"RELATION: /{_any_of(free)}/",
            f"ANY_RELATION: /{_any_of(lists.relations)}/",
            f"NAME_CHARACTER: /(?!{never})[{_NAME_CHARACTERS}]/",
            f"AMOUNT_CHARACTER: /[{AMOUNT_CHARACTERS}]|,(?=[0-9])/",
        )
    )


def _any_of(alternatives: Iterable[str]) -> str:
    return "(?:" + "|".join(map(re.escape, alternatives)) + ")"


class _Unreadable(Exception):
    """A sentence of the right form holds an amount, a name or a number that is none."""

    def __init__(self, why: Code | None = None) -> None:
        self.why = why


def _readings(typed: Typed, today: date) -> tuple[tuple[Wish | Ask, ...], Code | None]:
    """Return every meaning of a sentence once; else what is wrong with its ID number, if known."""
    meanings: dict[Wish | Ask, None] = {}
    why: Code | None = None
    for tree in derivations(typed):
        try:
            meaning = _Meaning(typed, today).transform(tree)
        except VisitError as error:
            if not isinstance(error.orig_exc, _Unreadable):
                raise
            why = why or error.orig_exc.why
        else:
            meanings |= dict.fromkeys(meaning if isinstance(meaning, tuple) else (meaning,))
    return tuple(meanings), why


def _any(parts: Iterable[object], kind: type[_Found]) -> _Found | None:
    """Return the part of a kind, if the sentence has one."""
    return next((part for part in parts if isinstance(part, kind)), None)


def _the(parts: Iterable[object], kind: type[_Found]) -> _Found:
    """Return the part of a kind, which every such sentence has."""
    return next(part for part in parts if isinstance(part, kind))


def _said_of(act: Callable[..., Wish]) -> Callable[..., Wish]:
    """Return the meaning of a sentence that says at most whom it is about."""

    def meaning(_self: object, whom: Whom | None = None) -> Wish:
        return act(whom)

    return meaning


def _asked(ask: Callable[[], Ask]) -> Callable[..., Ask]:
    """Return the meaning of a question without any slot."""

    def meaning(_self: object) -> Ask:
        return ask()

    return meaning


def _about(topic: Topic) -> Callable[..., Topic]:
    """Return the meaning of words that only name a topic."""

    def meaning(_self: object, *_parts: object) -> Topic:
        return topic

    return meaning


def _help_about(topic: Topic) -> Callable[..., Help]:
    """Return the meaning of a sentence that stops before it says enough to act."""

    def meaning(_self: object, *_parts: object) -> Help:
        return Help(topic)

    return meaning


@v_args(inline=True)
class _Meaning(Transformer[Token, Any]):
    """What each rule of the grammar means: a method for each, by its name."""

    def __init__(self, typed: Typed, today: date) -> None:
        super().__init__()
        self._typed = typed
        self._today = today

    def name(self, *characters: Token) -> str:
        name = clean_name(_span(self._typed.shown, characters))
        if name is None or len(name) > MOST_NAME_CHARACTERS or _WITH_OTHERS.fullmatch(name):
            raise _Unreadable
        return name

    def amount(self, *characters: Token) -> Fen:
        amount = parse_amount(_span(self._typed.plain, characters))
        if amount is None:
            raise _Unreadable
        return amount

    def relation(self, word: Token) -> Relation:
        return words().relations[word]

    def whom(self, *parts: object) -> Whom:
        return Whom(relation=_any(parts, Relation), name=_any(parts, str))

    relative = kin = whom

    def place(self, word: Token) -> InstitutionKind:
        return InstitutionKind(word.type)

    def period(self, word: Token) -> LimitPeriod:
        return _PERIODS[word.type]

    short_period = period

    def year(self, word: Token) -> int:
        said = parse_year(word)
        return self._today.year + (word[0] in "明下") if said is None else said

    def month(self, word: Token) -> tuple[int, int]:
        day = self._today
        if word.startswith("上"):
            day = day.replace(day=1) - timedelta(days=1)
        return day.year, day.month

    def month_of_year(self, year: Token, month: Token) -> tuple[int, int]:
        said = parse_year(year)
        this_year = self._today.year
        return this_year - _YEARS_AGO[year] if said is None else said, _month(month)

    def month_named(self, month: Token) -> tuple[int, int]:
        """Return the last such month that has begun."""
        number = _month(month)
        return self._today.year - (number > self._today.month), number

    def invite(self, *parts: object) -> Invite:
        typed = _the(parts, Token).replace(" ", "").replace("-", "")
        id_number = parse_id_number(typed, today=self._today)
        if isinstance(id_number, Code):
            raise _Unreadable(id_number)
        return Invite(_the(parts, Relation), _the(parts, str), id_number)

    def put_first(self, whom: Whom) -> Reorder:
        return Reorder(whom, Place.FIRST)

    def put_last(self, whom: Whom) -> Reorder:
        return Reorder(whom, Place.LAST)

    def put_before(self, whom: Whom, other: Whom) -> Reorder:
        return Reorder(whom, Place.BEFORE, other)

    def pay_premium(self, *parts: object) -> PayPremium:
        return PayPremium(_any(parts, Whom), _any(parts, int))

    def refund_premium(self, *parts: object) -> RefundPremium:
        return RefundPremium(_any(parts, Whom), _any(parts, int))

    def stop(self, whom: Whom | None = None) -> tuple[EndBinding, Pause]:
        return EndBinding(whom), Pause(whom)

    def cap(self, *parts: object) -> tuple[int, LimitPeriod | None]:
        return _the(parts, int), _any(parts, LimitPeriod)

    def monthly(self, amount: Fen) -> tuple[int, LimitPeriod | None]:
        return amount, LimitPeriod.MONTH

    def set_limit(self, *parts: object) -> tuple[SetLimit, ...]:
        """Return one limit, or each that it may be where no period is said."""
        whom = _the(parts, Whom)
        amount, period = _any(parts, tuple) or self.cap(*parts)
        periods = (period,) if period else tuple(LimitPeriod)
        return tuple(SetLimit(whom, one, Fen(amount)) for one in periods)

    def clear_limit(self, *parts: object) -> SetLimit:
        return SetLimit(_any(parts, Whom), _any(parts, LimitPeriod), None)

    def set_reserve(self, amount: Fen) -> SetReserve:
        return SetReserve(amount)

    def clear_reserve(self) -> SetReserve:
        return SetReserve(NOTHING)

    def quote(self, *parts: object) -> Quote:
        return Quote(Fen(_the(parts, int)), _any(parts, InstitutionKind))

    def why_not_used(self, whom: Whom) -> WhyNotUsed:
        return WhyNotUsed(whom)

    def statement(self, month: tuple[int, int]) -> Statement:
        return Statement(*month)

    def thanks(self) -> Thanks:
        return Thanks()

    def contact(self) -> Contact:
        return Contact()

    def help(self, topic: Topic | None = None) -> Help:
        return Help(topic)

    accept = _said_of(Accept)
    decline = _said_of(Decline)
    withdraw = _said_of(Withdraw)
    end_binding = _said_of(EndBinding)
    pause = _said_of(Pause)
    resume = _said_of(Resume)

    balance = _asked(Balance)
    sharers = _asked(Sharers)
    beneficiaries = _asked(Beneficiaries)
    last_bill = _asked(LastBill)

    unfinished_invite = _help_about(Topic.INVITE)
    unfinished_limit = _help_about(Topic.LIMIT)
    unfinished_order = _help_about(Topic.ORDER)
    unfinished_reserve = _help_about(Topic.RESERVE)

    topic_balance = _about(Topic.BALANCE)
    topic_invite = _about(Topic.INVITE)
    topic_answer = _about(Topic.ANSWER)
    topic_order = _about(Topic.ORDER)
    topic_statement = _about(Topic.STATEMENT)
    topic_premium = _about(Topic.PREMIUM)
    topic_refund = _about(Topic.REFUND)
    topic_withdraw = _about(Topic.WITHDRAW)
    topic_end = _about(Topic.END)
    topic_pause = _about(Topic.PAUSE)
    topic_limit = _about(Topic.LIMIT)
    topic_reserve = _about(Topic.RESERVE)


_PERIODS: Final = {
    "MONTHLY": LimitPeriod.MONTH,
    "MONTHLY_SHORT": LimitPeriod.MONTH,
    "YEARLY": LimitPeriod.YEAR,
    "YEARLY_SHORT": LimitPeriod.YEAR,
    "EACH": LimitPeriod.SETTLEMENT,
}
_YEARS_AGO: Final = {"今年": 0, "本年": 0, "去年": 1, "前年": 2}


def _span(text: str, tokens: tuple[Token, ...]) -> str:
    """Return what the tokens, which follow each other, cover of a text."""
    return text[tokens[0].start_pos : tokens[-1].end_pos]


def _month(word: Token) -> int:
    month = parse_month(word)
    if month is None:
        raise _Unreadable
    return month
