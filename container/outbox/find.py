"""Finding payloads by the moment they were accepted, where their numbers are not known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from container.outbox.schema import ROWS_A_GROUP

_NEAR = 2000
"""Payloads of one group looked through around the moment; they lie in the order they came."""

_SAME = 1e-6
"""Seconds by which one moment may differ from itself, having been written down."""

_AT = "SELECT id, accepted FROM {table} WHERE id >= ? AND id < ? ORDER BY id LIMIT 1"
_AMONG = "SELECT id, event_name, event_id, accepted FROM {table} WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"


def near(connection: sqlite3.Connection, table: str, group: int, accepted: float) -> Iterator[tuple[int, str, str]]:
    """Number, event name and event id of a group's payloads in ``pending`` or ``dead`` that were accepted at a moment.

    Takes a few dozen short reads, however full the outbox is. Raises ``sqlite3.Error``.
    """
    low, high = group * ROWS_A_GROUP, (group + 1) * ROWS_A_GROUP
    start = _first(connection, table, low, high, accepted - _SAME)
    for number, name, identity, moment in connection.execute(_AMONG.format(table=table), (start, high, _NEAR)):
        if moment > accepted + 1:
            return
        if abs(moment - accepted) <= _SAME:
            yield number, name, identity


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
