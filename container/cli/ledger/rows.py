"""``tagdock ledger rows``: the entries themselves, for people the latest ones, for programs all of them."""

from __future__ import annotations

import csv
import heapq
import io
from collections.abc import Iterable, Iterator
from itertools import count

import click
from rich.text import Text

from container.cli.common import Number, config_option, json_option, out, shown, write
from container.cli.ledger.looking import looking
from container.cli.ledger.times import HELP, a_time
from container.cli.outbox.files import Files
from container.ledger.entry import COLUMNS, OUTCOMES, LedgerEntry, written
from container.ledger.reading import Choice, Watch, entries
from container.outbox.outbox import OutboxUnavailable
from container.web.json import to_bytes

LATEST = 50
"""Entries that are listed for people unless told otherwise."""

_AT_ONCE = 500
_COLOURS = {"delivered": "green", "dead": "red", "failed": "red", "no_consent": "magenta", "blocked": "yellow"}


@click.command()
@config_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values with a line of names.")
@click.option("--since", metavar="TIME", help=f"Only hits that came since, {HELP}.")
@click.option("--until", metavar="TIME", help="Only hits that came before.")
@click.option("--tag", default="", metavar="NAME", help="Only entries of this tag.")
@click.option("--outcome", type=click.Choice(OUTCOMES), metavar="WORD", help="Only this outcome.")
@click.option("--id", "reference", default="", metavar="ID", help="Only this event_id or order.")
@click.option("--limit", type=Number(), metavar="N", help="At most so many, the latest.")
def rows(
    config: str, as_json: bool, as_csv: bool, since: str | None, until: str | None, tag: str, outcome: str | None,
    reference: str, limit: int | None,
) -> None:  # fmt: skip
    """List entries: the latest 50 for people, all of them as --csv or --json.

    What no trigger matched is listed with --outcome not_triggered only.
    """
    if as_json and as_csv:
        raise click.UsageError("--csv and --json exclude each other")
    files = Files(config)
    begin, end = a_time(since, "--since", 0.0), a_time(until, "--until", 1e18)
    files.must_know(tag)
    choice = Choice(begin, end, tag, outcome or "", reference)
    found: Iterable[LedgerEntry]
    with looking("ledger") as watch:
        found = _found(files, choice, watch)
        if limit or not (as_json or as_csv):
            found = _latest(found, limit or LATEST)
        if as_json:
            _print_json(found)
        elif as_csv:
            _print_csv(found)
    if isinstance(found, list) and not (as_json or as_csv):
        _print(found, limit or LATEST)
    files.end()


def _found(files: Files, choice: Choice, watch: Watch) -> Iterator[LedgerEntry]:
    """The entries of every file; one that cannot be read is told where that shows."""
    for path, found in files.each(lambda path: entries([path], choice, watch)):
        try:
            yield from found
        except OutboxUnavailable as error:
            files.tell(path, error)


def _latest(found: Iterator[LedgerEntry], most: int) -> list[LedgerEntry]:
    """The latest ones by their time, as they were found where it is the same."""
    order = count()
    kept = heapq.nlargest(most, ((entry.time, next(order), entry) for entry in found))
    return [entry for _, _, entry in kept[::-1]]


def _print_json(found: Iterable[LedgerEntry]) -> None:
    """One list, written a part at a time: it may be long."""
    opening, some = b"[", []
    for entry in found:
        some.append(entry.to_json())
        if len(some) == _AT_ONCE:
            write(opening + to_bytes(some).strip()[1:-1].rstrip())
            opening, some = b",", []
    write((opening + to_bytes(some).strip()[1:-1].rstrip() if some else b"[" if opening == b"[" else b"") + b"\n]\n")


def _print_csv(found: Iterable[LedgerEntry]) -> None:
    def line(values: list[str]) -> bytes:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow([_harmless(one) for one in values])
        return text.getvalue().encode("utf-8", "replace")

    write(line(list(COLUMNS)))
    for entry in found:
        write(line(entry.row()))


def _harmless(text: str) -> str:
    """A spreadsheet takes a cell that begins like a formula for one, and an id may be anything."""
    text = shown(text)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _print(listed: list[LedgerEntry], most: int) -> None:
    for entry in listed:
        to, event = f"{entry.tag} {entry.destination}".strip(), f"{entry.event_name} {entry.event_id}".strip()
        line = Text.assemble(
            (f"{written(entry.time)[:19]}Z  ", "dim"), (entry.outcome, _COLOURS.get(entry.outcome, ""))
        )
        if to:
            line.append(f"  {shown(to)}", "bold")
        line.append(f"  {shown(event)}", "cyan")
        if entry.reason and entry.outcome != "delivered":
            line.append(f"  {shown(entry.reason)}")
        if entry.profile.identifiers:
            line.append(f"  {shown(' '.join(entry.profile.identifiers))}", "dim")
        out.print(line)
    if not listed:
        out.print("the ledger has no such entry")
    if len(listed) == most:
        out.print(Text(f"the latest {most}; more with --limit, all with --csv or --json", "dim"))
    elif listed:
        out.print(Text("an identifier with # was hashed; look at one event with tagdock explain-event ID", "dim"))
