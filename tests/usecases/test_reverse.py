"""Reversals: everything back where it came from, once, whatever happened meanwhile."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from gongji.domain.actor import Actor
from gongji.domain.binding import BindingStatus
from gongji.domain.case import CaseKind
from gongji.domain.deduction import LegType
from gongji.domain.errors import AlreadyReversed, Code, Forbidden, PlanChanged, Refusal
from gongji.domain.ledger import ControlKind, control_account_id
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, PersonStatus
from gongji.store.database import pool
from gongji.store.families import load_families
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    CaseRow,
    PersonalAccountRow,
    ReversalRow,
    SettlementRow,
    TransferRow,
)
from gongji.usecases.reverse import Return, ReverseSettlement, quote_reversal
from gongji.usecases.settle import Settled, settle
from tests.bills import bill, reverse_settlement, settle_bill, settling
from tests.builders import bill_e2
from tests.usecases.e2 import Family, make_family
from tests.world import GAR, STAFF, World, key

READS = frozenset({"READER"})
pytestmark = pytest.mark.usefixtures("books_are_right")


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


async def settle_e2(world: World, family: Family) -> UUID:
    done = await settle_bill(settling(family.me, bill_e2()), family.hospital.actor, world.ports)
    return done.settlement.id


async def balances(world: World, family: Family) -> list[int]:
    return [await world.balance(person) for person in (family.me, family.a, family.b)]


def reversing(settlement_id: UUID, **changed: object) -> ReverseSettlement:
    return ReverseSettlement(key(), settlement_id, **changed)  # type: ignore[arg-type]


async def refusal(world: World, request: ReverseSettlement, actor: Actor) -> Code:
    with pytest.raises(Refusal) as refused:
        await reverse_settlement(request, actor, world.ports)
    return refused.value.reasons[0].code


async def test_reversing_e2_returns_every_leg_to_its_account(world: World, family: Family) -> None:
    settlement_id = await settle_e2(world, family)
    assert await balances(world, family) == [0, 0, 0]

    done = await reverse_settlement(reversing(settlement_id), family.hospital.actor, world.ports)

    assert await balances(world, family) == [118_63, 300_00, 205_88]
    assert (await SettlementRow.get(id=settlement_id)).reversal_id == done.id


@pytest.mark.parametrize("change", ["ENDED", "PAUSED", "REORDERED", "FROZEN", "DECEASED"])
async def test_what_happened_meanwhile_hinders_no_leg(
    world: World, family: Family, change: str
) -> None:
    settlement_id = await settle_e2(world, family)
    match change:
        case "ENDED" | "PAUSED":
            status = BindingStatus(change)
            await BindingRow.filter(id=family.bindings[0]).update(status=status)
        case "REORDERED":
            await BindingRow.filter(id=family.bindings[0]).update(position=2)
            await BindingRow.filter(id=family.bindings[1]).update(position=1)
        case "FROZEN":
            await PersonalAccountRow.filter(owner_id=family.a.id).update(
                status=AccountStatus.FROZEN
            )
        case _:
            await BeneficiaryRow.filter(person_id=family.me.id).update(status=PersonStatus.DECEASED)

    await reverse_settlement(reversing(settlement_id), family.hospital.actor, world.ports)

    assert await balances(world, family) == [118_63, 300_00, 205_88]


async def test_the_leg_of_a_closed_account_goes_to_suspense(world: World, family: Family) -> None:
    settlement_id = await settle_e2(world, family)
    await PersonalAccountRow.filter(owner_id=family.a.id).update(status=AccountStatus.CLOSED)

    done = await reverse_settlement(reversing(settlement_id), family.hospital.actor, world.ports)

    assert await balances(world, family) == [118_63, 0, 205_88]
    suspense = control_account_id(ControlKind.SUSPENSE, GAR)
    (held,) = await TransferRow.filter(credit_account_id=suspense)
    assert (held.amount_fen, held.account_id) == (300_00, None)
    assert (await ReversalRow.get(id=done.id)).suspended_fen == 300_00


async def test_a_leg_in_suspense_has_a_case_of_the_accounts_owner(
    world: World, family: Family
) -> None:
    settlement_id = await settle_e2(world, family)
    await PersonalAccountRow.filter(owner_id=family.a.id).update(status=AccountStatus.CLOSED)

    await reverse_settlement(reversing(settlement_id), family.hospital.actor, world.ports)

    (case,) = await CaseRow.all()
    assert (case.kind, case.subject_id) == (CaseKind.REVERSAL_SUSPENDED, settlement_id)
    assert (case.person_id, case.region, case.amount_fen) == (family.a.id, GAR, 300_00)
    assert (case.opened_at, case.closed_at) == (world.clock.at, None)


async def test_without_a_closed_account_there_is_no_case(world: World, family: Family) -> None:
    settlement_id = await settle_e2(world, family)
    await PersonalAccountRow.filter(owner_id=family.a.id).update(status=AccountStatus.FROZEN)

    await reverse_settlement(reversing(settlement_id), family.hospital.actor, world.ports)

    assert await CaseRow.all().count() == 0


async def test_a_repeated_reversal_opens_no_second_case(world: World, family: Family) -> None:
    settlement_id = await settle_e2(world, family)
    await PersonalAccountRow.filter(owner_id=family.a.id).update(status=AccountStatus.CLOSED)
    request = reversing(settlement_id)

    for _ in range(2):
        await reverse_settlement(request, family.hospital.actor, world.ports)

    assert await CaseRow.all().count() == 1


class TestQuote:
    """What a reversal would give back, and that it gives back just that."""

    async def test_it_names_each_account_and_the_sums(self, world: World, family: Family) -> None:
        settlement_id = await settle_e2(world, family)

        quote = await quote_reversal(settlement_id, family.hospital.actor, world.ports)

        assert quote.returns == (
            Return(family.me.id, LegType.OWN, Fen(118_63), is_suspended=False),
            Return(family.a.id, LegType.SHARED, Fen(300_00), is_suspended=False),
            Return(family.b.id, LegType.SHARED, Fen(205_88), is_suspended=False),
        )
        sums = (quote.fresh.own, quote.fresh.shared, quote.fresh.cash)
        assert sums == (118_63, 505_88, 126_76)
        assert await balances(world, family) == [0, 0, 0]

    async def test_the_plan_that_was_shown_is_kept(self, world: World, family: Family) -> None:
        settlement_id = await settle_e2(world, family)
        plan = (await quote_reversal(settlement_id, STAFF, world.ports)).fresh.plan

        request = reversing(settlement_id, if_plan=plan)
        await reverse_settlement(request, family.hospital.actor, world.ports)

        assert await balances(world, family) == [118_63, 300_00, 205_88]

    async def test_an_account_that_closed_meanwhile_changes_the_plan(
        self, world: World, family: Family
    ) -> None:
        settlement_id = await settle_e2(world, family)
        shown = await quote_reversal(settlement_id, STAFF, world.ports)
        await PersonalAccountRow.filter(owner_id=family.a.id).update(status=AccountStatus.CLOSED)

        request = reversing(settlement_id, if_plan=shown.fresh.plan)
        with pytest.raises(PlanChanged) as changed:
            await reverse_settlement(request, family.hospital.actor, world.ports)

        now = await quote_reversal(settlement_id, STAFF, world.ports)
        assert changed.value.fresh == now.fresh != shown.fresh
        assert [one.is_suspended for one in now.returns] == [False, True, False]
        assert await balances(world, family) == [0, 0, 0]
        assert await CaseRow.all().count() == 0

    async def test_it_refuses_what_reversing_would_refuse(
        self, world: World, family: Family
    ) -> None:
        settlement_id = await settle_e2(world, family)
        other_till = (await world.institution()).actor
        reader = Actor(STAFF.kind, key(), STAFF.channel, region="540000", roles=READS)

        for stranger, asked in (
            (other_till, settlement_id),
            (reader, settlement_id),
            (family.hospital.actor, key()),
        ):
            with pytest.raises(Refusal, match="NOT_FOUND"):
                await quote_reversal(asked, stranger, world.ports)
        with pytest.raises(Forbidden):
            await quote_reversal(settlement_id, family.me.actor, world.ports)
        world.clock.at += timedelta(days=91)
        with pytest.raises(Refusal, match="REVERSAL_TOO_LATE"):
            await quote_reversal(settlement_id, STAFF, world.ports)

    async def test_what_is_reversed_names_its_reversal(self, world: World, family: Family) -> None:
        settlement_id = await settle_e2(world, family)
        till = family.hospital.actor
        done = await reverse_settlement(reversing(settlement_id), till, world.ports)

        with pytest.raises(AlreadyReversed) as conflict:
            await quote_reversal(settlement_id, till, world.ports)

        assert conflict.value.reversal_id == done.id


async def test_the_same_key_again_changes_nothing_more(world: World, family: Family) -> None:
    settlement_id = await settle_e2(world, family)
    request = reversing(settlement_id)
    first = await reverse_settlement(request, family.hospital.actor, world.ports)

    again = await reverse_settlement(request, family.hospital.actor, world.ports)

    assert (again.id, again.replayed) == (first.id, True)
    assert await balances(world, family) == [118_63, 300_00, 205_88]


async def test_another_key_hears_of_the_first_reversal(world: World, family: Family) -> None:
    settlement_id = await settle_e2(world, family)
    first = await reverse_settlement(reversing(settlement_id), family.hospital.actor, world.ports)

    with pytest.raises(AlreadyReversed) as conflict:
        await reverse_settlement(reversing(settlement_id), family.hospital.actor, world.ports)

    assert conflict.value.reversal_id == first.id
    assert await balances(world, family) == [118_63, 300_00, 205_88]


async def test_of_eight_reversals_at_once_one_wins(world: World, family: Family) -> None:
    settlement_id = await settle_e2(world, family)

    answers = await asyncio.gather(
        *(
            reverse_settlement(reversing(settlement_id), family.hospital.actor, world.ports)
            for _ in range(8)
        ),
        return_exceptions=True,
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyReversed"] * 7 + [
        "Reversed"
    ]
    assert await balances(world, family) == [118_63, 300_00, 205_88]


async def test_a_bill_number_is_free_again_after_a_reversal(world: World, family: Family) -> None:
    till = family.hospital.actor
    first = await settle_bill(settling(family.me, bill("N1")), till, world.ports)
    await reverse_settlement(reversing(first.settlement.id), till, world.ports)

    (again,) = await settle([(settling(family.me, bill("N1")), till)], world.ports)

    assert isinstance(again, Settled)


async def test_a_reversal_gives_the_limit_back(world: World, family: Family) -> None:
    await BindingRow.filter(id=family.bindings[0]).update(limit_month_fen=300_00)
    settlement_id = await settle_e2(world, family)
    await reverse_settlement(reversing(settlement_id), family.hospital.actor, world.ports)

    families = await load_families(
        pool(), [family.me.id], day=world.clock.now().date(), locking=False
    )

    assert families.used == {}


async def test_the_last_day_counts_and_the_next_is_too_late(world: World, family: Family) -> None:
    settlement_id = await settle_e2(world, family)
    world.clock.at += timedelta(days=91)
    code = await refusal(world, reversing(settlement_id), family.hospital.actor)
    assert code is Code.REVERSAL_TOO_LATE
    assert await balances(world, family) == [0, 0, 0]

    world.clock.at -= timedelta(days=1)
    await reverse_settlement(reversing(settlement_id), family.hospital.actor, world.ports)

    assert await balances(world, family) == [118_63, 300_00, 205_88]


async def test_strangers_hear_what_they_would_hear_of_nothing(world: World, family: Family) -> None:
    settlement_id = await settle_e2(world, family)
    other_till = (await world.institution()).actor
    far_staff = Actor(STAFF.kind, key(), STAFF.channel, region="110000", roles=STAFF.roles)

    for stranger in (other_till, far_staff):
        theirs = await refusal(world, reversing(settlement_id, reason="错单"), stranger)
        nothing = await refusal(world, reversing(key(), reason="错单"), stranger)
        assert theirs is nothing is Code.NOT_FOUND
    with pytest.raises(Forbidden):
        await reverse_settlement(reversing(settlement_id), family.me.actor, world.ports)
    assert await balances(world, family) == [0, 0, 0]


async def test_staff_reverse_with_a_reason_only(world: World, family: Family) -> None:
    settlement_id = await settle_e2(world, family)
    assert await refusal(world, reversing(settlement_id), STAFF) is Code.REASON_REQUIRED

    await reverse_settlement(reversing(settlement_id, reason="错单"), STAFF, world.ports)

    assert await balances(world, family) == [118_63, 300_00, 205_88]


async def test_another_plan_than_was_shown_is_a_conflict(world: World, family: Family) -> None:
    settlement_id = await settle_e2(world, family)

    with pytest.raises(PlanChanged):
        await reverse_settlement(
            reversing(settlement_id, if_plan="another"), family.hospital.actor, world.ports
        )

    assert await balances(world, family) == [0, 0, 0]
