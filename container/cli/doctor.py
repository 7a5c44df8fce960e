"""``tagdock doctor``: the go-live checklist."""

from __future__ import annotations

import click


@click.command()
def doctor() -> None:
    """Examine the container."""
