"""Who asks: written with every event, every cause of a transfer and every request key."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final
from uuid import UUID


class ActorKind(StrEnum):
    """The kinds of actor."""

    PERSON = "PERSON"
    TILL = "TILL"
    STAFF = "STAFF"
    SYSTEM = "SYSTEM"


class Channel(StrEnum):
    """The way by which a request came."""

    NATIONAL_APP = "NATIONAL_APP"
    MINI_PROGRAM = "MINI_PROGRAM"
    COUNTER = "COUNTER"
    TILL = "TILL"
    DASHBOARD = "DASHBOARD"
    REGISTRY = "REGISTRY"
    TAX_BUREAU = "TAX_BUREAU"


class Role(StrEnum):
    """What a member of staff may do; an issuer may have further roles, which allow nothing here."""

    READER = "READER"
    REVIEWER = "REVIEWER"
    SETTLER = "SETTLER"


MOST_ROLES: Final = 20


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a till (the institution is the subject), a member of staff, or the system itself.

    Args:
        kind: what the actor is.
        subject: id of the person, the institution or the member of staff.
        channel: the way by which the request came.
        acting_for: the ward for whom a guardian or proxy acts (G19).
        operator: the clerk at a till.
        token_id: id of the token that vouched for the actor.
        region: the region that a member of staff works for, six digits; a shorter prefix is wider.
        roles: the roles of a member of staff, at most ``MOST_ROLES``.
    """

    kind: ActorKind
    subject: UUID
    channel: Channel
    acting_for: UUID | None = None
    operator: str | None = None
    token_id: str | None = None
    region: str | None = None
    roles: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Name the owner of request keys: person, institution or staff member, never a token."""
        return f"{self.kind}/{self.subject}"

    @property
    def person_id(self) -> UUID:
        """Return the person for whom the actor acts: the ward, or the actor."""
        return self.acting_for or self.subject

    def record(self) -> dict[str, str]:
        """Return what is written beside events, causes and keys."""
        kept = ((name, getattr(self, name)) for name in _RECORDED)
        return {name: str(value) for name, value in kept if value is not None}

    @classmethod
    def recorded(cls, record: Mapping[str, str]) -> "Actor":
        """Return the actor of a record; roles are not recorded, so that it has none."""
        ward = record.get("acting_for")
        return cls(
            kind=ActorKind(record["kind"]),
            subject=UUID(record["subject"]),
            channel=Channel(record["channel"]),
            acting_for=None if ward is None else UUID(ward),
            operator=record.get("operator"),
            token_id=record.get("token_id"),
            region=record.get("region"),
        )


_RECORDED: Final = tuple(field.name for field in fields(Actor) if field.name != "roles")

REGISTRY_SUBJECT = UUID(int=0)
REGISTRY = Actor(ActorKind.SYSTEM, REGISTRY_SUBJECT, Channel.REGISTRY)
"""The registry's own voice: loading, news and contributions."""
TAX_BUREAU = Actor(ActorKind.SYSTEM, UUID(int=1), Channel.TAX_BUREAU)
"""The tax bureau's voice: a premium confirmed or failed, whoever asked it."""
