"""Accept an invitation (接受邀请), or renew the consent that a guardian gave for a child."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from gongji.domain.binding import Binding, Consent, order_with
from gongji.domain.eligibility import (
    reasons_against_consent,
    reasons_against_kinship,
    reasons_against_no_position,
)
from gongji.domain.errors import Code, Reason, Refusal, refuse_any
from gongji.domain.events import EventKind
from gongji.domain.policy import Policy, UnknownKinship
from gongji.store.bindings import binding_of_beneficiary, update_binding
from gongji.store.families import Families
from gongji.store.orders import live_order, write_order_with
from gongji.store.pairs import SharingSide, receiving_side, sharing_side
from gongji.usecases.transaction import Transaction, command


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """A beneficiary's answer.

    Args:
        declaration_version: the declaration (承诺书) that the beneficiary has agreed to.
        position: place in the order, from 1; None: last, or left to the bureau's rule.
    """

    request_id: UUID
    binding_id: UUID
    declaration_version: str
    position: int | None = None


@command("acceptInvitation")
async def accept_invitation(tx: Transaction, request: AcceptInvitation) -> UUID:
    """Accept an invitation; returns the binding's id.

    A kinship that the registry does not know goes to review, where the region wants it. A binding
    that a guardian accepted for a child is accepted anew by the child who is of age.

    Raises:
        Forbidden: the actor is no person.
        Refusal: not this person's, not open any more, or everything that stands against it; about
            the sharer only ``SHARER_CANNOT_SHARE``.

    Clause: S2.3, S3.3, S3.5, G1, G2, G5, G6, G9, G19, G20, G22, G26, G31.
    """
    person_id, capacity = await tx.acting_person()
    binding = await binding_of_beneficiary(tx.connection, request.binding_id, person_id)
    await tx.claim(person_id, binding.sharer_id)
    families = await tx.load(person_id, binding.sharer_id)
    answer = _Answer(
        binding=await binding_of_beneficiary(tx.connection, request.binding_id, person_id),
        consent=Consent(
            tx.actor.subject, capacity, tx.actor.channel, request.declaration_version, tx.at
        ),
        position=request.position,
        families=families,
        policy=families.policy_of(families.rows[person_id].value.region, tx.at),
    )
    if answer.renews_consent:
        await _renew_consent(tx, answer)
    else:
        await _accept(tx, answer)
    return request.binding_id


@dataclass(frozen=True, slots=True)
class _Answer:
    """An acceptance on the locked rows."""

    binding: Binding
    consent: Consent
    position: int | None
    families: Families
    policy: Policy

    @property
    def born_on(self) -> date:
        """Return the beneficiary's day of birth."""
        return self.families.rows[self.binding.beneficiary_id].born_on

    @property
    def order(self) -> list[UUID]:
        """Return the order as it is without the new binding."""
        return live_order(self.families, self.binding.beneficiary_id)

    @property
    def renews_consent(self) -> bool:
        """Tell whether a child who is of age now confirms what a guardian accepted (G19)."""
        return self.binding.awaits_own_consent(
            birth=self.born_on, adult_at=self.policy.child_until_age, at=self.consent.at
        )

    def reasons_against_consent(self) -> Iterator[Reason]:
        """List what stands against the consent as it is given (G19, G26)."""
        return reasons_against_consent(
            self.consent.declaration_version,
            self.consent.capacity,
            self.born_on,
            policy=self.policy,
            at=self.consent.at,
        )

    def reasons_against_position(self) -> Iterator[Reason]:
        """List what stands against the wished place, or against wishing none (S2.3, G1)."""
        yield from reasons_against_no_position(
            self.position, sharers=len(self.order), policy=self.policy
        )
        try:
            order_with(self.order, self.binding.id, position=self.position)
        except Refusal as refusal:
            yield from refusal.reasons


async def _renew_consent(tx: Transaction, answer: _Answer) -> None:
    """Store the own consent in place of the guardian's; the order stays."""
    refuse_any(answer.reasons_against_consent())
    renewed = replace(answer.binding, beneficiary_consent=answer.consent)
    await update_binding(tx.connection, renewed, by=tx.actor)
    tx.record(EventKind.CONSENT_RENEWED, renewed.beneficiary_id, binding=renewed.id)


async def _accept(tx: Transaction, answer: _Answer) -> None:
    binding = answer.binding
    # The registry is asked under the locks: news of an ended kinship waits for them.
    verdict = await tx.ports.insurance_centre.kinship_is_confirmed(
        binding.sharer_id, binding.beneficiary_id, binding.kinship
    )
    for_review = verdict is None and answer.policy.unknown_kinship is UnknownKinship.REVIEW
    accepted = binding.accepted(answer.consent, for_review=for_review)
    receiving = receiving_side(answer.families, binding.beneficiary_id, tx.at)
    sharing = await sharing_side(tx.connection, answer.families, binding.sharer_id, tx.at)
    refuse_any(
        [
            *answer.reasons_against_consent(),
            *receiving.reasons(tx.at),
            *answer.reasons_against_position(),
            *_reasons_against_sharing(sharing, binding, tx.at),
            *([Reason(Code.RELATIVE_NOT_VERIFIED)] if verdict is False else ()),
        ]
    )
    if for_review:
        await _send_to_review(tx, replace(accepted, position=answer.position))
    else:
        await _make_live(tx, accepted, answer)


def _reasons_against_sharing(
    sharing: SharingSide, binding: Binding, at: datetime
) -> Iterator[Reason]:
    """Tell of the sharer only that sharing is not possible (G18); the list of kin is public."""
    if any(sharing.reasons(at)):
        yield Reason(Code.SHARER_CANNOT_SHARE)
    if sharing.policy is not None:
        yield from reasons_against_kinship(binding.kinship, sharing.policy)


async def _make_live(tx: Transaction, accepted: Binding, answer: _Answer) -> None:
    await update_binding(tx.connection, accepted, by=tx.actor)
    kind = EventKind.INVITATION_ACCEPTED
    write_order_with(
        tx.changes,
        tx.locked[accepted.beneficiary_id],
        answer.order,
        accepted.id,
        position=answer.position,
        cause=kind,
        by=tx.actor,
    )
    tx.record(kind, accepted.beneficiary_id, binding=accepted.id)


async def _send_to_review(tx: Transaction, accepted: Binding) -> None:
    """Wait for staff; the wished position is kept until then (G20)."""
    await update_binding(tx.connection, accepted, by=tx.actor)
    kind = EventKind.INVITATION_SENT_TO_REVIEW
    tx.record(kind, accepted.beneficiary_id, binding=accepted.id)
