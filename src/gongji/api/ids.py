"""Opaque ids at the edge: a prefix that names the kind, then the UUID in base 32."""

from typing import Final
from uuid import UUID

import strawberry
from typeid import TypeID, base32
from typeid.errors import TypeIDException

PERSON: Final = "psn"
BINDING: Final = "bnd"
SETTLEMENT: Final = "stl"
REVERSAL: Final = "rev"
PREMIUM: Final = "prm"
INSTITUTION: Final = "ins"
CASE: Final = "cas"
MESSAGE: Final = "msg"

NOBODY: Final = UUID(int=0)
"""What an id leads to that cannot be ours: no row has it, so it is unknown like any other."""

_LENGTH_SUFFIX: Final = 26


def encode(prefix: str, uuid: UUID) -> strawberry.ID:
    """Show a UUID as an id of its kind, such as ``bnd_...``."""
    # A TypeID of the library would check the prefix, which is one of ours, every time.
    return strawberry.ID(f"{prefix}_{base32.encode(uuid.bytes)}")


def decode(prefix: str, text: str) -> UUID:
    """Read an id back; one that is malformed or of another kind leads to ``NOBODY``.

    Nothing is raised, because what a stranger makes up and what never existed are answered
    by the same look-up, and so alike.
    """
    if not text.startswith(f"{prefix}_") or len(text) != len(prefix) + 1 + _LENGTH_SUFFIX:
        return NOBODY
    try:
        return UUID(bytes=TypeID(prefix, text[-_LENGTH_SUFFIX:]).uuid_bytes)
    except TypeIDException:
        return NOBODY


def prefix_of(text: str) -> str:
    """Tell the kind that an id claims to be of, empty when it names none."""
    return text.rpartition("_")[0]
