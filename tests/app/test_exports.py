"""Movements as a file: asked for over GraphQL, fetched once by a link, by whoever holds it."""

import asyncio
import csv
import io
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
import structlog
from pydantic import SecretStr

from gongji.api.exports import HEADS
from gongji.api.schema import build_schema
from gongji.app.asgi import SWEEPS, create_app
from gongji.app.development_tokens import TokenMaker
from gongji.app.log import configure_log
from gongji.app.settings import Settings
from gongji.domain.actor import Actor, ActorKind
from gongji.domain.binding import Capacity
from gongji.domain.ledger import CauseKind
from gongji.store.export_links import LIVES
from gongji.store.reading import accounts
from gongji.store.rows import (
    ExportLinkRow,
    GuardianRow,
    PersonRow,
    TransferRow,
)
from gongji.usecases.fetch_export import fetch_export
from gongji.usecases.forget_links import forget_links
from tests.api.mutations.asking import request, shown
from tests.bills import bill, settle_bill, settling
from tests.documents import document
from tests.world import NOON, STAFF, Person, World, key

SETTINGS = Settings(development_token_key=SecretStr("0123456789abcdef" * 4))
SCHEMA = build_schema()
EXPORT, MOVEMENTS, OUTCOME, VOID = (
    document(f"mini_program/{name}")
    for name in ("ExportMovements", "Movements", "Outcome", "VoidRequest")
)
STATEMENTS = "tortoise.db_client"


@dataclass
class Town:
    """Server processes over one database; a link of one is fetched from another."""

    processes: list[httpx2.AsyncClient]

    async def ask(self, who: Person, asked: str, **variables: Any) -> Any:
        """Send a document to the first process; return the root field of the answer."""
        maker = TokenMaker(SETTINGS, now=NOON, lasting=timedelta(days=400))
        answer = await self.processes[0].post(
            "/graphql",
            json={"query": asked, "variables": variables},
            headers={"authorization": f"Bearer {maker.person(who.id)}"},
        )
        return next(iter(answer.json()["data"].values()))

    async def link(self, who: Person, **fields: Any) -> str:
        """Ask for a link and return its path."""
        given = await self.ask(who, EXPORT, input=request(**fields))
        return str(given["link"]["path"])

    async def fetch(self, path: str, process: int = -1) -> httpx2.Response:
        return await self.processes[process].get(path)

    async def file(self, who: Person, **fields: Any) -> list[dict[str, str]]:
        """Ask for a file, fetch it and read it as a spreadsheet does."""
        return read(await self.fetch(await self.link(who, **fields)))


def read(fetched: httpx2.Response) -> list[dict[str, str]]:
    assert fetched.status_code == 200, fetched.text
    text = fetched.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture
async def town(world: World) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        yield Town([await stack.enter_async_context(server(world)) for _ in range(2)])


def server(world: World) -> httpx2.AsyncClient:
    app = create_app(SETTINGS, "postgres://u@h/d", ports=world.ports, schema=SCHEMA)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://gateway")


@pytest.fixture
async def sharer(world: World) -> Person:
    """王小兰 had 300.00; she has paid 12.34 for herself and 100.00 for 次仁."""
    await world.policy()
    sharer = await world.person("王小兰", balance=300_00)
    beneficiary = await world.person("次仁")
    await world.bind(sharer, beneficiary)
    place = await world.institution()
    for number, (who, share) in enumerate(((sharer, 12_34), (beneficiary, 100_00))):
        await settle_bill(settling(who, bill(f"B{number}", share)), place.actor, world.ports)
        world.clock.move(days=1)
    return sharer


async def many(person: Person, number: int, *, after: int = 1) -> None:
    """Book contributions of one fen each on an account, after the entries that it has."""
    rows = (
        TransferRow(
            debit_account_id=key(),
            credit_account_id=person.account_id,
            amount_fen=1,
            cause_kind=CauseKind.CONTRIBUTION,
            cause_id=key(),
            business_day=NOON.date() + timedelta(days=entry),
            booked_at=NOON,
            account_id=person.account_id,
            entry_no=entry,
            balance_after_fen=entry,
        )
        for entry in range(after + 1, after + number + 1)
    )
    await TransferRow.bulk_create(rows)


def refused(answer: httpx2.Response) -> tuple[int, str]:
    (error,) = answer.json()["errors"]
    assert any("一" <= character <= "鿿" for character in error["message"])
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, error["extensions"]["code"]


NOT_VALID = (404, "LINK_NOT_VALID")


class TestTheFile:
    async def test_it_says_line_by_line_what_happened(self, town: Town, sharer: Person) -> None:
        (shared, own, opening) = await town.file(sharer)

        assert list(shared) == list(HEADS)
        assert list(shared.values()) == [
            "3",
            "王*兰",
            "共济支出",
            "-100.00",
            "187.66",
            "2026-11-21",
            "2026-11-21 12:00:00",
            "",
        ]
        assert (own["类别"], own["金额（元）"], own["余额（元）"]) == (
            "本人结算支出",
            "-12.34",
            "287.66",
        )
        assert (opening["类别"], opening["金额（元）"]) == ("期初余额", "300.00")

    async def test_it_says_what_the_query_says_and_no_more(
        self, town: Town, sharer: Person
    ) -> None:
        told = (await town.ask(sharer, MOVEMENTS))["nodes"]

        file = await town.file(sharer)

        assert [
            (
                int(one["序号"]),
                round(float(one["金额（元）"]) * 100),
                round(float(one["余额（元）"]) * 100),
                one["业务日期"],
                one["结算编号"] or None,
            )
            for one in file
        ] == [
            (
                one["entryNo"],
                one["amountFen"],
                one["balanceAfterFen"],
                one["businessDay"],
                one["settlementId"],
            )
            for one in told
        ]
        assert file[1]["结算编号"].startswith("stl_")

    async def test_a_spreadsheet_opens_it_right(self, town: Town, sharer: Person) -> None:
        fetched = await town.fetch(await town.link(sharer))

        assert fetched.content.startswith(b"\xef\xbb\xbf")
        assert fetched.content.count(b"\r\n") == fetched.content.count(b"\n") == 4
        assert fetched.headers["content-type"].startswith("text/csv; charset=utf-8")
        plain, named = fetched.headers["content-disposition"].split("; ")[1:]
        assert plain == 'filename="movements-20261122.csv"'
        assert unquote(named) == "filename*=UTF-8''共济明细-20261122.csv"

    async def test_nobody_keeps_it_and_no_page_learns_where_it_came_from(
        self, town: Town, sharer: Person
    ) -> None:
        headers = (await town.fetch(await town.link(sharer))).headers

        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize(
        ("name", "written"),
        [
            ("བསྟན་འཛིན་སྒྲོལ་མ", "བ"),
            ("𠮷野𡈽娜", "𠮷**娜"),
            ('=HYPERLINK("x")', "'=*"),
            ("＝1+1", "'＝*"),
            ("\t@SUM", "'\t"),
        ],
    )
    async def test_every_name_survives_and_none_is_a_formula(
        self, world: World, town: Town, sharer: Person, name: str, written: str
    ) -> None:
        await PersonRow.filter(id=sharer.id).update(name=name)

        assert {one["姓名"][: len(written)] for one in await town.file(sharer)} == {written}

    async def test_days_choose_what_is_in_it_as_in_the_query(
        self, town: Town, sharer: Person
    ) -> None:
        days = {"fromDay": "2026-11-20", "toDay": "2026-11-20"}

        file = await town.file(sharer, **days)
        told = (await town.ask(sharer, MOVEMENTS, **days))["nodes"]

        assert [one["序号"] for one in file] == ["2"]
        assert [one["entryNo"] for one in told] == [2]

    async def test_days_in_the_wrong_order_are_refused(self, town: Town, sharer: Person) -> None:
        days = {"fromDay": "2026-11-21", "toDay": "2026-11-20"}

        refused = await town.ask(sharer, EXPORT, input=request(**days))

        assert [one["code"] for one in refused["reasons"]] == ["PERIOD_ENDS_BEFORE_IT_BEGINS"]
        assert await ExportLinkRow.all().count() == 0

    async def test_without_an_account_there_are_heads_only(self, world: World, town: Town) -> None:
        person = await world.person()

        fetched = await town.fetch(await town.link(person))

        assert fetched.text == "\ufeff" + ",".join(f'"{head}"' for head in HEADS) + "\r\n"


class TestTheLink:
    async def test_it_works_once_in_any_process(self, town: Town, sharer: Person) -> None:
        path = await town.link(sharer)

        assert read(await town.fetch(path))
        assert refused(await town.fetch(path)) == NOT_VALID
        assert refused(await town.fetch(path, 0)) == NOT_VALID
        assert await ExportLinkRow.all().count() == 0

    async def test_of_many_at_once_one_wins(self, town: Town, sharer: Person) -> None:
        path = await town.link(sharer)

        answers = await asyncio.gather(*(town.fetch(path, number % 2) for number in range(12)))

        assert sorted(one.status_code for one in answers) == [200, *[404] * 11]

    async def test_used_expired_and_unknown_are_answered_in_the_same_words(
        self, world: World, town: Town, sharer: Person
    ) -> None:
        used, expired = await town.link(sharer), await town.link(sharer)
        await town.fetch(used)
        world.clock.move(seconds=LIVES.total_seconds())
        unknown = [f"/exports/{'A' * 43}", "/exports/x", f"/exports/{'王' * 300}", "/exports/%00"]

        answers = [await town.fetch(path) for path in (used, expired, *unknown)]

        assert {refused(one) for one in answers} == {NOT_VALID}
        assert len({one.content for one in answers}) == 1

    async def test_it_works_up_to_its_last_moment(
        self, world: World, town: Town, sharer: Person
    ) -> None:
        given = (await town.ask(sharer, EXPORT, input=request()))["link"]
        assert given["expiresAt"] == "2026-11-22T04:01:30Z"

        world.clock.move(seconds=LIVES.total_seconds(), microseconds=-1)

        assert read(await town.fetch(given["path"]))

    @pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
    async def test_who_only_looks_does_not_use_it_up(
        self, town: Town, sharer: Person, method: str
    ) -> None:
        path = await town.link(sharer)

        looked = await town.processes[0].request(method, path)

        assert (looked.status_code, looked.headers["allow"]) == (405, "GET")
        assert read(await town.fetch(path))

    async def test_a_path_that_is_nearly_right_is_not_repeated(
        self, town: Town, sharer: Person
    ) -> None:
        answer = await town.fetch(await town.link(sharer) + "/")

        assert answer.status_code == 404
        assert "location" not in answer.headers

    async def test_the_secret_is_stored_nowhere(self, town: Town, sharer: Person) -> None:
        secret = (await town.link(sharer)).rpartition("/")[2]

        (row,) = await ExportLinkRow.all().values()

        assert len(secret) == 43
        assert secret not in str(row)

    async def test_the_log_tells_neither_the_secret_nor_what_was_guessed(
        self, town: Town, sharer: Person
    ) -> None:
        path = await town.link(sharer)
        root, stream = logging.getLogger(), io.StringIO()
        before = root.handlers[:], root.level
        configure_log(as_json=True, level="DEBUG", stream=stream)

        await town.fetch(path)
        await town.fetch(path)
        await town.fetch(f"{path}/")
        root.handlers = before[0]
        root.setLevel(before[1])
        structlog.reset_defaults()

        assert stream.getvalue().count('"event":"http"') == 3
        assert path.rpartition("/")[2] not in stream.getvalue()

    async def test_what_expired_is_swept(self, world: World, town: Town, sharer: Person) -> None:
        await town.link(sharer)
        world.clock.move(seconds=60)
        later = await town.link(sharer)
        world.clock.move(seconds=30)

        assert await forget_links(world.ports) == 1

        assert read(await town.fetch(later))
        assert forget_links in {sweep.run for sweep in SWEEPS}


class TestTheRequest:
    async def test_the_same_again_gives_a_new_link_and_the_former_works_no_more(
        self, town: Town, sharer: Person
    ) -> None:
        asked = request(fromDay="2026-11-21")

        first = await town.ask(sharer, EXPORT, input=asked)
        again = await town.ask(sharer, EXPORT, input=asked)

        assert (first["replayed"], again["replayed"]) == (False, True)
        assert refused(await town.fetch(first["link"]["path"])) == NOT_VALID
        assert [one["序号"] for one in read(await town.fetch(again["link"]["path"]))] == ["3"]

    async def test_a_link_that_was_used_is_given_anew_under_its_key(
        self, town: Town, sharer: Person
    ) -> None:
        asked = request()
        first = await town.ask(sharer, EXPORT, input=asked)
        await town.fetch(first["link"]["path"])

        again = await town.ask(sharer, EXPORT, input=asked)

        assert len(read(await town.fetch(again["link"]["path"]))) == 3

    async def test_its_outcome_is_known_and_tells_no_link(self, town: Town, sharer: Person) -> None:
        asked = request()
        await town.ask(sharer, EXPORT, input=asked)

        outcome = await town.ask(sharer, OUTCOME, requestId=asked["requestId"])
        voided = await town.ask(sharer, VOID, input=request(voids=asked["requestId"]))

        assert (outcome["status"], outcome["answer"]) == ("DONE", None)
        assert outcome["operation"] == "exportMovements"
        assert voided["code"] == "VOID_NOT_POSSIBLE"


class TestRights:
    async def test_a_guardian_fetches_what_the_ward_would(
        self, world: World, town: Town, sharer: Person
    ) -> None:
        guardian = await world.person("扎西")
        await world.guardian(guardian, sharer, Capacity.PROXY)

        file = await town.file(guardian, onBehalfOf=shown("psn", sharer.id))

        assert file == await town.file(sharer)

    async def test_who_is_guardian_no_more_when_it_is_fetched_gets_nothing(
        self, world: World, town: Town, sharer: Person
    ) -> None:
        guardian = await world.person("扎西")
        await world.guardian(guardian, sharer, Capacity.PROXY)
        path = await town.link(guardian, onBehalfOf=shown("psn", sharer.id))
        await GuardianRow.all().update(until=date(2026, 11, 22))

        assert refused(await town.fetch(path)) == NOT_VALID

    def test_a_recorded_actor_is_read_back_without_roles(self) -> None:
        ward = Actor(ActorKind.PERSON, key(), STAFF.channel, acting_for=key(), token_id="t-1")

        assert Actor.recorded(ward.record()) == ward
        assert Actor.recorded(STAFF.record()).roles == frozenset()


class TestManyMovements:
    async def test_they_are_read_page_by_page_as_they_are_taken(
        self, world: World, town: Town, caplog: pytest.LogCaptureFixture
    ) -> None:
        person = await world.person(balance=1)
        await many(person, 250)
        secret = (await town.link(person)).rpartition("/")[2]

        export = await fetch_export(secret, world.ports)
        caplog.clear()
        with caplog.at_level(logging.DEBUG, STATEMENTS):
            first = await anext(export.pages)
            statements = [one for one in caplog.records if one.name == STATEMENTS]
        await many(person, 1, after=251)
        rest = [movement async for page in export.pages for movement in page]

        assert len(statements) == 1
        assert [one.entry_no for one in (*first, *rest)] == [*range(251, 0, -1)]

    async def test_more_than_a_file_holds_are_refused_when_asking_and_when_fetching(
        self, world: World, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(accounts, "MOST_EXPORTED", 50)
        person = await world.person(balance=1)
        await many(person, 49)
        exact, grown = await town.file(person), await town.link(person)
        await many(person, 1, after=50)

        asked = await town.ask(person, EXPORT, input=request())

        assert len(exact) == 50
        assert [one["code"] for one in asked["reasons"]] == ["EXPORT_TOO_LONG"]
        assert refused(await town.fetch(grown)) == (409, "EXPORT_TOO_LONG")
        assert refused(await town.fetch(grown)) == NOT_VALID
        assert len(await town.file(person, fromDay="2026-12-01")) < 50
