"""Saving: hits that were simulated, written as tests into a file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.text import Text

from container.cases import FOLDER
from container.cases.saving import Saved, SavingError, added_to, saved_case, taken_names, warnings
from container.cli.common import err, shown
from container.config.document import Configuration
from container.hit import Hit

MOST = 50
"""Hits that are saved at once: tests are read by people."""


def save(
    hits: Sequence[Hit], now: float, configuration: Configuration, file: str, name: str | None, *, masked: bool
) -> bool:
    """Write a test of each hit into a file, behind those that stand there; whether that could be done.

    A single hit's name is asked for on a terminal when it was not given.
    """
    path = Path(file)
    try:
        if len(hits) > MOST:
            raise SavingError(f"{len(hits)} hits are too many tests for one file; choose one with --id")
        existing = path.read_text("utf-8") if path.exists() else ""
        taken = taken_names(existing, file)
        saved: list[Saved] = []
        for hit in hits:
            saved.append(_one(hit, now, configuration, taken, name, masked=masked, ask=len(hits) == 1))
            taken.append(saved[-1].name)
        text = added_to(existing, saved, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except SavingError as error:
        err.print(Text(f"nothing was saved: {shown(str(error))}", "red"))
        return False
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        err.print(Text(f"nothing was saved: {file}: {reason.lower()}; choose another file", "red"))
        return False
    _tell(saved, path, configuration, masked=masked)
    return True


def _one(
    hit: Hit, now: float, configuration: Configuration, taken: list[str], name: str | None, *, masked: bool, ask: bool
) -> Saved:
    """The test of one hit, under a name that is still free."""
    saved = saved_case(hit, now, configuration, name or "", masked=masked)
    title = saved.name
    if name is None and ask and sys.stdin.isatty() and err.is_terminal:
        title = click.prompt("the test's name", default=_free(title, taken), err=True)
    free = _free(title, taken)
    return saved if free == saved.name else saved_case(hit, now, configuration, free, masked=masked)


def _free(title: str, taken: list[str]) -> str:
    number = 2
    free = title
    while free in taken:
        free, number = f"{title} {number}", number + 1
    return free


def _tell(saved: Sequence[Saved], path: Path, configuration: Configuration, *, masked: bool) -> None:
    for one in saved:
        err.print(Text.assemble((f"{path}: saved ", "green"), (f"'{shown(one.name)}'", "bold")))
        for warning in warnings(one):
            err.print(Text(f"  {warning}", "yellow"))
    if not masked and any(one.personal for one in saved):
        err.print(Text("  --mask writes stand-ins for personal data, and leaves out what changes nothing", "yellow"))
    folder = Path(configuration.file).parent / FOLDER
    if path.suffix != ".yaml" or path.parent.resolve() != folder.resolve():
        err.print(Text(f"  tagdock test reads {folder}/*.yaml, so it does not see {path}", "yellow"))
