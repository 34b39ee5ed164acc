"""The gateway and its database die under load, again and again; nothing is lost, nothing is halved.

Twelve clients settle, reverse, void, reorder, pause, pay premiums and repeat keys over HTTP. The
long form (``SOAK=1``) kills the gateway 20 times and the database 10 times.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

import pytest

from tests.documents import document
from tests.e2e.errands import Errand, Line
from tests.e2e.gateway import PATIENCE_S, gongji
from tests.e2e.installation import Installation, installed
from tests.e2e.killing import bounce_database, bounce_gateway
from tests.e2e.senders import YEARS, Beneficiary, Sender, Sharer, Till
from tests.e2e.verdict import (
    Beginning,
    expect_one_answer_for_ever,
    expect_serial_order,
    expect_whole_effects,
    send_everything_again,
)
from tests.registry_files import (
    CHILD,
    FATHER,
    MOTHER,
    STRANGER,
    UNKNOWN,
    account,
    binding,
    person,
    policy,
)
from tests.registry_files import (
    Line as Record,
)
from tests.soak import chosen_seed, short_or_long

pytestmark = pytest.mark.soak

HOSPITALS = ("H54252300001", "H54252300002")
PEOPLE = (STRANGER, UNKNOWN, CHILD)
RECORDS: tuple[Record, ...] = (
    policy(),
    *(
        {
            "record": "tariff",
            "region": "542500",
            "year": year,
            "category": category,
            "amount_fen": 40_00,
            "opens_on": "2020-01-01",
            "closes_on": "2079-12-31",
        }
        for year in YEARS
        for category in ("ADULT", "CHILD")
    ),
    *(
        {"record": "institution", "code": code, "name": "狮泉河雪山医院", "region": "542523"}
        for code in HOSPITALS
    ),
    person(MOTHER, name="德吉央宗"),
    person(FATHER, name="扎西"),
    person(STRANGER, name="次仁"),
    person(UNKNOWN, name="王小兰", scheme="RESIDENT"),
    person(CHILD, name="李旦增", scheme="RESIDENT", premium_category="CHILD"),
    account(MOTHER, 3000_00),
    account(FATHER, 1500_00),
    account(STRANGER, 300_00),
    binding(MOTHER, STRANGER, kinship="SIBLING", position=1),
    binding(FATHER, STRANGER, kinship="SIBLING", position=2),
    binding(FATHER, UNKNOWN, kinship="PARENT", position=1),
    binding(MOTHER, UNKNOWN, kinship="PARENT", position=2),
    binding(MOTHER, CHILD, kinship="CHILD", position=1),
    binding(FATHER, CHILD, kinship="CHILD", position=2),
    {
        "record": "limit",
        "sharer": FATHER,
        "beneficiary": STRANGER,
        "per_month_fen": 400_00,
    },
    {"record": "reserve", "owner": MOTHER, "amount_fen": 200_00},
)
ANSWERS_BETWEEN = 150
"""About how many answers arrive between one kill and the next."""

Bounce = Callable[[Installation, Line], Awaitable[None]]


def schedule(chance: random.Random) -> list[Bounce]:
    """Return the kills of a run, in an order of chance."""
    gateways, databases = short_or_long((1, 1), (20, 10))
    kills: list[Bounce] = [*([bounce_gateway] * gateways), *([bounce_database] * databases)]
    chance.shuffle(kills)
    return kills


async def the_clients(
    installation: Installation, line: Line, seed: int, errands: list[Errand], over: asyncio.Event
) -> list[Sender]:
    """Return eight tills of two hospitals, two beneficiaries and two sharers."""
    tills = [await installation.till(code) for code in HOSPITALS]
    mother, father = await installation.person(MOTHER), await installation.person(FATHER)
    clients: list[Sender] = [
        Till(line, tills[number % 2], f"{seed}/till/{number}", errands, over, people=PEOPLE)
        for number in range(8)
    ]
    for number in (STRANGER, UNKNOWN):
        token = await installation.person(number)
        clients.append(Beneficiary(line, token, f"{seed}/{number}", errands, over))
    for token in (mother, father):
        bindings = await bindings_of(line, token)
        clients.append(
            Sharer(
                *(line, token, f"{seed}/{token}", errands, over),
                bindings=list(bindings.values()),
                insured=[bindings["王*兰"], bindings["李*增"]],
            )
        )
    return clients


async def bindings_of(line: Line, token: str) -> dict[str, str]:
    """Return the ids of a sharer's bindings by the beneficiary's masked name."""
    told = await line.ask(token, document("mini_program/FamilyAccount"), {})
    assert told is not None
    return {one["beneficiaryName"]: one["id"] for one in told["beneficiaries"]}


async def under_load(
    clients: Sequence[Sender], kills: Callable[[], Awaitable[None]], over: asyncio.Event
) -> None:
    """Let the clients work until the kills are done, and finish what they have begun."""
    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(client.work())
        await kills()
        over.set()


async def kill_again_and_again(
    installation: Installation, line: Line, kills: Sequence[Bounce], chance: random.Random
) -> None:
    """Kill after some answers each time, and once more let some arrive."""
    for bounce in kills:
        await answers(line, chance.randrange(ANSWERS_BETWEEN // 2, ANSWERS_BETWEEN * 3 // 2))
        await bounce(installation, line)
    await answers(line, ANSWERS_BETWEEN)


async def answers(line: Line, count: int) -> None:
    """Wait until some more answers have arrived."""
    goal = line.heard + count
    async with asyncio.timeout(PATIENCE_S):
        while line.heard < goal:  # noqa: ASYNC110 - the clients do the asking
            await asyncio.sleep(0.005)


async def test_nothing_is_lost_and_nothing_is_halved_when_everything_dies_under_load() -> None:
    seed = chosen_seed()
    chance, errands, over = random.Random(seed), list[Errand](), asyncio.Event()
    async with AsyncExitStack() as stack:
        installation = await stack.enter_async_context(installed(*RECORDS, durable=True))
        url = stack.enter_context(installation.running_database())
        line = Line(installation.gateway.url)
        stack.push_async_callback(line.client.aclose)
        async with installation.connection() as connection:
            beginning = await Beginning.read(connection)
        clients = await the_clients(installation, line, seed, errands, over)
        kills = schedule(chance)

        await under_load(
            clients, lambda: kill_again_and_again(installation, line, kills, chance), over
        )

        await send_everything_again(line, errands)
        await expect_one_answer_for_ever(line, errands)
        async with installation.connection() as connection:
            await expect_whole_effects(connection, errands)
        await expect_serial_order(url, beginning)
        checked = await asyncio.to_thread(gongji, installation.folder, "check-books")
        assert checked.returncode == 0, checked.stdout
        expect_much_was_done(errands)
        print(Counter(errand.operation for errand in errands), dict(line.troubles))


def expect_much_was_done(errands: Sequence[Errand]) -> None:
    """Expect that the run was no idle one: everything was asked for, and most of it done."""
    done = Counter(errand.operation for errand in errands if errand.answers)
    for operation in ("settleBill", "reverseSettlement", "voidRequest", "reorderSharers"):
        assert done[operation] > 5, done
    for operation in ("pauseBinding", "resumeBinding", "payPremium"):
        assert done[operation] > 0, done
