"""Ids of rows: UUIDv7, made by us, so that they sort by time and need no sequence."""

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Make a new id; later ids of one process are greater."""
    return uuid7()


def request_key_id(subject_id: UUID, request_id: UUID) -> UUID:
    """Return the id of a request key: one per actor (not token) and request."""
    return uuid5(subject_id, request_id.hex)
