"""``tagdock schema``: the JSON Schema an editor completes config.yaml with."""

from __future__ import annotations

from pathlib import Path

import click

from container.cli.common import config_option, write
from container.config.schema import json_schema
from container.registry import discover
from container.web.json import to_bytes


@click.command()
@config_option
def schema(config: str) -> None:
    """Print the JSON Schema of the configuration, with the components beside it."""
    write(to_bytes(json_schema(discover(Path(config).parent))))
