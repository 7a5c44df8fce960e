"""What several commands share: the --config option, printing problems, reading a moment."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.text import Text

from container.config.document import Configuration
from container.config.load import Loaded, load
from container.config.source import SourceError, read_source
from container.moment import moment as unix_seconds
from container.problem import Problem
from container.web.json import to_bytes

F = TypeVar("F", bound=Callable[..., Any])

WIDTH = 100
"""Columns of texts that are wrapped, on every terminal and in every pipe."""


def _console(*, stderr: bool) -> Console:
    """A console that never crops, and never fails at a character the terminal does not know."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


out = _console(stderr=False)
err = _console(stderr=True)


def config_option(function: F) -> F:
    """The option every command takes."""
    return click.option(
        "--config", "-c", default="config.yaml", show_default=True, help="The configuration file.", metavar="FILE"
    )(function)


def json_option(function: F) -> F:
    """The option for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(function)


class Number(click.IntRange):
    """A whole number from 1 on, and the words for what is none."""

    name = "number"

    def __init__(self) -> None:
        super().__init__(min=1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"'{shown(str(value))}' is not a number from 1 on", param, ctx)


def configuration(path: str, *, as_json: bool = False) -> Configuration:
    """The configuration of a file, for a command that sends nothing and so needs no secrets.

    With an error in it, every problem is printed and the command ends with 1.
    """
    return checked(load(path, sending=False), as_json=as_json)


def checked(loaded: Loaded, *, as_json: bool = False) -> Configuration:
    """The configuration that was loaded; with an error in it, every problem is printed and the command ends with 1.

    ``as_json`` prints them on standard output as ``lint --json`` does.
    """
    if loaded.configuration is None:
        if as_json:
            write(to_bytes([one.to_json() for one in loaded.errors]))
        else:
            print_problems(loaded.errors)
        raise SystemExit(1)
    return loaded.configuration


def require_named(path: str) -> None:
    """End with 1 and the problem when --config was written and names what cannot be read.

    For commands that need no file: the default one may be missing.
    """
    if click.get_current_context().get_parameter_source("config") is click.core.ParameterSource.DEFAULT:
        return
    try:
        read_source(Path(path))
    except SourceError:
        checked(load(path, sending=False))


def print_problems(problems: Sequence[Problem], console: Console | None = None) -> None:
    """Each problem on a line, its place first so that editors can jump to it."""
    console = console or err
    for one in problems:
        line = Text.assemble((f"{one.file}:{one.line}:{one.column}: ", "dim"))
        if one.warning:
            line.append("warning: ", "yellow")
        if one.path:
            line.append(f"{shown(one.path)}: ", "bold")
        line.append(shown(one.text))
        if one.hint:
            line.append(f"; {shown(one.hint)}", "green" if not one.warning else "")
        console.print(line)


def shown(text: str) -> str:
    """A text from a hit or a file as it may stand on a terminal: control characters are written out, not obeyed."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def moment(text: str) -> float:
    """Unix seconds of ``2026-03-01T12:00:00Z`` or of a plain number of seconds. Raises ValueError."""
    found = unix_seconds(text)
    if found is None:
        raise ValueError(text)
    return found


def write(data: bytes) -> None:
    """Bytes to standard output as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
