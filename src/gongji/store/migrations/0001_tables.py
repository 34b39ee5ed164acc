"""Every table, with the comments on its columns."""

from uuid import uuid4

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from gongji.domain.bill import VisitKind
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.deduction import LegType
from gongji.domain.events import EventKind
from gongji.domain.institution import InstitutionKind
from gongji.domain.kinship import Kinship
from gongji.domain.ledger import CauseKind, ControlKind
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.domain.policy import CredentialKind
from gongji.domain.premium import PremiumStatus
from gongji.store.ids import new_id


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="AccessRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                (
                    "person_id",
                    fields.UUIDField(db_index=True, description="whose account was read"),
                ),
                ("reason", fields.CharField(description="given reason", max_length=200)),
                (
                    "read_at",
                    fields.DatetimeField(description="when", auto_now=False, auto_now_add=False),
                ),
                (
                    "actor",
                    fields.JSONField(description="who read", encoder=JSON_DUMPS, decoder=loads),
                ),
            ],
            options={
                "table": "access",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "reads of family accounts by staff, append-only",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BeneficiaryRow",
            fields=[
                (
                    "person_id",
                    fields.UUIDField(
                        primary_key=True,
                        default=uuid4,
                        unique=True,
                        db_index=True,
                        description="the person",
                    ),
                ),
                (
                    "region",
                    fields.CharField(description="insured region, six digits", max_length=6),
                ),
                (
                    "scheme",
                    fields.CharEnumField(
                        description="insurance scheme", enum_type=Scheme, max_length=24
                    ),
                ),
                ("born_on", fields.DateField(description="day of birth")),
                (
                    "status",
                    fields.CharEnumField(
                        description="state of the insurance", enum_type=PersonStatus, max_length=24
                    ),
                ),
                (
                    "status_then",
                    fields.CharEnumField(
                        null=True,
                        description="next state, if announced",
                        enum_type=PersonStatus,
                        max_length=24,
                    ),
                ),
                (
                    "status_since",
                    fields.DatetimeField(
                        null=True,
                        description="moment from which the next state holds",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "order_version",
                    fields.IntField(default=0, description="raised by accept, end and reorder"),
                ),
                (
                    "order_is_set",
                    fields.BooleanField(
                        default=False, description="whether the beneficiary has set the order"
                    ),
                ),
                ("event_no", fields.BigIntField(default=0, description="number of the last event")),
            ],
            options={
                "table": "beneficiary",
                "app": "gongji",
                "pk_attr": "person_id",
                "table_description": "one narrow row per insured person, locked first by every change",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BindingRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("sharer_id", fields.UUIDField(db_index=True, description="who shares")),
                ("beneficiary_id", fields.UUIDField(db_index=True, description="with whom")),
                ("account_id", fields.UUIDField(description="the sharer's personal account")),
                (
                    "kinship",
                    fields.CharEnumField(
                        description="the beneficiary is the sharer's",
                        enum_type=Kinship,
                        max_length=24,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="state", enum_type=BindingStatus, max_length=24
                    ),
                ),
                (
                    "invited_at",
                    fields.DatetimeField(
                        description="time of the invitation", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "expires_at",
                    fields.DatetimeField(
                        description="exclusive end of the invitation",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "accepted_at",
                    fields.DatetimeField(
                        null=True,
                        description="time from which it was live",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "ended_at",
                    fields.DatetimeField(
                        null=True,
                        description="time of the final state",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "end_reason",
                    fields.CharField(
                        null=True, description="staff's or the registry's reason", max_length=200
                    ),
                ),
                (
                    "position",
                    fields.IntField(
                        null=True, description="the beneficiary's own order, null where not set"
                    ),
                ),
                (
                    "limit_settlement_fen",
                    fields.BigIntField(null=True, description="fen per settlement"),
                ),
                (
                    "limit_month_fen",
                    fields.BigIntField(null=True, description="fen per calendar month"),
                ),
                (
                    "limit_year_fen",
                    fields.BigIntField(null=True, description="fen per calendar year"),
                ),
                (
                    "sharer_consent",
                    fields.JSONField(
                        description="the sharer's authorisation, who, as whom, channel, version, time",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "beneficiary_consent",
                    fields.JSONField(
                        null=True,
                        description="the beneficiary's acceptance, likewise",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "actor",
                    fields.JSONField(
                        description="who acted last", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
            ],
            options={
                "table": "binding",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "bindings, an invitation is their face before acceptance",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BlockRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("beneficiary_id", fields.UUIDField(description="who blocks")),
                ("sharer_id", fields.UUIDField(description="who is blocked")),
                (
                    "blocked_at",
                    fields.DatetimeField(
                        description="since when", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "block",
                "app": "gongji",
                "unique_together": (("beneficiary_id", "sharer_id"),),
                "pk_attr": "id",
                "table_description": "inviters whom a person has blocked",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CardRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("person_id", fields.UUIDField(db_index=True, description="the holder")),
                (
                    "kind",
                    fields.CharEnumField(
                        description="kind of credential", enum_type=CredentialKind, max_length=24
                    ),
                ),
                (
                    "digest",
                    fields.CharField(
                        unique=True, description="keyed digest of kind and number", max_length=64
                    ),
                ),
                ("cipher", fields.BinaryField(description="encrypted number")),
            ],
            options={
                "table": "card",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "cards by which a till names a beneficiary",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ContributionRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("batch", fields.CharField(description="name of the batch", max_length=40)),
                ("account_id", fields.UUIDField(description="the account")),
                ("amount_fen", fields.BigIntField(description="fen, more than zero")),
                ("business_day", fields.DateField(description="day of booking")),
            ],
            options={
                "table": "contribution",
                "app": "gongji",
                "unique_together": (("batch", "account_id"),),
                "pk_attr": "id",
                "table_description": "contributions booked, each batch once per account",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ControlAccountRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=uuid4,
                        unique=True,
                        db_index=True,
                        description="derived from kind and holder",
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="what it is", enum_type=ControlKind, max_length=24
                    ),
                ),
                (
                    "holder",
                    fields.CharField(description="region or institution code", max_length=12),
                ),
            ],
            options={
                "table": "control_account",
                "app": "gongji",
                "unique_together": (("kind", "holder"),),
                "pk_attr": "id",
                "table_description": "names of control accounts",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EventRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("subject_id", fields.UUIDField(description="the beneficiary")),
                ("number", fields.BigIntField(description="counts from 1 per subject")),
                (
                    "kind",
                    fields.CharEnumField(
                        description="what happened", enum_type=EventKind, max_length=40
                    ),
                ),
                (
                    "happened_at",
                    fields.DatetimeField(description="when", auto_now=False, auto_now_add=False),
                ),
                (
                    "ids",
                    fields.JSONField(
                        description="ids of what it is about", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                (
                    "actor",
                    fields.JSONField(description="who did it", encoder=JSON_DUMPS, decoder=loads),
                ),
                (
                    "relayed_at",
                    fields.DatetimeField(
                        null=True, description="when delivered", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "event",
                "app": "gongji",
                "unique_together": (("subject_id", "number"),),
                "pk_attr": "id",
                "table_description": "outbox, ids only, no personal data",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="GuardianRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("guardian_id", fields.UUIDField(db_index=True, description="who acts")),
                ("ward_id", fields.UUIDField(db_index=True, description="for whom")),
                (
                    "capacity",
                    fields.CharEnumField(
                        description="guardian of a child or proxy of an elder",
                        enum_type=Capacity,
                        max_length=24,
                    ),
                ),
                ("until", fields.DateField(null=True, description="first day on which it is over")),
            ],
            options={
                "table": "guardian",
                "app": "gongji",
                "unique_together": (("guardian_id", "ward_id"),),
                "pk_attr": "id",
                "table_description": "guardians and proxies recorded in the registry",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InstallationRow",
            fields=[
                (
                    "name",
                    fields.CharField(
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="always gongji",
                        max_length=20,
                    ),
                ),
                (
                    "is_demonstration",
                    fields.BooleanField(description="whether demo data may be loaded"),
                ),
                (
                    "marked_at",
                    fields.DatetimeField(description="when", auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "installation",
                "app": "gongji",
                "pk_attr": "name",
                "table_description": "mark of the installation, one row",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InstitutionRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                (
                    "code",
                    fields.CharField(
                        unique=True, description="H or P and 11 digits", max_length=12
                    ),
                ),
                ("name", fields.CharField(description="name", max_length=200)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="hospital or pharmacy", enum_type=InstitutionKind, max_length=24
                    ),
                ),
                ("region", fields.CharField(description="county, six digits", max_length=6)),
                (
                    "designated_from",
                    fields.DateField(null=True, description="first designated day"),
                ),
                (
                    "designated_until",
                    fields.DateField(null=True, description="first day no longer designated"),
                ),
                (
                    "offsite_is_open",
                    fields.BooleanField(
                        default=False, description="whether off-site sharing is ever open here"
                    ),
                ),
                ("offsite_from", fields.DateField(null=True, description="first day of it")),
                ("offsite_until", fields.DateField(null=True, description="first day after it")),
            ],
            options={
                "table": "institution",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "designated hospitals and pharmacies",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="KinshipRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("person_id", fields.UUIDField(description="the person")),
                ("relative_id", fields.UUIDField(description="the relative")),
                (
                    "kinship",
                    fields.CharEnumField(
                        description="the relative is the person's", enum_type=Kinship, max_length=24
                    ),
                ),
                (
                    "is_confirmed",
                    fields.BooleanField(description="false where the registry denies or ended it"),
                ),
            ],
            options={
                "table": "kinship",
                "app": "gongji",
                "unique_together": (("person_id", "relative_id"),),
                "pk_attr": "id",
                "table_description": "kinships that the registry confirms or denies",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrderVersionRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("beneficiary_id", fields.UUIDField(description="whose order")),
                ("version", fields.IntField(description="counts from 1")),
                (
                    "changed_at",
                    fields.DatetimeField(description="when", auto_now=False, auto_now_add=False),
                ),
                (
                    "cause",
                    fields.CharField(description="kind of the event behind it", max_length=24),
                ),
                (
                    "is_set",
                    fields.BooleanField(description="whether the beneficiary has set the order"),
                ),
                (
                    "binding_ids",
                    fields.JSONField(
                        description="live bindings in order", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                (
                    "actor",
                    fields.JSONField(
                        description="who changed it", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
            ],
            options={
                "table": "order_version",
                "app": "gongji",
                "unique_together": (("beneficiary_id", "version"),),
                "pk_attr": "id",
                "table_description": "every deduction order there ever was, append-only",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PersonRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("name", fields.CharField(description="name as registered", max_length=400)),
                (
                    "id_number_digest",
                    fields.CharField(
                        unique=True,
                        description="keyed digest of the ID number, for look-up",
                        max_length=64,
                    ),
                ),
                ("id_number_cipher", fields.BinaryField(description="encrypted ID number")),
                (
                    "phone_digest",
                    fields.CharField(
                        null=True, description="keyed digest of the phone number", max_length=64
                    ),
                ),
                (
                    "phone_cipher",
                    fields.BinaryField(null=True, description="encrypted phone number"),
                ),
                (
                    "premium_category",
                    fields.CharField(description="category of the resident premium", max_length=40),
                ),
            ],
            options={
                "table": "person",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "insured persons, identity only, personal data encrypted",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PersonalAccountRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("owner_id", fields.UUIDField(unique=True, description="the person who owns it")),
                ("region", fields.CharField(description="owner's insured region", max_length=6)),
                (
                    "status",
                    fields.CharEnumField(
                        description="state of the account", enum_type=AccountStatus, max_length=24
                    ),
                ),
                (
                    "status_then",
                    fields.CharEnumField(
                        null=True,
                        description="next state, if announced",
                        enum_type=AccountStatus,
                        max_length=24,
                    ),
                ),
                (
                    "status_since",
                    fields.DatetimeField(
                        null=True,
                        description="moment from which the next state holds",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "owner_status",
                    fields.CharEnumField(
                        description="owner's state, as on the owner's row",
                        enum_type=PersonStatus,
                        max_length=24,
                    ),
                ),
                (
                    "owner_status_then",
                    fields.CharEnumField(
                        null=True,
                        description="owner's next state",
                        enum_type=PersonStatus,
                        max_length=24,
                    ),
                ),
                (
                    "owner_status_since",
                    fields.DatetimeField(
                        null=True,
                        description="moment from which the owner's next state holds",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "balance_fen",
                    fields.BigIntField(default=0, description="fen, credits minus debits"),
                ),
                (
                    "reserve_fen",
                    fields.BigIntField(default=0, description="fen that shared draws leave"),
                ),
                ("entry_no", fields.BigIntField(default=0, description="number of the last entry")),
                (
                    "opening_fen",
                    fields.BigIntField(default=0, description="fen loaded at the opening"),
                ),
            ],
            options={
                "table": "personal_account",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "personal accounts, the balance changes only with a transfer",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PolicyRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("region", fields.CharField(description="region, six digits", max_length=6)),
                ("in_force_from", fields.DateField(description="first business day")),
                (
                    "version",
                    fields.CharField(description="named on every settlement", max_length=40),
                ),
                (
                    "rules",
                    fields.JSONField(
                        description="the rules, by name", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
            ],
            options={
                "table": "policy",
                "app": "gongji",
                "unique_together": (("region", "in_force_from"),),
                "pk_attr": "id",
                "table_description": "regional policies by date of force",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PremiumLegRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("premium_id", fields.UUIDField(db_index=True, description="the premium")),
                (
                    "account_id",
                    fields.UUIDField(db_index=True, description="the account that paid"),
                ),
                ("binding_id", fields.UUIDField(description="its binding with the insured")),
                ("rank", fields.IntField(description="order of drawing, the payer first")),
                ("amount_fen", fields.BigIntField(description="fen, more than zero")),
                ("business_day", fields.DateField(description="day of the debit")),
            ],
            options={
                "table": "premium_leg",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "legs of premiums, append-only",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PremiumRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("binding_id", fields.UUIDField(description="binding of payer and insured")),
                ("payer_id", fields.UUIDField(db_index=True, description="the sharer who pays")),
                ("insured_id", fields.UUIDField(db_index=True, description="for whom")),
                ("year", fields.IntField(description="benefit year")),
                (
                    "category",
                    fields.CharField(description="category of the insured", max_length=40),
                ),
                ("region", fields.CharField(description="insured region", max_length=6)),
                ("amount_fen", fields.BigIntField(description="fen")),
                (
                    "status",
                    fields.CharEnumField(
                        description="state", enum_type=PremiumStatus, max_length=24
                    ),
                ),
                ("business_day", fields.DateField(description="day of the debit in Asia/Shanghai")),
                (
                    "debited_at",
                    fields.DatetimeField(
                        description="when debited", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "confirmed_at",
                    fields.DatetimeField(
                        null=True, description="when confirmed", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "failed_at",
                    fields.DatetimeField(
                        null=True, description="when it failed", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "refunded_at",
                    fields.DatetimeField(
                        null=True, description="when refunded", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "tax_reference",
                    fields.CharField(
                        null=True, description="the tax bureau's reference", max_length=100
                    ),
                ),
                (
                    "refund_reason",
                    fields.CharField(
                        null=True, description="reason given for the refund", max_length=200
                    ),
                ),
                (
                    "explanation",
                    fields.JSONField(
                        description="recorded explanation", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                (
                    "actor",
                    fields.JSONField(description="who paid", encoder=JSON_DUMPS, decoder=loads),
                ),
                ("request_id", fields.UUIDField(description="the key")),
            ],
            options={
                "table": "premium",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "resident premiums paid from sharers' accounts",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="QuoteCountRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("person_id", fields.UUIDField(description="who asked")),
                ("day", fields.DateField(description="business day")),
                ("asked", fields.IntField(default=0, description="number of quotes")),
            ],
            options={
                "table": "quote_count",
                "app": "gongji",
                "unique_together": (("person_id", "day"),),
                "pk_attr": "id",
                "table_description": "quotes of persons per day",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RequestKeyRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=uuid4,
                        unique=True,
                        db_index=True,
                        description="derived from actor and request id",
                    ),
                ),
                (
                    "actor_key",
                    fields.CharField(
                        description="person, institution or staff member", max_length=60
                    ),
                ),
                ("request_id", fields.UUIDField(description="made by the client")),
                ("operation", fields.CharField(description="name of the operation", max_length=40)),
                (
                    "request_hash",
                    fields.CharField(
                        description="keyed hash of the canonical request", max_length=64
                    ),
                ),
                (
                    "answer",
                    fields.JSONField(
                        null=True,
                        description="reference of the result, or the problem",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "actor",
                    fields.JSONField(description="who asked", encoder=JSON_DUMPS, decoder=loads),
                ),
                (
                    "claimed_at",
                    fields.DatetimeField(description="when", auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "request_key",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "request keys with their answers, stored with the effect",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReversalRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("settlement_id", fields.UUIDField(unique=True, description="what was reversed")),
                (
                    "reversed_at",
                    fields.DatetimeField(description="when", auto_now=False, auto_now_add=False),
                ),
                ("business_day", fields.DateField(description="day in Asia/Shanghai")),
                ("reason", fields.CharField(null=True, description="given reason", max_length=200)),
                ("suspended_fen", fields.BigIntField(description="fen that went to suspense")),
                (
                    "actor",
                    fields.JSONField(
                        description="who reversed it", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("request_id", fields.UUIDField(description="the key")),
            ],
            options={
                "table": "reversal",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "reversals of whole settlements, append-only",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SettlementLegRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("settlement_id", fields.UUIDField(description="the settlement")),
                ("account_id", fields.UUIDField(description="the account that paid")),
                ("binding_id", fields.UUIDField(null=True, description="null for the own account")),
                (
                    "type",
                    fields.CharEnumField(
                        description="own or shared", enum_type=LegType, max_length=24
                    ),
                ),
                ("rank", fields.IntField(description="0 own, then the order of drawing")),
                ("amount_fen", fields.BigIntField(description="fen, more than zero")),
                ("business_day", fields.DateField(description="day of the settlement")),
            ],
            options={
                "table": "settlement_leg",
                "app": "gongji",
                "indexes": [
                    Index(fields=["settlement_id"]),
                    Index(fields=["account_id", "id"]),
                    Index(fields=["binding_id", "business_day"]),
                ],
                "pk_attr": "id",
                "table_description": "legs of settlements, append-only",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SettlementRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("institution_id", fields.UUIDField(description="where")),
                (
                    "institution_bill_no",
                    fields.CharField(description="the institution's number", max_length=64),
                ),
                ("beneficiary_id", fields.UUIDField(description="whose bill")),
                ("business_day", fields.DateField(description="day in Asia/Shanghai")),
                (
                    "settled_at",
                    fields.DatetimeField(
                        description="server's time under the locks",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "visit",
                    fields.CharEnumField(
                        description="kind of visit", enum_type=VisitKind, max_length=24
                    ),
                ),
                ("total_fen", fields.BigIntField(description="medfee_sumamt")),
                ("self_paid_fen", fields.BigIntField(description="fulamt_ownpay_amt")),
                ("over_limit_fen", fields.BigIntField(description="overlmt_selfpay")),
                ("first_pay_fen", fields.BigIntField(description="preselfpay_amt")),
                ("in_scope_fen", fields.BigIntField(description="inscp_scp_amt")),
                ("fund_paid_fen", fields.BigIntField(description="fund_pay_sumamt")),
                ("hospital_paid_fen", fields.BigIntField(description="hosp_part_amt")),
                ("personal_share_fen", fields.BigIntField(description="psn_part_amt")),
                ("eligible_fen", fields.BigIntField(description="what accounts might pay")),
                ("own_fen", fields.BigIntField(description="acct_pay")),
                ("shared_fen", fields.BigIntField(description="acct_mulaid_pay")),
                ("cash_fen", fields.BigIntField(description="psn_cash_pay")),
                (
                    "own_balance_after_fen",
                    fields.BigIntField(
                        null=True, description="own account afterwards, null without one"
                    ),
                ),
                (
                    "lines",
                    fields.JSONField(
                        description="lines of the bill", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                (
                    "credential_kind",
                    fields.CharEnumField(
                        description="what was shown at the till",
                        enum_type=CredentialKind,
                        max_length=24,
                    ),
                ),
                (
                    "credential_digest",
                    fields.CharField(description="keyed digest of its number", max_length=64),
                ),
                (
                    "policy_version",
                    fields.CharField(description="policy that decided", max_length=40),
                ),
                ("order_version", fields.IntField(description="order that decided")),
                (
                    "explanation",
                    fields.JSONField(
                        description="recorded explanation", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                (
                    "actor",
                    fields.JSONField(
                        description="till and clerk", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("request_id", fields.UUIDField(description="the till's key")),
                ("reversal_id", fields.UUIDField(null=True, description="its reversal, if any")),
            ],
            options={
                "table": "settlement",
                "app": "gongji",
                "indexes": [
                    Index(fields=["beneficiary_id", "id"]),
                    Index(fields=["institution_id", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "settled bills, only reversal_id ever changes",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TariffRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("region", fields.CharField(description="region, six digits", max_length=6)),
                ("year", fields.IntField(description="benefit year")),
                (
                    "category",
                    fields.CharField(description="category of the insured", max_length=40),
                ),
                ("amount_fen", fields.BigIntField(description="fen")),
                ("opens_on", fields.DateField(description="first day of the window")),
                ("closes_on", fields.DateField(description="last day of the window")),
            ],
            options={
                "table": "tariff",
                "app": "gongji",
                "unique_together": (("region", "year", "category"),),
                "pk_attr": "id",
                "table_description": "resident premiums by region, year and category",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TransferRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        default=new_id,
                        unique=True,
                        db_index=True,
                        description="id",
                    ),
                ),
                ("debit_account_id", fields.UUIDField(description="money leaves here")),
                ("credit_account_id", fields.UUIDField(description="money arrives here")),
                ("amount_fen", fields.BigIntField(description="fen, more than zero")),
                (
                    "cause_kind",
                    fields.CharEnumField(
                        description="kind of fact behind it", enum_type=CauseKind, max_length=24
                    ),
                ),
                ("cause_id", fields.UUIDField(db_index=True, description="the fact behind it")),
                ("business_day", fields.DateField(description="day in Asia/Shanghai")),
                (
                    "booked_at",
                    fields.DatetimeField(description="when", auto_now=False, auto_now_add=False),
                ),
                (
                    "account_id",
                    fields.UUIDField(null=True, description="the personal account that it touches"),
                ),
                (
                    "entry_no",
                    fields.BigIntField(null=True, description="entry number on that account"),
                ),
                (
                    "balance_after_fen",
                    fields.BigIntField(null=True, description="fen on that account afterwards"),
                ),
            ],
            options={
                "table": "transfer",
                "app": "gongji",
                "unique_together": (("account_id", "entry_no"),),
                "pk_attr": "id",
                "table_description": "every movement of money, double entry, append-only",
            },
            bases=["Model"],
        ),
    ]
