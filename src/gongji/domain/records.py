"""What the registry says, one record a line: the kinds of records and their fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final

from gongji.domain.binding import LIVE, OPEN, BindingStatus, Capacity, Limit
from gongji.domain.errors import Code
from gongji.domain.institution import InstitutionKind, Period
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.domain.policy import CredentialKind, Policy, policy_from_rules
from gongji.domain.premium import Tariff
from gongji.domain.record_fields import (
    Fields,
    Flaw,
    Flawed,
    one_of,
    read_day,
    read_fen,
    read_flag,
    read_institution_code,
    read_key,
    read_moment,
    read_name,
    read_phone,
    read_rank,
    read_region,
    read_some_fen,
    read_text,
    read_year,
)


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


Subject = tuple[str, ...]
"""The natural key of what a record is about."""


class _Record:
    """What all records have, by the names of their own fields.

    Args:
        record: the name of the kind in a file.
        about: the name of the kind that the natural key belongs to.
        key: the fields of the natural key.
        persons: the fields that are ID numbers.
    """

    __slots__ = ()
    record: ClassVar[str]
    about: ClassVar[str]
    key: ClassVar[tuple[str, ...]] = ()
    persons: ClassVar[tuple[str, ...]] = ()

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return (self.about, *(str(getattr(self, name)) for name in self.key))

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ID numbers that it names."""
        return tuple(getattr(self, name) for name in self.persons)


@dataclass(frozen=True, slots=True, repr=False)
class InstitutionRecord(_Record):
    """A designated hospital or pharmacy, whole: what is not named is open or none."""

    record: ClassVar[str] = "institution"
    about: ClassVar[str] = "institution"
    key: ClassVar[tuple[str, ...]] = ("code",)
    code: str
    name: str
    region: str
    designated: Period
    offsite_sharing: Period | None

    @property
    def kind(self) -> InstitutionKind:
        """Return the kind, which the code begins with."""
        return InstitutionKind.HOSPITAL if self.code[0] == "H" else InstitutionKind.PHARMACY

    @classmethod
    def read(cls, fields: Fields) -> "InstitutionRecord":
        """Read the fields of a line."""
        return cls(
            code=fields.required("code", read_institution_code),
            name=fields.required("name", read_text),
            region=fields.required("region", read_region),
            designated=_period(fields, "designated"),
            offsite_sharing=_offsite(fields),
        )


def _period(fields: Fields, name: str) -> Period:
    first = fields.optional(f"{name}_from", read_day)
    until = fields.optional(f"{name}_until", read_day)
    if first is not None and until is not None and first > until:
        raise Flawed(f"{name}_until", Flaw.OUT_OF_RANGE)
    return Period(first, until)


def _offsite(fields: Fields) -> Period | None:
    is_open = fields.defaulted("offsite_sharing", read_flag, default=False)
    period = _period(fields, "offsite")
    return period if is_open else None


@dataclass(frozen=True, slots=True, repr=False)
class PersonRecord(_Record):
    """An insured person.

    Args:
        status: None leaves what is known; a new person is ``NORMAL``.
        premium_category: None leaves what is known; a new person is an ``ADULT``.
        phone: None where ``phone_is_given`` removes the number.
    """

    record: ClassVar[str] = "person"
    about: ClassVar[str] = "person"
    key: ClassVar[tuple[str, ...]] = ("id_number",)
    persons: ClassVar[tuple[str, ...]] = ("id_number",)
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

    @classmethod
    def read(cls, fields: Fields) -> "PersonRecord":
        """Read the fields of a line."""
        return cls(
            id_number=fields.id_number("id_number"),
            name=read_name(fields, "name"),
            region=fields.required("region", read_region),
            scheme=fields.required("scheme", one_of(Scheme)),
            status=fields.unless_absent("status", one_of(PersonStatus)),
            premium_category=fields.unless_absent("premium_category", read_key),
            phone_is_given=fields.has("phone"),
            phone=fields.optional("phone", read_phone),
        )


@dataclass(frozen=True, slots=True, repr=False)
class AccountRecord(_Record):
    """A personal account and what it held when it was opened here."""

    record: ClassVar[str] = "account"
    about: ClassVar[str] = "account"
    key: ClassVar[tuple[str, ...]] = ("owner",)
    persons: ClassVar[tuple[str, ...]] = ("owner",)
    owner: str
    opening: Fen
    status: AccountStatus | None

    @classmethod
    def read(cls, fields: Fields) -> "AccountRecord":
        """Read the fields of a line."""
        return cls(
            owner=fields.id_number("owner"),
            opening=fields.required("opening_balance_fen", read_fen),
            status=fields.unless_absent("status", one_of(AccountStatus)),
        )


@dataclass(frozen=True, slots=True, repr=False)
class CardRecord(_Record):
    """A card by which a till names its holder."""

    record: ClassVar[str] = "card"
    about: ClassVar[str] = "card"
    key: ClassVar[tuple[str, ...]] = (
        "kind",
        "number",
    )
    persons: ClassVar[tuple[str, ...]] = ("holder",)
    holder: str
    kind: CredentialKind
    number: str

    @classmethod
    def read(cls, fields: Fields) -> "CardRecord":
        """Read the fields of a line; an ID card is known by its person."""
        other = one_of(CredentialKind, but=frozenset({CredentialKind.ID_CARD}))
        return cls(
            holder=fields.id_number("holder"),
            kind=fields.required("kind", other),
            number=fields.required("number", read_key).upper(),
        )


def _two(fields: Fields, one: str, other: str) -> tuple[str, str]:
    """Take two persons who must not be one."""
    first, second = fields.id_number(one), fields.id_number(other)
    if first == second:
        raise Flawed(other, Flaw.ONE_PERSON)
    return first, second


@dataclass(frozen=True, slots=True, repr=False)
class GuardianRecord(_Record):
    """Who may act for whom (G19)."""

    record: ClassVar[str] = "guardian"
    about: ClassVar[str] = "guardian"
    key: ClassVar[tuple[str, ...]] = (
        "guardian",
        "ward",
    )
    persons: ClassVar[tuple[str, ...]] = (
        "guardian",
        "ward",
    )
    guardian: str
    ward: str
    capacity: Capacity
    until: date | None

    @classmethod
    def read(cls, fields: Fields) -> "GuardianRecord":
        """Read the fields of a line."""
        guardian, ward = _two(fields, "guardian", "ward")
        somebody = one_of(Capacity, but=frozenset({Capacity.SELF}))
        return cls(
            guardian=guardian,
            ward=ward,
            capacity=fields.required("capacity", somebody),
            until=fields.optional("until", read_day),
        )


@dataclass(frozen=True, slots=True, repr=False)
class KinshipRecord(_Record):
    """The relative is the person's ...; not confirmed: the registry denies it (G20)."""

    record: ClassVar[str] = "kinship"
    about: ClassVar[str] = "kinship"
    persons: ClassVar[tuple[str, ...]] = (
        "person",
        "relative",
    )
    person: str
    relative: str
    kinship: Kinship
    is_confirmed: bool

    @property
    def subject(self) -> Subject:
        """Return the natural key, the same in both directions."""
        return (self.about, *sorted((self.person, self.relative)))

    @classmethod
    def read(cls, fields: Fields) -> "KinshipRecord":
        """Read the fields of a line."""
        person, relative = _two(fields, "person", "relative")
        return cls(
            person=person,
            relative=relative,
            kinship=fields.required("kinship", one_of(Kinship)),
            is_confirmed=fields.defaulted("confirmed", read_flag, default=True),
        )


@dataclass(frozen=True, slots=True, repr=False)
class KinshipEndedRecord(_Record):
    """A kinship is over: divorce, adoption (G15)."""

    record: ClassVar[str] = "kinship_ended"
    about: ClassVar[str] = "kinship"
    persons: ClassVar[tuple[str, ...]] = (
        "person",
        "relative",
    )
    person: str
    relative: str

    @property
    def subject(self) -> Subject:
        """Return the natural key, that of the kinship."""
        return (self.about, *sorted((self.person, self.relative)))

    @classmethod
    def read(cls, fields: Fields) -> "KinshipEndedRecord":
        """Read the fields of a line."""
        return cls(*_two(fields, "person", "relative"))


@dataclass(frozen=True, slots=True)
class PolicyRecord(_Record):
    """A region's policy from a business day on; a rule that is not named has its default."""

    record: ClassVar[str] = "policy"
    about: ClassVar[str] = "policy"
    policy: Policy

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return (self.about, self.policy.region, self.policy.in_force_from.isoformat())

    @classmethod
    def read(cls, fields: Fields) -> "PolicyRecord":
        """Read the fields of a line."""
        region = fields.required("region", read_region)
        start = fields.required("in_force_from", read_day)
        version = fields.defaulted("version", read_key, f"{region}-{start:%Y%m%d}")
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
class TariffRecord(_Record):
    """What a resident premium costs, and when it may be paid (G14)."""

    record: ClassVar[str] = "tariff"
    about: ClassVar[str] = "tariff"
    tariff: Tariff

    @property
    def subject(self) -> Subject:
        """Return the natural key."""
        return (self.about, self.tariff.region, str(self.tariff.year), self.tariff.category)

    @classmethod
    def read(cls, fields: Fields) -> "TariffRecord":
        """Read the fields of a line."""
        tariff = Tariff(
            region=fields.required("region", read_region),
            year=fields.required("year", read_year),
            category=fields.required("category", read_key),
            amount=fields.required("amount_fen", read_some_fen),
            opens_on=fields.required("opens_on", read_day),
            closes_on=fields.required("closes_on", read_day),
        )
        if tariff.opens_on > tariff.closes_on:
            raise Flawed("closes_on", Flaw.OUT_OF_RANGE)
        return cls(tariff)


@dataclass(frozen=True, slots=True, repr=False)
class ContributionRecord(_Record):
    """A monthly contribution; each batch is booked once per account."""

    record: ClassVar[str] = "contribution"
    about: ClassVar[str] = "contribution"
    key: ClassVar[tuple[str, ...]] = (
        "batch",
        "owner",
    )
    persons: ClassVar[tuple[str, ...]] = ("owner",)
    batch: str
    owner: str
    amount: Fen

    @classmethod
    def read(cls, fields: Fields) -> "ContributionRecord":
        """Read the fields of a line."""
        return cls(
            batch=fields.required("batch", read_key),
            owner=fields.id_number("owner"),
            amount=fields.required("amount_fen", read_some_fen),
        )


@dataclass(frozen=True, slots=True, repr=False)
class PersonStatusRecord(_Record):
    """News of a person's insurance; without a moment it holds from now on (G15, G22)."""

    record: ClassVar[str] = "status"
    about: ClassVar[str] = "person"
    key: ClassVar[tuple[str, ...]] = ("person",)
    persons: ClassVar[tuple[str, ...]] = ("person",)
    person: str
    status: PersonStatus
    since: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class AccountStatusRecord(_Record):
    """News of a personal account; without a moment it holds from now on (G15, G22)."""

    record: ClassVar[str] = "status"
    about: ClassVar[str] = "account"
    key: ClassVar[tuple[str, ...]] = ("account",)
    persons: ClassVar[tuple[str, ...]] = ("account",)
    account: str
    status: AccountStatus
    since: datetime | None = None


def _read_status(fields: Fields) -> PersonStatusRecord | AccountStatusRecord:
    if fields.has("account"):
        return AccountStatusRecord(
            account=fields.id_number("account"),
            status=fields.required("status", one_of(AccountStatus)),
            since=fields.optional("from", read_moment),
        )
    return PersonStatusRecord(
        person=fields.id_number("person"),
        status=fields.required("status", one_of(PersonStatus)),
        since=fields.optional("from", read_moment),
    )


@dataclass(frozen=True, slots=True, repr=False)
class BindingRecord(_Record):
    """A binding for a trial, made once for a pair; the family's own changes are left alone.

    Args:
        kinship: the beneficiary is the sharer's ...
        position: place in the beneficiary's own order.
        invited_at: None: when it is loaded.
        accepted_at: None: when it is loaded.
    """

    record: ClassVar[str] = "binding"
    about: ClassVar[str] = "binding"
    key: ClassVar[tuple[str, ...]] = (
        "sharer",
        "beneficiary",
    )
    persons: ClassVar[tuple[str, ...]] = (
        "sharer",
        "beneficiary",
    )
    sharer: str
    beneficiary: str
    kinship: Kinship
    status: BindingStatus
    position: int | None
    invited_at: datetime | None
    accepted_at: datetime | None

    @classmethod
    def read(cls, fields: Fields) -> "BindingRecord":
        """Read the fields of a line."""
        sharer, beneficiary = _two(fields, "sharer", "beneficiary")
        still_open = one_of(BindingStatus, but=frozenset(BindingStatus) - OPEN)
        status = fields.defaulted("status", still_open, BindingStatus.ACTIVE)
        position = fields.optional("position", read_rank)
        if position is not None and status not in LIVE:
            raise Flawed("position", Flaw.OUT_OF_RANGE)
        return cls(
            sharer=sharer,
            beneficiary=beneficiary,
            kinship=fields.required("kinship", one_of(Kinship)),
            status=status,
            position=position,
            invited_at=fields.optional("invited_at", read_moment),
            accepted_at=fields.optional("accepted_at", read_moment),
        )


@dataclass(frozen=True, slots=True, repr=False)
class LimitRecord(_Record):
    """A sharer's limits for one binding; what is not named has no limit (G8)."""

    record: ClassVar[str] = "limit"
    about: ClassVar[str] = "limit"
    key: ClassVar[tuple[str, ...]] = (
        "sharer",
        "beneficiary",
    )
    persons: ClassVar[tuple[str, ...]] = (
        "sharer",
        "beneficiary",
    )
    sharer: str
    beneficiary: str
    limit: Limit

    @classmethod
    def read(cls, fields: Fields) -> "LimitRecord":
        """Read the fields of a line."""
        sharer, beneficiary = _two(fields, "sharer", "beneficiary")
        limit = Limit(
            per_settlement=fields.optional("per_settlement_fen", read_fen),
            per_month=fields.optional("per_month_fen", read_fen),
            per_year=fields.optional("per_year_fen", read_fen),
        )
        return cls(sharer, beneficiary, limit)


@dataclass(frozen=True, slots=True, repr=False)
class ReserveRecord(_Record):
    """What a sharer's draws leave on the account (G8)."""

    record: ClassVar[str] = "reserve"
    about: ClassVar[str] = "reserve"
    key: ClassVar[tuple[str, ...]] = ("owner",)
    persons: ClassVar[tuple[str, ...]] = ("owner",)
    owner: str
    amount: Fen

    @classmethod
    def read(cls, fields: Fields) -> "ReserveRecord":
        """Read the fields of a line."""
        return cls(fields.id_number("owner"), fields.required("amount_fen", read_fen))


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
        kind.record: kind.read
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
