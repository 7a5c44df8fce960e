"""``tagdock forget``: a person's payloads removed, and the ids of their events taken out of the ledger."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.text import Text

from container.cli.common import config_option, configuration, err, json_option, out, shown, write
from container.cli.outbox.files import beside, none_there
from container.config.document import Configuration
from container.ledger.erasure import Erased, Watch, erase, note, references_of
from container.ledger.person import Person, is_email, is_phone, person
from container.ledger.tried import forget_tried
from container.ledger.wiping import wipe
from container.obstacle import obstacle
from container.outbox.database import in_words, unavailable
from container.outbox.files import file_of, files_of
from container.outbox.outbox import OutboxUnavailable
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@click.option("--email", "emails", multiple=True, metavar="ADDRESS", help="Whoever has this e-mail address.")
@click.option("--phone", "phones", multiple=True, metavar="NUMBER", help="Whoever has this number, with country code.")
@click.option("--external-id", "external_ids", multiple=True, metavar="ID", help="Whoever has this id at the shop.")
@click.option("--event-id", "event_ids", multiple=True, metavar="ID", help="The event of this id.")
@click.option("--order-id", "order_ids", multiple=True, metavar="ID", help="The events of this order.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def forget(
    config: str, as_json: bool, emails: tuple[str, ...], phones: tuple[str, ...], external_ids: tuple[str, ...],
    event_ids: tuple[str, ...], order_ids: tuple[str, ...], dry_run: bool,
) -> None:  # fmt: skip
    """Forget a person: remove what waits or is dead, and take the ids of their events out of the ledger.

    Payloads are found by every form in which tags hash what is given; a value may be its SHA-256 hash. Options may be
    repeated. What was delivered is at the vendor, and is to be erased there. A server may go on running.
    """
    named = {
        "email": emails, "phone": phones, "external-id": external_ids, "event-id": event_ids, "order-id": order_ids,
    }  # fmt: skip
    by = [name for name, values in named.items() if values]
    if not by or not all(one.strip() for values in named.values() for one in values):
        raise click.UsageError("say whom: --email, --phone, --external-id, --event-id or --order-id with a value")
    _check("--email", emails, is_email, "an e-mail address", "jane@shop.example")
    _check("--phone", phones, is_phone, "a telephone number", "+49 151 1234567")
    whole = configuration(config)
    countries = {getattr(tag, "default_country", None) for tag in whole.tags.values()}
    wanted = person(
        emails=emails,
        phones=phones,
        external_ids=external_ids,
        references=(*event_ids, *order_ids),
        countries=countries,
    )
    paths = _outboxes(whole)
    shown_in = {name: beside(whole.delivery, f"{name}.db") for name in ("sandbox", "console")}
    try:
        done = _forgotten(paths, shown_in, wanted, by, dry_run)
    except (OutboxUnavailable, OSError) as error:
        err.print(Text(shown(str(error))))
        err.print(Text("forgetting is not finished; run the same again when that is mended"))
        raise SystemExit(1) from None
    held = [] if dry_run else _held([*paths, *(file for file in shown_in.values() if file is not None)])
    aside = sorted({str(one) for path in paths for one in path.parent.glob(f"{path.name}.*-*Z*")})
    if as_json:
        write(to_bytes({"by": by, "dry_run": dry_run, **asdict(done), "set_aside": aside, "not_overwritten": held}))
    else:
        for line in _told(done, dry_run, aside, not wanted.references):
            out.print(line)
    for one in held:
        words = "what was removed is not overwritten yet, since it is in use; run the same again"
        err.print(Text(f"{shown(one)}: {words}", "red"))
    if held:
        raise SystemExit(1)


def _check(option: str, values: tuple[str, ...], fits: Callable[[str], bool], noun: str, example: str) -> None:
    """Nobody is found by what is no address or no number, and nothing found would be taken for nothing there."""
    for value in values:
        if not fits(value):
            text = f"{option}: '{shown(value[:60])}' is not {noun}; write one such as {example}, or its SHA-256 hash"
            raise click.UsageError(text)


def _forgotten(
    paths: list[Path], shown_in: dict[str, Path | None], wanted: Person, by: list[str], dry_run: bool
) -> Erased:
    done, now = Erased(), time.time()
    references = set(wanted.references)
    with _looking() as watch:
        # First all ids of the person's events, then everything that has one of them, wherever it is.
        for path in paths:
            references |= references_of(path, wanted, watch)
        if sandbox := shown_in["sandbox"]:
            references |= forget_tried(sandbox, wanted, references, dry_run=True)[1]
        for path in paths:
            done.add(erase(path, wanted, references, now, dry_run=dry_run, watch=watch))
        for name, file in shown_in.items():
            if file is not None:
                setattr(done, name, forget_tried(file, wanted, references, dry_run=dry_run)[0])
    if paths and not dry_run:
        note(paths[0], by, done, now)
    return done


def _held(paths: list[Path]) -> list[str]:
    """Overwrite what was removed in these files; those of which somebody holds on to what was there."""
    held = []
    for path in paths:
        try:
            if not wipe(path):
                held.append(str(path))
        except (OSError, sqlite3.Error) as error:
            held.append(f"{path}: {obstacle(path, error) or in_words(error)}")
    return held


def _outboxes(whole: Configuration) -> list[Path]:
    """The files of the outbox, and of the one that was tried with the sandbox."""
    delivery = whole.delivery
    first = file_of(delivery.store)
    try:
        found = [path for address in (delivery.outbox, delivery.tried) for path in files_of(address).values()]
        if found:
            return found
        said = f"outbox {first}: {none_there(first)}"  # nothing found must not be taken for nothing kept
    except OSError as error:
        said = str(unavailable(first, error))
    err.print(Text(shown(said)))
    raise SystemExit(1)


def _told(done: Erased, dry_run: bool, aside: list[str], by_person: bool) -> Iterator[Text]:
    would = "would be " if dry_run else ""
    yield Text(f"{done.pending} pending and {done.dead} dead payloads {would}removed")
    one = done.entries == 1
    yield Text(
        f"{done.entries} {'entry' if one else 'entries'} of the ledger {would}without {'its' if one else 'their'} ids"
    )
    if done.sandbox:
        yield Text(f"{done.sandbox} rows of the sandbox {would}removed")
    if done.console:
        yield Text(f"{done.console} hits of the console {would}removed")
    if by_person:
        yield Text("what was delivered is found by --event-id or --order-id only: the ledger names nobody", "dim")
    for path in aside:
        yield Text(f"{shown(path)} was set aside and is not searched; delete it when it is not needed", "yellow")
    yield Text("what was delivered is at the vendors, and is to be erased there", "dim")


@contextmanager
def _looking() -> Iterator[Watch]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"))
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        tasks = {what: progress.add_task(what, total=None) for what in ("payloads", "entries")}
        yield lambda what, number: progress.advance(tasks[what], number)
