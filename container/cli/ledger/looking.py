"""Looking through the files of a container, with a count on a terminal of what was looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress, SpinnerColumn, TextColumn

from container.cli.common import err


@contextmanager
def looking(what: str) -> Iterator[Callable[[int], None]]:
    """Shows how many entries were looked at; gives a function that is told of more of them."""
    columns = (SpinnerColumn(), TextColumn(what), TextColumn("{task.completed:,.0f} entries"))
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda number: progress.advance(task, number)
