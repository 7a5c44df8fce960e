"""``tagdock outbox redrive``: dead letters made pending again."""

from __future__ import annotations

import time

import click

from container.cli.common import config_option, json_option, out, write
from container.cli.outbox.choice import choice_options, chosen_in
from container.cli.outbox.files import Files
from container.cli.outbox.words import letters_in_words
from container.outbox.dead import Choice
from container.outbox.dead import redrive as revived
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@choice_options
@click.option("--dry-run", is_flag=True, help="Only say how many there are.")
def redrive(config: str, as_json: bool, choice: Choice, limit: int | None, dry_run: bool) -> None:
    """Make dead letters pending again, so that they are sent once more: all of them unless they are chosen."""
    files = Files(config)
    of = chosen_in(files, choice, limit)
    done = 0
    if not dry_run:
        done = files.steps("redrive", of, lambda path, left: revived(path, time.time(), choice, left))
    if as_json:
        write(to_bytes({"outbox": str(files.first), "chosen": of, "redriven": done}))
    elif dry_run:
        out.print(f"{letters_in_words(of)} would be sent again")
    else:
        when = "; a running server notices within five seconds, otherwise the next one does" if done else ""
        out.print(f"{letters_in_words(done)} pending again{when}")
    files.end()
