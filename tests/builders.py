"""Builders of domain values for every test: good defaults, and each field can be given otherwise.

They are plain functions: ``binding(status=BindingStatus.PAUSED)``. The defaults are one place and
moment: Gar county in Ngari, ten o'clock of 11 November 2025 in Shanghai. Nobody here exists: ID
numbers have the prefix 542599.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.bill import Bill, Line, VisitKind
from gongji.domain.binding import Binding, BindingStatus, Capacity, Consent
from gongji.domain.family import Family, Sharing
from gongji.domain.identity import DEMO_REGION_PREFIX, check_digit
from gongji.domain.institution import Institution, InstitutionKind
from gongji.domain.kinship import Kinship
from gongji.domain.ledger import Cause, CauseKind
from gongji.domain.money import Fen
from gongji.domain.person import (
    AccountStatus,
    Beneficiary,
    Dated,
    PersonalAccount,
    PersonStatus,
    Scheme,
)
from gongji.domain.policy import ItemKind, Policy

NOW: Final = datetime(2025, 11, 11, 2, 0, tzinfo=UTC)
"""Ten o'clock in the morning in Shanghai."""
TODAY: Final = date(2025, 11, 11)
NGARI: Final = "542500"
GAR: Final = "542523"
LHASA: Final = "540102"
CHENGDU: Final = "510104"

CHINESE_NAME: Final = "张伟"
TIBETAN_NAME: Final = "བསྟན་འཛིན་རྒྱ་མཚོ།"
RARE_NAME: Final = "𠮷野𡈽"
"""Its first and last characters lie above U+20000."""

_NAMES: Final = UUID("0199f2a0-6000-7000-8000-7465737473aa")


def named_id(name: str) -> UUID:
    """Return the id that a name has in all tests."""
    return uuid5(_NAMES, name)


def fen(text: str) -> Fen:
    """Read yuan as the rules write them, always with two decimals: ``fen("1286.47")``."""
    whole, cents = text.replace(",", "").split(".")
    if len(cents) != 2:
        raise ValueError(text)
    return Fen(int(whole + cents))


def id_number(serial: int = 1, *, born: date = date(1985, 6, 15)) -> str:
    """Make a valid ID number of nobody; an odd serial (0 to 999) is male."""
    first_17 = f"{DEMO_REGION_PREFIX}{born:%Y%m%d}{serial:03d}"
    return first_17 + check_digit(first_17)


def policy(**changed: Any) -> Policy:
    """Make the demonstration policy of Ngari."""
    return replace(Policy(NGARI, date(2025, 1, 1), "ngari-2025"), **changed)


def institution(**changed: Any) -> Institution:
    """Make a designated hospital in Gar."""
    default = Institution(
        id=named_id("hospital"),
        code="H54252300001",
        name="噶尔县人民医院",
        kind=InstitutionKind.HOSPITAL,
        region=GAR,
    )
    return replace(default, **changed)


def pharmacy(**changed: Any) -> Institution:
    """Make a designated pharmacy in Gar."""
    default = institution(
        id=named_id("pharmacy"),
        code="P54252300001",
        name="狮泉河大药房",
        kind=InstitutionKind.PHARMACY,
    )
    return replace(default, **changed)


def account(name: str = "own", balance: Fen = Fen(260_00), **changed: Any) -> PersonalAccount:
    """Make a normal account, named after its owner."""
    default = PersonalAccount(
        id=named_id(f"account/{name}"),
        owner_id=named_id(name),
        balance=balance,
        status=Dated(AccountStatus.NORMAL),
        owner_status=Dated(PersonStatus.NORMAL),
        region=GAR,
    )
    return replace(default, **changed)


def frozen_account(
    name: str = "own", balance: Fen = Fen(260_00), **changed: Any
) -> PersonalAccount:
    """Make an account that is frozen."""
    return account(name, balance, status=Dated(AccountStatus.FROZEN), **changed)


def closed_account(name: str = "own", balance: Fen = Fen(0), **changed: Any) -> PersonalAccount:
    """Make an account that is closed."""
    return account(name, balance, status=Dated(AccountStatus.CLOSED), **changed)


def beneficiary(**changed: Any) -> Beneficiary:
    """Make a normal, employee-insured beneficiary who has set an order."""
    default = Beneficiary(
        id=named_id("own"),
        status=Dated(PersonStatus.NORMAL),
        region=GAR,
        scheme=Scheme.EMPLOYEE,
        order_version=1,
        order_is_set=True,
    )
    return replace(default, **changed)


def resident(**changed: Any) -> Beneficiary:
    """Make a normal, resident-insured beneficiary."""
    return beneficiary(scheme=Scheme.RESIDENT, **changed)


def consent(name: str = "own", **changed: Any) -> Consent:
    """Make the consent that somebody gave for themselves a hundred days ago."""
    default = Consent(
        by=named_id(name),
        capacity=Capacity.SELF,
        channel=Channel.MINI_PROGRAM,
        declaration_version="2025-01",
        at=NOW - timedelta(days=100),
    )
    return replace(default, **changed)


def binding(sharer: str = "A", **changed: Any) -> Binding:
    """Make an active binding of a named sharer with the beneficiary ``own``."""
    given = consent("own", at=NOW - timedelta(days=99))
    default = Binding(
        id=named_id(f"binding/{sharer}"),
        sharer_id=named_id(sharer),
        beneficiary_id=named_id("own"),
        kinship=Kinship.PARENT,
        status=BindingStatus.ACTIVE,
        invited_at=NOW - timedelta(days=100),
        expires_at=NOW - timedelta(days=93),
        sharer_consent=consent(sharer),
        accepted_at=given.at,
        beneficiary_consent=given,
        position=1,
    )
    return replace(default, **changed)


def invitation(sharer: str = "A", **changed: Any) -> Binding:
    """Make an invitation of yesterday that nobody has answered."""
    default = binding(
        sharer,
        status=BindingStatus.INVITED,
        invited_at=NOW - timedelta(days=1),
        expires_at=NOW + timedelta(days=6),
        sharer_consent=consent(sharer, at=NOW - timedelta(days=1)),
        accepted_at=None,
        beneficiary_consent=None,
        position=None,
    )
    return replace(default, **changed)


def sharing(
    sharer: str = "A",
    balance: Fen = Fen(300_00),
    *,
    position: int | None = 1,
    account: PersonalAccount | None = None,
    **binding_changed: Any,
) -> Sharing:
    """Make an active binding together with the sharer's account."""
    return Sharing(
        binding(sharer, position=position, **binding_changed),
        _account(sharer, balance) if account is None else account,
    )


_account = account


def family(
    *sharings: Sharing, own: PersonalAccount | None = None, resident_only: bool = False, **c: Any
) -> Family:
    """Make a family; the beneficiary has an account of 260.00 unless ``resident_only``.

    Args:
        c: changed fields of ``Family``: ``beneficiary`` and ``policy``.
    """
    if resident_only:
        return replace(Family(resident(), None, sharings, policy()), **c)
    return replace(Family(beneficiary(), own or account(), sharings, policy()), **c)


def line(amount: Fen, code: str = "XA02BCA001", **changed: Any) -> Line:
    """Make a line with a western drug."""
    return replace(Line(code, "奥美拉唑肠溶胶囊", ItemKind.DRUG, amount), **changed)


def tonic(amount: Fen, **changed: Any) -> Line:
    """Make a line with a health tonic, which no account may pay."""
    return replace(Line("B00000001", "蜂王浆口服液", ItemKind.OTHER, amount), **changed)


def bill(personal_share: Fen = Fen(178_50), **changed: Any) -> Bill:
    """Make a bill that closes: all in scope and no fund, unless amounts are given otherwise."""
    default = Bill(
        institution_bill_no="20251111-0001",
        visit=VisitKind.OUTPATIENT,
        total=personal_share,
        self_paid=Fen(0),
        over_limit=Fen(0),
        first_pay=Fen(0),
        in_scope=personal_share,
        fund_paid=Fen(0),
        hospital_paid=Fen(0),
        personal_share=personal_share,
    )
    return replace(default, **changed)


def bill_of_lines(*lines: Line, **changed: Any) -> Bill:
    """Make a pharmacy's bill that is the sum of its lines; tonics are self-paid."""
    amount = Fen(sum(x.amount for x in lines))
    self_paid = Fen(sum(x.amount for x in lines if x.kind is ItemKind.OTHER))
    default = bill(
        amount,
        visit=VisitKind.PHARMACY,
        self_paid=self_paid,
        in_scope=Fen(amount - self_paid),
        lines=lines,
    )
    return replace(default, **changed)


def bill_e1(**changed: Any) -> Bill:
    """Make the bill of worked example E1."""
    amounts = {"total": fen("326.80"), "in_scope": fen("326.80"), "fund_paid": fen("148.30")}
    return replace(bill(fen("178.50")), **{**amounts, **changed})


def bill_e2(**changed: Any) -> Bill:
    """Make the bill of worked example E2."""
    amounts = {
        "total": fen("1286.47"),
        "self_paid": fen("96.40"),
        "over_limit": fen("12.35"),
        "first_pay": fen("85.72"),
        "in_scope": fen("1092.00"),
        "fund_paid": fen("535.20"),
    }
    return replace(bill(fen("751.27")), **{**amounts, **changed})


def bill_e3(**changed: Any) -> Bill:
    """Make the bill of worked example E3."""
    return bill_of_lines(line(fen("129.35")), tonic(fen("58.00")), **changed)


def family_e1() -> Family:
    """Make the family of worked example E1: nobody shares."""
    return family(own=account(balance=fen("260.00")))


def family_e2(*, a: Fen = Fen(300_00), a_position: int = 1, b_position: int = 2) -> Family:
    """Make the family of worked example E2, or a variant of it."""
    return family(
        sharing("A", a, position=a_position),
        sharing("B", fen("205.88"), position=b_position),
        own=account(balance=fen("118.63")),
    )


def family_e3() -> Family:
    """Make the family of worked example E3: a resident child, A frozen."""
    return family(
        sharing("A", account=frozen_account("A", fen("510.00"))),
        sharing("B", fen("90.10"), position=2),
        resident_only=True,
    )


def cause(kind: CauseKind = CauseKind.SETTLEMENT, **changed: Any) -> Cause:
    """Make the cause of a transfer of today."""
    return replace(Cause(kind, named_id(kind), TODAY), **changed)


def actor(name: str = "own", **changed: Any) -> Actor:
    """Make a person who asks through the mini-program."""
    return replace(Actor(ActorKind.PERSON, named_id(name), Channel.MINI_PROGRAM), **changed)


def till(name: str = "hospital", **changed: Any) -> Actor:
    """Make the till of an institution, with its clerk."""
    default = Actor(ActorKind.TILL, named_id(name), Channel.TILL, operator="0007")
    return replace(default, **changed)


def staff(name: str = "clerk", **changed: Any) -> Actor:
    """Make a member of staff of the bureau of Ngari."""
    default = Actor(ActorKind.STAFF, named_id(name), Channel.DASHBOARD, region=NGARI)
    return replace(default, **changed)
