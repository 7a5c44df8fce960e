"""``tagdock outbox dead``: the dead letters with the vendor's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from container.cli.common import config_option, json_option, out, shown, write
from container.cli.outbox.choice import choice_options, chosen_in
from container.cli.outbox.files import Files
from container.cli.outbox.words import answer, attempts_in_words, name, time
from container.outbox.accounts import lost
from container.outbox.dead import Choice, DeadLetter, letters
from container.outbox.outbox import LOST
from container.web.json import to_bytes

FIRST = 100
"""Letters that are listed unless told otherwise."""


@click.command()
@config_option
@json_option
@choice_options
def dead(config: str, as_json: bool, choice: Choice, limit: int | None) -> None:
    """List dead letters with the vendor's words; the first 100 unless --limit says otherwise."""
    files = Files(config)
    files.must_know(choice.tag)
    most = limit or FIRST
    found: list[DeadLetter] = []

    def list_further(path: Path) -> None:
        if most > len(found):
            found.extend(letters(path, choice, most - len(found)))

    for _ in files.each(list_further):
        pass
    of = len(found) if len(found) < most else chosen_in(files, choice)
    if as_json:
        write(to_bytes([_letter(one) for one in found]))
        return files.end()
    gone = sum(number for _, number in files.each(lambda path: lost(path, choice.tag)))
    for one in found:
        _print_letter(one)
    if not found:
        out.print("no dead letter" + (" is like that" if choice != Choice() else ""))
    elif of > len(found):
        out.print(Text(f"{len(found)} of {of}; more with --limit {of}", "dim"))
    else:
        out.print(Text(f"{of} dead; look at one with tagdock outbox show ID, send again with redrive", "dim"))
    if gone and choice == Choice(tag=choice.tag):
        out.print(Text(f"{gone} more were {LOST}: there is nothing of them to look at or to send", "dim"))
    return files.end()


def _letter(one: DeadLetter) -> dict[str, Any]:
    names = ("id", "tag", "destination", "event_name", "event_id", "client", "accepted", "died", "attempts", "status")
    return {**{name: getattr(one, name) for name in names}, "reason": one.reason}


def _print_letter(one: DeadLetter) -> None:
    event = f"{shown(one.event_name)} {shown(one.event_id)}".strip()
    out.print(Text.assemble((str(one.id), "bold"), f"  {name(one)}  ", (event, "cyan")))
    out.print(Text(f"    died {time(one.died)} after {attempts_in_words(one.attempts)}, {answer(one.status)}", "dim"))
    out.print(Text(f"    {shown(one.reason)}"))
