"""The gateway serves while its database is away, says so, and goes on by itself when it is back."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from gongji.app.postgres import running_postgres
from tests.databases import create_database, drop_database
from tests.e2e.gateway import Gateway, gongji
from tests.e2e.test_serve import REVERSAL, production

PATIENCE_S = 60
READING = "{ booksCheck { ... on BooksCheck { checkedAt } } }"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="gongji-e2e-"))
    yield made
    for sign in made.rglob("elsewhere"):
        shutil.rmtree(sign.read_text(encoding="utf-8").strip(), ignore_errors=True)
    shutil.rmtree(made)


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Gateway]:
    (folder / "serve.log").unlink(missing_ok=True)
    gateway = Gateway.start(folder, **settings)
    try:
        yield gateway
    finally:
        assert gateway.end() == 0


def log_of(folder: Path) -> str:
    return (folder / "serve.log").read_text(encoding="utf-8")


def readiness(gateway: Gateway) -> str:
    """Return ``ready``, or what keeps the gateway from it."""
    answer = gateway.get("/readyz")
    told: dict[str, str] = answer.json()
    assert answer.status_code == (200 if told["status"] == "ready" else 503)
    return told.get("reason", told["status"])


def wait_until(gateway: Gateway, state: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (now := readiness(gateway)) != state:
        assert time.monotonic() < deadline, now
        time.sleep(0.05)


def asked(gateway: Gateway, token: str) -> list[Any]:
    """Read something and write something; return the codes of the answers."""
    return [code_of(gateway.ask(query, token).json()) for query in (READING, REVERSAL)]


def code_of(answer: dict[str, Any]) -> Any:
    if "errors" not in answer:
        return next(code["code"] if code else "nothing yet" for code in answer["data"].values())
    (error,) = answer["errors"]
    assert error["message"] == "系统暂时不可用，这次没有得到办理结果。"
    assert error["extensions"]["retryable"] is True
    return error["extensions"]["code"]


async def test_it_waits_for_a_database_that_comes_late_goes_and_comes_back(folder: Path) -> None:
    data = folder / "database"
    with running_postgres(data, durable=False) as server:
        url = server.url()
    token = gongji(folder, "token", "--kind", "staff", GONGJI_DATABASE_URL=url).stdout.strip()
    with serving(folder, GONGJI_DATABASE_URL=url) as gateway, ExitStack() as database:
        assert gateway.get("/livez").status_code == 200
        assert readiness(gateway) == "DATABASE_AWAY"
        assert asked(gateway, token) == ["UNAVAILABLE", "UNAVAILABLE"]

        for _ in range(2):
            database.enter_context(running_postgres(data, durable=False))
            wait_until(gateway, "ready")
            assert asked(gateway, token) == ["nothing yet", "NOT_FOUND"]
            database.close()
            assert readiness(gateway) == "DATABASE_AWAY"
            assert asked(gateway, token) == ["UNAVAILABLE", "UNAVAILABLE"]

    log = log_of(folder)
    assert log.count("nobody listens there") == 1
    assert log.count("database_here") == 1
    assert "Traceback" not in log
    assert "sweep_failed" not in log


async def test_a_wrong_name_is_told_and_the_database_migrated_once_it_is_there(
    folder: Path, administration_url: str, worker_id: str
) -> None:
    name = f"gongji_late_{worker_id}"
    await drop_database(administration_url, name)
    url = urlunsplit(urlsplit(administration_url)._replace(path=f"/{name}"))
    with serving(folder, GONGJI_DATABASE_URL=url) as gateway:
        assert readiness(gateway) == "DATABASE_AWAY"
        log = log_of(folder)
        await create_database(administration_url, name)
        wait_until(gateway, "ready")

    assert "no database of this name" in log
    assert name not in log_of(folder)
    await drop_database(administration_url, name)


async def test_in_production_pending_migrations_keep_it_unready(
    folder: Path, administration_url: str, worker_id: str
) -> None:
    name = f"gongji_late_{worker_id}"
    await drop_database(administration_url, name)
    settings = production(urlunsplit(urlsplit(administration_url)._replace(path=f"/{name}")))
    with serving(folder, **settings) as gateway:
        assert readiness(gateway) == "DATABASE_AWAY"
        await create_database(administration_url, name)
        wait_until(gateway, "MIGRATIONS_PENDING")
        assert gongji(folder, "migrate", **settings).returncode == 0
        wait_until(gateway, "ready")
    await drop_database(administration_url, name)


def test_a_wrong_user_is_told_without_the_password(folder: Path, administration_url: str) -> None:
    parts = urlsplit(administration_url)
    host = parts.netloc.rpartition("@")[2]
    url = urlunsplit(parts._replace(netloc=f"nobody:s3cret@{host}"))

    with serving(folder, GONGJI_DATABASE_URL=url) as gateway:
        assert readiness(gateway) == "DATABASE_AWAY"

    log = log_of(folder)
    assert "wrong user or password" in log
    assert "s3cret" not in log
    assert "nobody:" not in log
