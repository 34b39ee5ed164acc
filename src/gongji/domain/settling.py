"""A settlement, made of its bill, its family and its split, with all that decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gongji.domain.bill import Bill
from gongji.domain.business_day import business_day
from gongji.domain.explanation import record
from gongji.domain.family import BillSplit, Family
from gongji.domain.money import Fen
from gongji.domain.policy import CredentialKind
from gongji.domain.settlement import Settlement


@dataclass(frozen=True, slots=True)
class Sent:
    """How a bill came: from which till, under which key, for whom.

    Args:
        actor: what is recorded of the till and its clerk.
        credential_digest: keyed digest of the credential's number (G33).
    """

    institution_id: UUID
    request_id: UUID
    actor: Mapping[str, str]
    credential_kind: CredentialKind
    credential_digest: str


def settlement_of(
    bill: Bill, family: Family, split: BillSplit, sent: Sent, *, id: UUID, at: datetime
) -> Settlement:
    """Return the settlement of a bill by its split, with everything that decided.

    Clause: G26 (what is recorded), G33, law 10.
    """
    own = family.own
    return Settlement(
        id=id,
        institution_id=sent.institution_id,
        beneficiary_id=family.beneficiary.id,
        business_day=business_day(at),
        settled_at=at,
        bill=bill,
        eligible=split.eligible,
        own=split.split.own,
        shared=split.split.shared,
        cash=split.cash,
        own_balance_after=None if own is None else Fen(own.balance - split.split.own),
        credential_kind=sent.credential_kind,
        credential_digest=sent.credential_digest,
        policy_version=family.policy.version,
        order_version=family.beneficiary.order_version,
        explanation=record(
            split,
            policy_version=family.policy.version,
            ranks_are_shown=not family.order_is_by_balance,
        ),
        request_id=sent.request_id,
        actor=sent.actor,
    )
