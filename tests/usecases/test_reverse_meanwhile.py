"""Reversals after what families, staff and the registry did meanwhile: every leg finds its way."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from gongji.domain.binding import BindingStatus
from gongji.domain.case import CaseKind
from gongji.domain.person import AccountStatus, PersonStatus
from gongji.domain.records import AccountStatusRecord, PersonStatusRecord
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    CaseRow,
    PersonalAccountRow,
    ReversalRow,
    SettlementLegRow,
)
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.news import take_news
from gongji.usecases.pause import PauseBinding, pause_binding
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from gongji.usecases.reverse import ReverseSettlement, quote_reversal
from gongji.usecases.set_limit import SetBindingLimit, set_binding_limit
from gongji.usecases.settle import Settled
from gongji.usecases.void import VoidRequest, void_request
from tests.bills import bill, reverse_settlement, settle_bill, settling
from tests.builders import bill_e2
from tests.usecases.e2 import Family, make_family
from tests.world import STAFF, Person, World, key

pytestmark = pytest.mark.usefixtures("books_are_right")

BEFORE = [118_63, 300_00, 205_88]
Happening = Callable[[World, Family], Awaitable[None]]


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


async def settle(world: World, family: Family, number: str = "", share: int = 0) -> Settled:
    """Settle E2, or a bill of a number and a share."""
    of = bill(number, share) if number else bill_e2()
    return await settle_bill(settling(family.me, of), family.hospital.actor, world.ports)


async def reverse(world: World, family: Family, settlement_id: UUID) -> UUID:
    request = ReverseSettlement(key(), settlement_id)
    return (await reverse_settlement(request, family.hospital.actor, world.ports)).id


async def balances(world: World, family: Family) -> list[int]:
    return [await world.balance(person) for person in (family.me, family.a, family.b)]


async def status_of(person: Person) -> AccountStatus:
    return (await PersonalAccountRow.get(owner_id=person.id)).status


async def close(world: World, *people: Person) -> None:
    closed = [AccountStatusRecord(one.id_number, AccountStatus.CLOSED) for one in people]
    await take_news(closed, world.ports)


async def the_sharer_ends(world: World, family: Family) -> None:
    await end_binding(EndBinding(key(), family.bindings[0]), family.a.actor, world.ports)


async def the_beneficiary_ends(world: World, family: Family) -> None:
    await end_binding(EndBinding(key(), family.bindings[0]), family.me.actor, world.ports)


async def staff_ends_all(world: World, family: Family) -> None:
    for binding in family.bindings:
        await end_binding(EndBinding(key(), binding, "冒名绑定"), STAFF, world.ports)


async def the_sharer_pauses(world: World, family: Family) -> None:
    await pause_binding(PauseBinding(key(), family.bindings[0]), family.a.actor, world.ports)


async def the_beneficiary_reorders(world: World, family: Family) -> None:
    version = (await BeneficiaryRow.get(person_id=family.me.id)).order_version
    request = ReorderSharers(key(), tuple(reversed(family.bindings)), version)
    await reorder_sharers(request, family.me.actor, world.ports)


async def a_sharers_account_is_frozen(world: World, family: Family) -> None:
    frozen = AccountStatusRecord(family.a.id_number, AccountStatus.FROZEN)
    await take_news([frozen], world.ports)
    assert await status_of(family.a) is AccountStatus.FROZEN


async def the_beneficiary_dies(world: World, family: Family) -> None:
    await take_news([PersonStatusRecord(family.me.id_number, PersonStatus.DECEASED)], world.ports)
    assert await status_of(family.me) is AccountStatus.FROZEN


async def a_sharer_dies(world: World, family: Family) -> None:
    await take_news([PersonStatusRecord(family.a.id_number, PersonStatus.DECEASED)], world.ports)
    ended = await BindingRow.get(id=family.bindings[0])
    assert ended.status is BindingStatus.ENDED
    assert await status_of(family.a) is AccountStatus.FROZEN


async def a_sharer_moves_out(world: World, family: Family) -> None:
    await take_news([PersonStatusRecord(family.a.id_number, PersonStatus.MOVED_OUT)], world.ports)


async def everything_happens(world: World, family: Family) -> None:
    await the_beneficiary_reorders(world, family)
    await the_sharer_pauses(world, family)
    await a_sharers_account_is_frozen(world, family)
    await the_sharer_ends(world, family)
    await the_beneficiary_dies(world, family)
    await a_sharer_dies(world, family)


@pytest.mark.parametrize(
    "happening",
    [
        the_sharer_ends,
        the_beneficiary_ends,
        staff_ends_all,
        the_sharer_pauses,
        the_beneficiary_reorders,
        a_sharers_account_is_frozen,
        the_beneficiary_dies,
        a_sharer_dies,
        a_sharer_moves_out,
        everything_happens,
    ],
)
async def test_every_leg_returns_as_the_quote_has_said(
    world: World, family: Family, happening: Happening
) -> None:
    settlement_id = (await settle(world, family)).settlement.id
    await happening(world, family)

    quote = await quote_reversal(settlement_id, family.hospital.actor, world.ports)
    await reverse(world, family, settlement_id)

    people = (family.me, family.a, family.b)
    assert [(one.owner_id, one.amount) for one in quote.returns] == [
        (person.id, amount) for person, amount in zip(people, BEFORE, strict=True)
    ]
    assert not any(one.is_suspended for one in quote.returns)
    assert await balances(world, family) == BEFORE
    assert await CaseRow.all().count() == 0


async def test_each_closed_account_has_a_case_the_own_one_too(world: World, family: Family) -> None:
    settlement_id = (await settle(world, family)).settlement.id
    await close(world, family.me, family.b)

    quote = await quote_reversal(settlement_id, STAFF, world.ports)
    reversal_id = await reverse(world, family, settlement_id)

    assert [one.is_suspended for one in quote.returns] == [True, False, True]
    assert await balances(world, family) == [0, 300_00, 0]
    cases = {case.person_id: case for case in await CaseRow.all()}
    assert {person: case.amount_fen for person, case in cases.items()} == {
        family.me.id: 118_63,
        family.b.id: 205_88,
    }
    assert {(case.kind, case.subject_id) for case in cases.values()} == {
        (CaseKind.REVERSAL_SUSPENDED, settlement_id)
    }
    assert (await ReversalRow.get(id=reversal_id)).suspended_fen == 118_63 + 205_88


async def test_a_dead_sharers_closed_account_goes_to_suspense_with_a_case(
    world: World, family: Family
) -> None:
    settlement_id = (await settle(world, family)).settlement.id
    await a_sharer_dies(world, family)
    await close(world, family.a)

    await reverse(world, family, settlement_id)

    assert await balances(world, family) == [118_63, 0, 205_88]
    (case,) = await CaseRow.all()
    assert (case.person_id, case.amount_fen, case.closed_at) == (family.a.id, 300_00, None)


async def test_a_void_of_a_bill_opens_the_case_as_a_reversal_does(
    world: World, family: Family
) -> None:
    request = settling(family.me, bill_e2())
    done = await settle_bill(request, family.hospital.actor, world.ports)
    await close(world, family.a)
    voiding = VoidRequest(key(), request.request_id)

    for _ in range(2):
        await void_request(voiding, family.hospital.actor, world.ports)

    assert await balances(world, family) == [118_63, 0, 205_88]
    (case,) = await CaseRow.all()
    assert (case.kind, case.subject_id) == (CaseKind.REVERSAL_SUSPENDED, done.settlement.id)
    assert (case.person_id, case.amount_fen) == (family.a.id, 300_00)


@pytest.mark.parametrize(
    ("limit", "first_day", "next_day"),
    [
        ("per_month", (2026, 11, 30), (2026, 12, 1)),
        ("per_year", (2026, 12, 31), (2027, 1, 1)),
    ],
)
async def test_a_limit_is_given_back_in_the_period_of_the_bill(
    world: World,
    family: Family,
    limit: str,
    first_day: tuple[int, int, int],
    next_day: tuple[int, int, int],
) -> None:
    request = SetBindingLimit(key(), family.bindings[0], **{limit: 10_00})  # type: ignore[arg-type]
    await set_binding_limit(request, family.a.actor, world.ports)
    world.clock.at = datetime(*first_day, 4, tzinfo=UTC)
    await settle(world, family, "own", 118_63)
    before = await settle(world, family, "before", 30_00)
    world.clock.at = datetime(*next_day, 4, tzinfo=UTC)
    after = await settle(world, family, "after", 30_00)

    await reverse(world, family, before.settlement.id)
    still_used = await settle(world, family, "still used", 30_00)
    await reverse(world, family, after.settlement.id)
    given_back = await settle(world, family, "given back", 30_00)

    bills = [before, after, still_used, given_back]
    assert [await drawn(one, family.a) for one in bills] == [10_00, 10_00, 0, 10_00]


async def drawn(done: Settled, person: Person) -> int:
    """Return what a person's account paid of a settlement."""
    legs = SettlementLegRow.filter(settlement_id=done.settlement.id, account_id=person.account_id)
    return sum([leg.amount_fen for leg in await legs])
