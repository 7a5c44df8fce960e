"""``tagdock ledger``: the record of processing, entry by entry, summed up, and compared between periods."""

from __future__ import annotations

import click

from container.cli.ledger.diff import diff
from container.cli.ledger.rows import rows
from container.cli.ledger.summary import summary


class Ledger(click.Group):
    """A group that lists entries when no other word is given, so that ``tagdock ledger --tag meta`` is enough."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h")):
            args = ["rows", *args]
        return super().parse_args(ctx, args)


@click.command(cls=Ledger)
def ledger() -> None:
    """Show the record of processing: what was sent where, when, with which identifiers, under which consent.

    Without a command its entries are listed, as with `rows`. It names no values of persons, and is kept for
    `delivery.ledger.keep`.
    """


for _command in (rows, summary, diff):
    ledger.add_command(_command)
