"""Marked numbers of people are sent through everything, and then looked for everywhere."""

import asyncio
import hashlib
import json
import os
import signal
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from itertools import cycle
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from websockets import ConnectionClosed, Subprotocol
from websockets.asyncio.client import connect

from gongji.api.schema import build_schema
from gongji.app.postgres import running_postgres
from tests.bills_sent import bill_to_settle, question
from tests.builders import bill_e2, fen
from tests.documents import document
from tests.e2e.asked import Manner, ask_everything, ask_in_documents
from tests.e2e.gateway import gongji, servers_in
from tests.e2e.installation import Installation, installed
from tests.e2e.marked import (
    CARD,
    HOSPITAL,
    LETTERED,
    MARKED,
    MISTYPED,
    NAMES,
    PHONE,
    RECORDS,
    SAYS_ALL,
    VOUCHER,
    Traces,
    forms_of,
)
from tests.registry_files import FATHER, MOTHER, STRANGER, UNKNOWN, account, person, write_lines
from tests.world import key

PROTOCOL = Subprotocol("graphql-transport-ws")
DECLARED = {"declarationVersion": "2025-01"}


class Clients:
    """Everybody who asks: what they hear is kept."""

    def __init__(self, installation: Installation, tokens: dict[str, str], traces: Traces) -> None:
        self.installation = installation
        self.tokens = tokens
        self.traces = traces

    async def say(self, who: str, name: str, **variables: Any) -> Any:
        """Send a document of a real client; return the root field of the answer."""
        answer = await self.installation.ask(self.tokens[who], document(name), **variables)
        self.heard(answer)
        answered = answer.json()
        assert "errors" not in answered, answer.text
        return next(iter(answered["data"].values()))

    def heard(self, answer: httpx2.Response) -> None:
        self.traces.leave("answers", answer.text, str(answer.headers), answer.reason_phrase)


@pytest_asyncio.fixture(scope="module")
async def traces() -> AsyncIterator[Traces]:
    """Send the numbers through everything, break the database, and collect what was left."""
    async with installed(*RECORDS, prepared=SAYS_ALL, GONGJI_LOG_LEVEL="DEBUG") as installation:
        traces = Traces()
        tokens = {
            "mother": await installation.person(MOTHER),
            "father": await installation.person(FATHER),
            "stranger": await installation.person(STRANGER),
            "till": await installation.till(HOSPITAL),
            "staff": installation.staff("REVIEWER", "READER", "SETTLER"),
        }
        clients = Clients(installation, tokens, traces)
        await live(clients)
        await quieten(installation)
        await ask_badly(clients)
        await speak_http_badly(clients)
        await open_sockets_badly(clients)
        await asyncio.to_thread(run_commands, clients)
        await collect_metrics(clients)
        await break_the_database(clients)
        await collect(clients)
        yield traces


async def live(clients: Clients) -> None:
    """Live a family's life, in which numbers are typed as they should be."""
    family = await clients.say("mother", "mini_program/FamilyAccount")
    await share_with_the_brother(clients)
    settlement_id = await settle(clients)
    reason = f"{STRANGER}来电{PHONE}要求撤销，卡号另告"
    reverse = {"requestId": str(key()), "settlementId": settlement_id, "reason": reason}
    undone = await clients.say("staff", "dashboard/ReverseSettlement", input=reverse)
    assert undone["__typename"] == "ReverseSettlementPayload"
    child = family["beneficiaries"][0]["id"]
    pay = {"requestId": str(key()), "bindingId": child, "year": 2099}
    paid = await clients.say("mother", "mini_program/PayPremium", input=pay)
    assert paid["__typename"] == "PayPremiumPayload"
    read = await clients.say(
        "staff",
        "dashboard/ReadFamilyAccount",
        personId=family["person"]["id"],
        reason=f"核对{MOTHER}",
    )
    assert read["__typename"] == "FamilyAccount"
    await fetch_a_file(clients)


async def fetch_a_file(clients: Clients) -> None:
    """Let the mother fetch her movements; the link is told in one answer."""
    asked = {"requestId": str(key())}
    given = await clients.say("mother", "mini_program/ExportMovements", input=asked)
    path = given["link"]["path"]
    async with clients.installation.client() as client:
        for status in (200, 404):
            fetched = await client.get(path)
            assert fetched.status_code == status
            clients.heard(fetched)
    clients.traces.leave("links", path.rpartition("/")[2])


async def share_with_the_brother(clients: Clients) -> None:
    """Invite people who cannot be invited, then one who can and accepts."""
    for number in (MISTYPED, UNKNOWN, PHONE, CARD):
        refused = await clients.say(
            "mother", "mini_program/InviteRelative", input=invitation(number, number)
        )
        assert refused["__typename"] == "Refusal"
    invited = await clients.say(
        "mother", "mini_program/InviteRelative", input=invitation(NAMES[3], STRANGER)
    )
    accept = {"requestId": str(key()), "bindingId": invited["binding"]["id"], **DECLARED}
    accepted = await clients.say("stranger", "mini_program/AcceptInvitation", input=accept)
    assert accepted["binding"]["status"] == "ACTIVE"


def invitation(name: str, number: str) -> dict[str, str]:
    """Write an invitation of a brother."""
    relative = {"name": name, "idNumber": number, "kinship": "SIBLING"}
    return {"requestId": str(key()), **relative, **DECLARED}


async def settle(clients: Clients) -> str:
    """Quote and settle with a card; other credentials are not recognised."""
    kind = "SOCIAL_SECURITY_CARD"
    quoted = question(bill_e2(), CARD, kind=kind)
    quote = await clients.say("till", "till/QuoteSettlement", input=quoted)
    assert quote["plan"]["sharedFen"] == fen("632.64")
    settled = await clients.say(
        "till", "till/SettleBill", input=bill_to_settle(bill_e2(), CARD, kind=kind)
    )
    for other in ("E_VOUCHER", "SOCIAL_SECURITY_CARD", "ID_CARD"):
        sent = bill_to_settle(bill_e2(institution_bill_no=other), VOUCHER, kind=other)
        refused = await clients.say("till", "till/SettleBill", input=sent)
        assert refused["code"] == "CREDENTIAL_NOT_RECOGNISED"
    settlement_id: str = settled["receipt"]["id"]
    return settlement_id


async def quieten(installation: Installation) -> None:
    """Go on with a database that logs what ours does; what clients make up may be anything."""
    async with installation.connection() as connection:
        await connection.execute("ALTER DATABASE gongji RESET ALL")
    await asyncio.to_thread(installation.restart)


MANNERS = (
    (Manner.SOUND, ask_everything),
    (Manner.NEEDED, ask_everything),
    (Manner.WRONG, ask_everything),
    (Manner.WRONG, ask_in_documents),
)


async def ask_badly(clients: Clients) -> None:
    """Ask every query and mutation, as everybody, with numbers wherever text can stand."""
    schema = build_schema()._schema
    numbers = cycle((MOTHER, LETTERED, PHONE, CARD, MISTYPED))
    bodies = [
        (token, asked.body())
        for token in (*(clients.tokens[who] for who in ("mother", "till", "staff")), None)
        for manner, asks in MANNERS
        for asked in asks(schema, next(numbers), manner)
    ]
    assert len(bodies) > 4 * 4 * len(schema.mutation_type.fields)  # type: ignore[union-attr]
    async with clients.installation.client() as client:
        for token, body in bodies:
            headers = {} if token is None else {"authorization": f"Bearer {token}"}
            clients.heard(await client.post("/graphql", json=body, headers=headers))


DOCUMENTS = (
    f"query {LETTERED} {{ __typename }}",
    f"{{ {LETTERED} }}",
    f"{{ {MOTHER} }}",
    f'{{ familyAccount(reason: "{MOTHER} }}',
    f'query ($a: {LETTERED} = "{MOTHER}") {{ __typename }}',
    f"{{ ...{LETTERED} }}",
    f"{{ __typename @{LETTERED}(if: {MOTHER}) }}",
    f"{{ {LETTERED}Alias: {LETTERED} }}",
    f"# {MOTHER}\n{{ __typename }}",
)
BODIES: tuple[Any, ...] = (
    *({"query": text} for text in DOCUMENTS),
    {"query": "{ __typename }", "operationName": LETTERED},
    {"query": "{ __typename }", "variables": {MOTHER: MOTHER, LETTERED: [CARD]}},
    {"query": "{ __typename }", "variables": MOTHER},
    {"query": "{ __typename }", "extensions": {"persistedQuery": {"sha256Hash": MOTHER}}},
    {MOTHER: MOTHER},
    [MOTHER],
    MOTHER,
)
BYTES = (
    f'{{"query": {MOTHER}'.encode(),
    f'{{"query": "{MOTHER}'.encode(),
    b"\xff" + MOTHER.encode(),
)
PATHS = (
    f"/{MOTHER}",
    f"/graphql/{MOTHER}",
    f"/graphql?query={{__typename}}&number={MOTHER}",
    f"/graphql?query={{{LETTERED}}}",
    f"/graphql?query={{__typename}}&operationName={LETTERED}",
    f'/graphql?query={{__typename}}&variables={{"a":"{MOTHER}"}}',
    f"/readyz?{MOTHER}",
    f"/exports/{MOTHER}",
)
HEADERS = (
    ("authorization", MOTHER),
    ("authorization", f"Bearer {MOTHER}"),
    ("authorization", f"Bearer a.{MOTHER}.b"),
    ("cookie", f"id={MOTHER}"),
    ("user-agent", MOTHER),
    ("x-request-id", MOTHER),
    ("accept", f"application/{LETTERED}"),
    ("content-type", f"application/json; charset={LETTERED}"),
    (LETTERED, MOTHER),
)


async def speak_http_badly(clients: Clients) -> None:
    """Put numbers where HTTP and GraphQL have room for them."""
    ours = {"authorization": f"Bearer {clients.tokens['mother']}"}
    spoken = ours | {"content-type": "application/json"}
    contents: list[str | bytes] = [*map(json.dumps, BODIES), *BYTES]
    async with clients.installation.client() as client:
        for content in contents:
            clients.heard(await client.post("/graphql", content=content, headers=spoken))
        for path in PATHS:
            clients.heard(await client.get(path, headers=ours))
        for name, value in HEADERS:
            sent = spoken | {name: value}
            body = '{"query": "{ __typename }"}'
            clients.heard(await client.post("/graphql", content=body, headers=sent))
        clients.heard(await client.request(LETTERED, "/graphql", headers=ours))


FIRST_MESSAGES = (
    f'{{"type": "connection_init", "payload": {{"token": "{MOTHER}"}}}}',
    f'{{"type": "connection_init", "payload": {{"authorization": "{MOTHER}"}}}}',
    f'{{"type": "connection_init", "payload": {{"idNumber": "{MOTHER}"}}}}',
    f'{{"type": "connection_init", "payload": "{MOTHER}"}}',
    f'{{"type": "{MOTHER}"}}',
    f'{{"{MOTHER}',
    f'["{MOTHER}"]',
)


async def open_sockets_badly(clients: Clients) -> None:
    """Put numbers into everything that a socket can say."""
    url = clients.installation.gateway.url.replace("http", "ws") + f"/graphql?{MOTHER}"
    asked = f'{{ familyAccount(reason: "{MOTHER}") {{ __typename {LETTERED} }} }}'
    subscribed = {"type": "subscribe", "id": "1", "payload": {"query": asked}}
    for first in FIRST_MESSAGES:
        async with connect(url, subprotocols=[PROTOCOL]) as socket, asyncio.timeout(10):
            await socket.send(first)
            await socket.send(json.dumps(subscribed))
            async with aclosing(heard_on(socket)) as heard:
                async for message in heard:
                    clients.traces.leave("answers", message)


async def heard_on(socket: Any) -> AsyncGenerator[str, None]:
    """Return what is said on a socket, up to the answer or the end."""
    try:
        async for message in socket:
            yield str(message)
            if json.loads(message)["type"] in {"error", "complete"}:
                return
    except ConnectionClosed as closed:
        yield str(closed)


def run_commands(clients: Clients) -> None:
    """Type numbers on the command line and into files."""
    folder = clients.installation.folder
    bad = (
        person(MISTYPED),
        person(MOTHER, name=MOTHER, **{LETTERED: MOTHER}),
        person(MOTHER, region=MOTHER, scheme=FATHER, phone=MOTHER),
        account(UNKNOWN, MOTHER),  # type: ignore[arg-type]
        account(MOTHER, 1),
        {"record": MOTHER},
        {"record": "card", "holder": MOTHER, "kind": "SOCIAL_SECURITY_CARD", "number": CARD},
        f'{{"record": "{MOTHER}',
        MOTHER,
    )
    file = write_lines(folder / "bad.jsonl", *bad)
    for arguments in (
        ("load", str(file), "--yes-this-is-not-a-demonstration", "--keep-going"),
        ("token", "--kind", "person", "--id-number", MISTYPED),
        ("token", "--kind", "till", "--institution", MOTHER),
    ):
        said = gongji(folder, *arguments, GONGJI_LOG_LEVEL="DEBUG")
        assert said.returncode == 1
        assert "Traceback" not in said.stderr
        clients.traces.leave("commands", said.stdout, said.stderr)


async def collect_metrics(clients: Clients) -> None:
    async with clients.installation.client() as client:
        page = await client.get("/metrics")
    assert "gongji_operations" in page.text
    clients.traces.leave("metrics", page.text)


async def break_the_database(clients: Clients) -> None:
    """Kill the database while a settlement waits in it, and ask on while it is away."""
    installation = clients.installation
    waiting_for = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with installation.connection() as connection:
        await connection.execute("BEGIN")
        await connection.execute("LOCK TABLE request_key IN ACCESS EXCLUSIVE MODE")
        sent = bill_to_settle(bill_e2(institution_bill_no="2"), STRANGER)
        settling = asyncio.create_task(
            installation.ask(clients.tokens["till"], document("till/SettleBill"), input=sent)
        )
        async with asyncio.timeout(20):
            while not await connection.fetchval(waiting_for):  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.01)
        (postmaster,) = servers_in(installation.folder)
        os.kill(postmaster, signal.SIGQUIT)
        broken = await asyncio.wait_for(settling, 60)
        away = await installation.ask(
            clients.tokens["mother"],
            document("mini_program/InviteRelative"),
            input=invitation(NAMES[3], STRANGER),
        )
        clients.heard(broken)
        clients.heard(away)
        assert codes(broken) == codes(away) == ["UNAVAILABLE"]


def codes(answer: httpx2.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


async def collect(clients: Clients) -> None:
    """Copy every table, and read the logs."""
    installation, traces = clients.installation, clients.traces
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    with running_postgres(installation.database, durable=False):
        async with installation.connection() as connection:
            for row in await connection.fetch(tables):
                copied = bytearray()

                async def keep(chunk: bytes, kept: bytearray = copied) -> None:
                    kept.extend(chunk)

                await connection.copy_from_query(f'TABLE "{row[0]}"', output=keep)
                traces.leave(f"table {row[0]}", copied.decode())
    traces.leave("log", (installation.folder / "serve.log").read_text(encoding="utf-8"))
    traces.leave("database log", installation.database_log.read_text(encoding="utf-8"))


@pytest.mark.parametrize("number", MARKED)
def test_a_number_is_nowhere_in_any_form(traces: Traces, number: str) -> None:
    assert traces.holding(*forms_of(number)) == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stands_in_the_table_of_people_only(traces: Traces, name: str) -> None:
    places = traces.holding(name, name.encode().hex(), b64encode(name.encode()).decode())

    assert set(places) <= {"table person", "answers", "database log"}
    assert "table person" in places


def test_the_secret_of_a_link_is_told_once_and_kept_nowhere(traces: Traces) -> None:
    (secret,) = traces.texts["links"]

    assert set(traces.holding(secret)) == {"links", "answers"}
    assert sum(secret in answer for answer in traces.texts["answers"]) == 1


def test_every_place_was_looked_at(traces: Traces) -> None:
    tables = {place.removeprefix("table ") for place in traces.texts if place.startswith("table ")}

    assert {"person", "card", "request_key", "event", "settlement", "reversal", "access"} <= tables
    assert all(traces.texts[place] for place in ("answers", "log", "commands", "metrics"))
    assert "/graphql" in "".join(traces.texts["log"])
    assert "execute" in "".join(traces.texts["database log"])
    assert "UPDATE" in "".join(traces.texts["database log"])


def test_the_search_finds_what_is_there() -> None:
    traces = Traces()
    traces.leave("clear", f"a {MOTHER} b")
    traces.leave("hex", f"\\x00{MOTHER.encode().hex()}")
    for before in ("", "a", "ab"):
        traces.leave(f"base64 after {before}", b64encode(f"{before}{MOTHER}zz".encode()).decode())
    traces.leave("digest", hashlib.sha256(MOTHER.encode()).hexdigest())
    traces.leave("nothing", MOTHER[:-1])

    assert list(traces.holding(*forms_of(MOTHER))) == [
        "clear",
        "hex",
        "base64 after ",
        "base64 after a",
        "base64 after ab",
        "digest",
    ]
