"""What is asked all day looks rows up; it never reads a whole table of people, money or bills."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from gongji.chat.announcements import announcements
from gongji.chat.reminders import card_of
from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.conversation import Author, CardKind, Draft, Likeness
from gongji.domain.events import EventKind, RecordedEvent
from gongji.domain.policy import CredentialKind
from gongji.store.conversations import MOST_LOOKED_AT, append, lock_conversation, touch_each
from gongji.store.database import CONNECTION
from gongji.store.ids import new_id
from gongji.store.outbox import event_to_tell
from gongji.store.rows import EventRow, MessageRow, PersonalAccountRow, TariffRow
from gongji.usecases.quote import QuoteBill, quote_at_till
from gongji.usecases.relay import relay_events
from gongji.usecases.settle import SettleBill
from gongji.usecases.tell_occasion import MOST_AT_ONCE, due_occasions, tell_occasion
from gongji.usecases.views.families import see_family_account
from tests.bench.population import HOUSEHOLD, Population, load
from tests.bills import bill, settle_bill
from tests.world import KEY_RING, NGARI, NOON, World, key

PEOPLE = 6_000
"""So many that looking up is cheaper than reading everything."""

_WHOLE_READS = """
SELECT s.relname, s.seq_scan
FROM pg_stat_user_tables AS s JOIN pg_class AS c ON c.oid = s.relid WHERE c.reltuples > 100
"""
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@pytest.fixture
async def population(world: World, clean_database: str) -> Population:
    connection = await asyncpg.connect(clean_database)
    try:
        people = await load(connection, PEOPLE, key_ring=KEY_RING, now=world.clock.now())
        # A session may report what it read seconds later: nobody else is left to do so meanwhile.
        await connection.execute(_END_OTHERS)
        await connection.execute("SELECT pg_stat_force_next_flush()")
        return people
    finally:
        await connection.close()


def till(population: Population) -> Actor:
    return Actor(ActorKind.TILL, population.institution_ids[0], Channel.TILL, operator="收费员01")


async def tables_read_whole(ask: Callable[[], Awaitable[object]]) -> set[str]:
    """Ask, and name the tables that were read from end to end."""
    before = await whole_reads()
    await ask()
    after = await whole_reads()
    return {table for table in after if after[table] > before[table]}


async def whole_reads() -> dict[str, int]:
    """Count on the one connection that everything here goes through, one after the other."""
    connection = get_connection(CONNECTION)
    await connection.execute_query("SELECT pg_stat_force_next_flush()")
    await connection.execute_query("SELECT pg_stat_clear_snapshot()")
    return {
        row["relname"]: row["seq_scan"] for row in await connection.execute_query_dict(_WHOLE_READS)
    }


async def test_nothing_is_read_whole_for_a_quote_a_bill_and_a_family_account(
    world: World, population: Population
) -> None:
    household, clerk = population.people[1_000 : 1_000 + HOUSEHOLD], till(population)

    async def ask_all_day() -> None:
        for person in household:
            shown = CredentialKind.ID_CARD, person.id_number
            asked = bill(number=person.id_number, share=130_00)
            await quote_at_till(QuoteBill(*shown, asked), clerk, world.ports)
            await settle_bill(SettleBill(key(), *shown, asked), clerk, world.ports)
            owner = Actor(ActorKind.PERSON, person.id, Channel.MINI_PROGRAM)
            await see_family_account(owner, world.ports)

    assert await tables_read_whole(ask_all_day) == set()
    assert await tables_read_whole(read_whole_table) == {"personal_account"}


async def test_telling_of_what_waits_reads_no_table_whole(
    world: World, population: Population
) -> None:
    """Where a whole town's events wait, a page of them is looked up."""
    assert population.people
    waiting = get_connection(CONNECTION)
    await waiting.execute_query("UPDATE event SET relayed_at = NULL")
    await waiting.execute_query("ANALYZE event")

    async def tell() -> None:
        assert (await relay_events(announcements, world.ports)).events

    assert await tables_read_whole(tell) == set()


async def test_the_event_that_a_button_caused_is_looked_up(
    world: World, population: Population
) -> None:
    waiting = get_connection(CONNECTION)
    await waiting.execute_query("UPDATE event SET relayed_at = NULL")
    await waiting.execute_query("ANALYZE event")
    (event,) = await EventRow.filter(kind=EventKind.BILL_SETTLED).limit(1)
    ids = {role: UUID(one) for role, one in event.ids.items()}
    found: list[RecordedEvent | None] = []

    async def look_up() -> None:
        for person in (event.subject_id, population.people[0].id):
            kinds = {EventKind.BILL_SETTLED}
            found.append(await event_to_tell(waiting, person, kinds, ids))

    assert await tables_read_whole(look_up) == set()
    assert [one and one.id for one in found] == [event.id, None]


async def test_reminding_a_town_goes_through_it_in_pages(
    world: World, population: Population
) -> None:
    assert population.people
    await TariffRow.create(
        region=NGARI,
        year=2027,
        category="ADULT",
        amount_fen=400_00,
        opens_on=date(2026, 11, 25),
        closes_on=date(2026, 12, 31),
    )
    connection = get_connection(CONNECTION)
    await connection.execute_query("UPDATE beneficiary SET scheme = 'RESIDENT'")
    await connection.execute_query("ANALYZE")
    world.clock.at = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    month, window = await due_occasions(world.ports)
    pages = 0

    async def remind() -> None:
        nonlocal pages
        for occasion in (month, window):
            while await tell_occasion(occasion, card_of, world.ports) is not None:
                pages += 1

    assert await tables_read_whole(remind) == set()
    accounts = await PersonalAccountRow.all().count()
    assert pages == 2 * (accounts // MOST_AT_ONCE + 1)
    assert await MessageRow.filter(event_id=window.id).count() > 0


_MESSAGES_READ = """
SELECT seq_tup_read + idx_tup_fetch AS messages FROM pg_stat_user_tables WHERE relname = 'message'
"""
_TALK = """
INSERT INTO message (id, person_id, number, change, author, text, sent_at)
SELECT gen_random_uuid(), $1, n, n, 'SERVICE', '嗯', now() FROM generate_series(1, 5000) AS n
"""


async def messages_read() -> int:
    connection = get_connection(CONNECTION)
    await connection.execute_query("SELECT pg_stat_force_next_flush()")
    await connection.execute_query("SELECT pg_stat_clear_snapshot()")
    (row,) = await connection.execute_query_dict(_MESSAGES_READ)
    return int(row["messages"])


@pytest.fixture
async def talker(world: World, population: Population) -> UUID:
    """Return somebody with a long conversation."""
    person_id = population.people[0].id
    async with in_transaction() as opening:
        await lock_conversation(opening, person_id)
    connection = get_connection(CONNECTION)
    await connection.execute_query(_TALK, [person_id])
    await connection.execute_query("UPDATE conversation SET last_number = 5000, last_change = 5000")
    await connection.execute_query("ANALYZE message")
    return person_id


async def test_an_event_reads_no_long_conversation_whole(talker: UUID) -> None:
    before = await messages_read()

    async with in_transaction() as locked:
        await lock_conversation(locked, talker)
        wanted = [(talker, Likeness(kind)) for kind in (CardKind.RECEIPT, CardKind.ORDER)]
        await touch_each(locked, wanted)

    assert 0 < await messages_read() - before < 2 * MOST_LOOKED_AT


async def test_what_is_appended_is_looked_up_and_reads_nothing_else(talker: UUID) -> None:
    """It is said once for each message and event, of which there may be millions."""
    drafts = [Draft(Author.SERVICE, "嗯", replies_to=new_id()) for _ in range(50)]
    drafts += [Draft(Author.SERVICE, "嗯", event_id=new_id()) for _ in range(50)]
    before = await messages_read()

    async with in_transaction() as locked:
        await lock_conversation(locked, talker)
        appended = await append(locked, talker, drafts, NOON)

    assert len(appended) == 100
    assert await messages_read() - before < 10


async def read_whole_table() -> None:
    """Do what the counting must see."""
    await get_connection(CONNECTION).execute_query("SELECT max(balance_fen) FROM personal_account")
