"""``tagdock outbox purge``: dead letters thrown away for good."""

from __future__ import annotations

import click

from container.cli.common import config_option, json_option, out, write
from container.cli.outbox.choice import choice_options, chosen_in
from container.cli.outbox.files import Files
from container.cli.outbox.words import letters_in_words
from container.outbox.dead import Choice
from container.outbox.dead import purge as thrown
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@choice_options
@click.option("--dry-run", is_flag=True, help="Only say how many there are.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(config: str, as_json: bool, choice: Choice, limit: int | None, dry_run: bool, yes: bool) -> None:
    """Throw dead letters away for good: all of them unless they are chosen. The books remember why they died."""
    if as_json and not (yes or dry_run):
        raise click.UsageError("with --json nobody can be asked; add --yes or --dry-run")
    files = Files(config)
    of = chosen_in(files, choice, limit)
    done = 0
    if of and not dry_run:
        if not yes:
            click.confirm(f"throw {letters_in_words(of)} away for good?", abort=True, err=True)
        done = files.steps("purge", of, lambda path, left: thrown(path, choice, left))
    if as_json:
        write(to_bytes({"outbox": str(files.first), "chosen": of, "purged": done}))
    elif dry_run:
        out.print(f"{letters_in_words(of)} would be thrown away")
    else:
        out.print(f"{letters_in_words(done)} thrown away")
    files.end()
