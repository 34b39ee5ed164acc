"""How the demo prints: a rule for each chapter, tables, and figures with their marks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rich.box import ROUNDED
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gongji.app.demo import texts
from gongji.app.demo.clients import StoryBroken
from gongji.domain.business_day import SHANGHAI
from gongji.domain.money import Fen, yuan

WIDTH: Final = 104
"""Columns where the output is no terminal."""

_AMOUNTS_FROM: Final = ("¥", "-¥")


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount of the story, as the worked example has it and as the gateway gave it; fen."""

    name: str
    expected: Fen
    actual: Fen

    @property
    def is_right(self) -> bool:
        """Tell whether the two agree to the fen."""
        return self.expected == self.actual

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Return the figure as a row of a table."""
        mark = "[green]✓[/]" if self.is_right else "[bold red]✗[/]"
        return self.name, yuan(self.expected), yuan(self.actual), mark


class Screen:
    """Prints the story.

    Args:
        console: where to; its width is used.
    """

    def __init__(self, console: Console) -> None:
        self._console: Final = console

    def open(self, title: str, subtitle: str, place: str) -> None:
        """Print the title page."""
        self._console.print(Panel(Text(f"{subtitle}\n{place}"), title=f"[bold]{title}[/]"))

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self._console.print()
        self._console.rule(f"[bold cyan]{title}[/]", align="left")

    def say(self, sentence: str) -> None:
        """Print a sentence."""
        self._console.print(sentence, markup=False, highlight=False)

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None
    ) -> None:
        """Print a table; amounts stand to the right."""
        listed = [tuple(row) for row in rows]
        table = Table(
            title=title,
            title_justify="left",
            title_style="bold",
            header_style="dim",
            box=ROUNDED,
        )
        for place, column in enumerate(columns):
            is_amount = any(row[place].startswith(_AMOUNTS_FROM) for row in listed)
            table.add_column(column, justify="right" if is_amount else "left")
        for row in listed:
            table.add_row(*row)
        self._console.print(table)

    def figures(self, title: str, figures: Sequence[Figure]) -> None:
        """Print figures beside what they must be.

        Raises:
            StoryBroken: one of them differs.
        """
        self.table(texts.FIGURES_COLUMNS, [figure.row for figure in figures], title=title)
        wrong = [figure.name for figure in figures if not figure.is_right]
        if wrong:
            raise StoryBroken(texts.DIFFERS.format(names="、".join(wrong)))


def moment(text: str) -> str:
    """Write an instant of the API as a clock in Shanghai shows it."""
    return f"{datetime.fromisoformat(text).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def balance_of(account: Mapping[str, Any] | None) -> str:
    """Write the balance of a family account's own account."""
    return texts.NO_ACCOUNT if account is None else yuan(account["balanceFen"])
