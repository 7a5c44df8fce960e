"""``tagdock ledger diff``: what goes where since when, compared between two periods."""

from __future__ import annotations

import click
from rich.text import Text

from container.cli.common import config_option, json_option, out, shown, write
from container.cli.ledger.summary import counted
from container.cli.ledger.times import HELP, a_period, a_time
from container.cli.outbox.files import Files
from container.ledger.difference import difference
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@click.option("--since", metavar="TIME", help=f"What is since then beside what was before, {HELP}.")
@click.option("--before", metavar="A..B", help="The earlier period.")
@click.option("--after", metavar="C..D", help="The later period.")
def diff(config: str, as_json: bool, since: str | None, before: str | None, after: str | None) -> None:
    """Tell what changed between two periods: new destinations, identifiers, consent and its sources, outcomes.

    Ends with 0, whether anything changed or not.
    """
    if (since is None) == (before is None) or (before is None) != (after is None):
        raise click.UsageError("give --since TIME, or --before A..B and --after C..D")
    if since is not None:
        middle = a_time(since, "--since", 0.0)
        was, now = (0.0, middle), (middle, 1e18)
    else:
        was, now = a_period(before or "", "--before"), a_period(after or "", "--after")
    files = Files(config)
    earlier, later = counted(files, *was), counted(files, *now)
    found = difference(earlier, later)
    if as_json:
        write(to_bytes([one.to_json() for one in found]))
    else:
        for one in found:
            mark = ("-", "red") if one.ended else ("+", "green")
            out.print(Text.assemble(mark, f" {shown(one.text)}", (f"  ({one.count})", "dim")))
        if not found:
            words = "nothing changed" if earlier and later else "one of the periods has no entry"
            out.print(words if earlier or later else "neither period has an entry")
    files.end()
