"""Voids: what was done is undone, what was not is barred for ever, whoever comes first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongji.domain.actor import Actor
from gongji.domain.errors import (
    Code,
    Forbidden,
    Refusal,
    RequestIdReused,
    RequestVoided,
)
from gongji.domain.money import Fen
from gongji.domain.outcome import OutcomeStatus
from gongji.domain.premium import PremiumStatus
from gongji.store.rows import (
    EventRow,
    PremiumRow,
    RequestKeyRow,
    ReversalRow,
    SettlementRow,
    TransferRow,
)
from gongji.usecases.pay_premium import confirm_premiums
from gongji.usecases.refund_premium import RefundPremium, refund_premium
from gongji.usecases.reverse import ReverseSettlement
from gongji.usecases.set_reserve import SetReserve, set_reserve
from gongji.usecases.settle import SettleBill, Settled, settle
from gongji.usecases.transaction import Done
from gongji.usecases.views.outcomes import SeenOutcome, see_outcome
from gongji.usecases.void import VoidRequest, void_request
from tests.bills import bill, reverse_settlement, settle_bill, settling
from tests.builders import bill_e2
from tests.lock_waits import session, until_waiting
from tests.usecases.e2 import Family, make_family
from tests.usecases.premium_family import books_balance, make_premium_family
from tests.world import NOON, World, key

FULL = [118_63, 300_00, 205_88]


@pytest.fixture
async def family(world: World) -> Family:
    return await make_family(world)


def e2(family: Family) -> SettleBill:
    return settling(family.me, bill_e2())


async def void(world: World, family: Family, voids: UUID) -> Done:
    return await void_request(VoidRequest(key(), voids), family.hospital.actor, world.ports)


async def outcome(world: World, family: Family, of: UUID) -> SeenOutcome:
    return await see_outcome(of, family.hospital.actor, world.ports)


async def balances(world: World, family: Family) -> list[int]:
    return [await world.balance(person) for person in (family.me, family.a, family.b)]


async def refused(world: World, actor: Actor, voids: UUID) -> Code:
    with pytest.raises(Refusal) as caught:
        await void_request(VoidRequest(key(), voids), actor, world.ports)
    assert {reason.path for reason in caught.value.reasons} == {("voids",)}
    return caught.value.reasons[0].code


async def test_a_settled_bill_is_reversed_and_its_facts_stay(world: World, family: Family) -> None:
    request = e2(family)
    first = await settle_bill(request, family.hospital.actor, world.ports)

    await void(world, family, request.request_id)

    assert await balances(world, family) == FULL
    again = await settle_bill(request, family.hospital.actor, world.ports)
    (reversal,) = await ReversalRow.all()
    assert again.settlement == replace(first.settlement, reversal_id=reversal.id)
    assert again.replayed
    assert reversal.settlement_id == first.settlement.id
    events = await EventRow.all().order_by("number")
    assert [event.kind for event in events] == ["BILL_SETTLED", "SETTLEMENT_REVERSED"]
    told = await outcome(world, family, request.request_id)
    assert (told.status, told.kept and told.kept.result_id, told.kept and told.kept.voided_at) == (
        OutcomeStatus.VOIDED,
        first.settlement.id,
        NOON,
    )


async def test_a_request_that_never_arrived_is_barred_for_ever(
    world: World, family: Family
) -> None:
    request = e2(family)
    await void(world, family, request.request_id)

    for _ in range(2):
        with pytest.raises(RequestVoided) as barred:
            await settle_bill(request, family.hospital.actor, world.ports)
        assert barred.value.voided_at == NOON

    assert await balances(world, family) == FULL
    assert await SettlementRow.all().count() == 0
    assert await EventRow.all().count() == 0
    told = await outcome(world, family, request.request_id)
    assert (told.status, told.kept and told.kept.is_barred) == (OutcomeStatus.VOIDED, True)


async def test_a_barred_key_does_nothing_whatever_is_sent_under_it(
    world: World, family: Family
) -> None:
    barred = key()
    await void_request(VoidRequest(key(), barred), family.me.actor, world.ports)

    with pytest.raises(RequestVoided):
        await set_reserve(SetReserve(barred, Fen(1_00)), family.me.actor, world.ports)
    with pytest.raises(RequestVoided):
        await void_request(VoidRequest(barred, key()), family.me.actor, world.ports)

    assert await RequestKeyRow.all().count() == 2


async def test_the_same_key_of_another_sender_is_another_key(world: World, family: Family) -> None:
    request = e2(family)
    await settle_bill(request, family.hospital.actor, world.ports)
    other = await world.institution()

    await void_request(VoidRequest(key(), request.request_id), other.actor, world.ports)

    assert await balances(world, family) == [0, 0, 0]
    assert (await outcome(world, family, request.request_id)).status is OutcomeStatus.DONE


async def test_voiding_again_answers_with_the_first(world: World, family: Family) -> None:
    request = e2(family)
    await settle_bill(request, family.hospital.actor, world.ports)
    first = await void(world, family, request.request_id)
    world.clock.move(hours=1)

    again = await void(world, family, request.request_id)

    assert again == Done(first.id)
    told = await outcome(world, family, request.request_id)
    assert told.kept is not None
    assert told.kept.voided_at == NOON
    assert await balances(world, family) == FULL
    assert await ReversalRow.all().count() == 1


async def test_the_same_void_again_is_replayed(world: World, family: Family) -> None:
    request = VoidRequest(key(), key())
    first = await void_request(request, family.hospital.actor, world.ports)

    again = await void_request(request, family.hospital.actor, world.ports)

    assert again == Done(first.id, replayed=True)
    with pytest.raises(RequestIdReused):
        await void_request(replace(request, voids=key()), family.hospital.actor, world.ports)
    assert await RequestKeyRow.all().count() == 2


async def test_what_was_reversed_before_is_marked_and_nothing_moves(
    world: World, family: Family
) -> None:
    request = e2(family)
    done = await settle_bill(request, family.hospital.actor, world.ports)
    undo = ReverseSettlement(key(), done.settlement.id)
    reversal = await reverse_settlement(undo, family.hospital.actor, world.ports)

    await void(world, family, request.request_id)

    assert await ReversalRow.all().values_list("id", flat=True) == [reversal.id]
    assert await balances(world, family) == FULL
    assert (await outcome(world, family, request.request_id)).status is OutcomeStatus.VOIDED


async def test_what_was_refused_stays_refused(world: World, family: Family) -> None:
    request = settling(replace(family.me, id_number="54259919000101001X"), bill_e2())
    with pytest.raises(Refusal) as first:
        await settle_bill(request, family.hospital.actor, world.ports)
    before = await outcome(world, family, request.request_id)

    await void(world, family, request.request_id)

    with pytest.raises(Refusal) as again:
        await settle_bill(request, family.hospital.actor, world.ports)
    assert again.value.reasons == first.value.reasons
    after = await outcome(world, family, request.request_id)
    assert (before.status, after.status) == (OutcomeStatus.REFUSED, OutcomeStatus.VOIDED)
    assert isinstance(after.kept and after.kept.problem, Refusal)


async def test_too_late_is_refused_and_nothing_changes(world: World, family: Family) -> None:
    request = e2(family)
    await settle_bill(request, family.hospital.actor, world.ports)
    world.clock.move(days=91)

    assert await refused(world, family.hospital.actor, request.request_id) is (
        Code.REVERSAL_TOO_LATE
    )

    assert await balances(world, family) == [0, 0, 0]
    assert (await outcome(world, family, request.request_id)).status is OutcomeStatus.DONE


async def test_what_cannot_be_undone_is_refused_and_stays(world: World, family: Family) -> None:
    request = SetReserve(key(), Fen(7_00))
    await set_reserve(request, family.a.actor, world.ports)

    assert await refused(world, family.a.actor, request.request_id) is Code.VOID_NOT_POSSIBLE

    again = await set_reserve(request, family.a.actor, world.ports)
    assert again.replayed
    assert (await see_outcome(request.request_id, family.a.actor, world.ports)).status is (
        OutcomeStatus.DONE
    )


async def test_a_void_does_not_void_itself_nor_another_void(world: World, family: Family) -> None:
    request = VoidRequest(key(), key())
    await void_request(request, family.hospital.actor, world.ports)
    itself = key()

    assert await refused(world, family.hospital.actor, request.request_id) is (
        Code.VOID_NOT_POSSIBLE
    )
    with pytest.raises(Refusal) as caught:
        await void_request(VoidRequest(itself, itself), family.hospital.actor, world.ports)
    assert caught.value.reasons[0].code is Code.VOID_OF_ITSELF


async def test_an_unknown_institution_leaves_no_key_behind(world: World, family: Family) -> None:
    ghost = replace(family.hospital.actor, subject=key())

    with pytest.raises(Forbidden):
        await void_request(VoidRequest(key(), key()), ghost, world.ports)

    assert await RequestKeyRow.all().count() == 0


async def test_a_confirmed_premium_is_refunded(world: World) -> None:
    family = await make_premium_family(world)
    request = family.request()
    before = await family.balances()
    await family.pay(request)

    await void_request(VoidRequest(key(), request.request_id), family.a.actor, family.ports)

    assert await family.balances() == before
    assert (await PremiumRow.get()).status is PremiumStatus.REFUNDED
    assert (await family.pay(request)).replayed
    assert await family.balances() == before


async def test_a_premium_that_was_given_back_before_is_only_marked(world: World) -> None:
    family = await make_premium_family(world)
    family.bureau.answer = replace(family.bureau.answer, reference=None)  # type: ignore[type-var]
    request = family.request()
    before = await family.balances()
    await family.pay(request)

    await void_request(VoidRequest(key(), request.request_id), family.a.actor, family.ports)

    assert await family.balances() == before
    assert (await PremiumRow.get()).status is PremiumStatus.FAILED


async def test_a_premium_that_hangs_is_voided_once_it_is_answered(world: World) -> None:
    family = await make_premium_family(world)
    confirmed, family.bureau.answer = family.bureau.answer, None
    request = family.request()
    before = await family.balances()
    await family.pay(request)

    code = await refused(world, family.a.actor, request.request_id)
    family.bureau.answer = confirmed
    await confirm_premiums(family.ports)
    await void_request(VoidRequest(key(), request.request_id), family.a.actor, family.ports)

    assert code is Code.PREMIUM_NOT_REFUNDABLE
    assert await family.balances() == before


async def test_a_guardian_voids_what_was_done_for_the_ward(world: World, family: Family) -> None:
    child = await world.person(born_on=NOON.date() - timedelta(days=3000), balance=1_00)
    await world.guardian(family.a, child)
    guardian = replace(family.a.actor, acting_for=child.id)
    request = SetReserve(key(), Fen(50))
    await set_reserve(request, guardian, world.ports)

    told = await see_outcome(request.request_id, family.a.actor, world.ports)

    assert (told.status, told.sender.person_id) == (OutcomeStatus.DONE, child.id)
    assert await refused(world, family.a.actor, request.request_id) is Code.VOID_NOT_POSSIBLE


async def test_who_acts_for_the_ward_no_more_hears_nothing(world: World, family: Family) -> None:
    child = await world.person(born_on=NOON.date() - timedelta(days=3000), balance=1_00)
    await world.guardian(family.a, child)
    request = SetReserve(key(), Fen(50))
    await set_reserve(request, replace(family.a.actor, acting_for=child.id), world.ports)
    world.clock.move(days=365 * 16)

    assert await refused(world, family.a.actor, request.request_id) is Code.NOT_FOUND
    with pytest.raises(Refusal) as caught:
        await see_outcome(request.request_id, family.a.actor, world.ports)

    assert caught.value.reasons[0].code is Code.NOT_FOUND


async def test_nothing_known_is_unknown_and_asking_leaves_no_trace(
    world: World, family: Family
) -> None:
    request = e2(family)

    told = await outcome(world, family, request.request_id)

    assert told.status is OutcomeStatus.UNKNOWN
    assert await RequestKeyRow.all().count() == 0
    await settle_bill(request, family.hospital.actor, world.ports)
    assert (await outcome(world, family, request.request_id)).status is OutcomeStatus.DONE


@pytest.mark.parametrize("is_void_first", [True, False])
async def test_a_premium_that_is_voided_and_refunded_at_once_is_given_back_once(
    world: World, migrated_database: str, *, is_void_first: bool
) -> None:
    family = await make_premium_family(world)
    request, before = family.request(), await family.balances()
    done = await family.pay(request)
    actor, ports = family.a.actor, family.ports

    async def voiding() -> Done:
        return await void_request(VoidRequest(key(), request.request_id), actor, ports)

    async def refunding() -> Done:
        return await refund_premium(RefundPremium(key(), done.id), actor, ports)

    waiting = [voiding, refunding] if is_void_first else [refunding, voiding]
    async with holding_row(migrated_database, family.insured.id) as holding:
        tasks = []
        for number, one in enumerate(waiting, start=1):
            tasks.append(asyncio.create_task(one()))
            await until_waiting(holding, number)
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(answers[0], Done)
    assert isinstance(answers[1], Refusal if is_void_first else Done)
    assert await family.balances() == before
    told = await see_outcome(request.request_id, family.a.actor, family.ports)
    assert told.status is OutcomeStatus.VOIDED
    assert await books_balance()


@asynccontextmanager
async def holding_row(url: str, person_id: UUID) -> AsyncIterator[asyncpg.Connection]:
    """Hold a beneficiary's row in a session of its own."""
    async with session(url) as connection:
        await connection.execute("BEGIN")
        await connection.execute(
            "SELECT 1 FROM beneficiary WHERE person_id = $1 FOR UPDATE", person_id
        )
        yield connection


@pytest.fixture
async def holding(migrated_database: str, family: Family) -> AsyncIterator[asyncpg.Connection]:
    """Return a session that holds the beneficiary's row until ``ROLLBACK``."""
    async with holding_row(migrated_database, family.me.id) as connection:
        yield connection


async def test_a_void_waits_for_a_settlement_that_has_begun_and_reverses_it(
    world: World, family: Family, holding: asyncpg.Connection
) -> None:
    request = e2(family)
    settling_now = asyncio.create_task(settle_bill(request, family.hospital.actor, world.ports))
    await until_waiting(holding)

    told = await outcome(world, family, request.request_id)
    voiding_now = asyncio.create_task(void(world, family, request.request_id))
    await asyncio.sleep(0.05)
    assert not voiding_now.done()
    await holding.execute("ROLLBACK")
    settled, _ = await asyncio.gather(settling_now, voiding_now)

    assert told.status is OutcomeStatus.IN_PROGRESS
    assert not settled.replayed
    assert await balances(world, family) == FULL
    assert (await outcome(world, family, request.request_id)).status is OutcomeStatus.VOIDED


async def test_a_void_waits_for_another_void_and_answers_with_the_first(
    world: World, family: Family, holding: asyncpg.Connection
) -> None:
    request = e2(family)
    await holding.execute("ROLLBACK")
    await settle_bill(request, family.hospital.actor, world.ports)
    earlier = NOON - timedelta(minutes=1)
    await holding.execute("BEGIN")
    await holding.execute(
        "SELECT 1 FROM request_key WHERE request_id = $1 FOR UPDATE", request.request_id
    )

    voiding_now = asyncio.create_task(void(world, family, request.request_id))
    await until_waiting(holding)
    await holding.execute(
        "UPDATE request_key SET answer = answer || $1::jsonb WHERE request_id = $2",
        f'{{"voided": {{"at": "{earlier.isoformat()}", "by": "{key()}"}}}}',
        request.request_id,
    )
    await holding.execute("COMMIT")
    await voiding_now

    told = await outcome(world, family, request.request_id)
    assert told.kept is not None
    assert told.kept.voided_at == earlier
    assert await ReversalRow.all().count() == 0


async def test_one_voided_bill_disturbs_no_neighbour_in_its_batch(
    world: World, family: Family
) -> None:
    till = family.hospital.actor
    voided, other = settling(family.me, bill("N1")), settling(family.me, bill("N2"))
    await void(world, family, voided.request_id)

    answers = await settle([(voided, till), (other, till), (voided, till)], world.ports)

    assert [type(answer) for answer in answers] == [RequestVoided, Settled, RequestVoided]
    assert await balances(world, family) == [18_63, 300_00, 205_88]


async def test_raced_on_many_connections_there_are_two_endings_and_no_other(
    world: World, family: Family
) -> None:
    till = family.hospital.actor
    for number in range(12):
        request = settling(family.me, bill(f"R{number}", share=500_00))
        others = [settling(family.me, bill(f"R{number}-{n}", share=1_00)) for n in range(2)]
        settlers = [
            settle([(request, till), (others[0], till)], world.ports),
            settle([(others[1], till), (request, till), (request, till)], world.ports),
        ]
        voiders = [void(world, family, request.request_id) for _ in range(3)]
        both = [*settlers, *voiders] if number % 2 else [*voiders, *settlers]

        await asyncio.gather(*both)

        assert (await outcome(world, family, request.request_id)).status is OutcomeStatus.VOIDED
        done = await SettlementRow.get_or_none(request_id=request.request_id)
        assert done is None or done.reversal_id is not None
        for one in others:
            await void(world, family, one.request_id)
        assert await balances(world, family) == FULL


async def take(world: World, family: Family, what: str, request: SettleBill) -> None:
    """Take one step of an interleaving; a reversal that comes too late is no failure."""
    till = family.hospital.actor
    match what:
        case "SETTLE":
            await settle([(request, till)], world.ports)
        case "VOID":
            await void(world, family, request.request_id)
        case "OUTCOME":
            await outcome(world, family, request.request_id)
        case _:
            if row := await SettlementRow.get_or_none(request_id=request.request_id):
                reversing = reverse_settlement(ReverseSettlement(key(), row.id), till, world.ports)
                await asyncio.gather(reversing, return_exceptions=True)


async def standing(world: World, family: Family, request: SettleBill, *, is_voided: bool) -> int:
    """Return what accounts still pay of a bill, in fen; a voided bill is barred or reversed."""
    (answer,) = await settle([(request, family.hospital.actor)], world.ports)
    told = await outcome(world, family, request.request_id)
    assert (told.status is OutcomeStatus.VOIDED) is is_voided
    if isinstance(answer, RequestVoided):
        assert is_voided
        return 0
    assert isinstance(answer, Settled)
    if answer.settlement.reversal_id is not None:
        return 0
    assert not is_voided
    return answer.settlement.own + answer.settlement.shared


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["SETTLE", "VOID", "REVERSE", "OUTCOME"]),
            st.integers(0, 2),
            st.integers(0, 4),
        ),
        min_size=3,
        max_size=12,
    )
)
async def test_however_they_interleave_a_voided_bill_has_moved_nothing(
    world: World, family: Family, steps: list[tuple[str, int, int]]
) -> None:
    """Three bills; each step begins a few turns of the loop after the one before."""
    before = await balances(world, family)
    requests = [settling(family.me, bill(str(key()), share=90_00 + n)) for n in range(3)]

    async with asyncio.TaskGroup() as group:
        for what, number, pause in steps:
            group.create_task(take(world, family, what, requests[number]))
            for _ in range(pause):
                await asyncio.sleep(0.001)

    voided = {number for what, number, _ in steps if what == "VOID"}
    drawn = [
        await standing(world, family, request, is_voided=number in voided)
        for number, request in enumerate(requests)
    ]
    assert sum(before) - sum(await balances(world, family)) == sum(drawn)
    for request in requests:
        await void(world, family, request.request_id)
    assert await balances(world, family) == before
    entries = await TransferRow.filter(account_id=family.me.account_id).order_by("entry_no")
    assert [entry.entry_no for entry in entries] == list(range(1, len(entries) + 1))
