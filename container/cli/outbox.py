"""``tagdock outbox``: where accepted payloads are, the dead ones and sending them again, and the proof of the books."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from container.cli.common import WIDTH, config_option, configuration, err, json_option, moment, out, shown, write
from container.outbox.accounts import accounts
from container.outbox.dead import Choice, DeadLetter, count, letters
from container.outbox.dead import redrive as revived
from container.outbox.outbox import Account, OutboxUnavailable
from container.outbox.prove import Proof
from container.outbox.prove import prove as proven
from container.web.json import to_bytes

F = TypeVar("F", bound=Callable[..., Any])

MOST_REASONS = 5
"""Reasons of an end that are printed for people, the most frequent first; JSON has all of them."""


@click.group()
def outbox() -> None:
    """Look into the outbox, beside a running server or without one.

    It is the file of `delivery.outbox`; while `delivery.to` is sandbox, the one beside it with .sandbox in its name.
    """


def _choice_options(function: F) -> F:
    """The options that choose dead letters."""
    for one in (
        click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many, the oldest first."),
        click.option("--since", metavar="TIME", help="Only those that died since, as 2026-03-01T12:00:00Z."),
        click.option("--reason", default="", metavar="TEXT", help="Only those whose reason holds TEXT."),
        click.option("--tag", default="", metavar="NAME", help="Only those of this tag."),
        click.option("--id", "letter", type=click.IntRange(min=1), metavar="ID", help="Only this letter."),
    ):
        function = one(function)
    return function


@outbox.command()
@config_option
@json_option
def status(config: str, as_json: bool) -> None:
    """Show where the payloads of every tag and destination are, and why."""
    with _outbox(config) as path:
        found = accounts(path)
    if as_json:
        write(to_bytes({"outbox": str(path), "accounts": [_account(one) for one in found]}))
        return
    columns = ("accepted", "delivered", "suppressed", "dead", "pending")
    table = _table("tag", "destination", numbers=columns)
    for one in found:
        table.add_row(_cell(one.tag), _cell(one.destination), *(str(getattr(one, column)) for column in columns))
    _print(table, f"{path} has accepted nothing yet" if not found else "")
    for one in found:
        for line in _standing(one):
            out.print(line)


@outbox.command()
@config_option
@json_option
@_choice_options
def dead(
    config: str, as_json: bool, tag: str, reason: str, since: str | None, limit: int | None, letter: int | None
) -> None:  # fmt: skip
    """List dead letters with the vendor's words; the first 100 unless --limit says otherwise."""
    choice = _choice(tag, reason, since, letter)
    most = limit or 100
    with _outbox(config) as path:
        found = letters(path, choice, most)
        of = len(found) if len(found) < most else count(path, choice)
    if as_json:
        write(to_bytes([_letter(one) for one in found]))
        return
    for one in found:
        _print_letter(one)
    if not found:
        out.print("no dead letter" + (" is like that" if choice != Choice() else ""))
    elif of > len(found):
        out.print(Text(f"{len(found)} of {of}; more with --limit {of}", "dim"))
    else:
        out.print(Text(f"{of} dead; send again with tagdock outbox redrive", "dim"))


@outbox.command()
@config_option
@json_option
@_choice_options
@click.option("--dry-run", is_flag=True, help="Only say how many there are.")
def redrive(
    config: str,
    as_json: bool,
    tag: str,
    reason: str,
    since: str | None,
    limit: int | None,
    letter: int | None,
    dry_run: bool,
) -> None:
    """Make dead letters pending again, so that they are sent once more: all of them unless they are chosen."""
    choice = _choice(tag, reason, since, letter)
    with _outbox(config) as path:
        of = count(path, choice)
        of = min(of, limit) if limit is not None else of
        done = 0 if dry_run else _revive(path, choice, of)
    if as_json:
        write(to_bytes({"outbox": str(path), "chosen": of, "redriven": done}))
    elif dry_run:
        out.print(f"{_letters(of)} would be sent again")
    else:
        when = "; a running server notices within five seconds, otherwise the next one does" if done else ""
        out.print(f"{_letters(done)} pending again{when}")


@outbox.command()
@config_option
@json_option
def prove(config: str, as_json: bool) -> None:
    """Recount every payload and compare with the books; any difference ends with 1."""
    with _outbox(config) as path:
        found = proven(path)
    wrong = [one for one in found if not one.balanced]
    if as_json:
        write(to_bytes({"outbox": str(path), "balanced": not wrong, "accounts": [_proof(one) for one in found]}))
    else:
        columns = ("accepted", "delivered", "suppressed", "dead", "pending", "missing")
        table = _table("tag", "destination", numbers=columns)
        for one in found:
            style = "" if one.balanced else "red"
            numbers = (str(getattr(one, column)) for column in columns)
            table.add_row(_cell(one.tag), _cell(one.destination), *numbers, style=style)
        _print(table, "")
        for one in wrong:
            out.print(Text(f"{_name(one)}: {_wrong(one)}", "red"))
        if not wrong:
            out.print(Text(f"the books of {path} balance", "green"))
    if wrong:
        raise SystemExit(1)


@contextmanager
def _outbox(config: str) -> Iterator[Path]:
    """The file of the outbox; when it cannot be read or changed that is said, and the command ends with 1."""
    path = Path(configuration(config).delivery.store.partition(":")[2])
    try:
        if not path.exists():
            raise OutboxUnavailable(f"outbox {path}: there is none yet; tagdock serve makes it, started in this folder")
        yield path
    except (OutboxUnavailable, OSError) as error:
        err.print(Text(shown(str(error))))
        raise SystemExit(1) from None


def _choice(tag: str, reason: str, since: str | None, letter: int | None) -> Choice:
    try:
        return Choice(letter or 0, tag, reason, moment(since) if since is not None else 0.0)
    except ValueError:
        raise click.BadParameter(f"'{since}' is not a time; write 2026-03-01T12:00:00Z", param_hint="--since") from None


def _revive(path: Path, choice: Choice, of: int) -> int:
    """Make the first ``of`` chosen letters pending, with a bar on a terminal that shows how far it is."""
    done = 0
    columns = (TextColumn("redrive"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("redrive", total=of)
        for step in revived(path, time.time(), choice, of):
            done += step
            progress.advance(task, step)
    return done


def _standing(one: Account) -> Iterator[Text]:
    """What stands behind the numbers of an account, a line each."""
    if one.parked:
        yield Text.assemble((f"{_name(one)} is parked: ", "yellow"), shown(one.parked))
    for end in ("pending", "dead", "suppressed"):
        reasons = sorted(one.reasons.get(end, {}).items(), key=lambda reason: -reason[1])
        for reason, number in reasons[:MOST_REASONS]:
            yield Text(f"{_name(one)}: {number} {end}: {shown(reason)}")
        if len(reasons) > MOST_REASONS:
            rest = sum(number for _, number in reasons[MOST_REASONS:])
            yield Text(f"{_name(one)}: {rest} {end} for {len(reasons) - MOST_REASONS} other reasons")
    if one.pending and one.oldest is not None:
        yield Text(f"{_name(one)}: the oldest pending is of {_time(one.oldest)}", "dim")


def _account(one: Account) -> dict[str, Any]:
    names = ("tag", "destination", "accepted", "delivered", "suppressed", "dead", "pending", "parked", "oldest")
    return {**{name: getattr(one, name) for name in names}, "reasons": one.reasons}


def _letter(one: DeadLetter) -> dict[str, Any]:
    names = ("id", "tag", "destination", "event_name", "event_id", "client", "accepted", "died", "attempts", "status")
    return {**{name: getattr(one, name) for name in names}, "reason": one.reason}


def _print_letter(one: DeadLetter) -> None:
    event = f"{shown(one.event_name)} {shown(one.event_id)}".strip()
    tries = f"{one.attempts} attempt" + ("" if one.attempts == 1 else "s")
    said = f"answer {one.status}" if one.status else "no answer"
    out.print(Text.assemble((str(one.id), "bold"), f"  {_name(one)}  ", (event, "cyan")))
    out.print(Text(f"    died {_time(one.died)} after {tries}, {said}", "dim"))
    out.print(Text(f"    {shown(one.reason)}"))


def _proof(one: Proof) -> dict[str, Any]:
    names = ("tag", "destination", "accepted", "delivered", "suppressed", "dead", "pending", "booked_dead", "missing")
    return {**{name: getattr(one, name) for name in names}, "balanced": one.balanced}


def _wrong(one: Proof) -> str:
    if one.missing > 0:
        return f"{one.missing} accepted and at no end"
    if one.missing < 0:
        return f"{-one.missing} more at an end than were accepted"
    return f"{one.dead} dead where the books know of {one.booked_dead}"


def _table(*texts: str, numbers: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in texts:
        table.add_column(column, header_style="dim", overflow="fold")
    for column in numbers:
        table.add_column(column, header_style="dim", justify="right")
    return table


def _print(table: Table, otherwise: str) -> None:
    if table.row_count:
        out.print(table, width=max(out.width, WIDTH))
    elif otherwise:
        out.print(Text(otherwise))


def _name(one: Account | Proof | DeadLetter) -> str:
    return shown(f"{one.tag} {one.destination}".strip())


def _cell(text: str) -> Text:
    return Text(shown(text) or "-")


def _letters(number: int) -> str:
    return f"{number} dead letter" + ("" if number == 1 else "s")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
