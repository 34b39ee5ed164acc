"""Who sent a message, and which buttons of cards were pressed."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from gongji.domain.conversation import PressOutcome


class Migration(migrations.Migration):
    dependencies = [("gongji", "0007_conversations")]

    initial = False

    operations = [
        ops.AddField(
            model_name="MessageRow",
            name="actor",
            field=fields.JSONField(
                null=True,
                description="who sent it, null for the service",
                encoder=JSON_DUMPS,
                decoder=loads,
            ),
        ),
        ops.CreateModel(
            name="CardPressRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="key of what it does",
                    ),
                ),
                ("message_id", fields.UUIDField(description="the card's message")),
                ("person_id", fields.UUIDField(description="whose conversation")),
                ("attempt", fields.IntField(description="counts from 1 per message")),
                ("button", fields.CharField(description="name of the button", max_length=64)),
                (
                    "actor",
                    fields.JSONField(
                        description="who pressed first", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                (
                    "pressed_at",
                    fields.DatetimeField(
                        db_index=True,
                        description="when it was pressed",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "outcome",
                    fields.CharEnumField(
                        null=True,
                        description="null until it is done",
                        enum_type=PressOutcome,
                        max_length=24,
                    ),
                ),
            ],
            options={
                "table": "card_press",
                "app": "gongji",
                "unique_together": (("message_id", "attempt"),),
                "pk_attr": "id",
                "table_description": "buttons that were pressed, only outcome ever changes",
            },
            bases=["Model"],
        ),
    ]
