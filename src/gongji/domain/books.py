"""The books check: what a settlement or premium must agree with, and how a difference is named.

What concerns one settlement or premium alone is compared here: its bill, its columns, its legs, and
its recorded explanation by the second interpreter. What takes sums over whole tables is compared in
the database (``store.books``). Both name what they find with the words of ``Wrong``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any, Final, NamedTuple

from gongji.domain.bill import Bill, eligible
from gongji.domain.deduction import LegType
from gongji.domain.institution import InstitutionKind
from gongji.domain.money import Fen, total
from gongji.domain.policy import Policy
from gongji.domain.replay import replay, replay_cash


class Wrong(StrEnum):
    """What does not agree. Values are only ever added."""

    ENTRY_NUMBER = "ENTRY_NUMBER"
    ENTRY_BALANCE = "ENTRY_BALANCE"
    ACCOUNT_BALANCE = "ACCOUNT_BALANCE"
    ACCOUNT_ENTRIES = "ACCOUNT_ENTRIES"
    TRANSFER_SIDES = "TRANSFER_SIDES"
    OPENING = "OPENING"
    CONTRIBUTION = "CONTRIBUTION"
    CONTROL_NAME = "CONTROL_NAME"
    CONTROL_BALANCE = "CONTROL_BALANCE"
    BILL_PARTS = "BILL_PARTS"
    BILL_PAYERS = "BILL_PAYERS"
    BILL_LINES = "BILL_LINES"
    POLICY = "POLICY"
    ELIGIBLE = "ELIGIBLE"
    SPLIT = "SPLIT"
    OWN = "OWN"
    SHARED = "SHARED"
    OWN_BALANCE = "OWN_BALANCE"
    EXPLANATION_FORM = "EXPLANATION_FORM"
    EXPLANATION_AMOUNT = "EXPLANATION_AMOUNT"
    EXPLANATION_DRAWN = "EXPLANATION_DRAWN"
    EXPLANATION_LEG = "EXPLANATION_LEG"
    EXPLANATION_RANK = "EXPLANATION_RANK"
    EXPLANATION_CASH = "EXPLANATION_CASH"
    SEEN_BALANCE = "SEEN_BALANCE"
    SETTLEMENT_BOOKED = "SETTLEMENT_BOOKED"
    LEG_BINDING = "LEG_BINDING"
    LEG_DAY = "LEG_DAY"
    REVERSAL_LINK = "REVERSAL_LINK"
    REVERSAL_BOOKED = "REVERSAL_BOOKED"
    REVERSAL_ACCOUNT = "REVERSAL_ACCOUNT"
    REVERSAL_SUSPENDED = "REVERSAL_SUSPENDED"
    PREMIUM_AMOUNT = "PREMIUM_AMOUNT"
    PREMIUM_BINDING = "PREMIUM_BINDING"
    PREMIUM_BOOKED = "PREMIUM_BOOKED"
    PREMIUM_STATE = "PREMIUM_STATE"
    PREMIUM_REFUND = "PREMIUM_REFUND"
    PREMIUM_REFUND_ACCOUNT = "PREMIUM_REFUND_ACCOUNT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    ORDER_VERSIONS = "ORDER_VERSIONS"
    ORDER_UNKNOWN = "ORDER_UNKNOWN"
    EVENT_NUMBERS = "EVENT_NUMBERS"
    EVENT_OF_FACT = "EVENT_OF_FACT"
    KEY_UNANSWERED = "KEY_UNANSWERED"
    KEY_OF_FACT = "KEY_OF_FACT"
    KEY_WITHOUT_FACT = "KEY_WITHOUT_FACT"
    ORPHAN = "ORPHAN"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree; it names ids and fen, never a person.

    Args:
        subject: table and id, or kind and holder of a control account.
        expected: fen, or a count; None: there should be nothing.
        found: likewise; None: there is nothing.
    """

    wrong: Wrong
    subject: str
    expected: int | None
    found: int | None

    def __str__(self) -> str:
        """Write it as one line."""
        expected, found = _told(self.expected), _told(self.found)
        return f"{self.wrong} {self.subject}: expected {expected}, found {found}"


def _told(figure: int | None) -> str:
    return "nothing" if figure is None else str(figure)


@dataclass(frozen=True, slots=True)
class BooksCheck:
    """What one check of the books found.

    Args:
        checked_at: the moment of the snapshot that was checked.
        settlements, premiums, transfers: how many were checked.
        differences: how many of each kind; empty when all is right.
    """

    checked_at: datetime
    settlements: int
    premiums: int
    transfers: int
    differences: Mapping[Wrong, int] = field(default_factory=Counter)

    @property
    def differences_counted(self) -> int:
        """Return the number of all differences."""
        return sum(self.differences.values())

    @property
    def is_right(self) -> bool:
        """Tell whether everything agrees."""
        return not any(self.differences.values())


class BookedLeg(NamedTuple):
    """A leg as it stands in the books; ids as the explanation writes them."""

    account: str
    binding: str | None
    type: str
    rank: int
    amount: int


class BookedSettlement(NamedTuple):
    """A settlement as it stands in the books.

    Args:
        subject: how a difference names it.
        own_balance_after: fen; None without an own account.
        place: kind of the institution; None where it is not known.
        policies: those of the version that decided.
    """

    subject: str
    bill: Bill
    eligible: Fen
    own: Fen
    shared: Fen
    cash: Fen
    own_balance_after: Fen | None
    place: InstitutionKind | None
    policies: tuple[Policy, ...]
    explanation: Mapping[str, Any]
    legs: tuple[BookedLeg, ...]


class BookedPremium(NamedTuple):
    """A premium as it stands in the books."""

    subject: str
    amount: Fen
    explanation: Mapping[str, Any]
    legs: tuple[BookedLeg, ...]


Booked = BookedSettlement | BookedPremium | Difference
"""A record as it was read, or the difference that it cannot be read."""


def compare_record(booked: Booked) -> Iterator[Difference]:
    """Compare a record with all that it must agree with by itself."""
    match booked:
        case BookedSettlement():
            return compare_settlement(booked)
        case BookedPremium():
            return compare_premium(booked)
        case Difference():
            return iter((booked,))


def compare_settlement(booked: BookedSettlement) -> Iterator[Difference]:
    """Compare a settlement with its bill, its legs and its explanation.

    Clause: laws 2 and 10, and the sums of ``rules.md`` section 4.
    """
    yield from _differing(booked.subject, _sums(booked))
    yield from _compare_eligible(booked)
    figures = {
        "personal_share": booked.bill.personal_share,
        "eligible": booked.eligible,
        "cash": booked.cash,
    }
    yield from _readable(
        booked.subject,
        chain(
            _explained(booked.subject, booked.explanation, booked.legs, figures),
            _compare_own_balance(booked),
        ),
    )


def compare_premium(booked: BookedPremium) -> Iterator[Difference]:
    """Compare a premium with its legs and its explanation: it is paid whole, without cash.

    Clause: G14, law 10.
    """
    paid = sum(leg.amount for leg in booked.legs)
    yield from _differing(booked.subject, ((Wrong.PREMIUM_AMOUNT, booked.amount, paid),))
    figures = {"personal_share": booked.amount, "eligible": booked.amount, "cash": 0}
    yield from _readable(
        booked.subject, _explained(booked.subject, booked.explanation, booked.legs, figures)
    )


Figures = Iterable[tuple[Wrong, int, int]]
"""What is wrong where the second amount is not the first."""


def _differing(subject: str, figures: Figures) -> Iterator[Difference]:
    for wrong, expected, found in figures:
        if expected != found:
            yield Difference(wrong, subject, expected, found)


def _sums(booked: BookedSettlement) -> Figures:
    """Add up the bill and the legs."""
    bill = booked.bill
    parts = total(bill.self_paid, bill.over_limit, bill.first_pay, bill.in_scope)
    yield Wrong.BILL_PARTS, bill.total, parts
    payers = total(bill.fund_paid, bill.personal_share, bill.hospital_paid)
    yield Wrong.BILL_PAYERS, bill.total, payers
    if bill.lines:
        yield Wrong.BILL_LINES, bill.total, sum(line.amount for line in bill.lines)
    own = sum([leg.amount for leg in booked.legs if leg.type == LegType.OWN])
    shared = sum([leg.amount for leg in booked.legs if leg.type == LegType.SHARED])
    yield Wrong.SPLIT, bill.personal_share, own + shared + booked.cash
    yield Wrong.OWN, booked.own, own
    yield Wrong.SHARED, booked.shared, shared


def _compare_eligible(booked: BookedSettlement) -> Iterator[Difference]:
    """Compute what was eligible by the policy that decided; two regions may share its version."""
    place = booked.place
    if place is None:
        return
    expected = [eligible(booked.bill, policy, place) for policy in booked.policies]
    if not expected:
        yield Difference(Wrong.POLICY, booked.subject, None, booked.eligible)
    elif booked.eligible not in expected:
        yield Difference(Wrong.ELIGIBLE, booked.subject, expected[0], booked.eligible)


_NO_RECORD: Final = (KeyError, TypeError, ValueError, AttributeError)
"""What the second interpreter stumbles over in a record of another form."""


def _readable(subject: str, differences: Iterator[Difference]) -> Iterator[Difference]:
    """Return the differences of a recorded explanation, or the one that it cannot be read."""
    try:
        found = tuple(differences)
    except _NO_RECORD:
        found = (Difference(Wrong.EXPLANATION_FORM, subject, None, None),)
    yield from found


def _compare_own_balance(booked: BookedSettlement) -> Iterator[Difference]:
    """Compare what the own account held afterwards, where the explanation saw it before."""
    for step in booked.explanation["steps"]:
        expected = step["balance"] - step["drawn"]
        if step["type"] == LegType.OWN and expected != booked.own_balance_after:
            yield Difference(Wrong.OWN_BALANCE, booked.subject, expected, booked.own_balance_after)


def _explained(
    subject: str,
    recorded: Mapping[str, Any],
    legs: tuple[BookedLeg, ...],
    figures: Mapping[str, int],
) -> Iterator[Difference]:
    paid = replay(recorded)
    told = ((Wrong.EXPLANATION_AMOUNT, figures[name], recorded[name]) for name in figures)
    yield from _differing(subject, told)
    cash = replay_cash(recorded, paid)
    yield from _differing(subject, ((Wrong.EXPLANATION_CASH, cash, figures["cash"]),))
    steps = {step["account"]: step for step in recorded["steps"]}
    drawn = {account: step["drawn"] for account, step in steps.items() if step["drawn"]}
    yield from _compare_paid(Wrong.EXPLANATION_DRAWN, subject, paid, drawn)
    booked = {leg.account: leg.amount for leg in legs}
    yield from _compare_paid(Wrong.EXPLANATION_LEG, subject, paid, booked)
    yield from _compare_ranks(subject, steps, legs)


def _compare_paid(
    wrong: Wrong, subject: str, expected: Mapping[str, int], found: Mapping[str, int]
) -> Iterator[Difference]:
    """Compare fen by account; that nothing differs is the rule, and found at once."""
    if expected == found:
        return
    for account in sorted(expected.keys() | found.keys()):
        fen = expected.get(account), found.get(account)
        if fen[0] != fen[1]:
            yield Difference(wrong, f"{subject} account {account}", *fen)


def _compare_ranks(
    subject: str, steps: Mapping[str, Mapping[str, Any]], legs: tuple[BookedLeg, ...]
) -> Iterator[Difference]:
    """Compare under which binding and in which place each leg was drawn."""
    for leg in legs:
        step = steps.get(leg.account)
        if step is None:
            continue
        same = (step["binding"], step["type"]) == (leg.binding, leg.type)
        if not same or step["rank"] != leg.rank:
            named = f"{subject} account {leg.account}"
            yield Difference(Wrong.EXPLANATION_RANK, named, step["rank"], leg.rank)
