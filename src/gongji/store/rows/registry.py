"""What the registry tells us: persons, accounts, cards, guardians, kinships, places, policies."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from gongji.domain.binding import Capacity
from gongji.domain.institution import InstitutionKind
from gongji.domain.kinship import Kinship
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.domain.policy import CredentialKind
from gongji.store.ids import new_id

_ENUM_LENGTH = 24
_REGION_LENGTH = 6


class PersonRow(Model):
    """An insured person's identity; what changes for a settlement stands on the locked rows."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    name = fields.CharField(max_length=400, description="name as registered")
    id_number_digest = fields.CharField(
        max_length=64, unique=True, description="keyed digest of the ID number, for look-up"
    )
    id_number_cipher: bytes = fields.BinaryField(description="encrypted ID number")
    phone_digest = fields.CharField(
        max_length=64, null=True, description="keyed digest of the phone number"
    )
    phone_cipher: bytes | None = fields.BinaryField(null=True, description="encrypted phone number")
    premium_category = fields.CharField(
        max_length=40, description="category of the resident premium"
    )

    class Meta:
        """Table of persons."""

        table = "person"
        table_description = "insured persons, identity only, personal data encrypted"


class BeneficiaryRow(Model):
    """The narrow row that is locked before anything about a person's family changes."""

    person_id: UUID = fields.UUIDField(primary_key=True, description="the person")
    region = fields.CharField(max_length=_REGION_LENGTH, description="insured region, six digits")
    scheme = fields.CharEnumField(Scheme, max_length=_ENUM_LENGTH, description="insurance scheme")
    born_on: date = fields.DateField(description="day of birth")
    status = fields.CharEnumField(
        PersonStatus, max_length=_ENUM_LENGTH, description="state of the insurance"
    )
    status_then = fields.CharEnumField(
        PersonStatus, max_length=_ENUM_LENGTH, null=True, description="next state, if announced"
    )
    status_since: datetime | None = fields.DatetimeField(
        null=True, description="moment from which the next state holds"
    )
    order_version = fields.IntField(default=0, description="raised by accept, end and reorder")
    order_is_set = fields.BooleanField(
        default=False, description="whether the beneficiary has set the order"
    )
    event_no: int = fields.BigIntField(default=0, description="number of the last event")

    class Meta:
        """Table of beneficiaries."""

        table = "beneficiary"
        table_description = "one narrow row per insured person, locked first by every change"


class PersonalAccountRow(Model):
    """A personal account, with what a draw needs to know about its owner."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    owner_id: UUID = fields.UUIDField(unique=True, description="the person who owns it")
    region = fields.CharField(max_length=_REGION_LENGTH, description="owner's insured region")
    status = fields.CharEnumField(
        AccountStatus, max_length=_ENUM_LENGTH, description="state of the account"
    )
    status_then = fields.CharEnumField(
        AccountStatus, max_length=_ENUM_LENGTH, null=True, description="next state, if announced"
    )
    status_since: datetime | None = fields.DatetimeField(
        null=True, description="moment from which the next state holds"
    )
    owner_status = fields.CharEnumField(
        PersonStatus, max_length=_ENUM_LENGTH, description="owner's state, as on the owner's row"
    )
    owner_status_then = fields.CharEnumField(
        PersonStatus, max_length=_ENUM_LENGTH, null=True, description="owner's next state"
    )
    owner_status_since: datetime | None = fields.DatetimeField(
        null=True, description="moment from which the owner's next state holds"
    )
    balance_fen: int = fields.BigIntField(default=0, description="fen, credits minus debits")
    reserve_fen: int = fields.BigIntField(default=0, description="fen that shared draws leave")
    entry_no: int = fields.BigIntField(default=0, description="number of the last entry")
    opening_fen: int = fields.BigIntField(default=0, description="fen loaded at the opening")

    class Meta:
        """Table of personal accounts."""

        table = "personal_account"
        table_description = "personal accounts, the balance changes only with a transfer"


class CardRow(Model):
    """A credential other than the ID number."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    person_id: UUID = fields.UUIDField(db_index=True, description="the holder")
    kind = fields.CharEnumField(
        CredentialKind, max_length=_ENUM_LENGTH, description="kind of credential"
    )
    digest = fields.CharField(
        max_length=64, unique=True, description="keyed digest of kind and number"
    )
    cipher: bytes = fields.BinaryField(description="encrypted number")

    class Meta:
        """Table of cards."""

        table = "card"
        table_description = "cards by which a till names a beneficiary"


class GuardianRow(Model):
    """Who may act for whom, as the registry recorded it."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    guardian_id: UUID = fields.UUIDField(db_index=True, description="who acts")
    ward_id: UUID = fields.UUIDField(db_index=True, description="for whom")
    capacity = fields.CharEnumField(
        Capacity, max_length=_ENUM_LENGTH, description="guardian of a child or proxy of an elder"
    )
    until: date | None = fields.DateField(null=True, description="first day on which it is over")

    class Meta:
        """Table of guardians."""

        table = "guardian"
        table_description = "guardians and proxies recorded in the registry"
        unique_together = (("guardian_id", "ward_id"),)


class KinshipRow(Model):
    """What the registry knows about two persons, once in each direction."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    person_id: UUID = fields.UUIDField(description="the person")
    relative_id: UUID = fields.UUIDField(description="the relative")
    kinship = fields.CharEnumField(
        Kinship, max_length=_ENUM_LENGTH, description="the relative is the person's"
    )
    is_confirmed = fields.BooleanField(description="false where the registry denies or ended it")

    class Meta:
        """Table of kinships."""

        table = "kinship"
        table_description = "kinships that the registry confirms or denies"
        unique_together = (("person_id", "relative_id"),)


class InstitutionRow(Model):
    """A hospital or pharmacy."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    code = fields.CharField(max_length=12, unique=True, description="H or P and 11 digits")
    name = fields.CharField(max_length=200, description="name")
    kind = fields.CharEnumField(
        InstitutionKind, max_length=_ENUM_LENGTH, description="hospital or pharmacy"
    )
    region = fields.CharField(max_length=_REGION_LENGTH, description="county, six digits")
    designated_from: date | None = fields.DateField(null=True, description="first designated day")
    designated_until: date | None = fields.DateField(
        null=True, description="first day no longer designated"
    )
    offsite_is_open = fields.BooleanField(
        default=False, description="whether off-site sharing is ever open here"
    )
    offsite_from: date | None = fields.DateField(null=True, description="first day of it")
    offsite_until: date | None = fields.DateField(null=True, description="first day after it")

    class Meta:
        """Table of institutions."""

        table = "institution"
        table_description = "designated hospitals and pharmacies"


class PolicyRow(Model):
    """A region's policy from one day on."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    region = fields.CharField(max_length=_REGION_LENGTH, description="region, six digits")
    in_force_from: date = fields.DateField(description="first business day")
    version = fields.CharField(max_length=40, description="named on every settlement")
    rules: dict[str, Any] = fields.JSONField(description="the rules, by name")

    class Meta:
        """Table of policies."""

        table = "policy"
        table_description = "regional policies by date of force"
        unique_together = (("region", "in_force_from"),)


class TariffRow(Model):
    """What a resident premium costs, and when it may be paid."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    region = fields.CharField(max_length=_REGION_LENGTH, description="region, six digits")
    year = fields.IntField(description="benefit year")
    category = fields.CharField(max_length=40, description="category of the insured")
    amount_fen: int = fields.BigIntField(description="fen")
    opens_on: date = fields.DateField(description="first day of the window")
    closes_on: date = fields.DateField(description="last day of the window")

    class Meta:
        """Table of tariffs."""

        table = "tariff"
        table_description = "resident premiums by region, year and category"
        unique_together = (("region", "year", "category"),)
