"""What became of a request, as its sender may ask when no answer came."""

from enum import StrEnum


class OutcomeStatus(StrEnum):
    """What became of a request key (G34)."""

    DONE = "DONE"
    REFUSED = "REFUSED"
    IN_PROGRESS = "IN_PROGRESS"
    VOIDED = "VOIDED"
    UNKNOWN = "UNKNOWN"
