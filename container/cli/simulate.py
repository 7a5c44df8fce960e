"""``tagdock simulate``: hits from files through the configuration, nothing sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import click
import msgspec
from rich.text import Text

from container.cli.common import config_option, configuration, err, json_option, moment, out, shown, write
from container.hit_file import HitFileError, read_hits
from container.runtime import route
from container.trace import EventTrace, TagTrace, Trace
from container.web.json import to_bytes

COLOURS = {
    "fired": "green",
    "not_triggered": "dim",
    "blocked": "yellow",
    "no_consent": "magenta",
    "suppressed": "cyan",
    "failed": "red",
}
_INDENT = " " * 18


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@config_option
@json_option
@click.option("--at", "at", metavar="TIME", help="The arrival of every hit, as 2026-03-01T12:00:00Z; now by default.")
def simulate(files: tuple[str, ...], config: str, as_json: bool, at: str | None) -> None:
    """Route the hits of FILES and show what each tag would do and why.

    A file holds JSON lines ({"method", "path", "query", "headers", "body", "cookies", "ip"}), or raw requests when it
    is called *.http.
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
                    continue
                for text in view(trace):
                    out.print(text)
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


def view(trace: Trace) -> Iterator[Text]:
    """A hit as a person reads it, line by line: who took it, then every event with its tags."""
    yield Text.assemble(
        (shown(trace.hit) or "hit", "bold"),
        "  ",
        (trace.client or "nobody claims it", "" if trace.client else "red"),
        f"  {trace.status}",
    )
    for problem in trace.problems:
        yield Text(f"  {shown(problem)}", "yellow")
    for event in trace.events:
        yield from _event(event)


def _event(event: EventTrace) -> Iterator[Text]:
    consent = ", ".join(f"{purpose} {state}" for purpose, state in event.consent.items() if state != "unset")
    name = shown(str(event.event.get("event_name", "(no name)")))
    yield Text.assemble("  ", (name, "bold"), (f"  {consent or 'consent unset'}", "dim"))
    for note in event.notes:
        yield Text(f"    {shown(note)}", "yellow")
    for tag in event.tags:
        yield from _tag(tag)


def _tag(tag: TagTrace) -> Iterator[Text]:
    outcome = (f"{tag.outcome:<13}", COLOURS.get(tag.outcome, ""))
    yield Text.assemble("    ", outcome, " ", (tag.tag, "bold"), f"  {shown(tag.reason)}")
    for note in tag.notes:
        yield Text(f"{_INDENT}{shown(note)}", "yellow")
    if tag.payload is not None:
        for each in to_bytes(tag.payload).decode().splitlines():
            yield Text(f"{_INDENT}{each}", "dim")
