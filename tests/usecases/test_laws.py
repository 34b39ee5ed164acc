"""Laws 7 and 8 on the database: reversals restore every balance, repetitions change nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongji.domain.errors import AlreadyReversed
from gongji.domain.person import Scheme
from gongji.store.rows import RequestKeyRow, SettlementRow, TransferRow
from gongji.usecases.reverse import ReverseSettlement
from gongji.usecases.settle import Settled
from tests.bills import bill, reverse_settlement, settle_bill, settling
from tests.world import Person, Place, World, key

pytestmark = pytest.mark.usefixtures("books_are_right")

ON_DATABASE = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
AMOUNTS = st.one_of(st.integers(0, 500_00), st.integers(2**31 - 2, 2**45))
LIMITS = st.one_of(st.none(), st.integers(0, 300_00))


@st.composite
def cases(draw: st.DrawFn) -> tuple[int | None, list[tuple[int, int | None, int]], int]:
    """Own balance if any; each sharer's balance, monthly limit and reserve; the share."""
    own = draw(st.one_of(st.none(), AMOUNTS))
    sharers = draw(st.lists(st.tuples(AMOUNTS, LIMITS, st.integers(0, 100_00)), max_size=4))
    return own, sharers, draw(AMOUNTS.filter(bool))


async def make(
    world: World, own: int | None, sharers: list[tuple[int, int | None, int]]
) -> list[Person]:
    """Make a family of its own for one example; the beneficiary comes first."""
    scheme = Scheme.RESIDENT if own is None else Scheme.EMPLOYEE
    people = [await world.person(scheme=scheme, balance=own)]
    for balance, limit, reserve in sharers:
        sharer = await world.person(balance=balance, reserve=reserve)
        await world.bind(sharer, people[0], limit_month_fen=limit)
        people.append(sharer)
    return people


async def balances(world: World, people: list[Person]) -> list[int]:
    return [await world.balance(person) for person in people if person.account_id]


@pytest.fixture
async def hospital(world: World) -> Place:
    await world.policy()
    return await world.institution()


@ON_DATABASE
@given(case=cases())
async def test_law_7_a_reversal_restores_every_balance_and_a_second_changes_nothing(
    world: World,
    hospital: Place,
    case: tuple[int | None, list[tuple[int, int | None, int]], int],
) -> None:
    own, sharers, share = case
    people = await make(world, own, sharers)
    before = await balances(world, people)
    request = settling(people[0], bill(str(key()), share))
    done = await settle_bill(request, hospital.actor, world.ports)
    assert sum(before) - sum(await balances(world, people)) == (
        done.settlement.own + done.settlement.shared
    )

    await reverse_settlement(
        ReverseSettlement(key(), done.settlement.id), hospital.actor, world.ports
    )
    assert await balances(world, people) == before

    with pytest.raises(AlreadyReversed):
        await reverse_settlement(
            ReverseSettlement(key(), done.settlement.id), hospital.actor, world.ports
        )
    assert await balances(world, people) == before


@ON_DATABASE
@given(case=cases(), script=st.sampled_from(["胶囊", "བསོད་ནམས།", "𠮷𡈽", "é"]))
async def test_law_8_a_repetition_gives_the_same_facts_and_moves_nothing(
    world: World,
    hospital: Place,
    case: tuple[int | None, list[tuple[int, int | None, int]], int],
    script: str,
) -> None:
    own, sharers, share = case
    people = await make(world, own, sharers)
    request = settling(people[0], bill(f"{script}-{key()}", share))
    first = await settle_bill(request, hospital.actor, world.ports)
    after = await balances(world, people)
    counts = await numbers_of_rows()

    for _ in range(2):
        again = await settle_bill(request, hospital.actor, world.ports)
        assert again == Settled(first.settlement, first.institution, replayed=True)

    assert await balances(world, people) == after
    assert await numbers_of_rows() == counts


async def numbers_of_rows() -> list[int]:
    return [await row.all().count() for row in (SettlementRow, TransferRow, RequestKeyRow)]
