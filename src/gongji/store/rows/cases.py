"""Cases that wait for staff."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from gongji.domain.case import CaseKind
from gongji.store.ids import new_id


class CaseRow(Model):
    """Something that cannot end by itself."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    kind = fields.CharEnumField(CaseKind, max_length=40, description="why it was opened")
    subject_id: UUID = fields.UUIDField(description="the premium, or the reversed settlement")
    person_id: UUID = fields.UUIDField(description="whose money waits")
    region = fields.CharField(max_length=6, description="whose staff work on it")
    amount_fen: int = fields.BigIntField(description="fen that wait")
    opened_at: datetime = fields.DatetimeField(description="when it was opened")
    closed_at: datetime | None = fields.DatetimeField(null=True, description="when it was closed")

    class Meta:
        """Table of cases."""

        table = "bureau_case"
        table_description = "what staff must look at, only closed_at ever changes"
        unique_together = (("kind", "subject_id", "person_id"),)
