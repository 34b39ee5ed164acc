"""Facts that happened, as the outbox carries them: past tense, ids only, no personal data."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from gongji.domain.money import Fen


class EventKind(StrEnum):
    """What happened. Values are only ever added."""

    RELATIVE_INVITED = "RELATIVE_INVITED"
    INVITATION_ACCEPTED = "INVITATION_ACCEPTED"
    INVITATION_SENT_TO_REVIEW = "INVITATION_SENT_TO_REVIEW"
    INVITATION_DECLINED = "INVITATION_DECLINED"
    INVITATION_WITHDRAWN = "INVITATION_WITHDRAWN"
    INVITATION_EXPIRED = "INVITATION_EXPIRED"
    KINSHIP_CONFIRMED = "KINSHIP_CONFIRMED"
    KINSHIP_REFUSED = "KINSHIP_REFUSED"
    CONSENT_RENEWED = "CONSENT_RENEWED"
    BINDING_PAUSED = "BINDING_PAUSED"
    BINDING_RESUMED = "BINDING_RESUMED"
    BINDING_ENDED = "BINDING_ENDED"
    LIMIT_SET = "LIMIT_SET"
    RESERVE_SET = "RESERVE_SET"
    ORDER_CHANGED = "ORDER_CHANGED"
    BILL_SETTLED = "BILL_SETTLED"
    SETTLEMENT_REVERSED = "SETTLEMENT_REVERSED"
    PREMIUM_DEBITED = "PREMIUM_DEBITED"
    PREMIUM_CONFIRMED = "PREMIUM_CONFIRMED"
    PREMIUM_FAILED = "PREMIUM_FAILED"
    PREMIUM_REFUNDED = "PREMIUM_REFUNDED"
    CONTRIBUTION_BOOKED = "CONTRIBUTION_BOOKED"
    PERSON_STATUS_CHANGED = "PERSON_STATUS_CHANGED"
    ACCOUNT_STATUS_CHANGED = "ACCOUNT_STATUS_CHANGED"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about one beneficiary.

    Args:
        subject_id: the person whose locked row numbers the event.
        ids: ids of what it is about, by role (``binding``, ``settlement``, ``premium`` ...).
    """

    kind: EventKind
    subject_id: UUID
    ids: dict[str, UUID]


@dataclass(frozen=True, slots=True)
class LowBalance:
    """A balance that fell below what its region calls low.

    Args:
        below: that amount.
        is_used_up: whether nothing is left.
        is_shared_with: whether somebody shares with its owner; who paused counts too (G18).
    """

    owner_id: UUID
    below: Fen
    is_used_up: bool
    is_shared_with: bool


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as the outbox holds it, with those whom it concerns beside its subject.

    Args:
        number: counts from 1 per subject, without gaps.
        sharers: the binding's sharer; of a settlement or premium those whose accounts were drawn.
        low: whose balance fell, by this event, below what the region calls low.
        waits_for_order: whether a sharer came by it, and sharing waits until the subject sets an
            order (G1).
    """

    id: UUID
    number: int
    event: Event
    sharers: tuple[UUID, ...] = ()
    low: tuple[LowBalance, ...] = ()
    waits_for_order: bool = False
