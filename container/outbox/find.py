"""Finding one payload by what its event was, where its number is not known."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from container.outbox.database import in_words, read_only
from container.outbox.look import Kept, look
from container.outbox.outbox import OutboxUnavailable
from container.outbox.schema import ROWS_A_GROUP

_NEAR = 2000
"""Payloads of one group looked through around the moment; they lie in the order they came."""

_GROUP = "SELECT id FROM destinations WHERE tag = ? AND destination = ?"
_AT = "SELECT id, accepted FROM {table} WHERE id >= ? AND id < ? ORDER BY id LIMIT 1"
_AMONG = "SELECT id, event_id, accepted FROM {table} WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"


def find(path: Path, tag: str, destination: str, event_id: str, accepted: float) -> Kept | None:
    """The payload of a tag and destination that was accepted at this moment (unix seconds) with this event id, pending
    or dead; None when it is neither: delivered, suppressed as a copy, or never accepted.

    Raises ``OutboxUnavailable``. Takes a few dozen short reads, however full the outbox is.
    """
    try:
        with read_only(path) as connection:
            group = connection.execute(_GROUP, (tag, destination)).fetchone()
            if group is None:
                return None
            low, high = group[0] * ROWS_A_GROUP, (group[0] + 1) * ROWS_A_GROUP
            for table in ("pending", "dead"):
                start = _first(connection, table, low, high, accepted - 1e-6)
                for number, identity, moment in connection.execute(_AMONG.format(table=table), (start, high, _NEAR)):
                    if moment > accepted + 1:
                        break
                    if identity == event_id and abs(moment - accepted) < 1e-3:
                        return look(path, number)
    except (OSError, sqlite3.Error) as error:
        raise OutboxUnavailable(f"outbox {path}: {in_words(error)}") from None
    return None


def _first(connection: sqlite3.Connection, table: str, low: int, high: int, moment: float) -> int:
    """The first number that was accepted at a moment or after it, by halving."""
    end = high
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(_AT.format(table=table), (middle, end)).fetchone()
        if row is None or row[1] >= moment:
            high = middle
        else:
            low = row[0] + 1
    return low
