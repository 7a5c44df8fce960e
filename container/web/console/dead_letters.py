"""The dead letters of all outbox files, as the console shows and chooses them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from container.outbox.dead import Choice, DeadLetter, count, letters, redrive
from container.outbox.files import files_of
from container.outbox.outbox import OutboxError

FIELDS = ("tag", "reason", "event_name", "id", "until")
"""What letters are chosen by, as queries and forms name it."""


def choice_of(query: Mapping[str, str]) -> Choice:
    """The letters a query or a form asks for; what cannot be read narrows to none."""
    number, until = query.get("id", ""), query.get("until", "")
    return Choice(
        id=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1 if number else 0,
        tag=query.get("tag", "")[:200],
        reason=query.get("reason", "")[:500],
        event_name=query.get("event_name", "")[:200],
        until=_seconds(until) if until else 1e18,
    )


def found(store: str, choice: Choice, limit: int, after: int = 0) -> tuple[list[DeadLetter], int, list[str]]:
    """The chosen letters by id, how many are chosen in all, and which files could not be read."""
    together: list[DeadLetter] = []
    total, troubles = 0, []
    for path in files_of(store).values():
        try:
            together += letters(path, choice, limit, after)
            total += count(path, choice)
        except OutboxError as error:
            troubles.append(str(error))
    return sorted(together, key=lambda one: one.id)[:limit], total, troubles


def revive(store: str, choice: Choice, now: float) -> tuple[int, list[str]]:
    """Make the chosen letters pending; how many were, and which files could not be changed."""
    done, troubles = 0, []
    for path in files_of(store).values():
        try:
            done += _revived(path, choice, now)
        except OutboxError as error:
            troubles.append(str(error))
    return done, troubles


def _revived(path: Path, choice: Choice, now: float) -> int:
    return sum(redrive(path, now, choice))


def shown(one: DeadLetter) -> dict[str, Any]:
    """A letter without its body."""
    names = (
        "id", "tag", "destination", "event_name", "event_id", "client", "accepted", "died", "attempts", "status",
        "reason",
    )  # fmt: skip
    return {name: getattr(one, name) for name in names}


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
