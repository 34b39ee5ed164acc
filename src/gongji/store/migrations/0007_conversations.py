"""Conversations of persons with the service, and their messages."""

from uuid import uuid4

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from gongji.domain.conversation import Author
from gongji.store.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("gongji", "0006_export_links")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ConversationRow",
            fields=[
                (
                    "person_id",
                    fields.UUIDField(
                        primary_key=True,
                        default=uuid4,
                        unique=True,
                        db_index=True,
                        description="whose it is",
                    ),
                ),
                (
                    "last_number",
                    fields.BigIntField(default=0, description="number of the newest message"),
                ),
                (
                    "last_change",
                    fields.BigIntField(default=0, description="number of the newest change"),
                ),
                (
                    "read_number",
                    fields.BigIntField(default=0, description="last message that was read"),
                ),
            ],
            options={
                "table": "conversation",
                "app": "gongji",
                "pk_attr": "person_id",
                "table_description": "counters of conversations",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MessageRow",
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
                ("person_id", fields.UUIDField(description="whose conversation")),
                ("number", fields.BigIntField(description="counts from 1 per conversation")),
                (
                    "change",
                    fields.BigIntField(
                        description="the conversation's change that touched it last"
                    ),
                ),
                (
                    "author",
                    fields.CharEnumField(
                        description="who wrote it", enum_type=Author, max_length=24
                    ),
                ),
                (
                    "text",
                    fields.CharField(null=True, description="cleaned and masked", max_length=500),
                ),
                (
                    "card",
                    fields.JSONField(
                        null=True,
                        description="what a card is about",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "replies_to",
                    fields.UUIDField(
                        null=True, unique=True, description="the message that it answers"
                    ),
                ),
                ("event_id", fields.UUIDField(null=True, description="the event that it tells of")),
                (
                    "sent_at",
                    fields.DatetimeField(
                        db_index=True,
                        description="when it was stored",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "message",
                "app": "gongji",
                "unique_together": (
                    ("person_id", "number"),
                    ("person_id", "change"),
                    ("event_id", "person_id"),
                ),
                "pk_attr": "id",
                "table_description": "messages, only change ever changes",
            },
            bases=["Model"],
        ),
    ]
