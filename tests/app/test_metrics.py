"""The metrics know what the last check of the books found."""

from prometheus_client.exposition import generate_latest

from gongji.app.metrics import Metrics
from gongji.store.rows import PersonalAccountRow
from tests.books import differences
from tests.world import World


def shown(metrics: Metrics) -> list[str]:
    lines = generate_latest(metrics.registry).decode().splitlines()
    return [line for line in lines if line.startswith("gongji_books_")]


async def test_the_books_have_no_number_before_they_are_checked(world: World) -> None:
    metrics = Metrics()

    await metrics.watch_books(world.ports)

    assert shown(metrics) == [
        "gongji_books_differences NaN",
        "gongji_books_checked_timestamp_seconds NaN",
    ]


async def test_the_number_of_differences_is_that_of_the_last_check(world: World) -> None:
    metrics = Metrics()
    await world.person(balance=100_00)
    await PersonalAccountRow.all().update(balance_fen=1)
    await differences()
    await differences()

    await metrics.watch_books(world.ports)

    counted, checked = shown(metrics)
    assert counted == "gongji_books_differences 1.0"
    assert float(checked.split()[1]) > 0
