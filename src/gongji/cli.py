"""The command line: ``gongji serve``, ``migrate``, ``token``, ``export-schema``.

Exit status: 0 done, also when a signal asked to end; 1 what was asked cannot be done; 2 the command
line or a setting is wrong; 3 the database cannot be reached or started.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.console import Console

from gongji.api.schema import schema_text, write_schema
from gongji.app.asgi import create_app, make_ports
from gongji.app.database import DatabaseAway, bring_to_head, opened_database, running_database
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
from gongji.app.serving import NotServing, listen, serve, url_of
from gongji.app.settings import Settings, SettingsWrong, read_settings

commands = typer.Typer(
    help="共济 Gongji: a gateway for the family mutual aid of China's medical insurance.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
screen = Console(soft_wrap=True, highlight=False)
complaints = Console(stderr=True, soft_wrap=True, highlight=False)

_STATUS: Final[Mapping[type[Exception], int]] = MappingProxyType(
    {
        NotServing: 1,
        TokenRefused: 1,
        SettingsWrong: 2,
        KeyUnusable: 2,
        DatabaseAway: 3,
        NoHome: 3,
        PostgresFailed: 3,
    }
)
_ASKED_TO_END: Final = {128 + number for number in (signal.SIGTERM, signal.SIGHUP)}
_SCHEMA_FILE: Final = Path("schema/schema.graphql")
_ALL_ROLES: Final = ("READER", "REVIEWER", "SETTLER")


class TokenKind(StrEnum):
    """For whom a development token is made."""

    PERSON = "person"
    TILL = "till"
    STAFF = "staff"


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
) -> None:
    """Serve the gateway; in development its database is made, started and migrated too."""
    settings = _settings_with(port)
    configure_log(as_json=settings.logs_json, level=settings.log_level)
    try:
        _serve(settings)
    except KeyboardInterrupt:
        return
    except SystemExit as ended:
        if ended.code not in _ASKED_TO_END:
            raise


def _serve(settings: Settings) -> None:
    with listen(settings.host, settings.port) as listener, running_database(settings) as url:
        if settings.is_development:
            asyncio.run(bring_to_head(url))
        app = create_app(settings, url)
        serve(app, listener, lambda: _announce(url_of(listener)))


def _announce(base_url: str) -> None:
    screen.print(f"共济 Gongji serves GraphQL on [bold]{base_url}/graphql[/bold]")


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
        list[str] | None, typer.Option(help="A role of the staff; all roles where none is given.")
    ] = None,
    hours: Annotated[int, typer.Option(min=1, max=24 * 365, help="How long it holds.")] = 24,
) -> None:
    """Print a development token. Only development gateways accept it."""
    settings = read_settings()
    ports = make_ports(settings)
    maker = TokenMaker(settings, now=ports.clock.now(), lasting=timedelta(hours=hours))

    if kind is TokenKind.STAFF:
        token = maker.staff(region, tuple(role or _ALL_ROLES))
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


@commands.command("export-schema")
def export_schema_command(
    to: Annotated[Path, typer.Option(help="The file.")] = _SCHEMA_FILE,
    *,
    check: Annotated[bool, typer.Option(help="Only compare; write nothing.")] = False,
) -> None:
    """Write the GraphQL schema to its file, or tell whether the file is still right."""
    if not check:
        to.parent.mkdir(parents=True, exist_ok=True)
        write_schema(to)
    elif not to.exists() or to.read_text(encoding="utf-8") != schema_text():
        complaints.print(f"gongji: {to} is not the schema of this code: gongji export-schema")
        raise typer.Exit(1)


def _settings_with(port: int | None) -> Settings:
    """Read the settings; an option counts more than the environment."""
    settings = read_settings()
    return settings if port is None else settings.model_copy(update={"port": port})


def _required(option: str, value: str | None) -> str:
    """Return an option that this kind of token needs."""
    if value is None:
        raise typer.BadParameter(f"{option} is needed for this kind of token")
    return value
