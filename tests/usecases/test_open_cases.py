"""Cases of premiums: opened once when nobody answers, closed by the answer."""

import asyncio
from datetime import timedelta

import pytest

from gongji.domain.case import UNCONFIRMED_FOR, CaseKind
from gongji.domain.person import AccountStatus
from gongji.domain.premium import PremiumStatus
from gongji.store.rows import CaseRow, PersonalAccountRow, PremiumRow
from gongji.usecases.open_cases import open_cases
from gongji.usecases.pay_premium import confirm_premiums
from gongji.usecases.ports import TaxAnswer
from gongji.usecases.refund_premium import RefundPremium, refund_premium
from tests.usecases.premium_family import (
    CONFIRMED,
    FAILED,
    PremiumFamily,
    books_balance,
    make_premium_family,
    tariff,
)
from tests.world import GAR, World, key


@pytest.fixture
async def family(world: World) -> PremiumFamily:
    """Return a family whose premium is debited; the bureau is silent."""
    family = await make_premium_family(world)
    family.bureau.answer = None
    return family


async def wait(family: PremiumFamily, how_long: timedelta = UNCONFIRMED_FOR) -> None:
    family.world.clock.at += how_long


async def test_after_half_an_hour_of_silence_there_is_a_case(family: PremiumFamily) -> None:
    done = await family.pay()
    await wait(family)

    assert await open_cases(family.ports) == 1

    (case,) = await CaseRow.all()
    assert (case.kind, case.subject_id) == (CaseKind.PREMIUM_UNCONFIRMED, done.id)
    assert (case.person_id, case.region, case.amount_fen) == (family.a.id, GAR, 400_00)
    assert (case.opened_at, case.closed_at) == (family.world.clock.at, None)


async def test_a_moment_earlier_there_is_none(family: PremiumFamily) -> None:
    await family.pay()
    await wait(family, UNCONFIRMED_FOR - timedelta(microseconds=1))

    assert await open_cases(family.ports) == 0
    assert await CaseRow.all().count() == 0


async def test_a_premium_that_was_answered_has_none(family: PremiumFamily) -> None:
    family.bureau.answer = CONFIRMED
    await family.pay()
    await wait(family)

    assert await open_cases(family.ports) == 0
    assert await CaseRow.all().count() == 0


async def test_it_is_opened_once_however_many_sweeps_there_are(family: PremiumFamily) -> None:
    await family.pay()
    await wait(family)

    opened = await asyncio.gather(*(open_cases(family.ports) for _ in range(6)))

    assert sum(opened) == 1
    assert await open_cases(family.ports) == 0
    assert await CaseRow.all().count() == 1


async def test_those_that_wait_longest_come_first(world: World) -> None:
    family = await make_premium_family(world, a=1200_00)
    family.bureau.answer = None
    first = await family.pay()
    await wait(family, timedelta(minutes=1))
    await tariff(year=2026)
    await family.pay(family.request(year=2026))
    await wait(family)

    assert await open_cases(family.ports, limit=1) == 1

    assert [case.subject_id for case in await CaseRow.all()] == [first.id]
    assert await open_cases(family.ports, limit=1) == 1
    assert await open_cases(family.ports, limit=1) == 0


@pytest.mark.parametrize(
    ("answer", "status", "a"),
    [
        (CONFIRMED, PremiumStatus.CONFIRMED, 100_00),
        (FAILED, PremiumStatus.FAILED, 500_00),
    ],
)
async def test_a_late_answer_closes_it(
    family: PremiumFamily, answer: TaxAnswer, status: PremiumStatus, a: int
) -> None:
    done = await family.pay()
    await wait(family)
    await open_cases(family.ports)
    family.bureau.answer = answer
    await wait(family, timedelta(minutes=1))

    await confirm_premiums(family.ports)

    (case,) = await CaseRow.all()
    assert case.closed_at == family.world.clock.at
    assert (await PremiumRow.get(id=done.id)).status is status
    assert await family.balances() == (a, 300_00)
    assert await open_cases(family.ports) == 0
    assert await books_balance()


async def test_an_answer_and_a_sweep_at_once_leave_no_open_case(family: PremiumFamily) -> None:
    await family.pay()
    await wait(family)
    family.bureau.answer = FAILED

    await asyncio.gather(
        *(open_cases(family.ports) for _ in range(3)),
        *(confirm_premiums(family.ports) for _ in range(3)),
    )

    assert await CaseRow.filter(closed_at=None).count() == 0
    assert await family.balances() == (500_00, 300_00)


async def test_a_failed_premium_of_a_closed_account_has_a_case_of_its_own(
    family: PremiumFamily,
) -> None:
    done = await family.pay()
    await wait(family)
    await open_cases(family.ports)
    await PersonalAccountRow.filter(owner_id=family.a.id).update(status=AccountStatus.CLOSED)
    family.bureau.answer = FAILED

    await confirm_premiums(family.ports)

    waiting, held = await CaseRow.all().order_by("id")
    assert (waiting.kind, waiting.closed_at) == (
        CaseKind.PREMIUM_UNCONFIRMED,
        family.world.clock.at,
    )
    assert (held.kind, held.subject_id) == (CaseKind.REFUND_SUSPENDED, done.id)
    assert (held.person_id, held.amount_fen, held.closed_at) == (family.a.id, 400_00, None)


async def test_a_refund_to_a_closed_account_has_a_case(family: PremiumFamily) -> None:
    family.bureau.answer = CONFIRMED
    done = await family.pay()
    await PersonalAccountRow.filter(owner_id=family.a.id).update(status=AccountStatus.CLOSED)

    await refund_premium(RefundPremium(key(), done.id), family.a.actor, family.ports)

    (case,) = await CaseRow.all()
    assert (case.kind, case.amount_fen) == (CaseKind.REFUND_SUSPENDED, 400_00)
