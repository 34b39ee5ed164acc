"""Events that could not be told, and when they are tried again."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("gongji", "0008_card_presses")]

    initial = False

    operations = [
        ops.CreateModel(
            name="EventFailureRow",
            fields=[
                (
                    "event_id",
                    fields.UUIDField(
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="the event",
                    ),
                ),
                ("attempts", fields.IntField(description="how often it failed")),
                ("error", fields.CharField(description="name of the last error", max_length=100)),
                (
                    "try_at",
                    fields.DatetimeField(
                        description="not tried again before",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "set_aside_at",
                    fields.DatetimeField(
                        null=True,
                        description="when its followers went on without it",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "event_failure",
                "app": "gongji",
                "pk_attr": "event_id",
                "table_description": "events that nobody could be told of, a row goes when it is told",
            },
            bases=["Model"],
        ),
    ]
