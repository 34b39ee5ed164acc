"""What the registry says, one record a line: the kinds of records, their fields, their flaws.

A record is read from the fields of one JSON object. What is wrong with it is a ``Flaw`` of a field,
never the value of the field: lines hold personal numbers, messages never do.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any, ClassVar, Final, TypeVar

from gongji.domain import texts
from gongji.domain.binding import LIVE, OPEN, BindingStatus, Capacity, Limit
from gongji.domain.business_day import start_of
from gongji.domain.errors import Code
from gongji.domain.identity import clean_name, is_invisible, parse_id_number
from gongji.domain.institution import InstitutionKind, Period
from gongji.domain.kinship import Kinship
from gongji.domain.money import LIMIT_FEN, Fen
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.domain.policy import CredentialKind, Policy, policy_from_rules
from gongji.domain.premium import Tariff

MOST_TEXT_CHARACTERS: Final = 200
MOST_KEY_CHARACTERS: Final = 40
_FIELD_NAME: Final = re.compile(r"[a-z][a-z_]{0,39}")
_REGION: Final = re.compile(r"[1-9][0-9]{5}")
_CODE: Final = re.compile(r"[HP][0-9]{11}")
_PHONE: Final = re.compile(r"\+?[0-9]{5,20}")
_YEARS: Final = range(2000, 2100)


class Flaw(Enum):
    """What can be wrong with a field of a line, besides what ``Code`` says of ID numbers."""

    NOT_JSON = "NOT_JSON"
    LINE_TOO_LONG = "LINE_TOO_LONG"
    UNKNOWN_RECORD = "UNKNOWN_RECORD"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    MISSING = "MISSING"
    MALFORMED = "MALFORMED"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_LOADED = "NOT_LOADED"
    ONE_PERSON = "ONE_PERSON"
    WITHOUT_ACCOUNT = "WITHOUT_ACCOUNT"
    OPENING_CHANGED = "OPENING_CHANGED"
    ALREADY_BOOKED = "ALREADY_BOOKED"
    BELONGS_TO_ANOTHER = "BELONGS_TO_ANOTHER"
    POLICY_IN_FORCE = "POLICY_IN_FORCE"
    NOT_BOUND = "NOT_BOUND"

    @property
    def message(self) -> str:
        """Return the Chinese sentence."""
        return texts.FLAWS[self.name]


@dataclass(frozen=True, slots=True)
class LineFault:
    """A line that cannot be loaded: its number, the field, and what is wrong with it."""

    line: int
    field: str
    flaw: Flaw | Code

    def __str__(self) -> str:
        """Say it as people read it; there is no value of the line in it."""
        place = f"第{self.line}行" + (f" {self.field}" if self.field else "")
        return f"{place}：{self.flaw.message}"


class Flawed(Exception):
    """A field of a record cannot be accepted."""

    def __init__(self, field: str, flaw: Flaw | Code) -> None:
        super().__init__(field, flaw)
        self.field: Final = field
        self.flaw: Final = flaw


V = TypeVar("V")
E = TypeVar("E", bound=StrEnum)


class Fields:
    """The fields of one line, taken one by one; what is left over at the end is unknown."""

    def __init__(self, fields: Mapping[str, Any], *, today: date) -> None:
        self._left: Final = dict(fields)
        self._today: Final = today

    def has(self, name: str) -> bool:
        """Tell whether a field is there, be it null."""
        return name in self._left

    def required(self, name: str, read: Callable[[Any], V]) -> V:
        """Take a field that must be there.

        Raises:
            Flawed: it is absent or null, or cannot be read.
        """
        value = self._left.pop(name, None)
        if value is None:
            raise Flawed(name, Flaw.MISSING)
        return self._read(name, value, read)

    def optional(self, name: str, read: Callable[[Any], V]) -> V | None:
        """Take a field that may be absent or null.

        Raises:
            Flawed: it cannot be read.
        """
        value = self._left.pop(name, None)
        return None if value is None else self._read(name, value, read)

    def defaulted(self, name: str, read: Callable[[Any], V], default: V) -> V:
        """Take a field that may be absent, but not null.

        Raises:
            Flawed: it is null or cannot be read.
        """
        return self.required(name, read) if name in self._left else default

    def unless_absent(self, name: str, read: Callable[[Any], V]) -> V | None:
        """Take a field that may be absent, which leaves what is known; null is malformed.

        Raises:
            Flawed: it is null or cannot be read.
        """
        return self.required(name, read) if name in self._left else None

    def id_number(self, name: str) -> str:
        """Take an ID number.

        Raises:
            Flawed: what stands against it (S3.3).
        """
        text = self.required(name, _text)
        number = parse_id_number(text, today=self._today)
        if isinstance(number, Code):
            raise Flawed(name, number)
        return number.text

    def finish(self) -> None:
        """Refuse what was not asked for.

        Raises:
            Flawed: a field is unknown; a strange name is not repeated.
        """
        for name in self._left:
            known = name if _FIELD_NAME.fullmatch(name) else ""
            raise Flawed(known, Flaw.UNKNOWN_FIELD)

    @staticmethod
    def _read(name: str, value: Any, read: Callable[[Any], V]) -> V:
        try:
            return read(value)
        except OverflowError:
            raise Flawed(name, Flaw.OUT_OF_RANGE) from None
        except (ValueError, TypeError, KeyError):
            raise Flawed(name, Flaw.MALFORMED) from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or any(map(is_invisible, value)):
        raise TypeError
    stripped = value.strip()
    if not 0 < len(stripped) <= MOST_TEXT_CHARACTERS:
        raise ValueError
    return stripped


def _key(value: Any) -> str:
    text = _text(value)
    if len(text) > MOST_KEY_CHARACTERS:
        raise ValueError
    return text


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _text(value)
        if not pattern.fullmatch(text):
            raise ValueError
        return text

    return read


_region: Final = _matching(_REGION)
_institution_code: Final = _matching(_CODE)
_phone: Final = _matching(_PHONE)


def _one_of(members: type[E], *, but: frozenset[E] = frozenset()) -> Callable[[Any], E]:
    def read(value: Any) -> E:
        member = members(value)
        if member in but:
            raise ValueError
        return member

    return read


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _fen(value: Any) -> Fen:
    if not 0 <= _whole(value) < LIMIT_FEN:
        raise OverflowError
    return Fen(value)


def _some_fen(value: Any) -> Fen:
    if _whole(value) == 0:
        raise OverflowError
    return _fen(value)


def _rank(value: Any) -> int:
    if not 1 <= _whole(value) <= 1000:
        raise OverflowError
    return int(value)


def _year(value: Any) -> int:
    if _whole(value) not in _YEARS:
        raise OverflowError
    return int(value)


def _day(value: Any) -> date:
    text = _text(value)
    if len(text) != len("2026-01-01"):
        raise ValueError
    return date.fromisoformat(text)


def _moment(value: Any) -> datetime:
    """Read a time with its offset, or a day, which begins at 00:00 in Shanghai (G22)."""
    text = _text(value)
    if len(text) == len("2026-01-01"):
        return start_of(date.fromisoformat(text))
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError
    return at


def _name(fields: Fields, name: str) -> str:
    cleaned = clean_name(fields.required(name, _text_of_name))
    if cleaned is None:
        raise Flawed(name, Code.NAME_FORM)
    return cleaned


def _text_of_name(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


Subject = tuple[str, ...]
"""The natural key of what a record is about."""


@dataclass(frozen=True, slots=True, repr=False)
class InstitutionRecord:
    """A designated hospital or pharmacy, whole: what is not named is open or none."""

    kind_name: ClassVar[str] = "institution"
    code: str
    name: str
    region: str
    designated: Period
    offsite_sharing: Period | None

    @property
    def kind(self) -> InstitutionKind:
        """Return the kind, which the code begins with."""
        return InstitutionKind.HOSPITAL if self.code[0] == "H" else InstitutionKind.PHARMACY

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return ("institution", self.code)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names: none."""
        return ()

    @classmethod
    def read(cls, fields: Fields) -> "InstitutionRecord":
        """Read the fields of a line."""
        return cls(
            code=fields.required("code", _institution_code),
            name=fields.required("name", _text),
            region=fields.required("region", _region),
            designated=_period(fields, "designated"),
            offsite_sharing=_offsite(fields),
        )


def _period(fields: Fields, name: str) -> Period:
    first = fields.optional(f"{name}_from", _day)
    until = fields.optional(f"{name}_until", _day)
    if first is not None and until is not None and first > until:
        raise Flawed(f"{name}_until", Flaw.OUT_OF_RANGE)
    return Period(first, until)


def _offsite(fields: Fields) -> Period | None:
    is_open = fields.defaulted("offsite_sharing", _flag, default=False)
    period = _period(fields, "offsite")
    return period if is_open else None


@dataclass(frozen=True, slots=True, repr=False)
class PersonRecord:
    """An insured person.

    Args:
        status: None leaves what is known; a new person is ``NORMAL``.
        premium_category: None leaves what is known; a new person is an ``ADULT``.
        phone: None where ``phone_is_given`` removes the number.
    """

    kind_name: ClassVar[str] = "person"
    id_number: str
    name: str
    region: str
    scheme: Scheme
    status: PersonStatus | None
    premium_category: str | None
    phone: str | None
    phone_is_given: bool

    @property
    def born_on(self) -> date:
        """Return the day of birth, which the ID number holds."""
        number = self.id_number
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return ("person", self.id_number)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.id_number,)

    @classmethod
    def read(cls, fields: Fields) -> "PersonRecord":
        """Read the fields of a line."""
        return cls(
            id_number=fields.id_number("id_number"),
            name=_name(fields, "name"),
            region=fields.required("region", _region),
            scheme=fields.required("scheme", _one_of(Scheme)),
            status=fields.unless_absent("status", _one_of(PersonStatus)),
            premium_category=fields.unless_absent("premium_category", _key),
            phone_is_given=fields.has("phone"),
            phone=fields.optional("phone", _phone),
        )


@dataclass(frozen=True, slots=True, repr=False)
class AccountRecord:
    """A personal account and what it held when it was opened here."""

    kind_name: ClassVar[str] = "account"
    owner: str
    opening: Fen
    status: AccountStatus | None

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return ("account", self.owner)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.owner,)

    @classmethod
    def read(cls, fields: Fields) -> "AccountRecord":
        """Read the fields of a line."""
        return cls(
            owner=fields.id_number("owner"),
            opening=fields.required("opening_balance_fen", _fen),
            status=fields.unless_absent("status", _one_of(AccountStatus)),
        )


@dataclass(frozen=True, slots=True, repr=False)
class CardRecord:
    """A card by which a till names its holder."""

    kind_name: ClassVar[str] = "card"
    holder: str
    kind: CredentialKind
    number: str

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return ("card", self.kind, self.number)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.holder,)

    @classmethod
    def read(cls, fields: Fields) -> "CardRecord":
        """Read the fields of a line; an ID card is known by its person."""
        other = _one_of(CredentialKind, but=frozenset({CredentialKind.ID_CARD}))
        return cls(
            holder=fields.id_number("holder"),
            kind=fields.required("kind", other),
            number=fields.required("number", _key).upper(),
        )


def _two(fields: Fields, one: str, other: str) -> tuple[str, str]:
    """Take two persons who must not be one."""
    first, second = fields.id_number(one), fields.id_number(other)
    if first == second:
        raise Flawed(other, Flaw.ONE_PERSON)
    return first, second


@dataclass(frozen=True, slots=True, repr=False)
class GuardianRecord:
    """Who may act for whom (G19)."""

    kind_name: ClassVar[str] = "guardian"
    guardian: str
    ward: str
    capacity: Capacity
    until: date | None

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return ("guardian", self.guardian, self.ward)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.guardian, self.ward)

    @classmethod
    def read(cls, fields: Fields) -> "GuardianRecord":
        """Read the fields of a line."""
        guardian, ward = _two(fields, "guardian", "ward")
        somebody = _one_of(Capacity, but=frozenset({Capacity.SELF}))
        return cls(
            guardian=guardian,
            ward=ward,
            capacity=fields.required("capacity", somebody),
            until=fields.optional("until", _day),
        )


@dataclass(frozen=True, slots=True, repr=False)
class KinshipRecord:
    """The relative is the person's ...; not confirmed: the registry denies it (G20)."""

    kind_name: ClassVar[str] = "kinship"
    person: str
    relative: str
    kinship: Kinship
    is_confirmed: bool

    @property
    def subject(self) -> Subject:
        """Return the natural key, the same in both directions."""
        return ("kinship", *sorted((self.person, self.relative)))

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.person, self.relative)

    @classmethod
    def read(cls, fields: Fields) -> "KinshipRecord":
        """Read the fields of a line."""
        person, relative = _two(fields, "person", "relative")
        return cls(
            person=person,
            relative=relative,
            kinship=fields.required("kinship", _one_of(Kinship)),
            is_confirmed=fields.defaulted("confirmed", _flag, default=True),
        )


@dataclass(frozen=True, slots=True, repr=False)
class KinshipEndedRecord:
    """A kinship is over: divorce, adoption (G15)."""

    kind_name: ClassVar[str] = "kinship_ended"
    person: str
    relative: str

    @property
    def subject(self) -> Subject:
        """Return the natural key, that of the kinship."""
        return ("kinship", *sorted((self.person, self.relative)))

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.person, self.relative)

    @classmethod
    def read(cls, fields: Fields) -> "KinshipEndedRecord":
        """Read the fields of a line."""
        return cls(*_two(fields, "person", "relative"))


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """A region's policy from a business day on; a rule that is not named has its default."""

    kind_name: ClassVar[str] = "policy"
    policy: Policy

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return ("policy", self.policy.region, self.policy.in_force_from.isoformat())

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names: none."""
        return ()

    @classmethod
    def read(cls, fields: Fields) -> "PolicyRecord":
        """Read the fields of a line."""
        region = fields.required("region", _region)
        start = fields.required("in_force_from", _day)
        version = fields.defaulted("version", _key, f"{region}-{start:%Y%m%d}")
        rules: dict[str, Any] = fields.defaulted("rules", _mapping, {})
        try:
            policy = policy_from_rules(rules, region=region, in_force_from=start, version=version)
        except ValueError:
            raise Flawed("rules", Flaw.MALFORMED) from None
        return cls(policy)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


@dataclass(frozen=True, slots=True)
class TariffRecord:
    """What a resident premium costs, and when it may be paid (G14)."""

    kind_name: ClassVar[str] = "tariff"
    tariff: Tariff

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return ("tariff", self.tariff.region, str(self.tariff.year), self.tariff.category)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names: none."""
        return ()

    @classmethod
    def read(cls, fields: Fields) -> "TariffRecord":
        """Read the fields of a line."""
        tariff = Tariff(
            region=fields.required("region", _region),
            year=fields.required("year", _year),
            category=fields.required("category", _key),
            amount=fields.required("amount_fen", _some_fen),
            opens_on=fields.required("opens_on", _day),
            closes_on=fields.required("closes_on", _day),
        )
        if tariff.opens_on > tariff.closes_on:
            raise Flawed("closes_on", Flaw.OUT_OF_RANGE)
        return cls(tariff)


@dataclass(frozen=True, slots=True, repr=False)
class ContributionRecord:
    """A monthly contribution; each batch is booked once per account."""

    kind_name: ClassVar[str] = "contribution"
    batch: str
    owner: str
    amount: Fen

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return ("contribution", self.batch, self.owner)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.owner,)

    @classmethod
    def read(cls, fields: Fields) -> "ContributionRecord":
        """Read the fields of a line."""
        return cls(
            batch=fields.required("batch", _key),
            owner=fields.id_number("owner"),
            amount=fields.required("amount_fen", _some_fen),
        )


@dataclass(frozen=True, slots=True, repr=False)
class PersonStatusRecord:
    """News of a person's insurance; without a moment it holds from now on (G15, G22)."""

    kind_name: ClassVar[str] = "status"
    person: str
    status: PersonStatus
    since: datetime | None = None

    @property
    def subject(self) -> Subject:
        """Return the natural key, that of the person."""
        return ("person", self.person)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.person,)


@dataclass(frozen=True, slots=True, repr=False)
class AccountStatusRecord:
    """News of a personal account; without a moment it holds from now on (G15, G22)."""

    kind_name: ClassVar[str] = "status"
    account: str
    status: AccountStatus
    since: datetime | None = None

    @property
    def subject(self) -> Subject:
        """Return the natural key, that of the account."""
        return ("account", self.account)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.account,)


def _read_status(fields: Fields) -> PersonStatusRecord | AccountStatusRecord:
    if fields.has("account"):
        return AccountStatusRecord(
            account=fields.id_number("account"),
            status=fields.required("status", _one_of(AccountStatus)),
            since=fields.optional("from", _moment),
        )
    return PersonStatusRecord(
        person=fields.id_number("person"),
        status=fields.required("status", _one_of(PersonStatus)),
        since=fields.optional("from", _moment),
    )


@dataclass(frozen=True, slots=True, repr=False)
class BindingRecord:
    """A binding for a trial, made once for a pair; the family's own changes are left alone.

    Args:
        kinship: the beneficiary is the sharer's ...
        position: place in the beneficiary's own order.
        invited_at: None: when it is loaded.
        accepted_at: None: when it is loaded.
    """

    kind_name: ClassVar[str] = "binding"
    sharer: str
    beneficiary: str
    kinship: Kinship
    status: BindingStatus
    position: int | None
    invited_at: datetime | None
    accepted_at: datetime | None

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return ("binding", self.sharer, self.beneficiary)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.sharer, self.beneficiary)

    @classmethod
    def read(cls, fields: Fields) -> "BindingRecord":
        """Read the fields of a line."""
        sharer, beneficiary = _two(fields, "sharer", "beneficiary")
        still_open = _one_of(BindingStatus, but=frozenset(BindingStatus) - OPEN)
        status = fields.defaulted("status", still_open, BindingStatus.ACTIVE)
        position = fields.optional("position", _rank)
        if position is not None and status not in LIVE:
            raise Flawed("position", Flaw.OUT_OF_RANGE)
        return cls(
            sharer=sharer,
            beneficiary=beneficiary,
            kinship=fields.required("kinship", _one_of(Kinship)),
            status=status,
            position=position,
            invited_at=fields.optional("invited_at", _moment),
            accepted_at=fields.optional("accepted_at", _moment),
        )


@dataclass(frozen=True, slots=True, repr=False)
class LimitRecord:
    """A sharer's limits for one binding; what is not named has no limit (G8)."""

    kind_name: ClassVar[str] = "limit"
    sharer: str
    beneficiary: str
    limit: Limit

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return ("limit", self.sharer, self.beneficiary)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.sharer, self.beneficiary)

    @classmethod
    def read(cls, fields: Fields) -> "LimitRecord":
        """Read the fields of a line."""
        sharer, beneficiary = _two(fields, "sharer", "beneficiary")
        limit = Limit(
            per_settlement=fields.optional("per_settlement_fen", _fen),
            per_month=fields.optional("per_month_fen", _fen),
            per_year=fields.optional("per_year_fen", _fen),
        )
        return cls(sharer, beneficiary, limit)


@dataclass(frozen=True, slots=True, repr=False)
class ReserveRecord:
    """What a sharer's draws leave on the account (G8)."""

    kind_name: ClassVar[str] = "reserve"
    owner: str
    amount: Fen

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return ("reserve", self.owner)

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return (self.owner,)

    @classmethod
    def read(cls, fields: Fields) -> "ReserveRecord":
        """Read the fields of a line."""
        return cls(fields.id_number("owner"), fields.required("amount_fen", _fen))


NewsRecord = PersonStatusRecord | AccountStatusRecord | KinshipEndedRecord
Record = (
    InstitutionRecord
    | PersonRecord
    | AccountRecord
    | CardRecord
    | GuardianRecord
    | KinshipRecord
    | PolicyRecord
    | TariffRecord
    | ContributionRecord
    | BindingRecord
    | LimitRecord
    | ReserveRecord
    | NewsRecord
)

_READERS: Final[dict[str, Callable[[Fields], Record]]] = {
    "status": _read_status,
    **{
        kind.kind_name: kind.read
        for kind in (
            InstitutionRecord,
            PersonRecord,
            AccountRecord,
            CardRecord,
            GuardianRecord,
            KinshipRecord,
            KinshipEndedRecord,
            PolicyRecord,
            TariffRecord,
            ContributionRecord,
            BindingRecord,
            LimitRecord,
            ReserveRecord,
        )
    },
}


def read_record(line: Mapping[str, Any], *, today: date) -> Record:
    """Read one line's object.

    Args:
        today: business day; nobody is born after it.

    Raises:
        Flawed: the first field that cannot be accepted.
    """
    named = dict(line)
    read = _READERS.get(str(named.pop("record", "")))
    if read is None:
        raise Flawed("record", Flaw.UNKNOWN_RECORD)
    fields = Fields(named, today=today)
    record = read(fields)
    fields.finish()
    return record
