"""``tagdock lint``: every problem of a configuration in one run."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.table import Table
from rich.text import Text

from container.cases import read_cases
from container.cli.common import config_option, json_option, out, print_problems, write
from container.cli.places import Places, command
from container.config.load import load
from container.problem import KINDS, Problem
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@click.option(
    "--format", "shape", type=click.Choice(["text", "json", "github"]), help="For people (text), programs or CI."
)
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--kinds", is_flag=True, help="List the kinds of problems, the stable words of --json, and end.")
def lint(config: str, as_json: bool, shape: str | None, strict: bool, kinds: bool) -> None:
    """Check the configuration, all it includes and its tests, and report everything that is wrong.

    Ends with 1 when there is an error, with --strict also when there is a warning. With --format github the problems
    are workflow commands, which GitHub shows beside the lines of a pull request.
    """
    if as_json and shape not in {None, "json"}:
        raise click.UsageError(f"--json and --format {shape} exclude each other")
    shape = "json" if as_json else shape or "text"
    if kinds:
        _kinds(shape)
        return
    loaded = load(config)
    problems = sorted([*loaded.problems, *read_cases(loaded)[1]])
    if shape == "json":
        write(to_bytes([one.to_json() for one in problems]))
    elif shape == "github":
        write("".join(f"{command(one)}\n" for one in problems).encode())
    else:
        _text(problems, config)
    if any(strict or not one.warning for one in problems):
        raise SystemExit(1)


def _text(problems: Sequence[Problem], config: str) -> None:
    """A line for each problem, on a terminal with the place itself, and the count at the end."""
    places = Places()
    for one in problems:
        print_problems([one], out)
        if out.is_terminal and (seen := places.show(one)) is not None:
            out.print(seen)
    if not problems:
        out.print(Text(f"{config} is in order", "green"))
        return
    errors = sum(not one.warning for one in problems)
    files = len({one.file for one in problems})
    where = f" in {files} files" if files > 1 else ""
    out.print(f"{_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}{where}")


def _kinds(shape: str) -> None:
    if shape == "json":
        write(to_bytes(KINDS))
        return
    table = Table.grid(padding=(0, 2))
    for kind, meaning in KINDS.items():
        table.add_row(Text(kind, "bold"), meaning)
    out.print(table)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
