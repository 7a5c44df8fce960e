"""The damaged files that stand beside an outbox, as ``prove`` and ``status`` tell of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.text import Text

from container.cli.common import out, shown
from container.cli.outbox.words import time
from container.outbox.aside import Aside
from container.outbox.recovery import in_a_line

_COUNTS = ("pending", "dead", "entries", "lost", "missing", "counted", "finished", "known")


def print_asides(folder: Path, asides: Iterable[Aside]) -> None:
    """A line for each, and what to do about those that are there."""
    for one in asides:
        why = f"set aside {time(one.time)}, {shown(one.why)}; " if one.time else ""
        out.print(Text(f"{folder}: {why}{shown(in_a_line(one))}", "yellow"))
        if one.stands:
            out.print(Text(f"move {folder / one.name} away when you have seen to it; prove ends with 1 until then"))


def asides_as_json(asides: Iterable[Aside]) -> list[dict[str, Any]]:
    """The same for programs. ``pending``, ``dead`` and ``entries`` are what was salvaged."""
    return [
        {"file": one.name, "time": one.time or None, "why": one.why, "stands": one.stands}
        | {name: getattr(one, name) for name in _COUNTS}
        for one in asides
    ]
