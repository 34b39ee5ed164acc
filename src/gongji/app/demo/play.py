"""The play: finds or starts the gateway, connects the four clients, and goes through the year."""

import asyncio

from rich.console import Console
from tortoise.connection import get_connection

from gongji.api.documents import manifest_of
from gongji.app.asgi import make_ports
from gongji.app.database import opened_database, running_database
from gongji.app.demo import texts
from gongji.app.demo.autumn import look_as_staff, pay_premium
from gongji.app.demo.cast import FAMILY, Tokens, make_tokens
from gongji.app.demo.clients import Clients, StoryBroken, connected
from gongji.app.demo.gateway import Stage, running_gateway
from gongji.app.demo.hospital import explain, reverse, settle, show_draws
from gongji.app.demo.household import balances, bind, meet, order, restore
from gongji.app.demo.screen import Screen
from gongji.app.settings import Settings
from gongji.store.database import CONNECTION, pending_migrations
from gongji.store.installation import is_demonstration
from gongji.usecases.ports import SystemClock


def play(settings: Settings, console: Console) -> None:
    """Play the family's year and print it. Call it in the main thread.

    Raises:
        StoryBroken: a figure differs from the worked example, or the gateway answers otherwise.
        TokenRefused: the demo families are not loaded, or this is not development.
    """
    if not settings.operations_folder.is_dir():
        raise StoryBroken("GONGJI_OPERATIONS_FOLDER: no folder with the clients' documents")
    manifest = manifest_of(settings.operations_folder)
    with running_gateway(settings) as stage:
        screen = Screen(console)
        which = texts.ITS_OWN if stage.is_its_own else texts.RUNNING
        place = texts.PLAYED_ON.format(url=stage.base_url, which=which)
        screen.open(texts.TITLE, texts.SUBTITLE, place)
        with connected(stage.base_url, manifest, _tokens(stage)) as clients:
            _play(screen, clients)


def _tokens(stage: Stage) -> Tokens:
    """Make everybody's token from the gateway's own database.

    Raises:
        StoryBroken: it is not the one of these settings, or no demonstration.
    """
    ports = make_ports(stage.settings)

    async def made(url: str) -> Tokens:
        async with opened_database(url) as context:
            if await pending_migrations(context) or not await is_demonstration(
                get_connection(CONNECTION)
            ):
                raise StoryBroken(texts.NO_DEMONSTRATION.format(url=stage.base_url))
            return await make_tokens(stage.settings, ports, ports.clock.now())

    with running_database(stage.settings) as url:
        return asyncio.run(made(url))


def _play(screen: Screen, clients: Clients) -> None:
    """Go through the year."""
    if restore(clients):
        screen.say(texts.RESTORED)
    meet(screen, clients)
    bind(screen, clients)
    order(screen, clients)
    settlement_id = settle(screen, clients, SystemClock().now())
    explain(screen, clients, settlement_id)
    show_draws(screen, clients)
    reverse(screen, clients, settlement_id)
    pay_premium(screen, clients)
    look_as_staff(screen, clients)
    _close(screen, clients)


def _close(screen: Screen, clients: Clients) -> None:
    """Bring the family back to the beginning of the year, and see that nothing is missing."""
    restore(clients)
    screen.chapter(texts.CLOSING)
    as_before = {one: one.balance for one in FAMILY if one.balance is not None}
    screen.figures(texts.BALANCES, balances(clients, as_before))
    screen.say(texts.CLOSING_NOTE)
    screen.say(texts.DONE)
