"""The town in memory: what its rows say at the moment of the year that is being lived.

Every act moves the time forward, asks the domain, and collects rows through the same writers that
the use cases use. Here there is nobody else, so nothing is locked and nothing is asked twice.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gongji.app.seed.chance import Chance, Ids
from gongji.app.seed.people import Citizen
from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.binding import LIVE, OPEN, Binding, Used, rank_key
from gongji.domain.business_day import business_day
from gongji.domain.events import Event, EventKind
from gongji.domain.family import Family, Sharing
from gongji.domain.institution import Institution
from gongji.domain.money import Fen
from gongji.domain.person import PersonalAccount
from gongji.domain.policy import Policy
from gongji.domain.premium import Tariff
from gongji.domain.settlement import Leg
from gongji.store.changes import Changes
from gongji.store.locks import LockedBeneficiary
from gongji.store.orders import write_order
from gongji.store.personal_data import KeyRing
from gongji.store.request_keys import Key, Request, make_key

Row = dict[str, Any]
Period = tuple[int, int]


@dataclass(slots=True)
class Bound:
    """A binding with what its row says besides.

    Args:
        by: who acted last.
        end_reason: the registry's, where it ended the binding.
    """

    value: Binding
    by: Actor
    end_reason: str | None = None


@dataclass(slots=True)
class Town:
    """Everybody's state.

    Args:
        rows: the beneficiary row of every person.
        accounts: every account, by its id.
        bound: every binding there ever was.
        invited: the ids of ``bound``, in the order in which they came.
        by_person: the bindings of a person, in both roles.
        used: fen drawn over a binding in a month of a year; month 0 is the whole year (G8).
        premiums: what has become of a premium, by the columns of its row.
        paid_years: insured persons and years of which a premium is paid and not given back.
        keys: request keys with their answers, as rows.
    """

    chance: Chance
    ids: Ids
    key_ring: KeyRing
    policy: Policy
    tariffs: Sequence[Tariff]
    places: Sequence[Institution]
    citizens: Mapping[UUID, Citizen]
    rows: dict[UUID, LockedBeneficiary] = field(default_factory=dict)
    accounts: dict[UUID, PersonalAccount] = field(default_factory=dict)
    bound: dict[UUID, Bound] = field(default_factory=dict)
    invited: list[UUID] = field(default_factory=list)
    by_person: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    used: dict[tuple[UUID, Period], int] = field(default_factory=lambda: defaultdict(int))
    premiums: dict[UUID, Row] = field(default_factory=lambda: defaultdict(dict))
    paid_years: set[tuple[UUID, int]] = field(default_factory=set)
    keys: list[Row] = field(default_factory=list)
    changes: Changes = field(init=False)

    def __post_init__(self) -> None:
        """Collect rows with the ids that the seed makes."""
        self.changes = Changes(self.ids.at, self.ids)

    @property
    def at(self) -> datetime:
        """Return the moment that is being lived."""
        return self.changes.at

    @property
    def today(self) -> date:
        """Return its business day."""
        return business_day(self.at)

    def move_to(self, at: datetime) -> None:
        """Move the time forward."""
        self.changes.at = self.ids.at = at

    def actor(self, citizen: Citizen, *, acting_for: UUID | None = None) -> Actor:
        """Return a person as one of the two apps shows who asks."""
        channel = Channel.MINI_PROGRAM if citizen.id.int & 1 else Channel.NATIONAL_APP
        return Actor(ActorKind.PERSON, citizen.id, channel, acting_for=acting_for)

    def answer(self, operation: str, request: Request, actor: Actor, result_id: UUID) -> Key:
        """Remember a request's key with its answer."""
        key = make_key(operation, request, actor, self.key_ring)
        self.keys.append(key.row(self.at, {"id": str(result_id)}))
        return key

    def record(self, kind: EventKind, subject_id: UUID, *, by: Actor, **ids: UUID) -> None:
        """Record a fact about a person."""
        self.changes.event(Event(kind, subject_id, ids), self.rows[subject_id], by=by)

    def account_of(self, person_id: UUID) -> PersonalAccount | None:
        """Return a person's own account, if there is one."""
        account_id = self.citizens[person_id].account_id
        return None if account_id is None else self.accounts[account_id]

    def live_of(self, beneficiary_id: UUID) -> list[Binding]:
        """Return a beneficiary's live bindings in their order."""
        live = (
            binding
            for binding_id in self.by_person.get(beneficiary_id, ())
            if (binding := self.bound[binding_id].value).beneficiary_id == beneficiary_id
            and binding.status in LIVE
        )
        return sorted(live, key=rank_key)

    def shared_by(self, sharer_id: UUID) -> int:
        """Count a sharer's live bindings (G6)."""
        mine = (self.bound[one].value for one in self.by_person.get(sharer_id, ()))
        return sum(b.sharer_id == sharer_id and b.status in LIVE for b in mine)

    def family(self, beneficiary_id: UUID) -> Family:
        """Return a beneficiary's family as it stands now."""
        row = self.rows[beneficiary_id]
        sharings = tuple(self._sharing(b, row.born_on) for b in self.live_of(beneficiary_id))
        return Family(row.value, self.account_of(beneficiary_id), sharings, self.policy)

    def _sharing(self, binding: Binding, born_on: date) -> Sharing:
        account = self.account_of(binding.sharer_id)
        assert account is not None
        year, month = self.today.year, self.today.month
        return Sharing(
            binding=binding,
            account=account,
            used=Used(
                Fen(self.used.get((binding.id, (year, month)), 0)),
                Fen(self.used.get((binding.id, (year, 0)), 0)),
            ),
            awaits_consent=binding.awaits_own_consent(
                birth=born_on, adult_at=self.policy.child_until_age, at=self.at
            ),
        )

    def use(self, legs: Sequence[Leg], day: date, *, sign: int) -> None:
        """Count what bindings have let through on a business day, or give it back."""
        for leg in legs:
            if leg.binding_id is not None:
                self.used[leg.binding_id, (day.year, day.month)] += sign * leg.amount
                self.used[leg.binding_id, (day.year, 0)] += sign * leg.amount

    def book(self, accounts: Mapping[UUID, PersonalAccount]) -> None:
        """Remember accounts as they stand after their transfers."""
        self.accounts.update(accounts)

    def change(self, binding: Binding, *, by: Actor, end_reason: str | None = None) -> None:
        """Remember a binding after a move; a final one has no place in any order."""
        if binding.status not in OPEN:
            binding = replace(binding, position=None)
        self.bound[binding.id] = Bound(binding, by, end_reason)

    def order(
        self,
        beneficiary_id: UUID,
        order: Sequence[UUID],
        *,
        is_set: bool,
        cause: EventKind,
        by: Actor,
    ) -> None:
        """Write a beneficiary's order under a new version, and number it where it is set."""
        locked = self.rows[beneficiary_id]
        write_order(self.changes, locked, order, is_set=is_set, cause=cause, by=by)
        if locked.value.order_is_set:
            for position, binding_id in enumerate(order, start=1):
                bound = self.bound[binding_id]
                bound.value = replace(bound.value, position=position)

    def places_near(self, region: str) -> Iterator[Institution]:
        """Return the institutions of a county."""
        return (place for place in self.places if place.region == region)
