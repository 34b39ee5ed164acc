"""Bindings, blocked inviters and the history of orders."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from gongji.domain.binding import BindingStatus
from gongji.domain.kinship import Kinship
from gongji.store.ids import new_id

_ENUM_LENGTH = 24


class BindingRow(Model):
    """One binding from invitation to end."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    sharer_id: UUID = fields.UUIDField(db_index=True, description="who shares")
    beneficiary_id: UUID = fields.UUIDField(db_index=True, description="with whom")
    account_id: UUID = fields.UUIDField(description="the sharer's personal account")
    kinship = fields.CharEnumField(
        Kinship, max_length=_ENUM_LENGTH, description="the beneficiary is the sharer's"
    )
    status = fields.CharEnumField(BindingStatus, max_length=_ENUM_LENGTH, description="state")
    invited_at: datetime = fields.DatetimeField(description="time of the invitation")
    expires_at: datetime = fields.DatetimeField(description="exclusive end of the invitation")
    accepted_at: datetime | None = fields.DatetimeField(
        null=True, description="time from which it was live"
    )
    ended_at: datetime | None = fields.DatetimeField(
        null=True, description="time of the final state"
    )
    end_reason = fields.CharField(
        max_length=200, null=True, description="staff's or the registry's reason"
    )
    position: int | None = fields.IntField(
        null=True, description="the beneficiary's own order, null where not set"
    )
    limit_settlement_fen: int | None = fields.BigIntField(
        null=True, description="fen per settlement"
    )
    limit_month_fen: int | None = fields.BigIntField(
        null=True, description="fen per calendar month"
    )
    limit_year_fen: int | None = fields.BigIntField(null=True, description="fen per calendar year")
    sharer_consent: dict[str, Any] = fields.JSONField(
        description="the sharer's authorisation, who, as whom, channel, version, time"
    )
    beneficiary_consent: dict[str, Any] | None = fields.JSONField(
        null=True, description="the beneficiary's acceptance, likewise"
    )
    actor: dict[str, str] = fields.JSONField(description="who acted last")

    class Meta:
        """Table of bindings."""

        table = "binding"
        table_description = "bindings, an invitation is their face before acceptance"


class BlockRow(Model):
    """Somebody does not want invitations from somebody."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    beneficiary_id: UUID = fields.UUIDField(description="who blocks")
    sharer_id: UUID = fields.UUIDField(description="who is blocked")
    blocked_at: datetime = fields.DatetimeField(description="since when")

    class Meta:
        """Table of blocks."""

        table = "block"
        table_description = "inviters whom a person has blocked"
        unique_together = (("beneficiary_id", "sharer_id"),)


class OrderVersionRow(Model):
    """The order as one accept, end or reorder left it."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    beneficiary_id: UUID = fields.UUIDField(description="whose order")
    version = fields.IntField(description="counts from 1")
    changed_at: datetime = fields.DatetimeField(description="when")
    cause = fields.CharField(max_length=_ENUM_LENGTH, description="kind of the event behind it")
    is_set = fields.BooleanField(description="whether the beneficiary has set the order")
    binding_ids: list[str] = fields.JSONField(description="live bindings in order")
    actor: dict[str, str] = fields.JSONField(description="who changed it")

    class Meta:
        """Table of order versions."""

        table = "order_version"
        table_description = "every deduction order there ever was, append-only"
        unique_together = (("beneficiary_id", "version"),)
