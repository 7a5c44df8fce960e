"""Which dead letters: the options that ``dead``, ``redrive`` and ``purge`` share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from container.cli.common import Number
from container.cli.ledger.times import HELP, a_time
from container.cli.outbox.files import Files
from container.outbox.dead import Choice, count

F = TypeVar("F", bound=Callable[..., Any])


def choice_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options, and in their place a ``choice`` and a ``limit``."""

    @wraps(function)
    def chosen(
        tag: str, reason: str, event: str, since: str | None, until: str | None, letter: int | None, **others: Any
    ) -> None:  # fmt: skip
        begin, end = a_time(since, "--since", 0.0), a_time(until, "--until", 1e18)
        function(choice=Choice(letter or 0, tag, reason, begin, end, event), **others)

    for one in (
        click.option("--limit", type=Number(), metavar="N", help="At most so many, the oldest first."),
        click.option("--until", metavar="TIME", help="Only those that died before."),
        click.option("--since", metavar="TIME", help=f"Only those that died since, {HELP}."),
        click.option("--event", default="", metavar="NAME", help="Only those of events of this name, as sent."),
        click.option("--reason", default="", metavar="TEXT", help="Only those whose reason holds TEXT."),
        click.option("--tag", default="", metavar="NAME", help="Only those of this tag."),
        click.option("--id", "letter", type=Number(), metavar="ID", help="Only this letter."),
    ):
        chosen = one(chosen)
    return chosen


def chosen_in(files: Files, choice: Choice, limit: int | None = None) -> int:
    """How many letters of all files are chosen. Ends with 2 when they are of a tag that nobody knows."""
    files.must_know(choice.tag)
    found = sum(number for _, number in files.each(lambda path: count(path, choice)))
    return min(found, limit) if limit is not None else found
