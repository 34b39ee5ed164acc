"""The command line: ``gongji serve``, ``load``, ``seed``, ``check-books`` and others.

Exit status: 0 done, also when a signal asked to end; 1 what was asked cannot be done; 2 the command
line or a setting is wrong; 3 the database cannot be reached or started.
"""

import asyncio
import re
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import Progress

from gongji.api.documents import manifest_of, written_documents
from gongji.api.schema import schema_text
from gongji.app.asgi import create_app, make_ports
from gongji.app.database import (
    DatabaseAway,
    bring_to_head,
    opened_database,
    running_database,
)
from gongji.app.demo.clients import StoryBroken
from gongji.app.demo.play import play
from gongji.app.demo.screen import WIDTH as DEMO_WIDTH
from gongji.app.development_tokens import (
    TokenMaker,
    TokenRefused,
    demo_person,
    institution_of,
)
from gongji.app.kept_keys import KeyUnusable
from gongji.app.log import configure_log
from gongji.app.postgres import PostgresFailed
from gongji.app.postgres_home import NoHome
from gongji.app.seed.seeding import FEWEST_PEOPLE, MOST_PEOPLE, NGARI_PEOPLE
from gongji.app.seed.seeding import Progress as Progressing
from gongji.app.seed.seeding import seed as seed_town
from gongji.app.serving import NotServing, listen, serve, url_of
from gongji.app.settings import Settings, SettingsWrong, read_settings
from gongji.app.welcome import ALL_ROLES, Held, Welcome, load_families, welcome
from gongji.domain.actor import Role
from gongji.domain.books import BooksCheck, Difference
from gongji.domain.records import LineFault
from gongji.store.copying import NotEmpty
from gongji.store.installation import NotADemonstration
from gongji.store.registration.intake import RecordsRefused
from gongji.usecases.check_books import Progress as CheckProgress
from gongji.usecases.check_books import check_books
from gongji.usecases.load import Loaded, load

commands = typer.Typer(
    help="共济 Gongji: a gateway for the family mutual aid of China's medical insurance.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
screen = Console(soft_wrap=True, highlight=False)
complaints = Console(stderr=True, soft_wrap=True, highlight=False)

_ASKED_TO_END: Final = {128 + number for number in (signal.SIGTERM, signal.SIGHUP)}
_NOT_MARKED: Final = (
    "the database is not marked as a demonstration; --yes-this-is-not-a-demonstration "
    "loads all the same, and `gongji serve --demo` marks an empty one"
)
_NOT_FOR_SEED: Final = (
    "only an empty database that is marked as a demonstration is seeded; choose another one "
    "(GONGJI_DATABASE_URL, GONGJI_DATA_FOLDER), or --mark-as-demonstration for an empty one"
)
_OTHER_PEOPLE: Final = (
    "there are other people in this database; serve it without --demo, "
    "or choose an empty one (GONGJI_DATABASE_URL, GONGJI_DATA_FOLDER)"
)
_ACTORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sharer": "sharer 共济人",
        "beneficiary": "beneficiary 被共济人",
        "till": "till 收费端",
        "staff": "staff 经办人员",
    }
)
_SCHEMA_FILE: Final = Path("schema/schema.graphql")
_DOCUMENTS_FOLDER: Final = Path("schema/documents")
_SIX_DIGITS: Final = re.compile(r"[0-9]{6}")


class Refused(RuntimeError):
    """What was asked cannot be done; the text says why."""


class TokenKind(StrEnum):
    """For whom a development token is made."""

    PERSON = "person"
    TILL = "till"
    STAFF = "staff"


_STATUS: Final[Mapping[type[Exception], int]] = MappingProxyType(
    {
        Refused: 1,
        NotServing: 1,
        StoryBroken: 1,
        TokenRefused: 1,
        SettingsWrong: 2,
        KeyUnusable: 2,
        DatabaseAway: 3,
        NoHome: 3,
        PostgresFailed: 3,
    }
)


def main() -> None:
    """Run a command; say what went wrong in one sentence."""
    try:
        commands()
    except tuple(_STATUS) as error:
        complaints.print(f"gongji: {error}", markup=False)
        sys.exit(_STATUS[type(error)])


@commands.command("serve")
def serve_command(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="TCP port; 0: any free one.")
    ] = None,
    *,
    demo: Annotated[bool, typer.Option(help="Bring demo families into an empty database.")] = False,
) -> None:
    """Serve the gateway; in development its database is made, started and migrated too.

    While a database of GONGJI_DATABASE_URL is away the gateway waits, and is not ready.
    """
    settings = _settings_with(port)
    configure_log(as_json=settings.logs_json, level=settings.log_level)
    try:
        _serve(settings, demo=demo)
    except KeyboardInterrupt:
        return
    except SystemExit as ended:
        if ended.code not in _ASKED_TO_END:
            raise


def _serve(settings: Settings, *, demo: bool) -> None:
    with listen(settings.host, settings.port) as listener, running_database(settings) as url:
        greeting = asyncio.run(_greet(settings, url)) if demo else None
        app = create_app(settings, url)
        serve(app, listener, lambda: _announce(url_of(listener), greeting))


async def _greet(settings: Settings, url: str) -> Welcome:
    """Make sure that the demo families are there, and the tokens for them."""
    if settings.is_development:
        await bring_to_head(url)
    ports = make_ports(settings)
    async with opened_database(url):
        try:
            await load_families(ports)
        except NotADemonstration:
            raise Refused(_OTHER_PEOPLE) from None
        return await welcome(settings, ports)


def _announce(base_url: str, greeting: Welcome | None) -> None:
    """Say where the gateway is, and how to begin. What may be copied stands unbroken."""
    screen.print(f"共济 Gongji serves GraphQL on {base_url}/graphql", style="bold")
    if greeting is None:
        return
    if greeting.is_story:
        screen.print(f"Two phones and a till of a demo family: {base_url}/")
    else:
        screen.print("A town without the people whom the pages know: it is for tokens.")
        screen.print("`gongji token` makes more of them; a till is at")
        screen.print(f"{base_url}/till/?institution={greeting.till_code}")
    screen.print("\nDevelopment tokens of demo people, for one day:")
    for name, actor in _ACTORS.items():
        held: Held = getattr(greeting, name)
        screen.print(f"\n{actor} {held.holder}\n{held.token}", markup=False)
    screen.print("\nA first request, as the beneficiary:\n", style="bold")
    screen.print(greeting.first_request(base_url), markup=False)


@commands.command("load")
def load_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines.")],
    *,
    keep_going: Annotated[
        bool, typer.Option(help="Load the good lines and list the bad ones.")
    ] = False,
    yes_this_is_not_a_demonstration: Annotated[
        bool, typer.Option(help="Load into a database that is not marked as a demonstration.")
    ] = False,
) -> None:
    """Load records of the registry, all or nothing; loading them again changes nothing."""
    settings = read_settings()
    ports = make_ports(settings)

    async def loaded(url: str, progress: Callable[[int, int], None]) -> Loaded:
        async with opened_database(url):
            return await load(
                file,
                ports,
                keep_going=keep_going,
                allow_unmarked=yes_this_is_not_a_demonstration,
                progress=progress,
            )

    try:
        with running_database(settings) as url, Progress(console=complaints) as bar:
            if settings.is_development:
                asyncio.run(bring_to_head(url))
            task = bar.add_task(file.name, total=None)
            told = asyncio.run(
                loaded(url, lambda done, lines: bar.update(task, completed=done, total=lines))
            )
    except RecordsRefused as refused:
        _list(refused.faults, refused.counted)
        lines = "1 line cannot" if refused.counted == 1 else f"{refused.counted} lines cannot"
        raise Refused(f"nothing was loaded: {lines} be") from None
    except NotADemonstration:
        raise Refused(_NOT_MARKED) from None
    screen.print(f"{told.lines - told.faults_counted} of {told.lines} lines are loaded.")
    if told.faults_counted:
        _list(told.faults, told.faults_counted)
        raise typer.Exit(1)


@commands.command("seed")
def seed_command(
    *,
    people: Annotated[
        int, typer.Option(min=FEWEST_PEOPLE, max=MOST_PEOPLE, help="How many.")
    ] = NGARI_PEOPLE,
    seed: Annotated[int, typer.Option(help="Another seed, another town.")] = 1,
    mark_as_demonstration: Annotated[
        bool, typer.Option(help="Mark an empty database first; in development that needs no word.")
    ] = False,
) -> None:
    """Fill an empty demonstration with a whole Ngari and the year behind it; all invented."""
    settings = read_settings()
    ports = make_ports(settings)
    may_mark = settings.is_development or mark_as_demonstration

    async def seeded(url: str, progress: Progressing) -> Mapping[str, int]:
        async with opened_database(url):
            return await seed_town(
                ports, people=people, seed=seed, may_mark=may_mark, progress=progress
            )

    try:
        with running_database(settings) as url, Progress(console=complaints) as bar:
            if settings.is_development:
                asyncio.run(bring_to_head(url))
            task = bar.add_task("seed")
            rows = asyncio.run(
                seeded(
                    url,
                    lambda what, done, steps: bar.update(
                        task, description=what, completed=done, total=steps
                    ),
                )
            )
    except (NotEmpty, NotADemonstration):
        raise Refused(_NOT_FOR_SEED) from None
    for table, count in sorted(rows.items()):
        screen.print(f"{count:>9,} {table}", markup=False)


def _list(faults: Sequence[LineFault], counted: int) -> None:
    """Name the lines that cannot be loaded."""
    for fault in faults:
        complaints.print(str(fault), markup=False)
    if counted > len(faults):
        complaints.print(f"... and {counted - len(faults)} more lines")


@commands.command("check-books")
def check_books_command() -> None:
    """Recompute every balance, settlement, reversal and premium; list what does not agree."""
    settings = read_settings()

    async def checked(url: str, progress: CheckProgress) -> BooksCheck:
        async with opened_database(url):
            return await check_books(tell=_tell_difference, progress=progress)

    with running_database(settings) as url, Progress(console=complaints) as bars:
        if settings.is_development:
            asyncio.run(bring_to_head(url))
        replayed, compared = bars.add_task("explanations"), bars.add_task("sums")

        def progress(records: int, of: int, sums: int, in_all: int) -> None:
            bars.update(replayed, completed=records, total=of)
            bars.update(compared, completed=sums, total=in_all)

        check = asyncio.run(checked(url, progress))
    counted = (
        f"{check.settlements} settlements, {check.premiums} premiums, {check.transfers} transfers"
    )
    if not check.is_right:
        raise Refused(
            f"the books are not right: {check.differences_counted} differences in {counted}"
        )
    screen.print(f"The books are right: {counted}.")


def _tell_difference(difference: Difference) -> None:
    """Name a difference at once, so that none has to be kept."""
    screen.print(str(difference), markup=False)


@commands.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest migration."""
    with running_database(read_settings()) as url:
        applied = asyncio.run(bring_to_head(url))
    for name in applied:
        screen.print(f"applied {name}", markup=False)
    screen.print("The database is up to date.")


@commands.command("token")
def token_command(
    *,
    kind: Annotated[TokenKind, typer.Option(help="For whom.")],
    id_number: Annotated[str | None, typer.Option(help="ID number of a demo person.")] = None,
    institution: Annotated[str | None, typer.Option(help="Code of the till's institution.")] = None,
    operator: Annotated[str, typer.Option(help="The till's clerk.")] = "01",
    region: Annotated[str, typer.Option(help="Region of the staff, six digits.")] = "540000",
    role: Annotated[
        list[Role] | None, typer.Option(help="A role of the staff; all roles where none is given.")
    ] = None,
    hours: Annotated[int, typer.Option(min=1, max=24 * 365, help="How long it holds.")] = 24,
) -> None:
    """Print a development token. Only development gateways accept it."""
    settings = read_settings()
    ports = make_ports(settings)
    maker = TokenMaker(settings, now=ports.clock.now(), lasting=timedelta(hours=hours))

    if kind is TokenKind.STAFF:
        token = maker.staff(_region(region), tuple(role or ALL_ROLES))
    elif kind is TokenKind.TILL:
        code = _required("--institution", institution)
        token = maker.till(_found(settings, lambda: institution_of(code)), operator)
    else:
        number = _required("--id-number", id_number)
        token = maker.person(_found(settings, lambda: demo_person(ports, number)))
    screen.print(token, markup=False)


def _found(settings: Settings, look: Callable[[], Awaitable[UUID]]) -> UUID:
    """Look something up in the database."""

    async def opened(url: str) -> UUID:
        async with opened_database(url):
            return await look()

    with running_database(settings) as url:
        return asyncio.run(opened(url))


@commands.command("demo")
def demo_command() -> None:
    """Play one family's year against the gateway that runs, or against one of its own."""
    width = None if screen.is_terminal else DEMO_WIDTH
    play(read_settings(), Console(width=width, highlight=False))


@commands.command("export-schema")
def export_schema_command(
    to: Annotated[Path, typer.Option(help="The file.")] = _SCHEMA_FILE,
    *,
    check: Annotated[bool, typer.Option(help="Only compare; write nothing.")] = False,
) -> None:
    """Write the GraphQL schema to its file, or tell whether the file is still right."""
    _export({to: schema_text()}, "gongji export-schema", check=check)


@commands.command("export-documents")
def export_documents_command(
    to: Annotated[Path, typer.Option(help="The folder.")] = _DOCUMENTS_FOLDER,
    *,
    check: Annotated[bool, typer.Option(help="Only compare; write nothing.")] = False,
) -> None:
    """Write each client's documents with their hashes, or tell whether the files are right."""
    written = written_documents(manifest_of(read_settings().operations_folder))
    texts = {to / f"{client}.json": text for client, text in written.items()}
    _export(texts, "gongji export-documents", check=check)


def _export(texts: Mapping[Path, str], command: str, *, check: bool) -> None:
    wrong = [
        file
        for file, text in texts.items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    if check and wrong:
        names = ", ".join(map(str, wrong))
        complaints.print(f"gongji: not as this code has it: {names}: {command}", markup=False)
        raise typer.Exit(1)
    for file in wrong:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(texts[file], encoding="utf-8")


def _settings_with(port: int | None) -> Settings:
    """Read the settings; an option counts more than the environment."""
    settings = read_settings()
    return settings if port is None else settings.model_copy(update={"port": port})


def _region(text: str) -> str:
    """Return a region that staff may work for."""
    if not _SIX_DIGITS.fullmatch(text):
        raise typer.BadParameter("a region has six digits, such as 542500")
    return text


def _required(option: str, value: str | None) -> str:
    """Return an option that this kind of token needs."""
    if value is None:
        raise typer.BadParameter(f"{option} is needed for this kind of token")
    return value
