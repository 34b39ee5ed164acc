"""Request keys, events, recorded accesses, counters and the mark of the installation."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from gongji.domain.events import EventKind
from gongji.store.ids import new_id

_ENUM_LENGTH = 40


class RequestKeyRow(Model):
    """A client's key and the answer to it, kept for ever."""

    id: UUID = fields.UUIDField(primary_key=True, description="derived from actor and request id")
    actor_key = fields.CharField(max_length=60, description="person, institution or staff member")
    request_id: UUID = fields.UUIDField(description="made by the client")
    operation = fields.CharField(max_length=_ENUM_LENGTH, description="name of the operation")
    request_hash = fields.CharField(
        max_length=64, description="keyed hash of the canonical request"
    )
    answer: dict[str, Any] | None = fields.JSONField(
        null=True, description="reference of the result, or the problem"
    )
    actor: dict[str, str] = fields.JSONField(description="who asked")
    claimed_at: datetime = fields.DatetimeField(description="when")

    class Meta:
        """Table of request keys."""

        table = "request_key"
        table_description = "request keys with their answers, stored with the effect"


class EventRow(Model):
    """A fact for the outbox, numbered per beneficiary."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    subject_id: UUID = fields.UUIDField(description="the beneficiary")
    number: int = fields.BigIntField(description="counts from 1 per subject")
    kind = fields.CharEnumField(EventKind, max_length=_ENUM_LENGTH, description="what happened")
    happened_at: datetime = fields.DatetimeField(description="when")
    ids: dict[str, str] = fields.JSONField(description="ids of what it is about")
    actor: dict[str, str] = fields.JSONField(description="who did it")
    relayed_at: datetime | None = fields.DatetimeField(null=True, description="when delivered")

    class Meta:
        """Table of events."""

        table = "event"
        table_description = "outbox, ids only, no personal data"
        unique_together = (("subject_id", "number"),)


class EventFailureRow(Model):
    """An event that could not be told."""

    event_id: UUID = fields.UUIDField(primary_key=True, description="the event")
    attempts: int = fields.IntField(description="how often it failed")
    error = fields.CharField(max_length=100, description="name of the last error")
    try_at: datetime = fields.DatetimeField(description="not tried again before")
    set_aside_at: datetime | None = fields.DatetimeField(
        null=True, description="when its followers went on without it"
    )

    class Meta:
        """Table of failures to tell of an event."""

        table = "event_failure"
        table_description = "events that nobody could be told of, a row goes when it is told"


class OccasionRow(Model):
    """An occasion of the calendar, and how far it has been told."""

    id: UUID = fields.UUIDField(primary_key=True, description="made of its name")
    name = fields.CharField(max_length=80, description="kind, region, year and day")
    beyond_id: UUID | None = fields.UUIDField(
        null=True, description="last person that was gone through"
    )
    begun_at: datetime = fields.DatetimeField(description="when it was first told")
    finished_at: datetime | None = fields.DatetimeField(
        null=True, description="when everybody was told"
    )

    class Meta:
        """Table of occasions."""

        table = "occasion"
        table_description = "what the calendar made due, and how far it is told"


class AccessRow(Model):
    """A member of staff looked at a family account, or at one record of it."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    person_id: UUID = fields.UUIDField(db_index=True, description="whose account was read")
    record_id: UUID | None = fields.UUIDField(
        null=True, description="the one binding, settlement or premium, null for the account"
    )
    reason = fields.CharField(
        max_length=200, null=True, description="given reason, null where a record was read"
    )
    read_at: datetime = fields.DatetimeField(description="when")
    actor: dict[str, str] = fields.JSONField(description="who read")

    class Meta:
        """Table of accesses."""

        table = "access"
        table_description = "reads of family accounts by staff, append-only"


class QuoteCountRow(Model):
    """How many quotes a person asked for on one day."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    person_id: UUID = fields.UUIDField(description="who asked")
    day: date = fields.DateField(description="business day")
    asked = fields.IntField(default=0, description="number of quotes")

    class Meta:
        """Table of quote counts."""

        table = "quote_count"
        table_description = "quotes of persons per day"
        unique_together = (("person_id", "day"),)


class ExportLinkRow(Model):
    """A link to an export that nobody has used yet."""

    id: UUID = fields.UUIDField(primary_key=True, description="the export that was asked for")
    digest = fields.CharField(max_length=64, unique=True, description="keyed digest of the secret")
    expires_at: datetime = fields.DatetimeField(
        db_index=True, description="exclusive end of the link's life"
    )
    from_day: date | None = fields.DateField(
        null=True, description="first business day, null for no bound"
    )
    to_day: date | None = fields.DateField(
        null=True, description="last business day, null for no bound"
    )
    actor: dict[str, str] = fields.JSONField(description="who asked")

    class Meta:
        """Table of export links."""

        table = "export_link"
        table_description = "one-use links to exports, a row goes when it is used or expired"


class InstallationRow(Model):
    """The mark of a database: demonstration or production."""

    name = fields.CharField(max_length=20, primary_key=True, description="always gongji")
    is_demonstration = fields.BooleanField(description="whether demo data may be loaded")
    marked_at: datetime = fields.DatetimeField(description="when")

    class Meta:
        """Table of the installation."""

        table = "installation"
        table_description = "mark of the installation, one row"
