"""A seeded town: right to the last fen, the same for the same seed, and it goes on living."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from gongji.app.seed.agenda import Agenda
from gongji.app.seed.bills import priced_bill
from gongji.app.seed.chance import Chance, Ids
from gongji.app.seed.people import Census, pairs_of
from gongji.app.seed.places import institutions
from gongji.app.seed.seeding import Seeding, seed
from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.bill import faults
from gongji.domain.binding import BindingStatus
from gongji.domain.business_day import business_day
from gongji.domain.deduction import CashReason, Skip, Stop
from gongji.domain.identity import IdNumber, parse_id_number
from gongji.domain.institution import InstitutionKind
from gongji.domain.kinship import CIVIL_CODE_NEAR_KIN
from gongji.domain.policy import CredentialKind
from gongji.domain.premium import PremiumStatus
from gongji.domain.replay import replay, replay_cash
from gongji.store.copying import NotEmpty
from gongji.store.database import CONNECTION
from gongji.store.installation import NotADemonstration, is_demonstration, mark_as_demonstration
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    InstitutionRow,
    PersonalAccountRow,
    PersonRow,
    PremiumRow,
    SettlementLegRow,
    SettlementRow,
)
from gongji.store.settlements import settlements_by_id
from gongji.usecases.end import EndBinding, end_binding
from gongji.usecases.reorder import ReorderSharers, reorder_sharers
from gongji.usecases.settle import SettleBill
from tests.bills import settle_bill
from tests.world import KEY_RING, NOON, World, key

FIRST = business_day(NOON) - timedelta(days=365)

BALANCED = {
    "entries are numbered from 1 without a gap": """
        SELECT account_id FROM transfer WHERE account_id IS NOT NULL GROUP BY account_id
        HAVING count(*) <> max(entry_no) OR min(entry_no) <> 1""",
    "each entry's balance is the one before and its amount": """
        SELECT id FROM (SELECT id, balance_after_fen,
            sum(CASE WHEN credit_account_id = account_id THEN amount_fen ELSE -amount_fen END)
                OVER (PARTITION BY account_id ORDER BY entry_no) AS reached
            FROM transfer WHERE account_id IS NOT NULL) AS t
        WHERE reached <> balance_after_fen""",
    "an account stands as its last entry says": """
        SELECT a.id FROM personal_account AS a LEFT JOIN transfer AS t
            ON t.account_id = a.id AND t.entry_no = a.entry_no
        WHERE t.balance_after_fen IS DISTINCT FROM a.balance_fen""",
    "later entries are booked later": """
        SELECT id FROM (SELECT id, booked_at, lag(booked_at)
            OVER (PARTITION BY account_id ORDER BY entry_no) AS before
            FROM transfer WHERE account_id IS NOT NULL) AS t
        WHERE before > booked_at""",
    "an account was opened with what its first entry says": """
        SELECT a.id FROM personal_account AS a JOIN transfer AS t
            ON t.account_id = a.id AND t.entry_no = 1
        WHERE t.cause_kind <> 'OPENING' OR t.amount_fen <> a.opening_fen""",
    "every control account has a name": """
        SELECT t.id FROM transfer AS t
        WHERE NOT EXISTS (SELECT FROM control_account AS c
            WHERE c.id IN (t.debit_account_id, t.credit_account_id))""",
    "each leg was transferred to the institution": """
        SELECT l.id FROM settlement_leg AS l JOIN settlement AS s ON s.id = l.settlement_id
            JOIN institution AS i ON i.id = s.institution_id
            JOIN control_account AS c ON c.kind = 'PAYABLE' AND c.holder = i.code
            LEFT JOIN transfer AS t ON t.cause_id = s.id AND t.debit_account_id = l.account_id
                AND t.credit_account_id = c.id AND t.amount_fen = l.amount_fen
        WHERE t.id IS NULL""",
    "no transfer of a settlement is without its leg": """
        SELECT t.id FROM transfer AS t LEFT JOIN settlement_leg AS l
            ON l.settlement_id = t.cause_id AND l.account_id = t.account_id
        WHERE t.cause_kind = 'SETTLEMENT' AND l.id IS NULL""",
    "own and shared are the sums of the legs": """
        SELECT s.id FROM settlement AS s LEFT JOIN settlement_leg AS l ON l.settlement_id = s.id
        GROUP BY s.id HAVING COALESCE(sum(l.amount_fen) FILTER (WHERE type = 'OWN'), 0) <> s.own_fen
            OR COALESCE(sum(l.amount_fen) FILTER (WHERE type = 'SHARED'), 0) <> s.shared_fen""",
    "a reversed settlement and its reversal point at each other": """
        SELECT s.id FROM settlement AS s FULL JOIN reversal AS r ON r.settlement_id = s.id
        WHERE s.reversal_id IS DISTINCT FROM r.id""",
    "a reversal returns every leg": """
        SELECT l.id FROM settlement_leg AS l JOIN reversal AS r USING (settlement_id)
            LEFT JOIN transfer AS t ON t.cause_id = r.id AND t.credit_account_id = l.account_id
                AND t.amount_fen = l.amount_fen
        WHERE t.id IS NULL""",
    "a premium was paid, and given back where it failed or was refunded": """
        SELECT p.id FROM premium AS p JOIN premium_leg AS l ON l.premium_id = p.id
            LEFT JOIN transfer AS t ON t.cause_id = p.id
        GROUP BY p.id HAVING count(*) FILTER (WHERE t.cause_kind = 'PREMIUM') <> 1
            OR count(*) FILTER (WHERE t.cause_kind = 'PREMIUM_REFUND')
                <> CASE WHEN p.status IN ('FAILED', 'REFUNDED') THEN 1 ELSE 0 END
            OR min(t.amount_fen) <> p.amount_fen OR min(l.amount_fen) <> p.amount_fen""",
    "a contribution was transferred": """
        SELECT c.id FROM contribution AS c LEFT JOIN transfer AS t ON t.cause_id = c.id
        WHERE t.amount_fen IS DISTINCT FROM c.amount_fen
            OR t.credit_account_id IS DISTINCT FROM c.account_id""",
    "events are numbered up to the beneficiary's counter": """
        SELECT b.person_id FROM beneficiary AS b LEFT JOIN event AS e ON e.subject_id = b.person_id
        GROUP BY b.person_id
        HAVING count(e.id) <> b.event_no OR COALESCE(max(e.number), 0) <> b.event_no""",
    "orders are numbered up to the beneficiary's version": """
        SELECT b.person_id FROM beneficiary AS b
            LEFT JOIN order_version AS o ON o.beneficiary_id = b.person_id
        GROUP BY b.person_id HAVING count(o.id) <> b.order_version
            OR COALESCE(max(o.version), 0) <> b.order_version""",
    "the newest order lists the live bindings in their order": """
        SELECT b.person_id FROM beneficiary AS b JOIN order_version AS o
            ON o.beneficiary_id = b.person_id AND o.version = b.order_version
        WHERE o.is_set <> b.order_is_set OR o.binding_ids <> (
            SELECT COALESCE(jsonb_agg(x.id ORDER BY x.position, x.accepted_at, x.id), '[]')
            FROM binding AS x WHERE x.beneficiary_id = b.person_id
                AND x.status IN ('ACTIVE', 'PAUSED'))""",
    "a set order is numbered without a gap, an unset one not at all": """
        SELECT b.person_id FROM beneficiary AS b JOIN binding AS x
            ON x.beneficiary_id = b.person_id AND x.status IN ('ACTIVE', 'PAUSED')
        GROUP BY b.person_id
        HAVING count(x.position) <> CASE WHEN b.order_is_set THEN count(*) ELSE 0 END
            OR max(x.position) <> count(*)""",
    "a binding draws on the sharer's own account": """
        SELECT b.id FROM binding AS b JOIN personal_account AS a ON a.id = b.account_id
        WHERE a.owner_id <> b.sharer_id""",
    "whoever once was live consented, and so did the sharer": """
        SELECT id FROM binding WHERE accepted_at IS NOT NULL AND beneficiary_consent IS NULL
            OR (sharer_consent ->> 'at')::timestamptz <> invited_at
            OR (beneficiary_consent ->> 'at')::timestamptz <> accepted_at""",
    "a child's consent was given by the guardian": """
        SELECT b.id FROM binding AS b JOIN beneficiary AS p ON p.person_id = b.beneficiary_id
        WHERE b.beneficiary_consent ->> 'capacity' = 'SELF'
            AND age((b.accepted_at AT TIME ZONE 'Asia/Shanghai')::date, p.born_on)
                < interval '16 years'""",
    "an account knows its owner's state": """
        SELECT a.id FROM personal_account AS a JOIN beneficiary AS b ON b.person_id = a.owner_id
        WHERE (a.owner_status, a.region) <> (b.status, b.region)
            OR a.owner_status_since IS DISTINCT FROM b.status_since""",
    "nobody shares more than the limits of a month and a year": """
        SELECT l.binding_id FROM settlement_leg AS l JOIN binding AS b ON b.id = l.binding_id
            JOIN settlement AS s ON s.id = l.settlement_id
        WHERE s.reversal_id IS NULL
        GROUP BY l.binding_id, b.limit_month_fen, date_trunc('month', l.business_day)
        HAVING sum(l.amount_fen) > b.limit_month_fen""",
    "every key has its answer, and every settlement its key": """
        SELECT s.id FROM settlement AS s LEFT JOIN request_key AS k ON k.request_id = s.request_id
        WHERE k.answer ->> 'id' IS DISTINCT FROM s.id::text
        UNION ALL SELECT id FROM request_key WHERE answer IS NULL""",
    "nobody is told of the year that nobody lived": "SELECT id FROM event WHERE relayed_at IS NULL",
}
"""What is never so, by what is: none of these finds a row."""


async def unbalanced() -> dict[str, Any]:
    connection = get_connection(CONNECTION)
    found = {
        fact: await connection.execute_query_dict(statement + " LIMIT 3")
        for fact, statement in BALANCED.items()
    }
    return {fact: rows for fact, rows in found.items() if rows}


async def plant(world: World, *, people: int = 600, number: int = 1) -> Counter[str]:
    return await seed(
        world.ports, people=people, seed=number, may_mark=True, progress=lambda *_: None
    )


async def test_the_books_of_a_seeded_town_are_right(world: World) -> None:
    written = await plant(world, people=1_500)

    assert await unbalanced() == {}
    assert (written["person"], written["personal_account"]) == (1_500, 225)
    assert (written["institution"], written["settlement"]) == (60, 375)
    assert 480 <= written["binding"] <= 500


async def test_every_explanation_replays_to_the_legs(world: World) -> None:
    await plant(world)

    legs: dict[UUID, dict[str, int]] = {}
    for leg in await SettlementLegRow.all():
        legs.setdefault(leg.settlement_id, {})[str(leg.account_id)] = leg.amount_fen
    for settlement in await SettlementRow.all():
        assert replay(settlement.explanation) == legs.get(settlement.id, {})
        assert replay_cash(settlement.explanation) == settlement.cash_fen


def rows_of(seed_number: int, people: int = 300) -> Iterator[tuple[str, dict[str, Any]]]:
    for step in Seeding(people, seed_number, FIRST, KEY_RING).steps():
        for table, rows in step.tables:
            for row in rows:
                yield table, {name: row[name] for name in row if "cipher" not in name}


def test_the_same_seed_makes_the_same_rows_but_for_the_ciphertexts() -> None:
    assert list(rows_of(7)) == list(rows_of(7))


def test_another_seed_makes_another_town() -> None:
    assert list(rows_of(7)) != list(rows_of(8))


async def test_a_till_that_sends_its_bill_again_hears_the_same(world: World) -> None:
    await plant(world)
    row = await SettlementRow.filter(
        credential_kind=CredentialKind.ID_CARD, shared_fen__gt=0
    ).first()
    assert row is not None
    connection = get_connection(CONNECTION)
    settlement = (await settlements_by_id(connection, [row.id]))[row.id]
    person = await PersonRow.get(id=row.beneficiary_id)
    request = SettleBill(
        row.request_id,
        CredentialKind.ID_CARD,
        KEY_RING.open(person.id_number_cipher),
        settlement.bill,
    )
    till = Actor(ActorKind.TILL, row.institution_id, Channel.TILL)

    again = await settle_bill(request, till, world.ports)

    assert again.replayed
    assert again.settlement == settlement
    assert await unbalanced() == {}


async def test_the_town_goes_on_living(world: World) -> None:
    await plant(world)
    beneficiary = await BeneficiaryRow.filter(order_version__gt=2, status="NORMAL").first()
    assert beneficiary is not None
    live = await BindingRow.filter(
        beneficiary_id=beneficiary.person_id, status__in=("ACTIVE", "PAUSED")
    )
    person = await PersonRow.get(id=beneficiary.person_id)
    holder = Actor(ActorKind.PERSON, person.id, Channel.MINI_PROGRAM)
    place = await InstitutionRow.filter(kind=InstitutionKind.HOSPITAL).first()
    assert place is not None
    chance = Chance(5)
    hospital = institutions(chance, Ids(chance, NOON), FIRST, NOON.date())[0]
    request = SettleBill(
        key(),
        CredentialKind.ID_CARD,
        KEY_RING.open(person.id_number_cipher),
        priced_bill(chance, "LIVE-1", hospital),
    )

    till = Actor(ActorKind.TILL, place.id, Channel.TILL)
    settled = await settle_bill(request, till, world.ports)
    wished = ReorderSharers(key(), tuple(b.id for b in live), beneficiary.order_version)
    await reorder_sharers(wished, holder, world.ports)
    await end_binding(EndBinding(key(), live[0].id), holder, world.ports)

    assert not settled.replayed
    told = BALANCED.copy()
    told.pop("nobody is told of the year that nobody lived")
    assert not (await unbalanced()).keys() & told.keys()


async def test_much_of_what_can_happen_has_happened(world: World) -> None:
    await plant(world, people=6_000, number=3)

    statuses = {row.status for row in await BindingRow.all()}
    steps = [s for row in await SettlementRow.all() for s in row.explanation["steps"]]
    reasons = {row.explanation["cash_reason"] for row in await SettlementRow.all()}
    premiums = {row.status for row in await PremiumRow.all()}
    assert statuses >= set(BindingStatus) - {BindingStatus.REFUSED, BindingStatus.INVITED}
    assert {None, Stop.LIMIT, Stop.BALANCE} <= {s["stop"] for s in steps}
    assert {None, Skip.PAUSED, Skip.EMPTY, Skip.LIMIT} <= {s["skip"] for s in steps}
    assert {None, CashReason.PLACE} <= reasons
    assert premiums >= {PremiumStatus.CONFIRMED, PremiumStatus.FAILED}
    assert await PersonalAccountRow.filter(status="FROZEN").exists()


async def test_whoever_is_bound_is_near_kin_and_within_the_numbers(world: World) -> None:
    await plant(world)

    live = await BindingRow.filter(status__in=("ACTIVE", "PAUSED"))
    assert {row.kinship for row in live} <= CIVIL_CODE_NEAR_KIN
    assert max(Counter(row.sharer_id for row in live).values()) <= 7
    assert max(Counter(row.beneficiary_id for row in live).values()) <= 5


async def test_a_database_that_nobody_marked_is_refused(world: World) -> None:
    with pytest.raises(NotADemonstration):
        await seed(world.ports, people=100, seed=1, may_mark=False, progress=lambda *_: None)

    assert not await PersonRow.exists()
    assert not await is_demonstration(get_connection(CONNECTION))


async def test_a_marked_and_empty_database_is_seeded(world: World) -> None:
    async with in_transaction() as connection:
        await mark_as_demonstration(connection, NOON)

    written = await seed(world.ports, people=100, seed=1, may_mark=False, progress=lambda *_: None)

    assert await PersonRow.all().count() == written["person"] == 100


async def test_a_database_with_something_in_it_is_refused_and_kept(world: World) -> None:
    await plant(world, people=100)
    before = await PersonRow.all().count()

    with pytest.raises(NotEmpty):
        await plant(world, people=100, number=2)

    assert await PersonRow.all().count() == before


async def test_a_database_with_a_place_only_is_refused_and_stays_unmarked(world: World) -> None:
    await world.institution()

    with pytest.raises(NotEmpty):
        await plant(world, people=100)

    assert not await is_demonstration(get_connection(CONNECTION))


def test_ids_follow_the_moment_and_then_each_other() -> None:
    ids = Ids(Chance(1), NOON)
    early = [ids() for _ in range(3)]
    ids.at = NOON + timedelta(milliseconds=1)
    late = ids()

    assert early == sorted(early)
    assert late > early[-1]
    assert {one.version for one in (*early, late)} == {7}
    assert late.int >> 80 == int(NOON.timestamp() * 1000) + 1


def test_an_act_that_an_act_brings_takes_its_turn() -> None:
    lived: list[str] = []
    agenda = Agenda(NOON + timedelta(days=2))
    agenda.add(NOON + timedelta(hours=2), lambda: lived.append("second"))
    agenda.add(NOON + timedelta(days=2), lambda: lived.append("never"))

    def first() -> None:
        lived.append("first")
        agenda.add(NOON + timedelta(hours=1), lambda: lived.append("brought"))

    agenda.add(NOON, first)

    for _, act in agenda.before(NOON + timedelta(days=9)):
        act()

    assert lived == ["first", "brought", "second"]


def test_every_priced_bill_is_sound() -> None:
    chance = Chance(1)
    places = institutions(chance, Ids(chance, NOON), FIRST, NOON.date())

    wrong = [
        faults(priced_bill(chance, f"B{number}", place), place.kind)
        for place in places
        for number in range(30)
    ]

    assert not any(wrong)
    assert Counter(place.kind for place in places)[InstitutionKind.HOSPITAL] == 21
    assert len({place.code for place in places}) == len(places) == 60


def test_households_hold_exactly_the_people_that_were_wanted() -> None:
    chance = Chance(4)
    households = Census(chance, Ids(chance, NOON), FIRST).households(5_000)
    people = [one for household in households for one in household]
    numbers = [parse_id_number(one.id_number, today=FIRST) for one in people]

    assert len(people) == len({one.id_number for one in people}) == 5_000
    assert sum(one.account_id is not None for one in people) == 750
    assert all(isinstance(number, IdNumber) for number in numbers)
    assert all(one.id_number.startswith("542599") for one in people)
    assert all(one.guardian is None or one.guardian.born_on < one.born_on for one in people)


def test_pairs_are_within_one_household_and_the_numbers_of_the_policy() -> None:
    chance = Chance(4)
    households = Census(chance, Ids(chance, NOON), FIRST).households(3_000)
    home = {one.id: number for number, lot in enumerate(households) for one in lot}

    pairs = pairs_of(households, chance, wanted=900, most_by=2, most_for=1)

    assert all(home[pair.sharer.id] == home[pair.beneficiary.id] for pair in pairs)
    assert all(pair.sharer.account_id is not None for pair in pairs)
    assert set(Counter(pair.sharer.id for pair in pairs).values()) == {1, 2}
    assert set(Counter(pair.beneficiary.id for pair in pairs).values()) == {1}
