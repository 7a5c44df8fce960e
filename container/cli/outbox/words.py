"""How accounts and letters are called and set on a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from rich.table import Table
from rich.text import Text

from container.cli.common import WIDTH, out, shown


class Named(Protocol):
    """Anything that belongs to a tag and a destination."""

    @property
    def tag(self) -> str: ...
    @property
    def destination(self) -> str: ...


def table(*texts: str, numbers: tuple[str, ...]) -> Table:
    """A table whose last columns are numbers."""
    made = Table(box=None, pad_edge=False)
    for column in texts:
        made.add_column(column, header_style="dim", overflow="fold")
    for column in numbers:
        made.add_column(column, header_style="dim", justify="right")
    return made


def print_table(made: Table, otherwise: str) -> None:
    """The table, or these words when it has no row."""
    if made.row_count:
        out.print(made, width=max(out.width, WIDTH))
    elif otherwise:
        out.print(Text(otherwise))


def name(one: Named) -> str:
    """A tag and its destination."""
    return shown(f"{one.tag} {one.destination}".strip())


def cell(text: str) -> Text:
    """A text in a table."""
    return Text(shown(text) or "-")


def letters_in_words(number: int) -> str:
    """So many dead letters."""
    return f"{number} dead letter" + ("" if number == 1 else "s")


def attempts_in_words(number: int) -> str:
    """So many attempts."""
    return f"{number} attempt" + ("" if number == 1 else "s")


def answer(status: int) -> str:
    """What came back, as far as a status tells."""
    return f"answer {status}" if status else "no answer"


def due_in_words(due: float, now: float) -> str:
    """When what was tried is sent again."""
    if due > now:
        return f"sent again after {time(due)}"
    return f"due again since {time(due)}: a running server is at it, or waits for the destination; else the next one is"


def time(seconds: float) -> str:
    """A time as it is written in options too."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
