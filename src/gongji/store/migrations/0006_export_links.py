"""Links to exports: a row is a link that may still be used, and goes when it is."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("gongji", "0005_books_check")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ExportLinkRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="the export that was asked for",
                    ),
                ),
                (
                    "digest",
                    fields.CharField(
                        unique=True, description="keyed digest of the secret", max_length=64
                    ),
                ),
                (
                    "expires_at",
                    fields.DatetimeField(
                        db_index=True,
                        description="exclusive end of the link's life",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "from_day",
                    fields.DateField(
                        null=True, description="first business day, null for no bound"
                    ),
                ),
                (
                    "to_day",
                    fields.DateField(null=True, description="last business day, null for no bound"),
                ),
                (
                    "actor",
                    fields.JSONField(description="who asked", encoder=JSON_DUMPS, decoder=loads),
                ),
            ],
            options={
                "table": "export_link",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": (
                    "one-use links to exports, a row goes when it is used or expired"
                ),
            },
            bases=["Model"],
        ),
    ]
