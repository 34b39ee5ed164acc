"""Accesses of single records: a binding, a settlement or a premium that staff read by its id."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Say which record was read; then no reason was asked for."""

    dependencies = [("gongji", "0002_constraints")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="AccessRow",
            name="reason",
            field=fields.CharField(
                null=True, description="given reason, null where a record was read", max_length=200
            ),
        ),
        ops.AddField(
            model_name="AccessRow",
            name="record_id",
            field=fields.UUIDField(
                null=True,
                description="the one binding, settlement or premium, null for the account",
            ),
        ),
        # Tortoise leaves the comment of an added column out.
        ops.RunSQL(
            "COMMENT ON COLUMN access.record_id"
            " IS 'the one binding, settlement or premium, null for the account'",
            "COMMENT ON COLUMN access.record_id IS NULL",
        ),
    ]
