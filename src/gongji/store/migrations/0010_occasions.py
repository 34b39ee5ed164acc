"""What the calendar makes due, and how far it has been told."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("gongji", "0009_event_failures")]

    initial = False

    operations = [
        ops.CreateModel(
            name="OccasionRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="made of its name",
                    ),
                ),
                (
                    "name",
                    fields.CharField(description="kind, region, year and day", max_length=80),
                ),
                (
                    "beyond_id",
                    fields.UUIDField(null=True, description="last person that was gone through"),
                ),
                (
                    "begun_at",
                    fields.DatetimeField(
                        description="when it was first told",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "finished_at",
                    fields.DatetimeField(
                        null=True,
                        description="when everybody was told",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "occasion",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "what the calendar made due, and how far it is told",
            },
            bases=["Model"],
        ),
    ]
