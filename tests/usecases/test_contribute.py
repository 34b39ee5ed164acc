"""Monthly contributions: each batch once per account, with transfer, entry and event."""

import asyncio

import pytest

from gongji.domain.events import EventKind
from gongji.domain.ledger import CauseKind, ControlKind, control_account_id
from gongji.domain.money import Fen
from gongji.domain.records import ContributionRecord
from gongji.store.registration.intake import RecordsRefused
from gongji.store.rows import ContributionRow, EventRow, PersonalAccountRow, TransferRow
from gongji.usecases.contribute import contribute
from tests.world import GAR, Person, World

pytestmark = pytest.mark.usefixtures("books_are_right")


def paid(owner: Person, amount: int = 300_00, batch: str = "2026-11") -> ContributionRecord:
    return ContributionRecord(batch, owner.id_number, Fen(amount))


async def test_a_contribution_is_booked_with_its_entry_and_event(world: World) -> None:
    owner = await world.person(balance=100_00)

    await contribute([paid(owner)], world.ports)

    account = await PersonalAccountRow.get(owner_id=owner.id)
    booked = await ContributionRow.all().get()
    entry = await TransferRow.get(cause_kind=CauseKind.CONTRIBUTION)
    event = await EventRow.all().get()
    assert (account.balance_fen, account.entry_no, account.opening_fen) == (400_00, 2, 100_00)
    assert entry.debit_account_id == control_account_id(ControlKind.CONTRIBUTIONS, GAR)
    assert (entry.credit_account_id, entry.cause_id) == (account.id, booked.id)
    assert (entry.amount_fen, entry.entry_no, entry.balance_after_fen) == (300_00, 2, 400_00)
    assert (event.kind, event.subject_id) == (EventKind.CONTRIBUTION_BOOKED, owner.id)
    assert event.ids == {"contribution": str(booked.id), "account": str(account.id)}


async def test_a_batch_is_booked_once_and_the_next_one_again(world: World) -> None:
    owner = await world.person(balance=0)

    await contribute([paid(owner)], world.ports)
    await contribute([paid(owner), paid(owner, batch="2026-12")], world.ports)

    assert await world.balance(owner) == 600_00
    assert await TransferRow.all().count() == 2


async def test_one_batch_twice_in_one_call_is_booked_once(world: World) -> None:
    owner = await world.person(balance=0)

    await contribute([paid(owner), paid(owner)], world.ports)

    assert await world.balance(owner) == 300_00


async def test_another_amount_for_a_booked_batch_is_refused_whole(world: World) -> None:
    owner, other = await world.person(balance=0), await world.person(balance=0)
    await contribute([paid(owner)], world.ports)

    with pytest.raises(RecordsRefused) as refused:
        await contribute([paid(other), paid(owner, 1)], world.ports)

    assert str(refused.value.faults[0]) == "第2行 amount_fen：该批次已为此账户入账，但金额不同。"
    assert (await world.balance(owner), await world.balance(other)) == (300_00, 0)


async def test_the_same_batch_at_once_is_booked_once_per_account(world: World) -> None:
    owners = [await world.person(balance=0) for _ in range(6)]

    await asyncio.gather(
        *(contribute([paid(o) for o in order], world.ports) for order in (owners, owners[::-1]) * 3)
    )

    assert [await world.balance(owner) for owner in owners] == [300_00] * 6
    assert await ContributionRow.all().count() == 6
    for owner in owners:
        assert await EventRow.filter(subject_id=owner.id).count() == 1
