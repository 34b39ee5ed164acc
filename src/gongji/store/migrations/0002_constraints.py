"""The constraints that Tortoise does not create, and the indexes that hold a rule.

Hot tables (settlements, legs, transfers, events, keys) have no foreign keys: checking one locks the
row that it points at, and a busy hospital would become a hot row. The books check finds orphans.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

_CHECKS = (
    ("personal_account", "personal_account_balance", "balance_fen >= 0"),
    ("personal_account", "personal_account_reserve", "reserve_fen >= 0"),
    ("personal_account", "personal_account_opening", "opening_fen >= 0"),
    ("binding", "binding_two_persons", "sharer_id <> beneficiary_id"),
    (
        "binding",
        "binding_limits",
        (
            "COALESCE(limit_settlement_fen, 0) >= 0 AND COALESCE(limit_month_fen, 0) >= 0"
            " AND COALESCE(limit_year_fen, 0) >= 0"
        ),
    ),
    ("binding", "binding_position", "position >= 1"),
    (
        "settlement",
        "settlement_parts_close",
        "total_fen = self_paid_fen + over_limit_fen + first_pay_fen + in_scope_fen",
    ),
    (
        "settlement",
        "settlement_payers_close",
        "total_fen = fund_paid_fen + personal_share_fen + hospital_paid_fen",
    ),
    (
        "settlement",
        "settlement_split_closes",
        "personal_share_fen = own_fen + shared_fen + cash_fen",
    ),
    (
        "settlement",
        "settlement_split_positive",
        "own_fen >= 0 AND shared_fen >= 0 AND cash_fen >= 0",
    ),
    ("settlement_leg", "settlement_leg_amount", "amount_fen > 0"),
    ("premium", "premium_amount", "amount_fen > 0"),
    ("premium_leg", "premium_leg_amount", "amount_fen > 0"),
    ("contribution", "contribution_amount", "amount_fen > 0"),
    ("tariff", "tariff_amount", "amount_fen > 0"),
    ("tariff", "tariff_window", "opens_on <= closes_on"),
    ("transfer", "transfer_amount", "amount_fen > 0"),
    ("transfer", "transfer_two_accounts", "debit_account_id <> credit_account_id"),
    (
        "transfer",
        "transfer_entry",
        (
            "(account_id IS NULL) = (entry_no IS NULL)"
            " AND (account_id IS NULL) = (balance_after_fen IS NULL)"
            " AND COALESCE(balance_after_fen, 0) >= 0"
            " AND (account_id IS NULL OR account_id IN (debit_account_id, credit_account_id))"
        ),
    ),
    ("installation", "installation_one_row", "name = 'gongji'"),
)

_REFERENCES = (
    ("beneficiary", "person_id", "person", "id"),
    ("personal_account", "owner_id", "person", "id"),
    ("card", "person_id", "person", "id"),
    ("guardian", "guardian_id", "person", "id"),
    ("guardian", "ward_id", "person", "id"),
    ("kinship", "person_id", "person", "id"),
    ("kinship", "relative_id", "person", "id"),
    ("binding", "sharer_id", "person", "id"),
    ("binding", "beneficiary_id", "person", "id"),
    ("binding", "account_id", "personal_account", "id"),
    ("block", "beneficiary_id", "person", "id"),
    ("block", "sharer_id", "person", "id"),
)

_INDEXES = (
    (
        "binding_one_open_per_pair",
        "UNIQUE",
        (
            "binding (sharer_id, beneficiary_id)"
            " WHERE status IN ('INVITED', 'IN_REVIEW', 'ACTIVE', 'PAUSED')"
        ),
    ),
    (
        "settlement_one_per_bill_number",
        "UNIQUE",
        "settlement (institution_id, institution_bill_no) WHERE reversal_id IS NULL",
    ),
    (
        "premium_one_per_year",
        "UNIQUE",
        "premium (insured_id, year) WHERE status IN ('DEBITED', 'CONFIRMED')",
    ),
    ("premium_unconfirmed", "", "premium (id) WHERE status = 'DEBITED'"),
    ("premium_leg_of_helpers", "", "premium_leg (binding_id, business_day) WHERE rank > 1"),
    ("event_not_relayed", "", "event (id) WHERE relayed_at IS NULL"),
    ("binding_invitations", "", "binding (expires_at) WHERE status = 'INVITED'"),
)


def _check(table: str, name: str, condition: str) -> ops.RunSQL:
    return ops.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def _reference(table: str, column: str, to: str, key: str) -> ops.RunSQL:
    name = f"{table}_{column}_fkey"
    return ops.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {to} ({key})",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def _index(name: str, unique: str, on: str) -> ops.RunSQL:
    return ops.RunSQL(f"CREATE {unique} INDEX {name} ON {on}", f"DROP INDEX {name}")


class Migration(migrations.Migration):
    """Checks, references and partial indexes."""

    dependencies = [("gongji", "0001_tables")]

    operations = [
        *(_check(*check) for check in _CHECKS),
        *(_reference(*reference) for reference in _REFERENCES),
        *(_index(*index) for index in _INDEXES),
    ]
