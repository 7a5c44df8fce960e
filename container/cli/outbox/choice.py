"""Which dead letters: the options that ``dead``, ``redrive`` and ``purge`` share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from container.cli.common import moment
from container.cli.outbox.files import Files
from container.outbox.dead import Choice, count

F = TypeVar("F", bound=Callable[..., Any])


def choice_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options, and in their place a ``choice`` and a ``limit``."""

    @wraps(function)
    def chosen(
        tag: str, reason: str, event: str, since: str | None, until: str | None, letter: int | None, **others: Any
    ) -> None:  # fmt: skip
        begin = _time(since, "--since") if since is not None else 0.0
        end = _time(until, "--until") if until is not None else 1e18
        function(choice=Choice(letter or 0, tag, reason, begin, end, event), **others)

    for one in (
        click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many, the oldest first."),
        click.option("--until", metavar="TIME", help="Only those that died before."),
        click.option("--since", metavar="TIME", help="Only those that died since, as 2026-03-01T12:00:00Z."),
        click.option("--event", default="", metavar="NAME", help="Only those of events of this name, as sent."),
        click.option("--reason", default="", metavar="TEXT", help="Only those whose reason holds TEXT."),
        click.option("--tag", default="", metavar="NAME", help="Only those of this tag."),
        click.option("--id", "letter", type=click.IntRange(min=1), metavar="ID", help="Only this letter."),
    ):
        chosen = one(chosen)
    return chosen


def chosen_in(files: Files, choice: Choice, limit: int | None = None) -> int:
    """How many letters of all files are chosen."""
    found = sum(number for _, number in files.each(lambda path: count(path, choice)))
    return min(found, limit) if limit is not None else found


def _time(text: str, option: str) -> float:
    try:
        return moment(text)
    except ValueError:
        raise click.BadParameter(f"'{text}' is not a time; write 2026-03-01T12:00:00Z", param_hint=option) from None
