"""Cases: what cannot end by itself, so that staff must look at it."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from gongji.domain.case import CaseKind
from gongji.store.ids import new_id


class Migration(migrations.Migration):
    """The table of cases; open ones are listed first."""

    dependencies = [("gongji", "0003_access_of_records")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CaseRow",
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
                    "kind",
                    fields.CharEnumField(
                        description="why it was opened", enum_type=CaseKind, max_length=40
                    ),
                ),
                (
                    "subject_id",
                    fields.UUIDField(description="the premium, or the reversed settlement"),
                ),
                ("person_id", fields.UUIDField(description="whose money waits")),
                ("region", fields.CharField(description="whose staff work on it", max_length=6)),
                ("amount_fen", fields.BigIntField(description="fen that wait")),
                (
                    "opened_at",
                    fields.DatetimeField(
                        description="when it was opened", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "closed_at",
                    fields.DatetimeField(
                        null=True,
                        description="when it was closed",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "bureau_case",
                "app": "gongji",
                "unique_together": (("kind", "subject_id", "person_id"),),
                "pk_attr": "id",
                "table_description": "what staff must look at, only closed_at ever changes",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            "ALTER TABLE bureau_case ADD CONSTRAINT bureau_case_amount CHECK (amount_fen > 0)",
            "ALTER TABLE bureau_case DROP CONSTRAINT bureau_case_amount",
        ),
        ops.RunSQL(
            "CREATE INDEX bureau_case_in_order ON bureau_case (((closed_at IS NOT NULL)::int), id)",
            "DROP INDEX bureau_case_in_order",
        ),
    ]
