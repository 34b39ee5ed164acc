"""What checks of the books found, for staff and for the metrics."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from gongji.store.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("gongji", "0004_cases")]

    initial = False

    operations = [
        ops.CreateModel(
            name="BooksCheckRow",
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
                    "checked_at",
                    fields.DatetimeField(
                        db_index=True,
                        description="moment of the snapshot that was checked",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("settlements", fields.BigIntField(description="settlements that were checked")),
                ("premiums", fields.BigIntField(description="premiums that were checked")),
                ("transfers", fields.BigIntField(description="transfers that were checked")),
                (
                    "differences",
                    fields.JSONField(
                        description="number of differences by kind",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": "books_check",
                "app": "gongji",
                "pk_attr": "id",
                "table_description": "results of the books check, counts only, append-only",
            },
            bases=["Model"],
        ),
    ]
