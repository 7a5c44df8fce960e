"""What several commands share: the --config option, printing problems, reading a moment."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.text import Text

from container.config.document import Configuration
from container.config.load import load
from container.problem import Problem

F = TypeVar("F", bound=Callable[..., Any])

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def config_option(function: F) -> F:
    """The option every command takes."""
    return click.option(
        "--config", "-c", default="config.yaml", show_default=True, help="The configuration file.", metavar="FILE"
    )(function)


def json_option(function: F) -> F:
    """The option for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(function)


def configuration(path: str) -> Configuration:
    """The configuration of a file; with an error in it, every problem is printed and the command ends with 1."""
    loaded = load(path)
    if loaded.configuration is None:
        print_problems(loaded.errors)
        raise SystemExit(1)
    return loaded.configuration


def print_problems(problems: Sequence[Problem], console: Console | None = None) -> None:
    """Each problem on a line, its place first so that editors can jump to it."""
    console = console or err
    for one in problems:
        line = Text(f"{one.file}:{one.line}:{one.column}: ", "dim")
        if one.warning:
            line.append("warning: ", "yellow")
        if one.path:
            line.append(f"{one.path}: ", "bold")
        line.append(one.text)
        if one.hint:
            line.append(f"; {one.hint}", "green" if not one.warning else "")
        console.print(line)


def moment(text: str) -> float:
    """Unix seconds of ``2026-03-01T12:00:00Z`` or of a plain number of seconds. Raises ValueError."""
    try:
        return float(text)
    except ValueError:
        found = datetime.fromisoformat(text)
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()


def write(data: bytes) -> None:
    """Bytes to standard output as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
