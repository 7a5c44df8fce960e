"""``tagdock outbox redrive``: dead letters made pending again."""

from __future__ import annotations

import time

import click
from rich.text import Text

from container.cli.common import config_option, err, json_option, out, shown, write
from container.cli.outbox.choice import choice_options, chosen_in
from container.cli.outbox.files import Files
from container.cli.outbox.words import letters_in_words
from container.outbox.dead import Choice
from container.outbox.dead import redrive as revived
from container.outbox.outbox import OutboxUnavailable
from container.outbox.since import delivered_since
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@choice_options
@click.option("--force", is_flag=True, help="Also those whose event came in again and was delivered since.")
@click.option("--dry-run", is_flag=True, help="Only say how many there are.")
def redrive(config: str, as_json: bool, choice: Choice, limit: int | None, force: bool, dry_run: bool) -> None:
    """Make dead letters pending again, so that they are sent once more: all of them unless they are chosen.

    An event that came in again and was delivered since is left alone.
    """
    files = Files(config)
    chosen = chosen_in(files, choice)
    since = frozenset() if force else _delivered_since(files, choice)
    of = min(chosen - len(since), limit if limit is not None else chosen)
    done = 0
    if not dry_run:
        done = files.steps("redrive", of, lambda path, left: revived(path, time.time(), choice, left, since))
    if as_json:
        told = {"outbox": str(files.first), "chosen": of, "redriven": done, "delivered_since": len(since)}
        write(to_bytes(told))
    elif dry_run:
        out.print(f"{letters_in_words(of)} would be sent again")
    else:
        when = "; a running server notices within five seconds, otherwise the next one does" if done else ""
        out.print(f"{letters_in_words(done)} pending again{when}")
    if since and not as_json:
        out.print(Text(f"{len(since)} were delivered since, left alone; --force sends them all the same", "dim"))
    files.end()


def _delivered_since(files: Files, choice: Choice) -> frozenset[int]:
    """Looked for in all files at once, since the copy may have come to any worker."""
    paths = [path for path, _ in files.each(lambda _: None)]
    try:
        return delivered_since(paths, choice)
    except OutboxUnavailable as error:  # better twice than never: the vendor knows an event by its id
        err.print(Text(shown(f"{error}; what was delivered since is not known")))
        return frozenset()
