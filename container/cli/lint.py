"""``tagdock lint``: every problem of a configuration in one run."""

from __future__ import annotations

import click
from rich.text import Text

from container.cases import read_cases
from container.cli.common import config_option, json_option, out, print_problems, write
from container.config.load import load
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@click.option("--strict", is_flag=True, help="Warnings fail too.")
def lint(config: str, as_json: bool, strict: bool) -> None:
    """Check the configuration and report everything that is wrong with it."""
    loaded = load(config)
    problems = sorted([*loaded.problems, *read_cases(loaded)[1]])
    failed = [one for one in problems if not one.warning]
    if as_json:
        write(to_bytes([one.to_json() for one in problems]))
    else:
        print_problems(problems, out)
        if not problems:
            out.print(Text(f"{config} is in order", "green"))
        else:
            out.print(f"{_count(len(failed), 'error')}, {_count(len(problems) - len(failed), 'warning')}")
    if failed or (strict and problems):
        raise SystemExit(1)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
