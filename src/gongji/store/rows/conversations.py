"""Conversations and their messages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from gongji.domain.conversation import Author, PressOutcome
from gongji.store.ids import new_id


class ConversationRow(Model):
    """The counters of one person's conversation, locked last of all rows."""

    person_id: UUID = fields.UUIDField(primary_key=True, description="whose it is")
    last_number: int = fields.BigIntField(default=0, description="number of the newest message")
    last_change: int = fields.BigIntField(default=0, description="number of the newest change")
    read_number: int = fields.BigIntField(default=0, description="last message that was read")

    class Meta:
        """Table of conversations."""

        table = "conversation"
        table_description = "counters of conversations"


class MessageRow(Model):
    """One message."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    person_id: UUID = fields.UUIDField(description="whose conversation")
    number: int = fields.BigIntField(description="counts from 1 per conversation")
    change: int = fields.BigIntField(description="the conversation's change that touched it last")
    author = fields.CharEnumField(Author, max_length=24, description="who wrote it")
    text = fields.CharField(max_length=500, null=True, description="cleaned and masked")
    card: dict[str, Any] | None = fields.JSONField(null=True, description="what a card is about")
    replies_to: UUID | None = fields.UUIDField(
        null=True, unique=True, description="the message that it answers"
    )
    event_id: UUID | None = fields.UUIDField(null=True, description="the event that it tells of")
    sent_at: datetime = fields.DatetimeField(db_index=True, description="when it was stored")
    actor: dict[str, Any] | None = fields.JSONField(
        null=True, description="who sent it, null for the service"
    )

    class Meta:
        """Table of messages."""

        table = "message"
        table_description = "messages, only change ever changes"
        unique_together = (
            ("person_id", "number"),
            ("person_id", "change"),
            ("event_id", "person_id"),
        )


class CardPressRow(Model):
    """One press of a button of a card."""

    id: UUID = fields.UUIDField(primary_key=True, description="key of what it does")
    message_id: UUID = fields.UUIDField(description="the card's message")
    person_id: UUID = fields.UUIDField(description="whose conversation")
    attempt: int = fields.IntField(description="counts from 1 per message")
    button = fields.CharField(max_length=64, description="name of the button")
    actor: dict[str, Any] = fields.JSONField(description="who pressed first")
    pressed_at: datetime = fields.DatetimeField(db_index=True, description="when it was pressed")
    outcome = fields.CharEnumField(
        PressOutcome, max_length=24, null=True, description="null until it is done"
    )

    class Meta:
        """Table of presses."""

        table = "card_press"
        table_description = "buttons that were pressed, only outcome ever changes"
        unique_together = (("message_id", "attempt"),)
