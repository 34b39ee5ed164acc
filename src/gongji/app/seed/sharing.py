"""What families do: invite and answer, set orders, limits and reserves, pause, resume and end."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from gongji.app.seed.agenda import Agenda
from gongji.app.seed.people import Pair
from gongji.app.seed.town import Town
from gongji.domain.actor import REGISTRY, Actor
from gongji.domain.binding import (
    LIVE,
    Binding,
    BindingStatus,
    Capacity,
    Consent,
    Limit,
    Move,
    expiry,
    order_with,
)
from gongji.domain.business_day import full_years
from gongji.domain.eligibility import (
    Sharer,
    reasons_against_beneficiary,
    reasons_against_consent,
    reasons_against_kinship,
    reasons_against_sharer,
)
from gongji.domain.errors import Reason
from gongji.domain.events import EventKind
from gongji.domain.money import Fen
from gongji.usecases.accept import AcceptInvitation
from gongji.usecases.decline import DeclineInvitation
from gongji.usecases.end import EndBinding
from gongji.usecases.invite import InviteRelative
from gongji.usecases.pause import PauseBinding
from gongji.usecases.reorder import ReorderSharers
from gongji.usecases.resume import ResumeBinding
from gongji.usecases.set_limit import SetBindingLimit
from gongji.usecases.set_reserve import SetReserve
from gongji.usecases.withdraw import WithdrawInvitation

_UNKNOWN_KINSHIP: Final = 0.004
_LIMITED: Final = 0.25
_SWEPT_AFTER: Final = timedelta(minutes=1)
"""An invitation that is over is swept a little later (G9)."""


@dataclass(frozen=True, slots=True)
class Sharings:
    """The families' own doings in a town, some of which bring later ones."""

    town: Town
    agenda: Agenda

    def invite(self, pair: Pair) -> None:
        """Invite a relative; whoever cannot now does so a month later.

        Clause: S3.1, S3.2, S3.5, G5, G6, G9, G26, G31.
        """
        town = self.town
        if any(self._reasons(pair)):
            self.agenda.add(town.at + timedelta(days=30), lambda: self.invite(pair))
            return
        by = town.actor(pair.sharer)
        binding = Binding(
            id=town.ids(),
            sharer_id=pair.sharer.id,
            beneficiary_id=pair.beneficiary.id,
            kinship=pair.kinship,
            status=BindingStatus.INVITED,
            invited_at=town.at,
            expires_at=expiry(town.at, hours=town.policy.invitation_hours),
            sharer_consent=self._consent(by, Capacity.SELF),
        )
        request = InviteRelative(
            town.chance.request_id(),
            pair.beneficiary.name,
            pair.beneficiary.id_number,
            pair.kinship,
            town.policy.declaration_version,
        )
        town.change(binding, by=by)
        town.invited.append(binding.id)
        town.by_person[pair.sharer.id].append(binding.id)
        town.by_person[pair.beneficiary.id].append(binding.id)
        town.record(EventKind.RELATIVE_INVITED, binding.beneficiary_id, by=by, binding=binding.id)
        town.answer("inviteRelative", request, by, binding.id)
        self._await_answer(binding)

    def _reasons(self, pair: Pair) -> Iterator[Reason]:
        """List what stands against the two now."""
        town, beneficiary = self.town, self.town.rows[pair.beneficiary.id].value
        sharer = town.rows[pair.sharer.id].value
        yield from reasons_against_sharer(
            Sharer(
                sharer.scheme,
                sharer.status.at(town.at),
                town.account_of(sharer.id),
                town.shared_by(sharer.id),
            ),
            town.policy,
            town.at,
        )
        yield from reasons_against_beneficiary(
            beneficiary,
            town.account_of(beneficiary.id),
            sharers=len(town.live_of(beneficiary.id)),
            policy=town.policy,
            at=town.at,
        )
        yield from reasons_against_kinship(pair.kinship, town.policy)

    def _consent(self, by: Actor, capacity: Capacity) -> Consent:
        version = self.town.policy.declaration_version
        return Consent(by.subject, capacity, by.channel, version, self.town.at)

    def _await_answer(self, binding: Binding) -> None:
        """Let the relative accept, decline, or say nothing; or the sharer think again."""
        chance, later = self.town.chance, self.agenda.add
        after = timedelta(milliseconds=int(chance.expovariate(1 / 6) * 3_600_000))
        answers = (
            (self.accept, 945),
            (self.decline, 15),
            (self.withdraw, 15),
            (None, 25),
        )
        act = chance.one_of(answers)
        if act is not None:
            later(binding.invited_at + after, lambda: act(binding.id))
        later(binding.expires_at + _SWEPT_AFTER, lambda: self.expire(binding.id))

    def accept(self, binding_id: UUID) -> None:
        """Accept an invitation, for a child by its guardian; a few kinships go to review.

        Clause: S2.3, S3.5, G1, G2, G6, G19, G20, G26.
        """
        town, binding = self.town, self.town.bound[binding_id].value
        if binding.status is not BindingStatus.INVITED or binding.has_expired(town.at):
            return
        by, capacity = self._beneficiary(binding)
        consent = self._consent(by, capacity)
        pair = Pair(
            town.citizens[binding.sharer_id],
            town.citizens[binding.beneficiary_id],
            binding.kinship,
        )
        born_on = town.rows[binding.beneficiary_id].born_on
        against = reasons_against_consent(
            consent.declaration_version, capacity, born_on, policy=town.policy, at=town.at
        )
        if any(against) or any(self._reasons(pair)):
            return
        for_review = town.chance.happens(_UNKNOWN_KINSHIP)
        accepted = binding.accepted(consent, for_review=for_review)
        order = [one.id for one in town.live_of(binding.beneficiary_id)]
        town.change(accepted, by=by)
        kind = EventKind.INVITATION_SENT_TO_REVIEW
        if not for_review:
            kind = EventKind.INVITATION_ACCEPTED
            self._write_order(accepted, order_with(order, binding_id, position=None), kind, by)
        town.record(kind, binding.beneficiary_id, by=by, binding=binding_id)
        request = AcceptInvitation(
            town.chance.request_id(), binding_id, town.policy.declaration_version
        )
        town.answer("acceptInvitation", request, by, binding_id)
        if accepted.status in LIVE and town.chance.happens(_LIMITED):
            self._limit(accepted)

    def _beneficiary(self, binding: Binding) -> tuple[Actor, Capacity]:
        """Return who answers for a beneficiary: the person, or a child's guardian (G19)."""
        town, citizen = self.town, self.town.citizens[binding.beneficiary_id]
        is_child = full_years(citizen.born_on, town.today) < town.policy.child_until_age
        if is_child and citizen.guardian is not None:
            return town.actor(citizen.guardian, acting_for=citizen.id), Capacity.GUARDIAN
        return town.actor(citizen), Capacity.SELF

    def _write_order(self, binding: Binding, order: list[UUID], kind: EventKind, by: Actor) -> None:
        is_set = self.town.rows[binding.beneficiary_id].value.order_is_set
        self.town.order(binding.beneficiary_id, order, is_set=is_set, cause=kind, by=by)

    def _limit(self, binding: Binding) -> None:
        """Set limits at once, before anything is drawn (G8)."""
        town, chance = self.town, self.town.chance
        by = town.actor(town.citizens[binding.sharer_id])
        per_month = Fen(chance.choice((100_00, 200_00, 500_00, 1_000_00)))
        limit = Limit(
            per_settlement=Fen(per_month // 2) if chance.happens(0.4) else None,
            per_month=per_month,
            per_year=Fen(per_month * 6) if chance.happens(0.3) else None,
        )
        town.change(replace(town.bound[binding.id].value, limit=limit), by=by)
        town.record(EventKind.LIMIT_SET, binding.beneficiary_id, by=by, binding=binding.id)
        request = SetBindingLimit(
            chance.request_id(), binding.id, limit.per_settlement, limit.per_month, limit.per_year
        )
        town.answer("setBindingLimit", request, by, binding.id)

    def decline(self, binding_id: UUID) -> None:
        """Decline an invitation."""
        binding = self.town.bound[binding_id].value
        if binding.status is BindingStatus.INVITED and not binding.has_expired(self.town.at):
            by, _ = self._beneficiary(binding)
            self._move(binding, Move.DECLINE, EventKind.INVITATION_DECLINED, by)
            request = DeclineInvitation(self.town.chance.request_id(), binding_id)
            self.town.answer("declineInvitation", request, by, binding_id)

    def withdraw(self, binding_id: UUID) -> None:
        """Withdraw an invitation."""
        binding = self.town.bound[binding_id].value
        if binding.status is BindingStatus.INVITED and not binding.has_expired(self.town.at):
            by = self.town.actor(self.town.citizens[binding.sharer_id])
            self._move(binding, Move.WITHDRAW, EventKind.INVITATION_WITHDRAWN, by)
            request = WithdrawInvitation(self.town.chance.request_id(), binding_id)
            self.town.answer("withdrawInvitation", request, by, binding_id)

    def expire(self, binding_id: UUID) -> None:
        """Sweep an invitation whose time is over (G9)."""
        binding = self.town.bound[binding_id].value
        if binding.has_expired(self.town.at):
            self._move(binding, Move.EXPIRE, EventKind.INVITATION_EXPIRED, REGISTRY)

    def _move(self, binding: Binding, move: Move, kind: EventKind, by: Actor) -> None:
        self.town.change(binding.after(move, at=self.town.at), by=by)
        self.town.record(kind, binding.beneficiary_id, by=by, binding=binding.id)

    def pause(self, binding_id: UUID) -> None:
        """Pause a binding, mostly to resume it some weeks later (G10)."""
        town, binding = self.town, self.town.bound[binding_id].value
        if binding.status is not BindingStatus.ACTIVE:
            return
        by = town.actor(town.citizens[binding.sharer_id])
        self._move(binding, Move.PAUSE, EventKind.BINDING_PAUSED, by)
        town.answer(
            "pauseBinding", PauseBinding(town.chance.request_id(), binding_id), by, binding_id
        )
        if town.chance.happens(0.7):
            days = timedelta(days=town.chance.randint(10, 60))
            self.agenda.add(town.at + days, lambda: self.resume(binding_id))

    def resume(self, binding_id: UUID) -> None:
        """Resume a paused binding (G10)."""
        town, binding = self.town, self.town.bound[binding_id].value
        if binding.status is BindingStatus.PAUSED:
            by = town.actor(town.citizens[binding.sharer_id])
            self._move(binding, Move.RESUME, EventKind.BINDING_RESUMED, by)
            request = ResumeBinding(town.chance.request_id(), binding_id)
            town.answer("resumeBinding", request, by, binding_id)

    def end(self, binding_id: UUID) -> None:
        """End a binding, by either side (G10)."""
        town, binding = self.town, self.town.bound[binding_id].value
        if binding.status not in LIVE:
            return
        by = town.actor(town.citizens[binding.sharer_id])
        if town.chance.happens(0.3):
            by, _ = self._beneficiary(binding)
        self.leave(binding, Move.END, by=by)
        town.answer("endBinding", EndBinding(town.chance.request_id(), binding_id), by, binding_id)

    def leave(self, binding: Binding, move: Move, *, by: Actor, reason: str | None = None) -> None:
        """End a binding with its event and, where it was live, the order that remains (G2)."""
        town, kind = self.town, EventKind.BINDING_ENDED
        remaining = [b.id for b in town.live_of(binding.beneficiary_id) if b.id != binding.id]
        town.change(binding.after(move, at=town.at), by=by, end_reason=reason)
        if binding.status in LIVE:
            self._write_order(binding, remaining, kind, by)
        town.record(kind, binding.beneficiary_id, by=by, binding=binding.id)

    def reorder(self, beneficiary_id: UUID) -> None:
        """Set the order of somebody's sharers, where there are several (S2.2)."""
        town = self.town
        order = [binding.id for binding in town.live_of(beneficiary_id)]
        if len(order) < 2:
            return
        by, _ = self._beneficiary(town.bound[order[0]].value)
        version = town.rows[beneficiary_id].value.order_version
        town.chance.shuffle(order)
        town.order(beneficiary_id, order, is_set=True, cause=EventKind.ORDER_CHANGED, by=by)
        town.record(EventKind.ORDER_CHANGED, beneficiary_id, by=by)
        request = ReorderSharers(town.chance.request_id(), tuple(order), version)
        town.answer("reorderSharers", request, by, beneficiary_id)

    def reserve(self, owner_id: UUID) -> None:
        """Keep a part of the own account back (G8)."""
        town, account = self.town, self.town.account_of(owner_id)
        assert account is not None
        by, kept = town.actor(town.citizens[owner_id]), Fen(town.chance.choice((200_00, 500_00)))
        town.accounts[account.id] = replace(account, reserve=kept)
        town.record(EventKind.RESERVE_SET, owner_id, by=by, account=account.id)
        town.answer("setReserve", SetReserve(town.chance.request_id(), kept), by, account.id)
