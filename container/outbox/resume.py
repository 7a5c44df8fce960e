"""Resuming: which destinations of a file are parked, and people taking that mark away, while a server runs or not."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from container.outbox.database import changing, read_only, unavailable

_PARKED = """
SELECT id, tag, destination, parked FROM destinations
WHERE parked <> '' AND (:tag = '' OR tag = :tag) AND (:destination IS NULL OR destination = :destination) ORDER BY id"""


@dataclass(frozen=True, slots=True)
class Parked:
    """A destination that was parked, and why."""

    tag: str
    destination: str
    reason: str


def parked(path: Path) -> list[Parked]:
    """The destinations of a file that are parked. Changes nothing. Raises ``OutboxUnavailable``."""
    try:
        with read_only(path) as connection:
            rows = connection.execute(_PARKED, {"tag": "", "destination": None}).fetchall()
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
    return [Parked(*row[1:]) for row in rows]


def resume(path: Path, now: float, tag: str = "", destination: str | None = None) -> list[Parked]:
    """Let destinations of a file go on: all that are parked, those of a tag, or one. A server that has the file open
    follows when it looks into it, within five seconds. Raises ``OutboxUnavailable``.

    Waiting for somebody does not count against ``give_up_after``, which begins anew.
    """
    try:
        with changing(path) as connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = connection.execute(_PARKED, {"tag": tag, "destination": destination}).fetchall()
            statement = "UPDATE destinations SET parked = '', resumed_at = ? WHERE id = ?"
            connection.executemany(statement, [(now, row[0]) for row in rows])
            connection.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
    return [Parked(*row[1:]) for row in rows]
