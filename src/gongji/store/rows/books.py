"""Settlements, premiums, contributions and the transfers that they caused."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from gongji.domain.bill import VisitKind
from gongji.domain.deduction import LegType
from gongji.domain.ledger import CauseKind, ControlKind
from gongji.domain.policy import CredentialKind
from gongji.domain.premium import PremiumStatus
from gongji.store.ids import new_id

_ENUM_LENGTH = 24


class SettlementRow(Model):
    """A settled bill with its split and the recorded explanation."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    institution_id: UUID = fields.UUIDField(description="where")
    institution_bill_no = fields.CharField(max_length=64, description="the institution's number")
    beneficiary_id: UUID = fields.UUIDField(description="whose bill")
    business_day: date = fields.DateField(description="day in Asia/Shanghai")
    settled_at: datetime = fields.DatetimeField(description="server's time under the locks")
    visit = fields.CharEnumField(VisitKind, max_length=_ENUM_LENGTH, description="kind of visit")
    total_fen: int = fields.BigIntField(description="medfee_sumamt")
    self_paid_fen: int = fields.BigIntField(description="fulamt_ownpay_amt")
    over_limit_fen: int = fields.BigIntField(description="overlmt_selfpay")
    first_pay_fen: int = fields.BigIntField(description="preselfpay_amt")
    in_scope_fen: int = fields.BigIntField(description="inscp_scp_amt")
    fund_paid_fen: int = fields.BigIntField(description="fund_pay_sumamt")
    hospital_paid_fen: int = fields.BigIntField(description="hosp_part_amt")
    personal_share_fen: int = fields.BigIntField(description="psn_part_amt")
    eligible_fen: int = fields.BigIntField(description="what accounts might pay")
    own_fen: int = fields.BigIntField(description="acct_pay")
    shared_fen: int = fields.BigIntField(description="acct_mulaid_pay")
    cash_fen: int = fields.BigIntField(description="psn_cash_pay")
    own_balance_after_fen: int | None = fields.BigIntField(
        null=True, description="own account afterwards, null without one"
    )
    lines: list[dict[str, Any]] = fields.JSONField(description="lines of the bill")
    credential_kind = fields.CharEnumField(
        CredentialKind, max_length=_ENUM_LENGTH, description="what was shown at the till"
    )
    credential_digest = fields.CharField(max_length=64, description="keyed digest of its number")
    policy_version = fields.CharField(max_length=40, description="policy that decided")
    order_version = fields.IntField(description="order that decided")
    explanation: dict[str, Any] = fields.JSONField(description="recorded explanation")
    actor: dict[str, str] = fields.JSONField(description="till and clerk")
    request_id: UUID = fields.UUIDField(description="the till's key")
    reversal_id: UUID | None = fields.UUIDField(null=True, description="its reversal, if any")

    class Meta:
        """Table of settlements."""

        table = "settlement"
        table_description = "settled bills, only reversal_id ever changes"
        indexes = (("beneficiary_id", "id"), ("institution_id", "id"))


class SettlementLegRow(Model):
    """What one account paid of a settlement."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    settlement_id: UUID = fields.UUIDField(description="the settlement")
    account_id: UUID = fields.UUIDField(description="the account that paid")
    binding_id: UUID | None = fields.UUIDField(null=True, description="null for the own account")
    type = fields.CharEnumField(LegType, max_length=_ENUM_LENGTH, description="own or shared")
    rank = fields.IntField(description="0 own, then the order of drawing")
    amount_fen: int = fields.BigIntField(description="fen, more than zero")
    business_day: date = fields.DateField(description="day of the settlement")

    class Meta:
        """Table of legs."""

        table = "settlement_leg"
        table_description = "legs of settlements, append-only"
        indexes = (("settlement_id",), ("account_id", "id"), ("binding_id", "business_day"))


class ReversalRow(Model):
    """The one reversal of a settlement."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    settlement_id: UUID = fields.UUIDField(unique=True, description="what was reversed")
    reversed_at: datetime = fields.DatetimeField(description="when")
    business_day: date = fields.DateField(description="day in Asia/Shanghai")
    reason = fields.CharField(max_length=200, null=True, description="given reason")
    suspended_fen: int = fields.BigIntField(description="fen that went to suspense")
    actor: dict[str, str] = fields.JSONField(description="who reversed it")
    request_id: UUID = fields.UUIDField(description="the key")

    class Meta:
        """Table of reversals."""

        table = "reversal"
        table_description = "reversals of whole settlements, append-only"


class PremiumRow(Model):
    """A resident premium paid by a sharer."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    binding_id: UUID = fields.UUIDField(description="binding of payer and insured")
    payer_id: UUID = fields.UUIDField(db_index=True, description="the sharer who pays")
    insured_id: UUID = fields.UUIDField(db_index=True, description="for whom")
    year = fields.IntField(description="benefit year")
    category = fields.CharField(max_length=40, description="category of the insured")
    region = fields.CharField(max_length=6, description="insured region")
    amount_fen: int = fields.BigIntField(description="fen")
    status = fields.CharEnumField(PremiumStatus, max_length=_ENUM_LENGTH, description="state")
    business_day: date = fields.DateField(description="day of the debit in Asia/Shanghai")
    debited_at: datetime = fields.DatetimeField(description="when debited")
    confirmed_at: datetime | None = fields.DatetimeField(null=True, description="when confirmed")
    failed_at: datetime | None = fields.DatetimeField(null=True, description="when it failed")
    refunded_at: datetime | None = fields.DatetimeField(null=True, description="when refunded")
    tax_reference = fields.CharField(
        max_length=100, null=True, description="the tax bureau's reference"
    )
    refund_reason = fields.CharField(
        max_length=200, null=True, description="reason given for the refund"
    )
    explanation: dict[str, Any] = fields.JSONField(description="recorded explanation")
    actor: dict[str, str] = fields.JSONField(description="who paid")
    request_id: UUID = fields.UUIDField(description="the key")

    class Meta:
        """Table of premiums."""

        table = "premium"
        table_description = "resident premiums paid from sharers' accounts"


class PremiumLegRow(Model):
    """What one account paid of a premium."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    premium_id: UUID = fields.UUIDField(db_index=True, description="the premium")
    account_id: UUID = fields.UUIDField(db_index=True, description="the account that paid")
    binding_id: UUID = fields.UUIDField(description="its binding with the insured")
    rank = fields.IntField(description="order of drawing, the payer first")
    amount_fen: int = fields.BigIntField(description="fen, more than zero")
    business_day: date = fields.DateField(description="day of the debit")

    class Meta:
        """Table of premium legs."""

        table = "premium_leg"
        table_description = "legs of premiums, append-only"


class ContributionRow(Model):
    """A monthly contribution to one account, once per batch."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    batch = fields.CharField(max_length=40, description="name of the batch")
    account_id: UUID = fields.UUIDField(description="the account")
    amount_fen: int = fields.BigIntField(description="fen, more than zero")
    business_day: date = fields.DateField(description="day of booking")

    class Meta:
        """Table of contributions."""

        table = "contribution"
        table_description = "contributions booked, each batch once per account"
        unique_together = (("batch", "account_id"),)


class ControlAccountRow(Model):
    """A control account: never locked, never updated, no balance."""

    id: UUID = fields.UUIDField(primary_key=True, description="derived from kind and holder")
    kind = fields.CharEnumField(ControlKind, max_length=_ENUM_LENGTH, description="what it is")
    holder = fields.CharField(max_length=12, description="region or institution code")

    class Meta:
        """Table of control accounts."""

        table = "control_account"
        table_description = "names of control accounts"
        unique_together = (("kind", "holder"),)


class TransferRow(Model):
    """One movement of money, for ever."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    debit_account_id: UUID = fields.UUIDField(description="money leaves here")
    credit_account_id: UUID = fields.UUIDField(description="money arrives here")
    amount_fen: int = fields.BigIntField(description="fen, more than zero")
    cause_kind = fields.CharEnumField(
        CauseKind, max_length=_ENUM_LENGTH, description="kind of fact behind it"
    )
    cause_id: UUID = fields.UUIDField(db_index=True, description="the fact behind it")
    business_day: date = fields.DateField(description="day in Asia/Shanghai")
    booked_at: datetime = fields.DatetimeField(description="when")
    account_id: UUID | None = fields.UUIDField(
        null=True, description="the personal account that it touches"
    )
    entry_no: int | None = fields.BigIntField(null=True, description="entry number on that account")
    balance_after_fen: int | None = fields.BigIntField(
        null=True, description="fen on that account afterwards"
    )

    class Meta:
        """Table of transfers."""

        table = "transfer"
        table_description = "every movement of money, double entry, append-only"
        unique_together = (("account_id", "entry_no"),)


class BooksCheckRow(Model):
    """What one check of the books found."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id, description="id")
    checked_at: datetime = fields.DatetimeField(
        db_index=True, description="moment of the snapshot that was checked"
    )
    settlements: int = fields.BigIntField(description="settlements that were checked")
    premiums: int = fields.BigIntField(description="premiums that were checked")
    transfers: int = fields.BigIntField(description="transfers that were checked")
    differences: dict[str, int] = fields.JSONField(description="number of differences by kind")

    class Meta:
        """Table of books checks."""

        table = "books_check"
        table_description = "results of the books check, counts only, append-only"
