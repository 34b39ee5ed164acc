"""The books check: nothing to say about sound books, and every planted damage named."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from gongji.domain.books import Wrong, compare_record
from gongji.domain.errors import AlreadySettled
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.domain.person import AccountStatus, Scheme
from gongji.domain.records import ContributionRecord
from gongji.store.books.records import booked_records
from gongji.store.books.snapshot import one_snapshot
from gongji.store.rows import BindingRow, BooksCheckRow, PersonalAccountRow
from gongji.usecases.check_books import check_books
from gongji.usecases.contribute import contribute
from gongji.usecases.pay_premium import PayPremium
from gongji.usecases.refund_premium import RefundPremium, refund_premium
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from gongji.usecases.reverse import ReverseSettlement
from gongji.usecases.set_limit import SetBindingLimit, set_binding_limit
from tests.bills import bill, pay_premium, reverse_settlement, settle_bill, settling
from tests.books import differences, expect_right_books
from tests.usecases.book_damages import DAMAGES, Damage
from tests.usecases.family_steps import accept, invite
from tests.usecases.premium_family import FAILED, Bureau, tariff
from tests.world import Person, Place, World, key


@dataclass
class Books:
    """A family whose year has something of everything, and the ids by the names used below."""

    ids: dict[str, str]

    def named(self, text: str) -> str:
        """Put the ids in."""
        for name, one in self.ids.items():
            text = text.replace(f"<{name}>", one)
        return text

    def told(self, line: str) -> str:
        """Put the names in the place of ids."""
        for name, one in self.ids.items():
            line = line.replace(one, f"<{name}>")
        return _ID.sub("<another>", line)


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def settle(world: World, hospital: Place, person: Person, number: str, share: int) -> UUID:
    done = await settle_bill(settling(person, bill(number, share)), hospital.actor, world.ports)
    return done.settlement.id


async def reverse(world: World, hospital: Place, settlement_id: UUID) -> UUID:
    request = ReverseSettlement(key(), settlement_id)
    return (await reverse_settlement(request, hospital.actor, world.ports)).id


@pytest.fixture
async def books(world: World) -> Books:
    """Let a family invite, order, settle, reverse, pay premiums, and get one of them back."""
    await world.policy()
    await tariff(year=2027)
    await tariff(year=2028)
    await tariff(year=2029)
    hospital = await world.institution()
    own = await world.person("次仁", balance=118_63)
    child = await world.person("扎西", scheme=Scheme.RESIDENT)
    a = await world.person("王小兰", balance=3000_00)
    b = await world.person("卓玛", balance=205_88)
    closed = await world.person("央金", balance=50_00)
    await world.kin(a, own, Kinship.SPOUSE)
    a_own = await accept(world, own, await invite(world, a, own))
    b_own = await world.bind(b, own, kinship=Kinship.PARENT)
    await world.bind(closed, own, kinship=Kinship.PARENT)
    a_child = await world.bind(a, child, kinship=Kinship.CHILD)

    await contribute([ContributionRecord("2026-11", b.id_number, Fen(33_33))], world.ports)
    await set_binding_limit(
        SetBindingLimit(key(), a_own, per_month=Fen(600_00)), a.actor, world.ports
    )
    first = await settle(world, hospital, own, "B1", 751_27)
    second = await settle(world, hospital, own, "B2", 60_00)
    reversal = await reverse(world, hospital, second)
    late = ContributionRecord("2026-12", closed.id_number, Fen(70_00))
    await contribute([late], world.ports)
    drained = await settle(world, hospital, own, "B3", 900_00)
    await PersonalAccountRow.filter(id=closed.account_id).update(status=AccountStatus.CLOSED)
    suspended = await reverse(world, hospital, drained)
    with pytest.raises(AlreadySettled):
        await settle(world, hospital, own, "B1", 751_27)
    live = [row.id for row in await BindingRow.filter(beneficiary_id=own.id).order_by("id")]
    await reorder_sharers(ReorderSharers(key(), tuple(live), 1), own.actor, world.ports)
    premium = (await pay_premium(PayPremium(key(), a_child, 2027), a.actor, world.ports)).id
    refunded = (await pay_premium(PayPremium(key(), a_child, 2028), a.actor, world.ports)).id
    await refund_premium(RefundPremium(key(), refunded), a.actor, world.ports)
    refusing = replace(world.ports, tax_bureau=Bureau(FAILED))
    failed = (await pay_premium(PayPremium(key(), a_child, 2029), a.actor, refusing)).id
    world.clock.at += timedelta(minutes=1)
    ids = {
        "own": own.account_id,
        "a": a.account_id,
        "b": b.account_id,
        "closed": closed.account_id,
        "person": own.id,
        "child": child.id,
        "sharer": a.id,
        "a_own": a_own,
        "b_own": b_own,
        "a_child": a_child,
        "first": first,
        "second": second,
        "reversal": reversal,
        "drained": drained,
        "suspended": suspended,
        "premium": premium,
        "refunded": refunded,
        "failed": failed,
        "nobody": UUID(int=1),
    }
    return Books({name: str(one) for name, one in ids.items()} | {"hospital": hospital.code})


@pytest.fixture
async def session(migrated_database: str, emptying: str) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection for damage; constraints that it drops come back at the end."""
    connection = await asyncpg.connect(migrated_database)
    constraints = await connection.fetch(_CONSTRAINTS)
    yield connection
    await connection.execute(emptying)
    left = {row["name"] for row in await connection.fetch(_CONSTRAINTS)}
    for row in constraints:
        if row["name"] not in left:
            await connection.execute(
                f"ALTER TABLE {row['on']} ADD CONSTRAINT {row['name']} {row['means']}"
            )
    await connection.close()


_CONSTRAINTS = """
SELECT conname AS name, conrelid::regclass::text AS on, pg_get_constraintdef(oid) AS means
FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u')
"""


async def test_sound_books_have_no_difference_and_the_check_is_kept(books: Books) -> None:
    await expect_right_books()

    (kept,) = await BooksCheckRow.all()
    assert (kept.settlements, kept.premiums, kept.differences) == (3, 3, {})
    assert kept.transfers > 15


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
async def test_every_damage_is_found_and_named(
    books: Books, session: asyncpg.Connection, damage: Damage
) -> None:
    await session.execute(books.named(damage.sql))

    told = sorted(books.told(str(difference)) for difference in await differences())

    assert told == sorted(damage.lines)


@pytest.mark.parametrize("page_size", [1, 2, 3, 4])
async def test_however_many_are_read_at_a_time_each_is_compared_once(
    books: Books, session: asyncpg.Connection, page_size: int
) -> None:
    await session.execute("UPDATE settlement SET own_balance_after_fen = 5")
    await session.execute("UPDATE premium_leg SET rank = 7")
    told: list[str] = []
    reached: list[int] = []

    await check_books(
        tell=lambda difference: told.append(str(difference)),
        progress=lambda records, *_others: reached.append(records),
        page_size=page_size,
    )

    assert sorted(line for line in told if line.startswith("OWN_BALANCE")) == sorted(
        books.named(f"OWN_BALANCE settlement <{name}>: expected {fen}, found 5")
        for name, fen in (("first", 0), ("second", 0), ("drained", 0))
    )
    assert sorted(line for line in told if line.startswith("EXPLANATION_RANK")) == sorted(
        books.named(f"EXPLANATION_RANK premium <{name}> account <a>: expected 1, found 7")
        for name in ("premium", "refunded", "failed")
    )
    assert [line for line in told if line.split()[0] in {"SPLIT", "PREMIUM_AMOUNT"}] == []
    assert max(reached) == 6


async def test_pages_that_were_read_ahead_are_replayed_later(books: Books) -> None:
    async with one_snapshot() as snapshot:
        pages = [page async for page in booked_records(snapshot.records, page_size=1)]

    assert [page.counted for page in pages] == [1] * 6
    records = [record for page in pages for record in page.records]
    assert [difference for one in records for difference in compare_record(one)] == []


def test_every_kind_of_difference_is_planted() -> None:
    planted = {line.split()[0] for damage in DAMAGES for line in damage.lines}

    assert planted == set(Wrong)


async def test_the_books_of_an_empty_database_are_right(world: World) -> None:
    await expect_right_books()
