"""The command ``tagdock``: its verbs, one file each, imported when they are asked for."""

from __future__ import annotations

import importlib

import click

VERBS = (
    "serve", "init", "doctor", "lint", "test", "simulate", "explain", "quality", "outbox", "ledger", "explain-event",
    "forget", "schema", "versions", "diff", "rollback",
)  # fmt: skip


class Verbs(click.Group):
    """A group whose commands are the files of this folder: ``tagdock lint`` does not wait for what serving needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"container.cli.{name}"), name)
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tagdock", prog_name="tagdock")
def main() -> None:
    """A server-side tag container as one program and one YAML file.

    Exit codes: 0 good, 1 bad input or a failed test, 2 wrong usage.
    """
