"""``gongji serve`` as a newcomer meets it: from nothing, again on the same data, to a clean end."""

import asyncio
import json
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from joserfc.jwk import ECKey, KeySet
from websockets import ConnectionClosed, Subprotocol
from websockets.asyncio.client import connect

from gongji.app.postgres import running_postgres
from tests.databases import create_database, drop_database
from tests.e2e.gateway import Gateway, gongji, servers_in

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
REVERSAL = """mutation {
  reverseSettlement(input: {
    requestId: "00000000-0000-4000-8000-000000000001"
    settlementId: "stl_00000000000000000000000001"
    reason: "试一试"
  }) { ... on Refusal { code } }
}"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Return a folder that only its owner may enter, for all tests here."""
    made = Path(tempfile.mkdtemp(prefix="gongji-e2e-"))
    yield made
    for sign in made.rglob("elsewhere"):
        shutil.rmtree(sign.read_text(encoding="utf-8").strip(), ignore_errors=True)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def gateway(folder: Path) -> Iterator[Gateway]:
    """Return a gateway that was started from nothing."""
    started = Gateway.start(folder)
    yield started
    started.end()


def test_it_starts_from_nothing_and_is_ready(gateway: Gateway) -> None:
    assert gateway.get("/livez").json() == {"status": "ok"}
    assert gateway.get("/readyz").json() == {"status": "ready"}
    assert gateway.ask("{ __typename }").json() == {"data": {"__typename": "Query"}}


def test_a_printed_token_opens_it(gateway: Gateway, folder: Path) -> None:
    printed = gongji(folder, "token", "--kind", "staff", "--region", "542500")

    refused = gateway.ask(REVERSAL)
    answered = gateway.ask(REVERSAL, printed.stdout.strip())

    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert answered.json()["data"]["reverseSettlement"]["code"] in {"NOT_FOUND", "REASON_REQUIRED"}


def test_its_answers_name_no_server_software(gateway: Gateway) -> None:
    assert "server" not in gateway.get("/livez").headers


def test_a_second_gateway_on_its_port_says_so_at_once(gateway: Gateway, folder: Path) -> None:
    port = gateway.url.rpartition(":")[2]

    refused = gongji(folder, "serve", "--port", port)

    assert refused.returncode == 1
    assert f"port {port} of 127.0.0.1 cannot be used" in refused.stderr


def test_commands_join_the_server_that_runs(gateway: Gateway, folder: Path) -> None:
    assert gongji(folder, "migrate").stdout == "The database is up to date.\n"
    stranger = gongji(folder, "token", "--kind", "person", "--id-number", "542599198001010017")

    assert stranger.returncode == 1
    assert "no person of this ID number" in stranger.stderr
    assert "542599198001010017" not in stranger.stderr
    assert gateway.get("/readyz").status_code == 200


def test_its_log_has_a_line_a_request_without_what_was_asked(
    gateway: Gateway, folder: Path
) -> None:
    gateway.ask('query Marked542599 { secret(word: "542599198001010017") }', "marked-token")

    log = (folder / "serve.log").read_text(encoding="utf-8")

    assert "/graphql" in log
    assert "arked" not in log
    assert "542599" not in log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_within_seconds_and_leaves_no_server_behind(
    folder: Path, gateway: Gateway, number: int
) -> None:
    gateway.end()
    begun = time.monotonic()
    again = Gateway.start(folder)
    assert again.get("/readyz").status_code == 200
    started_s = time.monotonic() - begun
    assert servers_in(folder)

    begun = time.monotonic()
    assert again.end(number) == 0
    ended_s = time.monotonic() - begun

    assert servers_in(folder) == []
    assert started_s < 20
    assert ended_s < 8
    assert "Traceback" not in (folder / "serve.log").read_text(encoding="utf-8")


def test_an_open_connection_does_not_keep_it_from_ending(folder: Path) -> None:
    gateway = Gateway.start(folder)
    host, port = gateway.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as idle:
        idle.sendall(b"GET /livez HTTP/1.1\r\nHost: gateway\r\n\r\n")
        assert idle.recv(1024)

        begun = time.monotonic()
        assert gateway.end() == 0

    assert time.monotonic() - begun < 8


async def test_what_was_asked_before_the_end_is_still_answered(folder: Path) -> None:
    token = gongji(folder, "token", "--kind", "staff").stdout.strip()
    gateway = Gateway.start(folder)
    url = gateway.url
    with running_postgres(folder / ".data" / "pg") as server:
        connection = await asyncpg.connect(server.url())
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE settlement IN ACCESS EXCLUSIVE MODE")
                waiting = asyncio.create_task(asyncio.to_thread(gateway.ask, REVERSAL, token))
                await until(lambda: connection.fetchval(WAITING))

                gateway.process.terminate()
                await until(lambda: asyncio.to_thread(nobody_listens, url))
            answer = await asyncio.wait_for(waiting, 10)
        finally:
            await connection.close()
        status = await asyncio.to_thread(gateway.end)

    assert answer.json()["data"]["reverseSettlement"]["code"] == "NOT_FOUND"
    assert status == 0


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Ask the outside world again and again until it says yes, ten seconds at most."""
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - nobody there tells us
            await asyncio.sleep(0.02)


def nobody_listens(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port))).close()
    except ConnectionRefusedError:
        return True
    return False


async def test_an_open_socket_is_closed_at_the_end(folder: Path) -> None:
    gateway = Gateway.start(folder)
    url = gateway.url.replace("http", "ws") + "/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as client:
        await client.send('{"type": "connection_init"}')
        assert await client.recv() == '{"type":"connection_ack"}'

        begun = time.monotonic()
        status = await asyncio.to_thread(gateway.end)
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()

    assert status == 0
    assert time.monotonic() - begun < 8
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


def production(database_url: str) -> dict[str, str]:
    """Return the settings that production cannot do without."""
    public = KeySet([ECKey.generate_key("P-256", {"kid": "a"})]).as_dict(private=False)
    return {
        "GONGJI_ENVIRONMENT": "production",
        "GONGJI_DATABASE_URL": database_url,
        "GONGJI_DIGEST_KEY": KEY,
        "GONGJI_PERSONAL_DATA_KEYS": f"a:{KEY}",
        "GONGJI_TOKEN_ISSUER": "https://issuer.example",
        "GONGJI_TAX_BUREAU_URL": "https://tax.example/orders",
        "GONGJI_TAX_BUREAU_TOKEN": KEY,
        "GONGJI_TOKEN_KEYS": json.dumps(public),
    }


async def test_production_is_not_ready_before_somebody_migrated_it(
    folder: Path, administration_url: str, worker_id: str
) -> None:
    name = f"gongji_production_{worker_id}"
    await create_database(administration_url, name)
    url = urlunsplit(urlsplit(administration_url)._replace(path=f"/{name}"))
    settings = production(url)
    gateway = Gateway.start(folder, **settings)
    try:
        before = gateway.get("/readyz")
        migrated = gongji(folder, "migrate", **settings)
        after = gateway.get("/readyz")
    finally:
        gateway.end()

    assert (before.status_code, before.json()["reason"]) == (503, "MIGRATIONS_PENDING")
    assert (migrated.returncode, after.status_code) == (0, 200)
    await drop_database(administration_url, name)


def test_production_starts_with_its_keys_and_takes_no_development_token(
    folder: Path, migrated_database: str
) -> None:
    printed = gongji(folder, "token", "--kind", "staff")
    gateway = Gateway.start(folder, **production(migrated_database))
    try:
        ready = gateway.get("/readyz").status_code
        answer = gateway.ask("{ __typename }", printed.stdout.strip())
    finally:
        status = gateway.end()

    assert (ready, answer.status_code, status) == (200, 401, 0)


def test_a_wrong_setting_is_named_and_nothing_starts(folder: Path) -> None:
    refused = gongji(folder, "serve", GONGJI_PROT="s3cret")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "gongji: unknown setting: GONGJI_PROT\n"


def test_a_database_that_is_not_there_is_one_sentence(folder: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"postgres://u:s3cret@127.0.0.1:{nobody.getsockname()[1]}/d"
        refused = [
            gongji(folder, "migrate", GONGJI_DATABASE_URL=url),
            gongji(folder, "serve", "--port", "0", "--demo", GONGJI_DATABASE_URL=url),
        ]

    for one in refused:
        assert one.returncode == 3
        assert one.stderr.startswith("gongji: no connection to the database (")
        assert "nobody listens there" in one.stderr
        assert one.stderr.count("\n") == 1
        assert "s3cret" not in one.stderr


async def test_of_several_programs_that_migrate_at_once_one_does_it(
    folder: Path, administration_url: str, worker_id: str
) -> None:
    name = f"gongji_migrated_{worker_id}"
    await create_database(administration_url, name)
    url = urlunsplit(urlsplit(administration_url)._replace(path=f"/{name}"))

    ended = await asyncio.gather(
        *(asyncio.to_thread(gongji, folder, "migrate", GONGJI_DATABASE_URL=url) for _ in range(3))
    )

    assert [one.returncode for one in ended] == [0, 0, 0]
    assert sorted("applied" in one.stdout for one in ended) == [False, False, True]
    await drop_database(administration_url, name)


def test_the_schema_is_exported_and_compared(folder: Path) -> None:
    file = folder / "made" / "schema.graphql"

    assert gongji(folder, "export-schema", "--to", str(file), "--check").returncode == 1
    assert gongji(folder, "export-schema", "--to", str(file)).returncode == 0
    assert gongji(folder, "export-schema", "--to", str(file), "--check").returncode == 0
    file.write_text(file.read_text(encoding="utf-8") + "#", encoding="utf-8")
    assert gongji(folder, "export-schema", "--to", str(file), "--check").returncode == 1
    assert "type Query" in file.read_text(encoding="utf-8")


def test_the_documents_are_exported_and_compared(folder: Path) -> None:
    made = folder / "documents"
    settings = {"GONGJI_OPERATIONS_FOLDER": str(Path("schema/operations").resolve())}

    assert gongji(folder, "export-documents", "--to", str(made), "--check", **settings).returncode
    assert not gongji(folder, "export-documents", "--to", str(made), **settings).returncode
    assert not gongji(
        folder, "export-documents", "--to", str(made), "--check", **settings
    ).returncode
    assert (made / "till.json").read_text("utf-8") == Path("schema/documents/till.json").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("asked", [("--region", "99"), ("--region", "阿里"), ("--role", "OWNER")])
def test_no_token_is_made_that_no_gateway_would_take(folder: Path, asked: tuple[str, str]) -> None:
    assert gongji(folder, "token", "--kind", "staff", *asked).returncode == 2


def test_a_kind_of_token_asks_for_what_it_needs(folder: Path) -> None:
    refused = gongji(folder, "token", "--kind", "till")

    assert refused.returncode == 2
    assert "--institution" in refused.stderr
