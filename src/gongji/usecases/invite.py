"""Invite a relative (邀请亲属): the sharer authorises, the relative is asked.

About the other person the inviter learns one thing only, ``RELATIVE_NOT_VERIFIED``, whatever stands
against that person, and only where nothing stands against the inviter, which is told at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gongji.domain.binding import Binding, BindingStatus, Capacity, Consent, expiry
from gongji.domain.business_day import business_day
from gongji.domain.eligibility import (
    reasons_against_consent,
    reasons_against_inviting_again,
    reasons_against_kinship,
)
from gongji.domain.errors import Code, Reason, not_found, refuse_any
from gongji.domain.events import EventKind
from gongji.domain.identity import IdNumber, clean_name, parse_id_number
from gongji.domain.kinship import Kinship
from gongji.domain.policy import Policy
from gongji.store.bindings import expire_binding, insert_binding, open_binding, pair_history
from gongji.store.families import Families
from gongji.store.ids import new_id
from gongji.store.pairs import receiving_side, sharing_side
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True, repr=False)
class InviteRelative:
    """A sharer's request. It has no ``repr``: the ID number must reach no log.

    Args:
        name: the relative's name as typed.
        id_number: the relative's ID number as typed.
        kinship: the relative is the sharer's ...
        declaration_version: the declaration (承诺书) that the sharer has agreed to.
    """

    request_id: UUID
    name: str
    id_number: str
    kinship: Kinship
    declaration_version: str


@dataclass(frozen=True, slots=True, repr=False)
class _Typed:
    """What was typed about the relative, read; a part that is wrong is its reason."""

    id_number: IdNumber | Code
    name: str | None

    @classmethod
    def read(cls, request: InviteRelative, today: date) -> "_Typed":
        return cls(parse_id_number(request.id_number, today=today), clean_name(request.name))

    def reasons(self) -> Iterator[Reason]:
        if isinstance(self.id_number, Code):
            yield Reason(self.id_number, ("idNumber",))
        if self.name is None:
            yield Reason(Code.NAME_FORM, ("name",))


@command("inviteRelative")
async def invite_relative(tx: Transaction, request: InviteRelative) -> UUID:
    """Invite a relative; returns the binding's id.

    While an invitation or binding of the pair is open, asking again answers with that one.

    Raises:
        Forbidden: the actor is no person.
        Refusal: everything that stands against the sharer and what was typed, all at once; where
            nothing does, about the relative only ``RELATIVE_NOT_VERIFIED``.

    Clause: S3.1, S3.2, S3.3, S3.5, G5, G6, G9, G10, G18, G19, G20, G22, G26, G31.
    """
    sharer_id, capacity = await tx.acting_person()
    typed = _Typed.read(request, business_day(tx.at))
    relative_id = await _identified(tx, typed)
    await tx.claim(*{sharer_id, relative_id or sharer_id})
    if sharer_id not in tx.locked:
        raise not_found()
    families = await tx.load(*tx.locked)
    asking = _Asking(
        request=request,
        sharer_id=sharer_id,
        capacity=capacity,
        relative_id=relative_id if relative_id in tx.locked else None,
        families=families,
        policy=families.policy_of(families.rows[sharer_id].value.region, tx.at),
    )
    if (still_open := await _still_open(tx, asking)) is not None:
        return still_open
    refuse_any([*typed.reasons(), *await _reasons_against_own_side(tx, asking)])
    # Only whoever could invite learns whether the relative is known, and leaves an invitation.
    refuse_any(await _reasons_against_pair(tx, asking))
    return await _invite(tx, asking)


@dataclass(frozen=True, slots=True, repr=False)
class _Asking:
    """Who invites whom, on the locked rows; the relative is None where nobody fits."""

    request: InviteRelative
    sharer_id: UUID
    capacity: Capacity
    relative_id: UUID | None
    families: Families
    policy: Policy


async def _identified(tx: Transaction, typed: _Typed) -> UUID | None:
    """Return the insured person of what was typed, or None: wrong, unknown or another name."""
    if isinstance(typed.id_number, Code) or typed.name is None:
        return None
    centre = tx.ports.insurance_centre
    return await centre.person_by_id_number(typed.id_number.text, typed.name)


async def _still_open(tx: Transaction, asking: _Asking) -> UUID | None:
    """Return the pair's open binding; an invitation whose time is over is swept on the way (G9)."""
    if asking.relative_id is None:
        return None
    binding = await open_binding(
        tx.connection, sharer_id=asking.sharer_id, beneficiary_id=asking.relative_id
    )
    if binding is None:
        return None
    if not binding.has_expired(tx.at):
        return binding.id
    locked = tx.locked[asking.relative_id]
    await expire_binding(tx.connection, tx.changes, binding, locked=locked, by=tx.actor)
    return None


async def _reasons_against_own_side(tx: Transaction, asking: _Asking) -> list[Reason]:
    side = await sharing_side(tx.connection, asking.families, asking.sharer_id, tx.at)
    version, policy = asking.request.declaration_version, asking.policy
    return [
        *reasons_against_consent(version, asking.capacity, side.born_on, policy=policy, at=tx.at),
        *side.reasons(tx.at),
        *reasons_against_kinship(asking.request.kinship, policy),
    ]


async def _reasons_against_pair(tx: Transaction, asking: _Asking) -> list[Reason]:
    """Say one thing about the relative, or what the inviter's own earlier invitations say."""
    if asking.relative_id == asking.sharer_id:
        return [Reason(Code.SELF_INVITATION, ("idNumber",))]
    if asking.relative_id is None or not await _may_receive(tx, asking, asking.relative_id):
        return [Reason(Code.RELATIVE_NOT_VERIFIED)]
    history = await pair_history(
        tx.connection, sharer_id=asking.sharer_id, beneficiary_id=asking.relative_id
    )
    return list(reasons_against_inviting_again(history, asking.policy, tx.at))


async def _may_receive(tx: Transaction, asking: _Asking, relative_id: UUID) -> bool:
    """Tell whether the relative can be shared with, and the registry does not deny the kinship."""
    if any(receiving_side(asking.families, relative_id, tx.at).reasons(tx.at)):
        return False
    # The registry is asked under the locks: news of an ended kinship waits for them.
    verdict = await tx.ports.insurance_centre.kinship_is_confirmed(
        asking.sharer_id, relative_id, asking.request.kinship
    )
    return verdict is not False


async def _invite(tx: Transaction, asking: _Asking) -> UUID:
    account = asking.families.account_of(asking.sharer_id)
    # A sharer without an account and an unknown relative have been refused.
    assert account is not None
    assert asking.relative_id is not None
    request = asking.request
    binding = Binding(
        id=new_id(),
        sharer_id=asking.sharer_id,
        beneficiary_id=asking.relative_id,
        kinship=request.kinship,
        status=BindingStatus.INVITED,
        invited_at=tx.at,
        expires_at=expiry(tx.at, hours=asking.policy.invitation_hours),
        sharer_consent=Consent(
            tx.actor.subject, asking.capacity, tx.actor.channel, request.declaration_version, tx.at
        ),
    )
    await insert_binding(tx.connection, binding, account_id=account.id, by=tx.actor)
    tx.record(EventKind.RELATIVE_INVITED, asking.relative_id, binding=binding.id)
    return binding.id
