"""A family's history by chance: every step through the real use cases, at a clock that moves."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from gongji.domain.binding import LIVE, BindingStatus
from gongji.domain.errors import Problem
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.domain.person import PersonStatus, Scheme
from gongji.domain.records import ContributionRecord, KinshipEndedRecord, PersonStatusRecord
from gongji.store.rows import BeneficiaryRow, BindingRow, SettlementRow
from gongji.usecases.accept import AcceptInvitation, accept_invitation
from gongji.usecases.contribute import contribute
from gongji.usecases.decline import DeclineInvitation, decline_invitation
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.expire import expire_invitations
from gongji.usecases.invite import invite_relative
from gongji.usecases.news import take_news
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from gongji.usecases.resume import ResumeBinding, resume_binding
from gongji.usecases.reverse import ReverseSettlement
from gongji.usecases.review import ReviewKinship, review_kinship
from gongji.usecases.set_limit import SetBindingLimit, set_binding_limit
from gongji.usecases.withdraw import WithdrawInvitation, withdraw_invitation
from tests.bills import bill, reverse_settlement, settle_bill, settling
from tests.usecases.family_steps import VERSION, invitation
from tests.world import STAFF, Person, Place, World, key

LEAPS: tuple[dict[str, float], ...] = (
    {},
    {},
    {"microseconds": 1},
    {"seconds": 1},
    {"hours": 5},
    {"hours": 30},
    {"days": 3},
)
"""How far the clock moves between two steps; often not at all."""


@dataclass
class Play:
    """The people, the dice, and what was done so far."""

    world: World
    dice: random.Random
    people: list[Person]
    hospital: Place
    steps: int = 0
    done: dict[str, int] = field(default_factory=dict)

    @classmethod
    async def begin(cls, world: World, seed: int) -> "Play":
        """Make five people, all of them siblings as far as the registry knows, and one it does not.

        One has no account of her own.
        """
        people = [await world.person(f"人{n}某", balance=(n + 1) * 100_00) for n in range(4)]
        people.append(await world.person("央金", scheme=Scheme.RESIDENT))
        for place, one in enumerate(people):
            for other in people[place + 1 :]:
                if (place, other.name) != (0, "央金"):
                    await world.kin(one, other, Kinship.SIBLING)
        return cls(world, random.Random(seed), people, await world.institution())

    async def step(self) -> None:
        """Move the clock, and try things until one is not refused."""
        self.world.clock.move(**self.dice.choice(LEAPS))
        self.steps += 1
        has_done = False
        while not has_done:
            does = self.dice.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0]
            with suppress(Problem):
                await does(self)
                self.done[does.__name__] = self.done.get(does.__name__, 0) + 1
                has_done = True

    def person(self, person_id: UUID) -> Person:
        return next(one for one in self.people if one.id == person_id)

    async def binding(self, *states: BindingStatus) -> BindingRow:
        """Choose a binding in one of these states.

        Raises:
            Problem: there is none.
        """
        found = await BindingRow.filter(status__in=states).order_by("id")
        if not found:
            raise Problem
        return self.dice.choice(found)


async def invite(play: Play) -> None:
    one, other = play.dice.sample(play.people, 2)
    await invite_relative(invitation(other, Kinship.SIBLING), one.actor, play.world.ports)


async def accept(play: Play) -> None:
    chosen = await play.binding(BindingStatus.INVITED)
    position = play.dice.choice([None, None, 1, 2])
    request = AcceptInvitation(key(), chosen.id, VERSION, position)
    await accept_invitation(request, play.person(chosen.beneficiary_id).actor, play.world.ports)


async def review(play: Play) -> None:
    chosen = await play.binding(BindingStatus.IN_REVIEW)
    request = ReviewKinship(key(), chosen.id, play.dice.random() < 0.8, "户口簿")
    await review_kinship(request, STAFF, play.world.ports)


async def decline(play: Play) -> None:
    chosen = await play.binding(BindingStatus.INVITED)
    request = DeclineInvitation(key(), chosen.id)
    await decline_invitation(request, play.person(chosen.beneficiary_id).actor, play.world.ports)


async def withdraw(play: Play) -> None:
    chosen = await play.binding(BindingStatus.INVITED)
    request = WithdrawInvitation(key(), chosen.id)
    await withdraw_invitation(request, play.person(chosen.sharer_id).actor, play.world.ports)


async def expire(play: Play) -> None:
    if not await expire_invitations(play.world.ports):
        raise Problem


async def pause(play: Play) -> None:
    chosen = await play.binding(BindingStatus.ACTIVE)
    request = PauseBinding(key(), chosen.id)
    await pause_binding(request, play.person(chosen.sharer_id).actor, play.world.ports)


async def resume(play: Play) -> None:
    chosen = await play.binding(BindingStatus.PAUSED)
    request = ResumeBinding(key(), chosen.id)
    await resume_binding(request, play.person(chosen.sharer_id).actor, play.world.ports)


async def end(play: Play) -> None:
    chosen = await play.binding(*LIVE)
    ends = play.person(play.dice.choice([chosen.sharer_id, chosen.beneficiary_id]))
    await end_binding(EndBinding(key(), chosen.id), ends.actor, play.world.ports)


async def limit(play: Play) -> None:
    chosen = await play.binding(*LIVE)
    request = SetBindingLimit(key(), chosen.id, per_month=Fen(play.dice.randrange(50_00)))
    await set_binding_limit(request, play.person(chosen.sharer_id).actor, play.world.ports)


async def reorder(play: Play) -> None:
    chosen = await play.binding(*LIVE)
    person = play.person(chosen.beneficiary_id)
    live = await BindingRow.filter(beneficiary_id=person.id, status__in=LIVE).order_by("id")
    order = [row.id for row in live]
    play.dice.shuffle(order)
    version = (await BeneficiaryRow.get(person_id=person.id)).order_version
    request = ReorderSharers(key(), tuple(order), version)
    await reorder_sharers(request, person.actor, play.world.ports)


async def settle(play: Play) -> None:
    person = play.dice.choice(play.people)
    of = bill(f"B{play.steps}", play.dice.randrange(1, 90_00))
    await settle_bill(settling(person, of), play.hospital.actor, play.world.ports)


async def reverse(play: Play) -> None:
    settled = await SettlementRow.filter(reversal_id=None).order_by("id")
    if not settled:
        raise Problem
    request = ReverseSettlement(key(), play.dice.choice(settled).id)
    await reverse_settlement(request, play.hospital.actor, play.world.ports)


async def pay_in(play: Play) -> None:
    person = play.dice.choice(play.people[:4])
    batch = ContributionRecord(f"step-{play.steps}", person.id_number, Fen(33_33))
    await contribute([batch], play.world.ports)


async def part(play: Play) -> None:
    """The registry tells that two are no kin any more: what is between them ends."""
    if play.steps < 40:
        raise Problem
    one, other = play.dice.sample(play.people[:4], 2)
    news = KinshipEndedRecord(one.id_number, other.id_number)
    await take_news([news], play.world.ports)


async def move_out(play: Play) -> None:
    """The registry tells that one has moved out: all of that person's bindings end."""
    if play.steps < 60:
        raise Problem
    news = PersonStatusRecord(play.people[3].id_number, PersonStatus.MOVED_OUT)
    await take_news([news], play.world.ports)


_WEIGHTS: dict[Callable[[Play], Awaitable[None]], int] = {
    invite: 10,
    accept: 12,
    review: 4,
    decline: 1,
    withdraw: 1,
    expire: 1,
    pause: 4,
    resume: 3,
    end: 3,
    limit: 2,
    reorder: 5,
    settle: 4,
    reverse: 2,
    pay_in: 2,
    part: 1,
    move_out: 1,
}


async def played(
    play: Play, steps: int, look: Callable[[datetime], Awaitable[None]]
) -> dict[str, int]:
    """Play a number of steps; ``look`` is called after each. Returns what was done, how often."""
    for _ in range(steps):
        await play.step()
        await look(play.world.clock.now())
    return play.done
