"""``tagdock outbox``: where accepted payloads are, what to do with the dead ones, and the proof of the books."""

from __future__ import annotations

import click

from container.cli.outbox.dead import dead
from container.cli.outbox.prove import prove
from container.cli.outbox.purge import purge
from container.cli.outbox.redrive import redrive
from container.cli.outbox.resume import resume
from container.cli.outbox.show import show
from container.cli.outbox.status import status


@click.group()
def outbox() -> None:
    """Look into the outbox, beside a running server or without one.

    It is the file of `delivery.outbox`, with those of further workers beside it; while `delivery.to` is sandbox, those
    with .sandbox in their names.
    """


for _command in (status, dead, show, redrive, purge, resume, prove):
    outbox.add_command(_command)
