"""One payload as it is kept: pending or dead, with its attempts and answers."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from container.outbox.database import read_only, unavailable
from container.outbox.history import Attempt, attempts_of

_COLUMNS = (
    "SELECT {table}.id, tag, destination, event_name, event_id, client, accepted, attempts, status, reason, history, "
    "body, {when} FROM {table} JOIN destinations ON destinations.id = grp WHERE {table}.id = ?"
)
_PENDING = _COLUMNS.format(table="pending", when="CASE WHEN attempts > 0 THEN due END, NULL")
_DEAD = _COLUMNS.format(table="dead", when="NULL, died")


@dataclass(frozen=True, slots=True)
class Kept:
    """A payload that was not delivered yet. Times are unix seconds.

    ``status`` and ``reason`` are the last answer, or why it is dead; ``due`` is when it is tried again, None when at
    once; ``history`` holds the last attempts.
    """

    id: int
    state: Literal["pending", "dead"]
    tag: str
    destination: str
    event_name: str
    event_id: str
    client: str
    accepted: float
    attempts: int
    status: int
    reason: str
    body: bytes
    due: float | None
    died: float | None
    history: list[Attempt]


def look(path: Path, number: int) -> Kept | None:
    """The payload with this id in a file, None when it is not there: delivered, or never accepted.

    Raises ``OutboxUnavailable``.
    """
    try:
        with read_only(path) as connection:
            connection.execute("BEGIN")
            for state, statement in (("pending", _PENDING), ("dead", _DEAD)):
                row = connection.execute(statement, (number,)).fetchone()
                if row is not None:
                    return _kept("pending" if state == "pending" else "dead", row)
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
    return None


def _kept(state: Literal["pending", "dead"], row: tuple[Any, ...]) -> Kept:
    number, tag, destination, name, event_id, client, accepted, attempts, status, reason, history, body, due, died = row
    return Kept(
        id=number, state=state, tag=tag, destination=destination, event_name=name, event_id=event_id, client=client,
        accepted=accepted, attempts=attempts, status=status, reason=reason, body=body, due=due, died=died,
        history=attempts_of(history, status, reason),
    )  # fmt: skip
