"""``tagdock simulate``: hits from files through the configuration, nothing sent."""

from __future__ import annotations

import time
from typing import Any

import click
import msgspec
from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from container.cli.common import config_option, configuration, err, json_option, moment, out, write
from container.hit_file import HitFileError, read_hits
from container.runtime import route
from container.trace import EventTrace, TagTrace, Trace

COLOURS = {
    "fired": "green",
    "not_triggered": "dim",
    "blocked": "yellow",
    "no_consent": "magenta",
    "suppressed": "cyan",
    "failed": "red",
}


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@config_option
@json_option
@click.option("--at", "at", metavar="TIME", help="The arrival of every hit, as 2026-03-01T12:00:00Z; now by default.")
def simulate(files: tuple[str, ...], config: str, as_json: bool, at: str | None) -> None:
    """Route the hits of FILES and show what each tag would do and why.

    A file holds JSON lines ({"method", "path", "query", "headers", "body", "cookies", "ip"}), or raw requests when it is
    called *.http.
    """
    container = configuration(config)
    try:
        now = moment(at) if at is not None else time.time()
    except ValueError:
        raise click.BadParameter(f"'{at}' is not a time; write 2026-03-01T12:00:00Z", param_hint="--at") from None
    try:
        for file in files:
            for hit in read_hits(file):
                trace = route(hit, container, now, explain=True).trace
                assert trace is not None
                if as_json:
                    write(line(trace.to_json()))
                else:
                    out.print(view(trace))
    except HitFileError as error:
        err.print(Text(str(error)))
        raise SystemExit(1) from None


def line(value: Any) -> bytes:
    """One JSON object on one line; a lone surrogate of a hit is replaced, since JSON cannot carry it."""
    try:
        return msgspec.json.encode(value) + b"\n"
    except (UnicodeEncodeError, ValueError):
        text = repr(value).encode("utf-8", "replace").decode()
        return msgspec.json.encode({"problems": [f"the trace cannot be written as JSON: {text[:200]}"]}) + b"\n"


def view(trace: Trace) -> Group:
    """A hit as a person reads it: who took it, then every event with its tags."""
    title = Text.assemble(
        (trace.hit or "hit", "bold"), "  ", (trace.client or "nobody claims it", "" if trace.client else "red"),
        f"  {trace.status}",
    )  # fmt: skip
    rows: list[Any] = [title]
    rows += [Padding(Text(problem, "yellow"), (0, 0, 0, 2)) for problem in trace.problems]
    for event in trace.events:
        rows.append(Padding(_event(event), (0, 0, 0, 2)))
    return Group(*rows)


def _event(event: EventTrace) -> Group:
    consent = ", ".join(f"{purpose} {state}" for purpose, state in event.consent.items() if state != "unset")
    rows: list[Any] = [
        Text.assemble(
            (str(event.event.get("event_name", "(no name)")), "bold"), ("  " + (consent or "consent unset"), "dim")
        )
    ]
    rows += [Text(f"  {note}", "yellow") for note in event.notes]
    for tag in event.tags:
        rows += _tag(tag)
    return Group(*rows)


def _tag(tag: TagTrace) -> list[Any]:
    colour = COLOURS.get(tag.outcome, "")
    rows: list[Any] = [Text.assemble("  ", (f"{tag.outcome:<13}", colour), (tag.tag, "bold"), f"  {tag.reason}")]
    rows += [Text(f"                 {note}", "yellow") for note in tag.notes]
    if tag.payload is not None:
        rows.append(
            Padding(
                Text(msgspec.json.format(msgspec.json.encode(tag.payload), indent=2).decode(), "dim"), (0, 0, 0, 17)
            )
        )
    return rows
