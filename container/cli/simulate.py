"""``tagdock simulate``: hits from files through the configuration, nothing sent."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.text import Text

from container.cli.common import config_option, configuration, err, json_option, moment, out, write
from container.cli.saving import save
from container.cli.view import Sum, brief, full
from container.hit import Hit
from container.hit_file import HitFileError, read_hits
from container.runtime import route

LONG = 500
"""Lines of files from which a terminal shows how far they are."""


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@config_option
@json_option
@click.option("--at", "at", metavar="TIME", help="The arrival of every hit, as 2026-03-01T12:00:00Z; now by default.")
@click.option("--id", "chosen", metavar="ID", help="Only the hit with this id.")
@click.option("--why", is_flag=True, help="Show each tag's reason, notes and payload.")
@click.option("--save", "target", metavar="FILE", help="Save the hits as tests, such as tests/examples/orders.yaml.")
@click.option("--name", metavar="TEXT", help="The name of the test that is saved.")
@click.option("--mask", "masked", is_flag=True, help="Save with stand-ins for personal data.")
def simulate(
    files: tuple[str, ...],
    config: str,
    as_json: bool,
    at: str | None,
    chosen: str | None,
    why: bool,
    target: str | None,
    name: str | None,
    masked: bool,
) -> None:
    """Route the hits of FILES and show what each tag would do; --why shows the reasons.

    A file holds JSON lines ({"id", "method", "path", "query", "headers", "body", "cookies", "ip"}), or raw requests
    when it is called *.http. With --save the hits become tests that `tagdock test` runs.
    """
    if target is None and (name is not None or masked):
        raise click.UsageError("--name and --mask belong to --save FILE")
    container = configuration(config, as_json=as_json)
    try:
        now = moment(at) if at is not None else time.time()
    except ValueError:
        raise click.BadParameter(f"'{at}' is not a time; write 2026-03-01T12:00:00Z", param_hint="--at") from None
    refused: list[HitFileError] = []
    counted = Sum()
    kept: list[Hit] = []
    hits = (hit for hit in _hits(files, refused) if chosen is None or hit.id == chosen)
    with _progress(hits, files, err if as_json or not out.is_terminal else out) as shown_hits:
        for hit in shown_hits:
            trace = route(hit, container, now, explain=True).trace
            assert trace is not None
            counted.add(trace)
            if target is not None:
                kept.append(hit)
            if as_json:
                write(line(trace.to_json()))
            else:
                for text in full(trace) if why else brief(trace):
                    out.print(text)
    if chosen is not None and not counted.hits:
        err.print(Text(f"no hit has the id '{chosen}'"))
        raise SystemExit(1)
    if not as_json and counted.hits != 1:
        for text in counted.lines():
            out.print(text)
    saved = target is None or save(kept, now, container, target, name, masked=masked)
    if refused or not saved:
        raise SystemExit(1)


def _hits(files: Iterable[str], refused: list[HitFileError]) -> Iterator[Hit]:
    """The hits of all files; what is no hit is told at once and does not cost the others."""

    def refuse(error: HitFileError) -> None:
        refused.append(error)
        err.print(Text(str(error)))

    for file in files:
        try:
            yield from read_hits(file, refuse)
        except HitFileError as error:
            refuse(error)


@contextmanager
def _progress(hits: Iterator[Hit], files: Iterable[str], console: Console) -> Iterator[Iterable[Hit]]:
    """The hits, with a bar on a terminal when the files are long."""
    total = sum(map(_lines, files)) if console.is_terminal else 0
    if total < LONG:
        yield hits
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield bar.track(hits, total=total)


def _lines(file: str) -> int:
    """About how many hits a file holds."""
    path = Path(file)
    try:
        return path.read_bytes().count(b"\n") if path.is_file() else 0  # a pipe can be read only once
    except OSError:
        return 0  # told when it is read


def line(value: Any) -> bytes:
    """One JSON object on one line; a lone surrogate of a hit is replaced, since JSON cannot carry it."""
    try:
        return msgspec.json.encode(value) + b"\n"
    except (UnicodeEncodeError, ValueError):
        text = repr(value).encode("utf-8", "replace").decode()
        return msgspec.json.encode({"problems": [f"the trace cannot be written as JSON: {text[:200]}"]}) + b"\n"
